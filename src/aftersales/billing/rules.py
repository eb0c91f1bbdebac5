"""Arithmetic of settlement: what is due, and how far an order is paid. Plain Python; yuan to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Balance:
    """The money of one settlement: `paid` minus `refunded` is kept; of `on_account`, `collected` has come in since."""

    gross: Decimal
    paid: Decimal
    refunded: Decimal
    on_account: Decimal
    collected: Decimal = ZERO

    @property
    def due(self) -> Decimal:
        return self.gross - (self.paid - self.refunded) - self.on_account

    @property
    def owed(self) -> Decimal:
        """What stands open on the payer's account."""
        return self.on_account - self.collected


def payment_state(balances: Sequence[Balance]) -> str:
    """Return how far an order is paid over all its settlements: unpaid, part_paid, paid or on_account."""
    if all(balance.due == 0 for balance in balances):
        return "on_account" if any(balance.owed for balance in balances) else "paid"
    touched = any(balance.paid > balance.refunded or balance.on_account for balance in balances)
    return "part_paid" if touched else "unpaid"


@dataclass(frozen=True, slots=True)
class Tender:
    """What the customer laid on the counter in cash, and what goes back."""

    received: Decimal
    change: Decimal


def change_for(cash_due: Decimal, received: Decimal) -> Tender | None:
    """Return the change for cash received, or None when it does not cover the cash part of the payment."""
    return Tender(received, received - cash_due) if received >= cash_due else None
