"""What the worker does every half minute: warn before a limit passes, escalate each broken one exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aftersales.clocks.announcements import announce_breach, announce_warning
from aftersales.clocks.models import Clock
from aftersales.core.transactions import run_in_transaction
from aftersales.standards.binding import fulfils

BATCH = 200


@dataclass(frozen=True, slots=True)
class Rung:
    """How many clocks were warned about and how many escalated."""

    warned: int
    escalated: int


def _ring(
    at: datetime,
    *,
    due_column: str,
    done_column: str,
    values: dict[str, object],
    tell: Callable[[Clock, datetime], None],
) -> int:
    def batch() -> int:
        clocks = list(
            Clock.objects.everywhere()
            .filter(stopped_at=None, paused_at=None, **{f"{due_column}__lte": at, done_column: None})
            .order_by(due_column, "pk")
            .select_for_update(of=("self",), skip_locked=True, no_key=True)[:BATCH]
        )
        if not clocks:
            return 0
        # The row lock and the still-empty column together make it exactly once, however many workers run.
        Clock.objects.everywhere().filter(pk__in=[clock.pk for clock in clocks], **{done_column: None}).update(
            **{done_column: at}, **values
        )
        for clock in clocks:
            tell(clock, at)
        return len(clocks)

    total = 0
    while rung := run_in_transaction(batch):
        total += rung
    return total


@fulfils("WORK-08", "APPT-03")
def escalate_due(at: datetime) -> Rung:
    """Warn about running clocks whose warning time has come and escalate those past due, each exactly once.

    Also after an outage: what fell due while the server was down is escalated by the first run.
    """
    escalated = _ring(
        at, due_column="due_at", done_column="escalated_at", values={"breached": True}, tell=announce_breach
    )
    warned = _ring(at, due_column="warn_at", done_column="warned_at", values={}, tell=_warn_unless_late)
    return Rung(warned, escalated)


def _warn_unless_late(clock: Clock, at: datetime) -> None:
    if clock.due_at is None or clock.due_at > at:  # a warning after the breach has been told would be noise
        announce_warning(clock, at)
