"""Events: how a room below causes something in a room above without knowing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftersales.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened, told in the same transaction."""

    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class StepTaken(Event):
    """A workflow step was taken on a document."""

    document: Any
    step: str
    before: str
    after: str


type Handler = Callable[[Any], None]

_SUBSCRIPTIONS: dict[type[Event], tuple[Handler, ...]] = {}


def wire(subscriptions: Mapping[type[Event], Sequence[Handler]]) -> None:
    """Install the table of config/wiring.py: which handlers hear which event, in order."""
    _SUBSCRIPTIONS.clear()
    _SUBSCRIPTIONS.update({event: tuple(handlers) for event, handlers in subscriptions.items()})


def publish(event: Event) -> None:
    """Call the event's handlers now, inside the caller's transaction; a handler that raises undoes the whole
    command."""
    for handler in _SUBSCRIPTIONS.get(type(event), ()):
        handler(event)
