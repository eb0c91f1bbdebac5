"""The course of a metric over the months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from aftersales.standards.compliance import Period, measure
from aftersales.standards.metrics import Metric, Stations


@dataclass(frozen=True, slots=True)
class MonthValue:
    """A metric's value in one calendar month; None when nothing was there to measure."""

    month: str
    value: Decimal | None


def months_before(on: date, count: int) -> list[Period]:
    """Return the last `count` calendar months, oldest first; the current one ends with the day given."""
    periods = [Period(on.replace(day=1), on)]
    while len(periods) < count:
        last = periods[0].start - timedelta(days=1)
        periods.insert(0, Period(last.replace(day=1), last))
    return periods


def course_of(metric: Metric, stations: Stations, on: date, *, months: int = 6) -> list[MonthValue]:
    """Return the metric's value in each of the last months, oldest first."""
    return [
        MonthValue(f"{period.start:%Y-%m}", measure(metric, stations, period).value)
        for period in months_before(on, months)
    ]
