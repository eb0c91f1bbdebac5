"""Promises of stock: made, given back, handed from an appointment to its order, and taken over by the more urgent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import TransitionRefused
from aftersales.core.events import publish
from aftersales.core.quantity import NONE
from aftersales.core.records import require_right
from aftersales.core.statements import Hot, ask, run_later
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import record_entry
from aftersales.inventory import ledger, rules
from aftersales.inventory.amounts import quantity_in_range
from aftersales.inventory.choices import Priority
from aftersales.inventory.events import ReservationTakenOver
from aftersales.inventory.ledger import Consumer, Draw, Shelf
from aftersales.inventory.models import Reservation
from aftersales.inventory.permissions import P
from aftersales.inventory.transitions import raise_alerts
from aftersales.standards.binding import fulfils


@dataclass(frozen=True, slots=True)
class Want:
    """A part wanted for a line of the consumer."""

    part_id: int
    quantity: Decimal
    line_id: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised and what is short, for one want."""

    part_id: int
    reserved: Decimal
    short: Decimal
    line_id: int = 0


@dataclass(frozen=True, slots=True)
class OpenReservation:
    """An open promise as read under the lock of its balance."""

    id: int
    station_id: int
    part_id: int
    location_id: int
    quantity: Decimal
    consumer_kind: str
    consumer_id: int
    line_id: int
    priority: int
    needed_at: datetime | None


_OPEN = """
SELECT id, station_id, part_id, location_id, quantity - consumed - released, consumer_kind, consumer_id,
    consumer_line_id, priority, needed_at
FROM inventory_reservation
WHERE quantity > consumed + released AND {condition}
ORDER BY id
"""


def _open_rows(condition: str, **values: Any) -> list[OpenReservation]:
    return [OpenReservation(*row) for row in ask(Hot(_OPEN.format(condition=condition)), values)]


def open_of(consumer: Consumer) -> list[OpenReservation]:
    """Return the consumer's open promises, oldest first."""
    return _open_rows("consumer_kind = %(kind)s AND consumer_id = %(id)s", kind=consumer.kind, id=consumer.id)


_RESERVE = Hot("""
INSERT INTO inventory_reservation (station_id, part_id, location_id, quantity, consumed, released, consumer_kind,
    consumer_id, consumer_line_id, consumer_number, priority, needed_at, reserved_at, actor_name)
SELECT %(station)s, w.part_id, w.location_id, w.quantity, 0, 0, %(kind)s, %(id)s, w.line_id, %(number)s, %(priority)s,
    %(needed_at)s, %(at)s, %(actor)s
FROM unnest(%(parts)s::bigint[], %(places)s::bigint[], %(quantities)s::numeric[], %(lines)s::bigint[])
    AS w(part_id, location_id, quantity, line_id)
""")


def _insert(
    actor: Actor,
    at: datetime,
    *,
    station_id: int,
    consumer: Consumer,
    rows: Sequence[tuple[int, int, Decimal, int]],
    priority: int,
    needed_at: datetime | None,
) -> None:
    promises = {
        "station": station_id,
        "kind": consumer.kind,
        "id": consumer.id,
        "number": consumer.number,
        "priority": int(priority),
        "needed_at": needed_at,
        "at": at,
        "actor": actor.name,
        "parts": [row[0] for row in rows],
        "places": [row[1] for row in rows],
        "quantities": [row[2] for row in rows],
        "lines": [row[3] for row in rows],
    }
    run_later([(_RESERVE, promises)])


def _promise(shelves: Sequence[Shelf], quantity: Decimal) -> list[tuple[Shelf, Decimal]]:
    """Promise as much of the quantity as lies free, changing the shelves in memory."""
    by_place = {shelf.location_id: shelf for shelf in shelves}
    chosen = rules.spread(quantity, [(shelf.location_id, shelf.free) for shelf in shelves])
    for place, part in chosen:
        by_place[place].reserved += part
    return [(by_place[place], part) for place, part in chosen]


