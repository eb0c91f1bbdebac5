"""The papers of a real visit: what they say is what the order says, and a copy says what was issued."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from aftersales.core.actor import Actor
from aftersales.core.money import total
from aftersales.printing import queries, registry, services
from aftersales.printing.models import PaperLanguage
from aftersales.printing.render import render_pdf
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import Consent
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.printouts.counter import check_lines, damage_mark
from aftersales.seeds.visits import Driver

pytestmark = pytest.mark.django_db

KINDS = (
    "repairs.customer_archive",
    "repairs.delivery_note",
    "repairs.estimate",
    "repairs.inspection_record",
    "repairs.receiving_form",
    "repairs.repair_order",
)


def said(order: RepairOrder, kind: str, language: str = "en") -> dict[str, Any]:
    fresh = RepairOrder.objects.everywhere().get(pk=order.pk)
    with translation.override(language):
        return dict(registry.of_kind(kind).gather(fresh))


def amounts(payload: dict[str, Any]) -> Decimal:
    return sum((Decimal(row["amount"]) for row in (*payload["labour"], *payload["parts"])), Decimal(0))


def test_RECP_10_the_receiving_form_says_what_was_checked_with_the_customer(driver: Driver) -> None:
    order = driver.check_in()
    paper = said(order, "repairs.receiving_form")
    assert paper["concerns"] == list(driver.visitor.words)
    assert paper["items_left"] == ["行车记录仪", "停车卡"]
    assert paper["fuel_percent"] == 55
    assert (paper["damages"][0]["x"], paper["damages"][0]["y"], paper["damages"][0]["kind"]) == (0.21, 0.4, "Scratch")
    assert {line["result"] for line in paper["checks"]} == {"ok"}
    assert paper["signatures"][0]["name"] == driver.visitor.name


def test_RECP_12_the_registration_slip_holds_name_phone_address_model_plate_mileage_and_request(driver: Driver) -> None:
    paper = said(driver.check_in(), "repairs.receiving_form")
    assert paper["customer"]["name"] == "陈建国"
    assert paper["customer"]["phone"].endswith("13800138000")
    assert paper["customer"]["address"] == "上海市闵行区沪闵路1号"
    assert paper["vehicle"]["plate"] == "沪A12345"
    assert "M5" in paper["vehicle"]["model"]
    assert paper["vehicle"]["odometer_km"] == 38_500
    assert paper["concerns"]


def test_EST_03_the_estimate_states_a_definite_range_of_cost_and_time(driver: Driver) -> None:
    order = driver.bring_to("estimated")
    paper = said(order, "repairs.estimate")
    gross = total(line.gross for line in order.all_lines())
    assert Decimal(paper["total"]) == amounts(paper) + Decimal(paper["discount"]) == gross
    latest = order.estimates.order_by("-version")[0]
    assert (Decimal(paper["cost_from"]), Decimal(paper["cost_to"])) == (latest.cost_low, latest.cost_high)
    assert (paper["time_from"], paper["time_to"]) == ("1 h 30 min", "2 h 30 min")
    assert paper["findings"] == ["前制动片磨损到限(余2.1 mm)"]
    assert paper["total_capitals"] == "人民币壹仟零玖元整"


def test_a_discount_is_shown_apart_and_the_sum_stays_right(driver: Driver) -> None:
    order = driver.bring_to("diagnosed")
    driver.estimate()
    line = driver.order.all_lines()[0]
    order = visit.change_line(
        driver.order, driver.cast.wu, driver.tick(), line_id=line.pk, discount=Decimal("3.33"), reason="优惠"
    )
    paper = said(order, "repairs.estimate")
    assert paper["discount"] == "-3.33"
    assert amounts(paper) - Decimal("3.33") == Decimal(paper["total"])


def test_WORK_03_the_repair_order_carries_agreed_work_promise_and_who_works(driver: Driver) -> None:
    driver.bring_to("estimated")
    declined = driver.order.all_lines()[-1]
    driver.authorize({declined.pk: Consent.DECLINED.value})
    order = driver.dispatch()
    paper = said(order, "repairs.repair_order")
    assert [row["technician"] for row in paper["labour"]] == ["赵强", "赵强"]
    assert declined.text not in [row["name"] for row in paper["parts"]]
    assert Decimal(paper["estimated_total"]) == total(line.gross for line in order.all_lines() if line.is_agreed)
    assert paper["promised_at"]
    assert paper["bay"] == "2号举升工位"


def test_QC_06_the_inspection_record_shows_the_latest_inspection(driver: Driver) -> None:
    order = driver.bring_to("inspected")
    paper = said(order, "repairs.inspection_record")
    assert paper["passed"] is True
    assert {item["result"] for item in paper["items"]} == {"passed"}
    assert (paper["road_test_km"], paper["road_test_by"]) == ("3", "方正")
    assert paper["work"] == [line.text for line in order.all_lines() if line.is_labour]


def test_QC_06_a_failed_inspection_names_the_fault(driver: Driver) -> None:
    driver.bring_to("completed")
    line = driver.order.all_lines()[0]
    order = visit.fail_inspection(
        driver.order,
        driver.cast.fang,
        driver.tick(),
        inspector_id=driver.cast.staff["fang"].pk,
        failures={line.pk: "异响"},
    )
    paper = said(order, "repairs.inspection_record")
    assert paper["passed"] is False
    assert paper["verdict_note"] == f"{line.text}: 异响"
    assert {item["result"] for item in paper["items"]} == {"failed"}


def test_DELV_06_the_delivery_note_tells_work_charges_advice_and_the_next_visit(driver: Driver) -> None:
    driver.bring_to("estimated")
    put_off = driver.order.all_lines()[-1]
    driver.authorize({put_off.pk: Consent.DEFERRED.value})
    for move in ("dispatch", "issue", "work", "complete", "inspect", "wash", "take_over", "settle", "pay", "release"):
        getattr(driver, move)()
    order = driver.order
    paper = said(order, "repairs.delivery_note")
    assert (
        Decimal(paper["total"])
        == Decimal(paper["paid"])
        == total(line.gross for line in order.all_lines() if line.is_agreed)
    )
    assert any(put_off.text in told for told in paper["advice"])
    assert paper["next_service_on"] == order.next_visit_on.isoformat()  # type: ignore[union-attr]
    assert paper["next_service_km"] == 48_500
    assert paper["items_returned"] == ["行车记录仪", "停车卡"]
    assert len(paper["guarantees"]) == 2


def test_CRM_02_the_archive_form_holds_customer_vehicle_history_and_what_is_missing(driver: Driver) -> None:
    order = driver.bring_to("archived")
    paper = said(order, "repairs.customer_archive")
    assert paper["customer"]["name"] == order.customer_name
    assert [visit["order_number"] for visit in paper["visits"]] == [order.number]
    assert paper["visits"][0]["amount"] == "1009.00"
    assert paper["vehicles"][0]["vin"] == driver.visitor.vin
    assert "Services wished for" in paper["missing"]
    of_customer = dict(registry.of_kind("repairs.customer_archive").gather(order.customer))
    assert of_customer["visits"] == paper["visits"]


@pytest.mark.parametrize("language", [PaperLanguage.CHINESE, PaperLanguage.ENGLISH])
def test_every_paper_of_the_visit_can_be_printed(driver: Driver, language: PaperLanguage) -> None:
    order = driver.bring_to("archived")
    for kind in KINDS:
        paper = services.issue_paper(driver.cast.lin, driver.at, document=order, kind=kind, language=language)
        assert render_pdf(paper).startswith(b"%PDF"), kind
        assert queries.is_intact(paper)


def test_every_paper_can_be_printed_as_soon_as_the_car_is_here(driver: Driver) -> None:
    order = driver.check_in()
    for kind in KINDS:
        paper = services.issue_paper(driver.cast.lin, driver.at, document=order, kind=kind)
        assert render_pdf(paper).startswith(b"%PDF"), kind


def test_a_copy_says_what_was_issued_although_the_order_has_changed(driver: Driver) -> None:
    order = driver.bring_to("estimated")
    issued = services.issue_paper(driver.cast.lin, driver.at, document=order, kind="repairs.estimate")
    before = render_pdf(issued)
    line = order.all_lines()[0]
    visit.change_line(order, driver.cast.wu, driver.tick(), line_id=line.pk, discount=Decimal("1.00"), reason="优惠")
    newer = services.paper_for(
        driver.cast.lin,
        driver.tick(),
        document=RepairOrder.objects.everywhere().get(pk=order.pk),
        kind="repairs.estimate",
    )
    assert newer.pk != issued.pk
    assert newer.sha256 != issued.sha256
    wu: Actor = driver.cast.wu
    copy = services.reprint(wu, driver.tick(), paper=issued, reason="客户遗失")
    stored = type(issued).objects.everywhere().get(pk=issued.pk)
    assert copy.copy_number == 1
    assert stored.payload == issued.payload
    assert render_pdf(stored) == before
    assert render_pdf(stored, copy.copy_number) != before
    assert queries.is_intact(stored)


def test_marks_and_checks_of_every_kind_are_shown() -> None:
    with translation.override("en"):
        assert damage_mark({"x": 21, "y": 140, "position": "hood", "kind": "dent"}) == {
            "x": 0.21, "y": 1.0, "position": "Hood", "kind": "Dent", "note": ""
        }  # fmt: skip
        assert damage_mark({"kind": "碰伤", "x": None, "y": True})["x"] == 0.5
        results = [
            line["result"] for line in check_lines("RECP-20", {"lights": True, "leaks": "机油渗漏", "tyres": False})
        ]
    assert results[:4] == ["ok", "attention", "bad", "none"]
