"""Working calendars of stations, read from the network's hours and special days; the official days of China."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from django.db.models import Q

from aftersales.clocks.rules import Hours, WorkingCalendar
from aftersales.network.models import CalendarDay, OpeningHours, Station

FRESH_SECONDS = 30.0  # how long another process may still count on the old hours

_KEPT: dict[int, tuple[float, WorkingCalendar]] = {}


def forget_calendars() -> None:
    """Drop this process's copies: called when opening hours or special days have changed."""
    _KEPT.clear()


def calendar_of(station_id: int) -> WorkingCalendar:
    """Return the station's working calendar; its own special days go before those of the whole network."""
    kept = _KEPT.get(station_id)
    if kept is not None and monotonic() - kept[0] < FRESH_SECONDS:
        return kept[1]
    calendar = read_calendar(station_id)
    _KEPT[station_id] = (monotonic(), calendar)
    return calendar


def read_calendar(station_id: int) -> WorkingCalendar:
    """Return the station's working calendar as the database has it now."""
    zone = ZoneInfo(Station.objects.values_list("time_zone", flat=True).get(pk=station_id))
    week: dict[int, Hours] = {
        row.weekday: _spans(row.opens, row.closes, row.break_starts, row.break_ends)
        for row in OpeningHours.objects.at_station(station_id)
    }
    days: dict[date, bool] = {}
    special = CalendarDay.objects.filter(Q(station_id=station_id) | Q(station_id=None))
    for row in sorted(special, key=lambda row: row.station_id is not None):
        days[row.on] = row.is_workday
    return WorkingCalendar(zone, week, days)


def _spans(opens: time, closes: time, break_starts: time | None, break_ends: time | None) -> Hours:
    if break_starts is None or break_ends is None:
        return ((opens, closes),)
    return tuple(span for span in ((opens, break_starts), (break_ends, closes)) if span[0] != span[1])


@dataclass(frozen=True, slots=True)
class OfficialDay:
    """A day that the State Council sets apart: a holiday, or a weekend day worked in exchange. Seeds `CalendarDay`."""

    on: date
    is_workday: bool
    name: str


_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def official_days(year: int) -> tuple[OfficialDay, ...]:
    """Return the official days of a year: exact with make-up workdays where published, else statutory days only.

    The rows are a proposal to edit: the State Council publishes each year's exchange days the autumn before.
    """
    import chinese_calendar
    import holidays

    rows: dict[date, OfficialDay] = {}
    on = date(year, 1, 1)
    try:
        while on.year == year:
            is_holiday, name = chinese_calendar.get_holiday_detail(on)
            if name is not None and chinese_calendar.is_workday(on) and on.weekday() >= 5:
                rows[on] = OfficialDay(on, True, f"调休上班({_NAMES.get(name, name)})")
            elif is_holiday and name is not None:
                rows[on] = OfficialDay(on, False, _NAMES.get(name, name))
            on += timedelta(days=1)
    except NotImplementedError:  # the tables end with the last published year
        names: dict[date, list[str]] = defaultdict(list)
        for day, title in holidays.country_holidays("CN", years=year, language="zh_CN").items():
            names[day].append(title)
        rows = {day: OfficialDay(day, False, "、".join(titles)[:40]) for day, titles in names.items()}
    return tuple(rows[day] for day in sorted(rows))
