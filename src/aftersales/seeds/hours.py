"""The demo station's working time, Monday to Saturday 8:30 to 17:30: arithmetic that skips nights and Sundays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Asia/Shanghai")
OPENS: Final = time(8, 30)
CLOSES: Final = time(17, 30)
SUNDAY: Final = 6


def is_open(day: date) -> bool:
    """Tell whether the station works on that day."""
    return day.weekday() != SUNDAY


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a wall-clock time of the station as an instant."""
    return datetime.combine(day, time(hour, minute), ZONE)


def working_day_before(day: date, count: int = 1) -> date:
    """Return the working day `count` working days before a day."""
    while count:
        day -= timedelta(days=1)
        count -= is_open(day)
    return day


def working_day_after(day: date, count: int = 1) -> date:
    """Return the working day `count` working days after a day; 0 is the day itself or the next one that is open."""
    while not is_open(day):
        day += timedelta(days=1)
    while count:
        day += timedelta(days=1)
        count -= is_open(day)
    return day


def forward(at: datetime, lasting: timedelta) -> datetime:
    """Return the moment after so much working time."""
    at = at.astimezone(ZONE)
    while True:
        opens, closes = _span(at.date())
        if not is_open(at.date()) or at >= closes:
            at = _span(at.date() + timedelta(days=1))[0]
            continue
        at = max(at, opens)
        if at + lasting <= closes:
            return at + lasting
        lasting -= closes - at
        at = _span(at.date() + timedelta(days=1))[0]


def back(at: datetime, lasting: timedelta) -> datetime:
    """Return the moment so much working time before."""
    at = at.astimezone(ZONE)
    while True:
        opens, closes = _span(at.date())
        if not is_open(at.date()) or at <= opens:
            at = _span(at.date() - timedelta(days=1))[1]
            continue
        at = min(at, closes)
        if at - lasting >= opens:
            return at - lasting
        lasting -= at - opens
        at = _span(at.date() - timedelta(days=1))[1]


def _span(day: date) -> tuple[datetime, datetime]:
    return datetime.combine(day, OPENS, ZONE), datetime.combine(day, CLOSES, ZONE)
