"""What people type, read strictly: numbers in any width of digit, text exactly as written. Plain Python."""

from __future__ import annotations

import re
from decimal import Decimal

MAX_DIGITS = 18

# Full-width forms as a Chinese input method leaves them; everything else stays as it was typed.
_WIDTH = {ord("０") + n: str(n) for n in range(10)} | {
    ord("．"): ".",
    ord("。"): ".",
    ord("，"): ",",
    ord("－"): "-",
    ord("−"): "-",
    ord("＋"): "+",
}
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_BLANKS = " \t\r\n\u00a0\u3000"


class Unreadable(ValueError):
    """`code` says why: not_a_number, too_long, not_whole, nul, surrogate."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def half_width(text: str) -> str:
    """Return the text with full-width digits and number signs made half-width."""
    return text.translate(_WIDTH)


def number(text: str) -> Decimal:
    """Return the number that was typed: `１２.５`, `1,234.50`, `.5`; never `1_000`, `1e3`, `NaN`, `٣` or `1,2`.

    Raises Unreadable.
    """
    plain = half_width(text).strip(_BLANKS)
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _PLAIN.fullmatch(plain):
        raise Unreadable("not_a_number")
    if sum(character.isdigit() for character in plain) > MAX_DIGITS:
        raise Unreadable("too_long")
    return Decimal(plain)


def whole_number(text: str) -> int:
    """Return the whole number that was typed; `12.0` is one, `12.5` is not. Raises Unreadable."""
    value = number(text)
    if value != value.to_integral_value():
        raise Unreadable("not_whole")
    return int(value)


def check_storable(text: str) -> None:
    """Raise Unreadable for text that a database or a UTF-8 answer cannot hold."""
    if "\x00" in text:
        raise Unreadable("nul")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Unreadable("surrogate")
