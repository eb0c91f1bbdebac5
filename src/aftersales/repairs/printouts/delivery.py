"""The papers that close a visit: the delivery note and the customer's archive form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import system_actor
from aftersales.core.money import total
from aftersales.customers.models import Customer
from aftersales.customers.phones import national_digits
from aftersales.network.rules import business_date
from aftersales.printing.papers import (
    ArchiveVehicle,
    ArchiveVisit,
    CustomerArchive,
    DeliveryNote,
    Guarantee,
    local_text,
    pen_box,
    station_head,
    yuan,
)
from aftersales.printing.registry import printout
from aftersales.repairs import models
from aftersales.repairs.choices import Consent, OldParts, OrderState, PayType
from aftersales.repairs.printouts.blocks import customer_lines, figure_text, guarantee_of, lines_of, vehicle_lines
from aftersales.vehicles.models import Vehicle
from aftersales.vehicles.queries import archive_form

NOTHING = Decimal("0.00")


@printout("DELV-06", "DELV-09", kind="repairs.delivery_note", title=_("Hand-over note"), template="delivery_note.typ")
def delivery_note(order: models.RepairOrder) -> DeliveryNote:
    """Return what was done, what to mind, what is handed back; charges are the customer's own part, yuan with tax."""
    zone = order.station.time_zone
    lines = lines_of(order)
    agreed = [line for line in lines if line.is_agreed]
    form = models.ReceivingForm.objects.filter(order_id=order.pk).first()
    leaves_at = order.released_at or order.settled_at or order.ready_at or order.received_at
    term = guarantee_of(order.station_id, business_date(leaves_at, zone))
    guarantees: list[Guarantee] = [
        {"item": line.text, "days": str(term.days), "distance_km": str(term.km), "until": term.until.isoformat()}
        for line in agreed
        if line.is_labour
    ]
    advisor = order.advisor.name if order.advisor else ""
    return {
        "station": station_head(order.station),
        "number": order.number,
        "order_number": order.number,
        "delivered_at": local_text(order.released_at, zone),
        "advisor": advisor,
        "customer": customer_lines(order),
        "vehicle": vehicle_lines(order),
        "work_done": [line.text for line in agreed if not line.is_part],
        "parts_replaced": [f"{line.text} × {figure_text(line.quantity)}" for line in agreed if line.is_part],
        "old_parts": str(OldParts(order.old_parts).label) if order.old_parts else "",
        "items_returned": [str(item) for item in form.belongings] if form else [],
        "advice": _advice(order, lines),
        "guarantees": guarantees,
        "next_service_on": order.next_visit_on.isoformat() if order.next_visit_on else "",
        "next_service_km": order.next_visit_km,
        "total": yuan(total(line.gross for line in agreed if line.payer == PayType.CUSTOMER)),
        "paid": yuan(_paid(order)),
        "note": order.repair_report,
        "signatures": [
            pen_box(_now("Customer accepts"), order.received_by),
            pen_box(_now("Service advisor"), advisor),
        ],
    }


def _advice(order: models.RepairOrder, lines: list[models.OrderLine]) -> list[str]:
    """Return what stays to be done: lines the customer put off, so that they are offered on the next visit (EST-09)."""
    told = {
        Consent.DEFERRED: _now("Put off until the next visit: %(work)s"),
        Consent.DECLINED: _now("Recommended, not done at the customer's wish: %(work)s"),
    }
    return [told[Consent(line.consent)] % {"work": line.text} for line in lines if line.consent in told]


def _paid(order: models.RepairOrder) -> Decimal:
    """Return what the customer has paid on the order's settlements, refunds taken off."""
    # Settlements live a floor above; the order knows them only as its own rows.
    sheets: Any = order.settlements
    paid = sheets.filter(payer=PayType.CUSTOMER).aggregate(kept=Sum(F("paid") + F("collected") - F("refunded")))["kept"]
    return paid or NOTHING


