"""Working time: examples worked out by hand, and properties over random calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aftersales.clocks import rules
from aftersales.clocks.rules import WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
DAY_WITH_LUNCH = ((time(8), time(12)), (time(13), time(17)))
OFFICE = WorkingCalendar(SHANGHAI, dict.fromkeys(range(5), DAY_WITH_LUNCH))


def local(*parts: int, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime(*parts, tzinfo=zone)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (local(2026, 11, 23, 8, 0), 60, local(2026, 11, 23, 9, 0)),
        (local(2026, 11, 23, 7, 0), 60, local(2026, 11, 23, 9, 0)),  # before opening
        (local(2026, 11, 23, 11, 30), 60, local(2026, 11, 23, 13, 30)),  # over lunch
        (local(2026, 11, 23, 12, 30), 30, local(2026, 11, 23, 13, 30)),  # at lunch
        (local(2026, 11, 23, 8, 0), 240, local(2026, 11, 23, 12, 0)),  # ends with the morning, not after lunch
        (local(2026, 11, 23, 16, 30), 60, local(2026, 11, 24, 8, 30)),  # over night
        (local(2026, 11, 27, 16, 30), 60, local(2026, 11, 30, 8, 30)),  # over the weekend
        (local(2026, 11, 28, 10, 0), 1, local(2026, 11, 30, 8, 1)),  # on Saturday
        (local(2026, 12, 31, 16, 59), 2, local(2027, 1, 1, 8, 1)),  # over the year's end
        (local(2028, 2, 28, 16, 0), 120, local(2028, 2, 29, 9, 0)),  # leap day
        (local(2028, 2, 29, 16, 0), 120, local(2028, 3, 1, 9, 0)),
    ],
)
def test_working_minutes_are_added_over_breaks_nights_and_weekends(
    start: datetime, minutes: int, end: datetime
) -> None:
    assert rules.add_working_minutes(start, minutes, OFFICE) == end
    assert rules.working_minutes_between(start, end, OFFICE) == minutes


def test_a_holiday_is_skipped_and_a_makeup_workday_counts() -> None:
    # 2026: New Year's Day is Thursday with Friday off, made up for on Sunday 4 January.
    special = {date(2026, 1, 1): False, date(2026, 1, 2): False, date(2026, 1, 4): True}
    calendar = WorkingCalendar(SHANGHAI, OFFICE.week, special)
    start = local(2025, 12, 31, 16, 0)
    assert rules.add_working_minutes(start, 120, calendar) == local(2026, 1, 4, 9, 0)
    assert rules.working_minutes_between(local(2026, 1, 1), local(2026, 1, 5), calendar) == 480
    assert calendar.is_workday(date(2026, 1, 4))
    assert not calendar.is_workday(date(2026, 1, 3))


def test_a_spring_day_in_berlin_is_an_hour_shorter_and_an_autumn_day_longer() -> None:
    night = WorkingCalendar(BERLIN, dict.fromkeys(range(7), ((time(0), time(6)),)))
    assert (
        rules.working_minutes_between(local(2026, 3, 29, zone=BERLIN), local(2026, 3, 29, 12, zone=BERLIN), night)
        == 5 * 60
    )
    assert (
        rules.working_minutes_between(local(2026, 10, 25, zone=BERLIN), local(2026, 10, 25, 12, zone=BERLIN), night)
        == 7 * 60
    )


def test_a_shift_past_midnight_belongs_to_the_day_it_began() -> None:
    late = WorkingCalendar(SHANGHAI, {4: ((time(20), time(2)),)})  # Fridays 20:00 to 02:00
    assert rules.add_working_minutes(local(2026, 11, 27, 23, 0), 120, late) == local(2026, 11, 28, 1, 0)
    assert rules.add_working_minutes(local(2026, 11, 28, 1, 30), 60, late) == local(2026, 12, 4, 20, 30)


def test_a_calendar_that_never_opens_is_named() -> None:
    closed = WorkingCalendar(SHANGHAI, {})
    with pytest.raises(rules.NoWorkingTime):
        rules.add_working_minutes(local(2026, 11, 23), 1, closed)
    with pytest.raises(rules.NoWorkingTime):
        rules.end_of_working_day_after(local(2026, 11, 23), 1, closed)
    assert rules.working_minutes_between(local(2026, 11, 23), local(2026, 11, 24), closed) == 0


def test_negative_durations_are_refused_and_reversed_instants_count_backwards() -> None:
    with pytest.raises(ValueError, match="negative"):
        rules.add_working_minutes(local(2026, 11, 23), -1, OFFICE)
    a, b = local(2026, 11, 23, 9), local(2026, 11, 23, 10, 30)
    assert rules.working_minutes_between(b, a, OFFICE) == -90


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (local(2026, 11, 23, 23, 59, 59), 0, local(2026, 11, 24)),
        (local(2026, 11, 23, 0, 0), 2, local(2026, 11, 26)),
        (local(2028, 2, 28, 12), 1, local(2028, 3, 1)),
        (local(2027, 2, 28, 12), 1, local(2027, 3, 2)),
        (local(2026, 12, 31, 12), 7, local(2027, 1, 8)),
    ],
)
def test_T3_calendar_days_end_at_the_stations_midnight(start: datetime, days: int, end: datetime) -> None:
    assert rules.end_of_day_after(start, days, OFFICE) == end
    assert rules.end_of_day_after(start.astimezone(UTC), days, OFFICE) == end  # wherever the server thinks it is


def test_working_days_end_at_closing_time() -> None:
    assert rules.end_of_working_day_after(local(2026, 11, 27, 10), 1, OFFICE) == local(2026, 11, 30, 17)
    assert rules.end_of_working_day_after(local(2026, 11, 27, 10), 2, OFFICE) == local(2026, 12, 1, 17)
    assert rules.end_of_working_day_after(local(2026, 11, 27, 10), 0, OFFICE) == local(2026, 11, 27, 17)
    assert rules.end_of_working_day_after(local(2026, 11, 27, 18), 0, OFFICE) == local(2026, 11, 30, 17)


@pytest.mark.parametrize(
    ("on", "months", "result"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_T3_months_are_clipped_to_their_end(on: date, months: int, result: date) -> None:
    assert rules.add_months(on, months) == result


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    """A calendar that opens on at least one weekday, in a zone with or without daylight saving time."""
    zone = draw(st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Kiritimati")]))
    week = {}
    for weekday in draw(st.sets(st.integers(0, 6), min_size=1)):
        cuts = sorted(draw(st.sets(st.integers(0, 24 * 12 - 1), min_size=2, max_size=4)))
        times = [time(cut // 12, cut % 12 * 5) for cut in cuts[: len(cuts) // 2 * 2]]
        week[weekday] = tuple(zip(times[::2], times[1::2], strict=True))
    first = date(2026, 1, 1)
    special = draw(st.dictionaries(st.integers(0, 800), st.booleans(), max_size=12))
    return WorkingCalendar(zone, week, {first + timedelta(days=day): opens for day, opens in special.items()})


instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 3, 15), timezones=st.just(UTC))


@given(calendars(), instants, st.integers(0, 3000))
@settings(max_examples=150)
def test_what_is_added_lies_between(calendar: WorkingCalendar, start: datetime, minutes: int) -> None:
    end = rules.add_working_minutes(start, minutes, calendar)
    assert rules.working_time_between(start, end, calendar) == timedelta(minutes=minutes)
    if minutes:  # and it is the earliest such instant
        before = end - timedelta(microseconds=1)
        assert rules.working_time_between(start, before, calendar) < timedelta(minutes=minutes)


@given(calendars(), instants, instants, instants)
@settings(max_examples=150)
def test_time_between_adds_up(calendar: WorkingCalendar, a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))
    assume(c - a < timedelta(days=120))
    between = rules.working_time_between
    assert between(a, b, calendar) + between(b, c, calendar) == between(a, c, calendar)
    assert timedelta(0) <= between(a, c, calendar) <= c - a


@given(calendars(), instants, st.integers(1, 2000), st.integers(1, 2000))
@settings(max_examples=100)
def test_adding_in_two_goes_is_adding_once(calendar: WorkingCalendar, start: datetime, first: int, then: int) -> None:
    in_two = rules.add_working_minutes(rules.add_working_minutes(start, first, calendar), then, calendar)
    assert in_two == rules.add_working_minutes(start, first + then, calendar)


@given(instants, st.integers(0, 100_000))
def test_an_always_open_calendar_is_plain_time(start: datetime, minutes: int) -> None:
    calendar = rules.always_open(SHANGHAI)
    assert rules.add_working_minutes(start, minutes, calendar) == start + timedelta(minutes=minutes)
