"""From the finished car to the archive: wash, take-over, explanation, settlement, release."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.core.events import publish
from aftersales.core.rows import insert_later
from aftersales.network.rules import business_date
from aftersales.repairs import rules
from aftersales.repairs.choices import OldParts, PaymentState, PayType
from aftersales.repairs.events import VehicleReady, VehicleReleased
from aftersales.repairs.models import ProgressNotice, RepairOrder
from aftersales.repairs.transitions.table import WORKFLOW

CHANNELS = ("phone", "in_person", "sms", "wecom")


@WORKFLOW.step
def tell_progress(
    order: RepairOrder, actor: Actor, at: datetime, /, *, text: str, channel: str = "phone"
) -> dict[str, Any]:
    """Note what the customer was told about the progress, and how (WORK-10)."""
    if not text.strip():
        raise InputRefused(
            _("Write what the customer was told."), code="no_text", fields={"text": _("Please fill in.")}
        )
    if channel not in CHANNELS:
        raise InputRefused(_("Choose how the customer was told."), code="channel")
    insert_later([ProgressNotice(order=order, channel=channel, text=text, told_by=actor.name, at=at)])
    return {"told": text, "channel": channel}


@WORKFLOW.step
def wash(order: RepairOrder, actor: Actor, at: datetime, /) -> None:
    """Report the car washed (DELV-02)."""
    order.washed_at = at


@WORKFLOW.step
def take_over(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    cleanliness: Mapping[str, Any] | None = None,
    condition: Mapping[str, Any],
    belongings: list[str] | None = None,
    differences: str = "",
) -> dict[str, Any]:
    """Take the finished car over from the workshop: clean, in order, with everything that was in it (DELV-02, DELV-03).

    `belongings` are the things found in the car; None leaves the comparison to the condition checklist.
    """
    if belongings is not None:
        listed = [item for form in order.receiving_forms() for item in form.belongings]
        if missing := rules.belongings_missing(listed, belongings):
            raise TransitionRefused(
                _("Missing from the car since receipt: %(items)s.") % {"items": "、".join(missing)},
                code="belongings_missing",
                clause="DELV-03",
            )
    order.ready_at = at
    publish(VehicleReady(actor=actor, at=at, document=order))
    return {"cleanliness": dict(cleanliness or {}), "condition": dict(condition), "belongings": belongings or []}


@WORKFLOW.step
def explain_items(order: RepairOrder, actor: Actor, at: datetime, /) -> None:
    """Attest that the repair items were explained and understood, before any amount is named (SETL-03)."""
    order.items_explained_at = at


@WORKFLOW.step
def settle(order: RepairOrder, actor: Actor, at: datetime, /) -> None:
    """Mark the order settled; billing calls this in the transaction that posts the settlement sheets.

    Nothing to pay for the customer means nothing to wait for: what others owe is on account.
    """
    order.settled_at = at
    agreed = [line for line in order.all_lines() if line.is_agreed and line.gross]
    if any(line.payer == PayType.CUSTOMER for line in agreed):
        order.payment_state = PaymentState.UNPAID
    else:
        order.payment_state = PaymentState.ON_ACCOUNT if agreed else PaymentState.PAID


@WORKFLOW.step
def reopen_settlement(order: RepairOrder, actor: Actor, at: datetime, /, *, reason: str) -> None:
    """Take the order back to the counter; billing calls this when it reverses the settlement."""
    order.settled_at, order.payment_state = None, PaymentState.UNSETTLED


@WORKFLOW.step
def note_payment(order: RepairOrder, actor: Actor, at: datetime, /, *, payment_state: str) -> None:
    """Note how far the order is paid; billing calls this with every payment and refund."""
    order.payment_state = payment_state


@WORKFLOW.step
def release(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    received_by: str,
    answers: Mapping[str, Any],
    old_parts: str,
    next_visit_on: date | None = None,
    next_visit_km: int | None = None,
    accepted: bool = True,
    objection: str = "",
) -> dict[str, Any]:
    """Hand the car over: work explained, old parts shown, next visit proposed, the customer's acceptance recorded.

    Raises InputRefused when nobody is named who takes the car, or the next visit lies behind us.
    """
    if not received_by.strip():
        raise InputRefused(
            _("Say who takes the car."), code="no_receiver", fields={"received_by": _("Please fill in.")}
        )
    if old_parts not in OldParts.values:
        raise InputRefused(_("Say what becomes of the old parts."), code="old_parts", clause="DELV-07")
    if not accepted and not objection.strip():
        raise InputRefused(
            _("Write down what the customer objects to."),
            code="no_objection",
            clause="QC-03",
            fields={"objection": _("Please fill in.")},
        )
    if next_visit_on is not None and next_visit_on <= business_date(at):
        raise InputRefused(_("The next visit must lie ahead."), code="next_visit", clause="DELV-09")
    if next_visit_km is not None and next_visit_km <= (order.odometer_km or 0):
        raise InputRefused(_("The next visit must lie ahead of today's odometer."), code="next_visit", clause="DELV-09")
    order.released_at, order.received_by, order.old_parts = at, received_by, old_parts
    order.next_visit_on, order.next_visit_km = next_visit_on, next_visit_km
    publish(VehicleReleased(actor=actor, at=at, document=order))
    return {"answers": dict(answers), "accepted": accepted, "objection": objection}


@WORKFLOW.step
def archive(order: RepairOrder, actor: Actor, at: datetime, /) -> None:
    """File the finished visit with the customer's archive (CRM-01)."""
    order.archived_at = at
