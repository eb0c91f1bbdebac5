"""Metrics: every number on a dashboard is one of these, with its clause, formula, window, owner and rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from aftersales.core.errors import Text
from aftersales.standards.binding import BindingKind, bind, dotted_name

type Stations = tuple[int, ...] | None  # None means the whole network
type Rows = Iterable[Any]

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class MetricResult:
    """A measured value. `value` None means nothing was there to measure, which is not the same as zero."""

    value: Decimal | None
    numerator: Decimal | int = 0
    denominator: Decimal | int = 0


def percentage(numerator: Decimal | int, denominator: Decimal | int) -> MetricResult:
    """Return numerator / denominator in per cent to two places; None when there is nothing to divide by."""
    if not denominator:
        return MetricResult(None, numerator, denominator)
    value = (Decimal(numerator) * 100 / Decimal(denominator)).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
    return MetricResult(value, numerator, denominator)


def quotient(numerator: Decimal | int, denominator: Decimal | int) -> MetricResult:
    """Return numerator / denominator to two places: a mean, a rate per piece; None when the denominator is zero."""
    if not denominator:
        return MetricResult(None, numerator, denominator)
    value = (Decimal(numerator) / Decimal(denominator)).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
    return MetricResult(value, numerator, denominator)


def amount(value: Decimal | int) -> MetricResult:
    """Return a plain count or sum as a result."""
    return MetricResult(Decimal(value), value, 1)


type Measure = Callable[[Stations, date, date], MetricResult]
type DrillDown = Callable[[Stations, date, date], Rows]
type Columns = tuple[
    tuple[Text, str], ...
]  # (heading, attribute path such as "station.name") of the rows behind a number


@dataclass(frozen=True, slots=True)
class Metric:
    """A registered metric. `measure(station_ids, start, end)` counts the days start … end, both included, station time.

    `rows` returns what lies behind the number for the drill-down page; the caller has already narrowed `station_ids`
    to what the actor may see. `higher_is_better` None: neither.
    """

    code: str
    clause: str
    name: Text
    unit: str
    owner: str
    window: str
    measure: Measure
    rows: DrillDown | None
    formula: Text
    higher_is_better: bool | None
    columns: Columns = ()


_REGISTER: dict[str, Metric] = {}


def metric(
    clause: str,
    *,
    name: Text,
    unit: str,
    owner: str,
    window: str = "month",
    rows: DrillDown | None = None,
    formula: Text = "",
    higher_is_better: bool | None = True,
    code: str = "",
    columns: Columns = (),
) -> Callable[[Measure], Measure]:
    """Register `(station_ids, start, end) -> MetricResult` as the clause's metric and return it unchanged.

    `unit` is "%", "minutes", "hours", "days", "CNY", "count" …; `owner` a role code; `window` day, week, month,
    quarter or year. `code` (default: the clause) names a second metric of the same clause, such as "QC-04/station".
    `columns` says what the page of rows shows. Raises UnknownClause, or RuntimeError for a code registered twice.
    """

    def register(measure: Measure) -> Measure:
        key = code or clause
        if key in _REGISTER and dotted_name(_REGISTER[key].measure) != dotted_name(measure):
            raise RuntimeError(f"metric {key} is registered twice")
        bind(clause, BindingKind.METRIC, dotted_name(measure))
        _REGISTER[key] = Metric(
            key, clause, name, unit, owner, window, measure, rows, formula, higher_is_better, columns
        )
        return measure

    return register


def all_metrics() -> tuple[Metric, ...]:
    """Return every registered metric, ordered by code."""
    return tuple(_REGISTER[code] for code in sorted(_REGISTER))


def metric_of(code: str) -> Metric | None:
    """Return the metric with this code, or None."""
    return _REGISTER.get(code)


def metrics_of_clause(clause: str) -> tuple[Metric, ...]:
    """Return the metrics of one clause."""
    return tuple(m for m in all_metrics() if m.clause == clause)
