"""The life of a settlement sheet: posted, paid in one or more ways, refunded, reversed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypedDict

from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from aftersales.billing.choices import PaymentKind, PaymentMethod, SettlementKind, SettlementState
from aftersales.billing.days import require_open_day
from aftersales.billing.models import NOTHING, Payment, Settlement, SettlementLine
from aftersales.billing.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, Text, TransitionRefused, whole
from aftersales.core.money import to_fen, total
from aftersales.core.rows import fresh_row, insert_later, insert_row
from aftersales.core.workflow import Check, Guard, Opening, Step, Workflow
from aftersales.customers.models import Customer
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.network.services import next_number
from aftersales.repairs.choices import PayType
from aftersales.repairs.models import OrderLine, RepairOrder

POSTED = (SettlementState.POSTED,)
LARGEST_AMOUNT = Decimal(10) ** 10


class Means(TypedDict, total=False):
    """One means of payment: `method` cash, card, wechat, alipay or transfer; `amount` yuan; `reference` of the slip."""

    method: str
    amount: Decimal
    reference: str


def poster_is_a_second_person(actor: Actor, _at: datetime, *, order: RepairOrder, **_rest: Any) -> Text | None:
    if actor.staff_member_id is not None and actor.staff_member_id == order.advisor_id:
        return _("Somebody else than the advisor who priced the order checks and posts the settlement.")
    return None


def something_is_due(settlement: Settlement) -> Text | None:
    return None if settlement.due > 0 else _("Nothing is due on this settlement.")


def account_is_open(settlement: Settlement) -> Text | None:
    return None if settlement.balance.owed > 0 else _("Nothing is open on the account.")


def something_is_kept(settlement: Settlement) -> Text | None:
    return None if settlement.paid > settlement.refunded else _("No payment is left that could be refunded.")


def nothing_is_kept(settlement: Settlement) -> Text | None:
    if settlement.paid > settlement.refunded or settlement.collected:
        return _("Refund what has been paid first, then reverse the settlement.")
    return None


def is_a_settlement(settlement: Settlement) -> Text | None:
    return None if settlement.kind == SettlementKind.SETTLEMENT else _("This sheet is itself a reversal.")


def reason_is_given(
    settlement: Settlement, _actor: Actor, _at: datetime, *, reason: str = "", **_rest: Any
) -> Text | None:
    return None if reason.strip() else _("Give the reason.")


WORKFLOW: Workflow[Settlement] = Workflow(
    field="state",
    openings=(
        Opening(
            "post",
            _("Post the settlement"),
            SettlementState.POSTED,
            P.POST,
            checks=(Check("SETL-07", poster_is_a_second_person),),
            clauses=("SETL-01", "SETL-06", "SETL-07", "IS-06"),
        ),
    ),
    steps=(
        Step(
            "pay",
            _("Take payment"),
            POSTED,
            None,
            P.PAY,
            guards=(Guard("", something_is_due),),
            clauses=("SETL-05", "SETL-08", "ORG-10"),
        ),
        Step(
            "put_on_account",
            _("Put on account"),
            POSTED,
            None,
            P.ON_ACCOUNT,
            guards=(Guard("", something_is_due),),
            clauses=("SETL-08",),
        ),
        Step(
            "collect",
            _("Collect an account"),
            POSTED,
            None,
            P.PAY,
            guards=(Guard("", account_is_open),),
            clauses=("SETL-08",),
        ),
        Step(
            "refund",
            _("Refund"),
            POSTED,
            None,
            P.REFUND,
            guards=(Guard("", something_is_kept),),
            checks=(Check("", reason_is_given),),
        ),
        Step(
            "reverse",
            _("Reverse"),
            POSTED,
            SettlementState.REVERSED,
            P.REVERSE,
            guards=(Guard("", is_a_settlement), Guard("", nothing_is_kept)),
            checks=(Check("", reason_is_given),),
        ),
    ),
)


@WORKFLOW.opens
def post(
    actor: Actor, at: datetime, *, station: Station, order: RepairOrder, payer: str, lines: Sequence[OrderLine]
) -> Settlement:
    """Post one payer's sheet from the lines the customer agreed to; they are copied to the fen and frozen (SETL-01).

    What warranty, insurance or the house pays is a receivable at once; the customer's own part waits for payment.
    """
    on = business_date(at, station.time_zone)
    gross = total(line.gross for line in lines)
    settlement = Settlement(
        station=station,
        created_at=at,
        state=SettlementState.POSTED,
        order=order,
        payer=payer,
        customer_id=order.customer_id if payer == PayType.CUSTOMER else None,
        posted_at=at,
        posted_on=on,
        posted_by=actor.name,
        discount=total(line.discount for line in lines),
        net=total(line.net for line in lines),
        tax=total(line.tax for line in lines),
        gross=gross,
        on_account=NOTHING if payer == PayType.CUSTOMER else gross,
        number=next_number(station_id=station.pk, series="settlement", on=on),
    )
    insert_row(settlement)
    insert_later(
        [
            fresh_row(
                SettlementLine,
                settlement=settlement,
                order_line=line,
                position=n,
                kind=line.kind,
                code=line.code,
                text=line.text,
                unit=line.unit,
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
                tax_rate=line.tax_rate,
                net=line.net,
                tax=line.tax,
                gross=line.gross,
            )
            for n, line in enumerate(lines, start=1)
        ]
    )
    return settlement


def _amount(value: Decimal) -> Decimal:
    # Beyond the column's size nothing may be rounded: the comparison comes before the arithmetic.
    if not value.is_finite() or not 0 < value < LARGEST_AMOUNT or value != to_fen(value):
        raise InputRefused(
            _("Enter an amount of more than zero, to the fen."), code="amount", fields={"amount": _("Check it.")}
        )
    return to_fen(value)


def _write_payment(
    settlement: Settlement,
    actor: Actor,
    at: datetime,
    *,
    kind: str,
    method: str,
    amount: Decimal,
    reference: str = "",
    reason: str = "",
) -> Payment:
    if method not in PaymentMethod.values:
        raise InputRefused(_("Choose how the money changes hands."), code="method", fields={"method": _("Choose one.")})
    on = business_date(at)
    require_open_day(settlement.station_id, on)
    series = "refund" if kind == PaymentKind.REFUND else "payment"
    payment = Payment(
        station_id=settlement.station_id,
        settlement=settlement,
        kind=kind,
        method=method,
        amount=amount,
        reference=whole(reference, 80, "reference"),
        reason=whole(reason, 200, "reason"),
        at=at,
        on=on,
        taken_by=actor.name,
        number=next_number(station_id=settlement.station_id, series=series, on=on),
    )
    insert_later([payment])
    return payment


def _told(payments: Sequence[Payment]) -> dict[str, Any]:
    return {"payments": "; ".join(f"{payment.number} {payment.method} {payment.amount}" for payment in payments)}


@WORKFLOW.step
def pay(
    settlement: Settlement, actor: Actor, at: datetime, /, *, means: Sequence[Means], thanked: bool = False
) -> dict[str, Any]:
    """Take money for a settlement, in one or several ways, up to what is due (SETL-08).

    `thanked` attests that the cashier thanked the customer (SETL-05); it stands in the journal.
    Raises InputRefused for an amount that cannot be, TransitionRefused for more than is due or a closed day.
    """
    if not means:
        raise InputRefused(_("Enter at least one payment."), code="no_means")
    amounts = [_amount(one.get("amount", NOTHING)) for one in means]
    if total(amounts) > settlement.due:
        raise TransitionRefused(
            _("Only %(due)s yuan are due.") % {"due": settlement.due}, code="overpaid", clause="SETL-02"
        )
    payments = [
        _write_payment(
            settlement,
            actor,
            at,
            kind=PaymentKind.PAYMENT,
            method=one.get("method", ""),
            amount=amount,
            reference=one.get("reference", ""),
        )
        for one, amount in zip(means, amounts, strict=True)
    ]
    settlement.paid += total(amounts)
    return _told(payments) | ({"thanked": True} if thanked else {})


@WORKFLOW.step
def put_on_account(settlement: Settlement, actor: Actor, at: datetime, /, *, amount: Decimal) -> dict[str, Any]:
    """Put part of what is due, or all, on the account of a credit customer, within the limit (SETL-08).

    Raises TransitionRefused when the customer has no account or the limit would be passed.
    """
    amount = _amount(amount)
    if amount > settlement.due:
        raise TransitionRefused(_("Only %(due)s yuan are due.") % {"due": settlement.due}, code="overpaid")
    # The customer's row is the account: two cashiers adding to it one after the other cannot pass the limit together.
    customer = Customer._base_manager.select_for_update(of=("self",), no_key=True).get(pk=settlement.customer_id or 0)
    if not customer.on_account:
        raise TransitionRefused(_("This customer has no account. Take the payment now."), code="no_account")
    open_amount = outstanding(customer.pk)
    if open_amount + amount > customer.credit_limit:
        raise TransitionRefused(
            _("The credit limit of %(limit)s yuan would be passed: %(open)s yuan are open.")
            % {"limit": customer.credit_limit, "open": open_amount},
            code="credit_limit",
        )
    settlement.on_account += amount
    settlement.due_on = business_date(at) + timedelta(days=customer.credit_days)
    return {"put_on_account": str(amount)}


def outstanding(customer_id: int) -> Decimal:
    """Return what the customer still owes on account, in yuan; sheets posted for an archive merged into it count."""
    owner = Q(customer_id=customer_id) | Q(customer__merged_into_id=customer_id)
    found = Settlement.objects.everywhere().filter(owner, state=SettlementState.POSTED, on_account__gt=F("collected"))
    return found.aggregate(open=Sum(F("on_account") - F("collected")))["open"] or NOTHING


@WORKFLOW.step
def collect(settlement: Settlement, actor: Actor, at: datetime, /, *, means: Sequence[Means]) -> dict[str, Any]:
    """Collect money for what was put on account, from customer, maker or insurer."""
    if not means:
        raise InputRefused(_("Enter at least one payment."), code="no_means")
    amounts = [_amount(one.get("amount", NOTHING)) for one in means]
    left = settlement.on_account - settlement.collected
    if total(amounts) > left:
        raise TransitionRefused(_("Only %(due)s yuan are open on the account.") % {"due": left}, code="overpaid")
    payments = [
        _write_payment(
            settlement,
            actor,
            at,
            kind=PaymentKind.COLLECTION,
            method=one.get("method", ""),
            amount=amount,
            reference=one.get("reference", ""),
        )
        for one, amount in zip(means, amounts, strict=True)
    ]
    settlement.collected += total(amounts)
    return _told(payments)


@WORKFLOW.step
def refund(
    settlement: Settlement,
    actor: Actor,
    at: datetime,
    /,
    *,
    amount: Decimal,
    method: str,
    reason: str,
    reference: str = "",
) -> dict[str, Any]:
    """Give money back, never more than was paid and not yet refunded."""
    amount = _amount(amount)
    left = settlement.paid - settlement.refunded
    if amount > left:
        raise TransitionRefused(_("At most %(left)s yuan can be refunded.") % {"left": left}, code="over_refund")
    payment = _write_payment(
        settlement, actor, at, kind=PaymentKind.REFUND, method=method, amount=amount, reference=reference, reason=reason
    )
    settlement.refunded += amount
    return _told([payment])


@WORKFLOW.step
def reverse(settlement: Settlement, actor: Actor, at: datetime, /, *, reason: str) -> dict[str, Any]:
    """Take a posted sheet back by a reversal with a number of its own; the sheet itself stays as it was posted."""
    on: date = business_date(at)
    reversal = Settlement(
        station_id=settlement.station_id,
        created_at=at,
        kind=SettlementKind.REVERSAL,
        state=SettlementState.REVERSED,
        order_id=settlement.order_id,
        payer=settlement.payer,
        customer_id=settlement.customer_id,
        reverses=settlement,
        posted_at=at,
        posted_on=on,
        posted_by=actor.name,
        discount=settlement.discount,
        net=settlement.net,
        tax=settlement.tax,
        gross=settlement.gross,
        reason=reason,
        number=next_number(station_id=settlement.station_id, series="settlement", on=on),
    )
    insert_later([reversal])
    settlement.reason = reason
    return {"reversal": reversal.number}
