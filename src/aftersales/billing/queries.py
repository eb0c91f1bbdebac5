"""Reads of the cash desk: who waits, what an order comes to, what was posted, who owes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from aftersales.billing.choices import PaymentKind, PaymentMethod, SettlementKind, SettlementState
from aftersales.billing.models import NOTHING, DayClose, Payment, Settlement
from aftersales.billing.permissions import P
from aftersales.billing.transitions import outstanding
from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible, Text
from aftersales.core.money import MoneyField, total
from aftersales.customers.models import Customer
from aftersales.repairs.choices import Consent, LineKind, OrderState, PaymentState, PayType
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.standards.binding import fulfils

QUEUE_SHOWN = 100
FOUND_SHOWN = 30
AGEING_DAYS = (30, 60, 90)
OPEN_PAYMENT = (PaymentState.UNPAID, PaymentState.PART_PAID)

_ZERO = Value(NOTHING, output_field=MoneyField())
DUE = F("gross") - F("paid") + F("refunded") - F("on_account")
OWED = F("on_account") - F("collected")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One order at the cash desk; `amount` is what the customer will owe, or still owes, in yuan with tax."""

    number: str
    plate: str
    customer_name: str
    advisor: str
    state: str
    state_label: Text
    payment_state: str
    payment_label: Text
    amount: Decimal
    since: Any
    is_explained: bool


def _orders(actor: Actor) -> models.QuerySet[RepairOrder]:
    return RepairOrder.objects.visible_to(actor, P.VIEW).filter(is_historical=False)


def _searched(orders: models.QuerySet[RepairOrder], words: str) -> models.QuerySet[RepairOrder]:
    if not words:
        return orders
    return orders.filter(
        Q(number__icontains=words)
        | Q(plate__icontains=words)
        | Q(customer_name__icontains=words)
        | Q(contact_phone__endswith=words)
    )


def _agreed_amount() -> Any:
    agreed = Q(lines__consent=Consent.AGREED, lines__payer=PayType.CUSTOMER)
    return Coalesce(Sum("lines__gross", filter=agreed), _ZERO)


def _due_amount() -> Any:
    sheets = (
        Settlement.objects.everywhere()
        .filter(order_id=OuterRef("pk"), state=SettlementState.POSTED, kind=SettlementKind.SETTLEMENT)
        .values("order_id")
        .annotate(open_due=Sum(DUE))
        .values("open_due")
    )
    return Coalesce(Subquery(sheets, output_field=MoneyField()), _ZERO)


def _row(order: Any, since: Any) -> QueueRow:
    return QueueRow(
        number=order.number,
        plate=order.plate,
        customer_name=order.customer_name,
        advisor=order.advisor.name if order.advisor else "",
        state=order.state,
        state_label=order.get_state_display(),
        payment_state=order.payment_state,
        payment_label=order.get_payment_state_display(),
        amount=order.amount,
        since=since,
        is_explained=order.items_explained_at is not None,
    )


def ready_orders(actor: Actor, words: str = "") -> list[QueueRow]:
    """Return the finished cars whose settlement is not posted yet, the longest waiting first; one statement."""
    rows = _searched(_orders(actor).filter(state=OrderState.READY), words).select_related("advisor")
    rows = rows.annotate(amount=_agreed_amount()).order_by("ready_at", "pk")
    return [_row(order, order.ready_at) for order in rows[:QUEUE_SHOWN]]


def unpaid_orders(actor: Actor, words: str = "") -> list[QueueRow]:
    """Return the settled orders on which money is due, the oldest first; one statement."""
    rows = _searched(_orders(actor).filter(payment_state__in=OPEN_PAYMENT), words).select_related("advisor")
    rows = rows.annotate(amount=_due_amount()).order_by("settled_at", "pk")
    return [_row(order, order.settled_at) for order in rows[:QUEUE_SHOWN]]


def finished_orders(actor: Actor, words: str) -> list[QueueRow]:
    """Return settled orders without anything due that match the words, newest first; one statement."""
    rows = _orders(actor).filter(payment_state__in=(PaymentState.PAID, PaymentState.ON_ACCOUNT))
    rows = _searched(rows, words).select_related("advisor").annotate(amount=_due_amount())
    return [_row(order, order.settled_at) for order in rows.order_by("-settled_at", "-pk")[:FOUND_SHOWN]]


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """What one payer's sheet will say: exactly the agreed lines of the order (SETL-01, SETL-06)."""

    payer: str
    label: Text
    lines: tuple[OrderLine, ...]
    discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit customer's account: limit, what stands open, what is left, and the term in days."""

    limit: Decimal
    open: Decimal
    left: Decimal
    days: int


