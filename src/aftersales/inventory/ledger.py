"""The one place that moves stock: a balance changes only in the statement that writes the move.

Lock order: balances by (part, location), then reservations. A reservation changes only under its balance's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import Busy, NotVisible, TransitionRefused, whole
from aftersales.core.money import ZERO
from aftersales.core.quantity import NONE
from aftersales.core.statements import Hot, ask
from aftersales.inventory import rules
from aftersales.inventory.choices import STOCKED, LocationKind, MoveKind


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who a part is for: the kind of document (`repairs.repairorder`), its id, and its number for people."""

    kind: str
    id: int
    number: str = ""


def consumer_of(document: Any) -> Consumer:
    """Return a document (an appointment, a repair order) as a consumer of stock."""
    return Consumer(subject_kind(document), document.pk, getattr(document, "number", ""))


@dataclass(slots=True)
class Shelf:
    """A locked balance, changed in memory and written once. `was_*` is what the lock found."""

    id: int
    part_id: int
    location_id: int
    on_hand: Decimal
    reserved: Decimal
    value: Decimal
    number: str
    name: str
    needs_consent: bool
    reorder_point: Decimal | None
    has_alert: bool
    was: tuple[Decimal, Decimal, Decimal] = field(init=False)

    def __post_init__(self) -> None:
        self.was = (self.on_hand, self.reserved, self.value)

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved

    @property
    def is_changed(self) -> bool:
        return self.was != (self.on_hand, self.reserved, self.value)

    def take(self, quantity: Decimal) -> Decimal:
        """Take a quantity off the shelf and return its value at moving average."""
        value = rules.value_out(on_hand=self.on_hand, value=self.value, quantity=quantity)
        self.on_hand -= quantity
        self.value -= value
        return value

    def put(self, quantity: Decimal, value: Decimal) -> None:
        """Put a quantity with its value on the shelf."""
        self.on_hand += quantity
        self.value += value


@dataclass(frozen=True, slots=True)
class Move:
    """A move about to be written. A location of None is the station's edge of that kind (`edge`)."""

    part_id: int
    source_id: int | None
    destination_id: int | None
    edge: str
    quantity: Decimal
    value: Decimal
    line_id: int = 0
    reverses_id: int | None = None
    returns_id: int | None = None


def require_visible(actor: Actor, station_id: int) -> None:
    """Raise NotVisible unless the actor belongs to the station: a foreign shelf answers like a missing one."""
    stations = actor.stations_with()
    if stations is not None and station_id not in stations:
        raise NotVisible


_LOCK = Hot("""
SELECT b.id, b.part_id, b.location_id, b.on_hand, b.reserved, b.value, p.number, p.name, p.origin = 'alternative',
       policy.reorder_point,
       EXISTS (SELECT 1 FROM inventory_stockalert a
               WHERE a.station_id = b.station_id AND a.part_id = b.part_id AND a.state = 'open')
FROM inventory_stockbalance b
JOIN inventory_location l ON l.id = b.location_id AND l.kind = ANY(%(kinds)s::text[])
JOIN catalog_part p ON p.id = b.part_id
LEFT JOIN inventory_stockpolicy policy ON policy.station_id = b.station_id AND policy.part_id = b.part_id
WHERE b.station_id = %(station)s AND b.part_id = ANY(%(parts)s::bigint[])
ORDER BY b.part_id, b.location_id
FOR NO KEY UPDATE OF b
""")


def lock_shelves(
    station_id: int, part_ids: Iterable[int], *, kinds: Sequence[str] = (LocationKind.STORAGE,)
) -> dict[int, list[Shelf]]:
    """Lock every shelf of the parts at the station, in (part, location) order, and return them by part."""
    wanted = {"station": station_id, "parts": sorted(set(part_ids)), "kinds": [str(kind) for kind in kinds]}
    shelves: dict[int, list[Shelf]] = {}
    for row in ask(_LOCK, wanted):
        shelf = Shelf(*row)
        shelves.setdefault(shelf.part_id, []).append(shelf)
    return shelves


