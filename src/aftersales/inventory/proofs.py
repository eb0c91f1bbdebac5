"""Proofs that the stock adds up: the balance of every part over a period, and the invariants S1, S2, S3, S5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from aftersales.standards.binding import fulfils


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One part over a period. Units: the part's own; values in yuan. `issued` is net of returns, `adjusted` signed."""

    part_id: int
    number: str
    name: str
    opening: Decimal
    received: Decimal
    issued: Decimal
    adjusted: Decimal
    closing: Decimal
    opening_value: Decimal
    received_value: Decimal
    issued_value: Decimal
    adjusted_value: Decimal
    closing_value: Decimal

    @property
    def is_balanced(self) -> bool:
        return (
            self.opening + self.received - self.issued + self.adjusted == self.closing
            and self.opening_value + self.received_value - self.issued_value + self.adjusted_value == self.closing_value
        )


# Every move is looked at from the shelves' side: +1 where it ends on a shelf, -1 where it starts from one. A reversal
# counts as the kind it reverses, so that a cancelled receipt is less received and not more issued.
_REPORT = """
WITH flow AS (
    SELECT m.part_id, m.at, COALESCE(undone.kind, m.kind) AS kind,
        CASE WHEN d.kind IN ('storage', 'in_transit') THEN 1 ELSE 0 END
        - CASE WHEN s.kind IN ('storage', 'in_transit') THEN 1 ELSE 0 END AS sign, m.quantity, m.value
    FROM inventory_stockmove m
    JOIN inventory_location s ON s.id = m.source_id JOIN inventory_location d ON d.id = m.destination_id
    LEFT JOIN inventory_stockmove undone ON undone.id = m.reverses_id
    WHERE m.station_id = %(station)s AND m.at < %(until)s
)
SELECT p.id, p.number, p.name,
    COALESCE(sum(sign * quantity) FILTER (WHERE f.at < %(start)s), 0),
    COALESCE(sum(sign * quantity) FILTER (WHERE f.at >= %(start)s AND kind = 'receipt'), 0),
    -COALESCE(sum(sign * quantity) FILTER (WHERE f.at >= %(start)s AND kind IN ('issue', 'return')), 0),
    COALESCE(sum(sign * quantity) FILTER (WHERE f.at >= %(start)s AND kind NOT IN ('receipt', 'issue', 'return')), 0),
    sum(sign * quantity),
    COALESCE(sum(sign * value) FILTER (WHERE f.at < %(start)s), 0),
    COALESCE(sum(sign * value) FILTER (WHERE f.at >= %(start)s AND kind = 'receipt'), 0),
    -COALESCE(sum(sign * value) FILTER (WHERE f.at >= %(start)s AND kind IN ('issue', 'return')), 0),
    COALESCE(sum(sign * value) FILTER (WHERE f.at >= %(start)s AND kind NOT IN ('receipt', 'issue', 'return')), 0),
    sum(sign * value)
FROM flow f JOIN catalog_part p ON p.id = f.part_id GROUP BY p.id ORDER BY p.number
"""


@fulfils("PART-08")
def stock_report(station_id: int, start: datetime, until: datetime) -> list[PeriodLine]:
    """Return opening + receipts - issues ± corrections = closing for every part that has ever moved (PART-08).

    Shape: `start` inclusive, `until` exclusive. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REPORT, {"station": station_id, "start": start, "until": until})
        return [PeriodLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Flaw:
    """A row that breaks an invariant: what it should be by the ledger and what it is."""

    invariant: str
    station_id: int
    part_id: int
    location_id: int
    expected: Decimal
    found: Decimal


_FLAWS = """
WITH ledger AS (
    SELECT moved.station_id, part_id, location_id, sum(quantity) AS quantity, sum(value) AS value FROM (
        SELECT station_id, part_id, destination_id AS location_id, quantity, value FROM inventory_stockmove
        UNION ALL SELECT station_id, part_id, source_id, -quantity, -value FROM inventory_stockmove
    ) moved JOIN inventory_location l ON l.id = moved.location_id AND l.kind IN ('storage', 'in_transit')
    GROUP BY moved.station_id, part_id, location_id
), promised AS (
    SELECT station_id, part_id, location_id, sum(quantity - consumed - released) AS quantity
    FROM inventory_reservation GROUP BY station_id, part_id, location_id
), joined AS (
    SELECT COALESCE(b.station_id, l.station_id, r.station_id) AS station_id,
        COALESCE(b.part_id, l.part_id, r.part_id) AS part_id,
        COALESCE(b.location_id, l.location_id, r.location_id) AS location_id,
        COALESCE(b.on_hand, 0) AS on_hand, COALESCE(b.reserved, 0) AS reserved, COALESCE(b.value, 0) AS value,
        COALESCE(l.quantity, 0) AS moved, COALESCE(l.value, 0) AS moved_value, COALESCE(r.quantity, 0) AS promised
    FROM inventory_stockbalance b
    FULL JOIN ledger l ON l.station_id = b.station_id AND l.part_id = b.part_id AND l.location_id = b.location_id
    FULL JOIN promised r ON r.station_id = COALESCE(b.station_id, l.station_id)
        AND r.part_id = COALESCE(b.part_id, l.part_id)
        AND r.location_id = COALESCE(b.location_id, l.location_id)
)
SELECT check_name, station_id, part_id, location_id, expected, found FROM joined, LATERAL (VALUES
    ('S1', moved, on_hand, moved = on_hand),
    ('S2', on_hand, reserved, reserved >= 0 AND reserved <= on_hand),
    ('S3', promised, reserved, promised = reserved),
    ('S5', moved_value, value, moved_value = value)
) AS c(check_name, expected, found, holds)
WHERE NOT holds AND (%(station)s::bigint IS NULL OR station_id = %(station)s)
ORDER BY check_name, station_id, part_id, location_id
"""


def prove_invariants(station_id: int | None = None) -> list[Flaw]:
    """Return every row that breaks S1, S2, S3 or S5, at one station or everywhere; an empty list is the proof.

    S1 on hand = Σ moves, S2 0 <= reserved <= on hand, S3 Σ open promises = reserved, S5 value = Σ value of moves. One
    statement, so that it sees one instant even under load.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FLAWS, {"station": station_id})
        return [Flaw(*row) for row in cursor.fetchall()]
