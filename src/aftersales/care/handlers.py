"""What care does when something happened: after a visit or a missed booking a call is planned, a supervisor is told."""

from __future__ import annotations

from aftersales.appointments.events import AppointmentMissed
from aftersales.appointments.models import Appointment
from aftersales.care import queries, rules, services
from aftersales.care.events import CaseReportedUp
from aftersales.care.models import CallRecord, CareHolder, FollowUp, Letter, ServiceCase
from aftersales.care.transitions import follow_ups
from aftersales.core.actor import Actor, system_actor
from aftersales.customers.events import CustomersMerged
from aftersales.network.queries import station_of
from aftersales.network.rules import business_date
from aftersales.notifications.services import enqueue
from aftersales.repairs.events import VehicleReleased
from aftersales.repairs.models import RepairOrder
from aftersales.standards.binding import fulfils
from aftersales.standards.queries import threshold


def _planner(actor: Actor) -> Actor:
    # Who releases a car need not have the right to plan calls: the program plans them.
    return system_actor("care", request_id=actor.request_id)


def plan_follow_ups(event: VehicleReleased) -> None:
    """Plan the first call after a visit, from the third to the seventh day after the car left (FUP-01)."""
    order = event.document
    assert isinstance(order, RepairOrder)
    if order.is_historical:
        return
    station, planner = station_of(order.station_id), _planner(event.actor)
    on = business_date(order.released_at or event.at, station.time_zone)
    due_from_on, due_at = rules.call_window(
        on,
        first_day=int(threshold("FUP-01", "min", station_id=station.pk, on=on)),
        last_day=int(threshold("FUP-01", "max", station_id=station.pk, on=on)),
        time_zone=station.time_zone,
    )
    caller = services.ensure_holder(planner, event.at, station=station, customer_id=order.customer_id, on=on)
    follow_ups.plan_first(
        planner, event.at, station=station, order=order, assignee=caller, due_from_on=due_from_on, due_at=due_at
    )


def plan_missed_call(event: AppointmentMissed) -> None:
    """Plan a call to a customer who did not come: why, and when instead."""
    appointment = event.document
    assert isinstance(appointment, Appointment)
    station, planner = appointment.station, _planner(event.actor)
    on = business_date(event.at, station.time_zone)
    caller = queries.least_busy_clerk(station.pk)
    if appointment.customer_id:
        caller = services.ensure_holder(planner, event.at, station=station, customer_id=appointment.customer_id, on=on)
    due_from_on, due_at = rules.call_window(
        on,
        first_day=0,
        last_day=int(threshold("APPT-08", "missed_call_days", station_id=station.pk, on=on)),
        time_zone=station.time_zone,
    )
    follow_ups.plan_missed(
        planner,
        event.at,
        station=station,
        appointment=appointment,
        assignee=caller,
        due_from_on=due_from_on,
        due_at=due_at,
    )


@fulfils("FUP-07")
def tell_supervisor(event: CaseReportedUp) -> None:
    """Tell the business supervisor what is to be decided, in the program (FUP-07)."""
    case = event.document
    enqueue(
        event.at,
        station_id=case.station_id,
        template="care.reported_up",
        payload={"number": case.number, "question": event.question, "by": event.actor.name},
        to_role="business_supervisor",
        document=case,
    )


def move_care(event: CustomersMerged) -> None:
    """Let calls, cases and letters of a merged archive follow it; the kept one's holder stays. (CustomersMerged)"""
    for model in (FollowUp, CallRecord, ServiceCase, Letter):
        model.objects.everywhere().filter(customer=event.dropped).update(customer=event.kept)
    holders = CareHolder.objects.everywhere().filter(customer=event.dropped)
    if CareHolder.objects.everywhere().filter(customer=event.kept).exists():
        holders.delete()
    else:
        holders.update(customer=event.kept)
