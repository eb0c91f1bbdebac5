"""Every naughty string through every text field of a visit: it comes back unchanged or is refused with a sentence.

The fields are those of the API's own description: a new one is sent everything too, a new operation fails the first
test until a scene reaches it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction

from aftersales.appointments import transitions as bookings
from aftersales.appointments.models import Appointment
from aftersales.appointments.rules import ItemDraft
from aftersales.billing import services as billing
from aftersales.billing.models import Settlement
from aftersales.care.models import FollowUp
from aftersales.care.transitions import cases, follow_ups
from aftersales.core.errors import InputRefused
from aftersales.customers.models import Customer
from aftersales.files.services import attach_photo
from aftersales.printing.services import issue_paper
from aftersales.repairs import transitions as visit
from aftersales.repairs.services.pricing import LineWish
from aftersales.seeds.visits import Driver, confirmed
from tests.access.texts import Sender, operations_with_text
from tests.access.world import small_picture

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Shanghai, the day after the cast's first
SUNDAY = datetime(2026, 11, 8, 2, 0, tzinfo=UTC)
PREFIXES = (
    "/appointments", "/cases", "/customers", "/follow-ups", "/papers", "/repair-orders", "/settlements", "/vehicles",
)  # fmt: skip
SCENES: dict[str, tuple[str, ...]] = {
    "booking": (
        "appointment_request", "appointment_book", "appointment_change", "appointment_tell_terms",
        "appointment_confirm", "appointment_reschedule", "appointment_acknowledge", "appointment_prepare",
        "appointment_mark_no_show", "appointment_cancel", "appointment_decline",
    ),
    "reception": (
        "repairorder_check_in", "repairorder_record_concern", "repairorder_diagnose", "repairorder_change_advisor",
        "repairorder_close_without_repair", "repairorder_cancel", "repairorder_suspend",
    ),
    "pricing": (
        "repairorder_rule_coverage", "repairorder_add_lines", "repairorder_change_line", "repairorder_estimate",
        "repairorder_authorize", "repairorder_record_consent",
    ),
    "work": (
        "repairorder_return_parts", "repairorder_pause_work", "repairorder_call_for_help",
        "repairorder_ask_for_parts", "repairorder_report_finding", "repairorder_tell_progress",
        "repairorder_complete", "repairorder_inspect", "repairorder_fail_inspection", "repairorder_take_over",
        "repairorder_reopen", "repairorder_authorize_departure",
    ),
    "counter": (
        "repairorder_release", "settlement_pay", "settlement_refund", "settlement_collect", "settlement_reverse",
        "paper_reprint",
    ),
    "care": (
        "servicecase_open_case", "servicecase_classify", "servicecase_investigate", "servicecase_report_up",
        "servicecase_solve", "servicecase_tell_result", "servicecase_reopen", "followup_record_attempt",
        "followup_record_call", "followup_give_up", "followup_skip",
    ),
    "files": (
        "customer_register", "customer_change", "customer_add_phone", "customer_grant_consent",
        "customer_withdraw_consent", "customer_unmask", "customer_merge", "vehicle_register", "vehicle_change",
        "vehicle_give_plate", "vehicle_note_odometer",
    ),
}  # fmt: skip
# Text that is nobody's own: an identity, chosen from what is there.
ELSEWHERE = {"paper_issue"}


def test_every_operation_of_the_visit_that_takes_text_has_its_scene(shared_data: Path) -> None:
    assert len(json.loads((shared_data / "naughty-strings.json").read_text("utf-8"))) > 450
    told = [name for names in SCENES.values() for name in names]
    assert len(told) == len(set(told))
    assert set(operations_with_text(PREFIXES)) - ELSEWHERE == set(told)


@pytest.fixture
def sender(driver: Driver, shared_data: Path) -> Iterator[Sender]:
    naughty = json.loads((shared_data / "naughty-strings.json").read_text("utf-8"))
    with time_machine.travel(NOW, tick=False):
        yield Sender(driver.cast, naughty)


def finish(sender: Sender, scene: str) -> None:
    assert sender.tried == set(SCENES[scene])
    assert sender.faults == [], "\n".join(sender.faults[:60])
    assert sender.unkept == []  # what is taken is kept somewhere


def steps(number: str, name: str, prefix: str = "repair-orders") -> str:
    return f"/api/{prefix}/{number}/steps/{name}"


def on_order(sender: Sender, driver: Driver, name: str, who: str, **body: Any) -> None:
    order = driver.order
    sender.try_all(f"repairorder_{name}", who, steps(order.number, name.replace("_", "-")), body, order.version)


def test_booking(sender: Sender, driver: Driver) -> None:
    cast, item = driver.cast, {"text": "保养", "hours": "1.0", "price": "180.00"}
    station, at = cast.station, NOW - timedelta(hours=1)
    wanted: dict[str, Any] = {
        "contact_name": "陈建国", "contact_phone": "13800138000", "plate": "沪A12345", "model_name": "M5",
        "concern": "保养", "documents_to_bring": "行驶证",
    }  # fmt: skip
    agreed: dict[str, Any] = {"duration_minutes": 60, "bay": cast.bays["A1"], "technician": cast.staff["zhao"]}
    ids = {"duration_minutes": 60, "bay_id": cast.bays["A1"].pk, "technician_id": cast.staff["zhao"].pk}
    work = [ItemDraft(text="保养", hours=Decimal(1), price=Decimal("180.00"))]
    sent = wanted | {"station_id": station.pk, "items": [item]}
    sender.try_all("appointment_request", "lin", "/api/appointments", sent)
    outside = sent | ids | {"arrives_at": SUNDAY, "terms_told": True, "override_reason": "客户只有周日有空"}
    sender.try_all("appointment_book", "wu", "/api/appointments/book", outside)

    def on(booking: Appointment, name: str, who: str, **body: Any) -> None:
        path = steps(booking.number, name.replace("_", "-"), "appointments")
        sender.try_all(f"appointment_{name}", who, path, body, booking.version)

    asked = bookings.request(
        cast.lin, at, station=station, items=work, **(wanted | agreed), arrives_at=SUNDAY, wanted_at=SUNDAY
    )
    on(asked, "change", "lin", **wanted, items=[item])
    on(asked, "tell_terms", "lin", documents_to_bring="行驶证", special_care="免费洗车")
    on(asked, "cancel", "lin", reason="客户来电取消")
    on(asked, "decline", "lin", reason="当日已满")
    told = bookings.tell_terms(asked, cast.lin, at, documents_to_bring="行驶证")
    on(told, "confirm", "wu", override_reason="客户只有周日有空")
    booked = bookings.book(
        cast.lin, at, station=station, items=work, terms_told=True, **(wanted | agreed), arrives_at=NOW
    )
    on(booked, "reschedule", "wu", arrives_at=SUNDAY, reason="客户要求", override_reason="客户只有周日有空")
    on(booked, "acknowledge", "lin", desk="reception")
    on(booked, "prepare", "lin", briefing="上次更换过前制动片")
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        on(booked, "mark_no_show", "lin", reason="未到店,电话无人接听")
    finish(sender, "booking")


def test_reception(sender: Sender, driver: Driver) -> None:
    cast = driver.cast
    form: dict[str, Any] = {
        "station_id": cast.station.pk,
        "advisor_id": cast.staff["lin"].pk,
        "customer": {"name": "王芳", "phones": ["13900139000"], "address": "闵行区"},
        "vehicle": {"vin": "LSVAM4187C2184848", "plate": "沪B23456", "model_name": "M5", "accept_oddities": True},
        "odometer_km": 12_000,
        "concerns": ["异响"],
        "covers": confirmed("RECP-09"),
        "papers_checked": ["vehicle_licence", "maintenance_manual", "insurance"],
        "walkaround": confirmed("RECP-10"),
        "findings": confirmed("RECP-20"),
        "damages": [{"x": 0.2, "y": 0.4, "kind": "scratch", "note": "划痕"}],
        "belongings": ["停车卡"],
        "signed_by": "王芳",
    }
    sender.try_all("repairorder_check_in", "lin", "/api/repair-orders", form)
    driver.check_in()
    on_order(sender, driver, "record_concern", "lin", customer_words="空调不凉")
    on_order(sender, driver, "change_advisor", "wu", advisor_id=cast.staff["wu"].pk, reason="调休", hand_over_note="等")
    on_order(sender, driver, "cancel", "lin", reason="客户改期")
    on_order(sender, driver, "suspend", "lin", hold_reason="waiting_for_customer", reason="等客户回电")
    on_order(sender, driver, "close_without_repair", "lin", outcome="quotation_only", reason="客户考虑")
    found = {
        "position": 1, "interpretation": "异响", "cause": "磨损", "correction": "更换", "coverage": "pending",
        "coverage_reason": "待厂家判定", "confirmed_with": "陈建国",
    }  # fmt: skip
    on_order(sender, driver, "diagnose", "lin", findings=[found], repair_plan="更换前制动片")
    finish(sender, "reception")


def test_pricing(sender: Sender, driver: Driver) -> None:
    cast, goods = driver.cast, driver.goods
    driver.check_in()
    driver.diagnose(coverage="pending")
    on_order(sender, driver, "rule_coverage", "qian", position=1, coverage="inside", reason="厂家确认")
    driver.diagnose()
    job = goods.operations["JX-101"].pk
    wish = {
        "kind": "labour", "item_id": job, "quantity": "2.0", "unit_price": "120.00", "payer": "customer",
        "quantity_reason": "锈死", "price_reason": "老客户",
    }  # fmt: skip
    on_order(sender, driver, "add_lines", "wu", wishes=[wish])
    on_order(sender, driver, "estimate", "wu", minutes_low=30, minutes_high=60, wishes=[wish])
    driver.estimate()
    lines = driver.order.all_lines()
    changed = {"quantity": "1.9", "unit_price": "99.00", "payer": "customer", "reason": "老客户"}
    on_order(sender, driver, "change_line", "wu", line_id=lines[0].pk, **changed)
    decisions = {str(line.pk): "agreed" for line in lines[1:]} | {str(lines[0].pk): "declined"}
    decided = {"given_by": "陈建国", "method": "signature", "decisions": decisions, "reason": "下次再做"}
    on_order(sender, driver, "authorize", "lin", **decided)
    driver.authorize()
    driver.order = visit.add_lines(driver.order, cast.lin, driver.tick(), wishes=[LineWish("labour", job)])
    added = next(line for line in driver.order.all_lines() if line.is_added)
    on_order(sender, driver, "record_consent", "lin", **decided | {"decisions": {str(added.pk): "declined"}})
    finish(sender, "pricing")


def test_work(sender: Sender, driver: Driver) -> None:
    cast = driver.cast
    driver.bring_to("dispatched")
    job = next(line for line in driver.order.all_lines() if line.is_labour)
    part = next(line for line in driver.order.all_lines() if line.is_part)
    on_order(sender, driver, "return_parts", "sun", quantities={str(part.pk): "1"}, reason="型号不符")
    on_order(sender, driver, "call_for_help", "zhao", line_id=job.pk, note="导向销卡死")
    on_order(sender, driver, "ask_for_parts", "zhao", line_id=job.pk, wanted="卡簧一个")
    on_order(sender, driver, "report_finding", "zhao", line_id=job.pk, finding="减振器漏油")
    driver.start()
    on_order(sender, driver, "pause_work", "zhao", line_id=job.pk, pause_reason="tool")
    on_order(sender, driver, "tell_progress", "lin", text="已拆检", channel="phone")
    driver.finish()
    driver.work()
    zhao, fang = cast.staff["zhao"].pk, cast.staff["fang"].pk
    on_order(sender, driver, "complete", "zhao", technician_id=zhao, answers=confirmed("QC-01"), repair_report="已更换")
    driver.complete()
    tested = {"inspector_id": fang, "answers": confirmed("QC-06"), "road_test": {"result": "正常"}}
    on_order(sender, driver, "inspect", "fang", **tested)
    on_order(sender, driver, "fail_inspection", "fang", **tested, failures={str(job.pk): "仍有异响"})
    on_order(sender, driver, "reopen", "wu", reason="客户有异议")
    driver.inspect()
    on_order(sender, driver, "authorize_departure", "wu", clause="DELV-02", reason="客户赶时间")
    driver.wash()
    on_order(
        sender,
        driver,
        "take_over",
        "lin",
        cleanliness=confirmed("DELV-02"),
        condition=confirmed("DELV-03"),
        belongings=["雨伞", "行车记录仪", "停车卡"],
    )
    finish(sender, "work")


def test_counter(sender: Sender, driver: Driver) -> None:
    cast = driver.cast
    driver.bring_to("ready")
    driver.settle()
    sheet = driver.settlements[0]

    def on(name: str, who: str, **body: Any) -> None:
        fresh = Settlement.objects.everywhere().get(pk=sheet.pk)
        path = steps(sheet.number, name.replace("_", "-"), "settlements")
        sender.try_all(f"settlement_{name}", who, path, body, fresh.version)

    means = [{"method": "card", "amount": "10.00", "reference": "4200001234"}]
    on("pay", "he", means=means)
    reverse = f"/api/settlements/for-order/{driver.order.number}/reverse"
    driver.order.refresh_from_db()
    sender.try_all("settlement_reverse", "wu", reverse, {"reason": "录入错误"}, driver.order.version)
    with transaction.atomic():
        rows = Customer.objects.everywhere().filter(pk=sheet.customer_id)
        rows.update(on_account=True, credit_limit=Decimal(9999), credit_days=30)
        billing.put_on_account(sheet, cast.he, driver.tick(), amount=Decimal("50.00"))
        on("collect", "he", means=means)
        transaction.set_rollback(True)
    driver.pay()
    on("refund", "wu", amount="5.00", method="card", reason="多收", reference="4200001234")
    answers = confirmed("DELV-05") | confirmed("DELV-06") | confirmed("DELV-07") | confirmed("DELV-09")
    handed: dict[str, Any] = {"received_by": "陈建国", "answers": answers, "old_parts": "returned"}
    more = {"next_visit_km": 48_500, "accepted": False, "objection": "仍有划痕"}
    on_order(sender, driver, "release", "lin", **handed, **more)
    paper = issue_paper(cast.lin, driver.tick(), document=driver.order, kind="repairs.delivery_note")
    where = f"/api/papers/{paper.reference}"
    seen = sender.version_of("lin", where)
    sender.try_all("paper_reprint", "lin", f"{where}/reprint", {"reason": "客户遗失"}, seen)
    finish(sender, "counter")


def test_care(sender: Sender, driver: Driver) -> None:
    cast = driver.cast
    driver.bring_to("released")
    at = NOW - timedelta(hours=1)
    opened = {
        "station_id": cast.station.pk, "channel": "hotline", "complainant": "陈建国", "description": "仍有异响",
        "complainant_phone": "13800138000", "plate": "沪A12345", "model_name": "M5",
    }  # fmt: skip
    sender.try_all("servicecase_open_case", "xie", "/api/cases", opened)
    case = cases.open_case(
        cast.xie, at, station=cast.station, channel="hotline", complainant="陈建国", description="异响"
    )

    def on(name: str, who: str, **body: Any) -> None:
        path = steps(case.number, name.replace("_", "-"), "cases")
        sender.try_all(f"servicecase_{name}", who, path, body, case.version)

    case = cases.assign(case, cast.wu, at, handler=cast.staff["lin"])
    on("classify", "wu", content_class="after_sales", level="general")
    on("investigate", "xie", problem_exists=True, cause="制动片未研磨")
    on("report_up", "xie", question="是否免费返修?")
    case = cases.investigate(case, cast.xie, at, problem_exists=True, cause="未研磨")
    on("solve", "xie", solution_kind="repair", solution="免费返修")
    case = cases.solve(case, cast.xie, at, solution_kind="repair", solution="免费返修")
    on("reopen", "xie", reason="客户不接受")
    case = cases.carry_out(case, cast.xie, at)
    on("tell_result", "xie", talk="客户认可", satisfaction=5)
    call = FollowUp.objects.everywhere().get(order=driver.order, kind="first")

    def on_call(name: str, who: str, **body: Any) -> None:
        path = f"/api/follow-ups/{call.number}/steps/{name.replace('_', '-')}"
        sender.try_all(f"followup_{name}", who, path, body, call.version)

    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        on_call("record_attempt", "tao", points="无人接听")
        said = {"points": "车况良好", "requests": "寄发票", "wishes": "周末营业", "complaints": "等待太久"}
        on_call("record_call", "tao", **said, topics=["use_and_opinion"])
        on_call("skip", "wu", reason="客户要求不回访")
        for n in range(3):
            call = follow_ups.record_attempt(call, cast.tao, NOW + timedelta(days=3, hours=n))
        on_call("give_up", "tao", reason="三次未接")
    finish(sender, "care")


def test_files(sender: Sender, driver: Driver) -> None:
    cast = driver.cast
    driver.check_in()
    customer, vehicle = driver.order.customer, driver.order.vehicle
    new = {"station_id": cast.station.pk, "name": "王芳", "phones": ["13900139000"], "address": "闵行区"}
    more = {
        "region_code": "310112", "notes": "周末来", "services_wished": "代步车", "next_contact_about": "保养",
    }  # fmt: skip
    sender.try_all("customer_register", "lin", "/api/customers", new | more)
    other = Customer.objects.everywhere().create(
        station=cast.station, number="SH01-CU26-90001", name="陈建国", created_at=NOW
    )

    def on_customer(name: str, who: str, **body: Any) -> None:
        path = f"/api/customers/{customer.number}/{name.replace('_', '-')}"
        fresh = Customer.objects.everywhere().get(pk=customer.pk)
        sender.try_all(f"customer_{name}", who, path, body, fresh.version)

    changed = {"name": "陈建国", "address": "徐汇区"} | more
    fresh = Customer.objects.everywhere().get(pk=customer.pk)
    sender.try_all("customer_change", "lin", f"/api/customers/{customer.number}", changed, fresh.version)
    on_customer("add_phone", "lin", number="13700137000")
    consent = {"purpose": "marketing", "channel": "sms"}
    on_customer("grant_consent", "lin", **consent, evidence="签字单第7页")
    on_customer("unmask", "lin", reason="客户来电核对")
    on_customer("merge", "wu", dropped_id=other.pk, reason="同一人")
    with transaction.atomic():
        path = f"/api/customers/{customer.number}/grant-consent"
        operation = operations_with_text(PREFIXES)["customer_grant_consent"]
        given = sender.ask(operation, "lin", path, consent | {"evidence": "签字单"}, fresh.version)
        assert given.status_code in (200, 201), given.content
        on_customer("withdraw_consent", "lin", **consent, reason="客户来电")
        transaction.set_rollback(True)
    car = {
        "station_id": cast.station.pk, "vin": "LSVAM4187C2184848", "plate": "沪B23456", "model_name": "M5",
        "colour": "白", "engine_number": "EA211", "notes": "改装轮毂", "accept_oddities": True,
    }  # fmt: skip
    sender.try_all("vehicle_register", "lin", "/api/vehicles", car)
    vehicle.refresh_from_db()
    where = f"/api/vehicles/{vehicle.number}"
    altered = {
        "model_name": "M5", "colour": "白", "engine_number": "EA211", "notes": "改装轮毂", "vin": vehicle.vin,
        "reason": "更正", "accept_oddities": True,
    }  # fmt: skip
    sender.try_all("vehicle_change", "lin", where, altered, vehicle.version)
    sender.try_all("vehicle_give_plate", "lin", f"{where}/give-plate", {"plate": "沪C34567"}, vehicle.version)
    lower = {"km": 10, "override_reason": "更换仪表"}
    sender.try_all("vehicle_note_odometer", "lin", f"{where}/note-odometer", lower, vehicle.version)
    finish(sender, "files")


def test_captions_of_pictures(sender: Sender, driver: Driver, settings: Any, tmp_path: Path) -> None:
    """A picture and its caption come as a form, not as a body of the API's JSON: sent through the command itself."""
    settings.MEDIA_ROOT = tmp_path
    order, picture = driver.check_in(), small_picture()
    for text in sender.naughty:
        with transaction.atomic():
            if len(text.strip()) > 200:
                with pytest.raises(InputRefused) as refused:
                    attach_photo(driver.cast.lin, NOW, document=order, upload=picture, caption=text)
                assert refused.value.fields["caption"]
            else:
                photo = attach_photo(driver.cast.lin, NOW, document=order, upload=picture, caption=text)
                photo.refresh_from_db()
                assert photo.caption == text.strip()
            transaction.set_rollback(True)
