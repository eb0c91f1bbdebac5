"""One clause: its words, its figure, what keeps it, what proves it, how well it is kept now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftersales.core.errors import NotVisible
from aftersales.standards.catalogue import catalogue, clause_of
from aftersales.standards.checklists import items
from aftersales.standards.choices import BINDING_LABELS, KIND_LABELS
from aftersales.standards.compliance import measured_metrics, stations_of
from aftersales.standards.coverage import coverage
from aftersales.standards.forms import PeriodForm
from aftersales.web.htmx import page


@require_safe
def clause_page(request: HttpRequest, clause_id: str) -> HttpResponse:
    """Show one clause; an unknown id answers like any missing record."""
    stations = stations_of(request.actor)  # type: ignore[attr-defined]
    clause = clause_of(clause_id.upper())
    if clause is None:
        raise NotVisible
    period = PeriodForm.read(request.GET.dict(), timezone.localdate())
    covered = next(row for row in coverage() if row.id == clause.id)
    standard = catalogue()
    sources = [(key, standard.sources.get(key.split(" ")[0], "")) for key in clause.sources]
    context = {
        "clause": clause,
        "area": standard.areas[clause.area],
        "kind_label": KIND_LABELS[clause.kind],
        "covered": covered,
        "bindings": [
            (BINDING_LABELS[kind], dotted) for kind, dotted in zip(covered.binding_kinds, covered.bindings, strict=True)
        ],
        "sources": sources,
        "items": items(clause.id),
        "measured": measured_metrics(stations, period, clause=clause.id),
        "period": period,
    }
    return page(request, "standards/clause.html", context)
