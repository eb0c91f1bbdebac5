"""The papers of bookings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.appointments.choices import ItemKind
from aftersales.appointments.models import Appointment
from aftersales.appointments.queries import items_of
from aftersales.printing.papers import BookingSlip, local_text, station_head, yuan
from aftersales.printing.registry import printout
from aftersales.web.formats import duration


@printout("APPT-02", "APPT-05", kind="appointments.booking_slip", title=_("Booking slip"), template="booking_slip.typ")
def booking_slip(appointment: Appointment) -> BookingSlip:
    """Return what was agreed and what the customer was told (APPT-05)."""
    items = items_of(appointment)
    parts = [item for item in items if item.kind == ItemKind.PART]
    zone = appointment.station.time_zone
    vehicle: Any = appointment.vehicle
    return {
        "station": station_head(appointment.station),
        "number": appointment.number,
        "booked_at": local_text(appointment.created_at, zone),
        "arrives_at": local_text(appointment.arrives_at, zone),
        "advisor": appointment.advisor.name if appointment.advisor else "",
        "channel": appointment.get_channel_display(),
        "customer": {
            "name": appointment.contact_name,
            "contact": "",
            "phone": appointment.contact_phone,
            "address": "",
        },
        "vehicle": {
            "plate": appointment.plate,
            "vin": vehicle.vin if vehicle else "",
            "model": appointment.model_name,
            "colour": vehicle.colour if vehicle else "",
            "engine_number": "",
            "odometer_km": None,
        },
        "work_items": [item.text for item in items if item.kind == ItemKind.LABOUR] or [appointment.concern],
        "parts": [
            {"name": f"{item.text} × {item.quantity.normalize():f}", "amount": yuan(item.price)} for item in parts
        ],
        "parts_total": yuan(appointment.parts_price),
        "labour_total": yuan(appointment.labour_price),
        "total": yuan(appointment.labour_price + appointment.parts_price),
        "duration": duration(appointment.duration_minutes) if appointment.duration_minutes else "",
        "papers_to_bring": [appointment.documents_to_bring] if appointment.documents_to_bring else [],
        "care_promised": [appointment.special_care] if appointment.special_care else [],
        "note": "",
    }
