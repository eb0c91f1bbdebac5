"""Settling an order over all its payers, and keeping the order told how far it is paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from aftersales.billing import transitions
from aftersales.billing.choices import SettlementKind, SettlementState
from aftersales.billing.days import require_open_day
from aftersales.billing.models import NOTHING, Settlement
from aftersales.billing.rules import payment_state
from aftersales.billing.transitions import Means
from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible, TransitionRefused
from aftersales.core.money import total
from aftersales.core.rows import children_of, lock_row
from aftersales.core.transactions import run_in_transaction
from aftersales.network.queries import station_of
from aftersales.network.rules import business_date
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import PayType
from aftersales.repairs.models import RepairOrder
from aftersales.standards.binding import fulfils


@fulfils("SETL-01", "SETL-06")
def settle_order(order: RepairOrder, actor: Actor, at: datetime) -> tuple[RepairOrder, list[Settlement]]:
    """Post one settlement sheet for each payer of the order, from agreed lines only; return order and sheets.

    Raises what `settle` of the order refuses (items not explained, added work undecided) and TransitionRefused when the
    day is closed or the sheets would not equal the order to the fen.
    """

    def command() -> tuple[RepairOrder, list[Settlement]]:
        # From here on the order is locked: nobody adds or changes a line while the sheets are written.
        fresh = visit.settle(order, actor, at)
        require_open_day(fresh.station_id, business_date(at))
        lines = [line for line in fresh.all_lines() if line.is_agreed]
        payers = sorted({line.payer for line in lines}, key=list(PayType.values).index)
        sheets = [
            transitions.post(
                actor,
                at,
                station=station_of(fresh.station_id),
                order=fresh,
                payer=payer,
                lines=[line for line in lines if line.payer == payer],
            )
            for payer in payers
        ]
        if total(sheet.gross for sheet in sheets) != total(line.gross for line in lines):
            raise TransitionRefused(_("The settlement does not equal the order."), code="not_equal", clause="SETL-01")
        return fresh, sheets

    return run_in_transaction(command)


def _lock_order(settlement: Settlement) -> RepairOrder:
    # The order is locked before its settlement, here as everywhere, so that payment and reversal cannot deadlock.
    order = lock_row(RepairOrder, settlement.order_id)
    if order is None:
        raise NotVisible
    return order


def _tell_order(order: RepairOrder, settlement: Settlement, actor: Actor, at: datetime) -> None:
    sheets = children_of(Settlement, parent="order_id", pk=settlement.order_id, order="pk")
    state = payment_state(
        [
            sheet.balance
            for sheet in sheets
            if sheet.state == SettlementState.POSTED and sheet.kind == SettlementKind.SETTLEMENT
        ]
    )
    if state != order.payment_state:
        visit.note_payment(order, actor, at, payment_state=state)


def pay(
    settlement: Settlement, actor: Actor, at: datetime, *, means: Sequence[Means], thanked: bool = False
) -> Settlement:
    """Take payment and tell the order; see `transitions.pay`."""

    def command() -> Settlement:
        order = _lock_order(settlement)
        paid = transitions.pay(settlement, actor, at, means=means, thanked=thanked)
        _tell_order(order, paid, actor, at)
        return paid

    return run_in_transaction(command)


def put_on_account(settlement: Settlement, actor: Actor, at: datetime, *, amount: Decimal) -> Settlement:
    """Put an amount on the customer's account and tell the order; see `transitions.put_on_account`."""

    def command() -> Settlement:
        order = _lock_order(settlement)
        require_open_day(settlement.station_id, business_date(at))
        moved = transitions.put_on_account(settlement, actor, at, amount=amount)
        _tell_order(order, moved, actor, at)
        return moved

    return run_in_transaction(command)


def collect(settlement: Settlement, actor: Actor, at: datetime, *, means: Sequence[Means]) -> Settlement:
    """Collect an account and tell the order, which is paid when nothing stands open; see `transitions.collect`."""

    def command() -> Settlement:
        order = _lock_order(settlement)
        collected = transitions.collect(settlement, actor, at, means=means)
        _tell_order(order, collected, actor, at)
        return collected

    return run_in_transaction(command)


def refund(
    settlement: Settlement,
    actor: Actor,
    at: datetime,
    *,
    amount: Decimal,
    method: str,
    reason: str,
    reference: str = "",
) -> Settlement:
    """Refund and tell the order; see `transitions.refund`. A released car stays released: the money is owed again."""

    def command() -> Settlement:
        order = _lock_order(settlement)
        refunded = transitions.refund(
            settlement, actor, at, amount=amount, method=method, reason=reason, reference=reference
        )
        if order.released_at is None:
            _tell_order(order, refunded, actor, at)
        return refunded

    return run_in_transaction(command)


def reverse_settlement(order: RepairOrder, actor: Actor, at: datetime, *, reason: str) -> RepairOrder:
    """Reverse every sheet of a settled order and take it back to the counter, to be corrected and settled anew."""

    def command() -> RepairOrder:
        fresh = visit.reopen_settlement(order, actor, at, reason=reason)
        require_open_day(fresh.station_id, business_date(at))
        sheets = Settlement.objects.at_station(fresh.station_id).filter(
            order=fresh, state=SettlementState.POSTED, kind=SettlementKind.SETTLEMENT
        )
        for sheet in sheets.order_by("pk"):
            transitions.reverse(sheet, actor, at, reason=reason)
        return fresh

    return run_in_transaction(command)


def balance_due(order: RepairOrder) -> Decimal:
    """Return what is still due on the order over all its payers, in yuan."""
    sheets = Settlement.objects.at_station(order.station_id).filter(order=order, state=SettlementState.POSTED)
    return sum((sheet.due for sheet in sheets.order_by("pk")), NOTHING)
