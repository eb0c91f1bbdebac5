"""What the stock room tells the rooms above."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from aftersales.core.events import Event


@dataclass(frozen=True, slots=True)
class ReservationTakenOver(Event):
    """A promise yielded to one of higher priority; its consumer is now short of the quantity."""

    station_id: int
    part_id: int
    quantity: Decimal
    consumer_kind: str
    consumer_id: int
    consumer_line_id: int


@dataclass(frozen=True, slots=True)
class StockAlertRaised(Event):
    """Available stock has fallen to its line (PART-05)."""

    alert_id: int
    station_id: int
    part_id: int


@dataclass(frozen=True, slots=True)
class PartsReceived(Event):
    """Parts have come in; consumers that were short may now be served."""

    station_id: int
    part_ids: tuple[int, ...]
