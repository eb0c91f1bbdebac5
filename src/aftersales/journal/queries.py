"""Reading the journal: a document's timeline, and the audit administrator's search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from aftersales.accounts.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import NotVisible
from aftersales.core.fences import FencedQuerySet
from aftersales.journal.models import JournalEntry
from aftersales.journal.wording import changes_in_words, masked, role_in_words, step_in_words

PAGE = 100
EXPORT_MOST = 50_000


def entries_of(document: models.Model, *, limit: int = 200) -> list[JournalEntry]:
    """Return a document's entries, newest first; the caller has shown that the document is visible."""
    return list(
        JournalEntry.objects.everywhere()
        .filter(subject_kind=subject_kind(document), subject_id=document.pk)
        .order_by("-sequence")[:limit]
    )


def first_entries(model: type[models.Model], ids: list[int]) -> dict[int, JournalEntry]:
    """Return the entry that made each record, by its id; the caller has shown that the records are visible."""
    found = JournalEntry.objects.everywhere().filter(subject_kind=subject_kind(model()), subject_id__in=ids)
    return {entry.subject_id: entry for entry in found.order_by("-sequence")}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry as `<c-timeline>` draws it: when, what, who in which role, and what changed in words."""

    at: datetime
    text: Any
    actor: str
    role: str
    detail: str
    tone: str
    step: str
    reason: str


def timeline(document: models.Model, actor: Actor, *, limit: int = 100) -> list[TimelineEntry]:
    """Return a visible document's entries in words, newest first; personal values are masked without the right."""
    station_id = getattr(document, "station_id", None)
    may_unmask = actor.may(P.UNMASK, station_id)
    return [_in_words(entry, may_unmask=may_unmask) for entry in entries_of(document, limit=limit)]


def _in_words(entry: JournalEntry, *, may_unmask: bool) -> TimelineEntry:
    changes = changes_in_words(entry.changes, may_unmask=may_unmask)
    return TimelineEntry(
        at=entry.at,
        text=step_in_words(entry.subject_kind, entry.step),
        actor=entry.actor_name,
        role=str(role_in_words(entry.actor_role)),
        detail=" · ".join(part for part in (entry.reason, changes) if part),
        tone="amber" if entry.reason else "neutral",
        step=entry.step,
        reason=entry.reason,
    )


@dataclass(frozen=True, slots=True)
class Search:
    """What the audit administrator asks for; empty fields ask for everything."""

    kind: str = ""
    subject_id: int | None = None
    step: str = ""
    actor_name: str = ""
    request_id: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry of the search, personal values masked."""

    entry: JournalEntry
    text: Any
    detail: str


def _found(search: Search, actor: Actor) -> FencedQuerySet[JournalEntry]:
    if not actor.may(P.READ_AUDIT, None):
        raise NotVisible
    entries = JournalEntry.objects.everywhere()
    wanted = {
        "subject_kind": search.kind,
        "subject_id": search.subject_id,
        "step": search.step,
        "actor_name__icontains": search.actor_name,
        "request_id": search.request_id,
        "at__gte": search.from_at,
        "at__lt": search.until_at,
    }
    return entries.filter(**{name: value for name, value in wanted.items() if value not in ("", None)})


def audit_page(search: Search, actor: Actor, *, before_id: int | None = None) -> list[AuditRow]:
    """Return at most a page of entries, newest first, older than `before_id`."""
    entries = _found(search, actor)
    if before_id is not None:
        entries = entries.filter(pk__lt=before_id)
    return [
        AuditRow(
            entry,
            step_in_words(entry.subject_kind, entry.step),
            " · ".join(
                part for part in (str(masked(entry.reason)), changes_in_words(entry.changes, may_unmask=False)) if part
            ),
        )
        for entry in entries.order_by("-pk")[:PAGE]
    ]


def audit_export(search: Search, actor: Actor) -> Iterator[JournalEntry]:
    """Yield the entries found, oldest first, at most 50 000."""
    return _found(search, actor).order_by("pk")[:EXPORT_MOST].iterator(chunk_size=1000)


def known_kinds(actor: Actor) -> list[str]:
    """Return the kinds of document the journal tells of."""
    if not actor.may(P.READ_AUDIT, None):
        raise NotVisible
    return list(
        JournalEntry.objects.everywhere().order_by("subject_kind").values_list("subject_kind", flat=True).distinct()
    )
