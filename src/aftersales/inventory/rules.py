"""Arithmetic of stock: moving-average cost in whole fen and who may take over from whom; no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aftersales.core.money import to_fen


def value_out(*, on_hand: Decimal, value: Decimal, quantity: Decimal) -> Decimal:
    """Return the cost of a quantity taken out at moving average, in yuan to the fen; the last unit takes the rest.

    Raises ValueError when more is taken than lies there. Source: invariant S5.
    """
    if not 0 < quantity <= on_hand:
        raise ValueError(f"{quantity} of {on_hand}")
    if quantity == on_hand:
        return value
    return to_fen(value * quantity / on_hand)


@dataclass(frozen=True, slots=True)
class Held:
    """A promise somebody else holds, as seen by one who wants it. `needed_on` sorts: later is larger."""

    id: int
    quantity: Decimal
    priority: int
    needed_on: float


def taken_over(held: Iterable[Held], *, wanted: Decimal, priority: int) -> list[tuple[int, Decimal]]:
    """Return (id, quantity) of the promises that yield: only lower priorities, lowest first, then the latest needed.

    A promise needed today is the last to yield, an equal one never does.
    """
    yielding: list[tuple[int, Decimal]] = []
    lower = sorted((h for h in held if h.priority < priority), key=lambda h: (h.priority, -h.needed_on, -h.id))
    for promise in lower:
        if wanted <= 0:
            break
        part = min(promise.quantity, wanted)
        yielding.append((promise.id, part))
        wanted -= part
    return yielding


def spread(wanted: Decimal, free: Sequence[tuple[int, Decimal]]) -> list[tuple[int, Decimal]]:
    """Spread a quantity over places: one place that holds all of it if there is one, else in the order given."""
    for place, quantity in free:
        if quantity >= wanted:
            return [(place, wanted)]
    chosen: list[tuple[int, Decimal]] = []
    for place, quantity in free:
        if wanted <= 0:
            break
        if quantity > 0:
            part = min(quantity, wanted)
            chosen.append((place, part))
            wanted -= part
    return chosen
