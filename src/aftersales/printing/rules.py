"""Arithmetic and canonical forms of papers: no Django, no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def in_capitals(amount: Decimal) -> str:
    """Return yuan in Chinese capitals as cheques and receipts carry them: 1234.50 → 人民币壹仟贰佰叁拾肆元伍角整.

    Units: yuan, rounded to the fen already. Raises ValueError for more than twelve digits before the point.
    """
    sign = "负" if amount < 0 else ""
    fen_total = int(abs(amount) * 100)
    if Decimal(fen_total) != abs(amount) * 100:
        raise ValueError("money finer than a fen cannot be written in capitals")
    yuan, rest = divmod(fen_total, 100)
    if yuan >= 10**12:
        raise ValueError("too large to write in capitals")
    jiao, fen = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"人民币{sign}{words or '零元'}整"
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    words += f"{DIGITS[fen]}分" if fen else "整"
    return f"人民币{sign}{words}"


def _whole(number: int) -> str:
    groups: list[int] = []
    while number:
        number, low = divmod(number, 10_000)
        groups.append(low)
    words = ""
    gap = False
    for rank in reversed(range(len(groups))):
        group = groups[rank]
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + GROUPS[rank]
        gap = False
    return words


def _group(number: int) -> str:
    words = ""
    gap = False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return words


def frozen(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload as JSON keeps it: decimals and days as text, tuples as lists.

    Raises ValueError for NaN, NUL characters and lone surrogates, TypeError for what JSON cannot carry.
    """
    text = json.dumps(payload, default=_as_text, allow_nan=False, ensure_ascii=True)
    if "\\u0000" in text:
        raise ValueError("a NUL character cannot be printed")
    kept: dict[str, Any] = json.loads(text)
    json.dumps(kept, ensure_ascii=False).encode("utf-8")  # a lone surrogate ends here
    return kept


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ", timespec="minutes") if isinstance(value, datetime) else value.isoformat()
    if hasattr(value, "__str__") and type(value).__name__ == "__proxy__":
        return str(value)  # a lazy translation, in the language active when the paper is issued
    raise TypeError(f"{type(value).__name__} cannot be kept on a paper")


def fingerprint(payload: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the payload in canonical form (sorted names, no spaces)."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
