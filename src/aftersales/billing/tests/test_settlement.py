"""Settling an order: equal to the order to the fen, only agreed lines, one sheet a payer, corrections by reversal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from aftersales.billing import services, transitions
from aftersales.billing.days import close_day
from aftersales.billing.models import DayClose, Payment, Settlement, SettlementLine
from aftersales.billing.rules import Balance, change_for, payment_state
from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, InputRefused, NotVisible, Refusal, TransitionRefused
from aftersales.core.money import total
from aftersales.customers.models import Customer
from aftersales.network.rules import business_date
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import Consent, PaymentState, PayType
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.repairs.services.pricing import LineWish
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.pytest_cast import CAST_AT
from aftersales.seeds.visits import Driver, Visitor

pytestmark = pytest.mark.django_db
D = Decimal


def sheets_of(order: RepairOrder) -> list[Settlement]:
    return list(Settlement.objects.everywhere().filter(order=order, kind="settlement", state="posted").order_by("pk"))


def assert_equal_to_order(order: RepairOrder) -> None:
    """The posted sheets say exactly what the order's agreed lines say, line by line and in sum."""
    agreed = list(OrderLine.objects.filter(order=order, consent=Consent.AGREED).order_by("pk"))
    lines = list(SettlementLine.objects.filter(settlement__in=sheets_of(order)).order_by("order_line_id"))
    assert [
        (line.order_line_id, line.text, line.quantity, line.unit_price, line.discount, line.net, line.tax, line.gross)
        for line in lines
    ] == [
        (line.pk, line.text, line.quantity, line.unit_price, line.discount, line.net, line.tax, line.gross)
        for line in agreed
    ]
    for column in ("net", "tax", "gross", "discount"):
        wanted = total(getattr(line, column) for line in agreed)
        assert total(getattr(sheet, column) for sheet in sheets_of(order)) == wanted, column


