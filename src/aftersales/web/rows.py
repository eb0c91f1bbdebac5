"""Rows that components draw: apps build these from their queries, so that templates decide nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

type Text = Any  # a str or a lazy translation


class StepState(StrEnum):
    DONE = "done"
    CURRENT = "current"
    NEXT = "next"
    BLOCKED = "blocked"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a visit; `reason` says why it is blocked, `at` when it was done."""

    label: Text
    state: StepState
    reason: Text = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps across the top of a document, with what a phone shows of them."""

    rows: tuple[StepRow, ...]

    def __iter__(self) -> Iterator[StepRow]:
        return iter(self.rows)

    @classmethod
    def of(cls, rows: Iterable[StepRow]) -> Steps:
        return cls(tuple(rows))

    @property
    def current(self) -> StepRow | None:
        """Where it is: the current step, else the last one done."""
        done = [row for row in self.rows if row.state is StepState.DONE]
        return self._first(StepState.CURRENT) or (done[-1] if done else None)

    @property
    def following(self) -> StepRow | None:
        return self._first(StepState.NEXT) or self._first(StepState.BLOCKED)

    @property
    def position(self) -> int:
        """Which step it is in, counted from 1."""
        current = self.current
        return self.rows.index(current) + 1 if current else 0

    def _first(self, state: StepState) -> StepRow | None:
        return next((row for row in self.rows if row.state is state), None)


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One journal entry as a person reads it: when, who in which role, what, and the small print."""

    at: datetime
    text: Text
    actor: str = ""
    role: str = ""
    detail: Text = ""
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class TabRow:
    label: Text
    url: str
    active: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class FactRow:
    """One label and value of a document's head."""

    label: Text
    value: Any
