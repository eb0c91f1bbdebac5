"""Who stands at the counter: customer, vehicle, history, open proposals, booking, guarantee, next service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aftersales.appointments import queries as bookings
from aftersales.appointments.models import Appointment, Arrival
from aftersales.appointments.permissions import P as BookingRight
from aftersales.core.actor import Actor
from aftersales.customers.models import Customer
from aftersales.customers.phones import mask_phone
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.queries.history import DeclinedWork, PastVisitRow, declined_work, history_of, open_order_of
from aftersales.search.queries import Hit, find
from aftersales.standards.binding import fulfils
from aftersales.vehicles.models import Vehicle
from aftersales.vehicles.rules import ServiceDue, add_months, service_is_due, warranty_runs

SEARCHED = ("customer", "vehicle")
HITS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """A customer of the vehicle, phone masked."""

    pk: int
    number: str
    name: str
    role: str
    phone: str


@dataclass(frozen=True, slots=True)
class VisitorCard:
    """What the advisor knows before the customer has sat down; `guarantee_until` is the last day, if known."""

    vehicle: Vehicle
    model: str
    customers: tuple[CustomerChoice, ...]
    history: Sequence[PastVisitRow]
    declined: Sequence[DeclinedWork]
    open_order: RepairOrder | None
    booking: Appointment | None
    guarantee_runs: bool | None
    guarantee_until: date | None
    guarantee_km: int | None
    next_service: ServiceDue
    service_is_due: bool


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Somebody who waits, or is expected today; `link` is the reception's own query string."""

    position: int
    plate: str
    name: str
    is_booked: bool
    advisor: str
    arrived_at: datetime | None
    expected_at: datetime | None
    waiting_minutes: int
    appointment_number: str
    arrival_id: int | None = None


def found(actor: Actor, text: str) -> list[Hit]:
    """Return the customers and vehicles the text finds: plate, VIN, phone, name or pinyin."""
    return find(actor, text, kinds=SEARCHED, limit=HITS_SHOWN)


def day_span(station: Station, at: datetime) -> tuple[datetime, datetime]:
    """Return today at the station as a half-open span of instants."""
    zone = ZoneInfo(station.time_zone)
    start = datetime.combine(business_date(at, station.time_zone), datetime.min.time(), tzinfo=zone)
    return start, start + timedelta(days=1)


@fulfils("RECP-12", "RECP-13", "SVC-04")
def visitor_card(
    actor: Actor, vehicle: Vehicle, station: Station, at: datetime, booking: Appointment | None = None
) -> VisitorCard:
    """Return the card of a vehicle already shown to be visible, with model and parties fetched; six statements."""
    today = business_date(at, station.time_zone)
    model = vehicle.model
    months = vehicle.warranty_months or (model.warranty_months if model else None)
    limit_km = vehicle.warranty_km or (model.warranty_km if model else None)
    starts_on = vehicle.warranty_starts_on
    due = ServiceDue(on=vehicle.next_service_on, at_km=vehicle.next_service_km)
    if booking is None and actor.may(BookingRight.VIEW, vehicle.station_id):
        booking = bookings.open_appointment_for(vehicle.station_id, vehicle_id=vehicle.pk, span=day_span(station, at))
    return VisitorCard(
        vehicle=vehicle,
        model=str(model) if model else vehicle.model_name,
        customers=customers_of(vehicle),
        history=history_of(actor, [vehicle.pk]),
        declined=declined_work(actor, vehicle.pk),
        open_order=open_order_of(actor, vehicle.pk),
        booking=booking,
        guarantee_runs=warranty_runs(starts_on, months, limit_km, today, vehicle.odometer_km),
        guarantee_until=add_months(starts_on, months) - timedelta(days=1) if starts_on and months else None,
        guarantee_km=limit_km,
        next_service=due,
        service_is_due=service_is_due(due, today, vehicle.odometer_km),
    )


def customers_of(vehicle: Vehicle) -> tuple[CustomerChoice, ...]:
    """Return the customers who have to do with the vehicle now, owners first, each once."""
    live = [party for party in vehicle.parties.all() if party.until_on is None]
    live.sort(key=lambda party: (party.role != "owner", party.pk))
    seen: dict[int, CustomerChoice] = {}
    for party in live:
        customer: Customer = party.customer
        phones = list(customer.phones.all())
        seen.setdefault(
            customer.pk,
            CustomerChoice(
                pk=customer.pk,
                number=customer.number,
                name=customer.name,
                role=str(party.get_role_display()),
                phone=mask_phone(phones[0].number) if phones else "",
            ),
        )
    return tuple(seen.values())


@fulfils("RECP-07")
def queue_of(actor: Actor, station: Station, at: datetime) -> list[QueueRow]:
    """Return who waits at the door in the order of coming, then the bookings still expected; booked ones are marked."""
    if not actor.may(BookingRight.VIEW, station.pk):
        return []
    today = business_date(at, station.time_zone)
    waiting = [
        _waiting(row)
        for row in bookings.arrivals_on(actor, station, today, at)
        if row.arrival.served_at is None and row.arrival.left_at is None
    ]
    here = {row.appointment_number for row in waiting if row.appointment_number}
    expected = [
        QueueRow(
            position=0,
            plate=row.appointment.plate,
            name=row.appointment.contact_name,
            is_booked=True,
            advisor=row.appointment.advisor.name if row.appointment.advisor else "",
            arrived_at=None,
            expected_at=row.appointment.arrives_at,
            waiting_minutes=0,
            appointment_number=row.appointment.number,
        )
        for row in bookings.day_rows(actor, station, today, at)
        if row.appointment.state == "confirmed" and row.appointment.number not in here
    ]
    return [*waiting, *expected]


def _waiting(row: bookings.ArrivalRow) -> QueueRow:
    arrival: Arrival = row.arrival
    booked = arrival.appointment
    return QueueRow(
        position=row.position,
        plate=arrival.plate or (booked.plate if booked else ""),
        name=arrival.contact_name or (booked.contact_name if booked else ""),
        is_booked=row.is_booked,
        advisor=row.advisor,
        arrived_at=arrival.arrived_at,
        expected_at=booked.arrives_at if booked else None,
        waiting_minutes=row.waiting_minutes,
        appointment_number=booked.number if booked else "",
        arrival_id=arrival.pk,
    )
