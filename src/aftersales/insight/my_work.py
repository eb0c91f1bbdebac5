"""My work: what needs the reader now, by clock; a constant number of statements, each only for those it concerns."""

from __future__ import annotations

from datetime import datetime

from aftersales.clocks.queries import ClockRow, running_clocks
from aftersales.core.actor import Actor
from aftersales.insight.work import customers, house, visits
from aftersales.insight.work.desk import Desk, WorkRow
from aftersales.standards.binding import fulfils


@fulfils("IS-03", "WORK-09")
def work_of(actor: Actor, at: datetime, midnight: datetime) -> list[WorkRow]:
    """Return what the actor has to do, late things first, then by due time, then what has no clock."""
    clocks: dict[tuple[str, int], list[ClockRow]] = {}
    every = running_clocks(actor, at, limit=500) if actor.rights else []
    for clock in every:
        clocks.setdefault((clock.subject_kind, clock.subject_id), []).append(clock)
    desk = Desk(actor, at, midnight, clocks)
    rows = [
        *visits.messages(desk),
        *visits.jobs(desk),
        *visits.orders(desk),
        *customers.bookings(desk),
        *customers.calls(desk),
        *customers.cases(desk),
        *house.stock(desk),
        *house.approvals(desk),
        *house.breaches(desk, every),
    ]
    return sorted(rows, key=lambda row: (row.due_at is None, row.due_at or at, row.kind))
