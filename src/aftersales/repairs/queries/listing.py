"""The list of repair orders: filters that an index serves, rows without a join too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from aftersales.core.actor import Actor
from aftersales.repairs.choices import OPEN_STATES, HoldReason, OrderState, PaymentState, VisitType
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.permissions import P
from aftersales.search.queries import find

ORDER = ("-received_at", "-id")
HITS = 200
SCOPES = ("open", "closed", "historical", "all")


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the list is narrowed to; empty values narrow nothing."""

    scope: str = "open"
    state: str = ""
    advisor_id: int | None = None
    text: str = ""
    received_from: date | None = None
    received_until: date | None = None
    vehicle_number: str = ""
    customer_number: str = ""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as the list shows it."""

    pk: int
    number: str
    plate: str
    model_name: str
    customer_name: str
    advisor: str
    state: str
    state_label: str
    payment_state: str
    payment_label: str
    hold_label: str
    visit_label: str
    received_at: datetime
    promised_at: datetime | None
    released_at: datetime | None
    odometer_km: int | None
    is_open: bool
    is_historical: bool


def orders_matching(actor: Actor, wanted: OrderFilter) -> QuerySet[RepairOrder]:
    """Return the visible orders that the filter leaves; the caller pages them by `ORDER`."""
    rows = RepairOrder.objects.visible_to(actor, P.VIEW).select_related("advisor")
    if wanted.scope == "open":
        rows = rows.filter(state__in=OPEN_STATES, is_historical=False)
    elif wanted.scope == "closed":
        rows = rows.exclude(state__in=OPEN_STATES).filter(is_historical=False)
    elif wanted.scope == "historical":
        rows = rows.filter(is_historical=True)
    if wanted.state in OrderState.values:
        rows = rows.filter(state=wanted.state)
    if wanted.advisor_id is not None:
        rows = rows.filter(advisor_id=wanted.advisor_id)
    if wanted.received_from is not None:
        rows = rows.filter(received_at__gte=_midnight(wanted.received_from))
    if wanted.received_until is not None:
        rows = rows.filter(received_at__lt=_midnight(wanted.received_until + timedelta(days=1)))
    if wanted.vehicle_number:
        rows = rows.filter(vehicle__number=wanted.vehicle_number)
    if wanted.customer_number:
        rows = rows.filter(customer__number=wanted.customer_number)
    if wanted.text:
        rows = rows.filter(_found(actor, wanted.text))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _found(actor: Actor, text: str) -> Q:
    """Return the orders that the search box's index names: by number, by vehicle or by customer."""
    named: dict[str, list[int]] = {"repair_order": [], "vehicle": [], "customer": []}
    for hit in find(actor, text, kinds=tuple(named), limit=HITS):
        named[hit.kind.name].append(hit.object_id)
    return Q(pk__in=named["repair_order"]) | Q(vehicle_id__in=named["vehicle"]) | Q(customer_id__in=named["customer"])


def shown(orders: Sequence[RepairOrder]) -> list[OrderRow]:
    """Return orders as rows; no statement."""
    states: Mapping[str, str] = {value: str(label) for value, label in OrderState.choices}
    payments: Mapping[str, str] = {value: str(label) for value, label in PaymentState.choices}
    holds: Mapping[str, str] = {value: str(label) for value, label in HoldReason.choices}
    visits: Mapping[str, str] = {value: str(label) for value, label in VisitType.choices}
    return [
        OrderRow(
            pk=order.pk,
            number=order.number,
            plate=order.plate,
            model_name=order.model_name,
            customer_name=order.customer_name,
            advisor=order.advisor.name if order.advisor else "",
            state=order.state,
            state_label=states.get(order.state, order.state),
            payment_state=order.payment_state,
            payment_label=payments.get(order.payment_state, ""),
            hold_label=holds.get(order.hold_reason, ""),
            visit_label=visits.get(order.visit_type, ""),
            received_at=order.received_at,
            promised_at=order.promised_at,
            released_at=order.released_at,
            odometer_km=order.odometer_km,
            is_open=order.state in OPEN_STATES and not order.is_historical,
            is_historical=order.is_historical,
        )
        for order in orders
    ]
