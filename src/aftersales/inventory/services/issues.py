"""Parts to the workshop and back: issue and return, at moving-average cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import TransitionRefused
from aftersales.core.quantity import NONE
from aftersales.core.statements import ask
from aftersales.core.transactions import run_in_transaction
from aftersales.inventory import ledger, rules
from aftersales.inventory.amounts import quantity_in_range
from aftersales.inventory.choices import LocationKind, MoveKind
from aftersales.inventory.ledger import Consumer, Draw, Move, Shelf
from aftersales.inventory.reservations import OpenReservation, open_of
from aftersales.inventory.transitions import raise_alerts
from aftersales.standards.binding import fulfils


@dataclass(frozen=True, slots=True)
class IssueLine:
    """A part to be issued to a line. `consent_recorded`: the customer has agreed to an alternative part (PART-11)."""

    line_id: int
    part_id: int
    quantity: Decimal
    consent_recorded: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """One move of an issue; a line served from two shelves has two. Units: `value` cost in yuan."""

    line_id: int
    move_id: int
    value: Decimal
    part_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """A quantity to bring back that was issued to a line; `quantity` None: all of it."""

    line_id: int
    part_id: int
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """One move of a return. Units: `value` cost in yuan that goes back on the shelf."""

    line_id: int
    move_id: int
    value: Decimal
    part_id: int
    quantity: Decimal


def _consume(
    line: IssueLine,
    quantity: Decimal,
    shelves: Sequence[Shelf],
    promises: Sequence[OpenReservation],
    drawn: dict[int, Decimal],
) -> list[tuple[Shelf, Decimal]]:
    """Take a line's quantity: first what is promised to it, then to its document, then what lies free (in memory)."""
    taken: dict[int, Decimal] = {}
    by_place = {shelf.location_id: shelf for shelf in shelves}
    for promise in promises:
        left = promise.quantity - drawn.get(promise.id, NONE)
        missing = quantity - sum(taken.values(), NONE)
        if missing <= 0:
            break
        if left <= 0 or promise.part_id != line.part_id or promise.line_id not in (line.line_id, 0):
            continue
        part = min(left, missing)
        drawn[promise.id] = drawn.get(promise.id, NONE) + part
        by_place[promise.location_id].reserved -= part
        taken[promise.location_id] = taken.get(promise.location_id, NONE) + part
    # What has just been un-promised is spoken for by `taken` and must not count as free a second time.
    free = [(shelf.location_id, shelf.free - taken.get(shelf.location_id, NONE)) for shelf in shelves]
    missing = quantity - sum(taken.values(), NONE)
    for place, part in rules.spread(missing, free) if missing > 0 else ():
        taken[place] = taken.get(place, NONE) + part
    found = sum(taken.values(), NONE)
    if found < quantity:
        raise ledger.refuse_shortage(line.part_id, shelves, wanted=quantity, found=found)
    return [(by_place[place], part) for place, part in taken.items()]


@fulfils("IS-05", "PART-11")
def issue(actor: Actor, at: datetime, *, station: Any, consumer: Consumer, lines: Sequence[IssueLine]) -> list[Issued]:
    """Issue parts to the consumer's lines: promised stock first, then free stock, at moving-average cost.

    All or nothing. Raises TransitionRefused naming the part and what is missing, or (PART-11) an alternative part
    without the customer's recorded consent. At most three statements for any number of lines, plus those of an alert.
    """

    def command() -> list[Issued]:
        ledger.require_visible(actor, station.pk)
        shelves = ledger.lock_shelves(station.pk, [line.part_id for line in lines])
        has_promises = any(shelf.reserved > 0 for row in shelves.values() for shelf in row)
        promises = open_of(consumer) if has_promises else []
        promises.sort(key=lambda promise: (promise.line_id == 0, promise.id))
        drawn: dict[int, Decimal] = {}
        moves: list[Move] = []
        for line in sorted(lines, key=lambda wanted: wanted.part_id):
            row = shelves.get(line.part_id, [])
            if row and row[0].needs_consent and not line.consent_recorded:
                raise TransitionRefused(
                    _("%(part)s is an alternative part: record the customer's consent first.")
                    % {"part": f"{row[0].number} {row[0].name}"},
                    code="consent_missing",
                    clause="PART-11",
                )
            for shelf, part in _consume(line, quantity_in_range(line.quantity), row, promises, drawn):
                value = shelf.take(part)
                moves.append(
                    Move(
                        line.part_id, shelf.location_id, None, LocationKind.WORKSHOP, part, value, line_id=line.line_id
                    )
                )
        draws = [Draw(promise_id, consumed=part) for promise_id, part in drawn.items()]
        ids = ledger.write(
            actor,
            at,
            station_id=station.pk,
            shelves=shelves,
            kind=MoveKind.ISSUE,
            moves=moves,
            draws=draws,
            origin=consumer,
        )
        raise_alerts(station.pk, ledger.fallen_to_line(shelves), at)
        return [
            Issued(move.line_id, move_id, move.value, move.part_id, move.quantity)
            for move, move_id in zip(moves, ids, strict=True)
        ]

    return run_in_transaction(command) if lines else []


