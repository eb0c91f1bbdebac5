"""规范: every clause of the standard, what keeps it and which test proves it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from aftersales.standards.catalogue import catalogue
from aftersales.standards.choices import KIND_LABELS
from aftersales.standards.compliance import stations_of
from aftersales.standards.coverage import Covered, as_csv, coverage
from aftersales.standards.forms import ClauseFilterForm
from aftersales.web.htmx import page


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One line of the list."""

    covered: Covered
    title: str
    kind_label: object

    @property
    def tests_count(self) -> int | None:
        return None if self.covered.tests is None else len(self.covered.tests)


def _wanted(form: ClauseFilterForm, rows: list[Covered]) -> list[Covered]:
    if not form.is_valid():
        return rows
    asked = form.cleaned_data
    words = asked["q"].strip().casefold()
    return [
        row
        for row in rows
        if (not asked["area"] or row.area == asked["area"])
        and (not asked["kind"] or row.kind == asked["kind"])
        and (not asked["live"] or row.live == (asked["live"] == "yes"))
        and (not words or words in f"{row.id} {row.title_zh} {row.title_en}".casefold())
    ]


@require_safe
def standard_page(request: HttpRequest) -> HttpResponse:
    """Show the clauses, filtered by chapter, kind, state and words."""
    stations_of(request.actor)  # type: ignore[attr-defined]
    form = ClauseFilterForm(request.GET)
    rows = coverage()
    clauses = catalogue().clauses
    live = Counter(row.kind for row in rows if row.live)
    counts = Counter(row.kind for row in rows)
    context = {
        "form": form,
        "rows": [ClauseRow(row, clauses[row.id].title, KIND_LABELS[row.kind]) for row in _wanted(form, rows)],
        "live_count": live.total(),
        "clause_count": len(rows),
        "by_kind": [(KIND_LABELS[kind], live[kind], counts[kind]) for kind in counts],
        "query": request.GET.urlencode(),
    }
    return page(request, "standards/standard.html", context, ("standard-rows",))


@require_safe
def coverage_csv(request: HttpRequest) -> HttpResponse:
    """Return the coverage of all clauses as a CSV file."""
    stations_of(request.actor)  # type: ignore[attr-defined]
    response = HttpResponse(as_csv(coverage()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="standard-coverage.csv"'
    return response