def open_shelves(station_id: int, places: Iterable[tuple[int, int]]) -> None:
    """Make sure a balance exists for every (part, location): an empty shelf is a row, so that it is locked."""
    wanted = sorted(set(places))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_stockbalance (station_id, part_id, location_id, on_hand, reserved, value)"
            " SELECT %s, part_id, location_id, 0, 0, 0"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS w(part_id, location_id)"
            " ON CONFLICT (station_id, part_id, location_id) DO NOTHING",
            [station_id, [part for part, _place in wanted], [place for _part, place in wanted]],
        )


def open_edges(station_id: int) -> None:
    """Make sure the station has its edges (supplier, workshop, customer, …) before stock first comes in."""
    edges = [kind for kind in LocationKind if kind not in STOCKED]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_location (station_id, code, name, kind, bin, is_active, version)"
            " SELECT %s, upper(kind), name, kind, '', TRUE, 1 FROM unnest(%s::text[], %s::text[]) AS e(kind, name)"
            " ON CONFLICT (station_id, code) DO NOTHING",
            [station_id, [str(kind) for kind in edges], [str(kind.label) for kind in edges]],
        )


def find_shelf(shelves: Mapping[int, Sequence[Shelf]], part_id: int, location_id: int) -> Shelf | None:
    """Return the locked shelf of a part at a place, or None where the place is an edge."""
    return next((shelf for shelf in shelves.get(part_id, ()) if shelf.location_id == location_id), None)


def shelf_at(shelves: Mapping[int, Sequence[Shelf]], part_id: int, location_id: int) -> Shelf:
    """Return the locked shelf of a part at a place. Raises Busy when it has gone since it was opened."""
    shelf = find_shelf(shelves, part_id, location_id)
    if shelf is None:
        raise Busy(_("The record is busy at the moment. Please try again."), code="busy")
    return shelf


# Balances are written against what the lock saw: on_hand, reserved and value each move by a difference, guarded so that
# no row ever goes below what is promised, whatever the caller computed.
_WRITE = Hot("""
WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(d_on_hand)s::numeric[], %(d_reserved)s::numeric[], %(d_value)s::numeric[])
        AS w(id, d_on_hand, d_reserved, d_value)
), balances AS (
    UPDATE inventory_stockbalance b
    SET on_hand = b.on_hand + w.d_on_hand, reserved = b.reserved + w.d_reserved, value = b.value + w.d_value
    FROM wanted w
    WHERE b.id = w.id AND b.on_hand + w.d_on_hand >= b.reserved + w.d_reserved AND b.reserved + w.d_reserved >= 0
    RETURNING b.id
), promises AS (
    UPDATE inventory_reservation r SET consumed = r.consumed + c.consumed, released = r.released + c.released
    FROM unnest(%(r_ids)s::bigint[], %(r_consumed)s::numeric[], %(r_released)s::numeric[]) AS c(id, consumed, released)
    WHERE r.id = c.id RETURNING r.id
), moves AS (
    INSERT INTO inventory_stockmove (station_id, part_id, source_id, destination_id, quantity, value, kind, origin_kind,
        origin_id, origin_line_id, origin_number, reverses_id, returns_id, reason, actor_id, actor_name, at)
    SELECT %(station)s, m.part_id, COALESCE(m.source_id, edge.id), COALESCE(m.destination_id, edge.id), m.quantity,
        m.value, %(kind)s, %(origin_kind)s, %(origin_id)s, m.line_id, %(origin_number)s, m.reverses_id, m.returns_id,
        %(reason)s, %(actor_id)s, %(actor_name)s, %(at)s
    FROM unnest(%(m_part)s::bigint[], %(m_source)s::bigint[], %(m_destination)s::bigint[], %(m_edge)s::text[],
        %(m_quantity)s::numeric[], %(m_value)s::numeric[], %(m_line)s::bigint[], %(m_reverses)s::bigint[],
        %(m_returns)s::bigint[]) WITH ORDINALITY
        AS m(part_id, source_id, destination_id, edge, quantity, value, line_id, reverses_id, returns_id, n)
    LEFT JOIN LATERAL (
        SELECT l.id FROM inventory_location l WHERE l.station_id = %(station)s AND l.kind = m.edge ORDER BY l.id LIMIT 1
    ) edge ON TRUE
    ORDER BY m.n
    RETURNING id
)
SELECT (SELECT count(*) FROM balances), (SELECT count(*) FROM promises), (SELECT array_agg(id ORDER BY id) FROM moves)
""")


