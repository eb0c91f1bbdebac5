"""Who is told when a booking is confirmed, and when its parts are missing."""

from __future__ import annotations

from typing import Any

from aftersales.appointments.events import AppointmentConfirmed, AppointmentPartsShort
from aftersales.appointments.models import Appointment
from aftersales.catalog.models import Part
from aftersales.customers.events import CustomersMerged
from aftersales.notifications.services import enqueue
from aftersales.printing.papers import local_text
from aftersales.standards.binding import fulfils

DESK_ROLES = ("service_advisor", "foreman", "parts_keeper")  # reception, workshop, parts


def _facts(appointment: Appointment) -> dict[str, Any]:
    zone = appointment.station.time_zone
    return {
        "number": appointment.number,
        "plate": appointment.plate,
        "model_name": appointment.model_name,
        "arrives_at": local_text(appointment.arrives_at, zone),
    }


@fulfils("APPT-07")
def tell_desks(event: AppointmentConfirmed) -> None:
    """Tell reception, workshop and parts desk of a confirmed booking, so that each can report ready (APPT-07)."""
    appointment: Appointment = event.document
    facts = _facts(appointment)
    for role in DESK_ROLES:
        enqueue(
            event.at,
            station_id=appointment.station_id,
            template="appointments.confirmed",
            payload=facts,
            to_role=role,
            document=appointment,
        )


@fulfils("PREP-04")
def tell_parts_short(event: AppointmentPartsShort) -> None:
    """Tell the parts desk what a confirmed booking lacks, so that it comes before the visit (PREP-04)."""
    appointment: Appointment = event.document
    names = dict(Part.objects.filter(pk__in=[line.part_id for line in event.short]).values_list("pk", "number"))
    lacking = ", ".join(f"{names.get(line.part_id, '')} × {line.quantity.normalize():f}" for line in event.short)
    enqueue(
        event.at,
        station_id=appointment.station_id,
        template="appointments.parts_short",
        payload=_facts(appointment) | {"lacking": lacking},
        to_role="parts_keeper",
        document=appointment,
    )


def move_bookings(event: CustomersMerged) -> None:
    """Let the bookings of a merged archive follow it. (CustomersMerged)"""
    Appointment.objects.everywhere().filter(customer=event.dropped).update(customer=event.kept)
