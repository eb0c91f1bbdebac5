"""What others may react to."""

from dataclasses import dataclass
from typing import Any

from aftersales.core.events import Event


@dataclass(frozen=True, slots=True)
class CaseOpened(Event):
    """A complaint or another matter was registered."""

    document: Any


@dataclass(frozen=True, slots=True)
class CaseReportedUp(Event):
    """A handler asks the supervisor for a decision (FUP-07)."""

    document: Any
    question: str
