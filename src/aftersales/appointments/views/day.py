"""The day of a station: its board and list, requests that wait, and the queue at the door."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftersales.appointments import queries, services
from aftersales.appointments.board import board_of
from aftersales.appointments.models import Appointment, Arrival
from aftersales.appointments.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, Refusal
from aftersales.customers.views.door import actor_of, station_for
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.web.fields import CharField, DateField
from aftersales.web.htmx import go_to, page


def day_asked(request: HttpRequest, station: Station, at: datetime) -> date:
    """Return the day named in the address, else today at the station; nonsense means today."""
    try:
        asked = DateField(required=False).clean(request.GET.get("day", ""))
    except ValidationError:  # any unreadable day shows today
        asked = None
    return asked or business_date(at, station.time_zone)


@require_safe
def day_page(request: HttpRequest) -> HttpResponse:
    """Show the board and the list of one day."""
    actor, at = actor_of(request), timezone.now()
    station = station_for(actor, P.VIEW)
    day = day_asked(request, station, at)

    def context() -> dict[str, Any]:
        return {
            "station": station,
            "day": day,
            "before": day - timedelta(days=1),
            "after": day + timedelta(days=1),
            "board": board_of(queries.resources_on(station, day)),
            "rows": queries.day_rows(actor, station, day, at),
            "may_book": actor.may(P.BOOK, station.pk),
        }

    return page(request, "appointments/day.html", context, partials=("day-board", "day-list"))


@require_safe
def requests_page(request: HttpRequest) -> HttpResponse:
    """Show the requests that wait for confirmation, the most urgent first."""
    actor, at = actor_of(request), timezone.now()
    station_for(actor, P.VIEW)
    return page(request, "appointments/requests.html", lambda: {"rows": queries.waiting_requests(actor, at)})


def _arrivals(actor: Actor, station: Station, at: datetime, **extra: Any) -> dict[str, Any]:
    day = business_date(at, station.time_zone)
    came = queries.arrivals_on(actor, station, day, at)
    here = {row.arrival.appointment_id for row in came}
    return {
        "rows": came,
        "expected": [
            row
            for row in queries.day_rows(actor, station, day, at)
            if row.appointment.pk not in here and row.appointment.state == "confirmed"
        ],
        "may_receive": actor.may(P.RECEIVE, station.pk),
        "sentence": "",
    } | extra


@require_safe
def arrivals_page(request: HttpRequest) -> HttpResponse:
    """Show who has come today in order, and who is expected."""
    actor, at = actor_of(request), timezone.now()
    station = station_for(actor, P.VIEW)
    return page(request, "appointments/arrivals.html", lambda: _arrivals(actor, station, at), partials=("arrivals",))


@require_POST
def note_arrival(request: HttpRequest) -> HttpResponse:
    """Put a customer into the queue: a booked one by the booking's number, a walk-in by plate or name."""
    actor, at = actor_of(request), timezone.now()
    station = station_for(actor, P.RECEIVE)
    try:
        number = _typed(request, "number", 40)
        appointment = Appointment.objects.get_visible(actor, P.RECEIVE, number=number) if number else None
        services.note_arrival(
            actor,
            at,
            station=appointment.station if appointment else station,
            appointment=appointment,
            plate=_typed(request, "plate", 20),
            contact_name=_typed(request, "contact_name", 100),
        )
    except InputRefused as refusal:
        shown = _arrivals(actor, station, at, sentence=str(refusal))
        return page(request, "appointments/arrivals.html", shown, status=refusal.status)
    return go_to(request, reverse("appointments:arrivals"))


@require_POST
def note_left(request: HttpRequest, arrival_id: int) -> HttpResponse:
    """Record that a waiting customer went away."""
    actor, at = actor_of(request), timezone.now()
    arrival = Arrival.objects.get_visible(actor, P.RECEIVE, pk=arrival_id)
    try:
        services.note_left(arrival, actor, at)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return go_to(request, reverse("appointments:arrivals"))


def _typed(request: HttpRequest, name: str, longest: int) -> str:
    try:
        text: str = CharField(required=False, max_length=longest).clean(request.POST.get(name, ""))
    except ValidationError as error:
        sentence = _("Please type this again, shorter and without special characters.")
        raise InputRefused(sentence, code="unreadable", fields={name: sentence}) from error
    return text