def test_SETL_01_the_sheet_equals_the_order_line_by_line_to_the_fen(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    assert_equal_to_order(driver.order)
    assert len(driver.settlements) == 1
    assert driver.settlements[0].gross == D("1009.00")


def test_SETL_06_a_line_the_customer_declined_is_never_charged(driver: Driver) -> None:
    driver.bring_to("estimated")
    declined = next(line for line in driver.order.all_lines() if line.code == "LF-OF-01")
    driver.authorize({declined.pk: Consent.DECLINED.value})
    for move in ("dispatch", "issue", "work", "complete", "inspect", "wash", "take_over", "settle"):
        getattr(driver, move)()
    assert_equal_to_order(driver.order)
    assert not SettlementLine.objects.filter(order_line=declined).exists()
    assert driver.settlements[0].gross == D("1009.00") - declined.gross


def test_SETL_06_added_work_nobody_decided_about_blocks_the_settlement(driver: Driver) -> None:
    driver.bring_to("ready")
    visit.explain_items(driver.order, driver.cast.lin, driver.tick())
    OrderLine.objects.filter(order=driver.order, code="LF-OF-01").update(consent=Consent.PENDING, issued_quantity=0)
    with pytest.raises(TransitionRefused) as refused:
        services.settle_order(driver.order, driver.cast.he, driver.tick())
    assert refused.value.clause == "SETL-06"
    assert sheets_of(driver.order) == []


def test_SETL_03_nothing_is_posted_before_the_items_are_explained(driver: Driver) -> None:
    driver.bring_to("ready")
    with pytest.raises(TransitionRefused) as refused:
        services.settle_order(driver.order, driver.cast.he, driver.tick())
    assert refused.value.clause == "SETL-03"


def test_SETL_07_one_sheet_a_payer_and_a_second_person_posts(cast: Cast, goods: Goods) -> None:
    driver = Driver(cast, goods, CAST_AT)
    driver.bring_to("diagnosed")
    wishes = driver.wishes()
    payers = (PayType.CUSTOMER, PayType.INTERNAL, PayType.INSURANCE, PayType.CUSTOMER, PayType.INTERNAL)
    driver.order = visit.estimate(
        driver.order,
        cast.lin,
        driver.tick(),
        minutes_low=60,
        minutes_high=90,
        wishes=[
            LineWish(w.kind, w.item_id, w.quantity, payer=p, concern_id=w.concern_id)
            for w, p in zip(wishes, payers, strict=True)
        ],
    )
    for move in ("authorize", "dispatch", "issue", "work", "complete", "inspect", "wash", "take_over"):
        getattr(driver, move)()
    visit.explain_items(driver.order, cast.lin, driver.tick())
    with pytest.raises(Forbidden), transaction.atomic():
        services.settle_order(driver.order, cast.lin, driver.tick())
    second_self = cast.he.__class__(
        **{f: getattr(cast.he, f) for f in cast.he.__slots__} | {"staff_member_id": cast.staff["lin"].pk}
    )
    with pytest.raises(TransitionRefused) as refused, transaction.atomic():
        services.settle_order(driver.order, second_self, driver.tick())
    assert refused.value.clause == "SETL-07"
    driver.order, driver.settlements = services.settle_order(driver.order, cast.he, driver.tick())
    assert [sheet.payer for sheet in driver.settlements] == ["customer", "internal", "insurance"]
    assert_equal_to_order(driver.order)
    # What others owe is a receivable at once; the customer's own part waits for payment.
    assert [sheet.due == 0 for sheet in driver.settlements] == [False, True, True]
    driver.pay()
    assert driver.order.payment_state == PaymentState.ON_ACCOUNT
    for sheet in driver.settlements[1:]:
        services.collect(sheet, cast.he, driver.tick(), means=[{"method": "transfer", "amount": sheet.gross}])
    driver.order.refresh_from_db()
    assert driver.order.payment_state == PaymentState.PAID


def test_a_warranty_only_order_is_released_without_a_payment(cast: Cast, goods: Goods) -> None:
    driver = Driver(cast, goods, CAST_AT, visitor=Visitor(payer=PayType.WARRANTY))
    driver.check_in()
    driver.diagnose(coverage="inside")
    for move in ("estimate", "authorize", "dispatch", "issue", "work", "complete", "inspect", "wash", "take_over"):
        getattr(driver, move)()
    driver.settle()
    assert driver.order.payment_state == PaymentState.ON_ACCOUNT
    assert driver.settlements[0].on_account == driver.settlements[0].gross > 0
    assert driver.release().state == "released"
    assert not Payment.objects.everywhere().exists()


def test_SETL_08_several_means_part_payment_and_the_payment_state_of_the_order(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    sheet, he = driver.settlements[0], driver.cast.he
    states = [driver.order.payment_state]
    for means in (
        [{"method": "cash", "amount": D("100.00")}, {"method": "alipay", "amount": D("0.01"), "reference": "A1"}],
        [{"method": "card", "amount": sheet.gross - D("100.01")}],
    ):
        services.pay(sheet, he, driver.tick(), means=means)  # type: ignore[arg-type]
        driver.order.refresh_from_db()
        states.append(driver.order.payment_state)
    assert states == ["unpaid", "part_paid", "paid"]
    with pytest.raises(TransitionRefused):
        services.pay(sheet, he, driver.tick(), means=[{"method": "cash", "amount": D("0.01")}])
    services.refund(sheet, driver.cast.wu, driver.tick(), amount=D("9.00"), method="cash", reason="多收")
    driver.order.refresh_from_db()
    assert driver.order.payment_state == "part_paid"


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "Infinity", "1E+30", "1E+10", "-1E-30"])
def test_what_is_no_amount_is_refused_with_a_sentence(driver: Driver, amount: str) -> None:
    driver.bring_to("ready")
    driver.settle()
    with pytest.raises(InputRefused):
        services.pay(
            driver.settlements[0], driver.cast.he, driver.tick(), means=[{"method": "cash", "amount": D(amount)}]
        )