@dataclass(frozen=True, slots=True)
class Draw:
    """What happens to one reservation: how much of it is consumed by an issue, how much is given back."""

    reservation_id: int
    consumed: Decimal = NONE
    released: Decimal = NONE


def write(
    actor: Actor,
    at: datetime,
    *,
    station_id: int,
    shelves: Mapping[int, Sequence[Shelf]],
    kind: str = MoveKind.ISSUE,
    moves: Sequence[Move] = (),
    draws: Sequence[Draw] = (),
    origin: Consumer | None = None,
    reason: str = "",
) -> list[int]:
    """Write changed shelves, their moves and the draws on reservations in one statement; return the move ids.

    Raises Busy when a row is not as the lock saw it, which a caller that locked first never meets.
    """
    changed = [shelf for row in shelves.values() for shelf in row if shelf.is_changed]
    if not (changed or moves or draws):
        return []
    written = {
        "station": station_id,
        "ids": [s.id for s in changed],
        "d_on_hand": [s.on_hand - s.was[0] for s in changed],
        "d_reserved": [s.reserved - s.was[1] for s in changed],
        "d_value": [s.value - s.was[2] for s in changed],
        "r_ids": [d.reservation_id for d in draws],
        "r_consumed": [d.consumed for d in draws],
        "r_released": [d.released for d in draws],
        "kind": str(kind),
        "origin_kind": origin.kind if origin else "",
        "origin_id": origin.id if origin else 0,
        "origin_number": origin.number if origin else "",
        "reason": whole(reason, 200, "reason"),
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "at": at,
        "m_part": [m.part_id for m in moves],
        "m_source": [m.source_id for m in moves],
        "m_destination": [m.destination_id for m in moves],
        "m_edge": [str(m.edge) for m in moves],
        "m_quantity": [m.quantity for m in moves],
        "m_value": [m.value for m in moves],
        "m_line": [m.line_id for m in moves],
        "m_reverses": [m.reverses_id for m in moves],
        "m_returns": [m.returns_id for m in moves],
    }
    ((balances, promises, move_ids),) = ask(_WRITE, written)
    if balances != len(changed) or promises != len(draws) or len(move_ids or ()) != len(moves):
        raise Busy(_("The record is busy at the moment. Please try again."), code="busy")
    for shelf in changed:
        shelf.was = (shelf.on_hand, shelf.reserved, shelf.value)
    return list(move_ids or ())


def fallen_to_line(shelves: Mapping[int, Sequence[Shelf]]) -> dict[int, tuple[Decimal, Decimal]]:
    """Return {part: (available, line)} of the parts at or below their line that have no open alert."""
    fallen: dict[int, tuple[Decimal, Decimal]] = {}
    for part_id, row in shelves.items():
        line = row[0].reorder_point if row else None
        if line is None or row[0].has_alert:
            continue
        available = sum((shelf.free for shelf in row), NONE)
        if available <= line:
            fallen[part_id] = (available, line)
    return fallen


def refuse_shortage(part_id: int, shelves: Sequence[Shelf], *, wanted: Decimal, found: Decimal) -> TransitionRefused:
    """Return the refusal that names the part and what is missing."""
    label = f"{shelves[0].number} {shelves[0].name}" if shelves else _part_label(part_id)
    return TransitionRefused(
        _("%(part)s: %(missing)s missing (wanted %(wanted)s, available %(found)s).")
        % {
            "part": label,
            "missing": f"{(wanted - found).normalize():f}",
            "wanted": f"{wanted.normalize():f}",
            "found": f"{found.normalize():f}" if found else "0",
        },
        code="stock_short",
    )


def _part_label(part_id: int) -> str:
    found = ask("SELECT number || ' ' || name FROM catalog_part WHERE id = %s", [part_id])
    if not found:
        raise NotVisible
    return str(found[0][0])


def total_value(moves: Iterable[Move]) -> Decimal:
    """Return the sum of the moves' values, yuan."""
    return sum((move.value for move in moves), ZERO)
