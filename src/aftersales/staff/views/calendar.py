"""Holidays and make-up workdays; here because the published days come from the clocks' room."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftersales.clocks.calendars import official_days
from aftersales.core.errors import NotVisible
from aftersales.network import queries, services
from aftersales.network.forms import CalendarDayForm
from aftersales.network.models import CalendarDay
from aftersales.network.permissions import P
from aftersales.network.rules import business_date
from aftersales.network.screens import actor_of, answer_button, answer_form, require_page_right


def _address(station_id: int | None) -> str:
    return (
        reverse("administration:calendar", args=[station_id])
        if station_id
        else reverse("administration:network_calendar")
    )


@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest, station_id: int | None = None) -> HttpResponse:
    """Show the special days of this year and the next, and declare one, for a station or for the network."""
    actor = require_page_right(request, P.VIEW)
    station = queries.visible_station(actor, station_id) if station_id else None
    may_keep = actor.may(P.KEEP_CALENDAR, station_id)
    if request.method == "POST" and not may_keep:
        raise NotVisible
    today = business_date(timezone.now())
    days = queries.calendar_days(date(today.year, 1, 1), station_id=station_id)
    return answer_form(
        request,
        CalendarDayForm(request.POST or None),
        lambda values: services.set_calendar_day(actor, timezone.now(), station=station, **values),
        heading=_("Calendar of %(name)s") % {"name": station.name} if station else _("Calendar of the network"),
        back=_address(station_id),
        template="staff/calendar.html",
        extra={
            "days": [(day, actor.may(P.KEEP_CALENDAR, day.station_id)) for day in days],
            "may_keep": may_keep,
            "may_load": station is None and may_keep,
            "years": (today.year, today.year + 1),
        },
    )


@require_POST
def load_official_days(request: HttpRequest, year: int) -> HttpResponse:
    """Enter the official days of a year for the whole network."""
    actor = actor_of(request)
    if not actor.may(P.KEEP_CALENDAR, None) or not 2000 <= year <= 2200:
        raise NotVisible
    rows = [(day.on, day.is_workday, day.name) for day in official_days(year)]
    return answer_button(
        request,
        lambda: services.load_calendar_days(actor, timezone.now(), rows),
        back=_address(None),
        done=_("The official days of %(year)s are entered. Please check them.") % {"year": year},
    )


@require_POST
def remove_day(request: HttpRequest, day_id: int) -> HttpResponse:
    """Take a special day out again."""
    actor = actor_of(request)
    day = CalendarDay.objects.filter(pk=day_id).first()
    if day is None or not actor.may(P.KEEP_CALENDAR, day.station_id):
        raise NotVisible
    return answer_button(
        request, lambda: services.remove_calendar_day(day, actor, timezone.now()), back=_address(day.station_id)
    )
