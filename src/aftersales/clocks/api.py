"""Clocks through the API: every running or ended time limit with its clause, and what is due soon."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from aftersales.clocks.models import Clock
from aftersales.clocks.queries import due_soon
from aftersales.core.actor import Actor
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import Identity, Master, Wanted, add_list, columns, json_answer, refuse_unknown
from aftersales.doors.steps import PROBLEMS

router = Router(tags=["clock"])


class ClockOut(Schema):
    """One run of a time limit on one document."""

    id: int
    station_id: int
    clause: str
    definition: str
    subject_kind: str
    subject_id: int
    subject_number: str
    started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None
    breached: bool


class DueOut(Schema):
    """A clock that is late, warned or due soon; `tone` late, soon or running."""

    id: int
    station_id: int
    clause: str
    title: str
    subject_kind: str
    subject_id: int
    subject_number: str
    due_at: datetime | None
    tone: str
    seconds_left: int | None


class ClockWanted(Wanted):
    """Which clocks."""

    station_id: Identity | None = None
    clause: Annotated[str, Field(max_length=10)] | None = None
    subject_kind: Annotated[str, Field(max_length=60)] | None = None
    subject_number: Annotated[str, Field(max_length=40)] | None = None
    is_running: bool | None = None
    breached: bool | None = None


class DueWanted(Schema):
    """How far ahead."""

    within_minutes: Annotated[int, Field(ge=0, le=10_080)] = 120
    limit: Annotated[int, Field(ge=1, le=200)] = 100


def _clocks(actor: Actor) -> Any:
    return Clock.objects.visible_to(actor)


add_list(
    router,
    Master(
        name="clock",
        model=Clock,
        shows=ClockOut,
        wanted=ClockWanted,
        narrow={"is_running": "stopped_at__isnull"},
        scope=_clocks,
    ),
)


@router.get("/due", response={200: list[DueOut], **PROBLEMS}, operation_id="clock_due", summary="What is due soon")
def due(request: HttpRequest, wanted: Query[DueWanted]) -> HttpResponse:
    """Return the clocks that are late, warned, or due within the time given, the most urgent first."""
    refuse_unknown(request, DueWanted)
    rows = due_soon(actor_of(request), timezone.now(), within_minutes=wanted.within_minutes, limit=wanted.limit)
    return json_answer([columns(row, DueOut, id=row.pk, title=str(row.title)) for row in rows])