@fulfils("IS-05")
def reserve(
    actor: Actor,
    at: datetime,
    *,
    station: Any,
    consumer: Consumer,
    wants: Sequence[Want],
    priority: int = Priority.ORDER,
    needed_at: datetime | None = None,
) -> list[Promise]:
    """Promise free stock to a consumer's lines, as far as it reaches; tells for every want what is short.

    Three statements for any number of wants. The right belongs to the step of the consumer that calls this.
    """

    def command() -> list[Promise]:
        ledger.require_visible(actor, station.pk)
        shelves = ledger.lock_shelves(station.pk, [want.part_id for want in wants])
        rows: list[tuple[int, int, Decimal, int]] = []
        promises = []
        for want in wants:
            quantity = quantity_in_range(want.quantity)
            found = NONE
            for shelf, part in _promise(shelves.get(want.part_id, ()), quantity):
                rows.append((want.part_id, shelf.location_id, part, want.line_id))
                found += part
            promises.append(Promise(want.part_id, found, quantity - found, want.line_id))
        if rows:
            ledger.write(actor, at, station_id=station.pk, shelves=shelves)
            _insert(
                actor, at, station_id=station.pk, consumer=consumer, rows=rows, priority=priority, needed_at=needed_at
            )
            raise_alerts(station.pk, ledger.fallen_to_line(shelves), at)
        return promises

    return run_in_transaction(command) if wants else []


def release(
    actor: Actor, at: datetime, *, consumer: Consumer, line_ids: Iterable[int] | None = None, station: Any = None
) -> Decimal:
    """Give back what is still promised to the consumer (or to those of its lines); return the quantity given back."""
    lines = None if line_ids is None else frozenset(line_ids)

    def of_lines(rows: Iterable[OpenReservation]) -> list[OpenReservation]:
        return [row for row in rows if lines is None or row.line_id in lines]

    def command() -> Decimal:
        seen = of_lines(open_of(consumer))
        if not seen:
            return NONE
        station_id = station.pk if station is not None else seen[0].station_id
        ledger.require_visible(actor, station_id)
        # Locked first, read again after: an issue may have consumed the promise in between.
        shelves = ledger.lock_shelves(station_id, [row.part_id for row in seen])
        draws = []
        for row in of_lines(open_of(consumer)):
            shelf = ledger.find_shelf(shelves, row.part_id, row.location_id)
            if shelf is None:  # promised after the first look, of a part that is not locked: it stays
                continue
            shelf.reserved -= row.quantity
            draws.append(Draw(row.id, released=row.quantity))
        ledger.write(actor, at, station_id=station_id, shelves=shelves, draws=draws)
        return sum((draw.released for draw in draws), NONE)

    return run_in_transaction(command)


_HAND_OVER = """
UPDATE inventory_reservation r
SET consumer_kind = %(to_kind)s, consumer_id = %(to_id)s, consumer_number = %(to_number)s,
    consumer_line_id = COALESCE(m.new_id, 0), priority = GREATEST(r.priority, %(priority)s)
FROM inventory_reservation old
LEFT JOIN unnest(%(old_ids)s::bigint[], %(new_ids)s::bigint[]) AS m(old_id, new_id) ON m.old_id = old.consumer_line_id
WHERE old.id = r.id AND r.consumer_kind = %(from_kind)s AND r.consumer_id = %(from_id)s
    AND r.quantity > r.consumed + r.released
RETURNING r.station_id
"""


