"""The journal through the API: what happened to a document, who did it, when and why."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from aftersales.accounts.permissions import P
from aftersales.core.actor import Actor
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import Master, Wanted, add_list, json_answer, refuse_unknown, require_anywhere
from aftersales.doors.steps import PROBLEMS
from aftersales.doors.subjects import VIEW_RIGHTS, document_named
from aftersales.journal.models import JournalEntry
from aftersales.journal.queries import entries_of
from aftersales.journal.wording import changes_in_words, masked

router = Router(tags=["journal"])
Kind = Annotated[str, Field(max_length=60)]


class JournalEntryOut(Schema):
    """One entry: what changed is told in words, personal data masked without the right."""

    id: int
    station_id: int | None
    subject_kind: str
    subject_id: int
    sequence: int
    step: str
    before: str
    after: str
    changes: str
    reason: str
    actor_name: str
    actor_role: str
    request_id: str
    at: datetime
    hash: str


class TimelineWanted(Schema):
    """Of which document."""

    subject_kind: Annotated[str, Field(max_length=80, json_schema_extra={"enum": sorted(VIEW_RIGHTS)})]
    subject_number: Annotated[str, Field(min_length=1, max_length=40)]
    limit: Annotated[int, Field(ge=1, le=200)] = 100


class JournalWanted(Wanted):
    """What the audit administrator looks for."""

    subject_kind: Kind | None = None
    subject_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    step: Kind | None = None
    actor_name: Annotated[str, Field(max_length=120)] | None = None
    request_id: Annotated[str, Field(max_length=64)] | None = None
    from_at: AwareDatetime | None = None
    until_at: AwareDatetime | None = None


def _shown(entry: JournalEntry, *, may_unmask: bool) -> dict[str, Any]:
    plain = {name: getattr(entry, name) for name in JournalEntryOut.model_fields if name not in ("changes", "reason")}
    reason = entry.reason if may_unmask else str(masked(entry.reason))
    return plain | {"changes": str(changes_in_words(entry.changes, may_unmask=may_unmask)), "reason": reason}


def _all(actor: Actor) -> Any:
    require_anywhere(actor, P.READ_AUDIT)
    return JournalEntry.objects.everywhere()


add_list(
    router,
    Master(
        name="journal",
        model=JournalEntry,
        shows=JournalEntryOut,
        wanted=JournalWanted,
        narrow={"from_at": "at__gte", "until_at": "at__lt"},
        scope=_all,
        show=lambda entry, _actor: _shown(entry, may_unmask=False),
    ),
    summary="The journal of everything, for the audit administrator",
)


@router.get(
    "/timeline",
    response={200: list[JournalEntryOut], **PROBLEMS},
    operation_id="journal_timeline",
    summary="What happened to a document",
)
def timeline(request: HttpRequest, wanted: Query[TimelineWanted]) -> HttpResponse:
    """Return a visible document's entries, newest first."""
    actor = actor_of(request)
    refuse_unknown(request, TimelineWanted)
    document = document_named(actor, wanted.subject_kind, wanted.subject_number)
    may_unmask = actor.may(P.UNMASK, document.station_id)
    return json_answer([_shown(entry, may_unmask=may_unmask) for entry in entries_of(document, limit=wanted.limit)])
