"""The life of a follow-up call: the WORKFLOW table and one function a step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.appointments.models import Appointment
from aftersales.care import rules
from aftersales.care.choices import CallPurpose, Direction, FollowUpKind, ScriptTopic
from aftersales.care.choices import FollowUpState as S
from aftersales.care.models import CallRecord, FollowUp, ServiceCase
from aftersales.care.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, Text
from aftersales.core.rows import insert_row
from aftersales.core.workflow import Check, Guard, Opening, Step, Workflow
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.repairs.models import RepairOrder
from aftersales.staff.models import StaffMember
from aftersales.standards.queries import threshold

REFUSED_ATTEMPTS = "attempts"


def customer_was_tried_often_enough(follow_up: FollowUp) -> Text | None:
    on = business_date(follow_up.created_at)
    needed = int(threshold("FUP-11", REFUSED_ATTEMPTS, station_id=follow_up.station_id, on=on))
    if follow_up.attempt_count < needed:
        return _("Try at least %(count)d times before giving up.") % {"count": needed}
    return None


def matters_are_settled(follow_up: FollowUp) -> Text | None:
    waiting = ServiceCase.objects.at_station(follow_up.station_id).filter(follow_up=follow_up).exclude(state="closed")
    return _("A matter of this call is still open. Settle it first.") if waiting.exists() else None


def reason_is_given(follow_up: FollowUp, actor: Actor, at: datetime, *, reason: str = "", **rest: Any) -> Text | None:
    return None if reason.strip() else _("Give the reason.")


def notes_are_not_repeated(follow_up: FollowUp, actor: Actor, at: datetime, *, points: str, **rest: Any) -> Text | None:
    """The second contact must not repeat the first (FUP-04)."""
    if follow_up.follows_id is None:
        return None
    earlier = CallRecord.objects.at_station(follow_up.station_id).filter(
        follow_up_id=follow_up.follows_id, is_reached=True, points=points.strip()
    )
    return _("These are the notes of the first call. Write what this call was about.") if earlier.exists() else None


WORKFLOW: Workflow[FollowUp] = Workflow(
    field="state",
    openings=[
        Opening("plan_first", _("Plan the first call"), S.PLANNED, P.CALL, clauses=("FUP-01",)),
        Opening("plan_second", _("Plan the second call"), S.PLANNED, P.CALL, clauses=("FUP-02",)),
        Opening("plan_missed", _("Plan a call about a missed booking"), S.PLANNED, P.CALL),
    ],
    steps=[
        Step("record_attempt", _("Not reached"), (S.PLANNED,), None, P.CALL, clauses=("FUP-09",)),
        Step(
            "record_call",
            _("Record the call"),
            (S.PLANNED,),
            S.CALLED,
            P.CALL,
            checks=(Check("FUP-04", notes_are_not_repeated),),
            clauses=("FUP-01", "FUP-02", "FUP-03", "FUP-05", "FUP-09"),
        ),
        Step("close", _("Close"), (S.CALLED,), S.CLOSED, P.CALL, guards=(Guard("FUP-06", matters_are_settled),)),
        Step(
            "give_up",
            _("Customer unreachable"),
            (S.PLANNED,),
            S.UNREACHABLE,
            P.CALL,
            guards=(Guard("FUP-11", customer_was_tried_often_enough),),
        ),
        Step("skip", _("Leave out"), (S.PLANNED,), S.SKIPPED, P.SKIP, checks=(Check("FUP-11", reason_is_given),)),
        Step("reassign", _("Give to somebody else"), (S.PLANNED,), None, P.HOLD, clauses=("ORG-12",)),
    ],
)


@WORKFLOW.opens
def plan_first(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    order: RepairOrder,
    assignee: StaffMember | None,
    due_from_on: date,
    due_at: datetime,
) -> FollowUp:
    """Plan the first call after a visit (FUP-01)."""
    return _planned(
        at,
        station=station,
        kind=FollowUpKind.FIRST,
        order=order,
        customer_id=order.customer_id,
        vehicle_id=order.vehicle_id,
        about=order.number,
        contact_name=order.customer_name,
        contact_phone=order.contact_phone,
        plate=order.plate,
        assignee=assignee,
        due_from_on=due_from_on,
        due_at=due_at,
    )


@WORKFLOW.opens
def plan_second(
    actor: Actor, at: datetime, *, station: Station, first: FollowUp, due_from_on: date, due_at: datetime
) -> FollowUp:
    """Plan the second call, which follows the first with the same caller (FUP-02, ORG-12)."""
    return _planned(
        at,
        station=station,
        kind=FollowUpKind.SECOND,
        follows=first,
        order_id=first.order_id,
        customer_id=first.customer_id,
        vehicle_id=first.vehicle_id,
        about=first.about,
        contact_name=first.contact_name,
        contact_phone=first.contact_phone,
        plate=first.plate,
        assignee_id=first.assignee_id,
        due_from_on=due_from_on,
        due_at=due_at,
    )


@WORKFLOW.opens
def plan_missed(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    appointment: Appointment,
    assignee: StaffMember | None,
    due_from_on: date,
    due_at: datetime,
) -> FollowUp:
    """Plan the call that asks a customer why the booking was missed and offers another."""
    return _planned(
        at,
        station=station,
        kind=FollowUpKind.MISSED_BOOKING,
        appointment=appointment,
        customer_id=appointment.customer_id,
        vehicle_id=appointment.vehicle_id,
        about=appointment.number,
        contact_name=appointment.contact_name,
        contact_phone=appointment.contact_phone,
        plate=appointment.plate,
        assignee=assignee,
        due_from_on=due_from_on,
        due_at=due_at,
    )


# A call is numbered after what it is about: the order's or the booking's number and which call it is.
SUFFIXES = {FollowUpKind.FIRST: "C1", FollowUpKind.SECOND: "C2", FollowUpKind.MISSED_BOOKING: "CM"}


def _planned(at: datetime, *, kind: FollowUpKind, about: str, **values: Any) -> FollowUp:
    number = f"{about}-{SUFFIXES[kind]}"
    follow_up = FollowUp(created_at=at, state=S.PLANNED, number=number, kind=kind, about=about, **values)
    insert_row(follow_up)
    return follow_up


def _record(follow_up: FollowUp, actor: Actor, at: datetime, *, is_reached: bool, **values: Any) -> CallRecord:
    record = CallRecord(
        station_id=follow_up.station_id,
        follow_up=follow_up,
        customer_id=follow_up.customer_id,
        direction=Direction.OUT,
        purpose=CallPurpose.FOLLOW_UP,
        contact_name=follow_up.contact_name,
        contact_phone=follow_up.contact_phone,
        at=at,
        by_name=actor.name[:100],
        is_reached=is_reached,
        **values,
    )
    record.save(force_insert=True)
    follow_up.attempt_count += 1
    follow_up.last_attempt_at = at
    return record


@WORKFLOW.step
def record_attempt(follow_up: FollowUp, actor: Actor, at: datetime, /, *, points: str = "") -> None:
    """Register a call that did not reach the customer; the follow-up stays planned (FUP-09)."""
    _record(follow_up, actor, at, is_reached=False, points=points)


@WORKFLOW.step
def record_call(
    follow_up: FollowUp,
    actor: Actor,
    at: datetime,
    /,
    *,
    points: str,
    topics: Sequence[str] = (),
    requests: str = "",
    wishes: str = "",
    complaints: str = "",
    answered_at_once: bool = True,
    satisfaction: int | None = None,
    recommendation: int | None = None,
) -> None:
    """Register the call that reached the customer, with its points, and requests, wishes and complaints apart (FUP-05).

    A first call that reached the customer plans the second (FUP-02).

    Units: satisfaction 1 to 5, recommendation 0 to 10. Raises InputRefused without points or with impossible ratings.
    """
    refused: dict[str, Text] = {}
    if not points.strip():
        refused["points"] = _("Note the points of the call.")
    if satisfaction is not None and not 1 <= satisfaction <= 5:
        refused["satisfaction"] = _("Enter 1 to 5.")
    if recommendation is not None and not 0 <= recommendation <= 10:
        refused["recommendation"] = _("Enter 0 to 10.")
    if unknown := set(topics) - set(ScriptTopic.values):
        refused["topics"] = _("Unknown topic: %(topics)s") % {"topics": ", ".join(sorted(unknown))}
    if refused:
        raise InputRefused(next(iter(refused.values())), code="call_record", clause="FUP-05", fields=refused)
    _record(
        follow_up,
        actor,
        at,
        is_reached=True,
        points=points.strip(),
        topics=list(topics),
        requests=requests,
        wishes=wishes,
        complaints=complaints,
        answered_at_once=answered_at_once,
        satisfaction=satisfaction,
        recommendation=recommendation,
    )
    if follow_up.kind == FollowUpKind.FIRST:
        _plan_next(follow_up, actor, at)
    follow_up.reached_at = at
    follow_up.satisfaction, follow_up.recommendation = satisfaction, recommendation


def _plan_next(first: FollowUp, actor: Actor, at: datetime) -> None:
    station = first.station
    on = business_date(at, station.time_zone)
    due_from_on, due_at = rules.call_window(
        on,
        first_day=int(threshold("FUP-02", "min", station_id=station.pk, on=on)),
        last_day=int(threshold("FUP-02", "max", station_id=station.pk, on=on)),
        time_zone=station.time_zone,
    )
    plan_second(actor, at, station=station, first=first, due_from_on=due_from_on, due_at=due_at)


@WORKFLOW.step
def close(follow_up: FollowUp, actor: Actor, at: datetime, /) -> None:
    """Close a call of which nothing is left to do."""
    follow_up.closed_at = at


@WORKFLOW.step
def give_up(follow_up: FollowUp, actor: Actor, at: datetime, /, *, reason: str = "") -> None:
    """Record that the customer cannot be reached after enough attempts."""
    follow_up.closed_at, follow_up.closing_reason = at, reason[:500]


@WORKFLOW.step
def skip(follow_up: FollowUp, actor: Actor, at: datetime, /, *, reason: str) -> None:
    """Leave the call out; the journal names who authorised it and why."""
    follow_up.closed_at, follow_up.closing_reason = at, reason[:500]


@WORKFLOW.step
def reassign(follow_up: FollowUp, actor: Actor, at: datetime, /, *, assignee: StaffMember) -> None:
    """Give the call to another caller of the station."""
    if assignee.station_id != follow_up.station_id or not assignee.is_active:
        raise InputRefused(
            _("Choose somebody of this station."),
            code="foreign_assignee",
            fields={"assignee": _("Choose somebody of this station.")},
        )
    follow_up.assignee = assignee
