"""Who listens to what: the one table by which a room below causes something in a room above."""

from __future__ import annotations

from aftersales.appointments.events import AppointmentMissed
from aftersales.care import handlers as care
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
    CustomersMerged: (vehicles.move_parties,),
    AppointmentMissed: (care.plan_missed_call,),
    VehicleReady: (repairs.tell_customer_ready,),
    VehicleReleased: (care.plan_follow_ups,),
}


def install() -> None:
    """Wire the table; called once at start-up, after every app is ready."""
    events.wire(SUBSCRIPTIONS)