def order_at_counter(actor: Actor, number: str) -> RepairOrder:
    """Return the order with advisor and customer; NotVisible alike for foreign and missing ones."""
    if not number or len(number) > 40 or "\x00" in number:
        raise NotVisible
    order = (
        RepairOrder.objects.visible_to(actor, P.VIEW)
        .select_related("station", "customer", "advisor", "vehicle")
        .filter(number=number)
        .order_by("-received_at")
        .first()
    )
    if order is None:
        raise NotVisible
    return order


@fulfils("SETL-06")
def previews_of(lines: Iterable[OrderLine]) -> list[SheetPreview]:
    """Return the sheets that posting would make, customers first; a line without consent stands on none of them."""
    agreed = [line for line in lines if line.is_agreed]
    found = []
    for payer in PayType:
        mine = tuple(line for line in agreed if line.payer == payer)
        if mine:
            found.append(
                SheetPreview(
                    payer=payer.value,
                    label=payer.label,
                    lines=mine,
                    discount=total(line.discount for line in mine),
                    net=total(line.net for line in mine),
                    tax=total(line.tax for line in mine),
                    gross=total(line.gross for line in mine),
                )
            )
    return found


def left_out(lines: Iterable[OrderLine]) -> list[OrderLine]:
    """Return the lines that will not be charged, because the customer did not agree to them (SETL-06)."""
    return [line for line in lines if not line.is_agreed and line.kind != LineKind.RECORD]


def sheets_of(order: RepairOrder) -> list[Settlement]:
    """Return the order's sheets with lines and payments, the newest first; three statements."""
    rows = Settlement.objects.at_station(order.station_id).filter(order=order).select_related("reverses")
    found = list(rows.prefetch_related("lines", "payments").order_by("-posted_at", "-pk"))
    for sheet in found:
        sheet.order = order
    return found


def credit_of(customer: Customer) -> Credit | None:
    """Return the customer's account, or None for who pays at once; one statement for a credit customer."""
    if not customer.on_account:
        return None
    open_amount = outstanding(customer.pk)
    return Credit(customer.credit_limit, open_amount, customer.credit_limit - open_amount, customer.credit_days)


def sheet_numbered(actor: Actor, number: str) -> Settlement:
    """Return one sheet with its order, lines and payments; NotVisible alike for foreign and missing ones."""
    if not number or len(number) > 40 or "\x00" in number:
        raise NotVisible
    rows = Settlement.objects.visible_to(actor, P.VIEW).select_related(
        "station", "order__advisor", "order__vehicle", "order__customer", "customer", "reverses"
    )
    found = rows.prefetch_related("lines", "payments").filter(number=number).order_by("-pk").first()
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True, slots=True)
class SheetSearch:
    """Which sheets a list shows; empty values do not narrow it."""

    words: str = ""
    payer: str = ""
    show: str = ""
    since: date | None = None
    until: date | None = None