_NET_ISSUES = """
SELECT m.id, m.part_id, m.source_id, m.destination_id, m.origin_line_id,
    m.quantity - COALESCE(sum(r.quantity), 0), m.value - COALESCE(sum(r.value), 0)
FROM inventory_stockmove m LEFT JOIN inventory_stockmove r ON r.returns_id = m.id
WHERE m.station_id = %s AND m.origin_kind = %s AND m.origin_id = %s AND m.kind = 'issue'
    AND m.part_id = ANY(%s::bigint[])
    AND NOT EXISTS (SELECT 1 FROM inventory_stockmove u WHERE u.reverses_id = m.id)
GROUP BY m.id HAVING m.quantity > COALESCE(sum(r.quantity), 0)
ORDER BY m.id DESC
"""


def return_parts(
    actor: Actor, at: datetime, *, station: Any, consumer: Consumer, lines: Sequence[ReturnLine], reason: str = ""
) -> list[Returned]:
    """Bring issued parts back to their shelf at the cost they left with; the last issue comes back first.

    A full return restores exactly the quantity and the value the issue took, whatever has moved since (S4). Never more
    than was issued to the line and not yet returned. Three statements for any number of lines.
    """

    def command() -> list[Returned]:
        ledger.require_visible(actor, station.pk)
        part_ids = sorted({line.part_id for line in lines})
        shelves = ledger.lock_shelves(station.pk, part_ids)
        issues = [list(row) for row in ask(_NET_ISSUES, [station.pk, consumer.kind, consumer.id, part_ids])]
        moves: list[Move] = []
        for line in lines:
            own = [row for row in issues if row[1] == line.part_id and row[4] == line.line_id and row[5] > 0]
            net = sum((row[5] for row in own), NONE)
            missing = net if line.quantity is None else quantity_in_range(line.quantity)
            if missing > net:
                raise TransitionRefused(
                    _("Only %(net)s of this part have been issued to the line and not yet returned.")
                    % {"net": f"{net.normalize():f}" if net else "0"},
                    code="return_exceeds_issue",
                )
            for row in own:
                move_id, part_id, source_id, destination_id, _line, quantity, value = row
                part = min(quantity, missing)
                if part <= 0:
                    break
                back = rules.value_out(on_hand=quantity, value=value, quantity=part)
                ledger.shelf_at(shelves, part_id, source_id).put(part, back)
                moves.append(
                    Move(part_id, destination_id, source_id, "", part, back, line_id=line.line_id, returns_id=move_id)
                )
                row[5], row[6] = quantity - part, value - back
                missing -= part
        ids = ledger.write(
            actor,
            at,
            station_id=station.pk,
            shelves=shelves,
            kind=MoveKind.RETURN,
            moves=moves,
            origin=consumer,
            reason=reason,
        )
        return [
            Returned(move.line_id, move_id, move.value, move.part_id, move.quantity)
            for move, move_id in zip(moves, ids, strict=True)
        ]

    return run_in_transaction(command) if lines else []
