"""The day close: receipts by method, the counted drawer, and the days closed before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftersales.billing import queries
from aftersales.billing.choices import PaymentMethod
from aftersales.billing.days import close_day
from aftersales.billing.forms import CloseDayForm
from aftersales.billing.models import NOTHING, DayClose
from aftersales.billing.permissions import P
from aftersales.billing.views.screens import cashier_of, station_shown, stations_of, tabs
from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden
from aftersales.doors.html import attempt
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.printing.services import paper_for
from aftersales.web.fields import DateField
from aftersales.web.htmx import go_to, page


def _day_asked(request: HttpRequest, station: Station, at: datetime) -> date:
    today = business_date(at, station.time_zone)
    try:
        asked: date | None = DateField(required=False).clean(request.GET.get("on", ""))
    except ValidationError:  # any unreadable day shows today
        asked = None
    return min(asked or today, today)


@require_http_methods(["GET", "HEAD", "POST"])
def day(request: HttpRequest) -> HttpResponse:
    """Show a day of the cash desk, and close it."""
    actor, at = cashier_of(request), timezone.now()
    stations = stations_of(actor)
    station = station_shown(request, actor, stations)
    on = _day_asked(request, station, at)
    if request.method != "POST":
        form = CloseDayForm(initial={"on": on})
        return page(request, "billing/day.html", lambda: day_context(actor, stations, station, on, form))
    if not actor.may(P.CLOSE_DAY, station.pk):
        raise Forbidden(_("Your role does not allow closing the day."), code="forbidden")
    form = CloseDayForm(request.POST)

    def command(who: Actor, when: datetime) -> str:
        closed = close_day(who, when, station=station, **form.cleaned_data)
        return f"{reverse('billing:day')}?on={closed.on.isoformat()}&station={station.code}"

    outcome = attempt(request, form, command)
    if outcome.is_done:
        messages.success(request, _("The day is closed."))
        return go_to(request, outcome.value)
    shown = form.cleaned_data.get("on") or on
    return page(
        request,
        "billing/day.html",
        lambda: day_context(actor, stations, station, min(shown, business_date(at)), form),
        status=outcome.status,
    )


def day_context(
    actor: Actor, stations: list[Station], station: Station, on: date, form: CloseDayForm
) -> dict[str, Any]:
    """Return what the day's page shows; the same number of statements however busy the day was."""
    rows = queries.method_rows(station.pk, on)
    closes = queries.closes_of(station.pk)
    closed = next((close for close in closes if close.on == on), None)
    if closed is None:
        closed = DayClose.objects.at_station(station.pk).filter(on=on).first()
    return {
        "station": station,
        "stations": stations,
        "on": on,
        "rows": rows,
        "received": sum((row.received for row in rows), NOTHING),
        "refunded": sum((row.refunded for row in rows), NOTHING),
        "net": sum((row.net for row in rows), NOTHING),
        "cash": next(row.net for row in rows if row.method == PaymentMethod.CASH),
        "payments": queries.payments_on(station.pk, on),
        "closed": closed,
        "closes": closes,
        "left_open": queries.days_left_open(station.pk, on),
        "form": form,
        "may_close": actor.may(P.CLOSE_DAY, station.pk),
        "tabs": tabs("day"),
    }


@require_POST
def print_close(request: HttpRequest, number: str) -> HttpResponse:
    """Print a closed day."""
    actor = cashier_of(request)
    close = DayClose.objects.select_related("station").get_visible(
        actor, P.VIEW, number=number[:40].replace("\x00", "")
    )
    paper = paper_for(actor, timezone.now(), document=close, kind="billing.day_close")
    return go_to(request, reverse("printing:paper", args=[paper.reference]))
