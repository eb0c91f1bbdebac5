"""Goods receipts, stock corrections and stock alerts: their tables and one small function a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor, system_actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import InputRefused, Text, TransitionRefused
from aftersales.core.events import publish
from aftersales.core.money import ZERO, to_fen
from aftersales.core.quantity import to_milli
from aftersales.core.workflow import Check, Guard, Opening, Step, Workflow
from aftersales.inventory import ledger, queries
from aftersales.inventory.choices import (
    STOCKED,
    AdjustmentState,
    AlertProposal,
    AlertState,
    LocationKind,
    MoveKind,
    ReceiptState,
)
from aftersales.inventory.events import PartsReceived, StockAlertRaised
from aftersales.inventory.models import Adjustment, Location, Receipt, ReceiptLine, StockAlert, StockMove
from aftersales.inventory.permissions import P
from aftersales.network.services import next_number
from aftersales.standards.queries import threshold

R = ReceiptState
A = AdjustmentState
MOST = Decimal("999999.999")
HIGHEST_VALUE = Decimal("99999999.99")


def quantity_in_range(quantity: Decimal, field: str = "quantity") -> Decimal:
    """Return the quantity in thousandths of its unit, or refuse what no quantity can be."""
    if not quantity.is_finite() or not 0 < quantity <= MOST or quantity != to_milli(quantity):
        sentence = _("Enter a quantity above zero with at most three decimals.")
        raise InputRefused(sentence, code="quantity_refused", fields={field: sentence})
    return to_milli(quantity)


def value_in_range(value: Decimal, field: str = "value") -> Decimal:
    """Return the value to the fen, or refuse what no cost can be."""
    if not value.is_finite() or not 0 <= value <= HIGHEST_VALUE:
        sentence = _("Enter a cost between 0 and 99,999,999.99 yuan.")
        raise InputRefused(sentence, code="value_refused", fields={field: sentence})
    return to_fen(value)


# -- goods receipt -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    """One part that has arrived. Units: `value` net cost of the whole line, yuan. `location_id` None: the default shelf."""

    part_id: int
    quantity: Decimal
    value: Decimal
    location_id: int | None = None


def every_part_has_its_keeper(receipt: Receipt) -> Text | None:
    """Wear, fragile and valuable parts go on a shelf only with one named keeper (SAFE-12)."""
    unkept = queries.lines_without_keeper(receipt)
    if unkept:
        return _("Name a keeper for %(parts)s first: on the shelf or with the part.") % {"parts": "、".join(unkept)}
    return None


def receipt_has_lines(receipt: Receipt) -> Text | None:
    """An empty receipt is not posted."""
    if not receipt.lines.exists():
        return _("The receipt has no lines.")
    return None


RECEIPT_WORKFLOW: Workflow[Receipt] = Workflow(
    field="state",
    opening=Opening("draft_receipt", _("Draft receipt"), R.DRAFTED, P.RECEIVE),
    steps=[
        Step(
            "post_receipt",
            _("Post receipt"),
            (R.DRAFTED,),
            R.POSTED,
            P.RECEIVE,
            guards=(Guard("PART-08", receipt_has_lines), Guard("SAFE-12", every_part_has_its_keeper)),
            clauses=("PART-08", "IS-05"),
        ),
        Step("cancel_receipt", _("Cancel receipt"), (R.POSTED,), R.CANCELLED, P.CANCEL_RECEIPT),
    ],
)


@RECEIPT_WORKFLOW.opens
def draft_receipt(
    actor: Actor,
    at: datetime,
    *,
    station: Any,
    items: Sequence[ReceiptItem],
    supplier_name: str,
    document_ref: str = "",
) -> Receipt:
    """Write down what has arrived; nothing lies on a shelf before the receipt is posted."""
    default = queries.default_shelf_id(station.pk)
    shelves = set(queries.shelf_ids(station.pk))
    receipt = Receipt.objects.create(
        station=station, created_at=at, supplier_name=supplier_name.strip(), document_ref=document_ref.strip()
    )
    lines = []
    for item in items:
        place = item.location_id if item.location_id is not None else default
        if place is None or place not in shelves:
            sentence = _("Choose a shelf of this station.")
            raise InputRefused(sentence, code="shelf_refused", fields={"location": sentence})
        lines.append(
            ReceiptLine(
                receipt=receipt,
                part_id=item.part_id,
                location_id=place,
                quantity=quantity_in_range(item.quantity),
                value=value_in_range(item.value),
            )
        )
    ReceiptLine.objects.bulk_create(lines)
    return receipt


@RECEIPT_WORKFLOW.step
def post_receipt(receipt: Receipt, actor: Actor, at: datetime) -> None:
    """Put every line on its shelf and give the receipt its number."""
    lines = list(receipt.lines.all())
    ledger.open_edges(receipt.station_id)
    ledger.open_shelves(receipt.station_id, [(line.part_id, line.location_id) for line in lines])
    shelves = ledger.lock_shelves(receipt.station_id, [line.part_id for line in lines], kinds=STOCKED)
    moves = []
    for line in lines:
        ledger.shelf_at(shelves, line.part_id, line.location_id).put(line.quantity, line.value)
        moves.append(
            ledger.Move(
                line.part_id, None, line.location_id, LocationKind.SUPPLIER, line.quantity, line.value, line_id=line.pk
            )
        )
    receipt.number = next_number(station_id=receipt.station_id, series="goods_receipt", on=at.date())
    receipt.posted_at = at
    receipt.posted_by_name = actor.name
    receipt.value = ledger.total_value(moves)
    origin = ledger.Consumer(subject_kind(receipt), receipt.pk, receipt.number)
    ledger.write(
        actor, at, station_id=receipt.station_id, shelves=shelves, kind=MoveKind.RECEIPT, moves=moves, origin=origin
    )
    publish(
        PartsReceived(
            actor=actor,
            at=at,
            station_id=receipt.station_id,
            part_ids=tuple(sorted({line.part_id for line in lines})),
        )
    )


@RECEIPT_WORKFLOW.step
def cancel_receipt(receipt: Receipt, actor: Actor, at: datetime, *, reason: str) -> None:
    """Take back exactly what the receipt put on the shelves; refused once part of it, or of its cost, has gone on."""
    moves = list(
        StockMove.objects.at_station(receipt.station_id).filter(
            origin_kind=subject_kind(receipt), origin_id=receipt.pk, kind=MoveKind.RECEIPT
        )
    )
    reverse(actor, at, station_id=receipt.station_id, moves=moves, reason=reason)


def reverse(actor: Actor, at: datetime, *, station_id: int, moves: Sequence[StockMove], reason: str) -> list[int]:
    """Undo moves as a whole: the same quantity and the same value go back the other way, whatever moved since (S4)."""
    shelves = ledger.lock_shelves(station_id, [move.part_id for move in moves], kinds=STOCKED)
    reversed_ids = set(
        StockMove.objects.at_station(station_id)
        .filter(reverses__in=[move.pk for move in moves])
        .values_list("reverses_id", flat=True)
    )
    returned_ids = set(
        StockMove.objects.at_station(station_id)
        .filter(returns__in=[move.pk for move in moves])
        .values_list("returns_id", flat=True)
    )
    written = []
    for move in sorted(moves, key=lambda m: m.pk, reverse=True):
        if move.pk in reversed_ids:
            raise TransitionRefused(_("This movement has already been reversed."), code="already_reversed")
        if move.pk in returned_ids:
            raise TransitionRefused(
                _("Part of this movement has been returned; return the rest instead."), code="partly_returned"
            )
        came_from = ledger.find_shelf(shelves, move.part_id, move.source_id)
        lies_at = ledger.find_shelf(shelves, move.part_id, move.destination_id)
        if lies_at is not None:
            if lies_at.free < move.quantity:
                raise ledger.refuse_shortage(move.part_id, [lies_at], wanted=move.quantity, found=lies_at.free)
            rest = lies_at.value - move.value
            if rest < 0 or (lies_at.on_hand == move.quantity and rest != 0):
                raise TransitionRefused(
                    _("Part of the cost of this movement has already been issued; correct the stock instead."),
                    code="cost_gone_on",
                )
            lies_at.put(-move.quantity, -move.value)
        if came_from is not None:
            came_from.put(move.quantity, move.value)
        written.append(
            ledger.Move(
                move.part_id,
                move.destination_id,
                move.source_id,
                "",
                move.quantity,
                move.value,
                line_id=move.origin_line_id,
                reverses_id=move.pk,
            )
        )
    first = moves[0] if moves else None
    origin = ledger.Consumer(first.origin_kind, first.origin_id, first.origin_number) if first else None
    ids = ledger.write(
        actor,
        at,
        station_id=station_id,
        shelves=shelves,
        kind=MoveKind.REVERSAL,
        moves=written,
        origin=origin,
        reason=reason,
    )
    raise_alerts(station_id, ledger.fallen_to_line(shelves), at)
    return ids


# -- stock correction --------------------------------------------------------------------------------------------------


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
        number=next_number(station_id=station.pk, series="adjustment", on=at.date()),
        part_id=part_id,
        location=location,
        quantity=size if quantity > 0 else -size,
        estimated_value=value_in_range(size * value_in_range(cost, "unit_cost")),
        limit=to_fen(threshold("PART-08", "adjustment_limit", station_id=station.pk, on=at.date())),
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


# -- stock alert -------------------------------------------------------------------------------------------------------

ALERT_WORKFLOW: Workflow[StockAlert] = Workflow(
    field="state",
    opening=Opening("raise_alert", _("Raise stock alert"), AlertState.OPEN, P.HANDLE_ALERT, clauses=("PART-05",)),
    steps=[
        Step(
            "handle_alert",
            _("Handle alert"),
            (AlertState.OPEN,),
            AlertState.HANDLED,
            P.HANDLE_ALERT,
            clauses=("PART-05",),
        )
    ],
)


@ALERT_WORKFLOW.opens
def raise_alert(
    actor: Actor,
    at: datetime,
    *,
    station: Any,
    part_id: int,
    available: Decimal,
    reorder_point: Decimal,
    proposal: str,
    proposed_quantity: Decimal,
) -> StockAlert:
    """Open an alert that proposes purchase or transfer and stays open until handled (PART-05)."""
    return StockAlert.objects.create(
        station=station,
        created_at=at,
        part_id=part_id,
        available=available,
        reorder_point=reorder_point,
        proposal=proposal,
        proposed_quantity=proposed_quantity,
    )


def raise_alerts(station_id: int, fallen: Mapping[int, tuple[Decimal, Decimal]], at: datetime) -> list[StockAlert]:
    """Open one alert for each part that has fallen to its line; the shelves are locked, so none is opened twice."""
    if not fallen:
        return []
    station = queries.station_of(station_id)
    surplus = queries.surplus_elsewhere(station_id, fallen)
    targets = queries.order_up_to(station_id, fallen)
    watch = system_actor("stock watch")
    alerts = []
    for part_id, (available, line) in sorted(fallen.items()):
        missing = max(targets.get(part_id) or line + 1, line) - available
        alert = raise_alert(
            watch,
            at,
            station=station,
            part_id=part_id,
            available=available,
            reorder_point=line,
            proposal=AlertProposal.TRANSFER if surplus.get(part_id, ZERO) >= missing else AlertProposal.PURCHASE,
            proposed_quantity=missing,
        )
        publish(StockAlertRaised(actor=watch, at=at, alert_id=alert.pk, station_id=station_id, part_id=part_id))
        alerts.append(alert)
    return alerts


@ALERT_WORKFLOW.step
def handle_alert(alert: StockAlert, actor: Actor, at: datetime, *, note: str) -> None:
    """Close the alert by saying what was ordered, moved or decided."""
    if not note.strip() or len(note) > 200:
        sentence = _("Say in at most 200 characters what was done.")
        raise InputRefused(sentence, code="note_refused", fields={"note": sentence})
    alert.handled_at = at
    alert.handled_by_name = actor.name
    alert.handled_note = note.strip()
