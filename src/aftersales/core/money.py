"""Money in yuan to the fen: the one place that rounds, and an amount that refuses not to add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from django.db import models

FEN = Decimal("0.01")
ZERO = Decimal("0.00")


def to_fen(amount: Decimal) -> Decimal:
    """Round half up to the fen: the only quantize of money in the program."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """An amount split by value-added tax; refuses `net + tax != gross`.

    Units: yuan with two decimals; `rate` in percent, such as 13.
    Raises: ValueError if the parts do not add up or are finer than a fen.
    """

    net: Decimal
    tax: Decimal
    gross: Decimal
    rate: Decimal

    def __post_init__(self) -> None:
        if self.net + self.tax != self.gross:
            raise ValueError(f"net {self.net} + tax {self.tax} is not gross {self.gross}")
        for part in (self.net, self.tax, self.gross):
            if part != to_fen(part):
                raise ValueError(f"{part} is finer than a fen")

    @classmethod
    def from_gross(cls, gross: Decimal, rate: Decimal) -> Self:
        """Split a tax-inclusive price, as prices are quoted to customers: the tax is rounded, the net is what is
        left."""
        gross = to_fen(gross)
        tax = to_fen(gross * rate / (100 + rate))
        return cls(net=gross - tax, tax=tax, gross=gross, rate=rate)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts already rounded to the fen; an empty sum is 0.00."""
    return sum(amounts, ZERO)


class MoneyField(models.DecimalField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Yuan, Decimal(12, 2)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)
