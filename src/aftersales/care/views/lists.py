"""The lists of care: calls to make, open cases, and the registers of calls and letters."""

from __future__ import annotations

from datetime import timedelta
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
from aftersales.core.errors import Forbidden, Refusal
from aftersales.customers.forms import add_refusal
from aftersales.customers.views.door import actor_of, once, station_for
from aftersales.network.rules import business_date
from aftersales.web.htmx import go_to, page

REGISTER_DAYS = timedelta(days=31)


@require_safe
def calls_page(request: HttpRequest) -> HttpResponse:
    """Show one's own calls to make, the most urgent first; ?all=1 shows everybody's."""
    actor, at = actor_of(request), timezone.now()
    station = station_for(actor, P.VIEW)
    everybody = request.GET.get("all") == "1"

    def context() -> dict[str, Any]:
        on = business_date(at, station.time_zone)
        rows = queries.calls_to_make(actor, at, on, only_mine=not everybody)
        return {"rows": rows, "everybody": everybody}

    return page(request, "care/calls.html", context)


@require_safe
def cases_page(request: HttpRequest) -> HttpResponse:
    """Show the open cases: complaints first, then by gravity and limit."""
    actor, at = actor_of(request), timezone.now()
    station = station_for(actor, P.CASE_VIEW)
    return page(
        request,
        "care/cases.html",
        lambda: {"rows": queries.open_cases(actor, at), "may_open": actor.may(P.CASE_OPEN, station.pk)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new_case(request: HttpRequest) -> HttpResponse:
    """Register a complaint or another matter."""
    actor, at = actor_of(request), timezone.now()
    station = station_for(actor, P.CASE_OPEN)
    if request.method != "POST":
        return page(request, "care/new_case.html", {"form": CaseForm(station_id=station.pk)})
    form = CaseForm(request.POST, station_id=station.pk)
    if form.is_valid():
        try:
            return once(
                request,
                at,
                lambda: reverse(
                    "care:case", args=[cases.open_case(actor, at, station=station, **form.arguments()).number]
                ),
            )
        except Forbidden:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
    return page(request, "care/new_case.html", {"form": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def registers_page(request: HttpRequest) -> HttpResponse:
    """Show the registers of calls and letters of the last month, and enter a call or a letter (FUP-09, FUP-10)."""
    actor, at = actor_of(request), timezone.now()
    station = station_for(actor, P.VIEW)
    posted = request.POST.get("entry", "") if request.method == "POST" else ""
    call_form = RegisterCallForm(request.POST if posted == "call" else None, prefix="call", station_id=station.pk)
    letter_form = RegisterLetterForm(
        request.POST if posted == "letter" else None, prefix="letter", station_id=station.pk
    )
    form, write = (call_form, services.register_call) if posted == "call" else (letter_form, services.register_letter)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                write(actor, at, station=station, **form.arguments())
            except Forbidden:
                raise
            except Refusal as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return go_to(request, reverse("care:registers"))

    def context() -> dict[str, Any]:
        span = (at - REGISTER_DAYS, at + timedelta(seconds=1))
        return {
            "calls": queries.call_register(actor, station, *span),
            "letters": queries.letter_register(actor, station, *span),
            "call_form": call_form,
            "letter_form": letter_form,
            "may_write": actor.may(P.CALL, station.pk),
        }

    return page(request, "care/registers.html", context, status=status)
