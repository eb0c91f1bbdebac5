"""Writes beside the booking itself: the time of bays and technicians, parts put by, and the queue at the door."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _
from psycopg.types.range import TimestamptzRange

from aftersales.appointments import hours
from aftersales.appointments.choices import ResourceKind, SlotState
from aftersales.appointments.models import Appointment, Arrival, Slot
from aftersales.appointments.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, InputRefused, Text, TransitionRefused
from aftersales.core.records import register, require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.network.models import Bay, Station
from aftersales.staff.models import StaffMember
from aftersales.standards.binding import fulfils


@fulfils("APPT-09")
def hold_slots(
    actor: Actor,
    at: datetime,
    *,
    station_id: int,
    holder_kind: str,
    holder_id: int,
    label: str,
    starts_at: datetime,
    ends_at: datetime,
    bay_id: int | None = None,
    technician_id: int | None = None,
    override_reason: str = "",
) -> list[Slot]:
    """Take the time of a bay, a technician or both for one document; refuse when it is taken or outside working hours.

    Shape: the span is half-open. `override_reason` lifts the hours (not the overlap) for who holds the right to it.
    Raises: TransitionRefused (`slot_taken`, `outside_hours`), InputRefused for a foreign bay or technician, Forbidden.
    Source: APPT-09.
    """

    def command() -> list[Slot]:
        if ends_at <= starts_at:
            raise InputRefused(_("The end must lie after the start."), code="span_reversed")
        _lock_resources(station_id, bay_id, technician_id)
        if override_reason:
            if not actor.may(P.OVERRIDE_HOURS, station_id):
                raise Forbidden(_("Your role may not plan outside working hours."), code="forbidden")
        elif sentence := hours.outside_hours(station_id, technician_id, (starts_at, ends_at)):
            raise TransitionRefused(sentence, code="outside_hours", clause="APPT-09")
        during = TimestamptzRange(starts_at, ends_at)
        if sentence := _clash(bay_id, technician_id, during):
            raise TransitionRefused(sentence, code="slot_taken", clause="APPT-09")
        wanted = ((ResourceKind.BAY, bay_id, None), (ResourceKind.TECHNICIAN, None, technician_id))
        slots = [
            Slot(
                station_id=station_id,
                resource_kind=kind,
                bay_id=bay,
                technician_id=technician,
                during=during,
                holder_kind=holder_kind,
                holder_id=holder_id,
                label=label[:64],
                override_reason=override_reason,
            )
            for kind, bay, technician in wanted
            if bay or technician
        ]
        try:
            return Slot.objects.everywhere().bulk_create(slots)
        except IntegrityError as error:  # a writer that did not come through this function and its locks
            if "slot_bay_once" in str(error) or "slot_technician_once" in str(error):
                raise TransitionRefused(
                    _("The bay or the technician has just been taken. Choose another time."),
                    code="slot_taken",
                    clause="APPT-09",
                ) from None
            raise

    return run_in_transaction(command)


def release_slots(*, holder_kind: str, holder_id: int, at: datetime) -> int:
    """Give back all time held for a document; return how many slots were held."""
    return (
        Slot.objects.everywhere()
        .filter(holder_kind=holder_kind, holder_id=holder_id, state=SlotState.HELD)
        .update(state=SlotState.RELEASED, released_at=at)
    )


def hand_over_slots(*, from_kind: str, from_id: int, holder_kind: str, holder_id: int, label: str = "") -> int:
    """Pass all time held for one document to another, a booking's to its repair order; return how many slots."""
    values: dict[str, object] = {"holder_kind": holder_kind, "holder_id": holder_id}
    if label:
        values["label"] = label[:64]
    return (
        Slot.objects.everywhere()
        .filter(holder_kind=from_kind, holder_id=from_id, state=SlotState.HELD)
        .update(**values)
    )


def _lock_resources(station_id: int, bay_id: int | None, technician_id: int | None) -> None:
    # Whoever holds the resource's row decides about its time: this serialises racers instead of letting the exclusion
    # constraint sort them out by deadlock. Bays before technicians, always.
    if bay_id is None and technician_id is None:
        raise InputRefused(_("Choose a bay or a technician."), code="no_resource")
    if bay_id is not None:
        bays = Bay._base_manager.select_for_update(of=("self",), no_key=True)
        if not bays.filter(pk=bay_id, station_id=station_id, is_active=True).values_list("pk", flat=True):
            raise InputRefused(
                _("There is no such bay in use."), code="no_bay", fields={"bay": _("Choose a bay of this station.")}
            )
    if technician_id is not None:
        people = StaffMember._base_manager.select_for_update(of=("self",), no_key=True)
        if not people.filter(pk=technician_id, station_id=station_id, is_active=True).values_list("pk", flat=True):
            raise InputRefused(
                _("There is no such technician."),
                code="no_technician",
                fields={"technician": _("Choose a technician of this station.")},
            )


def _clash(bay_id: int | None, technician_id: int | None, during: TimestamptzRange) -> Text | None:
    taken = (
        Slot.objects.everywhere()
        .filter(Q(bay_id=bay_id, bay_id__isnull=False) | Q(technician_id=technician_id, technician_id__isnull=False))
        .filter(state=SlotState.HELD, during__overlap=during)
        .order_by("pk")
        .first()
    )
    if taken is None:
        return None
    if taken.bay_id:
        return _("The bay is taken at that time by %(holder)s. Choose another time or bay.") % {"holder": taken.label}
    return _("The technician is taken at that time by %(holder)s. Choose another time or technician.") % {
        "holder": taken.label
    }


@fulfils("RECP-07", "APPT-01")
def note_arrival(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    appointment: Appointment | None = None,
    plate: str = "",
    contact_name: str = "",
) -> Arrival:
    """Put a customer who has just come into the queue, booked or walked in; a booking joins the queue only once."""

    def command() -> Arrival:
        require_right(actor, P.RECEIVE, station.pk)
        if appointment is not None:
            known = Arrival.objects.at_station(station.pk).filter(appointment=appointment).first()
            if known is not None:
                return known
        elif not plate.strip() and not contact_name.strip():
            raise InputRefused(
                _("Enter the plate or the name."), code="nobody", fields={"plate": _("Enter the plate or the name.")}
            )
        arrival = Arrival(
            station=station,
            appointment=appointment,
            plate=(appointment.plate if appointment else plate)[:20],
            contact_name=(appointment.contact_name if appointment else contact_name)[:100],
            arrived_at=at,
        )
        return register(arrival, actor, at, right=P.RECEIVE, step="arrived")

    return run_in_transaction(command)


def note_served(
    at: datetime, *, station_id: int, appointment_id: int | None = None, arrival_id: int | None = None
) -> int:
    """End the waiting of a customer in the queue: check-in begins now. Returns 0 when nobody was waiting."""
    who = Q(appointment_id=appointment_id) if appointment_id else Q(pk=arrival_id)
    return (
        Arrival.objects.at_station(station_id)
        .filter(who, served_at__isnull=True, left_at__isnull=True)
        .update(served_at=Greatest(at, "arrived_at"))
    )


def note_left(arrival: Arrival, actor: Actor, at: datetime) -> None:
    """Record that a waiting customer went away without being served."""
    require_right(actor, P.RECEIVE, arrival.station_id)
    left = (
        Arrival.objects.at_station(arrival.station_id)
        .filter(pk=arrival.pk, served_at__isnull=True, left_at__isnull=True)
        .update(left_at=at)
    )
    if not left:
        raise TransitionRefused(_("This customer is no longer waiting."), code="not_waiting")
