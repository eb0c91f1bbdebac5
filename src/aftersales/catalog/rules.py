"""Arithmetic of the price list; no database, no clock."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})


def normal_number(raw: str) -> str:
    """Return a part number or code as it is kept: full-width folded, no blanks at the ends, upper case."""
    return unicodedata.normalize("NFKC", raw).replace("\u200b", "").replace("\ufeff", "").strip().upper()


def is_storable(text: str) -> bool:
    """Tell whether PostgreSQL and UTF-8 can keep the text and a person can read it: no NUL, no lone surrogate."""
    return not any(unicodedata.category(char) in FORBIDDEN_CATEGORIES and char not in "\n\r\t" for char in text)


def is_above_market(gross: Decimal, market_reference: Decimal | None) -> bool:
    """Tell whether a price lies above the market price kept beside it (EST-05)."""
    return market_reference is not None and gross > market_reference