def transfer_reservations(
    actor: Actor,
    at: datetime,
    *,
    from_consumer: Consumer,
    to_consumer: Consumer,
    mapping: Mapping[int, int],
    priority: int = Priority.ORDER,
) -> int:
    """Hand the open promises of an appointment to its order and return how many; nothing is promised anew.

    Shape: `mapping` {old line: new line}; a promise of an unmapped line stays with the order at line 0, where an issue
    of the same part finds it and `release` of the order ends it. One statement.
    """

    def command() -> int:
        handed = {
            "from_kind": from_consumer.kind,
            "from_id": from_consumer.id,
            "to_kind": to_consumer.kind,
            "to_id": to_consumer.id,
            "to_number": to_consumer.number,
            "old_ids": list(mapping),
            "new_ids": list(mapping.values()),
            "priority": int(priority),
        }
        stations = [row[0] for row in ask(_HAND_OVER, handed)]
        for station_id in set(stations):
            ledger.require_visible(actor, station_id)
        return len(stations)

    return run_in_transaction(command)


def take_over(
    actor: Actor,
    at: datetime,
    *,
    station: Any,
    consumer: Consumer,
    want: Want,
    priority: int,
    needed_at: datetime | None = None,
    reason: str,
) -> Promise:
    """Give a part that is promised to something less urgent to this consumer, after what lies free.

    Rule: only promises of a lower priority yield, the lowest first, among equals the one needed latest; a promise of
    the same priority never yields. Every loser is told (ReservationTakenOver) and journalled with the reason.
    Raises Forbidden without the right, TransitionRefused when nothing less urgent holds enough.
    """

    def command() -> Promise:
        ledger.require_visible(actor, station.pk)
        require_right(actor, P.TAKE_OVER, station.pk)
        if not reason.strip():
            raise TransitionRefused(_("Write down the reason."), code="reason_missing")
        quantity = quantity_in_range(want.quantity)
        shelves = ledger.lock_shelves(station.pk, [want.part_id])
        row = shelves.get(want.part_id, [])
        kept = [(shelf.location_id, part) for shelf, part in _promise(row, quantity)]
        missing = quantity - sum((part for _place, part in kept), NONE)
        held = {
            r.id: r
            for r in _open_rows(
                "station_id = %(station)s AND part_id = %(part)s", station=station.pk, part=want.part_id
            )
        }
        yielding = rules.taken_over(
            [rules.Held(r.id, r.quantity, r.priority, _urgency(r.needed_at)) for r in held.values()],
            wanted=missing,
            priority=priority,
        )
        found = quantity - missing + sum((part for _id, part in yielding), NONE)
        if found < quantity:
            raise ledger.refuse_shortage(want.part_id, row, wanted=quantity, found=found)
        kept += [(held[held_id].location_id, part) for held_id, part in yielding]
        # The loser's promise becomes the taker's: the balance's reserved total does not change by it.
        draws = [Draw(held_id, released=part) for held_id, part in yielding]
        ledger.write(actor, at, station_id=station.pk, shelves=shelves, draws=draws)
        _insert(
            actor,
            at,
            station_id=station.pk,
            consumer=consumer,
            rows=[(want.part_id, place, part, want.line_id) for place, part in kept],
            priority=priority,
            needed_at=needed_at,
        )
        _tell_losers(actor, at, station_id=station.pk, losses=[(held[i], part) for i, part in yielding], reason=reason)
        raise_alerts(station.pk, ledger.fallen_to_line(shelves), at)
        return Promise(want.part_id, quantity, NONE, want.line_id)

    return run_in_transaction(command)


def _urgency(needed_at: datetime | None) -> float:
    return float("inf") if needed_at is None else needed_at.timestamp()


def _tell_losers(
    actor: Actor, at: datetime, *, station_id: int, losses: Sequence[tuple[OpenReservation, Decimal]], reason: str
) -> None:
    rows = Reservation.objects.at_station(station_id).in_bulk([loss.id for loss, _part in losses])
    for loss, part in losses:
        record_entry(
            rows[loss.id],
            step="taken_over",
            actor=actor,
            at=at,
            changes={"released": str(part)},
            reason=reason,
        )
        publish(
            ReservationTakenOver(
                actor=actor,
                at=at,
                station_id=station_id,
                part_id=loss.part_id,
                quantity=part,
                consumer_kind=loss.consumer_kind,
                consumer_id=loss.consumer_id,
                consumer_line_id=loss.line_id,
            )
        )
