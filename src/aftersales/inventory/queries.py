"""What others read from the stock room: availability, stock lists, moves, low stock, substitutes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from aftersales.core.actor import Actor
from aftersales.core.money import ZERO
from aftersales.core.quantity import NONE
from aftersales.core.statements import Hot, ask
from aftersales.inventory.choices import LocationKind
from aftersales.inventory.models import (
    Adjustment,
    Location,
    Receipt,
    Reservation,
    StockAlert,
    StockBalance,
    StockMove,
)
from aftersales.network.models import Station
from aftersales.standards.binding import fulfils


@fulfils("EST-06")
def available(station_id: int, part_ids: Iterable[int]) -> dict[int, Decimal]:
    """Return what of each part lies on the station's shelves and is not promised; parts without stock answer 0."""
    wanted = sorted(set(part_ids))
    found: dict[int, Decimal] = dict(
        ask(
            Hot(
                "SELECT b.part_id, sum(b.on_hand - b.reserved) FROM inventory_stockbalance b"
                " JOIN inventory_location l ON l.id = b.location_id AND l.kind = 'storage'"
                " WHERE b.station_id = %s AND b.part_id = ANY(%s::bigint[]) GROUP BY b.part_id"
            ),
            [station_id, wanted],
        )
    )
    return {part_id: found.get(part_id, NONE) for part_id in wanted}


@dataclass(frozen=True, slots=True)
class Substitute:
    """A part that may stand in for another at a station. `needs_consent`: the customer must agree first (PART-11)."""

    part_id: int
    number: str
    name: str
    available: Decimal
    needs_consent: bool
    is_successor: bool


_SUBSTITUTES = """
WITH RECURSIVE chain(asked_id, id, depth) AS (
    SELECT p.id, p.superseded_by_id, 1 FROM catalog_part p
    WHERE p.id = ANY(%(parts)s::bigint[]) AND p.superseded_by_id IS NOT NULL
    UNION ALL
    SELECT c.asked_id, p.superseded_by_id, c.depth + 1 FROM chain c JOIN catalog_part p ON p.id = c.id
    WHERE p.superseded_by_id IS NOT NULL AND c.depth < 100
), stand_in(asked_id, id, rank) AS (
    SELECT asked_id, id, depth FROM chain
    UNION ALL SELECT p.alternative_to_id, p.id, 1000 FROM catalog_part p
    WHERE p.alternative_to_id = ANY(%(parts)s::bigint[])
)
SELECT s.asked_id, p.id, p.number, p.name, COALESCE(sum(b.on_hand - b.reserved) FILTER (WHERE l.kind = 'storage'), 0),
    p.origin = 'alternative', s.rank < 1000
FROM stand_in s JOIN catalog_part p ON p.id = s.id AND p.is_active
LEFT JOIN inventory_stockbalance b ON b.part_id = p.id AND b.station_id = %(station)s
LEFT JOIN inventory_location l ON l.id = b.location_id
GROUP BY s.asked_id, s.rank, p.id ORDER BY s.asked_id, s.rank, p.number
"""


@fulfils("PART-11")
def substitutes(station_id: int, part_ids: Iterable[int]) -> dict[int, list[Substitute]]:
    """Return what may stand in for each part: its successors, nearest first, then alternatives that need consent."""
    found: dict[int, list[Substitute]] = {}
    for asked_id, *row in ask(_SUBSTITUTES, {"parts": sorted(set(part_ids)), "station": station_id}):
        found.setdefault(asked_id, []).append(Substitute(*row))
    return found


@dataclass(frozen=True, slots=True)
class StockLine:
    """A part at a station. Units: the part's own; `value` yuan."""

    station_id: int
    station_code: str
    part_id: int
    number: str
    name: str
    unit: str
    part_class: str
    on_hand: Decimal
    reserved: Decimal
    value: Decimal
    reorder_point: Decimal | None
    order_up_to: Decimal | None
    shelves: str
    keeper: str
    needs_keeper: bool

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved

    @property
    def is_low(self) -> bool:
        return self.reorder_point is not None and self.available <= self.reorder_point


