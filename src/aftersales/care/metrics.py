"""How well care is kept: return visits, call records, complaint handling, satisfaction."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Sum
from django.utils.translation import gettext_lazy as _

from aftersales.care.choices import CaseKind, FollowUpKind, Level
from aftersales.care.models import FollowUp, ServiceCase
from aftersales.core.fences import FencedQuerySet
from aftersales.standards.metrics import MetricResult, Stations, amount, metric, percentage, quotient

ZONE = ZoneInfo("Asia/Shanghai")
FULL_RATING = 5


def _window(start: date, end: date) -> tuple[datetime, datetime]:
    return (
        datetime.combine(start, datetime.min.time(), ZONE),
        datetime.combine(end + timedelta(days=1), datetime.min.time(), ZONE),
    )


def _at[Q: FencedQuerySet[Any]](rows: Q, stations: Stations) -> Q:
    return rows.everywhere() if stations is None else rows.everywhere().filter(station_id__in=stations)


def _first_calls(stations: Stations, start: date, end: date) -> FencedQuerySet[FollowUp]:
    since, until = _window(start, end)
    rows: FencedQuerySet[FollowUp] = _at(FollowUp.objects.all(), stations)
    return rows.filter(kind=FollowUpKind.FIRST, due_at__gt=since, due_at__lte=until)


def _complaints(stations: Stations, start: date, end: date) -> FencedQuerySet[ServiceCase]:
    since, until = _window(start, end)
    rows: FencedQuerySet[ServiceCase] = _at(ServiceCase.objects.all(), stations)
    return rows.filter(kind=CaseKind.COMPLAINT, created_at__gte=since, created_at__lt=until)


@metric(
    "FUP-11",
    name=_("Customers who received the return visit"),
    unit="%",
    owner="business_supervisor",
    formula=_("First follow-ups due in the period that reached the customer ÷ first follow-ups due"),
    rows=lambda stations, start, end: _first_calls(stations, start, end).filter(reached_at__isnull=True),
)
def return_visit_rate(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the share of first calls due in the period in which the customer was reached."""
    due = _first_calls(stations, start, end)
    return percentage(due.filter(reached_at__isnull=False).count(), due.count())


@metric(
    "SAT-08",
    name=_("Satisfaction in follow-up calls"),
    unit="%",
    owner="business_supervisor",
    formula=_("Mean rating of the calls due in the period, in percent of the full rating of 5"),
)
def call_satisfaction(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the mean rating given in first calls, in percent of the full rating."""
    found = _first_calls(stations, start, end).aggregate(total=Sum("satisfaction"), count=Count("satisfaction"))
    return percentage(found["total"] or 0, found["count"] * FULL_RATING)


def _handling(cases: FencedQuerySet[ServiceCase]) -> MetricResult:
    solved = cases.filter(solved_at__isnull=False)
    taken = ExpressionWrapper(F("solved_at") - F("created_at"), output_field=DurationField())
    found = solved.aggregate(mean=Avg(taken), count=Count("pk"))
    if not found["count"]:
        return MetricResult(None)
    return quotient(Decimal(int(found["mean"].total_seconds())), 86400)


@metric(
    "CPL-11",
    name=_("Handling time of general complaints"),
    unit="days",
    owner="complaint_handler",
    formula=_("Mean of solved at − registered at, level general"),
    higher_is_better=False,
    rows=lambda stations, start, end: _complaints(stations, start, end).filter(level=Level.GENERAL),
)
def general_handling_days(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the mean days from registration to solution of general complaints."""
    return _handling(_complaints(stations, start, end).filter(level=Level.GENERAL))


@metric(
    "CPL-12",
    name=_("Handling time of major complaints"),
    unit="days",
    owner="complaint_handler",
    formula=_("Mean of solved at − registered at, levels major and extra-major"),
    higher_is_better=False,
    rows=lambda stations, start, end: _complaints(stations, start, end).exclude(level=Level.GENERAL),
)
def major_handling_days(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the mean days from registration to solution of major and extra-major complaints."""
    return _handling(_complaints(stations, start, end).exclude(level=Level.GENERAL))


@metric(
    "CPL-13",
    name=_("Customer complaints"),
    unit="count",
    owner="manager",
    formula=_("Complaints registered in the period"),
    higher_is_better=False,
    rows=_complaints,
)
def complaint_count(stations: Stations, start: date, end: date) -> MetricResult:
    """Return how many complaints were registered."""
    return amount(_complaints(stations, start, end).count())
