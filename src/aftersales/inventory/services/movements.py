"""Stock in, corrected, moved between shelves, and an issue undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.core.quantity import NONE
from aftersales.core.records import require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.inventory import ledger, transitions
from aftersales.inventory.amounts import quantity_in_range
from aftersales.inventory.choices import LocationKind, MoveKind
from aftersales.inventory.ledger import Move
from aftersales.inventory.models import Adjustment, Location, Receipt, StockMove
from aftersales.inventory.permissions import P
from aftersales.inventory.transitions import ReceiptItem
from aftersales.standards.binding import fulfils


@fulfils("PART-08", "IS-05")
def receive(
    actor: Actor,
    at: datetime,
    *,
    station: Any,
    items: Sequence[ReceiptItem],
    supplier_name: str,
    document_ref: str = "",
) -> Receipt:
    """Draft and post a goods receipt in one command. Units: an item's `value` is the line's net cost in yuan."""

    def command() -> Receipt:
        receipt = transitions.draft_receipt(
            actor, at, station=station, items=items, supplier_name=supplier_name, document_ref=document_ref
        )
        return transitions.post_receipt(receipt, actor, at)

    return run_in_transaction(command)


def adjust(
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
    """Correct stock by a signed difference: booked at once up to the limit, proposed to another person above it."""

    def command() -> Adjustment:
        adjustment = transitions.propose_adjustment(
            actor,
            at,
            station=station,
            part_id=part_id,
            location=location,
            quantity=quantity,
            reason=reason,
            unit_cost=unit_cost,
        )
        if transitions.within_limit(adjustment) is None:
            return transitions.book_adjustment(adjustment, actor, at)
        return adjustment

    return run_in_transaction(command)


def transfer(
    actor: Actor,
    at: datetime,
    *,
    station: Any,
    part_id: int,
    source: Location,
    destination: Location,
    quantity: Decimal,
    reason: str = "",
) -> int:
    """Move free stock with its cost from one shelf of the station to another and return the move's id."""

    def command() -> int:
        require_right(actor, P.TRANSFER, station.pk)
        wanted = quantity_in_range(quantity)
        for place in (source, destination):
            if place.station_id != station.pk or place.kind != LocationKind.STORAGE or source.pk == destination.pk:
                sentence = _("Choose two different shelves of this station.")
                raise InputRefused(sentence, code="shelf_refused", fields={"destination": sentence})
        ledger.open_shelves(station.pk, [(part_id, destination.pk)])
        shelves = ledger.lock_shelves(station.pk, [part_id])
        lies_at = ledger.find_shelf(shelves, part_id, source.pk)
        free = lies_at.free if lies_at else NONE
        if lies_at is None or free < wanted:
            raise ledger.refuse_shortage(part_id, [lies_at] if lies_at else [], wanted=wanted, found=free)
        value = lies_at.take(wanted)
        ledger.shelf_at(shelves, part_id, destination.pk).put(wanted, value)
        move = Move(part_id, source.pk, destination.pk, "", wanted, value)
        return ledger.write(
            actor, at, station_id=station.pk, shelves=shelves, kind=MoveKind.TRANSFER, moves=[move], reason=reason
        )[0]

    return run_in_transaction(command)


def reverse_issue(actor: Actor, at: datetime, *, station: Any, move_id: int, reason: str) -> int:
    """Undo one issue as a whole and return the reversal's id; it can be undone once (S4)."""

    def command() -> int:
        require_right(actor, P.ADJUST, station.pk)
        move = StockMove.objects.get_visible(actor, pk=move_id, station_id=station.pk)
        if move.kind != MoveKind.ISSUE:
            raise TransitionRefused(_("Only an issue is undone here."), code="not_an_issue")
        return transitions.reverse(actor, at, station_id=station.pk, moves=[move], reason=reason)[0]

    return run_in_transaction(command)
