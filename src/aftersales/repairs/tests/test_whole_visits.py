"""Clauses that speak of the visit as a whole: the way through it, who agrees to what, what stays on file."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from aftersales.accounts import grants, roles
from aftersales.appointments import transitions as booking
from aftersales.appointments.models import Appointment
from aftersales.appointments.rules import ItemDraft
from aftersales.core.errors import Forbidden, InputRefused, TransitionRefused
from aftersales.customers.models import Customer
from aftersales.journal.queries import entries_of
from aftersales.notifications.models import Message
from aftersales.printing import registry
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import Consent, OrderState
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.services.pricing import LineWish
from aftersales.repairs.tests.test_gates_of_delivery import release
from aftersales.repairs.tests.test_gates_of_intake import refused
from aftersales.search.queries import find
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.seeds.visits import Driver, confirmed
from aftersales.standards import checklists
from aftersales.vehicles.models import Vehicle
from aftersales.vehicles.queries import archive_form


def test_SVC_03_a_fault_goes_from_diagnosis_over_remedy_and_consent_to_repair_and_nothing_is_skipped(
    driver: Driver,
) -> None:
    driver.check_in()
    assert driver.order.visit_type == "repair"
    moves: dict[str, Any] = {
        "estimate": driver.estimate,
        "authorize": driver.authorize,
        "dispatch": driver.dispatch,
        "start_work": lambda: visit.start_work(
            driver.order, driver.cast.actors["zhao"], driver.tick(), line_id=1, technician_id=1
        ),
        "complete": driver.complete,
        "inspect": driver.inspect,
    }
    for early in moves.values():  # nobody has diagnosed yet
        with pytest.raises(TransitionRefused) as skipped:
            early()
        assert skipped.value.code == "wrong_state"
    driver.diagnose()
    for name in ("authorize", "dispatch", "start_work"):  # no remedy has been proposed yet
        with pytest.raises(TransitionRefused):
            moves[name]()
    driver.estimate()
    for name in ("dispatch", "start_work"):  # the customer has not confirmed yet
        with pytest.raises(TransitionRefused):
            moves[name]()
    for move in ("authorize", "dispatch", "issue", "work", "complete", "inspect"):
        getattr(driver, move)()
    # Fit for the road: an inspector drove it and passed it.
    check = driver.order.quality_checks.filter(kind="inspection").get()
    assert (check.passed, check.road_test) == (True, {"km": 3, "result": "正常"})


def test_ORG_20_nobody_leaves_the_process_without_a_superiors_word_on_record(driver: Driver) -> None:
    driver.bring_to(OrderState.INSPECTED)
    with refused("DELV-02"):
        driver.take_over()
    why: dict[str, Any] = {"clause": "DELV-02", "reason": "客户赶火车"}
    for name in ("lin", "zhao", "zheng", "he", "ma"):
        with pytest.raises(Forbidden):
            visit.authorize_departure(driver.order, driver.cast.actors[name], driver.tick(), **why)
    driver.order = visit.authorize_departure(driver.order, driver.cast.actors["wu"], driver.tick(), **why)
    word = entries_of(driver.order)[0]
    assert (word.step, word.actor_name, word.reason) == ("authorize_departure", "吴刚", "客户赶火车")
    assert driver.take_over().state == OrderState.READY  # before the step went on, not after
    taken = entries_of(driver.order)[0]
    assert taken.sequence > word.sequence


def test_ORG_19_the_owner_says_what_is_wrong_chooses_the_work_and_confirms_price_in_writing(driver: Driver) -> None:
    advisor = roles.BY_CODE[grants.ADVISOR].permissions
    assert {"repairs.order:receive", "repairs.order:consent"} <= set(advisor)
    with refused("DIAG-01"):
        driver.check_in(concerns=[])
    with refused("RECP-10", "receiving_form_is_signed"):
        driver.check_in(signed_by="")
    driver.bring_to(OrderState.ESTIMATED)
    left_out = next(line for line in driver.order.all_lines() if line.code == "LF-OF-01")
    agreed = {line.pk: "agreed" for line in driver.order.all_lines()} | {left_out.pk: "declined"}
    lin = driver.cast.actors["lin"]
    with refused("EST-02"):
        visit.authorize(driver.order, lin, driver.tick(), given_by="陈建国", method="phone", decisions=agreed)
    driver.authorize({left_out.pk: Consent.DECLINED.value})
    chosen = {line.code for line in driver.order.all_lines() if line.is_agreed}
    assert "LF-OF-01" not in chosen
    assert chosen
    assert {record.method for record in driver.order.consents.all()} == {"signature"}


def test_EST_07_one_list_goes_from_the_price_to_a_decision_a_line_and_is_frozen(driver: Driver) -> None:
    driver.bring_to(OrderState.ESTIMATED)
    lines = driver.order.all_lines()
    declined, deferred = lines[-1], lines[-2]
    driver.authorize({declined.pk: Consent.DECLINED.value, deferred.pk: Consent.DEFERRED.value})
    decided = {record.line_id: record for record in driver.order.consents.all()}
    assert decided.keys() == {line.pk for line in lines}
    assert (decided[declined.pk].decision, decided[deferred.pk].decision) == ("declined", "deferred")
    # The signature freezes what was agreed: price and version of the list stand with the decision.
    first = lines[0]
    assert (decided[first.pk].gross, decided[first.pk].estimate_version) == (first.gross, 1)
    lin, wu = driver.cast.actors["lin"], driver.cast.actors["wu"]
    changed = visit.change_line(
        driver.order, wu, driver.tick(), line_id=first.pk, discount=Decimal("1.00"), reason="优惠"
    )
    again = changed.line_or_none(first.pk)
    assert again is not None
    assert again.consent == Consent.PENDING
    kept = changed.consents.get(line_id=first.pk)
    assert kept.gross == again.gross + Decimal("1.00")
    # What comes later goes its own way (WORK-11): told apart, and worked on only after its own consent.
    more = visit.add_lines(
        changed, lin, driver.tick(), wishes=[LineWish("labour", driver.goods.operations["JX-101"].pk)]
    )
    added = next(line for line in more.all_lines() if line.is_added)
    assert added.consent == Consent.PENDING
    driver.order = visit.record_consent(
        more, lin, driver.tick(), given_by="陈建国", method="signature", decisions={first.pk: "agreed"}
    )
    driver.order = driver.dispatch()
    with refused("WORK-11"):
        visit.start_work(
            driver.order,
            driver.cast.actors["zhao"],
            driver.tick(),
            line_id=added.pk,
            technician_id=driver.cast.staff["zhao"].pk,
        )


def test_EST_07_customer_advisor_and_technician_read_the_same_list(driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(OrderState.DISPATCHED)
    texts = [line.text for line in order.all_lines() if line.is_agreed]
    with translation.override("zh-hans"):
        paper = registry.of_kind("repairs.repair_order").gather(RepairOrder.objects.everywhere().get(pk=order.pk))
    told = [row["name"] for row in (*paper["labour"], *paper["parts"])]
    assert sorted(told) == sorted(texts)
    for name in ("lin", "zhao"):
        page = client_of(name).get(reverse("repairs:order", args=[order.number])).content.decode()
        assert all(text in page for text in texts), name


def test_RECP_20_what_the_first_look_showed_is_on_file_and_on_the_paper_the_customer_signs(driver: Driver) -> None:
    found = confirmed("RECP-20") | {"tyres": "右前胎花纹 2.8 mm", "warning_lamps": False}
    order = driver.check_in(findings=found)
    assert order.receiving_form.findings == found
    with translation.override("zh-hans"):
        paper = registry.of_kind("repairs.receiving_form").gather(order)
        names = {item.code: str(item.text) for item in checklists.items("RECP-20")}
    assert names.keys() == {"lights", "leaks", "tyres", "warning_lamps", "mileage", "energy_level", "customer_told"}
    results = {row["item"]: (row["result"], row["note"]) for row in paper["checks"]}
    assert results[names["tyres"]] == ("attention", "右前胎花纹 2.8 mm")
    assert results[names["warning_lamps"]] == ("bad", "")
    assert results[names["customer_told"]] == ("ok", "")
    assert paper["signatures"][0]["name"] == "陈建国"


def test_APPT_06_the_care_promised_with_a_booking_is_before_the_advisor_when_the_customer_comes(
    driver: Driver, client_of: ClientOf
) -> None:
    cast, at = driver.cast, driver.tick()
    booked = booking.request(
        cast.xie, at, station=cast.station, contact_name="陈建国", contact_phone="13800138000", plate="沪A12345",
        model_name="M5", concern="保养", wanted_at=at + timedelta(days=1), duration_minutes=60,
        items=[ItemDraft(text="保养", operation_id=driver.goods.operations["JX-101"].pk, hours=Decimal(1))],
    )  # fmt: skip
    told = booking.tell_terms(
        booked, cast.xie, driver.tick(), documents_to_bring="行驶证", special_care="免费洗车并预留2号工位"
    )
    assert (told.special_care, told.told_by) == ("免费洗车并预留2号工位", "谢兰")
    page = client_of("lin").get(reverse("repairs:reception"), {"appointment": booked.number}).content.decode()
    assert "免费洗车并预留2号工位" in page
    told = booking.change(Appointment.objects.everywhere().get(pk=booked.pk), cast.xie, driver.tick(), special_care="")
    page = client_of("lin").get(reverse("repairs:reception"), {"appointment": booked.number}).content.decode()
    assert "免费洗车" not in page


def test_WORK_05_what_else_is_found_reaches_the_advisor_at_once_and_is_not_simply_done(driver: Driver) -> None:
    driver.bring_to(OrderState.IN_PROGRESS)
    line = next(line for line in driver.order.all_lines() if line.is_labour)
    before = len(driver.order.all_lines())
    order = visit.report_finding(
        driver.order, driver.cast.actors["zhao"], driver.tick(), line_id=line.pk, finding="右前减振器漏油"
    )
    message = Message.objects.everywhere().get(template="repairs.finding")
    assert message.to_user_id == driver.cast.users["lin"].pk
    assert (message.payload["note"], message.payload["who"], message.payload["number"]) == (
        "右前减振器漏油",
        "赵强",
        order.number,
    )
    assert message.created_at == driver.at
    assert entries_of(order)[0].changes["finding"] == "右前减振器漏油"
    assert len(order.all_lines()) == before
    with pytest.raises(InputRefused):
        visit.report_finding(order, driver.cast.actors["zhao"], driver.tick(), line_id=line.pk, finding="  ")


def test_WORK_05_the_job_is_handed_over_only_with_the_check_list_done_and_the_old_parts_kept(driver: Driver) -> None:
    driver.bring_to(OrderState.IN_PROGRESS)
    with pytest.raises(TransitionRefused):  # to the order: every agreed job, not some
        driver.complete()
    driver.work()
    zhao: dict[str, Any] = {"technician_id": driver.cast.staff["zhao"].pk, "repair_report": "已更换"}
    for point in ("torque", "old_parts"):
        answers = confirmed("QC-01") | {point: False}
        with refused("QC-01"):
            visit.complete(driver.order, driver.cast.actors["zhao"], driver.tick(), answers=answers, **zhao)
    assert driver.complete().state == OrderState.COMPLETED


def test_QC_03_the_customers_acceptance_or_objection_is_on_record(driver: Driver) -> None:
    driver.bring_to(OrderState.SETTLED)
    with refused("QC-03", "no_objection"):
        release(driver, accepted=False, objection=" ")
    release(driver, accepted=False, objection="左前门仍有划痕,约定周五处理")
    entry = entries_of(driver.order)[0]
    assert (entry.step, entry.changes["accepted"]) == ("release", False)
    assert entry.changes["objection"] == "左前门仍有划痕,约定周五处理"


def test_QC_03_an_acceptance_is_told_as_one(driver: Driver) -> None:
    order = driver.bring_to(OrderState.RELEASED)
    entry = entries_of(order)[0]
    assert (entry.changes["accepted"], entry.changes["objection"]) == (True, "")


def test_CRM_05_any_past_service_is_found_by_plate_or_customer_in_one_folder(driver: Driver) -> None:
    driver.bring_to(OrderState.ARCHIVED)
    driver.visitor = type(driver.visitor)(odometer_km=48_900)
    known: dict[str, Any] = {
        "customer": Customer.objects.everywhere().get(pk=driver.order.customer_id),
        "vehicle": Vehicle.objects.everywhere().get(pk=driver.order.vehicle_id),
    }
    first = driver.order
    driver.check_in(**known)
    second = driver.order
    assert second.customer_id == first.customer_id  # no second folder for the second visit
    lin = driver.cast.actors["lin"]
    (customer,) = Customer.objects.everywhere().filter(name="陈建国")
    folder = archive_form(lin, customer)
    assert [vehicle.plate for vehicle in folder.vehicles] == ["沪A12345"]
    assert {past.number for past in folder.visits} >= {first.number}
    for words in ("A12345", "陈建国", "13800138000"):
        kinds = {(hit.kind.name, hit.object_id) for hit in find(lin, words)}
        assert ("vehicle", first.vehicle_id) in kinds or ("customer", customer.pk) in kinds, words
    assert archive_form(driver.cast.actors["ma"], customer).visits == []
