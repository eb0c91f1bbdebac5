"""Leaving the straight way: departures, suspension, cancelling, closing without repair, going back to work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.appointments import transitions as booking
from aftersales.appointments.choices import Channel
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.core.rows import update_many
from aftersales.inventory import services as stock
from aftersales.network.queries import station_of
from aftersales.repairs.choices import HoldReason, IntakeOutcome, WorkState
from aftersales.repairs.models import Departure, RepairOrder
from aftersales.repairs.transitions.table import WORKFLOW
from aftersales.repairs.transitions.work import consumer_of
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember


def waivable_clauses() -> frozenset[str]:
    """Return the clauses a superior may authorise a departure from."""
    return frozenset(condition.clause for step in WORKFLOW.steps for condition in step.conditions if condition.waivable)


@WORKFLOW.step
def authorize_departure(
    order: RepairOrder, actor: Actor, at: datetime, /, *, clause: str, reason: str
) -> dict[str, Any]:
    """Authorise leaving the process at one clause on this order, with name and reason (SVC-02, ORG-20).

    Raises InputRefused for a clause that nobody may waive, TransitionRefused when it is already waived.
    """
    if clause not in waivable_clauses():
        raise InputRefused(
            _("No departure from this clause can be authorised."),
            code="not_waivable",
            fields={"clause": _("Choose another one.")},
        )
    made = Departure.objects.get_or_create(
        order=order,
        clause=clause,
        defaults={
            "reason": reason,
            "authorised_by": actor.name,
            "authorised_by_user_id": actor.user_id,
            "at": at,
        },
    )[1]
    if not made:
        raise TransitionRefused(_("A departure from this clause is already authorised."), code="already_waived")
    return {"clause": clause}


@WORKFLOW.step
def suspend(order: RepairOrder, actor: Actor, at: datetime, /, *, hold_reason: str, reason: str) -> None:
    """Let the order rest until parts, consent, the customer or a ruling arrive; its promise clock pauses."""
    if hold_reason not in HoldReason.values:
        raise InputRefused(
            _("Say what the order waits for."), code="hold_reason", fields={"hold_reason": _("Choose one.")}
        )
    order.hold_reason = hold_reason


@WORKFLOW.step
def resume(order: RepairOrder, actor: Actor, at: datetime, /, *, promised_at: datetime | None = None) -> None:
    """Take the order up again, with a new promise if the customer agreed to one."""
    if not order.hold_reason:
        raise TransitionRefused(_("The order is not suspended."), code="not_suspended")
    if promised_at is not None:
        if promised_at <= at:
            raise InputRefused(_("The promised time must lie ahead."), code="promise", clause="WORK-08")
        order.promised_at = promised_at
    order.hold_reason = ""


@WORKFLOW.step
def cancel(order: RepairOrder, actor: Actor, at: datetime, /, *, reason: str) -> None:
    """Cancel before any part is issued or work done; what was put by is free again."""
    stock.release(actor, at, station=station_of(order.station_id), consumer=consumer_of(order))
    order.hold_reason = ""


@WORKFLOW.step
def close_without_repair(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    outcome: str,
    reason: str,
    wanted_at: datetime | None = None,
) -> dict[str, Any]:
    """End intake with a later booking or with diagnosis and quotation only, and a courteous send-off (RECP-16).

    Raises InputRefused for another outcome, or a later booking without a time ahead.
    """
    if outcome not in (IntakeOutcome.BOOKED_LATER, IntakeOutcome.QUOTATION_ONLY):
        raise InputRefused(
            _("Choose how intake ends."), code="outcome", clause="RECP-16", fields={"outcome": _("Choose one.")}
        )
    stock.release(actor, at, station=station_of(order.station_id), consumer=consumer_of(order))
    order.intake_outcome = outcome
    order.hold_reason = ""
    if outcome == IntakeOutcome.BOOKED_LATER:
        if wanted_at is None or wanted_at <= at:
            raise InputRefused(
                _("Say when the customer wants to come back."),
                code="wanted_at",
                fields={"wanted_at": _("Choose a time ahead.")},
            )
        booked = booking.request(
            actor,
            at,
            station=station_of(order.station_id),
            channel=Channel.COUNTER,
            customer=order.customer,
            vehicle=order.vehicle,
            contact_name=order.customer_name,
            contact_phone=order.contact_phone,
            plate=order.plate,
            model_name=order.model_name,
            concern="\n".join(concern.customer_words for concern in order.all_concerns()),
            wanted_at=wanted_at,
        )
        return {"appointment": booked.number}
    return {}


@WORKFLOW.step
def reopen(order: RepairOrder, actor: Actor, at: datetime, /, *, reason: str, line_id: int | None = None) -> None:
    """Send a finished car back to work: one line, or all agreed labour, waits again and a new inspection is due."""
    lines = [line for line in order.all_lines() if line.is_labour and line.is_agreed and line_id in (None, line.pk)]
    if not lines:
        raise InputRefused(_("The order has no such line."), code="no_line")
    for line in lines:
        line.work_state = WorkState.WAITING
    update_many(lines, ["work_state"])
    order.completed_at = order.washed_at = order.ready_at = order.items_explained_at = None


@WORKFLOW.step
def change_advisor(
    order: RepairOrder, actor: Actor, at: datetime, /, *, advisor_id: int, reason: str, hand_over_note: str = ""
) -> dict[str, Any]:
    """Hand the order to another advisor of the station, with reason and hand-over note (RECP-08)."""
    advisors = StaffMember.objects.at_station(order.station_id).filter(is_active=True, pk=advisor_id)
    advisor = advisors.filter(post__in=(Post.SERVICE_ADVISOR, Post.MANAGER)).first()
    if advisor is None:
        raise InputRefused(_("Choose a service advisor of this station."), code="no_advisor")
    order.advisor = advisor
    return {"hand_over_note": hand_over_note}
