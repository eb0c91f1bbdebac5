"""The gates from the wash to the archive: each refuses with its clause, and opens when the condition holds."""

from typing import Any

from aftersales.clocks.models import Clock
from aftersales.journal.queries import entries_of
from aftersales.notifications.models import Message
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import OrderState, PaymentState
from aftersales.repairs.tests.test_gates_of_intake import refused
from aftersales.seeds.visits import Driver, confirmed


def test_DELV_01_the_wash_time_is_told_and_kept(driver: Driver) -> None:
    driver.bring_to(OrderState.AUTHORIZED)
    assert driver.dispatch().wash_minutes == 30


def test_DELV_02_reception_confirms_ashtray_and_tyres_first(driver: Driver) -> None:
    driver.bring_to(OrderState.WASHED)
    lin = driver.cast.actors["lin"]
    with refused("DELV-02", "cleanliness_is_confirmed"):
        visit.take_over(
            driver.order,
            lin,
            driver.tick(),
            cleanliness=confirmed("DELV-02") | {"ashtray": False},
            condition=confirmed("DELV-03"),
        )


def test_DELV_03_differences_stop_the_delivery(driver: Driver) -> None:
    driver.bring_to(OrderState.WASHED)
    lin = driver.cast.actors["lin"]
    whole: dict[str, Any] = {"cleanliness": confirmed("DELV-02"), "condition": confirmed("DELV-03")}
    with refused("DELV-03", "condition_is_confirmed"):
        visit.take_over(driver.order, lin, driver.tick(), **whole, differences="右后门新划痕")
    with refused("DELV-03", "belongings_missing"):
        visit.take_over(driver.order, lin, driver.tick(), **whole, belongings=["停车卡"])


def test_DELV_04_the_customer_is_told_that_the_car_is_ready(driver: Driver) -> None:
    driver.bring_to(OrderState.READY)
    message = Message.objects.everywhere().get(template="repairs.ready")
    assert message.customer_id == driver.order.customer_id


def test_SETL_03_items_are_explained_before_the_amount(driver: Driver) -> None:
    driver.bring_to(OrderState.READY)
    with refused("SETL-03"):
        visit.settle(driver.order, driver.cast.actors["he"], driver.tick())


def release(driver: Driver, **overrides: Any) -> None:
    answers = confirmed("DELV-05") | confirmed("DELV-06") | confirmed("DELV-07") | confirmed("DELV-09")
    arguments: dict[str, Any] = {
        "received_by": "陈建国",
        "answers": answers,
        "old_parts": "returned",
        "next_visit_km": 48_500,
    }
    visit.release(driver.order, driver.cast.actors["lin"], driver.tick(), **(arguments | overrides))


def test_DELV_05_the_guided_inspection_is_recorded(driver: Driver) -> None:
    order = driver.bring_to(OrderState.RELEASED)
    assert entries_of(order)[0].changes["answers"]["walked_round"] is True


def test_DELV_06_the_explanation_is_understood(driver: Driver) -> None:
    driver.bring_to(OrderState.SETTLED)
    with refused("DELV-06"):
        release(driver, answers=confirmed("DELV-07"))


def test_DELV_07_the_result_is_shown_and_the_old_parts_have_a_place(driver: Driver) -> None:
    driver.bring_to(OrderState.SETTLED)
    with refused("DELV-07"):
        release(driver, answers=confirmed("DELV-06"))
    with refused("DELV-07"):
        release(driver, old_parts="?")


def test_DELV_08_no_car_leaves_before_the_settlement_is_completed(driver: Driver) -> None:
    driver.bring_to(OrderState.READY)
    driver.settle()
    assert driver.order.payment_state == PaymentState.UNPAID
    with refused("DELV-08"):
        driver.release()
    driver.pay()
    assert driver.release().state == OrderState.RELEASED


def test_DELV_09_the_next_visit_is_proposed(driver: Driver) -> None:
    driver.bring_to(OrderState.SETTLED)
    with refused("DELV-09"):
        release(driver, next_visit_km=None)
    with refused("DELV-09"):
        release(driver, next_visit_km=100)
    release(driver)
    driver.order.refresh_from_db()
    assert driver.order.next_visit_km == 48_500


def test_CRM_01_the_visit_is_archived_and_its_clock_stops(driver: Driver) -> None:
    driver.bring_to(OrderState.RELEASED)
    clock = Clock.objects.everywhere().get(clause="CRM-01")
    assert clock.stopped_at is None
    order = driver.archive()
    clock.refresh_from_db()
    assert (order.archived_at, clock.stopped_at, clock.breached) == (driver.at, driver.at, False)
