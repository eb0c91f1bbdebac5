"""The gates from dispatch to archive: each refuses with its clause, and opens when the condition holds."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from aftersales.core.errors import Forbidden, InputRefused, TransitionRefused
from aftersales.inventory.queries import available
from aftersales.journal.queries import entries_of
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import OrderState, WorkState
from aftersales.repairs.models import WorkSession
from aftersales.repairs.services.pricing import LineWish
from aftersales.repairs.tests.test_gates_of_intake import refused
from aftersales.seeds.visits import Driver, confirmed


def labour(driver: Driver, n: int = 0) -> int:
    return [line.pk for line in driver.order.all_lines() if line.is_labour][n]


def test_SVC_02_a_skipped_step_needs_a_named_authoriser_and_a_reason(driver: Driver) -> None:
    driver.bring_to(OrderState.INSPECTED)
    with refused("DELV-02", "vehicle_is_washed"):
        driver.take_over()
    arguments: dict[str, Any] = {"clause": "DELV-02", "reason": "客户赶时间,明确表示不洗车"}
    with pytest.raises(Forbidden):
        visit.authorize_departure(driver.order, driver.cast.actors["lin"], driver.tick(), **arguments)
    with pytest.raises(TransitionRefused):
        visit.authorize_departure(driver.order, driver.cast.actors["wu"], driver.tick(), clause="DELV-02", reason=" ")
    driver.order = visit.authorize_departure(driver.order, driver.cast.actors["wu"], driver.tick(), **arguments)
    order = driver.take_over()
    assert order.state == OrderState.READY
    departure = order.departures.get()
    assert (departure.authorised_by, departure.reason) == ("吴刚", "客户赶时间,明确表示不洗车")
    assert entries_of(order)[0].changes["departures"] == ["DELV-02"]


def test_SVC_02_the_safety_of_the_process_cannot_be_waived(driver: Driver) -> None:
    driver.bring_to(OrderState.COMPLETED)
    with pytest.raises(InputRefused):
        visit.authorize_departure(
            driver.order, driver.cast.actors["wu"], driver.tick(), clause="QC-02", reason="检验员休息"
        )


def test_SAFE_06_a_job_that_needs_a_certificate_goes_only_to_its_holder(driver: Driver) -> None:
    driver.visitor = type(driver.visitor)(labour=("GY-101",), parts=())
    driver.bring_to(OrderState.AUTHORIZED)
    assignment: dict[str, Any] = {
        "line_id": labour(driver),
        "technician_id": driver.cast.staff["zhou"].pk,
        "bay_id": None,
    }
    promised = driver.at + timedelta(hours=3)
    with refused("SAFE-06"):
        visit.dispatch(
            driver.order,
            driver.cast.actors["zheng"],
            driver.tick(),
            assignments=[assignment],
            promised_at=promised,  # type: ignore[list-item]
        )
    assert driver.dispatch().state == OrderState.DISPATCHED


def test_WORK_03_dispatch_puts_the_parts_by(driver: Driver) -> None:
    driver.bring_to(OrderState.AUTHORIZED)
    part = driver.goods.parts["ZD-FP-01"].pk
    before = available(driver.cast.station.pk, [part])[part]
    driver.dispatch()
    assert available(driver.cast.station.pk, [part])[part] == before - 1


def test_WORK_04_the_clock_runs_from_start_over_pauses_to_finish(driver: Driver) -> None:
    driver.bring_to(OrderState.AUTHORIZED)
    driver.dispatch()
    driver.issue()
    driver.start()
    line = labour(driver)
    zhao = driver.cast.actors["zhao"]
    with pytest.raises(TransitionRefused) as twice:
        visit.start_work(driver.order, zhao, driver.tick(), line_id=labour(driver, 1))
    assert twice.value.code == "still_clocked_on"
    driver.order = visit.pause_work(driver.order, zhao, driver.tick(), line_id=line, pause_reason="tool")
    driver.start()
    driver.finish()
    sessions = list(WorkSession.objects.filter(line_id=line).order_by("id"))
    assert [session.pause_reason for session in sessions] == ["tool", ""]
    assert all(session.ended_at for session in sessions)
    assert driver.order.line_or_none(line).work_state == WorkState.FINISHED  # type: ignore[union-attr]


def test_WORK_04_everybody_clocks_on_for_themselves_and_the_foreman_for_others(driver: Driver) -> None:
    driver.bring_to(OrderState.DISPATCHED)  # both jobs are given to Zhao
    cast, line = driver.cast, labour(driver)
    zhou, zhao = cast.staff["zhou"].pk, cast.staff["zhao"].pk
    for who, technician, code in (
        ("zhou", None, "others_job"),
        ("zhou", zhou, "others_job"),
        ("zhou", zhao, "others_job"),
        ("zhao", zhou, "others_clock"),
    ):
        with refused("WORK-04", code):
            visit.start_work(driver.order, cast.actors[who], driver.tick(), line_id=line, technician_id=technician)
    assert not WorkSession.objects.exists()
    started = visit.start_work(driver.order, cast.zheng, driver.tick(), line_id=line, technician_id=zhou)
    assert WorkSession.objects.get().technician_id == zhou
    with refused("WORK-04", "others_job"):
        visit.pause_work(started, cast.zhao, driver.tick(), line_id=line, pause_reason="tool")
    with refused("WORK-04", "others_job"):
        visit.finish_work(started, cast.zhao, driver.tick(), line_id=line)
    visit.finish_work(started, cast.zhou, driver.tick(), line_id=line)
    assert WorkSession.objects.get().ended_at is not None


def test_WORK_06_a_job_starts_when_its_parts_are_issued_or_an_exception_is_recorded(driver: Driver) -> None:
    driver.bring_to(OrderState.AUTHORIZED)
    driver.dispatch()
    zhao = driver.cast.actors["zhao"]
    with refused("WORK-06"):
        visit.start_work(driver.order, zhao, driver.tick(), line_id=labour(driver, 1))
    driver.order = visit.authorize_departure(
        driver.order, driver.cast.actors["wu"], driver.tick(), clause="WORK-06", reason="先拆检,配件下午到"
    )
    started = visit.start_work(driver.order, zhao, driver.tick(), line_id=labour(driver, 1))
    assert started.state == OrderState.IN_PROGRESS


def test_WORK_08_the_promise_lies_ahead_and_is_kept_on_the_order(driver: Driver) -> None:
    driver.bring_to(OrderState.AUTHORIZED)
    with refused("WORK-08"):
        visit.dispatch(
            driver.order,
            driver.cast.actors["zheng"],
            driver.tick(),
            assignments=[],
            promised_at=driver.at - timedelta(hours=1),
        )
    assert driver.dispatch().promised_at == driver.at + timedelta(hours=4)


def test_WORK_10_what_the_customer_was_told_is_logged(driver: Driver) -> None:
    driver.bring_to(OrderState.IN_PROGRESS)
    order = visit.tell_progress(
        driver.order, driver.cast.actors["lin"], driver.tick(), text="前轮已拆,预计四点完工", channel="phone"
    )
    notice = order.progress_notices.get()
    assert (notice.text, notice.told_by, notice.at) == ("前轮已拆,预计四点完工", "林晓", driver.at)


def test_WORK_11_an_added_item_is_worked_only_with_its_own_consent(driver: Driver) -> None:
    driver.bring_to(OrderState.IN_PROGRESS)
    wish = LineWish("labour", driver.goods.operations["JX-102"].pk)
    driver.order = visit.add_lines(driver.order, driver.cast.actors["lin"], driver.tick(), wishes=[wish])
    added = driver.order.all_lines()[-1]
    assert added.is_added
    with refused("WORK-11"):
        visit.start_work(
            driver.order,
            driver.cast.actors["zhao"],
            driver.tick(),
            line_id=added.pk,
            technician_id=driver.cast.staff["zhao"].pk,
        )
    driver.order = visit.record_consent(
        driver.order,
        driver.cast.actors["lin"],
        driver.tick(),
        decisions={added.pk: "agreed"},
        given_by="陈建国",
        method="phone",
    )
    started = visit.start_work(
        driver.order,
        driver.cast.actors["zhao"],
        driver.tick(),
        line_id=added.pk,
        technician_id=driver.cast.staff["zhao"].pk,
    )
    assert started.line_or_none(added.pk).work_state == WorkState.STARTED  # type: ignore[union-attr]


def test_WORK_11_undecided_added_work_holds_the_order_back(driver: Driver) -> None:
    driver.bring_to(OrderState.IN_PROGRESS)
    driver.work()
    wish = LineWish("labour", driver.goods.operations["JX-102"].pk)
    driver.order = visit.add_lines(driver.order, driver.cast.actors["lin"], driver.tick(), wishes=[wish])
    with refused("WORK-11"):
        driver.complete()


def test_WORK_12_the_repair_record_is_written(driver: Driver) -> None:
    driver.bring_to(OrderState.IN_PROGRESS)
    driver.work()
    with refused("WORK-12"):
        visit.complete(
            driver.order,
            driver.cast.actors["zhao"],
            driver.tick(),
            technician_id=driver.cast.staff["zhao"].pk,
            answers=confirmed("QC-01"),
            repair_report="",
        )
    assert driver.complete().repair_report


def test_WORK_13_every_item_is_done_before_inspection(driver: Driver) -> None:
    driver.bring_to(OrderState.IN_PROGRESS)
    with refused("WORK-13"):
        driver.complete()


def test_QC_01_the_technician_checks_his_own_work_by_list(driver: Driver) -> None:
    driver.bring_to(OrderState.IN_PROGRESS)
    driver.work()
    with refused("QC-01", "self_check_is_complete"):
        visit.complete(
            driver.order,
            driver.cast.actors["zhao"],
            driver.tick(),
            technician_id=driver.cast.staff["zhao"].pk,
            answers={"items_done": True},
            repair_report="完工",
        )
    with refused("QC-01", "no_worker"):
        visit.complete(
            driver.order,
            driver.cast.actors["zhao"],
            driver.tick(),
            technician_id=driver.cast.staff["zhou"].pk,
            answers=confirmed("QC-01"),
            repair_report="完工",
        )


def inspect(driver: Driver, who: str) -> None:
    visit.inspect(
        driver.order,
        driver.cast.actors["fang"],
        driver.tick(),
        inspector_id=driver.cast.staff[who].pk,
        answers=confirmed("QC-06"),
    )


def test_QC_02_another_person_with_a_certificate_inspects(driver: Driver) -> None:
    driver.bring_to(OrderState.COMPLETED)
    fang = driver.cast.actors["fang"]

    def as_if_it_were(name: str) -> Any:
        me = driver.cast.staff[name].pk
        return visit.inspect(
            driver.order, replace(fang, staff_member_id=me), driver.tick(), inspector_id=me, answers=confirmed("QC-06")
        )

    with pytest.raises(TransitionRefused, match=r"没有参与|did not work"):
        as_if_it_were("zhao")
    with pytest.raises(TransitionRefused, match=r"证书|certificate"):
        as_if_it_were("zhou")
    with pytest.raises(TransitionRefused, match=r"本人|in person") as named_another:
        inspect(driver, "luo")
    assert named_another.value.clause == "QC-02"
    with pytest.raises(Forbidden):
        visit.inspect(
            driver.order,
            driver.cast.actors["zhao"],
            driver.tick(),
            inspector_id=driver.cast.staff["fang"].pk,
            answers=confirmed("QC-06"),
        )
    assert driver.inspect().state == OrderState.INSPECTED


def test_QC_05_a_failed_inspection_sends_the_line_back_and_is_repeated(driver: Driver) -> None:
    driver.bring_to(OrderState.COMPLETED)
    fang, who = driver.cast.actors["fang"], driver.cast.staff["fang"].pk
    with refused("QC-05"):
        visit.fail_inspection(driver.order, fang, driver.tick(), inspector_id=who, failures={})
    line = labour(driver, 1)
    driver.order = visit.fail_inspection(
        driver.order, fang, driver.tick(), inspector_id=who, failures={line: "路试仍有轻微异响"}
    )
    assert driver.order.state == OrderState.IN_PROGRESS
    back = driver.order.line_or_none(line)
    assert back is not None
    assert (back.work_state, back.rework_count, back.failure_reason) == (WorkState.WAITING, 1, "路试仍有轻微异响")
    driver.work()
    driver.complete()
    driver.inspect()
    results = [check.passed for check in driver.order.quality_checks.filter(kind="inspection")]
    assert results == [False, True]


def test_QC_06_the_final_inspection_covers_every_point(driver: Driver) -> None:
    driver.bring_to(OrderState.COMPLETED)
    with refused("QC-06"):
        visit.inspect(
            driver.order,
            driver.cast.actors["fang"],
            driver.tick(),
            inspector_id=driver.cast.staff["fang"].pk,
            answers={"items_done": True},
        )


def test_cancelling_frees_the_parts_and_suspension_stops_the_work(driver: Driver) -> None:
    driver.bring_to(OrderState.AUTHORIZED)
    part = driver.goods.parts["ZD-FP-01"].pk
    before = available(driver.cast.station.pk, [part])[part]
    driver.dispatch()
    lin = driver.cast.actors["lin"]
    driver.order = visit.suspend(driver.order, lin, driver.tick(), hold_reason="waiting_for_parts", reason="制动片缺货")
    with pytest.raises(TransitionRefused) as suspended:
        driver.start()
    assert suspended.value.code == "order_is_not_suspended"
    driver.order = visit.resume(driver.order, lin, driver.tick())
    driver.order = visit.cancel(driver.order, lin, driver.tick(), reason="客户改期")
    assert available(driver.cast.station.pk, [part])[part] == before


def test_parts_go_out_and_come_back_only_against_the_line(driver: Driver) -> None:
    driver.bring_to(OrderState.AUTHORIZED)
    driver.dispatch()
    driver.issue()
    oil = driver.order.all_lines()[-1]
    sun = driver.cast.actors["sun"]
    assert oil.issued_quantity == Decimal("4.000")
    with pytest.raises(InputRefused):
        visit.issue_parts(driver.order, sun, driver.tick(), quantities={oil.pk: Decimal("1")})
    driver.order = visit.return_parts(
        driver.order, sun, driver.tick(), quantities={oil.pk: Decimal("0.5")}, reason="余量退库"
    )
    assert driver.order.line_or_none(oil.pk).issued_quantity == Decimal("3.500")  # type: ignore[union-attr]
    with pytest.raises(InputRefused):
        visit.return_parts(driver.order, sun, driver.tick(), quantities={oil.pk: Decimal("9")})


def test_a_finished_car_can_be_sent_back_to_work_with_a_reason(driver: Driver) -> None:
    driver.bring_to(OrderState.WASHED)
    with pytest.raises(Forbidden):
        visit.reopen(driver.order, driver.cast.actors["lin"], driver.tick(), reason="异响又出现")
    order = visit.reopen(driver.order, driver.cast.actors["wu"], driver.tick(), reason="异响又出现")
    assert (order.state, order.washed_at) == (OrderState.IN_PROGRESS, None)
