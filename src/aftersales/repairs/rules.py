"""Arithmetic and eligibility of the visit: plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
WRITTEN_METHODS = frozenset({"signature", "paper", "message"})


@dataclass(frozen=True, slots=True)
class LinePrice:
    """A line's price: gross is what the payer owes, split into net and tax; all in yuan to the fen."""

    net: Decimal
    tax: Decimal
    gross: Decimal


class DiscountTooLarge(ValueError):
    """The discount is more than the line costs."""


def line_price(*, quantity: Decimal, unit_price: Decimal, discount: Decimal, tax_rate: Decimal) -> LinePrice:
    """Return a line's price from quantity (hours or units), tax-inclusive unit price, discount in yuan and tax in
    percent.

    Rounds half up once per line; the tax is rounded and the net is what is left, so that the parts always add up.
    Raises DiscountTooLarge.
    """
    full = (quantity * unit_price).quantize(FEN, rounding=ROUND_HALF_UP)
    if discount > full:
        raise DiscountTooLarge
    gross = full - discount
    tax = (gross * tax_rate / (100 + tax_rate)).quantize(FEN, rounding=ROUND_HALF_UP)
    return LinePrice(net=gross - tax, tax=tax, gross=gross)


def discount_percent(*, full: Decimal, discount: Decimal) -> Decimal:
    """Return the discount in percent of the full price; 0 for a free line."""
    return Decimal(0) if full == 0 else discount * 100 / full


def is_written(method: str) -> bool:
    """Tell whether a consent given this way stands in writing (EST-02)."""
    return method in WRITTEN_METHODS


def undecided(consents: Iterable[str]) -> int:
    """Return how many lines the customer has not decided about yet."""
    return sum(1 for consent in consents if consent == "pending")


def is_inspector_apart(inspector_id: int, technician_ids: Iterable[int | None]) -> bool:
    """Tell whether the inspector is another person than everybody who worked on the car (QC-02)."""
    return inspector_id not in set(technician_ids)


def belongings_missing(received: Sequence[str], confirmed: Sequence[str]) -> list[str]:
    """Return what was in the car at receipt and is not confirmed at hand-over (DELV-03)."""
    left = list(confirmed)
    missing = []
    for item in received:
        if item in left:
            left.remove(item)
        else:
            missing.append(item)
    return missing
