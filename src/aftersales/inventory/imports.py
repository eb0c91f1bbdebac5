"""Opening stock from a spreadsheet: judged without the database, then received as goods with a document reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import batched
from typing import Any

from django.utils.translation import gettext as _

from aftersales.catalog.queries import part_ids_by_number
from aftersales.catalog.rules import normal_number
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused
from aftersales.core.transactions import run_in_transaction
from aftersales.customers.imports import Oddity, Plan, Written
from aftersales.inventory import services
from aftersales.inventory.amounts import quantity_in_range, value_in_range
from aftersales.inventory.choices import LocationKind
from aftersales.inventory.models import Location, ReceiptLine
from aftersales.network.models import Station
from aftersales.web import typed

BATCH = 2500
COLUMNS = ("number", "quantity", "unit_cost", "shelf")
OPENING = "OPENING"  # the document reference by which opening stock is known again


@dataclass(frozen=True, slots=True)
class StockRow:
    """A judged row of opening stock. Units: `value` net cost of all of it, yuan; `shelf` "": the first shelf."""

    row: int
    number: str
    shelf: str
    quantity: Decimal
    value: Decimal


def plan_rows(rows: Iterable[Mapping[str, Any]]) -> Plan[StockRow]:
    """Judge rows with the columns of `COLUMNS` and change nothing; a part twice on one shelf is refused."""
    plan: Plan[StockRow] = Plan()
    seen: set[tuple[str, str]] = set()
    for row, raw in enumerate(rows, start=1):
        number = normal_number(str(raw.get("number") or ""))
        shelf = normal_number(str(raw.get("shelf") or ""))
        if not number or (number, shelf) in seen:
            sentence = _("“%(number)s” is already taken.") % {"number": number} if number else _("Part number missing.")
            plan.oddities.append(Oddity(row, "number", sentence, True))
            continue
        seen.add((number, shelf))
        quantity = _amount(plan, row, raw, "quantity")
        cost = _amount(plan, row, raw, "unit_cost")
        if quantity is None or cost is None:
            continue
        try:
            plan.rows.append(
                StockRow(row, number, shelf, quantity_in_range(quantity), value_in_range(quantity * cost, "unit_cost"))
            )
        except InputRefused as refusal:
            plan.oddities += [Oddity(row, name, said, True) for name, said in refusal.fields.items()]
    return plan


def _amount(plan: Plan[StockRow], row: int, raw: Mapping[str, Any], name: str) -> Decimal | None:
    try:
        return typed.number(str(raw.get(name, "")))
    except typed.Unreadable:
        plan.oddities.append(Oddity(row, name, _("Enter a number, for example 12.5."), True))
        return None


def unknown_rows(station: Station, rows: Sequence[StockRow]) -> list[Oddity]:
    """Return what the database says against the rows: parts and shelves that do not exist. Two statements."""
    parts = part_ids_by_number([row.number for row in rows])
    shelves = _shelves(station)
    oddities = [Oddity(r.row, "number", _("There is no such part."), True) for r in rows if r.number not in parts]
    return oddities + [
        Oddity(r.row, "shelf", _("There is no such shelf at this station."), True)
        for r in rows
        if r.shelf and r.shelf not in shelves
    ]


def _shelves(station: Station) -> dict[str, int]:
    rows = Location.objects.at_station(station.pk).filter(kind=LocationKind.STORAGE, is_active=True).order_by("-code")
    by_code = dict(rows.values_list("code", "pk"))
    return by_code | ({"": by_code[min(by_code)]} if by_code else {})


def write_rows(actor: Actor, at: datetime, station: Station, rows: Sequence[StockRow]) -> Written:
    """Receive judged rows as opening stock, a receipt for each 2,500; what was opened before is left alone.

    Rows of unknown parts or shelves are left out (`unknown_rows` names them). Raises Forbidden, and TransitionRefused
    (SAFE-12) while a part that needs a keeper has none.
    """
    created = 0
    for batch in batched(rows, BATCH, strict=False):
        created += run_in_transaction(lambda batch=batch: _write_batch(actor, at, station, batch))  # type: ignore[misc]
    return Written(created, len(rows) - created)


def _write_batch(actor: Actor, at: datetime, station: Station, rows: Sequence[StockRow]) -> int:
    parts, shelves = part_ids_by_number([row.number for row in rows]), _shelves(station)
    opened = set(
        ReceiptLine.objects.filter(
            receipt__station=station, receipt__document_ref=OPENING, receipt__state="posted"
        ).values_list("part_id", "location_id")
    )
    items = [
        services.ReceiptItem(parts[row.number], row.quantity, row.value, shelves[row.shelf])
        for row in rows
        if row.number in parts and row.shelf in shelves and (parts[row.number], shelves[row.shelf]) not in opened
    ]
    if items:
        services.receive(
            actor, at, station=station, items=items, supplier_name=_("Opening stock"), document_ref=OPENING
        )
    return len(items)
