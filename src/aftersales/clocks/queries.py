"""Reading clocks: what runs, what is due soon, how well each timer of the standard is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Count, F, Q

from aftersales.clocks.definitions import Definition, all_definitions
from aftersales.clocks.models import Clock
from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock as screens show it. `tone` is late, soon, paused, running or ended."""

    pk: int
    station_id: int
    clause: str
    title: str
    subject_kind: str
    subject_id: int
    subject_number: str
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached: bool
    tone: str
    seconds_left: int | None


@dataclass(frozen=True, slots=True)
class Compliance:
    """How often a timer was kept in a period: ended in time, or broken (late, too early, or still running late)."""

    clause: str
    kept: int
    breached: int

    @property
    def counted(self) -> int:
        return self.kept + self.breached


def _tone(clock: Clock, at: datetime) -> str:
    if clock.stopped_at is not None:
        return "ended"
    if clock.paused_at is not None:
        return "paused"
    if clock.due_at is not None and clock.due_at < at:
        return "late"
    if clock.warn_at is not None and clock.warn_at <= at:
        return "soon"
    return "running"


def _row(clock: Clock, at: datetime) -> ClockRow:
    definition = all_definitions().get(clock.definition)
    left = None
    if clock.due_at is not None and clock.stopped_at is None:
        left = int((clock.due_at - (clock.paused_at or at)).total_seconds())
    return ClockRow(
        pk=clock.pk,
        station_id=clock.station_id,
        clause=clock.clause,
        title=definition.title if definition else clock.definition,
        subject_kind=clock.subject_kind,
        subject_id=clock.subject_id,
        subject_number=clock.subject_number,
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        breached=clock.breached,
        tone=_tone(clock, at),
        seconds_left=left,
    )


def running_clocks(
    actor: Actor, at: datetime, *, subject_kinds: tuple[str, ...] = (), limit: int = 200
) -> list[ClockRow]:
    """Return the running clocks the actor may see, the most urgent first."""
    rows = Clock.objects.visible_to(actor).filter(stopped_at=None)
    if subject_kinds:
        rows = rows.filter(subject_kind__in=subject_kinds)
    return [_row(clock, at) for clock in rows.order_by(F("due_at").asc(nulls_last=True), "pk")[:limit]]


def due_soon(actor: Actor, at: datetime, *, within_minutes: int = 120, limit: int = 100) -> list[ClockRow]:
    """Return the clocks that are late, warned, or due within the time given: the order of 我的工作."""
    horizon = at + timedelta(minutes=within_minutes)
    rows = (
        Clock.objects.visible_to(actor)
        .filter(stopped_at=None, paused_at=None)
        .filter(Q(due_at__lte=horizon) | Q(warn_at__lte=at))
        .order_by("due_at", "pk")
    )
    return [_row(clock, at) for clock in rows[:limit]]


def clocks_of(document: models.Model, at: datetime) -> list[ClockRow]:
    """Return every clock of a document the caller has shown to be visible, oldest first."""
    rows = Clock.objects.everywhere().filter(subject_kind=subject_kind(document), subject_id=document.pk)
    return [_row(clock, at) for clock in rows.order_by("started_at", "pk")]


def clocks_of_many(subject: str, ids: list[int], at: datetime) -> dict[int, list[ClockRow]]:
    """Return the running clocks of a page of documents already shown to be visible, by document, in one query."""
    rows = Clock.objects.everywhere().filter(subject_kind=subject, subject_id__in=ids, stopped_at=None)
    found: dict[int, list[ClockRow]] = {pk: [] for pk in ids}
    for clock in rows.order_by("due_at", "pk"):
        found[clock.subject_id].append(_row(clock, at))
    return found


def judged(
    clause: str, station_ids: tuple[int, ...] | None, start: datetime, end: datetime
) -> models.QuerySet[Clock, Clock]:
    """Return the clocks of a clause that have a verdict and fell due from `start` until `end`."""
    rows = Clock.objects.everywhere().filter(clause=clause, due_at__gte=start, due_at__lt=end)
    if station_ids is not None:
        rows = rows.filter(station_id__in=station_ids)
    return rows.filter(Q(stopped_at__isnull=False, voided=False) | Q(breached=True))


def compliance(clause: str, station_ids: tuple[int, ...] | None, start: datetime, end: datetime) -> Compliance:
    """Return how often the timer was kept among the clocks that fell due in the period."""
    counted = judged(clause, station_ids, start, end).aggregate(
        kept=Count("pk", filter=Q(breached=False)), broken=Count("pk", filter=Q(breached=True))
    )
    return Compliance(clause, counted["kept"], counted["broken"])


def definitions_of(clause: str) -> tuple[Definition, ...]:
    """Return the clock definitions of a clause."""
    return tuple(row for row in all_definitions().values() if row.clause == clause)