def test_a_reversal_takes_the_sheet_back_and_a_new_one_is_posted(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    first = driver.settlements[0]
    with pytest.raises(TransitionRefused):
        services.reverse_settlement(driver.order, driver.cast.wu, driver.tick(), reason=" ")
    with pytest.raises(Forbidden), transaction.atomic():
        services.reverse_settlement(driver.order, driver.cast.he, driver.tick(), reason="错")
    order = services.reverse_settlement(driver.order, driver.cast.wu, driver.tick(), reason="项目录错")
    assert (order.state, order.payment_state) == ("ready", PaymentState.UNSETTLED)
    first.refresh_from_db()
    assert (first.state, first.reversal.gross, first.reversal.number) == ("reversed", first.gross, "SH01-ST26-00002")
    order, sheets = services.settle_order(order, driver.cast.he, driver.tick())
    assert sheets[0].number == "SH01-ST26-00003"
    assert_equal_to_order(order)


def test_M10_posted_rows_refuse_change_and_removal_by_any_way(driver: Driver) -> None:
    driver.bring_to("settled")
    sheet = Settlement.objects.everywhere().get()
    close_day(driver.cast.he, driver.tick(), station=driver.cast.station, on=sheet.posted_on, cash_counted=D(0))
    sheet_row = Settlement.objects.everywhere().filter(pk=sheet.pk)
    attempts: list[Callable[[], object]] = [
        lambda: sheet_row.update(gross=1, net=1, tax=0),
        lambda: sheet_row.update(paid=0),
        lambda: sheet_row.update(number="X"),
        sheet_row.delete,
        lambda: sheet.lines.update(gross=0, net=0, tax=0),
        lambda: SettlementLine.objects.filter(settlement=sheet)._raw_delete("default"),
        lambda: Payment.objects.everywhere().update(amount=1),
        lambda: Payment.objects.everywhere().delete(),
        lambda: DayClose.objects.everywhere().update(reason="x"),
        lambda: DayClose.objects.everywhere().delete(),
    ]
    for statement in (
        "UPDATE billing_settlement SET tax = tax + 1, gross = gross + 1",
        "DELETE FROM billing_settlementline",
        "UPDATE billing_payment SET amount = 1",
        "DELETE FROM billing_payment",
        "UPDATE billing_dayclose SET cash_counted = 5, difference = 5, reason = 'x'",
    ):
        attempts.append(lambda statement=statement: connection.cursor().execute(statement))
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert Settlement.objects.everywhere().get().paid == sheet.gross


def test_a_reversed_sheet_stays_reversed(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    services.reverse_settlement(driver.order, driver.cast.wu, driver.tick(), reason="错")
    for sheet in Settlement.objects.everywhere():
        with pytest.raises(TransitionRefused):
            transitions.pay(sheet, driver.cast.he, driver.tick(), means=[{"method": "cash", "amount": D(1)}])
        with pytest.raises(DatabaseError), transaction.atomic():
            Settlement.objects.everywhere().filter(pk=sheet.pk).update(state="posted")


def test_SETL_08_the_day_close_equals_the_receipts_and_takes_nothing_afterwards(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    sheet, he = driver.settlements[0], driver.cast.he
    on = business_date(driver.at)
    services.pay(
        sheet,
        he,
        driver.tick(),
        means=[{"method": "cash", "amount": D("500.00")}, {"method": "card", "amount": D("9.00")}],
    )
    services.refund(sheet, driver.cast.wu, driver.tick(), amount=D("20.00"), method="cash", reason="多收")
    close_arguments = {"station": driver.cast.station, "on": on}
    with pytest.raises(InputRefused):
        close_day(he, driver.tick(), cash_counted=D("479.00"), **close_arguments)  # type: ignore[arg-type]
    close = close_day(he, driver.tick(), cash_counted=D("479.00"), reason="少一元", **close_arguments)  # type: ignore[arg-type]
    assert (close.cash_expected, close.difference) == (D("480.00"), D("-1.00"))
    assert close.totals == {"cash": "480.00", "card": "9.00", "wechat": "0.00", "alipay": "0.00", "transfer": "0.00"}
    for command in (
        lambda: services.pay(sheet, he, driver.tick(), means=[{"method": "cash", "amount": D(1)}]),
        lambda: services.refund(sheet, driver.cast.wu, driver.tick(), amount=D(1), method="card", reason="x"),
        lambda: close_day(he, driver.tick(), cash_counted=D(0), reason="x", **close_arguments),  # type: ignore[arg-type]
        lambda: services.reverse_settlement(driver.order, driver.cast.wu, driver.tick(), reason="x"),
    ):
        with pytest.raises(TransitionRefused), transaction.atomic():
            command()
    with pytest.raises(Forbidden):
        close_day(driver.cast.lin, driver.tick(), cash_counted=D(0), **close_arguments)  # type: ignore[arg-type]


def test_a_closed_day_takes_no_settlement(driver: Driver) -> None:
    driver.bring_to("ready")
    visit.explain_items(driver.order, driver.cast.lin, driver.tick())
    close_day(
        driver.cast.he, driver.tick(), station=driver.cast.station, on=business_date(driver.at), cash_counted=D(0)
    )
    with pytest.raises(TransitionRefused) as refused, transaction.atomic():
        services.settle_order(driver.order, driver.cast.he, driver.tick())
    assert refused.value.code == "day_closed"
    assert sheets_of(driver.order) == []


def test_the_account_is_only_for_credit_customers_and_within_the_limit(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    sheet, he = driver.settlements[0], driver.cast.he
    with pytest.raises(TransitionRefused) as refused:
        services.put_on_account(sheet, he, driver.tick(), amount=D(1))
    assert refused.value.code == "no_account"
    Customer.objects.everywhere().filter(pk=sheet.customer_id).update(
        on_account=True, credit_limit=D("100"), credit_days=30
    )
    services.put_on_account(sheet, he, driver.tick(), amount=D("60.00"))
    with pytest.raises(TransitionRefused) as refused:
        services.put_on_account(sheet, he, driver.tick(), amount=D("40.01"))
    assert refused.value.code == "credit_limit"
    services.put_on_account(sheet, he, driver.tick(), amount=D("40.00"))
    sheet.refresh_from_db()
    assert (sheet.on_account, (sheet.due_on - business_date(driver.at)).days) == (D("100.00"), 30)  # type: ignore[operator]


def test_the_stranger_finds_no_sheet_and_posts_nothing(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    sheet, ma = driver.settlements[0], driver.cast.ma
    for number in (sheet.number, "SH01-ST26-99999"):
        with pytest.raises(NotVisible):
            Settlement.objects.get_visible(ma, number=number)
    with pytest.raises(Forbidden):
        services.pay(sheet, ma, driver.tick(), means=[{"method": "cash", "amount": D(1)}])
    with pytest.raises(Forbidden):
        services.reverse_settlement(driver.order, ma, driver.tick(), reason="x")


@pytest.mark.slow
def test_M1_two_editors_commands_in_changing_order_end_with_sheets_equal_to_the_order(driver: Driver) -> None:
    """Two people work on one order, one with an old page: all 720 orders of six commands, none charges amiss."""
    driver.bring_to("in_progress")
    cast = driver.cast
    seen = RepairOrder.objects.everywhere().get(pk=driver.order.pk)
    line = next(line for line in seen.all_lines() if line.code == "LF-0W20-4L")
    concern = seen.all_concerns()[0].pk
    oil = driver.goods.parts["LF-OF-01"].pk

    def fresh() -> RepairOrder:
        return RepairOrder.objects.everywhere().get(pk=seen.pk)

    def through_to_ready() -> None:
        driver.order = fresh()
        for move in ("work", "complete", "inspect", "wash", "take_over"):
            getattr(driver, move)()

    commands: dict[str, Callable[[], object]] = {
        "discount": lambda: visit.change_line(
            fresh(), cast.wu, driver.tick(), line_id=line.pk, discount=D("0.03"), reason="优惠"
        ),
        "stale": lambda: visit.change_line(
            held(fresh(), seen.version), cast.wu, driver.tick(), line_id=line.pk, discount=D("5.55"), reason="优惠"
        ),
        "add": lambda: visit.add_lines(
            fresh(), cast.lin, driver.tick(), wishes=[LineWish("part", oil, D(1), concern_id=concern)]
        ),
        "decide": lambda: visit.record_consent(
            fresh(),
            cast.lin,
            driver.tick(),
            given_by="陈建国",
            method="signature",
            decisions={row.pk: Consent.DECLINED.value for row in fresh().all_lines() if row.consent == Consent.PENDING},
            reason="下次再做",
        ),
        "finish": through_to_ready,
        "settle": driver.settle,
    }
    ends: list[str] = []

    def go_on(sequence: tuple[str, ...]) -> None:
        """Carry out every command not yet taken, each from this point on: orders that begin alike share the way."""
        if len(sequence) == len(commands):
            order = fresh()
            ends.append(order.state)
            if order.state == "settled":
                assert_equal_to_order(order)
            else:
                assert sheets_of(order) == [], sequence
        for name in commands.keys() - set(sequence):
            at = driver.at
            with transaction.atomic():
                driver.order = fresh()
                with suppress(Refusal, StopIteration), transaction.atomic():
                    commands[name]()
                go_on((*sequence, name))
                transaction.set_rollback(True)
            driver.at = at

    go_on(())
    assert len(ends) == 720
    # Settled where the work was finished before the settlement and nothing added was left undecided.
    assert ends.count("settled") > 60


def test_payment_states_and_change() -> None:
    def sheet(gross: str, paid: str = "0", refunded: str = "0", on_account: str = "0", collected: str = "0") -> Balance:
        return Balance(D(gross), D(paid), D(refunded), D(on_account), D(collected))

    assert payment_state([sheet("10", "10")]) == "paid"
    assert payment_state([sheet("10", "4", on_account="6")]) == "on_account"
    assert payment_state([sheet("10", "4", on_account="6", collected="6")]) == "paid"
    assert payment_state([sheet("10", "10", "10")]) == "unpaid"
    assert payment_state([sheet("10", "10"), sheet("5")]) == "part_paid"
    tender = change_for(D("88.80"), D("100"))
    assert tender is not None
    assert tender.change == D("11.20")
    assert change_for(D("88.80"), D("88.79")) is None
