"""Parts put by for a booking: promised by the stock room, short ones flagged, given back in the end (PREP-04)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aftersales.appointments.choices import ItemKind
from aftersales.appointments.events import ShortPart
from aftersales.appointments.models import Appointment, AppointmentItem
from aftersales.core.actor import Actor
from aftersales.inventory import services as stock
from aftersales.inventory.choices import Priority
from aftersales.standards.binding import fulfils


@fulfils("PREP-04")
def put_by(
    appointment: Appointment, actor: Actor, at: datetime, items: Sequence[AppointmentItem]
) -> tuple[ShortPart, ...]:
    """Reserve what the lines want (or still lack) as far as stock reaches; flag the booking, return what is short."""
    wanted = {item.pk: item for item in items if item.kind == ItemKind.PART}
    if not wanted:
        appointment.parts_short = False
        return ()
    promises = stock.reserve(
        actor,
        at,
        station=appointment.station,
        consumer=stock.consumer_of(appointment),
        wants=[
            stock.Want(item.part_id or 0, item.short_quantity or item.quantity, item.pk) for item in wanted.values()
        ],
        priority=Priority.APPOINTMENT,
        needed_at=appointment.arrives_at,
    )
    changed: list[AppointmentItem] = []
    for promise in promises:
        item = wanted[promise.line_id]
        if item.short_quantity != promise.short:
            item.short_quantity = promise.short
            changed.append(item)
    if changed:
        AppointmentItem.objects.bulk_update(changed, ["short_quantity"])
    short = tuple(ShortPart(promise.part_id, promise.short) for promise in promises if promise.short)
    appointment.parts_short = bool(short)
    if not short:
        appointment.parts_expected_at = None
    return short


def give_back(appointment: Appointment, actor: Actor, at: datetime) -> None:
    """Release whatever is still promised to the booking."""
    stock.release(actor, at, consumer=stock.consumer_of(appointment))
    appointment.parts_short = False


def short_items(appointment: Appointment) -> list[AppointmentItem]:
    """Return the lines that still lack parts."""
    return list(appointment.items.filter(short_quantity__gt=0).order_by("pk"))
