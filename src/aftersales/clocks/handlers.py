"""Hearing the workflows: every step that concerns a clock moves it, in the step's own transaction."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache, partial

from aftersales.clocks.calendars import calendar_of
from aftersales.clocks.course import Course, Limits, Taken, begin
from aftersales.clocks.course import advance as advance_course
from aftersales.clocks.definitions import Definition, by_step
from aftersales.clocks.models import Clock
from aftersales.clocks.rules import ONE_DAY, WorkingCalendar
from aftersales.core.documents import subject_kind
from aftersales.core.events import StepTaken
from aftersales.core.rows import CompiledRead, fresh_row, insert_later, update_columns
from aftersales.standards.binding import fulfils
from aftersales.standards.queries import threshold

COURSE_COLUMNS = (
    "promised_at",
    "due_at",
    "warn_at",
    "earliest_at",
    "paused_at",
    "paused_for",
    "stopped_at",
    "voided",
    "breached",
)


def limits_of(definition: Definition, station_id: int, at: datetime) -> Limits:
    """Return the definition's figures in force at the station on the local date of `at`, with its calendar."""
    calendar = calendar_of(station_id)
    on = calendar.local_date(at)

    def read(code: str) -> object:
        return threshold(definition.clause, code, station_id=station_id, on=on) if code else None

    return Limits(calendar, read(definition.limit), read(definition.earliest), read(definition.lead))  # type: ignore[arg-type]


def as_instant(value: date | datetime | None, calendar: WorkingCalendar) -> datetime | None:
    """Return a due field as an instant: a date means the end of that day at the station."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value + ONE_DAY, time.min, tzinfo=calendar.zone)


def course_of(clock: Clock) -> Course:
    """Return where a stored clock stands."""
    return Course(started_at=clock.started_at, **{name: getattr(clock, name) for name in COURSE_COLUMNS})


def put_course(clock: Clock, course: Course) -> list[str]:
    """Write a course into the row in memory and return the names of the columns that changed."""
    changed = [name for name in COURSE_COLUMNS if getattr(clock, name) != getattr(course, name)]
    for name in changed:
        setattr(clock, name, getattr(course, name))
    return changed


@cache
def _running_clocks() -> CompiledRead[Clock]:
    rows = Clock.objects.everywhere().filter(subject_kind="").filter(subject_id=0).filter(stopped_at=None)
    return CompiledRead(rows.select_for_update(of=("self",), no_key=True))


@fulfils("APPT-03", "APPT-08", "WORK-08", "CRM-01", "FUP-01", "FUP-02")
def advance(event: StepTaken) -> None:
    """Start, pause, resume, move or stop the clocks that listen to the step; no query when none does."""
    document = event.document
    kind = subject_kind(document)
    definitions = by_step().get((kind, event.step))
    if not definitions:
        return
    station_id: int = document.station_id
    heard = [row.code for row in definitions if event.step not in row.starts or event.step in row.moves]
    clocks: dict[str, Clock] = {}
    if heard:
        clocks = {
            clock.definition: clock for clock in _running_clocks().run([kind, document.pk]) if clock.definition in heard
        }
    started: list[Clock] = []
    for definition in definitions:
        if clock := clocks.get(definition.code):
            limits = limits_of(definition, station_id, clock.started_at)
            promised = _promise(definition, document, limits.calendar)
            taken = Taken(event.step, event.at, promised, fits=definition.fits(partial(getattr, document)))
            if changed := put_course(clock, advance_course(course_of(clock), definition, limits, taken)):
                update_columns(clock, changed)
        elif event.step in definition.starts and definition.fits(partial(getattr, document)):
            started.append(_new_clock(definition, document, event.at))
    if started:
        # A clock that already runs goes on from its first start: nobody can reset it by repeating a step.
        insert_later(started, unless_there=True)


def _promise(definition: Definition, document: object, calendar: WorkingCalendar) -> datetime | None:
    if not definition.due_field:
        return None
    return as_instant(getattr(document, definition.due_field), calendar)


def _new_clock(definition: Definition, document: object, at: datetime) -> Clock:
    station_id: int = document.station_id  # type: ignore[attr-defined]
    limits = limits_of(definition, station_id, at)
    clock = fresh_row(
        Clock,
        station_id=station_id,
        definition=definition.code,
        clause=definition.clause,
        subject_kind=definition.subject,
        subject_id=document.pk,  # type: ignore[attr-defined]
        subject_number=str(getattr(document, "number", "") or ""),
        started_at=at,
    )
    put_course(clock, begin(definition, limits, at, _promise(definition, document, limits.calendar)))
    return clock
