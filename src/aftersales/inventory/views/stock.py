"""Pages of what lies where: the stock list, one part, the period report, shelves and reorder lines."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from aftersales.catalog.choices import PartClass
from aftersales.catalog.models import Part
from aftersales.catalog.queries import part_prices
from aftersales.catalog.screens import PAGE_ROWS, chosen, id_chosen, page_of, searched, turned
from aftersales.core.documents import held
from aftersales.core.errors import NotVisible
from aftersales.doors.html import version_in
from aftersales.inventory import forms, queries, services
from aftersales.inventory.models import Location, StockPolicy
from aftersales.inventory.permissions import P
from aftersales.inventory.proofs import prove_invariants, stock_report
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.network.screens import answer_form, require_page_right

get_or_post = require_http_methods(["GET", "POST"])


@require_GET
def stock(request: HttpRequest) -> HttpResponse:
    """List the stock, by text, class, shelf, or only what is low."""
    actor = require_page_right(request, P.VIEW)
    text, part_class = searched(request), chosen(request, "part_class", PartClass)
    low_only, shelf_id = request.GET.get("low") == "1", id_chosen(request, "shelf")
    rows = queries.stock_lines(
        actor,
        text=text,
        part_class=part_class,
        location_id=shelf_id,
        low_only=low_only,
        limit=PAGE_ROWS + 1,
        offset=turned(request),
    )
    context = {
        "page": page_of(request, rows),
        "text": text,
        "part_class": part_class,
        "classes": PartClass.choices,
        "low_only": low_only,
        "shelf_id": shelf_id,
        "shelves": list(queries.shelves_of(actor)),
        "alert_count": queries.open_alerts(actor).count(),
        "may_cost": actor.may_anywhere(P.VIEW_COST),
        "may_receive": actor.may_anywhere(P.RECEIVE),
        "may_adjust": actor.may_anywhere(P.ADJUST),
        "may_transfer": actor.may_anywhere(P.TRANSFER),
    }
    return render(request, "inventory/stock.html", context)


def _part(number: str) -> Part:
    part = Part.objects.filter(number=number).first()
    if part is None:
        raise NotVisible
    return part


@require_GET
def part(request: HttpRequest, number: str) -> HttpResponse:
    """Show where a part lies, who it is promised to, what it costs and how it has moved."""
    actor = require_page_right(request, P.VIEW)
    row = _part(number)
    lines = queries.stock_lines(actor, part_id=row.pk, limit=200)
    before = turned(request)
    moves = list(queries.moves_of(actor, row.pk)[before : before + PAGE_ROWS + 1])
    home = actor.home_station_id or (lines[0].station_id if lines else 0)
    price = part_prices([row.pk], station_id=home, on=business_date(timezone.now())).get(row.pk)
    context = {
        "part": row,
        "lines": lines,
        "balances": list(queries.balances_of(actor, row.pk)),
        "reservations": queries.open_reservations_of(actor, row.pk),
        "substitutes": queries.substitutes(home, [row.pk]).get(row.pk, []),
        "price": price,
        "page": page_of(request, moves),
        "may_cost": actor.may_anywhere(P.VIEW_COST),
        "may_policy": actor.may_anywhere(P.SET_POLICY),
        "may_adjust": actor.may_anywhere(P.ADJUST),
    }
    return render(request, "inventory/part.html", context)


@get_or_post
def set_policy(request: HttpRequest, number: str) -> HttpResponse:
    """Set a part's reorder line and keeper at a station."""
    actor = require_page_right(request, P.SET_POLICY)
    row = _part(number)
    own = StockPolicy.objects.visible_to(actor, P.SET_POLICY).filter(part=row).order_by("station__code").first()
    initial = (
        {
            "station": own.station_id,
            "reorder_point": own.reorder_point,
            "order_up_to": own.order_up_to,
            "keeper": own.keeper_id,
        }
        if own
        else {}
    )
    return answer_form(
        request,
        forms.PolicyForm(actor, P.SET_POLICY, request.POST or None, initial=initial),
        lambda values: services.set_policy(actor, timezone.now(), part_id=row.pk, **values),
        heading=_("Reorder line of %(part)s") % {"part": row},
        back=reverse("inventory:part", args=[row.number]),
    )


@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Show opening, receipts, issues and closing of every part over a period, and whether the books agree (PART-08)."""
    actor = require_page_right(request, P.VIEW)
    stations = actor.stations_with(P.VIEW)
    rows = Station.objects.order_by("code")
    offered = list(rows if stations is None else rows.filter(pk__in=stations))
    asked = id_chosen(request, "station") or actor.home_station_id
    station = next((row for row in offered if row.pk == asked), offered[0] if offered else None)
    if station is None:
        raise NotVisible
    today = business_date(timezone.now(), station.time_zone)
    given = {name: request.GET[name] for name in ("start", "end") if name in request.GET}
    form = forms.PeriodForm({"start": today.replace(day=1).isoformat(), "end": today.isoformat()} | given)
    lines, flaws, status = [], [], 200
    if form.is_valid():
        zone = ZoneInfo(station.time_zone)
        start = datetime.combine(form.cleaned_data["start"], time.min, zone)
        until = datetime.combine(form.cleaned_data["end"] + timedelta(days=1), time.min, zone)
        lines, flaws = stock_report(station.pk, start, until), prove_invariants(station.pk)
    else:
        status = 422
    context = {
        "form": form,
        "station": station,
        "stations": offered,
        "lines": lines,
        "flaws": flaws,
        "may_cost": actor.may(P.VIEW_COST, station.pk),
        "is_balanced": all(line.is_balanced for line in lines) and not flaws,
    }
    return render(request, "inventory/report.html", context, status=status)


@require_GET
def shelves(request: HttpRequest) -> HttpResponse:
    """List the shelves with their keepers."""
    actor = require_page_right(request, P.VIEW)
    context = {
        "shelves": list(queries.shelves_of(actor, only_active=False)),
        "may_maintain": actor.may_anywhere(P.MAINTAIN_LOCATIONS),
    }
    return render(request, "inventory/shelves.html", context)


@get_or_post
def open_shelf(request: HttpRequest) -> HttpResponse:
    """Open a shelf."""
    actor = require_page_right(request, P.MAINTAIN_LOCATIONS)
    form = forms.ShelfForm(actor, P.MAINTAIN_LOCATIONS, request.POST or None)
    del form.fields["is_active"]
    return answer_form(
        request,
        form,
        lambda values: services.open_location(actor, timezone.now(), **values),
        heading=_("New shelf"),
        back=reverse("inventory:shelves"),
    )


@get_or_post
def change_shelf(request: HttpRequest, shelf_id: int) -> HttpResponse:
    """Change a shelf or name its keeper."""
    actor = require_page_right(request, P.MAINTAIN_LOCATIONS)
    row = Location.objects.get_visible(actor, P.MAINTAIN_LOCATIONS, pk=shelf_id)
    initial = {"name": row.name, "bin": row.bin, "keeper": row.keeper_id, "is_active": row.is_active}
    form = forms.ShelfForm(actor, P.MAINTAIN_LOCATIONS, request.POST or None, initial=initial)
    del form.fields["station"], form.fields["code"]

    def save(values: dict[str, Any]) -> Location:
        keeper = values.pop("keeper")
        return services.change_location(
            held(row, version_in(request)),
            actor,
            timezone.now(),
            keeper_id=keeper.pk if keeper else None,
            **values,
        )

    return answer_form(request, form, save, heading=str(row), back=reverse("inventory:shelves"), version=row.version)
