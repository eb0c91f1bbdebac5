"""Dates as a station sees them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def business_date(at: datetime, time_zone: str = "Asia/Shanghai") -> date:
    """Return the calendar date of an instant at the station; numbers, day closes and due days follow it."""
    return at.astimezone(ZoneInfo(time_zone)).date()
