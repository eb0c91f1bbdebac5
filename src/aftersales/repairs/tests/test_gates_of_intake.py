"""The gates from check-in to consent: each refuses with its clause, and opens when the condition holds."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from aftersales.appointments.models import Appointment
from aftersales.core.errors import Forbidden, Refusal, TransitionRefused
from aftersales.journal.queries import entries_of
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import Consent, Coverage, OrderState
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.repairs.services.pricing import LineWish
from aftersales.seeds.visits import Driver, confirmed
from aftersales.staff.models import StaffMember


def refused(clause: str, code: str = "") -> Any:
    """Expect a refusal that cites the clause."""

    class Expectation:
        def __enter__(self) -> None:
            return None

        def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: Any) -> bool:
            assert isinstance(error, Refusal), f"expected a refusal of {clause}, got {error!r}"
            assert error.clause == clause, f"{error.clause}: {error.sentence}"
            assert not code or error.code == code
            assert str(error.sentence)
            return True

    return Expectation()


def test_RECP_08_one_advisor_is_answerable_and_a_change_needs_reason_and_note(driver: Driver) -> None:
    order = driver.check_in()
    lin, wu = driver.cast.staff["lin"], driver.cast.staff["wu"]
    assert order.advisor == lin
    change: dict[str, Any] = {"advisor_id": wu.pk, "reason": "林晓调休", "hand_over_note": ""}
    with refused("RECP-08", "hand_over_note_is_written"):
        visit.change_advisor(order, driver.cast.actors["wu"], driver.tick(), **change)
    changed = visit.change_advisor(
        order, driver.cast.actors["wu"], driver.tick(), **(change | {"hand_over_note": "客户等电话确认报价"})
    )
    assert changed.advisor_id == wu.pk
    assert entries_of(changed)[0].changes["hand_over_note"] == "客户等电话确认报价"


def test_RECP_09_no_check_in_without_the_protective_covers(driver: Driver) -> None:
    with refused("RECP-09"):
        driver.check_in(covers={"seat_cover": True, "wheel_cover": True})
    assert driver.check_in().receiving_form.covers_fitted


def test_RECP_10_the_receiving_form_is_complete_and_signed_before_the_car_is_taken_over(driver: Driver) -> None:
    with refused("RECP-10", "walkaround_is_complete"):
        driver.check_in(walkaround=confirmed("RECP-10") | {"boot": False})
    with refused("RECP-10", "receiving_form_is_signed"):
        driver.check_in(signed_by=" ")
    form = driver.check_in().receiving_form
    assert form.belongings == ["行车记录仪", "停车卡"]
    assert form.damages[0]["note"] == "左前门划痕"


def test_RECP_11_licence_and_manual_are_checked_before_an_order_is_created(driver: Driver) -> None:
    with refused("RECP-11"):
        driver.check_in(papers_checked=["vehicle_licence"])
    assert not RepairOrder.objects.everywhere().exists()


def test_RECP_12_registration_holds_name_phone_plate_model_mileage_and_wish(driver: Driver) -> None:
    order = driver.check_in()
    assert (order.customer_name, order.contact_phone, order.plate) == ("陈建国", "13800138000", "沪A12345")
    assert (order.odometer_km, order.visit_type) == (38_500, "repair")
    assert order.all_concerns()[0].customer_words


def test_RECP_16_intake_ends_in_the_workshop_a_later_booking_or_a_quotation(driver: Driver) -> None:
    driver.bring_to(OrderState.ESTIMATED)
    lin = driver.cast.actors["lin"]
    with refused("RECP-16"):
        visit.close_without_repair(driver.order, lin, driver.tick(), outcome="workshop", reason="客户考虑")
    wanted = driver.at + timedelta(days=3)
    closed = visit.close_without_repair(
        driver.order, lin, driver.tick(), outcome="booked_later", reason="客户周末再来", wanted_at=wanted
    )
    assert (closed.state, closed.intake_outcome) == (OrderState.CLOSED, "booked_later")
    booked = Appointment.objects.visible_to(lin).get()
    assert (booked.plate, booked.wanted_at, booked.concern) == ("沪A12345", wanted, driver.visitor.words[0])


def test_RECP_16_a_consent_lets_the_car_into_the_workshop(driver: Driver) -> None:
    assert driver.bring_to(OrderState.AUTHORIZED).intake_outcome == "workshop"


def test_DIAG_01_the_customers_own_words_are_kept_verbatim(driver: Driver) -> None:
    with refused("DIAG-01"):
        driver.check_in(concerns=["  "])
    words = "  刹车“吱吱”响,\n像老鼠叫!!  "
    order = driver.check_in(concerns=[words])
    driver.diagnose()
    concern = order.concerns.get()
    assert concern.customer_words == words
    assert concern.interpretation == "冷车低速制动时前轮异响"


def test_what_we_understood_stands_beside_the_words(driver: Driver) -> None:
    order = driver.check_in()
    driver.diagnose()
    assert order.concerns.get().interpretation


def finding(**overrides: str) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "position": 1,
        "interpretation": "前轮异响",
        "cause": "制动片磨损",
        "correction": "更换制动片",
        "coverage": "outside",
        "confirmed_with": "陈建国",
    }
    return whole | overrides


def diagnose(driver: Driver, plan: str = "更换制动片", **overrides: str) -> RepairOrder:
    return visit.diagnose(
        driver.order,
        driver.cast.actors["lin"],
        driver.tick(),
        findings=[finding(**overrides)],  # type: ignore[typeddict-item]
        repair_plan=plan,
        technician=driver.cast.staff["zhao"],
    )


def test_DIAG_04_the_symptom_is_confirmed_together(driver: Driver) -> None:
    driver.check_in()
    with refused("DIAG-04"):
        diagnose(driver, confirmed_with="")
    concern = diagnose(driver).concerns.get()
    assert (concern.confirmed_with, concern.confirmed_at) == ("陈建国", driver.at)


def test_DIAG_06_the_technician_who_inspected_stands_with_the_findings(driver: Driver) -> None:
    driver.check_in()
    assert diagnose(driver).concerns.get().diagnosed_by == driver.cast.staff["zhao"]


@pytest.mark.parametrize("overrides", [{"cause": ""}, {"correction": " "}, {"plan": ""}])
def test_DIAG_07_the_plan_names_cause_and_work(driver: Driver, overrides: dict[str, str]) -> None:
    driver.check_in()
    with refused("DIAG-07"):
        diagnose(driver, **overrides)


def test_DIAG_08_nothing_is_priced_before_coverage_is_decided(driver: Driver) -> None:
    driver.check_in()
    driver.diagnose(coverage=Coverage.UNDECIDED)
    with refused("DIAG-08"):
        driver.estimate()
    driver.diagnose(coverage="outside")
    assert driver.estimate().state == OrderState.ESTIMATED


def test_DIAG_09_a_doubtful_fault_stays_pending_until_the_ruling_arrives(driver: Driver) -> None:
    driver.visitor = type(driver.visitor)(payer="warranty")
    driver.check_in()
    with refused("DIAG-09", "no_reason"):
        diagnose(driver, coverage="pending")
    driver.order = diagnose(driver, coverage="pending", coverage_reason="是否属于异常磨损需厂家判定")
    driver.estimate()
    with refused("DIAG-09", "warranty_lines_are_covered"):
        driver.authorize()
    with pytest.raises(Forbidden):
        visit.rule_coverage(
            driver.order, driver.cast.actors["lin"], driver.tick(), position=1, coverage="inside", reason="x"
        )
    driver.order = visit.rule_coverage(
        driver.order, driver.cast.actors["qian"], driver.tick(), position=1, coverage="inside", reason="厂家服务部确认"
    )
    assert driver.authorize().state == OrderState.AUTHORIZED


def test_EST_01_no_work_starts_before_the_plan_is_agreed(driver: Driver) -> None:
    driver.bring_to(OrderState.ESTIMATED)
    with pytest.raises(TransitionRefused) as early:
        driver.dispatch()
    assert early.value.code == "wrong_state"
    lines = driver.order.all_lines()
    with refused("EST-01"):
        visit.authorize(
            driver.order,
            driver.cast.actors["lin"],
            driver.tick(),
            given_by="陈建国",
            method="signature",
            decisions={lines[0].pk: "agreed"},
        )
    with refused("EST-01"):
        driver.authorize(dict.fromkeys([line.pk for line in lines], Consent.DECLINED.value))


def test_EST_01_a_changed_price_resets_the_consent(driver: Driver) -> None:
    driver.bring_to(OrderState.AUTHORIZED)
    line = driver.order.all_lines()[0]
    assert line.consent == Consent.AGREED
    changed = visit.change_line(
        driver.order,
        driver.cast.actors["lin"],
        driver.tick(),
        line_id=line.pk,
        unit_price=Decimal("150.00"),
        reason="老客户",
    )
    assert changed.line_or_none(line.pk).consent == Consent.PENDING  # type: ignore[union-attr]
    driver.order = changed
    driver.dispatch()
    with refused("WORK-11", "line_may_be_worked"):
        visit.start_work(
            driver.order,
            driver.cast.actors["zhao"],
            driver.tick(),
            line_id=line.pk,
            technician_id=driver.cast.staff["zhao"].pk,
        )


def test_EST_02_the_agreement_is_in_writing(driver: Driver) -> None:
    driver.bring_to(OrderState.ESTIMATED)
    decisions = {line.pk: "agreed" for line in driver.order.all_lines()}
    lin = driver.cast.actors["lin"]
    with refused("EST-02"):
        visit.authorize(driver.order, lin, driver.tick(), given_by="陈建国", method="phone", decisions=decisions)
    with refused("EST-02"):
        visit.authorize(driver.order, lin, driver.tick(), given_by="", method="paper", decisions=decisions)
    visit.authorize(driver.order, lin, driver.tick(), given_by="陈建国", method="paper", decisions=decisions)
    record = driver.order.consents.first()
    assert record is not None
    assert (record.given_by, record.method, record.at, record.estimate_version) == ("陈建国", "paper", driver.at, 1)


def test_EST_03_the_estimate_states_a_range_of_cost_and_time(driver: Driver) -> None:
    driver.bring_to(OrderState.DIAGNOSED)
    arguments: dict[str, Any] = {"minutes_low": 90, "minutes_high": 60, "wishes": driver.wishes()}
    with refused("EST-03", "range"):
        visit.estimate(driver.order, driver.cast.actors["lin"], driver.tick(), **arguments)
    with refused("EST-03", "no_lines"):
        visit.estimate(driver.order, driver.cast.actors["lin"], driver.tick(), minutes_low=60, minutes_high=90)
    issued = visit.estimate(
        driver.order,
        driver.cast.actors["lin"],
        driver.tick(),
        **(arguments | {"minutes_high": 150, "cost_low": Decimal("900.00"), "cost_high": Decimal("1200.00")}),
    ).estimates.get()
    assert (issued.cost_low, issued.cost_high) == (Decimal("900.00"), Decimal("1200.00"))
    assert (issued.minutes_low, issued.minutes_high) == (90, 150)


def test_EST_04_departing_from_the_standard_hours_needs_a_reason(driver: Driver) -> None:
    driver.bring_to(OrderState.DIAGNOSED)
    operation = driver.goods.operations["JX-101"].pk
    with refused("EST-04"):
        visit.add_lines(
            driver.order,
            driver.cast.actors["lin"],
            driver.tick(),
            wishes=[LineWish("labour", operation, Decimal("2.0"))],
        )
    order = visit.add_lines(
        driver.order,
        driver.cast.actors["lin"],
        driver.tick(),
        wishes=[LineWish("labour", operation, Decimal("2.0"), quantity_reason="锈死,需加热拆卸")],
    )
    line = order.all_lines()[0]
    assert (line.quantity, line.list_quantity) == (Decimal("2.000"), Decimal("1.2"))


def test_EST_05_a_price_off_the_list_needs_a_reason_and_a_large_discount_the_manager(driver: Driver) -> None:
    driver.bring_to(OrderState.DIAGNOSED)
    part = driver.goods.parts["ZD-FP-01"].pk
    lin, wu = driver.cast.actors["lin"], driver.cast.actors["wu"]
    with refused("EST-05", "no_reason"):
        visit.add_lines(driver.order, lin, driver.tick(), wishes=[LineWish("part", part, unit_price=Decimal("500.00"))])
    large = [LineWish("part", part, discount=Decimal("100.00"))]
    with refused("EST-05", "discount_limit"):
        visit.add_lines(driver.order, lin, driver.tick(), wishes=large)
    assert visit.add_lines(driver.order, wu, driver.tick(), wishes=large).all_lines()[0].gross == Decimal("360.00")


def test_EST_06_the_stock_is_asked_before_a_time_is_promised(driver: Driver) -> None:
    driver.bring_to(OrderState.DIAGNOSED)
    wish = LineWish("part", driver.goods.parts["DG-HL-01"].pk, Decimal("3"))
    order = visit.estimate(
        driver.order, driver.cast.actors["lin"], driver.tick(), minutes_low=60, minutes_high=90, wishes=[wish]
    )
    (short,) = order.estimates.get().shortages
    assert (short["part"], Decimal(short["wanted"]), Decimal(short["available"])) == ("DG-HL-01", 3, 1)


def test_EST_08_every_version_of_the_quotation_is_kept(driver: Driver) -> None:
    driver.bring_to(OrderState.ESTIMATED)
    driver.order = visit.change_line(
        driver.order,
        driver.cast.actors["lin"],
        driver.tick(),
        line_id=driver.order.all_lines()[2].pk,
        discount=Decimal("10.00"),
    )
    order = visit.estimate(driver.order, driver.cast.actors["lin"], driver.tick(), minutes_low=90, minutes_high=120)
    first, second = order.estimates.all()
    assert (first.version, second.version) == (1, 2)
    assert first.cost_low - second.cost_low == Decimal("10.00")


def test_declined_work_survives_the_visit(driver: Driver) -> None:
    driver.bring_to(OrderState.ESTIMATED)
    declined = driver.order.all_lines()[3]
    driver.authorize({declined.pk: Consent.DECLINED.value})
    kept = OrderLine.objects.get(pk=declined.pk)
    assert (kept.consent, kept.declined_reason) == (Consent.DECLINED, "客户下次再做")


def test_a_vehicle_has_one_open_order_at_a_time(driver: Driver) -> None:
    order = driver.check_in()
    with pytest.raises(TransitionRefused) as second:
        driver.check_in(customer=order.customer, vehicle=order.vehicle)
    assert second.value.code == "open_order_exists"


def test_a_foreign_advisor_cannot_receive_here(driver: Driver) -> None:
    with pytest.raises(Forbidden):
        visit.check_in(
            driver.cast.actors["ma"],
            driver.tick(),
            station=driver.cast.station,
            customer=None,  # type: ignore[arg-type]
            vehicle=None,  # type: ignore[arg-type]
            advisor=StaffMember(),
            concerns=["x"],
            covers=confirmed("RECP-09"),
            papers_checked=["vehicle_licence", "maintenance_manual"],
            walkaround=confirmed("RECP-10"),
            signed_by="x",
            odometer_km=1,
        )
