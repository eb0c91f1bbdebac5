"""Quiet hours and how many messages a customer gets a day: of the network, and where a station has its own."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, NotVisible, Text
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt, version_in
from aftersales.doors.stations import NETWORK, PlaceField
from aftersales.journal.queries import timeline
from aftersales.notifications.models import SendingRules
from aftersales.notifications.permissions import P
from aftersales.notifications.services import set_sending_rules
from aftersales.web import fields
from aftersales.web.htmx import go_to, page

COLUMNS = ("quiet_from", "quiet_until", "care_messages_a_day")


class RulesForm(forms.Form):
    """When customers are left in peace, and how often they hear from us."""

    quiet_from = fields.TimeField(label=gettext_lazy("Quiet from"), initial=time(21))
    quiet_until = fields.TimeField(
        label=gettext_lazy("Quiet until"),
        initial=time(8),
        help_text=gettext_lazy("The same time twice means: no quiet hours."),
    )
    care_messages_a_day = fields.IntegerField(
        label=gettext_lazy("Care messages a customer gets in 24 hours at most"), min_value=0, max_value=20, initial=2
    )


def _places(actor: Actor) -> dict[str, Text]:
    if not actor.may_anywhere(P.RULES):
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    return dict(PlaceField(actor, P.RULES).choices)  # type: ignore[arg-type]


def _by_place(actor: Actor) -> dict[str, SendingRules]:
    allowed = actor.stations_with(P.RULES)
    rows = SendingRules.objects.select_related("station").order_by("pk")
    if allowed is not None:
        rows = rows.filter(Q(station__isnull=True) | Q(station_id__in=allowed))
    return {NETWORK if row.station_id is None else str(row.station_id): row for row in rows}


@require_safe
def rules_page(request: HttpRequest) -> HttpResponse:
    """List what holds for the network and for each station of the reader."""
    actor = actor_of(request)
    kept, may = _by_place(actor), _places(actor)
    network = kept.get(NETWORK) or SendingRules()
    lines = [(NETWORK, _("whole network"), network, NETWORK in kept, NETWORK in may)]
    lines += [(key, name, kept.get(key) or network, key in kept, True) for key, name in may.items() if key != NETWORK]
    return page(request, "notifications/rules.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
def change_rules(request: HttpRequest, place: str) -> HttpResponse:
    """Set the rules of one station or of the network, beside what was set before."""
    actor = actor_of(request)
    may, kept = _places(actor), _by_place(actor)
    if place not in may:
        raise NotVisible
    row, status = kept.get(place), 200
    shown = row or kept.get(NETWORK) or SendingRules()
    posted = request.POST if request.method == "POST" else None
    form = RulesForm(posted, initial={name: getattr(shown, name) for name in COLUMNS})
    if posted is not None:
        seen = version_in(request)

        def command(who: Actor, when: datetime) -> str:
            station_id = None if place == NETWORK else int(place)
            set_sending_rules(who, when, station_id=station_id, version=seen, **form.cleaned_data)
            return reverse("notifications:rules")

        outcome = attempt(request, form, command)
        if outcome.is_done:
            messages.success(request, _("Saved."))
            return go_to(request, outcome.value)
        status = outcome.status
    context: dict[str, Any] = {
        "place": may[place],
        "form": form,
        "version": row.version if row is not None else 0,
        "timeline": timeline(row, actor, limit=30) if row is not None else [],
    }
    if posted is not None:  # the version the reader has seen goes with what the reader has typed
        context["version"] = posted.get("version", "")[:10]
    return page(request, "notifications/rules_form.html", context, status=status)
