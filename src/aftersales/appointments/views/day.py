"""The day of a station: its board and list, requests that wait, and the queue at the door."""

from __future__ import annotations

import json
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
from aftersales.appointments.board import board_of, plan_of
from aftersales.appointments.models import Appointment, Arrival
from aftersales.appointments.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, InputRefused, Refusal
from aftersales.doors.commands import actor_of
from aftersales.doors.html import once
from aftersales.doors.stations import StationShown, station_shown
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.web import live
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
    """Show the plan and the list of one day; a polling region that already shows this version costs no body."""
    actor, at = actor_of(request), timezone.now()
    shown = station_shown(request, actor, P.VIEW)
    station = shown.station
    day = day_asked(request, station, at)
    tag = live.etag(request, station.pk, day, *queries.day_version(station, day))
    if unchanged := live.not_modified(request, tag):
        return unchanged

    def context() -> dict[str, Any]:
        found = queries.resources_on(station, day)
        may_book = actor.may(P.BOOK, station.pk)
        bookings = queries.bookings_holding(station, found)
        return {
            "shown": shown,
            "station": station,
            "day": day,
            "etag": tag,
            "here": f"{reverse('appointments:list')}?day={day:%Y-%m-%d}{'&' if shown.query else ''}{shown.query}",
            "before": day - timedelta(days=1),
            "after": day + timedelta(days=1),
            "board": board_of(found),
            "plan": json.dumps(plan_of(found, bookings, may_move=may_book)) if found.windows else "",
            "rows": queries.day_rows(actor, station, day, at),
            "may_book": may_book,
        }

    return live.tagged(page(request, "appointments/day.html", context, partials=("day-plan",)), tag)


@require_safe
def requests_page(request: HttpRequest) -> HttpResponse:
    """Show the requests that wait for confirmation, the most urgent first."""
    actor, at = actor_of(request), timezone.now()
    if not actor.may_anywhere(P.VIEW):
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    ids = actor.stations_with(P.VIEW)

    def context() -> dict[str, Any]:
        return {"rows": queries.waiting_requests(actor, at), "several": ids is None or len(ids) > 1}

    return page(request, "appointments/requests.html", context)


def _arrivals(actor: Actor, shown: StationShown, at: datetime, **extra: Any) -> dict[str, Any]:
    station = shown.station
    day = business_date(at, station.time_zone)
    came = queries.arrivals_on(actor, station, day, at)
    here = {row.arrival.appointment_id for row in came}
    return {
        "shown": shown,
        "rows": came,
        "expected": [
            row
            for row in queries.day_rows(actor, station, day, at)
            if row.appointment.pk not in here and row.appointment.state == "confirmed"
        ],
        "may_receive": actor.may(P.RECEIVE, station.pk),
        "sentence": "",
        "typed": {"plate": "", "contact_name": ""},
    } | extra


@require_safe
def arrivals_page(request: HttpRequest) -> HttpResponse:
    """Show who has come today in order, and who is expected."""
    actor, at = actor_of(request), timezone.now()
    shown = station_shown(request, actor, P.VIEW)
    return page(request, "appointments/arrivals.html", lambda: _arrivals(actor, shown, at), partials=("arrivals",))


@require_POST
def note_arrival(request: HttpRequest) -> HttpResponse:
    """Put a customer into the queue: a booked one by the booking's number, a walk-in by plate or name."""
    actor, at = actor_of(request), timezone.now()
    shown = station_shown(request, actor, P.RECEIVE)
    queue = reverse("appointments:arrivals") + (f"?{shown.query}" if shown.query else "")

    def command(who: Actor, when: datetime) -> str:
        number = _typed(request, "number", 40)
        appointment = Appointment.objects.get_visible(who, P.RECEIVE, number=number) if number else None
        services.note_arrival(
            who,
            when,
            station=appointment.station if appointment else shown.station,
            appointment=appointment,
            plate=_typed(request, "plate", 20),
            contact_name=_typed(request, "contact_name", 100),
        )
        return queue

    try:
        return go_to(request, once(request, command))
    except InputRefused as refusal:
        typed = {name: request.POST.get(name, "")[:100] for name in ("plate", "contact_name")}
        context = _arrivals(actor, shown, at, sentence=str(refusal), typed=typed)
        return page(request, "appointments/arrivals.html", context, status=refusal.status)


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
