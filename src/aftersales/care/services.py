"""Use cases of customer care that touch several documents, and the registers of calls and letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.appointments import transitions as bookings
from aftersales.appointments.choices import Channel
from aftersales.care import queries, rules
from aftersales.care.choices import CallPurpose, CaseChannel, CaseKind, CaseState, Direction, LetterKind
from aftersales.care.models import CallRecord, CareHolder, FollowUp, Letter, ServiceCase
from aftersales.care.permissions import P
from aftersales.care.transitions import cases, follow_ups
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused
from aftersales.core.records import change, register
from aftersales.core.rows import insert_unless_there
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import record_entry
from aftersales.customers.models import Customer
from aftersales.network.models import Station
from aftersales.staff.models import StaffMember
from aftersales.standards.binding import fulfils


@fulfils("ORG-12")
def ensure_holder(actor: Actor, at: datetime, *, station: Station, customer_id: int, on: date) -> StaffMember | None:
    """Return who looks after the customer today; a customer without anybody gets the least busy tracking clerk."""
    holder = queries.holder_of(station.pk, customer_id)
    if holder is None:
        clerk = queries.least_busy_clerk(station.pk)
        if clerk is None:
            return None
        holder = CareHolder(station=station, customer_id=customer_id, staff_member=clerk, created_at=at)
        if insert_unless_there(holder):
            record_entry(holder, step="assigned", actor=actor, at=at, changes={"staff_member_id": [None, clerk.pk]})
            return clerk
        # Somebody else gave the customer a holder at the same moment.
        holder = queries.holder_of(station.pk, customer_id)
        if holder is None:
            return clerk
    return queries.acting_holder(holder, on)


@fulfils("ORG-12")
def name_holder(
    holder: CareHolder,
    actor: Actor,
    at: datetime,
    *,
    staff_member: StaffMember,
    stand_in: StaffMember | None = None,
    stand_in_until: date | None = None,
    reason: str = "",
) -> CareHolder:
    """Name who looks after a customer and, for an absence, a stand-in until a day (exclusive)."""
    if (stand_in is None) != (stand_in_until is None):
        raise InputRefused(
            _("A stand-in needs a last day."), code="stand_in", fields={"stand_in_until": _("Please fill in.")}
        )
    for name, person in (("staff_member", staff_member), ("stand_in", stand_in)):
        if person is not None and person.station_id != holder.station_id:
            sentence = _("Choose somebody of this station.")
            raise InputRefused(sentence, code="foreign_person", fields={name: sentence})
    return change(
        holder,
        actor,
        at,
        right=P.HOLD,
        reason=reason,
        staff_member_id=staff_member.pk,
        stand_in_id=stand_in.pk if stand_in else None,
        stand_in_until=stand_in_until,
    )


@fulfils("FUP-05", "FUP-06", "FUP-13")
def log_call(follow_up: FollowUp, actor: Actor, at: datetime, **call: Any) -> tuple[FollowUp, list[ServiceCase]]:
    """Record a call that reached the customer and act on it: what is not settled in the call becomes a case.

    A low rating or a complaint opens a complaint; requests and wishes that were not answered at once open a request
    (FUP-06). A call that leaves nothing open is closed. Takes the arguments of `follow_ups.record_call`.
    """

    def command() -> tuple[FollowUp, list[ServiceCase]]:
        called = follow_ups.record_call(follow_up, actor, at, **call)
        opened = [
            cases.open_case(
                actor,
                at,
                station=called.station,
                channel=CaseChannel.FOLLOW_UP,
                kind=kind,
                complainant=called.contact_name,
                complainant_phone=called.contact_phone,
                customer=called.customer,
                vehicle=called.vehicle,
                order=called.order,
                follow_up=called,
                plate=called.plate,
                description=text,
            )
            for kind, text in _matters(called, actor, at, call)
        ]
        if not opened:
            called = follow_ups.close(called, actor, at)
        return called, opened

    return run_in_transaction(command)


def _matters(called: FollowUp, actor: Actor, at: datetime, call: dict[str, Any]) -> list[tuple[str, str]]:
    complaint = str(call.get("complaints") or "").strip()
    if not complaint and rules.is_low(called.satisfaction, cases.low_rating(called.station_id, at)):
        complaint = str(call["points"]).strip()
    matters = [(CaseKind.COMPLAINT.value, complaint)] if complaint else []
    if not call.get("answered_at_once", True):
        asked = [str(call.get(name) or "").strip() for name in ("requests", "wishes")]
        if text := "\n".join(filter(None, asked)):
            matters.append((CaseKind.REQUEST.value, text))
        elif not complaint:
            matters.append((CaseKind.QUESTION.value, str(call["points"]).strip()))
    return matters


@fulfils("FUP-13")
def book_rework(
    case: ServiceCase, actor: Actor, at: datetime, *, wanted_at: datetime | None = None, concern: str = ""
) -> ServiceCase:
    """Create the check or rework booking during the call and tie it to the case; nothing is typed again."""

    def command() -> ServiceCase:
        appointment = bookings.request(
            actor,
            at,
            station=case.station,
            channel=Channel.PHONE,
            contact_name=case.complainant,
            contact_phone=case.complainant_phone,
            customer=case.customer,
            vehicle=case.vehicle,
            plate=case.plate,
            model_name=case.model_name,
            concern=concern.strip() or case.description,
            wanted_at=wanted_at,
        )
        return cases.book_rework(case, actor, at, appointment=appointment)

    return run_in_transaction(command)


@fulfils("CPL-08", "FUP-08")
def tell_result(case: ServiceCase, actor: Actor, at: datetime, *, talk: str, satisfaction: int) -> ServiceCase:
    """Record that the customer was told and how satisfied they are; an unsatisfied one reopens the case at once."""

    def command() -> ServiceCase:
        told = cases.tell_result(case, actor, at, talk=talk, satisfaction=satisfaction)
        if told.state == CaseState.SOLVED and rules.is_low(satisfaction, cases.low_rating(told.station_id, at)):
            return cases.reopen(told, actor, at, reason=str(_("The customer is not satisfied with the solution.")))
        return told

    return run_in_transaction(command)


@fulfils("FUP-09")
def register_call(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    direction: str,
    purpose: str,
    contact_name: str,
    points: str,
    contact_phone: str = "",
    customer: Customer | None = None,
    case: ServiceCase | None = None,
    topics: Sequence[str] = (),
    requests: str = "",
    wishes: str = "",
    complaints: str = "",
) -> CallRecord:
    """Write a call outside a follow-up into the register: a consultation, a complaint, any call in or out (FUP-09)."""
    refused = {
        name: _("Please fill in.")
        for name, text in (("contact_name", contact_name), ("points", points))
        if not text.strip()
    }
    if direction not in Direction.values:
        refused["direction"] = _("Choose from the list.")
    if purpose not in CallPurpose.values:
        refused["purpose"] = _("Choose from the list.")
    if refused:
        raise InputRefused(_("The call record is incomplete."), code="call_record", clause="FUP-09", fields=refused)
    record = CallRecord(
        station=station,
        direction=direction,
        purpose=purpose,
        contact_name=contact_name,
        contact_phone=contact_phone,
        customer=customer,
        case=case,
        at=at,
        by_name=actor.name[:100],
        is_reached=True,
        points=points,
        topics=list(topics),
        requests=requests,
        wishes=wishes,
        complaints=complaints,
    )
    return register(record, actor, at, right=P.CALL)


@fulfils("FUP-10")
def register_letter(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    kind: str,
    addressee: str,
    subject: str,
    content: str = "",
    customer: Customer | None = None,
    case: ServiceCase | None = None,
) -> Letter:
    """Enter a letter that was sent into the register of letters (FUP-10)."""
    refused = {
        name: _("Please fill in.")
        for name, text in (("addressee", addressee), ("subject", subject))
        if not text.strip()
    }
    if kind not in LetterKind.values:
        refused["kind"] = _("Choose from the list.")
    if refused:
        raise InputRefused(_("The letter's entry is incomplete."), code="letter", clause="FUP-10", fields=refused)
    letter = Letter(
        station=station,
        kind=kind,
        addressee=addressee,
        subject=subject,
        content=content,
        customer=customer,
        case=case,
        sent_at=at,
        by_name=actor.name[:100],
    )
    return register(letter, actor, at, right=P.CALL)
