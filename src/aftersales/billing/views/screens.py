"""What the cash desk's pages share: the tabs, the station shown, the search words."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.billing.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden
from aftersales.doors.commands import actor_of
from aftersales.network.models import Station
from aftersales.web.rows import TabRow


def cashier_of(request: HttpRequest) -> Actor:
    """Return who asks; raises Forbidden for a role that sees no settlement anywhere."""
    actor = actor_of(request)
    if not actor.may_anywhere(P.VIEW):
        raise Forbidden(_("Your role does not include the cash desk."), code="forbidden")
    return actor


def tabs(active: str) -> list[TabRow]:
    """Return the cash desk's pages."""
    rows = (
        ("cashier", _("At the counter")),
        ("settlements", _("Settlements")),
        ("accounts", _("Accounts")),
        ("day", _("Day close")),
    )
    return [TabRow(label, reverse(f"billing:{name}"), active=name == active) for name, label in rows]


def words_of(request: HttpRequest, name: str = "q") -> str:
    """Return the search words as typed, without what no database takes."""
    typed = request.GET.get(name, "").replace("\x00", "").strip()[:80]
    return typed.encode("utf-8", "ignore").decode()


def stations_of(actor: Actor) -> list[Station]:
    """Return the stations whose cash desk the actor sees, by code."""
    allowed = actor.stations_with(P.VIEW)
    rows = Station.objects.order_by("code")
    return list(rows if allowed is None else rows.filter(pk__in=allowed))


def station_shown(request: HttpRequest, actor: Actor, stations: list[Station]) -> Station:
    """Return the station named in the address if it is one of them, else the actor's own, else the first."""
    wanted = request.POST.get("station") or request.GET.get("station", "")
    by_code = {station.code: station for station in stations}
    if wanted in by_code:
        return by_code[wanted]
    home = next((station for station in stations if station.pk == actor.home_station_id), None)
    if home is None and not stations:
        raise Forbidden(_("Your role does not include the cash desk."), code="forbidden")
    return home or stations[0]
