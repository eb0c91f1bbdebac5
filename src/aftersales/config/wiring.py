"""Who listens to what: the one table by which a room below causes something in a room above."""

from __future__ import annotations

from aftersales.core import events

SUBSCRIPTIONS: dict[type[events.Event], tuple[events.Handler, ...]] = {}


def install() -> None:
    """Wire the table; called once at start-up, after every app is ready."""
    events.wire(SUBSCRIPTIONS)