_STOCK = """
SELECT st.id, st.code, p.id, p.number, p.name, p.unit, p.part_class, COALESCE(sum(b.on_hand), 0),
    COALESCE(sum(b.reserved), 0), COALESCE(sum(b.value), 0), pol.reorder_point, pol.order_up_to,
    COALESCE(string_agg(NULLIF(concat_ws(' ', l.code, NULLIF(l.bin, '')), ''), '、' ORDER BY l.code)
        FILTER (WHERE b.on_hand > 0), ''),
    COALESCE(max(ps.name), max(ls.name), ''), p.handling <> 'ordinary'
FROM (
    SELECT station_id, part_id FROM inventory_stockbalance UNION SELECT station_id, part_id FROM inventory_stockpolicy
) k
JOIN network_station st ON st.id = k.station_id
JOIN catalog_part p ON p.id = k.part_id
LEFT JOIN inventory_stockbalance b ON b.station_id = k.station_id AND b.part_id = k.part_id
LEFT JOIN inventory_location l ON l.id = b.location_id
LEFT JOIN inventory_stockpolicy pol ON pol.station_id = k.station_id AND pol.part_id = k.part_id
LEFT JOIN staff_staffmember ps ON ps.id = pol.keeper_id
LEFT JOIN staff_staffmember ls ON ls.id = l.keeper_id
WHERE (%(stations)s::bigint[] IS NULL OR k.station_id = ANY(%(stations)s::bigint[]))
    AND (%(text)s = '' OR p.number ILIKE %(like)s OR p.name ILIKE %(like)s OR p.name_en ILIKE %(like)s
         OR p.barcode = %(text)s)
    AND (%(part_class)s = '' OR p.part_class = %(part_class)s)
    AND (%(part)s::bigint IS NULL OR p.id = %(part)s)
    AND (%(location)s::bigint IS NULL OR EXISTS (
        SELECT 1 FROM inventory_stockbalance x
        WHERE x.station_id = k.station_id AND x.part_id = k.part_id AND x.location_id = %(location)s AND x.on_hand > 0))
GROUP BY st.id, p.id, pol.id
HAVING NOT %(low)s OR COALESCE(sum(b.on_hand - b.reserved), 0) <= pol.reorder_point
ORDER BY p.number, st.code LIMIT %(limit)s OFFSET %(offset)s
"""


