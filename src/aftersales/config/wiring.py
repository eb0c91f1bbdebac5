"""Who listens to what: the one table by which a room below causes something in a room above."""

from __future__ import annotations

from aftersales.appointments import handlers as appointments
from aftersales.appointments.events import AppointmentConfirmed, AppointmentMissed, AppointmentPartsShort
from aftersales.care import handlers as care
from aftersales.care.events import CaseReportedUp
from aftersales.clocks import handlers as clocks
from aftersales.core import events
from aftersales.core.events import StepTaken
from aftersales.customers.events import CustomersMerged
from aftersales.notifications import handlers as notifications
from aftersales.repairs import handlers as repairs
from aftersales.repairs.events import VehicleReady, VehicleReleased
from aftersales.vehicles import handlers as vehicles

SUBSCRIPTIONS: dict[type[events.Event], tuple[events.Handler, ...]] = {
    StepTaken: (clocks.advance, notifications.announce_step),
    CustomersMerged: (vehicles.move_parties, appointments.move_bookings, repairs.move_orders, care.move_care),
    AppointmentConfirmed: (appointments.tell_desks,),
    AppointmentPartsShort: (appointments.tell_parts_short,),
    AppointmentMissed: (care.plan_missed_call,),
    CaseReportedUp: (care.tell_supervisor,),
    VehicleReady: (repairs.tell_customer_ready,),
    VehicleReleased: (care.plan_follow_ups,),
}


def install() -> None:
    """Wire the table; called once at start-up, after every app is ready."""
    events.wire(SUBSCRIPTIONS)
