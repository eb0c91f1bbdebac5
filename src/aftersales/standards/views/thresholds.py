"""The figures the program goes by: what holds where, who set it when and why, and setting another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, NotVisible, Text
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt
from aftersales.doors.stations import NETWORK, station_shown
from aftersales.journal.queries import first_entries
from aftersales.network.models import Station
from aftersales.network.queries import visible_stations
from aftersales.network.rules import business_date
from aftersales.standards.catalogue import UNITS, Clause, catalogue, in_figures
from aftersales.standards.choices import FIGURE_LABELS, WINDOW_LABELS
from aftersales.standards.forms import ThresholdForm
from aftersales.standards.models import Threshold
from aftersales.standards.permissions import P
from aftersales.standards.queries import Figure, figure, proposed_figures, settable_figures
from aftersales.standards.services import set_threshold
from aftersales.web.htmx import go_to, page


@dataclass(frozen=True, slots=True)
class Limit:
    """One figure: of which clause, what it is called, what holds at the station shown."""

    clause: Clause
    code: str
    label: Text
    now: Figure
    is_own: bool

    @property
    def in_words(self) -> str:
        return in_words(self.now)


def in_words(found: Figure) -> str:
    """Return a figure with its unit as people read it."""
    return f"{in_figures(found.value)} {UNITS.get(found.unit, found.unit)}"


def _right_of(actor: Actor) -> str:
    for code in (P.READ, P.SET_THRESHOLD):
        if actor.may_anywhere(code):
            return code
    raise Forbidden(_("Your role does not allow this."), code="forbidden")


def _limit(clause_id: str, code: str, station: Station, at: datetime) -> Limit:
    now = figure(clause_id, code, station_id=station.pk, on=business_date(at, station.time_zone))
    clause = catalogue().clauses[clause_id]
    label = FIGURE_LABELS.get((clause_id, code), WINDOW_LABELS.get(code, code))
    return Limit(clause, code, label, now, now.effective_from is not None)


@require_safe
def thresholds_page(request: HttpRequest) -> HttpResponse:
    """List the figures in force at a station: limits of approval and discount, warnings, times."""
    actor, at = actor_of(request), timezone.now()
    shown = station_shown(request, actor, _right_of(actor))
    limits = [_limit(*key, shown.station, at) for key in settable_figures()]
    proposed = proposed_figures()
    context = {
        "shown": shown,
        "groups": [
            (
                _("Set by the network and its stations"),
                [row for row in limits if (row.clause.id, row.code) in proposed],
            ),
            (_("Printed in the standard"), limits[len(proposed) :]),
        ],
        "may_set": actor.may_anywhere(P.SET_THRESHOLD),
    }
    return page(request, "standards/thresholds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def threshold_page(request: HttpRequest, clause_id: str, code: str) -> HttpResponse:
    """Show one figure with everything that was ever set for it, and set it anew."""
    actor, at = actor_of(request), timezone.now()
    right = _right_of(actor)
    if (clause_id, code) not in settable_figures():
        raise NotVisible
    shown = station_shown(request, actor, right)
    may_set, status = actor.may_anywhere(P.SET_THRESHOLD), 200
    posted = request.POST if request.method == "POST" else None
    home = actor.home_station_id if actor.home_station_id in (actor.stations_with(P.SET_THRESHOLD) or ()) else None
    initial = {"effective_from": business_date(at, shown.station.time_zone), "station_id": home or NETWORK}
    form = ThresholdForm(posted, initial=initial, actor=actor) if may_set else None
    if posted is not None:
        if form is None:
            raise Forbidden(_("Your role does not allow this."), code="forbidden")
        outcome = attempt(request, form, lambda who, when: _set(clause_id, code, form.cleaned_data, who, when))
        if outcome.is_done:
            messages.success(request, _("Saved."))
            return go_to(request, outcome.value)
        status = outcome.status

    def context() -> dict[str, Any]:
        return {
            "shown": shown,
            "limit": _limit(clause_id, code, shown.station, at),
            "printed": in_words(_printed(clause_id, code)),
            "printed_source": _printed(clause_id, code).source,
            "is_proposed": (clause_id, code) in proposed_figures(),
            "form": form,
            "history": _history(actor, right, clause_id, code),
        }

    return page(request, "standards/threshold.html", context, status=status)


def _set(clause_id: str, code: str, values: dict[str, Any], actor: Actor, at: datetime) -> str:
    station_id = values["station_id"]
    station = visible_stations(actor, P.SET_THRESHOLD).get(pk=station_id) if station_id is not None else None
    set_threshold(
        actor,
        at,
        clause=clause_id,
        code=code,
        station=station,
        value=values["value"],
        effective_from=values["effective_from"],
        source=values["source"],
    )
    here = reverse("standards:threshold", args=[clause_id, code])
    return f"{here}?station={station.pk}" if station is not None else here


def _printed(clause_id: str, code: str) -> Figure:
    proposed = proposed_figures().get((clause_id, code))
    if proposed is not None:
        return proposed
    target = catalogue().clauses[clause_id].target
    assert target is not None
    value = {"value": target.value, "min": target.minimum, "max": target.maximum}[code]
    assert value is not None
    return Figure(value, target.unit, ", ".join(catalogue().clauses[clause_id].sources), None)


def _history(actor: Actor, right: str, clause_id: str, code: str) -> list[dict[str, Any]]:
    allowed = actor.stations_with(right)
    rows = Threshold.objects.filter(clause=clause_id, code=code).select_related("station")
    if allowed is not None:
        rows = rows.filter(Q(station__isnull=True) | Q(station_id__in=allowed))
    found = list(rows.order_by("-effective_from", "-pk")[:100])
    made = first_entries(Threshold, [row.pk for row in found])
    return [
        {
            "row": row,
            "words": in_words(Figure(row.value, row.unit, row.source, row.effective_from)),
            "made": made.get(row.pk),
        }
        for row in found
    ]
