"""The life of a booking: the WORKFLOW table and one function a step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Unpack

from django.utils.translation import gettext_lazy as _

from aftersales.appointments import drafts, parts, services
from aftersales.appointments.choices import AppointmentState as S
from aftersales.appointments.choices import Channel, Desk
from aftersales.appointments.drafts import (
    Terms,
    arrival_lies_ahead,
    arrival_time_has_passed,
    duration_is_planned,
    parts_are_short,
    reason_is_given,
    terms_are_told,
    time_place_and_work_are_agreed,
    work_is_listed,
)
from aftersales.appointments.events import (
    AppointmentArrived,
    AppointmentConfirmed,
    AppointmentMissed,
    AppointmentPartsShort,
    ShortPart,
)
from aftersales.appointments.models import Appointment, AppointmentItem, Arrival
from aftersales.appointments.permissions import P
from aftersales.appointments.rules import ItemDraft
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, TransitionRefused, whole
from aftersales.core.events import publish
from aftersales.core.workflow import Check, Guard, Opening, Step, Workflow
from aftersales.network.models import Bay, Station
from aftersales.staff.models import StaffMember

KIND = "appointments.appointment"


AGREED = Guard("APPT-04", time_place_and_work_are_agreed)
TOLD = Guard("APPT-05", terms_are_told)
SHORT = Guard("PREP-04", parts_are_short)
R, C = S.REQUESTED, S.CONFIRMED

WORKFLOW: Workflow[Appointment] = Workflow(
    field="state",
    openings=[
        Opening("request", _("Take a booking request"), S.REQUESTED, P.BOOK, clauses=("APPT-01", "APPT-02")),
        Opening("book", _("Book at once"), S.CONFIRMED, P.BOOK, clauses=("APPT-02", "APPT-04", "APPT-05", "APPT-09")),
    ],
    steps=[
        Step("change", _("Change"), (R, C), None, P.BOOK, clauses=("APPT-02", "APPT-06")),
        Step(
            "tell_terms",
            _("Record terms told"),
            (R, C),
            None,
            P.BOOK,
            guards=(Guard("APPT-05", work_is_listed), Guard("APPT-05", duration_is_planned)),
            clauses=("APPT-05", "APPT-06"),
        ),
        Step(
            "confirm",
            _("Confirm"),
            (R,),
            S.CONFIRMED,
            P.BOOK,
            guards=(AGREED, TOLD),
            checks=(Check("APPT-04", arrival_lies_ahead),),
            clauses=("APPT-04", "APPT-07", "APPT-09", "PREP-04"),
        ),
        Step(
            "reschedule",
            _("Move to another time"),
            (C,),
            None,
            P.BOOK,
            checks=(Check("APPT-04", arrival_lies_ahead), Check("APPT-04", reason_is_given)),
            clauses=("APPT-04", "APPT-09"),
        ),
        Step("reconfirm", _("Reconfirm with the customer"), (C,), None, P.BOOK, clauses=("APPT-08",)),
        Step("acknowledge", _("Report ready"), (C,), None, P.ACKNOWLEDGE, clauses=("APPT-07",)),
        Step("prepare", _("Record preparation"), (C,), None, P.PREPARE, clauses=("PREP-03", "PREP-04")),
        Step("expect_parts", _("Missing parts expected"), (C,), None, P.ACKNOWLEDGE, clauses=("PREP-04",)),
        Step("reserve_parts", _("Reserve missing parts"), (C,), None, P.ACKNOWLEDGE, (SHORT,), clauses=("PREP-04",)),
        Step("arrive", _("Customer has arrived"), (R, C), S.ARRIVED, P.RECEIVE, clauses=("RECP-07",)),
        Step(
            "mark_no_show",
            _("Mark as no-show"),
            (C,),
            S.MISSED,
            P.BOOK,
            checks=(Check("APPT-09", arrival_time_has_passed),),
        ),
        Step("cancel", _("Cancel"), (R, C), S.CANCELLED, P.BOOK, checks=(Check("APPT-03", reason_is_given),)),
        Step("decline", _("Decline"), (R,), S.DECLINED, P.BOOK, checks=(Check("APPT-03", reason_is_given),)),
    ],
)


def _take_time(appointment: Appointment, actor: Actor, at: datetime, override_reason: str) -> None:
    assert appointment.arrives_at is not None
    assert appointment.duration_minutes is not None
    services.hold_slots(
        actor,
        at,
        station_id=appointment.station_id,
        holder_kind=KIND,
        holder_id=appointment.pk,
        label=" ".join(filter(None, (appointment.plate, appointment.number))),
        starts_at=appointment.arrives_at,
        ends_at=appointment.arrives_at + timedelta(minutes=appointment.duration_minutes),
        bay_id=appointment.bay_id,
        technician_id=appointment.technician_id,
        override_reason=override_reason,
    )


def _settle(appointment: Appointment, actor: Actor, at: datetime, items: list[AppointmentItem]) -> dict[str, Any]:
    """Do what confirmation means beyond the booking: put parts by, tell everybody concerned (APPT-07, PREP-04)."""
    appointment.confirmed_at = at
    short = parts.put_by(appointment, actor, at, items)
    publish(AppointmentConfirmed(actor=actor, at=at, document=appointment))
    return _tell_short(appointment, actor, at, short)


def _tell_short(appointment: Appointment, actor: Actor, at: datetime, short: tuple[ShortPart, ...]) -> dict[str, Any]:
    if not short:
        return {}
    publish(AppointmentPartsShort(actor=actor, at=at, document=appointment, short=short))
    return {"short": [f"{line.part_id} × {line.quantity}" for line in short]}


@WORKFLOW.opens
def request(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    channel: str = Channel.PHONE,
    items: Sequence[ItemDraft] = (),
    **terms: Unpack[Terms],
) -> Appointment:
    """Take a booking request; it waits for confirmation (APPT-01 to APPT-03).

    Raises InputRefused naming what is missing of vehicle, work wanted and contact (APPT-02).
    """
    appointment = drafts.new(at, station=station, channel=channel, state=S.REQUESTED, items=items, terms=terms)
    appointment.save(force_insert=True)
    drafts.write_items(appointment, items)
    return appointment


@WORKFLOW.opens
def book(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    channel: str = Channel.PHONE,
    items: Sequence[ItemDraft] = (),
    terms_told: bool = False,
    override_reason: str = "",
    **terms: Unpack[Terms],
) -> Appointment:
    """Take and confirm a booking while the customer is on the phone: request, told terms and confirmation in one.

    Raises what `request` and `confirm` raise: APPT-02, APPT-04, APPT-05 (unless `terms_told`), APPT-09.
    """
    appointment = drafts.new(at, station=station, channel=channel, state=S.CONFIRMED, items=items, terms=terms)
    for sentence, clause, code in (
        (time_place_and_work_are_agreed(appointment), "APPT-04", "time_place_and_work_are_agreed"),
        (arrival_lies_ahead(appointment, actor, at), "APPT-04", "arrival_lies_ahead"),
        (None if terms_told else terms_are_told(appointment), "APPT-05", "terms_are_told"),
    ):
        if sentence:
            raise TransitionRefused(sentence, code=code, clause=clause)
    drafts.tell(appointment, actor, at)
    appointment.confirmed_at = at
    appointment.save(force_insert=True)
    _take_time(appointment, actor, at, override_reason)
    if _settle(appointment, actor, at, drafts.write_items(appointment, items)):
        appointment.save(update_fields=["parts_short", "parts_expected_at"])
    return appointment


@WORKFLOW.step
def change(
    appointment: Appointment,
    actor: Actor,
    at: datetime,
    /,
    *,
    items: Sequence[ItemDraft] | None = None,
    terms_told: bool = False,
    **terms: Unpack[Terms],
) -> dict[str, Any] | None:
    """Change the terms of a booking; new work means the customer has to be told the price again (APPT-05)."""
    if appointment.state == S.CONFIRMED:
        moved = {name for name in drafts.TIME_AND_PLACE & terms.keys() if terms[name] != getattr(appointment, name)}  # type: ignore[literal-required]
        if moved:
            raise TransitionRefused(
                _("The time and place of a confirmed booking are changed by moving it."), code="use_reschedule"
            )
        if items is not None and not terms_told:
            raise TransitionRefused(terms_are_told(Appointment()), code="terms_are_told", clause="APPT-05")
    for name, value in terms.items():
        setattr(appointment, name, value)
    drafts.require_complete(appointment, appointment.item_count if items is None else len(items))
    drafts.require_own_station(appointment)
    if items is None:
        return None
    if appointment.state == S.CONFIRMED and not items:
        raise TransitionRefused(
            _("A confirmed booking keeps at least one work item."), code="work_is_listed", clause="APPT-04"
        )
    appointment.items.all().delete()
    drafts.add_up(appointment, items)
    rows = drafts.write_items(appointment, items)
    if appointment.state == S.CONFIRMED:
        appointment.price_low = terms.get("price_low")
        appointment.price_high = terms.get("price_high")
        drafts.tell(appointment, actor, at)
        parts.give_back(appointment, actor, at)
        _tell_short(appointment, actor, at, parts.put_by(appointment, actor, at, rows))
        appointment.parts_ready_at, appointment.parts_ready_by = None, ""
    else:
        appointment.told_at, appointment.told_by = None, ""
    return {"items": [f"{item.text} × {item.quantity} = {item.price}" for item in items]}


@WORKFLOW.step
def tell_terms(
    appointment: Appointment,
    actor: Actor,
    at: datetime,
    /,
    *,
    documents_to_bring: str,
    price_low: Decimal | None = None,
    price_high: Decimal | None = None,
    special_care: str | None = None,
) -> None:
    """Attest that the customer was told parts, prices, duration, documents to bring (APPT-05) and care (APPT-06)."""
    if not documents_to_bring.strip():
        raise InputRefused(
            _("Say which documents the customer is to bring."),
            code="no_documents",
            clause="APPT-05",
            fields={"documents_to_bring": _("Please fill in.")},
        )
    appointment.documents_to_bring = documents_to_bring
    appointment.price_low, appointment.price_high = price_low, price_high
    if special_care is not None:
        appointment.special_care = special_care
    drafts.tell(appointment, actor, at)
    drafts.require_own_station(appointment)


@WORKFLOW.step
def confirm(appointment: Appointment, actor: Actor, at: datetime, /, *, override_reason: str = "") -> dict[str, Any]:
    """Confirm: take the time of bay and technician (APPT-09), reserve the parts (PREP-04), tell the desks (APPT-07)."""
    _take_time(appointment, actor, at, override_reason)
    return _settle(appointment, actor, at, list(appointment.items.all()))


@WORKFLOW.step
def reschedule(
    appointment: Appointment,
    actor: Actor,
    at: datetime,
    /,
    *,
    arrives_at: datetime,
    reason: str,
    duration_minutes: int | None = None,
    bay: Bay | None = None,
    technician: StaffMember | None = None,
    override_reason: str = "",
) -> None:
    """Move a confirmed booking; what is left out stays. Desks must report ready and the customer reconfirm anew."""
    appointment.arrives_at = arrives_at
    if duration_minutes is not None:
        appointment.duration_minutes = duration_minutes
    if bay is not None:
        appointment.bay = bay
    if technician is not None:
        appointment.technician = technician
    drafts.require_own_station(appointment)
    services.release_slots(holder_kind=KIND, holder_id=appointment.pk, at=at)
    _take_time(appointment, actor, at, override_reason)
    appointment.reconfirmed_at = None
    for desk in Desk:
        setattr(appointment, f"{desk.value}_ready_at", None)
        setattr(appointment, f"{desk.value}_ready_by", "")
    appointment.reschedule_count += 1


@WORKFLOW.step
def reconfirm(appointment: Appointment, actor: Actor, at: datetime, /) -> None:
    """Record that the customer confirmed the arrival time once more (APPT-08)."""
    appointment.reconfirmed_at = at


@WORKFLOW.step
def acknowledge(appointment: Appointment, actor: Actor, at: datetime, /, *, desk: str) -> None:
    """Report one desk (reception, workshop, parts) ready for the booking (APPT-07)."""
    if desk not in Desk.values:
        raise InputRefused(_("Choose the desk."), code="no_desk", fields={"desk": _("Choose the desk.")})
    setattr(appointment, f"{desk}_ready_at", at)
    setattr(appointment, f"{desk}_ready_by", actor.name[:100])


@WORKFLOW.step
def prepare(appointment: Appointment, actor: Actor, at: datetime, /, *, briefing: str, prepicked: bool = False) -> None:
    """Record that history is at hand and people are briefed (PREP-03), and whether parts are pre-picked (PREP-04)."""
    if not briefing.strip():
        raise InputRefused(
            _("Write the briefing for the people concerned."),
            code="no_briefing",
            clause="PREP-03",
            fields={"briefing": _("Please fill in.")},
        )
    appointment.briefing = briefing
    appointment.prepicked = prepicked
    appointment.prepared_at = at


@WORKFLOW.step
def expect_parts(appointment: Appointment, actor: Actor, at: datetime, /, *, expected_at: datetime) -> None:
    """Record when the missing parts come; later than the agreed arrival flags the booking for its advisor (PREP-04)."""
    appointment.parts_expected_at = expected_at


@WORKFLOW.step
def reserve_parts(appointment: Appointment, actor: Actor, at: datetime, /) -> dict[str, Any]:
    """Try again to put by what was missing, as far as stock reaches now (PREP-04)."""
    short = parts.put_by(appointment, actor, at, parts.short_items(appointment))
    return {"short": [f"{line.part_id} × {line.quantity}" for line in short]}


@WORKFLOW.step
def arrive(appointment: Appointment, actor: Actor, at: datetime, /) -> None:
    """Receive the customer: check-in of the repair order calls this; the waiting in the queue ends here.

    Slots and reservations stay held for the booking until `services.hand_over` passes them to the repair order.
    """
    appointment.arrived_at = at
    if not services.note_served(at, station_id=appointment.station_id, appointment_id=appointment.pk):
        Arrival.objects.at_station(appointment.station_id).bulk_create(
            [
                Arrival(
                    station_id=appointment.station_id,
                    appointment=appointment,
                    plate=appointment.plate,
                    contact_name=appointment.contact_name,
                    arrived_at=at,
                    served_at=at,
                )
            ],
            ignore_conflicts=True,
        )
    publish(AppointmentArrived(actor=actor, at=at, document=appointment))


def _let_go(appointment: Appointment, actor: Actor, at: datetime, reason: str) -> None:
    services.release_slots(holder_kind=KIND, holder_id=appointment.pk, at=at)
    parts.give_back(appointment, actor, at)
    appointment.closed_at, appointment.closing_reason = at, whole(reason, 500, "reason")


@WORKFLOW.step
def mark_no_show(appointment: Appointment, actor: Actor, at: datetime, /, *, reason: str = "") -> None:
    """Record that the customer did not come: time and parts are free again, somebody is to call."""
    _let_go(appointment, actor, at, reason)
    publish(AppointmentMissed(actor=actor, at=at, document=appointment))


@WORKFLOW.step
def cancel(appointment: Appointment, actor: Actor, at: datetime, /, *, reason: str) -> None:
    """Cancel at the customer's or the station's wish; time and parts are free again."""
    _let_go(appointment, actor, at, reason)


@WORKFLOW.step
def decline(appointment: Appointment, actor: Actor, at: datetime, /, *, reason: str) -> None:
    """Decline a request the station cannot serve."""
    appointment.closed_at, appointment.closing_reason = at, whole(reason, 500, "reason")
