"""Cursor pages: a list answers as fast on its last page as on its first."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import InputRefused

DEFAULT_SIZE = 50
LARGEST_SIZE = 200


@dataclass(frozen=True, slots=True)
class Page[M]:
    """Rows of one page in the list's order, with cursors to its neighbours ('' where there is none)."""

    rows: Sequence[M]
    next_cursor: str
    previous_cursor: str


def _packed(direction: str, values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([direction, *values], default=str)).decode().rstrip("=")


def _unpacked(cursor: str, length: int) -> tuple[str, list[Any]]:
    try:
        direction, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        direction, values = "", []
    if direction not in ("after", "before") or len(values) != length:
        raise InputRefused(_("The page mark is not one of ours. Start again at the first page."), code="cursor")
    return direction, values


def _beyond(fields: Sequence[str], values: Sequence[Any], *, backwards: bool) -> Q:
    """Return the rows behind a position in the order (a, b, …): a beyond, or a equal and b beyond, …"""
    condition = Q()
    for n, name in enumerate(fields):
        descending = name.startswith("-") != backwards
        equal = {fields[m].lstrip("-"): values[m] for m in range(n)}
        condition |= Q(**equal, **{f"{name.lstrip('-')}__{'lt' if descending else 'gt'}": values[n]})
    first = fields[0]
    # The same bound once more on the first column alone, so that the index serves as the starting point.
    edge = "lte" if first.startswith("-") != backwards else "gte"
    return condition & Q(**{f"{first.lstrip('-')}__{edge}": values[0]})


def page_of[M: models.Model](
    rows: models.QuerySet[M], *, order: Sequence[str], cursor: str = "", size: int = DEFAULT_SIZE, last: bool = False
) -> Page[M]:
    """Return one page of a scoped queryset by keyset; `order` names unique, non-null columns, `-` for descending.

    `last` starts from the end of the list. Raises InputRefused for a cursor that is none.
    """
    size = max(1, min(size, LARGEST_SIZE))
    direction, values = _unpacked(cursor, len(order)) if cursor else ("before" if last else "after", [])
    backwards = direction == "before"
    if values:
        try:
            rows = rows.filter(_beyond(order, values, backwards=backwards))
        except (ValueError, TypeError, ValidationError):
            raise InputRefused(
                _("The page mark is not one of ours. Start again at the first page."), code="cursor"
            ) from None
    turned = [name[1:] if name.startswith("-") else f"-{name}" for name in order] if backwards else list(order)
    try:
        found = list(rows.order_by(*turned)[: size + 1])
    except (ValueError, TypeError, ValidationError):
        raise InputRefused(
            _("The page mark is not one of ours. Start again at the first page."), code="cursor"
        ) from None
    has_more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()

    def mark(direction: str, row: M) -> str:
        return _packed(direction, [getattr(row, name.lstrip("-")) for name in order])

    has_next = bool(found) and (has_more if not backwards else bool(cursor))
    has_previous = bool(found) and (has_more if backwards else bool(cursor))
    return Page(
        rows=found,
        next_cursor=mark("after", found[-1]) if has_next else "",
        previous_cursor=mark("before", found[0]) if has_previous else "",
    )
