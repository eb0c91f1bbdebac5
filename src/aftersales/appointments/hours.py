"""When a station and its people can work: opening hours with holidays, shifts, and the sentence when neither allows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.appointments import rules
from aftersales.core.errors import Text
from aftersales.network.models import CalendarDay, OpeningHours, Station
from aftersales.staff.models import Shift

SHIFT_HORIZON = timedelta(days=7)


def day_span(station: Station, day: date) -> rules.Span:
    """Return the station's calendar day as instants, half-open."""
    zone = ZoneInfo(station.time_zone)
    start = datetime.combine(day, datetime.min.time(), zone)
    return start, datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)


def opening_windows(station_id: int, span: rules.Span) -> list[rules.Span] | None:
    """Return when the station works on the first and the last day of the span; None when it keeps no hours at all.

    A working day taken in exchange (调休) without hours of its own works Monday's.
    """
    hours = {
        row["weekday"]: row
        for row in OpeningHours.objects.at_station(station_id)
        .order_by("weekday")
        .values("weekday", "opens", "closes", "station__time_zone")
    }
    if not hours:
        return None
    zone = ZoneInfo(next(iter(hours.values()))["station__time_zone"])
    days = sorted({span[0].astimezone(zone).date(), (span[1] - timedelta(microseconds=1)).astimezone(zone).date()})
    special: dict[date, bool] = {}
    rows = CalendarDay.objects.filter(Q(station_id=station_id) | Q(station__isnull=True), on__in=days)
    for row in rows.order_by("-station_id"):
        special.setdefault(row.on, row.is_workday)
        if row.station_id is not None:  # the station's own day beats the country's
            special[row.on] = row.is_workday
    windows: list[rules.Span] = []
    for day in days:
        plan = hours.get(day.weekday())
        if special.get(day) is False:
            continue
        if special.get(day) and plan is None:
            plan = hours.get(0)
        if plan:
            windows.append((datetime.combine(day, plan["opens"], zone), datetime.combine(day, plan["closes"], zone)))
    return windows


def shift_spans(technician_ids: Iterable[int], span: rules.Span) -> dict[int, list[rules.Span]]:
    """Return the shifts of each person within a week of the span; who is missing has no plan: opening hours count."""
    found: dict[int, list[rules.Span]] = {}
    rows = Shift.objects.filter(
        staff_member_id__in=list(technician_ids),
        starts_at__lt=span[1] + SHIFT_HORIZON,
        ends_at__gt=span[0] - SHIFT_HORIZON,
    )
    for person, starts_at, ends_at in rows.order_by("starts_at").values_list("staff_member_id", "starts_at", "ends_at"):
        found.setdefault(person, []).append((starts_at, ends_at))
    return found


def outside_hours(station_id: int, technician_id: int | None, span: rules.Span) -> Text | None:
    """Return the sentence that says why the span cannot be worked, or None; both its ends must lie in working time."""
    windows = opening_windows(station_id, span)
    if windows is not None and not rules.ends_lie_in(span, windows):
        return _("The station is closed at that time. Choose a time within opening hours.")
    if technician_id is None:
        return None
    shifts = shift_spans((technician_id,), span).get(technician_id)
    if shifts and not rules.ends_lie_in(span, shifts):
        return _("The technician is not on shift at that time. Choose another time or technician.")
    return None
