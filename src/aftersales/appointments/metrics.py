"""What booking is good for, in numbers: level load, short waiting, complete parts, kept appointments."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Avg, DurationField, ExpressionWrapper, F, Sum
from django.utils.translation import gettext_lazy as _

from aftersales.appointments.choices import AppointmentState
from aftersales.appointments.models import Appointment, Arrival
from aftersales.core.fences import FencedQuerySet
from aftersales.standards.metrics import MetricResult, Stations, amount, metric, percentage, quotient

ZONE = ZoneInfo("Asia/Shanghai")
CAME_OR_DUE = (AppointmentState.CONFIRMED, AppointmentState.ARRIVED, AppointmentState.MISSED)


def _window(start: date, end: date) -> tuple[datetime, datetime]:
    return (
        datetime.combine(start, datetime.min.time(), ZONE),
        datetime.combine(end + timedelta(days=1), datetime.min.time(), ZONE),
    )


def _at[Q: FencedQuerySet[Any]](rows: Q, stations: Stations) -> Q:
    return rows.everywhere() if stations is None else rows.everywhere().filter(station_id__in=stations)


def _appointments(stations: Stations, start: date, end: date) -> FencedQuerySet[Appointment]:
    since, until = _window(start, end)
    rows: FencedQuerySet[Appointment] = _at(Appointment.objects.all(), stations)
    return rows.filter(arrives_at__gte=since, arrives_at__lt=until, state__in=CAME_OR_DUE)


def _served(stations: Stations, start: date, end: date, *, booked: bool) -> FencedQuerySet[Arrival]:
    since, until = _window(start, end)
    rows: FencedQuerySet[Arrival] = _at(Arrival.objects.all(), stations)
    return rows.filter(
        arrived_at__gte=since, arrived_at__lt=until, served_at__isnull=False, appointment__isnull=not booked
    )


def _mean_wait(rows: FencedQuerySet[Arrival]) -> MetricResult:
    waited = ExpressionWrapper(F("served_at") - F("arrived_at"), output_field=DurationField())
    found = rows.aggregate(mean=Avg(waited), total=Sum(waited))
    count = rows.count()
    if not count:
        return MetricResult(None)
    return quotient(Decimal(int(found["total"].total_seconds())) / 60, count)


@metric(
    "APPT-10",
    code="APPT-10/booked-waiting",
    name=_("Waiting time of booked customers"),
    unit="minutes",
    owner="service_manager",
    formula=_("Mean of served at − arrived at, booked customers"),
    higher_is_better=False,
    rows=lambda stations, start, end: _served(stations, start, end, booked=True).order_by("arrived_at"),
)
def booked_waiting(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the mean minutes from arrival to check-in of booked customers."""
    return _mean_wait(_served(stations, start, end, booked=True))


@metric(
    "APPT-10",
    code="APPT-10/walk-in-waiting",
    name=_("Waiting time of walk-in customers"),
    unit="minutes",
    owner="service_manager",
    formula=_("Mean of served at − arrived at, customers without booking"),
    higher_is_better=False,
    rows=lambda stations, start, end: _served(stations, start, end, booked=False).order_by("arrived_at"),
)
def walk_in_waiting(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the mean minutes from arrival to check-in of customers without a booking."""
    return _mean_wait(_served(stations, start, end, booked=False))


_UNEVENNESS = """
WITH days AS (
    SELECT station_id, (lower(during) AT TIME ZONE 'Asia/Shanghai')::date AS day,
           sum(extract(epoch FROM upper(during) - lower(during))) / 3600 AS hours
    FROM appointments_slot
    WHERE resource_kind = 'bay' AND lower(during) >= %(since)s AND lower(during) < %(until)s
      AND (state = 'held' OR released_at >= lower(during))
      AND (%(stations)s::bigint[] IS NULL OR station_id = ANY(%(stations)s::bigint[]))
    GROUP BY station_id, day
)
SELECT stddev_pop(hours), avg(hours) FROM days
"""


@metric(
    "APPT-10",
    name=_("Unevenness of the daily load"),
    unit="%",
    owner="service_manager",
    formula=_("Standard deviation ÷ mean of planned bay hours a day"),
    higher_is_better=False,
)
def load_unevenness(stations: Stations, start: date, end: date) -> MetricResult:
    """Return how unevenly planned bay hours spread over the days: 0 % is perfectly level."""
    since, until = _window(start, end)
    with connection.cursor() as cursor:
        cursor.execute(
            _UNEVENNESS,
            {"since": since, "until": until, "stations": None if stations is None else list(stations)},
        )
        deviation, mean = cursor.fetchone()
    if not mean:
        return MetricResult(None)
    return percentage(Decimal(deviation), Decimal(mean))


@metric(
    "APPT-10",
    code="APPT-10/revenue",
    name=_("Revenue secured by bookings"),
    unit="CNY",
    owner="service_manager",
    formula=_("Sum of told prices of bookings due in the period"),
)
def booked_revenue(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the yuan told to customers whose bookings fall into the period."""
    found = _appointments(stations, start, end).aggregate(total=Sum(F("labour_price") + F("parts_price")))
    return amount(found["total"] or 0)


@metric(
    "PREP-04",
    name=_("Booked jobs with complete parts"),
    unit="%",
    owner="parts_manager",
    formula=_("Bookings due with all parts put by ÷ bookings due that need parts"),
    rows=lambda stations, start, end: _appointments(stations, start, end).filter(parts_short=True),
)
def complete_parts(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the share of due bookings with parts whose parts were all put by."""
    needing = _appointments(stations, start, end).filter(items__kind="part").distinct()
    return percentage(needing.filter(parts_short=False).count(), needing.count())


@metric(
    "APPT-08",
    name=_("Bookings reconfirmed before the visit"),
    unit="%",
    owner="service_manager",
    formula=_("Bookings due that were confirmed once more ÷ bookings due"),
    rows=lambda stations, start, end: _appointments(stations, start, end).filter(reconfirmed_at__isnull=True),
)
def reconfirmed_share(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the share of due bookings whose arrival was confirmed with the customer once more."""
    due = _appointments(stations, start, end)
    return percentage(due.filter(reconfirmed_at__isnull=False).count(), due.count())
