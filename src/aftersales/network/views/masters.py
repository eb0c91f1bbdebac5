"""The network's pages: stations with their bays, teams and hours."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from aftersales.core.documents import held
from aftersales.core.errors import NotVisible
from aftersales.network import queries, services
from aftersales.network.forms import BayForm, HeadquartersForm, RegionForm, StationForm, TeamForm, WeekForm
from aftersales.network.models import Bay, Headquarters, Region, Station, Team
from aftersales.network.permissions import P
from aftersales.network.rules import business_date
from aftersales.network.screens import actor_of, answer_form, require_page_right, version_in

get_or_post = require_http_methods(["GET", "POST"])


@require_GET
def stations(request: HttpRequest) -> HttpResponse:
    """List the stations the reader belongs to; headquarters also keeps regions here."""
    actor = require_page_right(request, P.VIEW)
    may_open = actor.may(P.OPEN_STATION, None)
    context = {
        "lines": queries.station_lines(actor),
        "may_open": may_open,
        "regions": list(Region.objects.order_by("code")) if may_open else [],
        "headquarters": list(Headquarters.objects.order_by("code")) if may_open else [],
    }
    return render(request, "network/stations.html", context)


@require_GET
def station(request: HttpRequest, station_id: int) -> HttpResponse:
    """Show one station."""
    actor = actor_of(request)
    page = queries.station_page(actor, station_id, business_date(timezone.now()))
    may = {"change": actor.may(P.CHANGE, station_id), "open": actor.may(P.OPEN_STATION, None)}
    return render(request, "network/station.html", {"page": page, "may": may})


def _back_to(station_id: int) -> str:
    return reverse("administration:station", args=[station_id])


@get_or_post
def open_station(request: HttpRequest) -> HttpResponse:
    """Open a new station."""
    actor = actor_of(request)
    if not actor.may(P.OPEN_STATION, None):
        raise NotVisible
    form = StationForm(request.POST or None)
    del form.fields["is_active"]
    return answer_form(
        request,
        form,
        lambda values: services.open_station(actor, timezone.now(), **values),
        heading=_("Open a station"),
        back=reverse("administration:stations"),
    )


@get_or_post
def change_station(request: HttpRequest, station_id: int) -> HttpResponse:
    """Change a station's head data."""
    actor = actor_of(request)
    row = queries.visible_station(actor, station_id)
    if not actor.may(P.OPEN_STATION, None):
        raise NotVisible
    initial = {
        "name": row.name,
        "name_en": row.name_en,
        "kind": row.kind,
        "region": row.region_id,
        "address": row.address,
        "phone": row.phone,
        "is_active": row.is_active,
    }
    form = StationForm(request.POST or None, initial=initial)
    del form.fields["code"]
    return answer_form(
        request,
        form,
        lambda values: services.change_station(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=row.name,
        back=_back_to(row.pk),
        version=row.version,
    )


def _station_to_keep(request: HttpRequest, station_id: int) -> Station:
    return queries.visible_station(actor_of(request), station_id, P.CHANGE)


@get_or_post
def add_bay(request: HttpRequest, station_id: int) -> HttpResponse:
    """Enter a bay."""
    actor = actor_of(request)
    where = _station_to_keep(request, station_id)
    form = BayForm(request.POST or None)
    del form.fields["is_active"]
    return answer_form(
        request,
        form,
        lambda values: services.add_bay(actor, timezone.now(), station=where, **values),
        heading=_("New bay"),
        back=_back_to(where.pk),
    )


@get_or_post
def change_bay(request: HttpRequest, bay_id: int) -> HttpResponse:
    """Change a bay or take it out of use."""
    actor = actor_of(request)
    bay = Bay.objects.get_visible(actor, P.CHANGE, pk=bay_id)
    initial = {
        "code": bay.code,
        "name": bay.name,
        "kind": bay.kind,
        "equipment": ", ".join(bay.equipment),
        "is_active": bay.is_active,
    }
    return answer_form(
        request,
        BayForm(request.POST or None, initial=initial),
        lambda values: services.change_bay(held(bay, version_in(request)), actor, timezone.now(), **values),
        heading=bay.name,
        back=_back_to(bay.station_id),
        version=bay.version,
    )


@get_or_post
def add_team(request: HttpRequest, station_id: int) -> HttpResponse:
    """Enter a team."""
    actor = actor_of(request)
    where = _station_to_keep(request, station_id)
    form = TeamForm(request.POST or None)
    del form.fields["is_active"]
    return answer_form(
        request,
        form,
        lambda values: services.add_team(actor, timezone.now(), station=where, **values),
        heading=_("New team"),
        back=_back_to(where.pk),
    )


@get_or_post
def change_team(request: HttpRequest, team_id: int) -> HttpResponse:
    """Rename a team or close it."""
    actor = actor_of(request)
    team = Team.objects.get_visible(actor, P.CHANGE, pk=team_id)
    return answer_form(
        request,
        TeamForm(request.POST or None, initial={"name": team.name, "is_active": team.is_active}),
        lambda values: services.change_team(held(team, version_in(request)), actor, timezone.now(), **values),
        heading=team.name,
        back=_back_to(team.station_id),
        version=team.version,
    )


@get_or_post
def opening_hours(request: HttpRequest, station_id: int) -> HttpResponse:
    """Set the week of a station."""
    actor = actor_of(request)
    where = _station_to_keep(request, station_id)
    page = queries.station_page(actor, station_id, business_date(timezone.now()))
    form = WeekForm(request.POST or None, initial=WeekForm.initial_of(page.hours))
    return answer_form(
        request,
        form,
        lambda _values: services.set_opening_hours(where, actor, timezone.now(), form.week()),
        heading=_("Opening hours"),
        back=_back_to(where.pk),
        template="network/week.html",
        extra={"days": [[form[f"{name}_{day}"] for name in _WEEK_COLUMNS] for day in range(7)]},
    )


_WEEK_COLUMNS = ("opens", "closes", "break_starts", "break_ends")


@get_or_post
def add_region(request: HttpRequest) -> HttpResponse:
    """Enter a region of the first headquarters."""
    actor = actor_of(request)
    if not actor.may(P.OPEN_STATION, None):
        raise NotVisible
    headquarters = Headquarters.objects.order_by("pk").first()
    if headquarters is None:
        raise NotVisible

    def save(values: dict[str, Any]) -> Region:
        return services.open_region(actor, timezone.now(), headquarters=headquarters, **values)

    return answer_form(
        request,
        RegionForm(request.POST or None),
        save,
        heading=_("New region"),
        back=reverse("administration:stations"),
    )


@get_or_post
def change_region(request: HttpRequest, region_id: int) -> HttpResponse:
    """Rename a region."""
    actor = actor_of(request)
    row = Region.objects.filter(pk=region_id).first() if actor.may(P.OPEN_STATION, None) else None
    if row is None:
        raise NotVisible
    form = RegionForm(request.POST or None, initial={"name": row.name, "name_en": row.name_en})
    del form.fields["code"]
    return answer_form(
        request,
        form,
        lambda values: services.change_region(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=row.name,
        back=reverse("administration:stations"),
        version=row.version,
    )


@get_or_post
def change_headquarters(request: HttpRequest, headquarters_id: int) -> HttpResponse:
    """Rename the after-sales department."""
    actor = actor_of(request)
    row = Headquarters.objects.filter(pk=headquarters_id).first() if actor.may(P.OPEN_STATION, None) else None
    if row is None:
        raise NotVisible
    return answer_form(
        request,
        HeadquartersForm(request.POST or None, initial={"name": row.name, "name_en": row.name_en}),
        lambda values: services.change_headquarters(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=row.name,
        back=reverse("administration:stations"),
        version=row.version,
    )
