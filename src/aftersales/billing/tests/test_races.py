"""Real connections racing for the same money."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from aftersales.billing import services
from aftersales.billing.days import close_day
from aftersales.billing.models import DayClose, Payment, Settlement
from aftersales.billing.tests.racing import race
from aftersales.billing.tests.test_settlement import assert_equal_to_order
from aftersales.core.documents import held
from aftersales.core.transactions import run_in_transaction
from aftersales.customers.models import Customer
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.network.services import next_number
from aftersales.repairs import transitions as visit
from aftersales.repairs.models import RepairOrder
from aftersales.seeds.visits import Driver, Visitor

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
D = Decimal


def settled(driver: Driver) -> Settlement:
    driver.bring_to("ready")
    driver.settle()
    return Settlement.objects.everywhere().get()


def test_M6_of_32_racing_refunds_never_a_fen_too_much_goes_back(driver: Driver) -> None:
    sheet = settled(driver)
    services.pay(sheet, driver.cast.he, driver.tick(), means=[{"method": "cash", "amount": D("100.00")}])
    at = driver.tick()

    def command(n: int) -> str:
        services.refund(
            Settlement(pk=sheet.pk, station_id=sheet.station_id, order_id=sheet.order_id),
            driver.cast.wu,
            at,
            amount=D("7.77"),
            method="cash",
            reason=f"退款{n}",
        )
        return "refunded"

    outcomes = race(32, command)
    assert sorted(set(outcomes)) == ["over_refund", "refunded"]
    assert outcomes.count("refunded") == 12  # 12 × 7.77 = 93.24; a thirteenth would pass 100.00
    given = Payment.objects.everywhere().filter(kind="refund").aggregate(sum=Sum("amount"))["sum"]
    sheet.refresh_from_db()
    assert given == sheet.refunded == D("93.24")


def test_payments_racing_for_the_same_due_never_pass_it(driver: Driver) -> None:
    sheet = settled(driver)
    at = driver.tick()

    def command(_n: int) -> str:
        services.pay(
            Settlement(pk=sheet.pk, station_id=sheet.station_id, order_id=sheet.order_id),
            driver.cast.he,
            at,
            means=[{"method": "card", "amount": D("250.00")}],
        )
        return "paid"

    outcomes = race(16, command)
    assert outcomes.count("paid") == 4  # 1,009.00 are due
    assert set(outcomes) == {"paid", "overpaid"}
    sheet.refresh_from_db()
    assert sheet.paid == D("1000.00") == Payment.objects.everywhere().aggregate(sum=Sum("amount"))["sum"]


def test_the_credit_limit_holds_against_racing_cashiers(driver: Driver) -> None:
    sheet = settled(driver)
    Customer.objects.everywhere().filter(pk=sheet.customer_id).update(on_account=True, credit_limit=D("100"))
    at = driver.tick()

    def command(_n: int) -> str:
        services.put_on_account(
            Settlement(pk=sheet.pk, station_id=sheet.station_id, order_id=sheet.order_id),
            driver.cast.he,
            at,
            amount=D("30.00"),
        )
        return "put"

    outcomes = race(12, command)
    assert outcomes.count("put") == 3
    assert set(outcomes) == {"put", "credit_limit"}
    sheet.refresh_from_db()
    assert sheet.on_account == D("90.00")


@pytest.mark.parametrize("round_", range(3))
def test_M11_a_payment_racing_the_close_is_counted_or_refused(driver: Driver, round_: int) -> None:
    sheet = settled(driver)
    at, on = driver.tick(), business_date(driver.at)

    def command(n: int) -> str:
        if n == 7:
            try:
                close_day(driver.cast.he, at, station=driver.cast.station, on=on, cash_counted=D(0), reason="盘点")
            except AssertionError as error:
                return repr(error)
            return "closed"
        services.pay(
            Settlement(pk=sheet.pk, station_id=sheet.station_id, order_id=sheet.order_id),
            driver.cast.he,
            at,
            means=[{"method": "cash", "amount": D("10.00") + n}],
        )
        return "paid"

    outcomes = race(15, command)
    assert outcomes.count("closed") == 1
    assert set(outcomes) <= {"closed", "paid", "day_closed"}
    taken = Payment.objects.everywhere().filter(on=on).aggregate(sum=Sum("amount"))["sum"] or D(0)
    close = DayClose.objects.everywhere().get()
    assert close.cash_expected == taken
    assert close.difference == -taken
    assert outcomes.count("paid") == Payment.objects.everywhere().count()


def test_M1_settlement_racing_the_counter_and_the_manager_equals_the_order(driver: Driver) -> None:
    driver.bring_to("ready")
    visit.explain_items(driver.order, driver.cast.lin, driver.tick())
    cast, at, seen = driver.cast, driver.tick(), RepairOrder.objects.everywhere().get(pk=driver.order.pk)
    line = seen.all_lines()[0]

    def command(n: int) -> str:
        order = RepairOrder(pk=seen.pk, station_id=seen.station_id)
        if n % 4 == 0:
            services.settle_order(order, cast.he, at)
            return "settled"
        if n % 4 == 1:
            visit.reopen(order, cast.wu, at, reason="客户有异议")
            return "reopened"
        if n % 4 == 2:
            visit.change_line(order, cast.wu, at, line_id=line.pk, discount=D("1.23"), reason="优惠")
            return "changed"
        services.settle_order(held(order, seen.version), cast.he, at)
        return "settled"

    outcomes = race(24, command)
    assert not [outcome for outcome in outcomes if "(" in outcome], outcomes
    order = RepairOrder.objects.everywhere().get(pk=seen.pk)
    if order.state == "settled":
        assert outcomes.count("settled") == 1
        assert_equal_to_order(order)
    else:
        assert outcomes.count("settled") == 0
        assert not Settlement.objects.everywhere().exists()


def test_M9_numbers_are_unique_and_gapless_per_series_and_year_whatever_is_aborted(driver: Driver) -> None:
    sheet = settled(driver)
    station: Station = driver.cast.station
    at = driver.tick()
    dice = random.Random(9)
    aborted = [dice.random() < 0.3 for _ in range(50)]

    class Aborted(Exception):
        """The poster's connection breaks before the commit."""

    def post(n: int) -> str:
        when: Any = at if n % 5 else at + timedelta(days=365)
        with transaction.atomic():
            if n % 2:
                services.pay(
                    Settlement(pk=sheet.pk, station_id=sheet.station_id, order_id=sheet.order_id),
                    driver.cast.he,
                    when,
                    means=[{"method": "card", "amount": D("0.01")}],
                )
            else:
                next_number(station_id=station.pk, series="settlement", on=business_date(when))
            if aborted[n]:
                raise Aborted
        return "posted"

    def command(n: int) -> str:
        try:
            return run_in_transaction(lambda: post(n))
        except Aborted:
            return "aborted"

    outcomes = race(50, command)
    assert outcomes.count("aborted") == sum(aborted)
    assert set(outcomes) == {"posted", "aborted"}
    numbers = Payment.objects.everywhere().values_list("number", flat=True)
    by_year: dict[str, list[int]] = {}
    for number in numbers:
        head, last = number.rsplit("-", 1)
        by_year.setdefault(head, []).append(int(last))
    assert set(by_year) == {"SH01-PY26", "SH01-PY27"}
    for head, given in by_year.items():
        assert sorted(given) == list(range(1, len(given) + 1)), head
    # What the settlement series gives next follows on the posted ones without a gap.
    posted = [n for n in range(50) if n % 2 == 0 and not aborted[n]]
    this_year = sum(1 for n in posted if n % 5)
    following = next_number(station_id=station.pk, series="settlement", on=business_date(at))
    assert following == f"SH01-ST26-{1 + this_year + 1:05d}"


