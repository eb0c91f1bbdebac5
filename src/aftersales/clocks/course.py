"""The course of one clock from event to event: plain arithmetic, used by the live handler and by the rebuild alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from aftersales.clocks import rules
from aftersales.clocks.definitions import Definition
from aftersales.clocks.rules import NO_TIME, WorkingCalendar

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Course:
    """Where a clock stands. `due_at` None: no limit yet; `voided`: ended by something else than what it waited for."""

    started_at: datetime
    promised_at: datetime | None = None  # the due field as last read
    due_at: datetime | None = None
    warn_at: datetime | None = None
    earliest_at: datetime | None = None
    paused_at: datetime | None = None
    paused_for: timedelta = NO_TIME
    stopped_at: datetime | None = None
    voided: bool = False
    breached: bool = False

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures of a definition at a station on the day the clock starts, and the calendar they are counted on."""

    calendar: WorkingCalendar
    limit: Decimal | None = None
    earliest: Decimal | None = None
    lead: Decimal | None = None


def _of_unit(figure: Decimal, unit: str) -> timedelta:
    step = UNITS[unit]
    return timedelta(microseconds=int(figure * (step // timedelta(microseconds=1))))


def _due(definition: Definition, limits: Limits, at: datetime, promised: datetime | None) -> datetime | None:
    if definition.due_field:
        if promised is None or limits.lead is None:
            return promised
        due_at = promised - _of_unit(limits.lead, definition.unit)
        return due_at if due_at > at else None  # agreed so shortly before that there is nothing left to do
    if limits.limit is None:
        raise LookupError(f"clock {definition.code} has neither a limit nor a due field")
    match definition.counting:
        case "days":
            return rules.end_of_day_after(at, int(limits.limit), limits.calendar)
        case "working_days":
            return rules.end_of_working_day_after(at, int(limits.limit), limits.calendar)
        case "working":
            return rules.add_working_time(at, _of_unit(limits.limit, definition.unit), limits.calendar)
        case _:
            return at + _of_unit(limits.limit, definition.unit)


def _with_due(course: Course, definition: Definition, due_at: datetime | None) -> Course:
    warn_at = None
    if due_at is not None and definition.warn_before_minutes:
        warn_at = due_at - timedelta(minutes=definition.warn_before_minutes)
    return replace(course, due_at=due_at, warn_at=warn_at)


def begin(definition: Definition, limits: Limits, at: datetime, promised: datetime | None = None) -> Course:
    """Return a clock started at an instant; `promised` is the document's due field, if the definition reads one."""
    course = Course(started_at=at, promised_at=promised)
    if limits.earliest is not None:
        course = replace(course, earliest_at=rules.start_of_day_after(at, int(limits.earliest), limits.calendar))
    return _with_due(course, definition, _due(definition, limits, at, promised))


def pause(course: Course, at: datetime) -> Course:
    """Stop counting until `resume`; a clock already past its due instant stays breached."""
    if course.paused_at is not None or not course.is_running:
        return course
    late = course.due_at is not None and at > course.due_at
    return replace(course, paused_at=at, breached=course.breached or late)


def resume(course: Course, definition: Definition, calendar: WorkingCalendar, at: datetime) -> Course:
    """Go on counting: what was left of the limit when the clock was paused is left now."""
    if course.paused_at is None or not course.is_running:
        return course
    paused_at = course.paused_at
    waited = max(at - paused_at, NO_TIME)  # the wall clock may have been set back meanwhile
    going = replace(course, paused_at=None, paused_for=course.paused_for + waited)
    if course.due_at is None or course.due_at <= paused_at or not waited:
        return going
    if definition.counting == "working":
        left = rules.working_time_between(paused_at, course.due_at, calendar)
        due_at = rules.add_working_time(paused_at + waited, left, calendar)
    else:
        due_at = course.due_at + waited
    return _with_due(going, definition, due_at)


def move(course: Course, definition: Definition, limits: Limits, at: datetime, promised: datetime | None) -> Course:
    """Take a new promise: the due instant is read again; one that had already passed leaves its breach behind."""
    if not course.is_running or course.promised_at == promised:
        return course
    late = course.paused_at is None and course.due_at is not None and at > course.due_at
    moved = replace(course, promised_at=promised, breached=course.breached or late)
    if course.paused_at is not None:  # the new promise already knows of the wait so far
        waited = max(at - course.paused_at, NO_TIME)
        moved = replace(moved, paused_at=max(at, course.paused_at), paused_for=course.paused_for + waited)
    return _with_due(moved, definition, _due(definition, limits, at, promised))


def stop(course: Course, at: datetime, *, void: bool = False) -> Course:
    """End the clock; the verdict looks at the instant counting ended, which is the pause if it was paused.

    `void`: what was awaited need not happen any more. A limit already broken stays broken; else there is no verdict.
    """
    if not course.is_running:
        return course
    counted = course.paused_at or at
    late = course.due_at is not None and counted > course.due_at
    early = not void and course.earliest_at is not None and at < course.earliest_at
    return replace(course, stopped_at=at, voided=void, breached=course.breached or late or early)


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of the clock's document: its name, its instant, and the due field as it is after the step."""

    step: str
    at: datetime
    promised: datetime | None = None
    fits: bool = True  # whether the clock is still meant for the document as it is after the step


def advance(course: Course, definition: Definition, limits: Limits, taken: Taken) -> Course:
    """Return the running clock after one step of its document; steps that do not concern it leave it unchanged."""
    if not taken.fits:
        return stop(course, taken.at, void=True)
    if taken.step in definition.stops:
        return stop(course, taken.at)
    if taken.step in definition.voids:
        return stop(course, taken.at, void=True)
    if taken.step in definition.moves:
        course = move(course, definition, limits, taken.at, taken.promised)
    if taken.step in definition.pauses:
        return pause(course, taken.at)
    if taken.step in definition.resumes:
        return resume(course, definition, limits.calendar, taken.at)
    return course
