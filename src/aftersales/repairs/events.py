"""What others may react to."""

from __future__ import annotations

from dataclasses import dataclass

from aftersales.core.events import Event


@dataclass(frozen=True, slots=True)
class VehicleReleased(Event):
    """A vehicle was handed back: follow-up calls are planned from here. `document` is the RepairOrder."""

    document: object


@dataclass(frozen=True, slots=True)
class VehicleReady(Event):
    """A vehicle waits for its customer; `document` is the RepairOrder."""

    document: object