def test_M9_order_numbers_are_unique_and_gapless_whoever_breaks_off(driver: Driver) -> None:
    """50 counters receive 50 strangers at once, three in ten break off before the commit, some after New Year."""
    at, dice = driver.tick(), random.Random(19)
    aborted = [dice.random() < 0.3 for _ in range(50)]

    class Aborted(Exception):
        """The counter's connection breaks before the commit."""

    def receive(n: int) -> str:
        someone = Visitor(plate=f"沪B{n:05d}", vin=f"LSVAM4187C21{n:05d}", phone=f"138001{n:05d}", name=f"客户{n}")
        own = Driver(driver.cast, driver.goods, at if n % 5 else at + timedelta(days=365), visitor=someone)

        def command() -> str:
            number = own.check_in().number
            if aborted[n]:
                raise Aborted
            return number

        try:
            return run_in_transaction(command)
        except Aborted:
            return "aborted"

    outcomes = race(50, receive)
    assert outcomes.count("aborted") == sum(aborted)
    given = sorted(outcome for outcome in outcomes if outcome != "aborted")
    assert given == sorted(RepairOrder.objects.everywhere().values_list("number", flat=True))
    first = {n for n in range(50) if n % 5 == 0}
    for head, posted in (
        ("SH01-RO26", [n for n in range(50) if n not in first and not aborted[n]]),
        ("SH01-RO27", [n for n in first if not aborted[n]]),
    ):
        assert [number for number in given if number.startswith(head)] == [
            f"{head}-{n:05d}" for n in range(1, len(posted) + 1)
        ]
