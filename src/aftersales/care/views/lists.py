"""The lists of care: calls to make, open cases, and the registers of calls and letters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from aftersales.care import queries, services
from aftersales.care.forms import CaseForm, RegisterCallForm, RegisterLetterForm
from aftersales.care.permissions import P
from aftersales.care.transitions import cases
from aftersales.core.actor import Actor
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt
from aftersales.doors.stations import StationShown, station_shown
from aftersales.network.rules import business_date
from aftersales.web.htmx import go_to, page

REGISTER_DAYS = timedelta(days=31)


@require_safe
def calls_page(request: HttpRequest) -> HttpResponse:
    """Show one's own calls to make, the most urgent first; ?all=1 shows everybody's, as does a desk without a post at a
    station."""
    actor, at = actor_of(request), timezone.now()
    shown = station_shown(request, actor, P.VIEW)
    has_own = actor.staff_member_id is not None
    everybody = request.GET.get("all") == "1" or not has_own

    def context() -> dict[str, Any]:
        on = business_date(at, shown.station.time_zone)
        rows = queries.calls_to_make(actor, at, on, only_mine=not everybody, station_id=_one_of_several(shown))
        return {"rows": rows, "everybody": everybody, "has_own": has_own, "shown": shown}

    return page(request, "care/calls.html", context)


@require_safe
def cases_page(request: HttpRequest) -> HttpResponse:
    """Show the open cases: complaints first, then by gravity and limit."""
    actor, at = actor_of(request), timezone.now()
    shown = station_shown(request, actor, P.CASE_VIEW)

    def context() -> dict[str, Any]:
        rows = queries.open_cases(actor, at, station_id=_one_of_several(shown))
        return {"rows": rows, "may_open": actor.may(P.CASE_OPEN, shown.station.pk), "shown": shown}

    return page(request, "care/cases.html", context)


def _one_of_several(shown: StationShown) -> int | None:
    return shown.station.pk if shown.choices else None


@require_http_methods(["GET", "HEAD", "POST"])
def new_case(request: HttpRequest) -> HttpResponse:
    """Register a complaint or another matter."""
    shown = station_shown(request, actor_of(request), P.CASE_OPEN)
    station = shown.station
    form = CaseForm(request.POST if request.method == "POST" else None, station_id=station.pk)
    status = 200
    if request.method == "POST":

        def command(who: Actor, when: datetime) -> str:
            opened = cases.open_case(who, when, station=station, **form.arguments())
            return reverse("care:case", args=[opened.number])

        outcome = attempt(request, form, command)
        if outcome.is_done:
            return go_to(request, outcome.value)
        status = outcome.status
    return page(request, "care/new_case.html", {"form": form, "shown": shown}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def registers_page(request: HttpRequest) -> HttpResponse:
    """Show the registers of calls and letters of the last month, and enter a call or a letter (FUP-09, FUP-10)."""
    actor, at = actor_of(request), timezone.now()
    shown = station_shown(request, actor, P.VIEW)
    station = shown.station
    posted = request.POST.get("entry", "") if request.method == "POST" else ""
    call_form = RegisterCallForm(request.POST if posted == "call" else None, prefix="call", station_id=station.pk)
    letter_form = RegisterLetterForm(
        request.POST if posted == "letter" else None, prefix="letter", station_id=station.pk
    )
    form, write = (call_form, services.register_call) if posted == "call" else (letter_form, services.register_letter)
    here, status = reverse("care:registers") + (f"?{shown.query}" if shown.query else ""), 200
    if request.method == "POST":

        def command(who: Actor, when: datetime) -> str:
            write(who, when, station=station, **form.arguments())
            return here

        outcome = attempt(request, form, command)
        if outcome.is_done:
            messages.success(request, _("Saved."))
            return go_to(request, outcome.value)
        status = outcome.status

    def context() -> dict[str, Any]:
        span = (at - REGISTER_DAYS, at + timedelta(seconds=1))
        return {
            "shown": shown,
            "calls": queries.call_register(actor, station, *span),
            "letters": queries.letter_register(actor, station, *span),
            "call_form": call_form,
            "letter_form": letter_form,
            "may_write": actor.may(P.CALL, station.pk),
        }

    return page(request, "care/registers.html", context, status=status)
