"""What others read from the catalogue: prices, rates, hours, packages, successors. One SQL statement each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from aftersales.catalog.choices import LineKind, PayType
from aftersales.catalog.models import LabourOperation, LabourRate, PackageLine, Part, PartPrice, ServicePackage
from aftersales.core.actor import Actor
from aftersales.core.statements import Hot, ask
from aftersales.standards.binding import fulfils


@dataclass(frozen=True, slots=True)
class PriceFound:
    """The price in force for a part: yuan with tax per unit, and the tax rate in percent."""

    part_id: int
    gross: Decimal
    tax_rate: Decimal


@dataclass(frozen=True, slots=True)
class LineAsked:
    """A line to be priced. `amount`: hours or quantity; None takes the standard hours, or one unit."""

    kind: str
    id: int
    amount: Decimal | None = None
    payer: str = PayType.CUSTOMER


@dataclass(frozen=True, slots=True)
class LinePriced:
    """A line with what the catalogue says about it.

    Units: `unit_gross` yuan with tax per hour or unit (None: no reviewed price), `tax_rate` percent (None: no rate),
    `list_hours` standard hours of the operation on the vehicle's model (None for parts).
    """

    kind: str
    id: int
    code: str
    name: str
    unit: str
    amount: Decimal
    payer: str
    unit_gross: Decimal | None
    tax_rate: Decimal | None
    list_hours: Decimal | None
    category: str
    skill: str
    required_certificate: str
    is_active: bool
    needs_consent: bool


_TAX = """
LEFT JOIN LATERAL (
    SELECT t.rate FROM catalog_taxrate t
    WHERE t.code = item.tax_code AND t.effective_from <= %(on)s ORDER BY t.effective_from DESC LIMIT 1
) tax ON TRUE
"""
_IN_FORCE = """
    r.state = 'reviewed' AND (r.station_id IS NULL OR r.station_id = %(station)s)
    AND r.payer IN ('', asked.payer) AND r.effective_from <= %(on)s
"""
_PART_PRICE = f"""
LEFT JOIN LATERAL (
    SELECT r.gross_price AS gross FROM catalog_partprice r WHERE r.part_id = item.id AND {_IN_FORCE}
    ORDER BY (r.station_id IS NOT NULL) DESC, r.payer DESC, r.effective_from DESC, r.id DESC LIMIT 1
) price ON TRUE
"""  # noqa: S608 - constants of this module
_LABOUR_RATE = f"""
LEFT JOIN LATERAL (
    SELECT r.gross_per_hour AS gross FROM catalog_labourrate r WHERE r.category IN ('', item.category) AND {_IN_FORCE}
    ORDER BY (r.station_id IS NOT NULL) DESC, r.payer DESC, r.category DESC, r.effective_from DESC, r.id DESC LIMIT 1
) price ON TRUE
"""  # noqa: S608 - constants of this module
_PRICE_LINES = Hot(f"""
SELECT asked.n, item.number AS code, item.name, item.unit, price.gross, tax.rate, NULL::numeric AS hours,
       '' AS category, '' AS skill, '' AS certificate, item.is_active, item.origin = 'alternative' AS consent
FROM unnest(%(part_n)s::int[], %(part_ids)s::bigint[], %(part_payers)s::text[]) AS asked(n, id, payer)
JOIN catalog_part item ON item.id = asked.id {_PART_PRICE} {_TAX}
UNION ALL
SELECT asked.n, item.code, item.name, 'HUR', price.gross, tax.rate, COALESCE(own.hours, item.standard_hours),
       item.category, item.skill, item.required_certificate, item.is_active, FALSE
