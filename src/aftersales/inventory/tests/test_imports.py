"""Opening stock from a spreadsheet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from aftersales.core.errors import Forbidden
from aftersales.inventory import imports
from aftersales.inventory.proofs import prove_invariants
from aftersales.inventory.tests.conftest import AT, Room

D = Decimal


def test_opening_stock_is_received_once_however_often_it_is_imported(room: Room) -> None:
    rows = [
        {"number": "of-1001", "quantity": "３", "unit_cost": "33.335", "shelf": "a01"},
        {"number": "WB-3001", "quantity": "2.5", "unit_cost": "10", "shelf": ""},
        {"number": "OF-1001", "quantity": "1", "unit_cost": "1", "shelf": "A01"},
        {"number": "OF-1001", "quantity": "x", "unit_cost": "1", "shelf": "B01"},
        {"number": "WB-3001", "quantity": "0", "unit_cost": "1", "shelf": "B01"},
        {"number": "NOPE", "quantity": "1", "unit_cost": "1", "shelf": "Z9"},
    ]
    plan = imports.plan_rows(rows)
    assert [row.row for row in plan.rows] == [1, 2, 6]
    assert {oddity.row for oddity in plan.oddities} == {3, 4, 5}
    against = imports.unknown_rows(room.cast.station, plan.rows)
    assert {(oddity.row, oddity.field) for oddity in against} == {(6, "number"), (6, "shelf")}
    assert imports.write_rows(room.cast.sun, AT, room.cast.station, plan.rows) == imports.Written(2, 1)
    assert imports.write_rows(room.cast.sun, AT, room.cast.station, plan.rows) == imports.Written(0, 3)
    assert room.balance(room.filter) == (D(3), D(0), D("100.01"))
    assert prove_invariants() == []
    fresh = [imports.StockRow(1, "OF-1001", "B01", D(1), D(1))]
    with pytest.raises(Forbidden):
        imports.write_rows(room.cast.lin, AT, room.cast.station, fresh)
