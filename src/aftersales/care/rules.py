"""Dates and limits of customer care. No Django, no clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def call_window(day: date, *, first_day: int, last_day: int, time_zone: str) -> tuple[date, datetime]:
    """Return the first local day of a call window and the instant it ends, counted from the day of the contact before.

    Units: whole calendar days; the instant is exclusive: midnight after the last day.
    """
    midnight = datetime.min.time()
    last = day + timedelta(days=last_day + 1)
    return day + timedelta(days=first_day), datetime.combine(last, midnight, ZoneInfo(time_zone))


def is_low(satisfaction: int | None, limit: int) -> bool:
    """Tell whether a rating of 1 to 5 counts as unsatisfied."""
    return satisfaction is not None and satisfaction <= limit
