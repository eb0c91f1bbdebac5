"""The standard through the API: clauses and what keeps them, measured values with their rows, limits, checklists."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Path, Query, Router

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, NotVisible
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import (
    Master,
    Verb,
    add_list,
    add_opening,
    columns,
    json_answer,
    page_schema,
    refuse_unknown,
)
from aftersales.doors.steps import PROBLEMS
from aftersales.network.models import Station
from aftersales.standards import checklists, services
from aftersales.standards.catalogue import clause_of
from aftersales.standards.collection import load_all
from aftersales.standards.compliance import Period, measure, month_of, rows_behind, stations_of
from aftersales.standards.coverage import Covered, coverage
from aftersales.standards.metrics import all_metrics, metric_of
from aftersales.standards.models import Attestation, Threshold
from aftersales.standards.permissions import P
from aftersales.standards.schemas import (
    AttestationIn,
    AttestationOut,
    AttestationWanted,
    ChecklistItemOut,
    ChecklistOut,
    ClauseOut,
    ClauseRow,
    ClauseWanted,
    MetricRowsOut,
    MetricsOut,
    MetricWanted,
    PeriodWanted,
    RowsWanted,
    ThresholdIn,
    ThresholdOut,
    ThresholdWanted,
)

clause_router = Router(tags=["clause"])
metric_router = Router(tags=["metric"])
threshold_router = Router(tags=["threshold"])
checklist_router = Router(tags=["checklist"])
attestation_router = Router(tags=["attestation"])
LONGEST_DAYS = 731


# -- clauses -------------------------------------------------------------------------------------------------


def _row(row: Covered) -> dict[str, Any]:
    return columns(row, ClauseRow, bindings=list(row.bindings))


@clause_router.get(
    "", response={200: page_schema(ClauseRow), **PROBLEMS}, operation_id="clause_list", summary="List clauses"
)
def list_clauses(request: HttpRequest, wanted: Query[ClauseWanted]) -> HttpResponse:
    """Return the clauses in the order of the standard with what keeps each."""
    stations_of(actor_of(request))
    refuse_unknown(request, ClauseWanted)
    rows = [
        row
        for row in coverage()
        if wanted.area in ("", row.area) and wanted.kind in ("", row.kind) and wanted.live in (None, row.live)
    ]
    ids = [row.id for row in rows]
    if wanted.cursor and wanted.cursor not in ids:
        raise InputRefused(_("The page mark is not one of ours. Start again at the first page."), code="cursor")
    begin = ids.index(wanted.cursor) + 1 if wanted.cursor else 0
    page = rows[begin : begin + wanted.size]
    before = begin - wanted.size - 1
    return json_answer(
        {
            "rows": [_row(row) for row in page],
            "next_cursor": page[-1].id if begin + wanted.size < len(rows) else "",
            "previous_cursor": ids[before] if before >= 0 else "",
        }
    )


@clause_router.get(
    "/{clause_id}", response={200: ClauseOut, **PROBLEMS}, operation_id="clause_get", summary="Read a clause"
)
def get_clause(request: HttpRequest, clause_id: Annotated[str, Path(max_length=12)]) -> HttpResponse:
    """Return one clause with its words, sources, code and tests."""
    stations_of(actor_of(request))
    clause = clause_of(clause_id.upper())
    covered = next((row for row in coverage() if clause is not None and row.id == clause.id), None)
    if clause is None or covered is None:
        raise NotVisible
    return json_answer(
        _row(covered)
        | {
            "requirement_zh": clause.requirement_zh,
            "requirement_en": clause.requirement_en,
            "sources": list(clause.sources),
            "inferred": clause.inferred,
            "note": clause.note,
            "tests": list(covered.tests or ()),
        }
    )


# -- metrics -------------------------------------------------------------------------------------------------


def _period(wanted: PeriodWanted) -> Period:
    today = timezone.localdate()
    month = month_of(today)
    period = Period(wanted.from_on or month.start, wanted.until_on or month.end)
    if not 0 <= (period.end - period.start).days <= LONGEST_DAYS:
        sentence = _("The last day lies at most two years after the first.")
        raise InputRefused(sentence, code="period", fields={"until_on": sentence})
    if not 2000 <= period.start.year <= 2099:
        sentence = _("Choose days between 2000 and 2099.")
        raise InputRefused(sentence, code="period", fields={"from_on": sentence})
    return period


def _measured(metric: Any, stations: Any, period: Period) -> dict[str, Any]:
    found = measure(metric, stations, period)
    return {
        "code": metric.code,
        "clause": metric.clause,
        "name": str(metric.name),
        "unit": metric.unit,
        "owner": metric.owner,
        "window": metric.window,
        "formula": str(metric.formula),
        "value": None if found.value is None else str(found.value),
        "numerator": str(found.numerator),
        "denominator": str(found.denominator),
        "kept": found.kept,
        "has_rows": metric.rows is not None,
    }


@metric_router.get("", response={200: MetricsOut, **PROBLEMS}, operation_id="metric_list", summary="Measured values")
def list_metrics(request: HttpRequest, wanted: Query[MetricWanted]) -> HttpResponse:
    """Return every metric with its value over the stations the caller may see."""
    stations = stations_of(actor_of(request), wanted.station_id)
    refuse_unknown(request, MetricWanted)
    load_all()
    period = _period(wanted)
    metrics = [metric for metric in all_metrics() if wanted.clause in ("", metric.clause)]
    codes = [metric.code for metric in metrics]
    if wanted.cursor and wanted.cursor not in codes:
        raise InputRefused(_("The page mark is not one of ours. Start again at the first page."), code="cursor")
    begin = codes.index(wanted.cursor) + 1 if wanted.cursor else 0
    page = metrics[begin : begin + wanted.size]
    before = begin - wanted.size - 1
    return json_answer(
        {
            "start": period.start,
            "end": period.end,
            "rows": [_measured(metric, stations, period) for metric in page],
            "next_cursor": page[-1].code if begin + wanted.size < len(metrics) else "",
            "previous_cursor": codes[before] if before >= 0 else "",
        }
    )


@metric_router.get(
    "/rows", response={200: MetricRowsOut, **PROBLEMS}, operation_id="metric_rows", summary="Rows behind a value"
)
def metric_rows(request: HttpRequest, wanted: Query[RowsWanted]) -> HttpResponse:
    """Return what lies behind one number, only of stations the caller may see."""
    stations = stations_of(actor_of(request), wanted.station_id)
    refuse_unknown(request, RowsWanted)
    load_all()
    metric = metric_of(wanted.metric)
    if metric is None:
        raise NotVisible
    period = _period(wanted)
    table = rows_behind(metric, stations, period)
    return json_answer(
        {
            "metric": _measured(metric, stations, period),
            "headings": [str(heading) for heading in table.headings],
            "rows": [[str(cell) for cell in row] for row in table.rows],
            "more": table.more,
        }
    )


# -- limits --------------------------------------------------------------------------------------------------


def _thresholds(actor: Actor) -> Any:
    stations = stations_of(actor)
    rows = Threshold.objects.all()
    return rows if stations is None else rows.filter(Q(station__isnull=True) | Q(station_id__in=stations))


def set_threshold(actor: Actor, at: datetime, **values: Any) -> Threshold:
    """Set a figure of the standard from a day on."""
    return services.set_threshold(actor, at, **values)


THRESHOLDS = Master(name="threshold", model=Threshold, shows=ThresholdOut, wanted=ThresholdWanted, scope=_thresholds)
add_list(threshold_router, THRESHOLDS)
add_opening(
    threshold_router,
    THRESHOLDS,
    Verb(name="set", service=set_threshold, takes=ThresholdIn, rows={"station": Station}, status=201),
)


# -- checklists ----------------------------------------------------------------------------------------------


@checklist_router.get(
    "", response={200: list[ChecklistOut], **PROBLEMS}, operation_id="checklist_list", summary="Checklists"
)
def list_checklists(request: HttpRequest) -> HttpResponse:
    """Return every checklist with its items: what steps ask for in `answers`, `covers`, `walkaround` …"""
    return json_answer(
        [
            columns(row, ChecklistOut, items=[columns(item, ChecklistItemOut) for item in row.items])
            for row in checklists.all_checklists().values()
        ]
    )


ATTESTATIONS = Master(
    name="attestation", model=Attestation, right=P.ATTEST, shows=AttestationOut, wanted=AttestationWanted
)
add_list(attestation_router, ATTESTATIONS)
add_opening(
    attestation_router,
    ATTESTATIONS,
    Verb(name="sign", service=services.attest, takes=AttestationIn, rows={"station": Station}, status=201),
)
