"""Quantities of parts and materials: Decimal(12, 3) with a UN/ECE Recommendation 20 unit code."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

MILLI = Decimal("0.001")
NONE = Decimal("0.000")


class Unit(models.TextChoices):
    """Units of measure by their UN/ECE Rec 20 code."""

    PIECE = "C62", _("piece")
    SET = "SET", _("set")
    LITRE = "LTR", _("litre")
    KILOGRAM = "KGM", _("kilogram")
    METRE = "MTR", _("metre")
    BOTTLE = "BO", _("bottle")
    BOX = "BX", _("box")


def to_milli(quantity: Decimal) -> Decimal:
    """Round half up to a thousandth of the unit."""
    return quantity.quantize(MILLI, rounding=ROUND_HALF_UP)


class QuantityField(models.DecimalField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A quantity, Decimal(12, 3), in the unit of the part."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 3)
        super().__init__(*args, **kwargs)
