"""Undoing moves as a whole: a posted move never changes, it is answered by its mirror image."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import TransitionRefused
from aftersales.inventory import ledger
from aftersales.inventory.choices import (
    STOCKED,
    MoveKind,
)
from aftersales.inventory.models import StockMove
from aftersales.inventory.transitions.alerts import raise_alerts


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
