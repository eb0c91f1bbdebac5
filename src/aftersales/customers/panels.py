"""What rooms above show on the customer page: they register here at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aftersales.core.actor import Actor
from aftersales.core.errors import Text
from aftersales.customers.models import Customer


@dataclass(frozen=True, slots=True)
class Panel[D]:
    """A region of a page: `rows(actor, document)` is what its template gets as `rows`."""

    name: str
    title: Text
    rows: Callable[[Actor, D], Any]
    template: str


@dataclass(frozen=True, slots=True)
class FilledPanel:
    """A panel with its rows read, ready to draw."""

    name: str
    title: Text
    rows: Any
    template: str


_PANELS: dict[str, Panel[Customer]] = {}


def register_panel(name: str, title: Text, rows: Callable[[Actor, Customer], Any], template: str) -> None:
    """Add a panel to the customer page; a name used twice replaces the earlier one."""
    _PANELS[name] = Panel(name, title, rows, template)


def filled_panels(actor: Actor, customer: Customer) -> list[FilledPanel]:
    """Return the panels in the order they were registered, with their rows read."""
    return [
        FilledPanel(panel.name, panel.title, panel.rows(actor, customer), panel.template) for panel in _PANELS.values()
    ]
