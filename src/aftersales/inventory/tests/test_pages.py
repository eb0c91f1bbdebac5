"""The stock room's pages, in a browser without JavaScript."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from aftersales.inventory import services, transitions
from aftersales.inventory.ledger import Consumer
from aftersales.inventory.models import Adjustment, Location, Receipt, StockAlert, StockMove, StockPolicy
from aftersales.inventory.tests.conftest import AT, ORDER, Room

D = Decimal


def at(name: str, *args: Any) -> str:
    return reverse(f"inventory:{name}", args=args)


@pytest.fixture
def stocked(room: Room) -> Room:
    room.receive(room.filter, "10", "1000.00")
    room.reserve(room.filter, "2", Consumer(ORDER, 1, "RO-1"))
    services.set_policy(room.cast.sun, AT, station=room.cast.station, part_id=room.filter.pk, reorder_point=D(9))
    return room


def test_pages_show_the_keeper_what_lies_where(stocked: Room, client_of) -> None:  # type: ignore[no-untyped-def]
    sun = client_of("sun")
    page = sun.get(at("stock"), {"low": "1", "q": "of-1001", "shelf": stocked.shelf.pk, "part_class": "common"})
    assert page.status_code == 200
    assert "机油滤清器" in page.text
    page = sun.get(at("part", "OF-1001"))
    for shown in ("RO-1", "1,000.00", "A01"):
        assert shown in page.text
    for name in (
        "receipts",
        "adjustments",
        "alerts",
        "shelves",
        "report",
        "receive",
        "adjust",
        "transfer",
        "open_shelf",
    ):
        assert sun.get(at(name)).status_code == 200, name
    receipt = Receipt.objects.everywhere().get()
    assert receipt.number in sun.get(at("receipt", receipt.pk)).text
    assert sun.get(at("set_policy", "OF-1001")).status_code == 200
    assert sun.get(at("change_shelf", stocked.shelf.pk)).status_code == 200


def test_pages_take_a_bounded_number_of_statements(stocked: Room, client_of, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    sun = client_of("sun")
    sun.get(at("stock"))
    with django_assert_max_num_queries(8):
        sun.get(at("stock"))
    with django_assert_max_num_queries(12):
        sun.get(at("part", "OF-1001"))


def test_the_stranger_meets_the_same_page_as_for_what_does_not_exist(stocked: Room, client_of) -> None:  # type: ignore[no-untyped-def]
    ma = client_of("ma")
    receipt = Receipt.objects.everywhere().get()
    alert = StockAlert.objects.everywhere().get()
    foreign = [
        at("receipt", receipt.pk),
        at("cancel_receipt", receipt.pk),
        at("handle_alert", alert.pk),
        at("change_shelf", stocked.shelf.pk),
    ]
    for address in foreign:
        assert ma.get(address).status_code == 404
    assert ma.post(at("post_receipt", receipt.pk)).status_code == 404
    assert "机油滤清器" not in ma.get(at("stock")).text
    assert "上海配件公司" not in ma.get(at("receipts")).text
    page = ma.get(at("report"), {"station": stocked.cast.station.pk})
    assert "OF-1001" not in page.text


def test_who_may_not_see_costs_does_not(stocked: Room, client_of) -> None:  # type: ignore[no-untyped-def]
    assert "1,000.00" not in client_of("zhao").get(at("part", "OF-1001")).text
    assert client_of("zhao").get(at("receive")).status_code == 404


def test_receiving_parts_by_form_posts_a_numbered_receipt(room: Room, client_of) -> None:  # type: ignore[no-untyped-def]
    sun = client_of("sun")
    typed = {
        "supplier_name": "上海配件公司",
        "document_ref": "SD-77",
        "shelf": room.shelf.pk,
        "part_1": "ｏｆ-1001",
        "quantity_1": "１２",
        "value_1": "120.5",
        "part_2": "WB-3001",
        "quantity_2": "2",
        "value_2": "",
    }
    refused = sun.post(at("receive"), typed)
    assert refused.status_code == 422
    assert "SD-77" in refused.text
    assert not Receipt.objects.everywhere().exists()
    answer = sun.post(at("receive"), typed | {"value_2": "30"})
    assert answer.status_code == 303
    receipt = Receipt.objects.everywhere().get()
    assert (receipt.state, receipt.value) == ("posted", D("150.50"))
    assert room.balance(room.filter) == (D(12), D(0), D("120.50"))


def test_a_draft_is_posted_and_cancelled_by_buttons(room: Room, client_of) -> None:  # type: ignore[no-untyped-def]
    sun = client_of("sun")
    typed = {
        "supplier_name": "供应商",
        "shelf": room.shelf.pk,
        "part_1": "OF-1001",
        "quantity_1": "1",
        "value_1": "10",
        "later": "on",
    }
    sun.post(at("receive"), typed)
    receipt = Receipt.objects.everywhere().get()
    assert receipt.state == "drafted"
    assert sun.post(at("post_receipt", receipt.pk), {"version": receipt.version}).status_code == 303
    receipt.refresh_from_db()
    assert receipt.state == "posted"
    stale = sun.post(at("cancel_receipt", receipt.pk), {"version": "1", "reason": "送错货"})
    assert stale.status_code == 409
    done = sun.post(at("cancel_receipt", receipt.pk), {"version": receipt.version, "reason": "送错货"})
    assert done.status_code == 303
    assert room.balance(room.filter) == (D(0), D(0), D(0))


def test_a_wear_part_without_keeper_is_refused_on_the_page(room: Room, client_of) -> None:  # type: ignore[no-untyped-def]
    typed = {
        "supplier_name": "供应商",
        "shelf": room.second_shelf.pk,
        "part_1": "BP-2001",
        "quantity_1": "1",
        "value_1": "10",
    }
    page = client_of("sun").post(at("receive"), typed)
    assert page.status_code == 409
    assert "SAFE-12" in page.text


@pytest.mark.parametrize("quantity", ["NaN", "1e9", "٣", "", "x", "99999999999", "1.2345"])
def test_odd_quantities_get_a_sentence_never_a_crash(stocked: Room, client_of, quantity: str) -> None:  # type: ignore[no-untyped-def]
    typed = {"part": "OF-1001", "shelf": stocked.shelf.pk, "quantity": quantity, "reason": "盘点"}
    assert client_of("sun").post(at("adjust"), typed).status_code == 422
    assert not Adjustment.objects.everywhere().exists()


@pytest.mark.parametrize("part", ["\x00", "nope", "' OR 1=1--", "x" * 100, "\u202e"])
def test_odd_part_numbers_get_a_sentence_never_a_crash(stocked: Room, client_of, part: str) -> None:  # type: ignore[no-untyped-def]
    typed = {"part": part, "shelf": stocked.shelf.pk, "quantity": "1", "reason": "盘点"}
    assert client_of("sun").post(at("adjust"), typed).status_code == 422


def test_four_eyes_on_the_page_of_corrections(stocked: Room, client_of) -> None:  # type: ignore[no-untyped-def]
    sun, wu = client_of("sun"), client_of("wu")
    typed = {"part": "OF-1001", "shelf": stocked.shelf.pk, "quantity": "-7", "reason": "盘亏"}
    sun.post(at("adjust"), typed)
    assert stocked.balance(stocked.filter)[0] == 10
    made = Adjustment.objects.everywhere().get()
    assert sun.post(at("approve_adjustment", made.number), {"version": made.version}).status_code in (303, 403)
    assert stocked.balance(stocked.filter)[0] == 10
    assert made.number in wu.get(at("adjustments"), {"state": "proposed"}).text
    refused = wu.post(at("approve_adjustment", made.number), {"version": made.version})
    assert refused.status_code == 303  # 8 are free, 7 may go
    assert stocked.balance(stocked.filter)[0] == 3
    other = transitions.propose_adjustment(
        stocked.cast.sun, AT, station=stocked.cast.station, part_id=stocked.filter.pk, location=stocked.shelf,
        quantity=D(9), reason="盘盈",
    )  # fmt: skip
    assert wu.post(at("reject_adjustment", other.number), {"reason": "重盘"}).status_code == 303
    other.refresh_from_db()
    assert other.state == "rejected"


def test_moving_shelves_lines_and_alerts_by_form(stocked: Room, client_of) -> None:  # type: ignore[no-untyped-def]
    sun = client_of("sun")
    moved = {
        "part": "OF-1001",
        "source": stocked.shelf.pk,
        "destination": stocked.second_shelf.pk,
        "quantity": "3",
    }
    assert sun.post(at("transfer"), moved).status_code == 303
    assert StockMove.objects.everywhere().filter(kind="transfer").count() == 1
    assert sun.post(at("transfer"), moved | {"quantity": "6"}).status_code == 409
    line = {"station": stocked.cast.station.pk, "reorder_point": "5", "order_up_to": "4"}
    assert sun.post(at("set_policy", "OF-1001"), line).status_code == 422
    keeper = stocked.cast.staff["sun"].pk
    assert sun.post(at("set_policy", "OF-1001"), line | {"order_up_to": "40", "keeper": keeper}).status_code == 303
    policy = StockPolicy.objects.everywhere().get()
    assert (policy.reorder_point, policy.order_up_to, policy.keeper_id) == (D(5), D(40), keeper)
    shelf = {"station": stocked.cast.station.pk, "code": "c01", "name": "三号货架", "keeper": keeper}
    assert sun.post(at("open_shelf"), shelf).status_code == 303
    assert sun.post(at("open_shelf"), shelf).status_code == 422
    row = Location.objects.everywhere().get(code="C01")
    changed = {"name": "三号", "bin": "", "is_active": "on", "version": row.version}
    assert sun.post(at("change_shelf", row.pk), changed).status_code == 303
    alert = StockAlert.objects.everywhere().get()
    assert sun.get(at("handle_alert", alert.pk)).status_code == 200
    assert sun.post(at("handle_alert", alert.pk), {"note": " ", "version": 1}).status_code == 422
    assert sun.post(at("handle_alert", alert.pk), {"note": "已订货", "version": 1}).status_code == 303
    assert "已订货" in sun.get(at("alerts"), {"handled": "1"}).text


def test_the_report_takes_a_period_and_refuses_one_that_cannot_be(stocked: Room, client_of) -> None:  # type: ignore[no-untyped-def]
    sun = client_of("sun")
    page = sun.get(at("report"), {"start": "2026-11-01", "end": "2026-11-30"})
    assert page.status_code == 200
    assert "OF-1001" in page.text
    for bad in ({"start": "2026-11-30", "end": "2026-11-01"}, {"start": "x", "end": "2026-13-01"}):
        assert sun.get(at("report"), bad).status_code == 422


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99999999", "shelf=9e9", "shelf=" + "9" * 30, "q=%00%F0"])
def test_odd_addresses_never_crash(stocked: Room, client_of, query: str) -> None:  # type: ignore[no-untyped-def]
    assert client_of("sun").get(f"{at('stock')}?{query}").status_code == 200
    assert client_of("sun").get("/stock/part/NO-SUCH/").status_code == 404
