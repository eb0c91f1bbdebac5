"""The KPI board: every registered number as a tile, and the course of the chosen one."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftersales.insight.queries import MonthValue, course_of
from aftersales.standards.catalogue import catalogue, clause_of
from aftersales.standards.compliance import measured_metrics, stations_of
from aftersales.standards.forms import PeriodForm
from aftersales.standards.metrics import Metric, metric_of
from aftersales.web import charts
from aftersales.web.htmx import page


def _chart(metric: Metric, course: list[MonthValue]) -> dict[str, Any]:
    target = next((figure.target for figure in [clause_of(metric.clause)] if figure and figure.kind == "metric"), None)
    return charts.lines(
        [row.month for row in course],
        [(str(metric.name), [None if row.value is None else float(row.value) for row in course])],
        unit=metric.unit,
        target=float(target.value) if target is not None and target.value is not None else None,
    )


@require_safe
def board_page(request: HttpRequest) -> HttpResponse:
    """Show the metrics of the stations the actor may see; `?metric=` draws one over the last six months."""
    stations = stations_of(request.actor)  # type: ignore[attr-defined]
    today = timezone.localdate()
    period = PeriodForm.read(request.GET.dict(), today)
    measured = measured_metrics(stations, period)
    areas = catalogue().areas
    chosen = metric_of(request.GET.get("metric", ""))
    context = {
        "groups": [(areas[area], list(rows)) for area, rows in groupby(measured, key=lambda row: row.clause.area)],
        "period": period,
        "chosen": chosen,
        "chart": _chart(chosen, course_of(chosen, stations, today)) if chosen else None,
    }
    return page(request, "insight/board.html", context)
