"""What rooms above hear about bookings."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aftersales.core.events import Event


@dataclass(frozen=True, slots=True)
class AppointmentConfirmed(Event):
    """A booking was confirmed; the desks concerned are to get ready (APPT-07)."""

    document: Any


@dataclass(frozen=True, slots=True)
class AppointmentArrived(Event):
    """The customer of a booking has come."""

    document: Any


@dataclass(frozen=True, slots=True)
class AppointmentMissed(Event):
    """The customer of a booking did not come; somebody is to call."""

    document: Any


@dataclass(frozen=True, slots=True)
class ShortPart:
    """A part a booking needs and stock cannot give; quantity in the part's unit."""

    part_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class AppointmentPartsShort(Event):
    """A confirmed booking lacks parts; purchasing is to get them before the customer comes (PREP-04)."""

    document: Any
    short: tuple[ShortPart, ...]