@printout(
    "CRM-02",
    "CRM-05",
    kind="repairs.customer_archive",
    title=_("Customer archive form"),
    template="customer_archive.typ",
)
def customer_archive(document: models.RepairOrder | Customer) -> CustomerArchive:
    """Return the archive form of a customer, or of the customer of an order, with what is still missing on it."""
    customer = document.customer if isinstance(document, models.RepairOrder) else document
    # Whoever may see the archive sees all of it; the document's own fence has been passed before it is printed.
    form = archive_form(system_actor("printing"), customer)
    vehicles = list(form.vehicles)
    phones = [national_digits(phone.number) for phone in customer.phones.order_by("-is_primary", "pk")]
    zone = customer.station.time_zone
    visits = _visits(customer, [vehicle.pk for vehicle in vehicles], zone)
    latest = document.received_at if isinstance(document, models.RepairOrder) else customer.created_at
    first_visit_on = min((visit["visited_on"] for visit in visits), default="")
    return {
        "station": station_head(customer.station),
        "number": customer.number,
        "as_of": business_date(latest, zone).isoformat()
        if not visits
        else max(visit["visited_on"] for visit in visits),
        "customer": {
            "name": customer.name,
            "contact": "",
            "phone": "、".join(phones),
            "address": customer.address,
        },
        "customer_type": str(customer.get_kind_display()),
        "first_visit_on": customer.visited_on.isoformat() if customer.visited_on else first_visit_on,
        "wished_services": [customer.services_wished] if customer.services_wished else [],
        "vehicles": [_archive_vehicle(vehicle) for vehicle in vehicles],
        "visits": visits,
        "missing": [str(gap.label) for gap in form.gaps],
        "keeper": "",
    }


def _archive_vehicle(vehicle: Vehicle) -> ArchiveVehicle:
    model = vehicle.model
    months = vehicle.interval_months or (model.interval_months if model else None)
    km = vehicle.interval_km or (model.interval_km if model else None)
    interval = [_now("%(months)s months") % {"months": months}] if months else []
    interval += [f"{km:,} km"] if km else []
    return {
        "plate": vehicle.plate,
        "vin": vehicle.vin,
        "model": str(model) if model else vehicle.model_name,
        "vehicle_type": str(vehicle.get_power_type_display()),
        "sold_on": vehicle.sold_on.isoformat() if vehicle.sold_on else "",
        "odometer_km": vehicle.odometer_km,
        "interval": " / ".join(interval),
        "next_due_on": vehicle.next_service_on.isoformat() if vehicle.next_service_on else "",
        "next_due_km": vehicle.next_service_km,
    }


def _visits(customer: Customer, vehicle_ids: list[int], zone: str) -> list[ArchiveVisit]:
    """Return the finished visits of the customer's vehicles at the station, newest first; two statements."""
    orders = list(
        models.RepairOrder.objects.at_station(customer.station_id)
        .filter(vehicle_id__in=vehicle_ids)
        .exclude(state__in=(OrderState.CANCELLED, OrderState.CLOSED))
        .order_by("-received_at")
    )
    lines: dict[int, list[models.OrderLine]] = {order.pk: [] for order in orders}
    for line in models.OrderLine.objects.filter(order_id__in=lines).order_by("order_id", "position"):
        if line.is_agreed or order_is_record(line):
            lines[line.order_id].append(line)
    return [
        {
            "visited_on": business_date(order.received_at, zone).isoformat(),
            "plate": order.plate,
            "order_number": order.number,
            "work": "；".join(line.text for line in lines[order.pk] if not line.is_part),
            "odometer_km": order.odometer_km,
            "amount": yuan(total(line.gross for line in lines[order.pk])),
        }
        for order in orders
    ]


def order_is_record(line: models.OrderLine) -> bool:
    """Tell whether a line comes from an imported history, where nobody recorded a consent."""
    return line.kind == "record"
