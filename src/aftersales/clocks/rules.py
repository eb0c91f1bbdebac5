"""Arithmetic of working time: opening hours with a lunch break, holidays, make-up workdays; any zone, any midnight.

Everything is computed on instants (UTC) from local opening times, so that a change of daylight saving time, a holiday
or a midnight between two instants needs no case of its own.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NO_TIME = timedelta(0)
ONE_DAY = timedelta(days=1)
ONE_MINUTE = timedelta(minutes=1)
FARTHEST_DAYS = 3_660  # a calendar that stays closed for ten years is a mistake in its rows

type Span = tuple[datetime, datetime]
type Hours = tuple[tuple[time, time], ...]


class NoWorkingTime(ValueError):
    """The calendar never opens, so no amount of working time can pass."""


@dataclass(frozen=True)
class WorkingCalendar:
    """When a station works.

    `week` maps a weekday (0 Monday … 6 Sunday) to its spans of local time; a span that ends at or before its start goes
    on past midnight. `days` overrides single dates: False closed (holiday), True open (make-up workday), with the hours
    of that weekday, or of the first open weekday when that weekday is normally closed.
    """

    zone: ZoneInfo
    week: Mapping[int, Hours]
    days: Mapping[date, bool] = field(default_factory=dict)

    def hours_on(self, on: date) -> Hours:
        """Return the local opening spans of one date."""
        own = self.week.get(on.weekday(), ())
        if self.days.get(on, bool(own)) is False:
            return ()
        if own:
            return own
        return next((self.week[day] for day in range(7) if self.week.get(day)), ())

    def is_workday(self, on: date) -> bool:
        """Tell whether the station opens on that date."""
        return bool(self.hours_on(on))

    def spans_on(self, on: date) -> list[Span]:
        """Return the instants between which the station works, for the spans that begin on that date."""
        spans = []
        for opens, closes in self.hours_on(on):
            last_day = on if closes > opens else on + ONE_DAY
            start, end = self._instant(on, opens), self._instant(last_day, closes)
            if end > start:
                spans.append((start, end))
        return spans

    def _instant(self, on: date, local: time) -> datetime:
        return datetime.combine(on, local, tzinfo=self.zone).astimezone(UTC)

    def local_date(self, at: datetime) -> date:
        """Return the station's date at an instant."""
        return at.astimezone(self.zone).date()

    def start_of(self, on: date) -> datetime:
        """Return the instant at which the date begins at the station."""
        return self._instant(on, time.min)

    def spans_from(self, start: datetime) -> Iterator[Span]:
        """Yield the working spans from an instant on, cut off before it, in order and without overlap.

        Raises NoWorkingTime when nothing opens for ten years.
        """
        on = self.local_date(start) - ONE_DAY  # yesterday's last span may go on past midnight
        reached = start
        closed_days = 0
        while closed_days < FARTHEST_DAYS:
            closed_days += 1
            for begin, end in self.spans_on(on):
                if end > reached:
                    yield max(begin, reached), end
                    reached = end
                    closed_days = 0
            on += ONE_DAY
        raise NoWorkingTime("the calendar has no opening hours")


def always_open(zone: ZoneInfo) -> WorkingCalendar:
    """Return a calendar that never closes."""
    return WorkingCalendar(zone, dict.fromkeys(range(7), ((time.min, time.min),)))


def add_working_time(start: datetime, duration: timedelta, calendar: WorkingCalendar) -> datetime:
    """Return the earliest instant by which `duration` of working time has passed since `start`; zero returns `start`.

    Raises ValueError for a negative duration, NoWorkingTime for a calendar that never opens.
    """
    if duration < NO_TIME:
        raise ValueError("a negative duration")
    if not duration:
        return start
    left = duration
    for begin, end in calendar.spans_from(start.astimezone(UTC)):
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise NoWorkingTime("the calendar has no opening hours")


def working_time_between(a: datetime, b: datetime, calendar: WorkingCalendar) -> timedelta:
    """Return the working time from `a` to `b`; negative when `b` comes first."""
    if b < a:
        return -working_time_between(b, a, calendar)
    total = NO_TIME
    if a == b:
        return total
    try:
        for begin, end in calendar.spans_from(a.astimezone(UTC)):
            if begin >= b:
                break
            total += min(end, b) - begin
    except NoWorkingTime:
        return total
    return total


def add_working_minutes(start: datetime, minutes: int, calendar: WorkingCalendar) -> datetime:
    """Return the earliest instant by which so many working minutes have passed since `start`."""
    return add_working_time(start, timedelta(minutes=minutes), calendar)


def working_minutes_between(a: datetime, b: datetime, calendar: WorkingCalendar) -> int:
    """Return the whole working minutes from `a` to `b`, rounded towards zero."""
    worked = working_time_between(a, b, calendar)
    return -(-worked // ONE_MINUTE) if worked < NO_TIME else worked // ONE_MINUTE


def end_of_day_after(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """Return the end of the `days`-th calendar day after `start`, at the station; 0 is the end of the same day."""
    return calendar.start_of(calendar.local_date(start) + timedelta(days=days + 1))


def start_of_day_after(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """Return the beginning of the `days`-th calendar day after `start`, at the station."""
    return calendar.start_of(calendar.local_date(start) + timedelta(days=days))


def end_of_working_day_after(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """Return the closing time of the `days`-th working day after the day of `start`; 0 is the first from that day on.

    Raises NoWorkingTime for a calendar that never opens.
    """
    on = calendar.local_date(start)
    if days:
        on += ONE_DAY
    left = max(days, 1)
    for _ in range(FARTHEST_DAYS):
        spans = calendar.spans_on(on)
        if spans and spans[-1][1] > start:
            left -= 1
            if not left:
                return spans[-1][1]
        on += ONE_DAY
    raise NoWorkingTime("the calendar has no opening hours")


def add_months(on: date, months: int) -> date:
    """Return the same day so many calendar months later, clipped to the month's end (31 January + 1 = 28 February)."""
    index = on.year * 12 + on.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
