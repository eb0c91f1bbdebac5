"""The demo's stage: several stories told at once, their scenes played in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from django.db import transaction

from aftersales.core.errors import TransitionRefused
from aftersales.repairs.models import RepairOrder
from aftersales.seeds import hours
from aftersales.seeds.visits import STEP_MINUTES, Driver

type Story = Generator[datetime]
"""Yields when its next scene is to be played; what lies after the curtain is never played."""

TRIES = 12


@dataclass(slots=True)
class Stage:
    """Plays stories scene by scene, the earliest first, until the curtain falls."""

    curtain: datetime
    _waiting: list[tuple[datetime, int, Story]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def add(self, story: Story) -> None:
        """Let a story begin; its first scene waits for its time."""
        self._wait(story)

    def _wait(self, story: Story) -> None:
        when = next(story, None)
        if when is not None and when <= self.curtain:
            heappush(self._waiting, (when, next(self._order), story))

    def play(self, tell: Callable[[datetime], None]) -> None:
        """Play everything that happens before the curtain; `tell` hears how far time has come."""
        while self._waiting:
            when, _order, story = heappop(self._waiting)
            tell(when)
            self._wait(story)


@dataclass(slots=True)
class OpenHoursDriver(Driver):
    """A driver whose steps happen in working hours only."""

    def tick(self, lasting: timedelta = STEP_MINUTES) -> datetime:
        self.at = hours.forward(self.at, lasting)
        return self.at

    def promise(self) -> datetime:
        return hours.forward(self.at, self.promised_in)

    def played(self, *moves: str) -> Story:
        """Play moves one after the other; a technician or part that is not free yet is waited for."""
        for move in moves:
            yield from self._patiently(getattr(self, move))

    def _patiently(self, move: Callable[[], RepairOrder]) -> Story:
        for attempt in range(1, TRIES + 1):
            yield self.at
            try:
                with transaction.atomic():
                    move()
                return
            except TransitionRefused as refusal:
                if attempt == TRIES or refusal.code not in ("still_clocked_on", "stock_short"):
                    raise
                self.at = hours.forward(self.at, timedelta(minutes=20))
