"""What a booking must say before it is one: its terms, the conditions on them, and the writing of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.utils.translation import gettext_lazy as _

from aftersales.appointments import rules
from aftersales.appointments.choices import ItemKind
from aftersales.appointments.models import Appointment, AppointmentItem
from aftersales.appointments.rules import ItemDraft
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, Text
from aftersales.customers.models import Customer
from aftersales.network.models import Bay, Station
from aftersales.network.rules import business_date
from aftersales.network.services import next_number
from aftersales.staff.models import StaffMember
from aftersales.vehicles.models import Vehicle


class Terms(TypedDict, total=False):
    """What may be changed on a booking; a key that is left out stays as it is."""

    contact_name: str
    contact_phone: str
    customer: Customer | None
    vehicle: Vehicle | None
    plate: str
    model_name: str
    concern: str
    special_care: str
    mobility: str
    documents_to_bring: str
    wanted_at: datetime | None
    arrives_at: datetime | None
    duration_minutes: int | None
    bay: Bay | None
    technician: StaffMember | None
    advisor: StaffMember | None
    price_low: Decimal | None
    price_high: Decimal | None


TIME_AND_PLACE = frozenset({"arrives_at", "duration_minutes", "bay", "technician"})


def time_place_and_work_are_agreed(appointment: Appointment) -> Text | None:
    lacking: list[str] = []
    if appointment.arrives_at is None or appointment.duration_minutes is None:
        lacking.append(str(_("time and duration")))
    if appointment.bay_id is None or appointment.technician_id is None:
        lacking.append(str(_("bay and technician")))
    if not appointment.item_count:
        lacking.append(str(_("work items")))
    if lacking:
        return _("Agree with the customer first: %(facts)s.") % {"facts": ", ".join(lacking)}
    return None


def terms_are_told(appointment: Appointment) -> Text | None:
    if appointment.told_at is None:
        return _("Tell the customer parts, prices, duration and documents to bring first, and record it.")
    return None


def work_is_listed(appointment: Appointment) -> Text | None:
    if not appointment.item_count:
        return _("List the work first: there is nothing to tell a price for.")
    return None


def duration_is_planned(appointment: Appointment) -> Text | None:
    if appointment.duration_minutes is None:
        return _("Enter the expected duration first.")
    return None


def parts_are_short(appointment: Appointment) -> Text | None:
    return None if appointment.parts_short else _("No part is missing for this booking.")


def arrival_lies_ahead(appointment: Appointment, actor: Actor, at: datetime, **arguments: Any) -> Text | None:
    arrives_at = arguments.get("arrives_at") or appointment.arrives_at
    if arrives_at is not None and arrives_at <= at:
        return _("The agreed arrival lies in the past. Choose a time ahead.")
    return None


def arrival_time_has_passed(appointment: Appointment, actor: Actor, at: datetime, **arguments: Any) -> Text | None:
    if appointment.arrives_at is not None and at < appointment.arrives_at:
        return _("The agreed time has not come yet.")
    return None


def reason_is_given(
    appointment: Appointment, actor: Actor, at: datetime, *, reason: str = "", **rest: Any
) -> Text | None:
    return None if reason.strip() else _("Give the reason.")


def new(
    at: datetime, *, station: Station, channel: str, state: str, items: Sequence[ItemDraft], terms: Terms
) -> Appointment:
    """Return a complete booking, not yet saved; raises InputRefused naming what is missing (APPT-02)."""
    appointment = Appointment(station=station, channel=channel, state=state, created_at=at)
    for name, value in terms.items():
        setattr(appointment, name, value)
    if appointment.vehicle_id:
        assert appointment.vehicle is not None
        appointment.plate = appointment.plate or appointment.vehicle.plate
        appointment.model_name = appointment.model_name or appointment.vehicle.model_name
    require_complete(appointment, len(items))
    require_own_station(appointment)
    add_up(appointment, items)
    appointment.number = next_number(
        station_id=station.pk, series="appointment", on=business_date(at, station.time_zone)
    )
    return appointment


def require_complete(appointment: Appointment, item_count: int) -> None:
    lacking = rules.missing_facts(
        contact_name=appointment.contact_name,
        contact_phone=appointment.contact_phone,
        has_vehicle=appointment.vehicle_id is not None,
        plate=appointment.plate,
        model_name=appointment.model_name,
        concern=appointment.concern,
        item_count=item_count,
    )
    if lacking:
        raise InputRefused(
            _("A booking needs the vehicle (plate and model), the concern or work wanted, and a contact with phone."),
            code="incomplete",
            clause="APPT-02",
            fields=dict.fromkeys(lacking, _("Please fill in.")),
        )


def require_own_station(appointment: Appointment) -> None:
    for name in ("bay", "technician", "advisor"):
        if getattr(appointment, f"{name}_id") and getattr(appointment, name).station_id != appointment.station_id:
            raise InputRefused(
                _("Choose people and bays of this station."),
                code="foreign_resource",
                fields={name: _("Choose one of this station.")},
            )
    low, high = appointment.price_low, appointment.price_high
    if low is not None and high is not None and low > high:
        raise InputRefused(
            _("The lowest price must not exceed the highest."),
            code="price_range",
            fields={"price_low": _("Must not exceed the highest price.")},
        )
    minutes = appointment.duration_minutes
    if minutes is not None and not rules.SHORTEST_MINUTES <= minutes <= rules.LONGEST_MINUTES:
        raise InputRefused(
            _("The duration must lie between 5 minutes and 14 days."),
            code="duration",
            fields={"duration_minutes": _("Enter minutes between 5 and 20160.")},
        )


def add_up(appointment: Appointment, items: Sequence[ItemDraft]) -> None:
    added = rules.totals(items)
    appointment.item_count = len(items)
    appointment.labour_price, appointment.parts_price = added.labour_price, added.parts_price


def write_items(appointment: Appointment, items: Sequence[ItemDraft]) -> list[AppointmentItem]:
    return AppointmentItem.objects.bulk_create(
        AppointmentItem(
            appointment=appointment,
            kind=ItemKind.PART if item.is_part else ItemKind.LABOUR,
            operation_id=item.operation_id,
            part_id=item.part_id,
            text=item.text,
            quantity=item.quantity,
            hours=item.hours,
            price=item.price,
        )
        for item in items
    )


def tell(appointment: Appointment, actor: Actor, at: datetime) -> None:
    total = appointment.labour_price + appointment.parts_price
    if appointment.price_low is None:
        appointment.price_low = min(total, appointment.price_high or total)
    if appointment.price_high is None:
        appointment.price_high = max(total, appointment.price_low)
    appointment.told_at, appointment.told_by = at, actor.name[:100]
