"""Live compliance: every metric's number for a period, and the rows behind each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftersales.core.errors import NotVisible
from aftersales.standards.collection import load_all
from aftersales.standards.compliance import measure, measured_metrics, rows_behind, stations_of
from aftersales.standards.forms import PeriodForm
from aftersales.standards.metrics import metric_of
from aftersales.web.htmx import page


@require_safe
def compliance_page(request: HttpRequest) -> HttpResponse:
    """Show every metric with its value, target and verdict over the stations the actor may see."""
    stations = stations_of(request.actor)  # type: ignore[attr-defined]
    period = PeriodForm.read(request.GET.dict(), timezone.localdate())
    context = {"measured": measured_metrics(stations, period), "period": period}
    return page(request, "standards/compliance.html", context, ("compliance-rows",))


@require_safe
def rows_page(request: HttpRequest) -> HttpResponse:
    """Show the rows behind one metric's number (`?metric=QC-04`), only those of stations the actor may see."""
    stations = stations_of(request.actor)  # type: ignore[attr-defined]
    load_all()
    metric = metric_of(request.GET.get("metric", ""))
    if metric is None:
        raise NotVisible
    period = PeriodForm.read(request.GET.dict(), timezone.localdate())
    context = {
        "measured": measure(metric, stations, period),
        "table": rows_behind(metric, stations, period),
        "period": period,
    }
    return page(request, "standards/rows.html", context)
