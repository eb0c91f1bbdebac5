"""Customers with their vehicles, one row for each vehicle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftersales.core.actor import Actor
from aftersales.customers import imports as customers
from aftersales.customers.imports import CustomerRow, Written
from aftersales.exchange.columns import CUSTOMERS_VEHICLES
from aftersales.exchange.kinds.base import Judged, Prepared, Source, judged, padded, typed_row
from aftersales.exchange.wording import sentence_for
from aftersales.network.models import Station
from aftersales.vehicles import imports as vehicles
from aftersales.vehicles.imports import VehicleRow


@dataclass(frozen=True, slots=True)
class Pair:
    """What one row brings: a customer, a vehicle, or both."""

    customer: CustomerRow | None
    vehicle: VehicleRow | None


def prepare(source: Source) -> Prepared:
    """Judge the rows; a row that names a customer again only adds its vehicle, an empty half is no oddity."""
    prepared = Prepared()
    said = prepared.oddities
    cells = dict(source.rows)
    rows = [(number, typed_row(CUSTOMERS_VEHICLES, number, texts, source.dates, said)) for number, texts in source.rows]
    unstorable = {one.row for one in said if one.is_refused}
    people = [(n, row) for n, row in rows if row.get("name") and n not in unstorable]
    cars = [
        (n, row | {"owner_name": row.get("name", ""), "owner_phone": _first_phone(str(row.get("phones", "")))})
        for n, row in rows
        if (row.get("vin") or row.get("plate")) and n not in unstorable
    ]
    planned_people = customers.plan_rows(padded(people))
    planned_cars = vehicles.plan_rows(padded(cars), on=source.on)
    with_name, with_car = {n for n, _row in people}, {n for n, _row in cars}
    kept_people = {row.row: row for row in planned_people.rows}
    for one in judged(planned_people.oddities, cells):
        if one.row not in with_name:
            continue
        # A customer with two vehicles stands in two rows: nothing is refused, the second row adds its vehicle.
        is_again = one.kind == "name_refused" and _is_valid_again(one, source)
        repeated = Judged(one.row, "customer_repeated", "name", one.value, sentence_for("customer_repeated"), False)
        said.append(repeated if is_again else one)
    said += [one for one in judged(planned_cars.oddities, cells) if one.row in with_car]
    said += [
        Judged(n, "row_incomplete", "name", "", sentence_for("row_incomplete"), is_refused=True)
        for n, _texts in source.rows
        if n not in with_name and n not in with_car and n not in unstorable
    ]
    kept_cars = {row.row: row for row in planned_cars.rows}
    prepared.units = [
        Pair(kept_people.get(n), kept_cars.get(n)) for n, _texts in source.rows if n in kept_people or n in kept_cars
    ]
    prepared.figures = {"customers": len(kept_people), "vehicles": len(kept_cars)}
    return prepared


def _first_phone(cell: str) -> str:
    for mark in ";；,，、|\n":
        cell = cell.replace(mark, "/")
    return cell.split("/", 1)[0].strip()


def _is_valid_again(one: Judged, source: Source) -> bool:
    """Tell a repeated customer from an impossible name: alone, the name would be taken."""
    alone = customers.plan_rows([{"name": one.value}])
    return bool(alone.rows)


def write(actor: Actor, at: datetime, station: Station, units: Sequence[Pair], options: dict[str, Any]) -> Written:
    """Write the customers, then the vehicles with their owners; joins the caller's transaction."""
    people = [unit.customer for unit in units if unit.customer]
    cars = [unit.vehicle for unit in units if unit.vehicle]
    first = customers.write_rows(actor, at, station, people) if people else Written(0, 0)
    second = vehicles.write_rows(actor, at, station, cars) if cars else Written(0, 0)
    return Written(first.created + second.created, first.known + second.known)