FROM unnest(%(labour_n)s::int[], %(labour_ids)s::bigint[], %(labour_payers)s::text[]) AS asked(n, id, payer)
JOIN catalog_labouroperation item ON item.id = asked.id
LEFT JOIN catalog_operationhours own ON own.operation_id = item.id AND own.vehicle_model_id = %(model)s
{_LABOUR_RATE} {_TAX}
""")  # noqa: S608 - the fragments are constants of this module


def price_lines(
    lines: Sequence[LineAsked], *, station_id: int, on: date, vehicle_model_id: int | None = None
) -> list[LinePriced]:
    """Return every line with price, tax rate and list hours, in the order asked, by one statement.

    Lines whose item does not exist are left out. Source: EST-04, PART-12 (only reviewed prices count).
    """
    if not lines:
        return []
    parts = [(n, line) for n, line in enumerate(lines) if line.kind == LineKind.PART]
    labour = [(n, line) for n, line in enumerate(lines) if line.kind == LineKind.LABOUR]
    values: dict[str, Any] = {"station": station_id, "on": on, "model": vehicle_model_id}
    for prefix, asked in (("part", parts), ("labour", labour)):
        values[f"{prefix}_n"] = [n for n, _line in asked]
        values[f"{prefix}_ids"] = [line.id for _n, line in asked]
        values[f"{prefix}_payers"] = [str(line.payer) for _n, line in asked]
    found = {row[0]: row for row in ask(_PRICE_LINES, values)}
    priced = []
    for n, line in enumerate(lines):
        if n not in found:
            continue
        _n, code, name, unit, gross, rate, hours, category, skill, certificate, is_active, consent = found[n]
        amount = line.amount if line.amount is not None else (hours if hours is not None else Decimal(1))
        priced.append(
            LinePriced(
                line.kind, line.id, code, name, unit, amount, line.payer, gross, rate, hours, category, skill,
                certificate, is_active, consent,
            )
        )  # fmt: skip
    return priced


_PART_PRICES = f"""
SELECT item.id, price.gross, COALESCE(tax.rate, 0)
FROM catalog_part item
CROSS JOIN LATERAL (SELECT %(payer)s::text) AS asked(payer) {_PART_PRICE} {_TAX}
WHERE item.id = ANY(%(ids)s::bigint[]) AND price.gross IS NOT NULL
"""  # noqa: S608 - the fragments are constants of this module


@fulfils("PART-12")
def part_prices(
    part_ids: Sequence[int], *, station_id: int, payer: str = PayType.CUSTOMER, on: date
) -> dict[int, PriceFound]:
    """Return the reviewed price in force of each part that has one, by one statement."""
    if not part_ids:
        return {}
    prices = ask(_PART_PRICES, {"ids": list(part_ids), "payer": str(payer), "station": station_id, "on": on})
    return {part_id: PriceFound(part_id, gross, rate) for part_id, gross, rate in prices}


class RateBook:
    """The labour rates in force at a station on a day, looked up by category and payer."""

    def __init__(self, rows: Sequence[LabourRate]) -> None:
        self._rows = sorted(
            rows,
            key=lambda row: (row.station_id is not None, row.payer, row.category, row.effective_from, row.pk),
            reverse=True,
        )

    def __call__(self, category: str, payer: str = PayType.CUSTOMER) -> Decimal | None:
        """Return yuan with tax per hour, or None where no reviewed rate covers the work."""
        for row in self._rows:
            if row.category in ("", category) and row.payer in ("", payer):
                return row.gross
        return None


def labour_rates(station_id: int, on: date) -> RateBook:
    """Return the rate book of a station on a day, by one statement."""
    return RateBook(
        list(
            LabourRate.objects.filter(
                Q(station_id=station_id) | Q(station_id=None), state="reviewed", effective_from__lte=on
            )
        )
    )


def labour_rate(category: str, *, station_id: int, payer: str = PayType.CUSTOMER, on: date) -> Decimal | None:
    """Return yuan with tax per hour for one category and payer, or None."""
    return labour_rates(station_id, on)(category, payer)


@fulfils("EST-04")
def operation_hours(operation_ids: Sequence[int], vehicle_model_id: int | None) -> dict[int, Decimal]:
    """Return the standard hours of each operation on the model; the operation's own where the model has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, COALESCE(h.hours, o.standard_hours) FROM catalog_labouroperation o"
            " LEFT JOIN catalog_operationhours h ON h.operation_id = o.id AND h.vehicle_model_id = %s"
            " WHERE o.id = ANY(%s::bigint[])",
            [vehicle_model_id, list(operation_ids)],
        )
        return dict(cursor.fetchall())


