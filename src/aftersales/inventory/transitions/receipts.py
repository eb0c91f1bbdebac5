"""Goods receipts: drafted, posted with a number, cancelled by an exact reversal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import InputRefused, Text
from aftersales.core.events import publish
from aftersales.core.workflow import Guard, Opening, Step, Workflow
from aftersales.inventory import ledger, queries
from aftersales.inventory.amounts import quantity_in_range, value_in_range
from aftersales.inventory.choices import (
    STOCKED,
    LocationKind,
    MoveKind,
    ReceiptState,
)
from aftersales.inventory.events import PartsReceived
from aftersales.inventory.models import Receipt, ReceiptLine, StockMove
from aftersales.inventory.permissions import P
from aftersales.inventory.transitions.reversals import reverse
from aftersales.network.rules import business_date
from aftersales.network.services import next_number

R = ReceiptState


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    """One part that has arrived. Units: `value` net cost of the whole line, yuan. `location_id` None: default shelf."""

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
    receipt.number = next_number(station_id=receipt.station_id, series="goods_receipt", on=business_date(at))
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
