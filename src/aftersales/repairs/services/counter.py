"""The counter's whole command: receive the car, then keep photos and the customer's signature with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from aftersales.appointments.services import note_served
from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible
from aftersales.core.transactions import run_in_transaction
from aftersales.customers.models import Customer
from aftersales.customers.services import register_customer
from aftersales.files.choices import AttachmentKind
from aftersales.files.models import Attachment
from aftersales.files.services import attach_photo, attach_signature
from aftersales.network.models import Station
from aftersales.repairs.models import ReceivingForm, RepairOrder
from aftersales.repairs.services.intake import receive_vehicle
from aftersales.standards.binding import fulfils
from aftersales.vehicles.choices import PartyRole
from aftersales.vehicles.models import Vehicle
from aftersales.vehicles.services import add_party


@fulfils("RECP-10", "RECP-12")
def receive_at_counter(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    customer: Customer | Mapping[str, Any] | None,
    vehicle: Vehicle | Mapping[str, Any] | None,
    signed_by: str,
    signature: bytes | None = None,
    photos: Sequence[UploadedFile[Any]] = (),
    arrival_id: int | None = None,
    **form: Any,
) -> RepairOrder:
    """Check a vehicle in with photos and signature, all or nothing; `form` are the arguments of `receive_vehicle`.

    A new customer with a car already on file becomes its owner. Raises what registration, check-in and files refuse.
    """

    def command() -> RepairOrder:
        who = customer
        if isinstance(vehicle, Vehicle) and who is not None and not isinstance(who, Customer):
            if vehicle.station_id != station.pk:
                raise NotVisible
            who = register_customer(actor, at, station=station, **who)
            add_party(
                Vehicle(pk=vehicle.pk, station_id=vehicle.station_id), actor, at, customer=who, role=PartyRole.OWNER
            )
        order = receive_vehicle(actor, at, station=station, customer=who, vehicle=vehicle, signed_by=signed_by, **form)
        if arrival_id is not None:
            note_served(at, station_id=station.pk, arrival_id=arrival_id)
        keep_photos(order, actor, at, photos)
        if signature is not None:
            kept = attach_signature(actor, at, document=order, image=signature, signed_by=signed_by)
            ReceivingForm.objects.filter(order=order).update(signature=kept)
        return order

    return run_in_transaction(command)


def keep_photos(
    order: RepairOrder, actor: Actor, at: datetime, photos: Sequence[UploadedFile[Any]], *, caption: str = ""
) -> list[Attachment]:
    """Attach photos to the order, all or none. Raises InputRefused naming what is no picture, or one too many."""
    return run_in_transaction(
        lambda: [
            attach_photo(actor, at, document=order, upload=photo, kind=AttachmentKind.PHOTO, caption=caption)
            for photo in photos
        ]
    )