def tax_rate(code: str, on: date) -> Decimal | None:
    """Return the tax rate in percent on a day, or None where the code has none yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rate FROM catalog_taxrate WHERE code = %s AND effective_from <= %s"
            " ORDER BY effective_from DESC LIMIT 1",
            [code, on],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def successors(part_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return for each superseded part the chain of parts that follow it, nearest first, by one statement."""
    if not part_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE chain(first_id, id, depth) AS ("
            " SELECT p.id, p.superseded_by_id, 1 FROM catalog_part p"
            " WHERE p.id = ANY(%s::bigint[]) AND p.superseded_by_id IS NOT NULL"
            " UNION ALL SELECT c.first_id, p.superseded_by_id, c.depth + 1 FROM chain c"
            " JOIN catalog_part p ON p.id = c.id WHERE p.superseded_by_id IS NOT NULL AND c.depth < 100)"
            " SELECT first_id, id FROM chain ORDER BY first_id, depth",
            [list(part_ids)],
        )
        chains: dict[int, list[int]] = {}
        for first_id, part_id in cursor.fetchall():
            chains.setdefault(first_id, []).append(part_id)
    return chains


def packages_for(vehicle_model_id: int | None) -> list[ServicePackage]:
    """Return the packages in use that fit the model (or every model), with their lines fetched."""
    fits = Q(vehicle_models=None)
    if vehicle_model_id is not None:
        fits |= Q(vehicle_models=vehicle_model_id)
    return list(ServicePackage.objects.filter(fits, is_active=True).distinct().prefetch_related(_lines()))


def package_lines(package_id: int) -> list[LineAsked]:
    """Return a package as lines ready for `price_lines`, which fills open hours with the standard hours."""
    rows = PackageLine.objects.filter(package_id=package_id).order_by("position")
    return [
        LineAsked(LineKind.LABOUR, row.operation_id, row.hours)
        if row.operation_id is not None
        else LineAsked(LineKind.PART, row.part_id or 0, row.quantity)
        for row in rows
    ]


def _lines() -> Prefetch:  # type: ignore[type-arg]
    return Prefetch("lines", queryset=PackageLine.objects.select_related("operation", "part").order_by("position"))


def packages_with_lines() -> QuerySet[ServicePackage]:
    """Return every package with its lines, ordered by code."""
    return ServicePackage.objects.order_by("code").prefetch_related(_lines(), "vehicle_models")


def operations_matching(text: str, *, category: str = "", only_active: bool = False) -> QuerySet[LabourOperation]:
    """Return operations whose code or name contains the text, ordered by code."""
    rows = LabourOperation.objects.order_by("code")
    if only_active:
        rows = rows.filter(is_active=True)
    if category:
        rows = rows.filter(category=category)
    if text:
        rows = rows.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(name_en__icontains=text))
    return rows


def parts_matching(text: str, *, part_class: str = "", only_active: bool = False) -> QuerySet[Part]:
    """Return parts whose number, name or barcode contains the text, ordered by number (PART-02: filter by class)."""
    rows = Part.objects.order_by("number").select_related("superseded_by")
    if only_active:
        rows = rows.filter(is_active=True)
    if part_class:
        rows = rows.filter(part_class=part_class)
    if text:
        rows = rows.filter(
            Q(number__icontains=text) | Q(name__icontains=text) | Q(name_en__icontains=text) | Q(barcode=text)
        )
    return rows


def _of_visible_stations(actor: Actor) -> Q:
    stations = actor.stations_with()
    return Q() if stations is None else Q(station_id=None) | Q(station_id__in=stations)


def part_price_rows(actor: Actor, **lookup: Any) -> QuerySet[PartPrice]:
    """Return the price rows the actor may see: the network's and those of the actor's stations."""
    return PartPrice.objects.filter(_of_visible_stations(actor), **lookup).select_related("part", "station")


def labour_rate_rows(actor: Actor, **lookup: Any) -> QuerySet[LabourRate]:
    """Return the labour rates the actor may see: the network's and those of the actor's stations."""
    return LabourRate.objects.filter(_of_visible_stations(actor), **lookup).select_related("station")


def part_ids_by_number(numbers: Sequence[str]) -> Mapping[str, int]:
    """Return the id of each part number that exists."""
    return dict(Part.objects.filter(number__in=numbers).values_list("number", "id"))
