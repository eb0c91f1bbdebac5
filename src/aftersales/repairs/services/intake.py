"""Receiving a vehicle at the counter: from a booking with nothing retyped, a known customer, or a stranger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.appointments import services as bookings
from aftersales.appointments import transitions as booking
from aftersales.appointments.models import Appointment
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused
from aftersales.core.records import require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.customers.models import Customer
from aftersales.inventory import services as stock
from aftersales.network.models import Station
from aftersales.repairs import transitions
from aftersales.repairs.declarations import SEARCH_KIND
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.permissions import P
from aftersales.repairs.transitions.work import consumer_of
from aftersales.search.rules import number_terms
from aftersales.search.services import Finding, index_many
from aftersales.staff.models import StaffMember
from aftersales.standards.binding import fulfils
from aftersales.vehicles.models import Vehicle
from aftersales.vehicles.services import note_odometer
from aftersales.vehicles.visitors import register_visitors

BOOKING = "appointments.appointment"


@fulfils("RECP-13", "RECP-07")
def receive_vehicle(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    advisor: StaffMember,
    odometer_km: int,
    customer: Customer | Mapping[str, Any] | None = None,
    vehicle: Vehicle | Mapping[str, Any] | None = None,
    appointment: Appointment | None = None,
    odometer_reason: str = "",
    **form: Any,
) -> RepairOrder:
    """Check a vehicle in, registering customer and vehicle first where they are new; one command for the whole counter.

    A booking brings customer, vehicle, reserved parts and time with it. `form` are the receiving form's arguments of
    `transitions.check_in`. Raises what registration, the odometer and check-in refuse.
    """

    def command() -> RepairOrder:
        require_right(actor, P.RECEIVE, station.pk)
        who, car = _who_and_what(actor, at, station, customer, vehicle, appointment)
        is_new = isinstance(vehicle, Mapping)
        note_odometer(car, actor, at, km=odometer_km, override_reason=odometer_reason, is_first=is_new)
        if appointment is not None:
            booking.arrive(appointment, actor, at)
        order = transitions.check_in(
            actor,
            at,
            station=station,
            customer=who,
            vehicle=car,
            advisor=advisor,
            odometer_km=odometer_km,
            appointment=appointment,
            **form,
        )
        if appointment is not None:
            bookings.hand_over_slots(
                from_kind=BOOKING,
                from_id=appointment.pk,
                holder_kind="repairs.repairorder",
                holder_id=order.pk,
                label=f"{order.plate} {order.number}",
            )
            stock.transfer_reservations(
                actor,
                at,
                from_consumer=stock.Consumer(BOOKING, appointment.pk, appointment.number),
                to_consumer=consumer_of(order),
                mapping={},
            )
        index_many([order_finding(order)])
        return order

    return run_in_transaction(command)


def order_finding(order: RepairOrder) -> Finding:
    """Return what the search box finds an order by: its number; plate and customer lead to it through their own
    entries."""
    return Finding(
        station_id=order.station_id,
        kind=SEARCH_KIND.name,
        object_id=order.pk,
        title=order.number,
        subtitle=f"{order.plate} {order.customer_name}".strip(),
        number=order.number,
        terms=number_terms(order.number),
    )


def every_order_finding() -> Iterator[Finding]:
    """Yield what every order of the network is found by: the source a new index is built from."""
    for order in RepairOrder.objects.everywhere().order_by("pk").iterator():
        yield order_finding(order)


def _who_and_what(
    actor: Actor,
    at: datetime,
    station: Station,
    customer: Customer | Mapping[str, Any] | None,
    vehicle: Vehicle | Mapping[str, Any] | None,
    appointment: Appointment | None,
) -> tuple[Customer, Vehicle]:
    who = customer if customer is not None else (appointment.customer if appointment else None)
    car = vehicle if vehicle is not None else (appointment.vehicle if appointment else None)
    if who is None or car is None:
        raise InputRefused(_("Say whose car it is and which one."), code="no_visitor", clause="RECP-12")
    if isinstance(who, Customer) and isinstance(car, Vehicle):
        return who, car
    if isinstance(car, Vehicle):
        raise InputRefused(
            _("This vehicle is on file: choose its customer, or add one at the vehicle."), code="known_vehicle"
        )
    visitors = register_visitors(actor, at, station=station, customer=who, vehicle=car)
    return visitors.customer, visitors.vehicle
