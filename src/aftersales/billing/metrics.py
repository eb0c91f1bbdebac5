"""How settlement goes, in numbers: errors and preparation time (SETL-02)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.billing.choices import SettlementKind
from aftersales.billing.models import Settlement
from aftersales.core.fences import FencedQuerySet
from aftersales.standards.metrics import Columns, MetricResult, Stations, metric, percentage, quotient

SHEET_COLUMNS: Columns = (
    (_("Settlement"), "number"),
    (_("Station"), "station.code"),
    (_("Repair order"), "order.number"),
    (_("Plate"), "order.plate"),
    (_("Total"), "gross"),
    (_("Posted at"), "posted_at"),
    (_("Reason"), "reason"),
)


def _posted(stations: Stations, start: date, end: date) -> FencedQuerySet[Settlement]:
    rows = Settlement.objects.everywhere().filter(
        kind=SettlementKind.SETTLEMENT, posted_on__gte=start, posted_on__lte=end
    )
    return rows if stations is None else rows.filter(station_id__in=stations)


def taken_back(stations: Stations, start: date, end: date) -> Any:
    """Return the sheets posted in the period that had to be reversed."""
    rows = _posted(stations, start, end).filter(reversal__isnull=False)
    return rows.select_related("station", "order").order_by("-posted_at", "-pk")


@metric(
    "SETL-02",
    name=_("Settlement errors"),
    unit="%",
    owner="manager",
    formula=_("Sheets posted in the period and reversed later ÷ sheets posted in the period"),
    higher_is_better=False,
    rows=taken_back,
    columns=SHEET_COLUMNS,
)
def error_rate(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the share of posted sheets that were reversed; one statement."""
    found = _posted(stations, start, end).aggregate(
        posted=Count("pk"), reversed=Count("pk", filter=Q(reversal__isnull=False))
    )
    return percentage(found["reversed"], found["posted"])


def slow_sheets(stations: Stations, start: date, end: date) -> Any:
    """Return the sheets of the period, those that took longest to prepare first."""
    rows = _posted(stations, start, end).filter(order__ready_at__isnull=False)
    return rows.select_related("station", "order").order_by(F("order__ready_at") - F("posted_at"))


@metric(
    "SETL-02",
    code="SETL-02/preparation",
    name=_("Time to prepare the settlement"),
    unit="minutes",
    owner="manager",
    formula=_("Mean of posted at − vehicle ready at over the sheets posted in the period"),
    higher_is_better=False,
    rows=slow_sheets,
    columns=SHEET_COLUMNS,
)
def preparation_minutes(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the mean minutes from the ready car to its posted sheet; one statement."""
    taken = ExpressionWrapper(F("posted_at") - F("order__ready_at"), output_field=DurationField())
    rows = _posted(stations, start, end).filter(order__ready_at__isnull=False)
    found = rows.aggregate(mean=Avg(taken), count=Count("pk"))
    if not found["count"]:
        return MetricResult(None)
    return quotient(Decimal(int(found["mean"].total_seconds() * found["count"])) / 60, found["count"])
