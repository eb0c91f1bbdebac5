"""Stock corrections: booked at once up to the limit, approved by another person above it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import InputRefused, Text
from aftersales.core.money import to_fen
from aftersales.core.workflow import Check, Guard, Opening, Step, Workflow
from aftersales.inventory import ledger, queries
from aftersales.inventory.amounts import quantity_in_range, value_in_range
from aftersales.inventory.choices import (
    AdjustmentState,
    LocationKind,
    MoveKind,
)
from aftersales.inventory.models import Adjustment, Location
from aftersales.inventory.permissions import P
from aftersales.inventory.transitions.alerts import raise_alerts
from aftersales.network.rules import business_date
from aftersales.network.services import next_number
from aftersales.standards.queries import threshold

A = AdjustmentState


def within_limit(adjustment: Adjustment) -> Text | None:
    """Below the limit the person who counts may book the difference; above it another one approves."""
    if adjustment.estimated_value > adjustment.limit:
        return _("Above %(limit)s yuan somebody else approves the correction.") % {"limit": adjustment.limit}
    return None


def approver_is_another(adjustment: Adjustment, actor: Actor, at: datetime, **_arguments: Any) -> Text | None:
    """Four eyes: nobody approves a correction of their own proposal."""
    if actor.user_id is not None and actor.user_id == adjustment.proposed_by_id:
        return _("A stock correction is approved by somebody else than the person who proposed it.")
    return None


ADJUSTMENT_WORKFLOW: Workflow[Adjustment] = Workflow(
    field="state",
    opening=Opening("propose_adjustment", _("Correct stock"), A.PROPOSED, P.ADJUST),
    steps=[
        Step(
            "book_adjustment",
            _("Book correction"),
            (A.PROPOSED,),
            A.APPROVED,
            P.ADJUST,
            guards=(Guard("PART-08", within_limit),),
        ),
        Step(
            "approve_adjustment",
            _("Approve correction"),
            (A.PROPOSED,),
            A.APPROVED,
            P.APPROVE_ADJUSTMENT,
            checks=(Check("PART-08", approver_is_another),),
        ),
        Step("reject_adjustment", _("Reject correction"), (A.PROPOSED,), A.REJECTED, P.APPROVE_ADJUSTMENT),
    ],
)


@ADJUSTMENT_WORKFLOW.opens
def propose_adjustment(
    actor: Actor,
    at: datetime,
    *,
    station: Any,
    part_id: int,
    location: Location,
    quantity: Decimal,
    reason: str,
    unit_cost: Decimal | None = None,
) -> Adjustment:
    """Write down a difference with its reason. Units: `quantity` signed; `unit_cost` yuan, None takes the average."""
    if location.station_id != station.pk or location.kind != LocationKind.STORAGE:
        sentence = _("Choose a shelf of this station.")
        raise InputRefused(sentence, code="shelf_refused", fields={"location": sentence})
    if not quantity.is_finite():
        quantity = Decimal(0)
    size = quantity_in_range(abs(quantity))
    if not reason.strip():
        sentence = _("Write down the reason.")
        raise InputRefused(sentence, code="reason_missing", fields={"reason": sentence})
    cost = unit_cost if unit_cost is not None else queries.average_cost(station.pk, part_id)
    return Adjustment.objects.create(
        station=station,
        created_at=at,
        number=next_number(station_id=station.pk, series="adjustment", on=business_date(at)),
        part_id=part_id,
        location=location,
        quantity=size if quantity > 0 else -size,
        estimated_value=value_in_range(size * value_in_range(cost, "unit_cost")),
        limit=to_fen(threshold("PART-08", "adjustment_limit", station_id=station.pk, on=business_date(at))),
        reason=reason.strip(),
        proposed_by_id=actor.user_id,
        proposed_by_name=actor.name,
    )


def _decide(adjustment: Adjustment, actor: Actor, at: datetime) -> None:
    adjustment.decided_by_id = actor.user_id
    adjustment.decided_by_name = actor.name
    adjustment.decided_at = at


def _move_difference(adjustment: Adjustment, actor: Actor, at: datetime) -> None:
    station_id, part_id, place = adjustment.station_id, adjustment.part_id, adjustment.location_id
    ledger.open_edges(station_id)
    ledger.open_shelves(station_id, [(part_id, place)])
    shelves = ledger.lock_shelves(station_id, [part_id])
    shelf = ledger.shelf_at(shelves, part_id, place)
    size = abs(adjustment.quantity)
    edge = LocationKind.ADJUSTMENT
    if adjustment.quantity > 0:
        value = adjustment.estimated_value
        shelf.put(size, value)
        move = ledger.Move(part_id, None, place, edge, size, value)
    else:
        if shelf.free < size:
            raise ledger.refuse_shortage(part_id, [shelf], wanted=size, found=shelf.free)
        value = shelf.take(size)
        move = ledger.Move(part_id, place, None, edge, size, value)
    ledger.write(
        actor,
        at,
        station_id=station_id,
        shelves=shelves,
        kind=MoveKind.ADJUSTMENT,
        moves=[move],
        origin=ledger.Consumer(subject_kind(adjustment), adjustment.pk, adjustment.number),
        reason=adjustment.reason,
    )
    raise_alerts(station_id, ledger.fallen_to_line(shelves), at)


@ADJUSTMENT_WORKFLOW.step
def book_adjustment(adjustment: Adjustment, actor: Actor, at: datetime) -> None:
    """Book a difference below the limit at once."""
    _decide(adjustment, actor, at)
    _move_difference(adjustment, actor, at)


@ADJUSTMENT_WORKFLOW.step
def approve_adjustment(adjustment: Adjustment, actor: Actor, at: datetime) -> None:
    """Book a difference that somebody else has found."""
    _decide(adjustment, actor, at)
    _move_difference(adjustment, actor, at)


@ADJUSTMENT_WORKFLOW.step
def reject_adjustment(adjustment: Adjustment, actor: Actor, at: datetime, *, reason: str) -> None:
    """Leave the stock as it is, with the reason in the journal."""
    _decide(adjustment, actor, at)
