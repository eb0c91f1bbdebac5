"""Arithmetic of settlement: what is due, and how far an order is paid. Plain Python; yuan to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Balance:
    """The money of one settlement: `paid` minus `refunded` is kept, `on_account` was put on the payer's account."""

    gross: Decimal
    paid: Decimal
    refunded: Decimal
    on_account: Decimal

    @property
    def due(self) -> Decimal:
        return self.gross - (self.paid - self.refunded) - self.on_account


def payment_state(balances: Sequence[Balance]) -> str:
    """Return how far an order is paid over all its settlements: unpaid, part_paid, paid or on_account."""
    if all(balance.due == 0 for balance in balances):
        return "on_account" if any(balance.on_account for balance in balances) else "paid"
    touched = any(balance.paid > balance.refunded or balance.on_account for balance in balances)
    return "part_paid" if touched else "unpaid"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def in_capitals(amount: Decimal) -> str:
    """Return an amount in the Chinese capitals of the trade's papers, such as 壹仟贰佰叁拾肆元伍角陆分.

    Raises ValueError for a negative amount or one of 10¹² yuan and more.
    """
    if amount < 0 or amount >= 10**12:
        raise ValueError(f"{amount} cannot be written in capitals")
    fen = int((amount * 100).to_integral_value())
    yuan, jiao, fen = fen // 100, fen // 10 % 10, fen % 10
    words = _integer_in_capitals(yuan) + "元" if yuan else ""
    if not jiao and not fen:
        return (words or "零元") + "整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif words:
        words += "零"
    return words + (_DIGITS[fen] + "分" if fen else "整")


def _integer_in_capitals(number: int) -> str:
    words = ""
    needs_zero = False
    for group in range(len(_GROUPS) - 1, -1, -1):
        part = number // 10_000**group % 10_000
        if part == 0:
            needs_zero = bool(words)
            continue
        if words and (needs_zero or part < 1000):  # noqa: PLR2004
            words += "零"
        words += _four_digits(part) + _GROUPS[group]
        needs_zero = False
    return words


def _four_digits(part: int) -> str:
    words = ""
    needs_zero = False
    for place in range(3, -1, -1):
        digit = part // 10**place % 10
        if digit == 0:
            needs_zero = bool(words)
            continue
        words += ("零" if needs_zero else "") + _DIGITS[digit] + _PLACES[place]
        needs_zero = False
    return words