def settlements_of(actor: Actor, wanted: SheetSearch) -> models.QuerySet[Settlement]:
    """Return the sheets the actor may see, with their orders; the caller orders and cuts."""
    rows = Settlement.objects.visible_to(actor, P.VIEW).select_related("order", "station")
    if wanted.words:
        rows = rows.filter(
            Q(number__icontains=wanted.words)
            | Q(order__number__icontains=wanted.words)
            | Q(order__plate__icontains=wanted.words)
            | Q(order__customer_name__icontains=wanted.words)
        )
    if wanted.payer:
        rows = rows.filter(payer=wanted.payer)
    if wanted.since:
        rows = rows.filter(posted_on__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(posted_on__lte=wanted.until)
    if wanted.show == "due":
        due = F("paid") - F("refunded") + F("on_account")
        rows = rows.filter(state=SettlementState.POSTED, kind=SettlementKind.SETTLEMENT, gross__gt=due)
    elif wanted.show == "account":
        rows = rows.filter(state=SettlementState.POSTED, on_account__gt=F("collected"))
    elif wanted.show == "reversed":
        rows = rows.filter(state=SettlementState.REVERSED)
    return rows


# -- accounts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes: a credit customer, or the maker, an insurer, the house. Sums in yuan by days past the due day."""

    payer: str
    label: Text
    customer_number: str
    sheets: int
    not_due: Decimal
    to_30: Decimal
    to_60: Decimal
    to_90: Decimal
    over_90: Decimal
    owed: Decimal


def open_accounts(actor: Actor) -> models.QuerySet[Settlement]:
    """Return the sheets with something open on an account, with the day they fall due (posting day without a term)."""
    return (
        Settlement.objects.visible_to(actor, P.VIEW)
        .filter(state=SettlementState.POSTED, on_account__gt=F("collected"))
        .annotate(falls_due_on=Coalesce("due_on", "posted_on"))
        .select_related("order", "customer", "station")
    )


@fulfils("SETL-08", "ORG-10")
def debtors(actor: Actor, on: date) -> list[Debtor]:
    """Return who owes how much for how long on that day, the largest sum first; one statement."""
    edges = [on - timedelta(days=days) for days in AGEING_DAYS]
    rows = (
        open_accounts(actor)
        .select_related(None)
        # A posted sheet keeps the customer it was posted for; where that archive was merged, the other one owes.
        .annotate(
            debtor_number=Coalesce("customer__merged_into__number", "customer__number"),
            debtor_name=Coalesce("customer__merged_into__name", "customer__name"),
        )
        .values("payer", "debtor_number", "debtor_name")
        .annotate(
            sheets=Count("pk"),
            owed=Sum(OWED),
            not_due=Sum(OWED, filter=Q(falls_due_on__gte=on)),
            to_30=Sum(OWED, filter=Q(falls_due_on__lt=on, falls_due_on__gte=edges[0])),
            to_60=Sum(OWED, filter=Q(falls_due_on__lt=edges[0], falls_due_on__gte=edges[1])),
            to_90=Sum(OWED, filter=Q(falls_due_on__lt=edges[1], falls_due_on__gte=edges[2])),
            over_90=Sum(OWED, filter=Q(falls_due_on__lt=edges[2])),
        )
        .order_by("-owed", "payer", "debtor_number")
    )
    return [
        Debtor(
            payer=row["payer"],
            label=row["debtor_name"] or PayType(row["payer"]).label,
            customer_number=row["debtor_number"] or "",
            sheets=row["sheets"],
            owed=row["owed"],
            **{name: row[name] or NOTHING for name in ("not_due", "to_30", "to_60", "to_90", "over_90")},
        )
        for row in rows[:500]
    ]


# -- the day -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One means of payment on one day, in yuan."""

    method: str
    label: Text
    count: int
    received: Decimal
    refunded: Decimal

    @property
    def net(self) -> Decimal:
        return self.received - self.refunded


def method_rows(station_id: int, on: date) -> list[MethodRow]:
    """Return a day's receipts by method, every method named; one statement."""
    refunds = Q(kind=PaymentKind.REFUND)
    found = {
        row["method"]: row
        for row in Payment.objects.at_station(station_id)
        .filter(on=on)
        .values("method")
        .annotate(count=Count("pk"), received=Sum("amount", filter=~refunds), refunded=Sum("amount", filter=refunds))
        .order_by("method")
    }
    empty: dict[str, Any] = {}
    return [
        MethodRow(
            method=method.value,
            label=method.label,
            count=found.get(method.value, empty).get("count", 0),
            received=found.get(method.value, empty).get("received") or NOTHING,
            refunded=found.get(method.value, empty).get("refunded") or NOTHING,
        )
        for method in PaymentMethod
    ]


def payments_on(station_id: int, on: date, *, limit: int = 300) -> list[Payment]:
    """Return a day's payments with their sheets, newest first; one statement."""
    rows = Payment.objects.at_station(station_id).filter(on=on).select_related("settlement__order")
    return list(rows.order_by("-pk")[:limit])


def closes_of(station_id: int, *, limit: int = 31) -> list[DayClose]:
    """Return the latest closed days; one statement."""
    return list(DayClose.objects.at_station(station_id).order_by("-on")[:limit])


def days_left_open(station_id: int, before: date, *, limit: int = 10) -> list[date]:
    """Return earlier days with payments that nobody has closed, the oldest first; one statement."""
    closed = DayClose.objects.at_station(station_id).filter(on=OuterRef("on"))
    rows = Payment.objects.at_station(station_id).filter(on__lt=before).exclude(models.Exists(closed))
    return list(rows.values_list("on", flat=True).distinct().order_by("on")[:limit])


def signed_gross() -> Any:
    """Return a sheet's amount with the sign it has in a sum: reversals are taken off."""
    return Case(When(kind=SettlementKind.REVERSAL, then=-F("gross")), default=F("gross"), output_field=MoneyField())


def sum_of(rows: models.QuerySet[Settlement]) -> Sequence[Decimal | int]:
    """Return how many sheets there are and what they come to, reversals taken off; one statement."""
    found = rows.select_related(None).aggregate(count=Count("pk"), gross=Sum(signed_gross()))
    return found["count"], found["gross"] or NOTHING
