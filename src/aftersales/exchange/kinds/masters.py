"""Parts, labour operations and opening stock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from aftersales.catalog import imports as catalog
from aftersales.core.actor import Actor
from aftersales.customers.imports import Plan, Written
from aftersales.exchange.columns import OPENING_STOCK, OPERATIONS, PARTS, Column
from aftersales.exchange.kinds.base import Prepared, Source, judged, padded, typed_row
from aftersales.inventory import imports as inventory
from aftersales.network.models import Station


def prepare_parts(source: Source) -> Prepared:
    """Judge the rows of a parts list."""
    return _prepared(source, PARTS, catalog.plan_parts)


def prepare_operations(source: Source) -> Prepared:
    """Judge the rows of a list of labour operations."""
    return _prepared(source, OPERATIONS, catalog.plan_operations)


def prepare_opening_stock(source: Source) -> Prepared:
    """Judge the rows of the opening stock; parts and shelves must be there already."""
    prepared = _prepared(source, OPENING_STOCK, inventory.plan_rows)
    unknown = inventory.unknown_rows(source.station, prepared.units)
    prepared.oddities += judged(unknown, dict(source.rows))
    refused = {oddity.row for oddity in unknown}
    prepared.units = [unit for unit in prepared.units if unit.row not in refused]
    return prepared


def _prepared(
    source: Source, columns: tuple[Column, ...], plan_rows: Callable[[list[dict[str, Any]]], Plan[Any]]
) -> Prepared:
    prepared = Prepared()
    rows = [
        (number, typed_row(columns, number, texts, source.dates, prepared.oddities)) for number, texts in source.rows
    ]
    unstorable = {oddity.row for oddity in prepared.oddities if oddity.is_refused}
    plan = plan_rows(padded([(number, row) for number, row in rows if number not in unstorable]))
    cells = {number: texts for number, texts in source.rows if number not in unstorable}
    prepared.oddities += judged(plan.oddities, cells)
    prepared.units = list(plan.rows)
    return prepared


def write_parts(actor: Actor, at: datetime, station: Station, units: Sequence[Any], options: dict[str, Any]) -> Written:
    """Write parts into the network's catalogue."""
    return catalog.write_parts(actor, at, units)


def write_operations(
    actor: Actor, at: datetime, station: Station, units: Sequence[Any], options: dict[str, Any]
) -> Written:
    """Write labour operations into the network's catalogue."""
    return catalog.write_operations(actor, at, units)


def write_opening_stock(
    actor: Actor, at: datetime, station: Station, units: Sequence[Any], options: dict[str, Any]
) -> Written:
    """Receive the opening stock at the station."""
    return inventory.write_rows(actor, at, station, units)
