"""Reads of the standard: which figure holds where and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from time import monotonic

from django.db import connection

from aftersales.standards.binding import UnknownClause
from aftersales.standards.catalogue import catalogue, clause_of, read_table
from aftersales.standards.models import Threshold

FRESH_SECONDS = 15.0  # how long another process may still see an old figure


@dataclass(frozen=True, slots=True)
class Figure:
    """A threshold in force: value, unit and where it comes from."""

    value: Decimal
    unit: str
    source: str
    effective_from: date | None


type _Key = tuple[str, str, int | None]


class _Kept:
    """The overrides as this process last read them, newest date first."""

    rows: Mapping[_Key, list[Figure]] | None = None
    read_at: float = 0.0


def forget_thresholds() -> None:
    """Drop this process's copy; called when a change has been committed."""
    _Kept.rows = None


def _read() -> dict[_Key, list[Figure]]:
    rows: dict[_Key, list[Figure]] = defaultdict(list)
    for row in Threshold.objects.order_by("-effective_from", "pk"):
        figure = Figure(row.value, row.unit, row.source, row.effective_from)
        rows[row.clause, row.code, row.station_id].append(figure)
    return rows


def _overrides() -> Mapping[_Key, list[Figure]]:
    # A transaction that has itself set a threshold reads past the copy, which must never hold what may yet be undone.
    if any(hook[1] is forget_thresholds for hook in connection.run_on_commit):
        return _read()
    # Read once: another thread's change may forget the copy between the look and the use.
    rows, now = _Kept.rows, monotonic()
    if rows is None or now - _Kept.read_at > FRESH_SECONDS:
        rows = _read()
        _Kept.rows, _Kept.read_at = rows, now
    return rows


@cache
def proposed_figures() -> dict[tuple[str, str], Figure]:
    """Return the figures the sources leave open and this product proposes, each with its reason."""
    return {
        (row["clause"], row["code"]): Figure(Decimal(row["value"]), row["unit"], row["source"], None)
        for row in read_table("thresholds.toml")["threshold"]
    }


def _printed(clause_id: str, code: str) -> Figure:
    clause = clause_of(clause_id)
    if clause is None:
        raise UnknownClause(f"no clause {clause_id}")
    if clause.target is not None:
        target = clause.target
        value = {"value": target.value, "min": target.minimum, "max": target.maximum}.get(code)
        if value is not None:
            return Figure(value, target.unit, ", ".join(clause.sources), None)
    try:
        return proposed_figures()[clause_id, code]
    except KeyError:
        raise LookupError(f"{clause_id} has no figure “{code}”") from None


@cache
def settable_figures() -> tuple[tuple[str, str], ...]:
    """Return (clause, code) of every figure that the program goes by: what this product proposes, then the printed
    limits of timers."""
    timed = [
        (clause.id, code)
        for clause in catalogue().clauses.values()
        if clause.kind == "timer" and (target := clause.target) is not None
        for code, value in (("value", target.value), ("min", target.minimum), ("max", target.maximum))
        if value is not None
    ]
    return (*proposed_figures(), *timed)


def figure(clause_id: str, code: str = "value", *, station_id: int | None, on: date) -> Figure:
    """Return the figure in force at a station on a day: the station's own, else the network's, else the standard's.

    Codes: `value`, or `min` and `max` of a window, or a code of `data/thresholds.toml`. Raises LookupError when the
    clause has no such figure, UnknownClause when there is no such clause.
    """
    kept = _overrides()
    for owner in (station_id, None) if station_id is not None else (None,):
        for row in kept.get((clause_id, code, owner), ()):
            if row.effective_from is not None and row.effective_from <= on:
                return row
    return _printed(clause_id, code)


def threshold(clause_id: str, code: str = "value", *, station_id: int | None, on: date) -> Decimal:
    """Return the value in force at the station on that day (see `figure`)."""
    return figure(clause_id, code, station_id=station_id, on=on).value
