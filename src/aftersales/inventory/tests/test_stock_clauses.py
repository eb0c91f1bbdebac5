"""The clauses of the standard that the stock room keeps."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from aftersales.catalog.models import Part
from aftersales.core.errors import InputRefused, NotVisible, TransitionRefused
from aftersales.inventory import queries, services, transitions
from aftersales.inventory.ledger import Consumer
from aftersales.inventory.models import Receipt, StockAlert, StockPolicy
from aftersales.inventory.tests.conftest import AT, ORDER, Room

D = Decimal


def _line(room: Room, part: Part, point: str, up_to: str | None = None) -> None:
    services.set_policy(
        room.cast.sun,
        AT,
        station=room.cast.station,
        part_id=part.pk,
        reorder_point=D(point),
        order_up_to=None if up_to is None else D(up_to),
    )


def test_PART_05_stock_that_falls_to_its_line_raises_one_alert_that_stays_open_until_handled(room: Room) -> None:
    room.receive(room.filter, "6", "60.00")
    _line(room, room.filter, "4", "10")
    alerts = StockAlert.objects.everywhere()
    room.issue(room.filter, "1")
    assert alerts.count() == 0
    room.reserve(room.filter, "1", Consumer(ORDER, 1))  # a promise makes stock unavailable just as an issue does
    alert = alerts.get()
    assert (alert.available, alert.reorder_point, alert.proposed_quantity) == (D(4), D(4), D(6))
    assert alert.proposal == "purchase"
    room.issue(room.filter, "1", order=3)
    room.receive(room.filter, "50", "500.00")
    assert alerts.get().state == "open"
    with pytest.raises(InputRefused):
        transitions.handle_alert(alert, room.cast.sun, AT, note=" ")
    transitions.handle_alert(alert, room.cast.sun, AT, note="已向供应商订货50件")
    assert list(queries.open_alerts(room.cast.sun)) == []
    room.issue(room.filter, "50", order=4)
    assert queries.open_alerts(room.cast.sun).count() == 1


def test_PART_05_an_alert_proposes_transfer_where_another_station_can_spare_it(room: Room) -> None:
    other = room.cast.other_station
    shelf = services.open_location(room.cast.ma, AT, station=other, code="A01", name="货架")
    services.receive(
        room.cast.ma,
        AT,
        station=other,
        items=[services.ReceiptItem(room.filter.pk, D(50), D(500), shelf.pk)],
        supplier_name="供应商",
    )
    room.receive(room.filter, "2", "20.00")
    _line(room, room.filter, "1", "5")
    room.issue(room.filter, "1")
    assert StockAlert.objects.everywhere().get().proposal == "transfer"
    assert list(queries.open_alerts(room.cast.ma)) == []


def test_PART_05_the_low_stock_list_shows_parts_that_never_came_in(room: Room) -> None:
    _line(room, room.wiper, "2")
    room.receive(room.filter, "9", "9.00")
    _line(room, room.filter, "2")
    assert queries.low_stock(room.cast.station.pk) == {room.wiper.pk: (D(0), D(2))}
    rows = queries.stock_lines(room.cast.sun, low_only=True)
    assert [row.number for row in rows] == ["WB-3001"]


def test_PART_11_an_alternative_part_is_issued_only_with_the_customers_recorded_consent(room: Room) -> None:
    spare = Part.objects.create(
        number="ALT-1", name="副厂滤清器", part_class="common", origin="alternative",
        quality_evidence="质检报告 2026-118", alternative_to=room.filter,
    )  # fmt: skip
    room.receive(spare, "5", "25.00")
    (offered,) = queries.substitutes(room.cast.station.pk, [room.filter.pk])[room.filter.pk]
    assert (offered.part_id, offered.available, offered.needs_consent) == (spare.pk, D(5), True)
    order = {"station": room.cast.station, "consumer": Consumer(ORDER, 1)}
    with pytest.raises(TransitionRefused) as refused:
        services.issue(room.cast.sun, AT, lines=[services.IssueLine(1, spare.pk, D(1))], **order)
    assert refused.value.clause == "PART-11"
    issued = services.issue(room.cast.sun, AT, lines=[services.IssueLine(1, spare.pk, D(1), True)], **order)
    assert issued[0].value == D("5.00")


def test_PART_11_successors_are_offered_nearest_first_and_need_no_consent(room: Room) -> None:
    second = Part.objects.create(number="OF-1003", name="机油滤清器", part_class="common")
    first = Part.objects.create(number="OF-1002", name="机油滤清器", part_class="common", superseded_by=second)
    Part.objects.filter(pk=room.filter.pk).update(superseded_by=first)
    room.receive(second, "2", "9.00")
    found = queries.substitutes(room.cast.station.pk, [room.filter.pk])[room.filter.pk]
    assert [(row.number, row.available, row.needs_consent) for row in found] == [
        ("OF-1002", D(0), False),
        ("OF-1003", D(2), False),
    ]


def test_SAFE_12_a_wear_part_goes_on_a_shelf_only_with_a_named_keeper(room: Room) -> None:
    with pytest.raises(TransitionRefused) as refused, transaction.atomic():
        room.receive(room.pads, "4", "400.00", room.second_shelf)
    assert refused.value.clause == "SAFE-12"
    assert "BP-2001" in str(refused.value)
    assert not Receipt.objects.everywhere().exists()
    room.receive(room.pads, "4", "400.00", room.shelf)  # the shelf has its keeper
    services.set_policy(
        room.cast.sun, AT, station=room.cast.station, part_id=room.pads.pk, keeper=room.cast.staff["sun"]
    )
    room.receive(room.pads, "4", "400.00", room.second_shelf)  # the part has its keeper
    (row,) = queries.stock_lines(room.cast.sun, text="BP-2001")
    assert row.keeper == "孙静"
    assert queries.parts_without_keeper(room.cast.station.pk) == []
    StockPolicy.objects.everywhere().update(keeper=None)
    assert queries.parts_without_keeper(room.cast.station.pk) == ["BP-2001"]


def test_EST_06_stock_of_every_part_is_asked_by_one_statement(room: Room, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    room.receive(room.filter, "5", "50.00")
    room.receive(room.filter, "1", "10.00", room.second_shelf)
    room.reserve(room.filter, "2", Consumer(ORDER, 1))
    with django_assert_num_queries(1):
        found = queries.available(room.cast.station.pk, [room.wiper.pk, room.filter.pk])
    assert found == {room.filter.pk: D(4), room.wiper.pk: D(0)}


def test_PART_02_stock_is_listed_by_part_class(room: Room) -> None:
    for part in (room.filter, room.wiper):
        room.receive(part, "1", "1.00")
    rows = queries.stock_lines(room.cast.sun, part_class="seasonal")
    assert [row.number for row in rows] == ["WB-3001"]


def test_receipts_are_numbered_without_gaps_and_a_refused_one_leaves_none(room: Room) -> None:
    numbers = [room.receive(room.filter, "1", "1.00").number]
    with pytest.raises(TransitionRefused):
        room.receive(room.pads, "1", "1.00", room.second_shelf)
    numbers.append(room.receive(room.filter, "1", "1.00").number)
    assert [number.rsplit("-", 1)[1] for number in numbers] == ["00001", "00002"]


def test_a_receipt_on_a_foreign_shelf_is_refused(room: Room) -> None:
    foreign = services.open_location(room.cast.ma, AT, station=room.cast.other_station, code="A01", name="货架")
    with pytest.raises(InputRefused):
        room.receive(room.filter, "1", "1.00", foreign)


def test_the_stranger_sees_none_of_it(room: Room) -> None:
    receipt = room.receive(room.filter, "5", "50.00")
    assert queries.stock_lines(room.cast.ma) == []
    assert queries.stock_lines(room.cast.ma, station_id=room.cast.station.pk) == []
    assert list(queries.moves_of(room.cast.ma, room.filter.pk)) == []
    assert list(queries.receipts(room.cast.ma)) == []
    with pytest.raises(NotVisible):
        Receipt.objects.get_visible(room.cast.ma, number=receipt.number)


@pytest.mark.parametrize("typed", ["%", "_", "\\", "' OR 1=1--", "OF\\_"])
def test_search_text_is_text(room: Room, typed: str) -> None:
    room.receive(room.filter, "5", "50.00")
    assert queries.stock_lines(room.cast.sun, text=typed) == []
