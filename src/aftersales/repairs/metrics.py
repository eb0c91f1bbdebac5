"""How good the visits are, in numbers: repaired right the first time, quick first contact, archives kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.appointments.models import Arrival
from aftersales.core.fences import FencedQuerySet
from aftersales.repairs.choices import CheckKind, OrderState
from aftersales.repairs.models import QualityCheck, RepairOrder
from aftersales.standards.metrics import Columns, MetricResult, Stations, metric, percentage, quotient
from aftersales.standards.queries import threshold

ZONE = ZoneInfo("Asia/Shanghai")
ORDER_COLUMNS: Columns = (
    (_("Repair order"), "number"),
    (_("Station"), "station.code"),
    (_("Plate"), "plate"),
    (_("Customer"), "customer_name"),
    (_("Released"), "released_at"),
    (_("State"), "get_state_display"),
)


def _window(start: date, end: date) -> tuple[datetime, datetime]:
    return (
        datetime.combine(start, datetime.min.time(), ZONE),
        datetime.combine(end + timedelta(days=1), datetime.min.time(), ZONE),
    )


def _orders(stations: Stations) -> FencedQuerySet[RepairOrder]:
    rows = RepairOrder.objects.everywhere().filter(is_historical=False)
    return rows if stations is None else rows.filter(station_id__in=stations)


def _released(stations: Stations, start: date, end: date) -> FencedQuerySet[RepairOrder]:
    since, until = _window(start, end)
    return _orders(stations).filter(released_at__gte=since, released_at__lt=until)


def _window_days(stations: Stations, end: date) -> int:
    """Return how many days a repair must hold; of several stations, the network's figure."""
    station_id = stations[0] if stations is not None and len(stations) == 1 else None
    return int(threshold("QC-04", "window", station_id=station_id, on=end))


def _with_verdicts(stations: Stations, start: date, end: date) -> Any:
    """Return the released orders, each with whether an inspection sent it back and whether the car came back for it."""
    held = timedelta(days=_window_days(stations, end))
    sent_back = QualityCheck.objects.filter(order_id=OuterRef("pk"), kind=CheckKind.INSPECTION, passed=False)
    came_back = (
        RepairOrder.objects.everywhere()
        .filter(comeback_of_id=OuterRef("pk"), received_at__lte=OuterRef("released_at") + held)
        .exclude(state=OrderState.CANCELLED)
    )
    return _released(stations, start, end).annotate(was_sent_back=Exists(sent_back), came_back=Exists(came_back))


def not_right_first_time(stations: Stations, start: date, end: date) -> Any:
    """Return the released orders that an inspection sent back, or whose car came back with the same fault."""
    rows = _with_verdicts(stations, start, end).filter(Q(was_sent_back=True) | Q(came_back=True))
    return rows.select_related("station").order_by("-released_at", "-pk")


@metric(
    "QC-04",
    name=_("Repaired right the first time"),
    unit="%",
    owner="manager",
    formula=_(
        "Vehicles released in the period that no inspection sent back and that did not come back with the same fault "
        "within the guarantee window ÷ vehicles released"
    ),
    rows=not_right_first_time,
    columns=ORDER_COLUMNS,
)
def first_time_fix_rate(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the share of vehicles repaired right the first time, counted per vehicle; one statement."""
    found = _with_verdicts(stations, start, end).aggregate(
        vehicles=Count("vehicle_id", distinct=True),
        failed=Count("vehicle_id", distinct=True, filter=Q(was_sent_back=True) | Q(came_back=True)),
    )
    return percentage(found["vehicles"] - found["failed"], found["vehicles"])


def _served(stations: Stations, start: date, end: date) -> FencedQuerySet[Arrival]:
    since, until = _window(start, end)
    rows = Arrival.objects.everywhere().filter(arrived_at__gte=since, arrived_at__lt=until, served_at__isnull=False)
    return rows if stations is None else rows.filter(station_id__in=stations)


@metric(
    "RECP-03",
    name=_("From arrival to first contact"),
    unit="minutes",
    owner="manager",
    formula=_("Mean of served at − arrived at over everybody who came in the period and was served"),
    higher_is_better=False,
    rows=lambda stations, start, end: (
        _served(stations, start, end).select_related("station").order_by(F("arrived_at") - F("served_at"))
    ),
    columns=(
        (_("Station"), "station.code"),
        (_("Plate"), "plate"),
        (_("Contact"), "contact_name"),
        (_("Arrived"), "arrived_at"),
        (_("First contact"), "served_at"),
    ),
)
def minutes_to_first_contact(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the mean wait at the door in minutes; one statement."""
    waited = ExpressionWrapper(F("served_at") - F("arrived_at"), output_field=DurationField())
    found = _served(stations, start, end).aggregate(mean=Avg(waited), count=Count("pk"))
    if not found["count"]:
        return MetricResult(None)
    return quotient(Decimal(int(found["mean"].total_seconds() * found["count"])) / 60, found["count"])


def not_archived(stations: Stations, start: date, end: date) -> Any:
    """Return the visits released in the period without an archive."""
    rows = _released(stations, start, end).filter(archived_at__isnull=True)
    return rows.select_related("station").order_by("released_at", "pk")


@metric(
    "CRM-03",
    name=_("Customers with an archive"),
    unit="%",
    owner="tracking_clerk",
    formula=_(
        "Customers of visits released in the period whose every visit is archived ÷ customers of released visits"
    ),
    rows=not_archived,
    columns=ORDER_COLUMNS,
)
def archive_rate(stations: Stations, start: date, end: date) -> MetricResult:
    """Return the share of customers without a visit that waits for its archive; one statement."""
    found = _released(stations, start, end).aggregate(
        customers=Count("customer_id", distinct=True),
        waiting=Count("customer_id", distinct=True, filter=Q(archived_at__isnull=True)),
    )
    return percentage(found["customers"] - found["waiting"], found["customers"])
