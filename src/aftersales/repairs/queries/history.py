"""What is known of a vehicle from its earlier visits: work done, and work declined that is still open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from aftersales.core.actor import Actor
from aftersales.core.prepared import prepared
from aftersales.network.rules import business_date
from aftersales.repairs.choices import OPEN_STATES, Consent, LineKind, OrderState
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.repairs.permissions import P
from aftersales.standards.binding import fulfils
from aftersales.vehicles.models import Vehicle
from aftersales.vehicles.panels import PastVisit

VISITS_SHOWN = 8
VISITS_ON_FILE = 50
ITEMS_SHOWN = 6
DECLINED_READ = 60  # the same item counts once, so more is read than shown


@dataclass(frozen=True, slots=True)
class PastVisitRow:
    """An earlier visit as the counter sees it: `work` the agreed items, `gross` yuan with tax."""

    vehicle_id: int
    number: str
    received_at: datetime
    state: str
    state_label: str
    odometer_km: int | None
    words: tuple[str, ...]
    work: tuple[str, ...]
    more_work: int
    gross: Decimal
    is_open: bool
    is_historical: bool


@dataclass(frozen=True, slots=True)
class DeclinedWork:
    """Work the customer did not agree to on an earlier visit and that has not been done since.

    Shape: `kind` and `item_id` are what an estimate adds; `gross` is the price told then, in yuan with tax.
    """

    line_id: int
    kind: str
    item_id: int
    code: str
    text: str
    quantity: Decimal
    gross: Decimal
    consent: str
    consent_label: str
    reason: str
    order_number: str
    visited_at: datetime


@fulfils("RECP-12", "WORK-01")
def history_of(actor: Actor, vehicle_ids: Sequence[int], *, limit: int = VISITS_SHOWN) -> list[PastVisitRow]:
    """Return the vehicles' visits at the stations the actor sees, newest first; three statements."""
    orders = list(
        RepairOrder.objects.visible_to(actor, P.VIEW)
        .filter(vehicle_id__in=vehicle_ids)
        .order_by("-received_at", "-pk")[:limit]
    )
    ids = [order.pk for order in orders]
    words: dict[int, list[str]] = defaultdict(list)
    for order_id, said in _concerns(ids):
        words[order_id].append(said)
    work: dict[int, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(order_id__in=ids).exclude(consent__in=(Consent.DECLINED, Consent.DEFERRED)):
        work[line.order_id].append(line)
    return [_visit(order, words[order.pk], work[order.pk]) for order in orders]


@fulfils("CRM-05")
def past_repairs(actor: Actor, vehicle_ids: Sequence[int]) -> list[PastVisit]:
    """Return the vehicles' visits as the archive form lists them, newest first; three statements."""
    return [
        PastVisit(
            vehicle_id=row.vehicle_id,
            number=row.number,
            visited_on=business_date(row.received_at),
            work_items="、".join((*row.work, *([f"+{row.more_work}"] if row.more_work else []))),
            odometer_km=row.odometer_km,
            amount=row.gross,
        )
        for row in history_of(actor, vehicle_ids, limit=VISITS_ON_FILE)
    ]


def visits_of_vehicle(actor: Actor, vehicle: Vehicle) -> list[PastVisitRow]:
    """Return what the vehicle's page shows of its repairs, newest first; three statements."""
    return history_of(actor, [vehicle.pk], limit=VISITS_ON_FILE)


def _concerns(order_ids: Sequence[int]) -> list[tuple[int, str]]:
    found = RepairOrder.objects.everywhere().filter(pk__in=order_ids).order_by("pk", "concerns__position")
    return [(pk, said) for pk, said in found.values_list("pk", "concerns__customer_words") if said]


def _visit(order: RepairOrder, words: Sequence[str], lines: Sequence[OrderLine]) -> PastVisitRow:
    told = [line.text for line in lines if line.kind != LineKind.PART] or [line.text for line in lines]
    return PastVisitRow(
        vehicle_id=order.vehicle_id,
        number=order.number,
        received_at=order.received_at,
        state=order.state,
        state_label=str(order.get_state_display()),
        odometer_km=order.odometer_km,
        words=tuple(words),
        work=tuple(told[:ITEMS_SHOWN]),
        more_work=max(len(told) - ITEMS_SHOWN, 0),
        gross=sum((line.gross for line in lines), Decimal("0.00")),
        is_open=order.state in OPEN_STATES and not order.is_historical,
        is_historical=order.is_historical,
    )


@fulfils("EST-09", "RECP-12")
def declined_work(
    actor: Actor, vehicle_id: int, *, besides: RepairOrder | None = None, limit: int = DECLINED_READ // 2
) -> list[DeclinedWork]:
    """Return what was declined or deferred on earlier visits of the vehicle and not done since; one statement.

    `besides` leaves out the visit under way and what it has already taken up. The same item counts once, the latest.
    """
    rows = _declined(actor.stations_with(P.VIEW), vehicle_id, besides.pk if besides is not None else None)
    found: dict[tuple[str, int], DeclinedWork] = {}
    for line in rows:
        item_id = line.operation_id or line.part_id
        if item_id is None:
            continue
        found.setdefault(
            (line.kind, item_id),
            DeclinedWork(
                line_id=line.pk,
                kind=line.kind,
                item_id=item_id,
                code=line.code,
                text=line.text,
                quantity=line.quantity,
                gross=line.gross,
                consent=line.consent,
                consent_label=str(line.get_consent_display()),
                reason=line.declined_reason,
                order_number=line.order_number,
                visited_at=line.visited_at,
            ),
        )
    return list(found.values())[:limit]


@prepared
def _declined(
    stations: tuple[int, ...] | None, vehicle_id: int, besides: int | None
) -> models.QuerySet[OrderLine, Any]:
    orders = RepairOrder.objects.everywhere() if stations is None else RepairOrder.objects.at_stations(stations)
    orders = orders.filter(vehicle_id=vehicle_id)
    refused = OrderLine.objects.filter(
        order__in=orders.exclude(pk=besides) if besides is not None else orders,
        consent__in=(Consent.DECLINED, Consent.DEFERRED),
        resolved_by__isnull=True,
        kind__in=(LineKind.LABOUR, LineKind.PART),
    ).exclude(order__state=OrderState.CANCELLED)
    same_item = Q(operation_id=OuterRef("operation_id"), operation_id__isnull=False) | Q(
        part_id=OuterRef("part_id"), part_id__isnull=False
    )
    later: models.QuerySet[OrderLine] = OrderLine.objects.filter(
        same_item, order__vehicle_id=vehicle_id, order__received_at__gt=OuterRef("order__received_at")
    )
    done = Q(consent=Consent.AGREED)
    if besides is not None:
        done |= Q(order_id=besides)
    told = refused.annotate(order_number=F("order__number"), visited_at=F("order__received_at"))
    return told.filter(~Exists(later.filter(done))).order_by("-visited_at", "position")[:DECLINED_READ]


def open_order_of(actor: Actor, vehicle_id: int) -> RepairOrder | None:
    """Return the vehicle's open order, if the car is with us now."""
    return (
        RepairOrder.objects.visible_to(actor, P.VIEW)
        .filter(vehicle_id=vehicle_id, is_historical=False, state__in=OPEN_STATES)
        .first()
    )
