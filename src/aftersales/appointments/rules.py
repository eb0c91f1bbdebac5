"""Arithmetic of bookings: totals, missing facts, free gaps. No Django, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil

type Span = tuple[datetime, datetime]  # half-open

SHORTEST_MINUTES = 5  # the same bounds as the table's check
LONGEST_MINUTES = 14 * 24 * 60


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A line of a booking before it is stored.

    Shape: `part_id` set means a part, otherwise labour. Units: `hours` standard labour hours, `quantity` in the part's
    unit, `price` yuan with tax for the whole line.
    """

    text: str
    operation_id: int | None = None
    part_id: int | None = None
    quantity: Decimal = Decimal(1)
    hours: Decimal = Decimal(0)
    price: Decimal = Decimal("0.00")

    @property
    def is_part(self) -> bool:
        return self.part_id is not None


@dataclass(frozen=True, slots=True)
class Totals:
    """What a booking's lines add up to; yuan with tax, standard hours."""

    labour_price: Decimal
    parts_price: Decimal
    hours: Decimal

    @property
    def price(self) -> Decimal:
        return self.labour_price + self.parts_price


def totals(items: Iterable[ItemDraft]) -> Totals:
    """Add up the lines of a booking."""
    labour = parts = Decimal("0.00")
    hours = Decimal(0)
    for item in items:
        hours += item.hours
        if item.is_part:
            parts += item.price
        else:
            labour += item.price
    return Totals(labour_price=labour, parts_price=parts, hours=hours)


def missing_facts(
    *,
    contact_name: str,
    contact_phone: str,
    has_vehicle: bool,
    plate: str,
    model_name: str,
    concern: str,
    item_count: int,
) -> list[str]:
    """Return the names of what a booking lacks to be complete: contact, vehicle and work wanted (APPT-02)."""
    lacking: list[str] = []
    if not contact_name.strip():
        lacking.append("contact_name")
    if not contact_phone.strip():
        lacking.append("contact_phone")
    if not has_vehicle:
        if not plate.strip():
            lacking.append("plate")
        if not model_name.strip():
            lacking.append("model_name")
    if not concern.strip() and not item_count:
        lacking.append("concern")
    return lacking


def ends_lie_in(span: Span, windows: Iterable[Span]) -> bool:
    """Tell whether the span begins and ends within windows; what lies between (a night, a break) does not matter."""
    spans = list(windows)
    begins = any(start <= span[0] < end for start, end in spans)
    return begins and any(start < span[1] <= end for start, end in spans)


def is_free(span: Span, taken: Iterable[Span]) -> bool:
    """Tell whether nothing that is taken overlaps the span."""
    return all(end <= span[0] or span[1] <= start for start, end in taken)


def overlap_minutes(span: Span, window: Span) -> int:
    """Return how many whole minutes of the span fall into the window."""
    seconds = (min(span[1], window[1]) - max(span[0], window[0])).total_seconds()
    return max(0, int(seconds // 60))


def grid(window: Span, *, duration_minutes: int, step_minutes: int) -> list[Span]:
    """Return every span of the duration that starts on a step of the window and ends within it."""
    length, step = timedelta(minutes=duration_minutes), timedelta(minutes=step_minutes)
    spans: list[Span] = []
    start = window[0]
    while start + length <= window[1]:
        spans.append((start, start + length))
        start += step
    return spans


def whole_minutes(hours: Decimal, *, step_minutes: int) -> int:
    """Return labour hours as minutes, rounded up to the step of the plan."""
    return max(1, ceil(hours * 60 / step_minutes)) * step_minutes


def hours_of(minutes: int) -> Decimal:
    """Return minutes as hours with two places."""
    return round(Decimal(minutes) / 60, 2)
