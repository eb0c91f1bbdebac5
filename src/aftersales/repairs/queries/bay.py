"""What a technician has to do: the jobs by car, with parts, promise and clock; four statements however many jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet, Sum

from aftersales.repairs.choices import Consent, LineKind, OrderState, WorkState
from aftersales.repairs.models import Concern, OrderLine, RepairOrder, WorkSession
from aftersales.standards.binding import fulfils

AT_WORK = (OrderState.DISPATCHED, OrderState.IN_PROGRESS)
TURN = {WorkState.STARTED: 0, WorkState.PAUSED: 1, WorkState.WAITING: 2, WorkState.FINISHED: 3}


@dataclass(frozen=True, slots=True)
class JobRow:
    """One labour line of a technician. `running_since` while clocked on; `missing` names parts not issued yet."""

    line: OrderLine
    bay: str
    running_since: datetime | None
    worked_minutes: int
    missing: tuple[str, ...]

    @property
    def is_running(self) -> bool:
        return self.line.work_state == WorkState.STARTED

    @property
    def is_paused(self) -> bool:
        return self.line.work_state == WorkState.PAUSED

    @property
    def is_finished(self) -> bool:
        return self.line.work_state == WorkState.FINISHED


@dataclass(frozen=True, slots=True)
class CarRow:
    """One order with the technician's own jobs on it. `can_be_completed` once every job on it is finished."""

    order: RepairOrder
    words: str
    jobs: tuple[JobRow, ...]
    parts_issued: int
    parts_wanted: int
    can_be_completed: bool

    @property
    def is_running(self) -> bool:
        return any(job.is_running for job in self.jobs)

    @property
    def tone(self) -> str:
        if self.order.hold_reason:
            return "amber"
        return "azure" if self.is_running else "green" if self.can_be_completed else "neutral"


@dataclass(frozen=True, slots=True)
class Workday:
    """A technician's cars, the one in work first, and what was worked today."""

    cars: tuple[CarRow, ...]
    minutes_today: int
    running: JobRow | None
    running_order: RepairOrder | None


def own_lines(staff_member_id: int) -> QuerySet[OrderLine]:
    """Return the agreed jobs a person is assigned to on cars that may be worked on."""
    return OrderLine.objects.filter(
        technician_id=staff_member_id,
        kind=LineKind.LABOUR,
        consent=Consent.AGREED,
        order__state__in=AT_WORK,
        order__is_historical=False,
    )


def workday_version(staff_member_id: int, at: datetime) -> tuple[object, ...]:
    """Return what changes whenever the page does; while a clock runs also the minute, for the elapsed time."""
    counted = own_lines(staff_member_id).aggregate(
        count=Count("pk"),
        last=Max("order_id"),
        versions=Sum("order__version"),
        running=Count("pk", filter=Q(work_state=WorkState.STARTED)),
    )
    minute = int(at.timestamp() // 60) if counted["running"] else 0
    return counted["count"], counted["last"], counted["versions"], minute


@fulfils("WORK-04", "WORK-09")
def workday_of(staff_member_id: int, midnight: datetime, at: datetime) -> Workday:
    """Return the technician's jobs by car, the running one first, then by promise; `midnight` is where today begins."""
    own = list(own_lines(staff_member_id).select_related("order__advisor", "bay").order_by("position"))
    order_ids = {line.order_id for line in own}
    around = _lines_by_order(order_ids)
    first_words = dict(
        Concern.objects.filter(order_id__in=order_ids, position=1).values_list("order_id", "customer_words")
    )
    minutes, running, today = _clock_times(staff_member_id, [line.pk for line in own], midnight, at)
    by_order: dict[int, list[JobRow]] = defaultdict(list)
    orders: dict[int, RepairOrder] = {}
    for line in own:
        orders.setdefault(line.order_id, line.order)
        by_order[line.order_id].append(
            JobRow(
                line=line,
                bay=line.bay.code if line.bay is not None else "",
                running_since=running.get(line.pk),
                worked_minutes=minutes.get(line.pk, 0),
                missing=_missing(line, around[line.order_id]),
            )
        )
    cars = [_car(orders[pk], jobs, around[pk], first_words.get(pk, "")) for pk, jobs in by_order.items()]
    cars.sort(
        key=lambda car: (not car.is_running, bool(car.order.hold_reason), car.order.promised_at or at, car.order.pk)
    )
    clocked = next(((car, job) for car in cars for job in car.jobs if job.is_running), None)
    return Workday(
        cars=tuple(cars),
        minutes_today=today,
        running=clocked[1] if clocked else None,
        running_order=clocked[0].order if clocked else None,
    )


def _lines_by_order(order_ids: set[int]) -> Mapping[int, list[OrderLine]]:
    found: dict[int, list[OrderLine]] = defaultdict(list)
    rows = OrderLine.objects.filter(order_id__in=order_ids, consent__in=(Consent.AGREED, Consent.PENDING))
    for line in rows.order_by("order_id", "position"):
        found[line.order_id].append(line)
    return found


def _missing(job: OrderLine, lines: Sequence[OrderLine]) -> tuple[str, ...]:
    """Return the parts that a job still waits for; a part line that names no job is everybody's."""
    return tuple(
        line.text
        for line in lines
        if line.is_part and line.is_agreed and line.job_id in (None, job.pk) and line.issued_quantity < line.quantity
    )


def _car(order: RepairOrder, jobs: list[JobRow], lines: Sequence[OrderLine], words: str) -> CarRow:
    parts = [line for line in lines if line.is_part and line.is_agreed]
    labour = [line for line in lines if line.is_labour and line.is_agreed]
    issued = sum(line.issued_quantity >= line.quantity for line in parts)
    jobs.sort(key=lambda job: (TURN[WorkState(job.line.work_state)], job.line.position))
    done = (
        order.state == OrderState.IN_PROGRESS
        and all(line.work_state == WorkState.FINISHED for line in labour)
        and issued == len(parts)
        and all(line.is_agreed for line in lines)
    )
    return CarRow(order, words, tuple(jobs), issued, len(parts), done)


def _clock_times(
    staff_member_id: int, line_ids: list[int], midnight: datetime, at: datetime
) -> tuple[dict[int, int], dict[int, datetime], int]:
    """Return minutes worked and the open session's start by line, and the minutes worked today on any line."""
    sessions = WorkSession.objects.filter(technician_id=staff_member_id).filter(
        Q(line_id__in=line_ids) | Q(ended_at__isnull=True) | Q(ended_at__gt=midnight)
    )
    worked: dict[int, timedelta] = defaultdict(timedelta)
    running: dict[int, datetime] = {}
    today = timedelta()
    for line_id, started_at, ended_at in sessions.values_list("line_id", "started_at", "ended_at"):
        until = ended_at or at
        worked[line_id] += max(until - started_at, timedelta())
        today += max(until - max(started_at, midnight), timedelta())
        if ended_at is None:
            running[line_id] = started_at
    return (
        {pk: int(span.total_seconds() // 60) for pk, span in worked.items()},
        running,
        int(today.total_seconds() // 60),
    )
