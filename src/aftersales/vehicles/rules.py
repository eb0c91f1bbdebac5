"""When the next service is due, and whether a warranty still runs. Plain Python."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ServiceDue:
    """The next service, by date and by distance, whichever comes first (SVC-04)."""

    on: date | None
    at_km: int | None


def add_months(day: date, months: int) -> date:
    """Return the same day that many months later, or the month's last day: 31 January plus one month is 28 or 29
    February."""
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def next_service(
    done_on: date | None, done_km: int | None, interval_months: int | None, interval_km: int | None
) -> ServiceDue:
    """Return when the next service is due, counted from the last one; a part that has no interval stays empty."""
    return ServiceDue(
        on=add_months(done_on, interval_months) if done_on and interval_months else None,
        at_km=done_km + interval_km if done_km is not None and interval_km else None,
    )


def service_is_due(due: ServiceDue, today: date, odometer_km: int | None) -> bool:
    """Tell whether either the date or the distance has been reached."""
    by_date = due.on is not None and due.on <= today
    by_distance = due.at_km is not None and odometer_km is not None and odometer_km >= due.at_km
    return by_date or by_distance


def warranty_runs(
    starts_on: date | None, months: int | None, limit_km: int | None, on: date, odometer_km: int | None
) -> bool | None:
    """Tell whether the warranty covers that day and distance; None where start or term is not known."""
    if starts_on is None or not months:
        return None
    within_km = not limit_km or odometer_km is None or odometer_km <= limit_km
    return starts_on <= on < add_months(starts_on, months) and within_km


def odometer_falls(last_km: int | None, km: int) -> bool:
    """Tell whether a reading is below the last one."""
    return last_km is not None and km < last_km
