"""Amounts as people type them: what a quantity or a cost can be, refused with a sentence otherwise."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import InputRefused
from aftersales.core.money import to_fen
from aftersales.core.quantity import to_milli

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
