"""Issuing papers and copies of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import InputRefused, NotVisible
from aftersales.core.records import require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import record_entry
from aftersales.printing import queries, registry, rules
from aftersales.printing.models import Paper, PaperCopy, PaperLanguage
from aftersales.printing.permissions import P


def issue_paper(
    actor: Actor, at: datetime, *, document: Any, kind: str, language: PaperLanguage | None = None, number: str = ""
) -> Paper:
    """Freeze what the paper says now and return it; one INSERT plus what the printout itself reads.

    `language` defaults to the active one, `number` to the document's own. Raises NotVisible for a document of a
    station the actor does not belong to, InputRefused when the content holds characters that cannot be printed,
    KeyError for an unknown kind.
    """

    def command() -> Paper:
        paper = _drafted(actor, at, document=document, kind=kind, language=language, number=number)
        paper.save(force_insert=True)
        return paper

    return run_in_transaction(command)


def paper_for(actor: Actor, at: datetime, *, document: Any, kind: str, language: PaperLanguage | None = None) -> Paper:
    """Return the latest paper of the kind if it still says what is true, else issue a new one: for print buttons."""

    def command() -> Paper:
        draft = _drafted(actor, at, document=document, kind=kind, language=language)
        latest = queries.latest_paper(document, kind, draft.language)
        if latest is not None and latest.sha256 == draft.sha256:
            return latest
        draft.save(force_insert=True)
        return draft

    return run_in_transaction(command)


def _drafted(
    actor: Actor, at: datetime, *, document: Any, kind: str, language: PaperLanguage | None, number: str = ""
) -> Paper:
    stations = actor.stations_with()
    if stations is not None and document.station_id not in stations:
        raise NotVisible
    chosen = language or _active_language()
    row = registry.of_kind(kind)
    with translation.override("zh-hans" if chosen == PaperLanguage.CHINESE else "en"):
        try:
            payload = rules.frozen(row.gather(document))
        except (ValueError, UnicodeEncodeError):
            raise InputRefused(
                _("The paper contains characters that cannot be printed. Please correct the record."),
                code="unprintable",
            ) from None
    return Paper(
        station_id=document.station_id,
        kind=kind,
        template=row.template,
        subject_kind=subject_kind(document),
        subject_id=document.pk,
        number=number or str(getattr(document, "number", None) or ""),
        language=chosen,
        payload=payload,
        sha256=rules.fingerprint(payload),
        issued_by_id=actor.user_id,
        issued_by_name=actor.name,
        issued_at=at,
    )


def _active_language() -> PaperLanguage:
    active = translation.get_language() or "zh-hans"
    return PaperLanguage.ENGLISH if active.startswith("en") else PaperLanguage.CHINESE


def reprint(actor: Actor, at: datetime, *, paper: Paper, reason: str) -> PaperCopy:
    """Record a numbered copy of an issued paper; its content stays the stored one.

    Raises Forbidden without the right `printing.paper:reprint`, InputRefused (field `reason`) without a reason.
    """
    why = reason.replace("\x00", "").strip()
    if not why:
        sentence = _("Please say why a copy is needed.")
        raise InputRefused(sentence, code="reason_missing", fields={"reason": sentence})

    def command() -> PaperCopy:
        require_right(actor, P.REPRINT, paper.station_id)
        # The lock gives two people who reprint at once the numbers n and n + 1.
        Paper.objects.at_station(paper.station_id).select_for_update(no_key=True).get(pk=paper.pk)
        last = PaperCopy.objects.filter(paper=paper).aggregate(last=Max("copy_number"))["last"] or 0
        copy = PaperCopy.objects.create(
            paper=paper,
            copy_number=last + 1,
            made_by_id=actor.user_id,
            made_by_name=actor.name,
            made_at=at,
            reason=why[:200],
        )
        record_entry(
            paper, step="reprint", actor=actor, at=at, changes={"copy_number": copy.copy_number}, reason=why[:200]
        )
        return copy

    return run_in_transaction(command)
