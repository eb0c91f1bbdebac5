"""One metric for every timer of the standard: the share of its clocks that were kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from aftersales.clocks.definitions import all_definitions
from aftersales.clocks.queries import compliance, judged
from aftersales.standards.catalogue import clause_of
from aftersales.standards.metrics import MetricResult, Stations, metric, percentage

COLUMNS = (
    (_("document"), "subject_number"),
    (_("station"), "station.name"),
    (_("started at"), "started_at"),
    (_("due at"), "due_at"),
    (_("ended at"), "stopped_at"),
)
STATION_TIME = ZoneInfo("Asia/Shanghai")


def _instants(start: date, end: date) -> tuple[datetime, datetime]:
    until = end + timedelta(days=1)
    return (
        datetime.combine(start, time.min, tzinfo=STATION_TIME),
        datetime.combine(until, time.min, tzinfo=STATION_TIME),
    )


def kept_share(clause: str, station_ids: Stations, start: date, end: date) -> MetricResult:
    """Return the share of the clause's clocks due in the days start … end that were kept, in per cent."""
    counted = compliance(clause, station_ids, *_instants(start, end))
    return percentage(counted.kept, counted.counted)


def broken_clocks(clause: str, station_ids: Stations, start: date, end: date) -> Iterable[Any]:
    """Return the clocks that were not kept, latest due first: the rows behind the number."""
    rows = judged(clause, station_ids, *_instants(start, end)).filter(breached=True)
    return rows.select_related("station").order_by("-due_at", "pk")


def _title(clause_id: str) -> str:
    clause = clause_of(clause_id)
    return clause.title if clause else clause_id


def register_timers() -> None:
    """Register a metric for each clause that has a clock; done once, when this module is imported."""
    for clause in dict.fromkeys(row.clause for row in all_definitions().values()):
        owner = next(row.escalates_to for row in all_definitions().values() if row.clause == clause)
        measure = partial(kept_share, clause)
        measure.__module__, measure.__qualname__ = __name__, "kept_share"  # type: ignore[attr-defined]
        metric(
            clause,
            name=lazy(_title, str)(clause),
            unit="%",
            owner=owner,
            window="month",
            rows=partial(broken_clocks, clause),
            formula=_("clocks kept ÷ clocks due in the period × 100"),
            code=f"{clause}/kept",
            columns=COLUMNS,
        )(measure)


register_timers()