@fulfils("IS-05", "PART-02")
def stock_lines(
    actor: Actor,
    *,
    text: str = "",
    part_class: str = "",
    location_id: int | None = None,
    part_id: int | None = None,
    station_id: int | None = None,
    low_only: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> list[StockLine]:
    """Return the stock of the actor's stations, part by part, by one statement; `low_only`: what is at its line."""
    stations = actor.stations_with()
    if station_id is not None:
        stations = (station_id,) if stations is None or station_id in stations else ()
    like = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [
        StockLine(*row)
        for row in ask(
            _STOCK,
            {
                "stations": None if stations is None else list(stations),
                "text": text,
                "like": f"%{like}%",
                "part_class": part_class,
                "part": part_id,
                "location": location_id,
                "low": low_only,
                "limit": limit,
                "offset": offset,
            },
        )
    ]


def low_stock(station_id: int) -> dict[int, tuple[Decimal, Decimal]]:
    """Return {part: (available, reorder point)} of the parts at or below their line, stocked or not."""
    return {
        row[0]: (row[1], row[2])
        for row in ask(
            "SELECT pol.part_id, COALESCE(sum(b.on_hand - b.reserved), 0), pol.reorder_point"
            " FROM inventory_stockpolicy pol LEFT JOIN inventory_stockbalance b"
            " ON b.station_id = pol.station_id AND b.part_id = pol.part_id"
            " WHERE pol.station_id = %s AND pol.reorder_point IS NOT NULL GROUP BY pol.id"
            " HAVING COALESCE(sum(b.on_hand - b.reserved), 0) <= pol.reorder_point ORDER BY pol.part_id",
            [station_id],
        )
    }


@fulfils("SAFE-12")
def parts_without_keeper(station_id: int) -> list[str]:
    """Return the numbers of the parts that need a named keeper and lie at the station without one (SAFE-12)."""
    return [
        row[0]
        for row in ask(
            "SELECT DISTINCT p.number FROM inventory_stockbalance b JOIN catalog_part p ON p.id = b.part_id"
            " JOIN inventory_location l ON l.id = b.location_id LEFT JOIN inventory_stockpolicy pol"
            " ON pol.station_id = b.station_id AND pol.part_id = b.part_id"
            " WHERE b.station_id = %s AND b.on_hand > 0 AND p.handling <> 'ordinary'"
            " AND pol.keeper_id IS NULL AND l.keeper_id IS NULL ORDER BY p.number",
            [station_id],
        )
    ]


def lines_without_keeper(receipt: Receipt) -> list[str]:
    """Return the numbers of a receipt's parts that would lie on a shelf without their named keeper (SAFE-12)."""
    return [
        row[0]
        for row in ask(
            "SELECT DISTINCT p.number FROM inventory_receiptline r JOIN catalog_part p ON p.id = r.part_id"
            " JOIN inventory_location l ON l.id = r.location_id LEFT JOIN inventory_stockpolicy pol"
            " ON pol.station_id = l.station_id AND pol.part_id = r.part_id"
            " WHERE r.receipt_id = %s AND p.handling <> 'ordinary'"
            " AND pol.keeper_id IS NULL AND l.keeper_id IS NULL ORDER BY p.number",
            [receipt.pk],
        )
    ]


def default_shelf_id(station_id: int) -> int | None:
    """Return the station's first shelf in use by code, or None where it has none."""
    return (
        Location.objects.at_station(station_id)
        .filter(kind=LocationKind.STORAGE, is_active=True)
        .order_by("code")
        .values_list("pk", flat=True)
        .first()
    )


def shelf_ids(station_id: int) -> list[int]:
    """Return the ids of the station's shelves in use."""
    return list(
        Location.objects.at_station(station_id)
        .filter(kind=LocationKind.STORAGE, is_active=True)
        .values_list("pk", flat=True)
    )


def shelves_of(actor: Actor, code: str | None = None, *, only_active: bool = True) -> QuerySet[Location]:
    """Return the shelves of the actor's stations (where the code is held, if named), by station and code."""
    rows = Location.objects.visible_to(actor, code).filter(kind=LocationKind.STORAGE)
    if only_active:
        rows = rows.filter(is_active=True)
    return rows.select_related("station", "keeper").order_by("station__code", "code")


def average_cost(station_id: int, part_id: int) -> Decimal:
    """Return yuan per unit at the station's moving average; the last receipt's where nothing lies, else 0."""
    row = ask(
        "SELECT sum(value), sum(on_hand) FROM inventory_stockbalance WHERE station_id = %s AND part_id = %s",
        [station_id, part_id],
    )[0]
    if row[1]:
        return Decimal(row[0] / row[1])
    last = ask(
        "SELECT value / quantity FROM inventory_stockmove WHERE station_id = %s AND part_id = %s AND kind = 'receipt'"
        " ORDER BY id DESC LIMIT 1",
        [station_id, part_id],
    )
    return Decimal(last[0][0]) if last else ZERO


def station_of(station_id: int) -> Station:
    """Return the station of a row already in hand."""
    return Station.objects.get(pk=station_id)


def surplus_elsewhere(station_id: int, part_ids: Iterable[int]) -> dict[int, Decimal]:
    """Return the most of each part that one other station could spare above its own reorder line (PART-05)."""
    return dict(
        ask(
            "SELECT part_id, max(spare) FROM ("
            " SELECT b.part_id, sum(b.on_hand - b.reserved) - COALESCE(max(pol.reorder_point), 0) AS spare"
            " FROM inventory_stockbalance b LEFT JOIN inventory_stockpolicy pol"
            " ON pol.station_id = b.station_id AND pol.part_id = b.part_id"
            " WHERE b.station_id <> %s AND b.part_id = ANY(%s::bigint[]) GROUP BY b.station_id, b.part_id) s"
            " GROUP BY part_id",
            [station_id, sorted(part_ids)],
        )
    )


def parts_with_open_alert(station_id: int, part_ids: Iterable[int]) -> set[int]:
    """Return which of the parts have an open alert at the station at this moment."""
    rows = StockAlert.objects.at_station(station_id).filter(part__in=sorted(part_ids), state="open")
    return set(rows.values_list("part_id", flat=True))


def order_up_to(station_id: int, part_ids: Iterable[int]) -> dict[int, Decimal | None]:
    """Return the target stock of each part that has a policy at the station."""
    return dict(
        ask(
            "SELECT part_id, order_up_to FROM inventory_stockpolicy"
            " WHERE station_id = %s AND part_id = ANY(%s::bigint[])",
            [station_id, sorted(part_ids)],
        )
    )


def balances_of(actor: Actor, part_id: int) -> QuerySet[StockBalance]:
    """Return the shelves of the actor's stations where the part lies or has lain."""
    return (
        StockBalance.objects.visible_to(actor)
        .filter(part_id=part_id)
        .select_related("station", "location", "location__keeper")
        .order_by("station__code", "location__code")
    )


def moves_of(actor: Actor, part_id: int) -> QuerySet[StockMove]:
    """Return the part's moves at the actor's stations, newest first."""
    return (
        StockMove.objects.visible_to(actor)
        .filter(part_id=part_id)
        .select_related("station", "source", "destination")
        .order_by("-id")
    )


def open_reservations_of(actor: Actor, part_id: int) -> list[Reservation]:
    """Return the open promises of the part at the actor's stations, most urgent first."""
    rows = (
        Reservation.objects.visible_to(actor)
        .filter(part_id=part_id)
        .select_related("station", "location")
        .order_by("-priority", "needed_at", "id")
    )
    return [row for row in rows if row.open_quantity > 0]


def reserved_for(kind: str, consumer_id: int) -> dict[int, Decimal]:
    """Return {line: quantity} still promised to the lines of one consumer, by one statement."""
    return dict(
        ask(
            "SELECT consumer_line_id, sum(quantity - consumed - released) FROM inventory_reservation"
            " WHERE consumer_kind = %s AND consumer_id = %s AND quantity > consumed + released"
            " GROUP BY consumer_line_id",
            [kind, consumer_id],
        )
    )


def open_alerts(actor: Actor, *, handled: bool = False) -> QuerySet[StockAlert]:
    """Return the alerts of the actor's stations: open ones oldest first, or handled ones newest first (PART-05)."""
    rows = StockAlert.objects.visible_to(actor).select_related("station", "part")
    return rows.filter(state="handled").order_by("-handled_at") if handled else rows.filter(state="open").order_by("id")


def adjustments(actor: Actor) -> QuerySet[Adjustment]:
    """Return the corrections of the actor's stations, newest first."""
    return Adjustment.objects.visible_to(actor).select_related("station", "part", "location").order_by("-id")


def receipts(actor: Actor) -> QuerySet[Receipt]:
    """Return the goods receipts of the actor's stations, newest first."""
    return Receipt.objects.visible_to(actor).select_related("station").order_by("-id")


def issued_value(kind: str, consumer_id: int) -> dict[int, Decimal]:
    """Return {line: net cost in yuan} of the parts issued to a consumer and not returned, by one statement."""
    return dict(
        ask(
            "SELECT origin_line_id, sum(CASE WHEN kind = 'issue' THEN value ELSE -value END) FROM inventory_stockmove"
            " WHERE origin_kind = %s AND origin_id = %s GROUP BY origin_line_id",
            [kind, consumer_id],
        )
    )
