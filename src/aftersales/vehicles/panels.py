"""What rooms above show on the vehicle page and count in the archive: they register here at start-up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from aftersales.core.actor import Actor
from aftersales.core.errors import Text
from aftersales.customers.panels import FilledPanel, Panel
from aftersales.vehicles.models import Vehicle


@dataclass(frozen=True, slots=True)
class PastVisit:
    """One repair of a vehicle at this station, for the archive form: `amount` in yuan."""

    vehicle_id: int
    number: str
    visited_on: date
    work_items: str
    odometer_km: int | None
    amount: Decimal | None


type HistoryProvider = Callable[[Actor, Sequence[int]], Sequence[PastVisit]]


class _Providers:
    """What has been registered."""

    panels: dict[str, Panel[Vehicle]] = {}
    history: HistoryProvider | None = None


def register_panel(name: str, title: Text, rows: Callable[[Actor, Vehicle], Any], template: str) -> None:
    """Add a panel to the vehicle page; a name used twice replaces the earlier one."""
    _Providers.panels[name] = Panel(name, title, rows, template)


def filled_panels(actor: Actor, vehicle: Vehicle) -> list[FilledPanel]:
    """Return the panels in the order they were registered, with their rows read."""
    return [
        FilledPanel(panel.name, panel.title, panel.rows(actor, vehicle), panel.template)
        for panel in _Providers.panels.values()
    ]


def register_history(provider: HistoryProvider | None) -> None:
    """Say who knows the repairs of vehicles: `provider(actor, vehicle_ids)`, newest first, in one statement."""
    _Providers.history = provider


def past_visits(actor: Actor, vehicle_ids: Sequence[int]) -> Sequence[PastVisit]:
    """Return the past visits of the vehicles, newest first; none while no room above keeps any."""
    if _Providers.history is None or not vehicle_ids:
        return ()
    return _Providers.history(actor, vehicle_ids)
