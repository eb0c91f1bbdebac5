"""What others hear about vehicles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aftersales.core.events import Event
from aftersales.vehicles.models import Vehicle


@dataclass(frozen=True, slots=True)
class PlateMoved(Event):
    """A plate came to a vehicle and left the one that had it."""

    vehicle: Vehicle
    plate: str
    on: date


@dataclass(frozen=True, slots=True)
class ServicePlanned(Event):
    """The vehicle's next service was computed or set."""

    vehicle: Vehicle
