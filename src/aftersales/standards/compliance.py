"""How well the standard is kept: each metric's value for a period, against its target, and the rows behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, Text
from aftersales.standards.catalogue import UNITS, Clause, Target, catalogue, clause_of, in_figures
from aftersales.standards.collection import load_all
from aftersales.standards.metrics import Metric, Stations, all_metrics, metrics_of_clause
from aftersales.standards.permissions import P

MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Period:
    """Days counted, both ends included."""

    start: date
    end: date

    @property
    def query(self) -> str:
        """The period as the page's address carries it."""
        return f"from={self.start}&until={self.end}"


def month_of(on: date) -> Period:
    """Return the calendar month so far, up to and including the day."""
    return Period(on.replace(day=1), on)


def last_days(on: date, days: int) -> Period:
    """Return the last `days` days, today included."""
    return Period(on - timedelta(days=days - 1), on)


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric with its value in a period. `kept` None: nothing measured, or the clause names no target."""

    metric: Metric
    clause: Clause
    value: Decimal | None
    numerator: Decimal | int
    denominator: Decimal | int
    target: Target | None
    kept: bool | None

    @property
    def tone(self) -> str:
        """The colour of the number."""
        return {True: "green", False: "red", None: "neutral"}[self.kept]

    @property
    def unit(self) -> Text:
        """The metric's unit in the reader's words."""
        return UNITS.get(self.metric.unit, self.metric.unit)

    @property
    def counts(self) -> str:
        """What was counted: numerator / denominator."""
        return f"{in_figures(self.numerator)} / {in_figures(self.denominator)}"

    @property
    def missed(self) -> Decimal | int:
        """How many of the counted cases are not in the numerator: what a share leaves over."""
        return self.denominator - self.numerator


def stations_of(actor: Actor, station_id: int | None = None) -> Stations:
    """Return the stations whose numbers the actor may see, narrowed to one if named; None means the whole network.

    Raises Forbidden when there is none.
    """
    allowed = actor.stations_with(P.READ)
    if station_id is not None and (allowed is None or station_id in allowed):
        return (station_id,)
    if allowed == () or station_id is not None:
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    return allowed


def measure(metric: Metric, stations: Stations, period: Period) -> Measured:
    """Return a metric's value over the stations and days, judged by the target of its clause."""
    result = metric.measure(stations, period.start, period.end)
    clause = clause_of(metric.clause)
    assert clause is not None  # bind() has refused any other
    # The share of kept clocks is not what the target of a timer speaks of (hours, days): every miss counts.
    target = clause.target if clause.kind == "metric" else None
    kept: bool | None = None
    if result.value is not None:
        if target is not None:
            kept = target.holds(result.value)
        elif clause.kind == "timer" and metric.unit == "%":
            kept = result.numerator == result.denominator
    return Measured(metric, clause, result.value, result.numerator, result.denominator, target, kept)


def measured_metrics(stations: Stations, period: Period, *, clause: str = "") -> list[Measured]:
    """Return every metric of the house (or of one clause) with its value, in the order of the standard."""
    load_all()
    order = {clause_id: place for place, clause_id in enumerate(catalogue().clauses)}
    metrics = metrics_of_clause(clause) if clause else all_metrics()
    return [measure(m, stations, period) for m in sorted(metrics, key=lambda m: (order[m.clause], m.code))]


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows behind a number as a page shows them; `more` tells that the list was cut."""

    headings: tuple[Text, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool


def rows_behind(metric: Metric, stations: Stations, period: Period) -> RowTable:
    """Return the rows behind a metric's number, at most 500."""
    if metric.rows is None:
        return RowTable((), (), more=False)
    found = metric.rows(stations, period.start, period.end)
    if isinstance(found, models.QuerySet):
        found = found[: MOST_ROWS + 1]
    listed = list(islice(found, MOST_ROWS + 1))
    columns = metric.columns or _columns_of(listed)
    rows = tuple(tuple(_read(row, column[1]) for column in columns) for row in listed[:MOST_ROWS])
    return RowTable(tuple(column[0] for column in columns), rows, more=len(listed) > MOST_ROWS)


def _columns_of(rows: Iterable[Any]) -> tuple[tuple[Text, str], ...]:
    for row in rows:
        if isinstance(row, dict):
            return tuple((name, name) for name in row)
        if is_dataclass(row):
            return tuple((field.name, field.name) for field in fields(row))
        return (("", ""),)
    return ()


def _read(row: Any, path: str) -> Any:
    if not path:
        return str(row)
    value = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        if value is None:
            return ""
    return value
