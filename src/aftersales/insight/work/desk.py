"""One row of my work, and the desk it lies on: whose it is, when, and the clocks that run there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftersales.clocks.queries import ClockRow
from aftersales.core.actor import Actor
from aftersales.core.errors import Text

MOST = 200
ORDER, BOOKING = "repairs.repairorder", "appointments.appointment"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One thing to do: `kind` is stable, `action` is what the link says, `line_id` an inbox line to put away."""

    kind: str
    title: Text
    icon: str
    url: str
    action: Text
    plate: str = ""
    who: str = ""
    note: Text = ""
    due_at: datetime | None = None
    is_late: bool = False
    line_id: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose work is asked for, when, and the clocks that run at the reader's stations."""

    actor: Actor
    at: datetime
    midnight: datetime
    clocks: Mapping[tuple[str, int], Sequence[ClockRow]]

    def holds(self, *codes: str) -> bool:
        """Tell whether all rights are held at a station; what holds in the whole network is no daily work."""
        return any(set(codes) <= held for held in self.actor.rights.values())

    def due(self, kind: str, pk: int, clause: str) -> datetime | None:
        return next((clock.due_at for clock in self.clocks.get((kind, pk), ()) if clock.clause == clause), None)


def row_of(desk: Desk, *, due_at: datetime | None = None, **facts: Any) -> WorkRow:
    """Return a row with its lateness told by the desk's clock."""
    return WorkRow(due_at=due_at, is_late=due_at is not None and due_at < desk.at, **facts)
