"""Which station a page is about: the one named in the address, the reader's own, or the first of several."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden
from aftersales.network.models import Station
from aftersales.network.queries import visible_stations

MOST_STATIONS = 500
NETWORK = "network"


@dataclass(frozen=True, slots=True)
class StationShown:
    """The station of a page, and the ones to choose from where the reader has several (else none)."""

    station: Station
    choices: tuple[Station, ...] = ()

    @property
    def query(self) -> str:
        """Return what a link to a page of the same station carries; empty for a reader of one station."""
        return f"station={self.station.pk}" if self.choices else ""


def station_shown(request: HttpRequest, actor: Actor, right: str) -> StationShown:
    """Return the station that the form or the address names, if the actor holds the right there; else the actor's own,
    else the first by code.

    A foreign and a missing one are passed over alike. Raises Forbidden for somebody who holds the right nowhere.
    """
    ids = actor.stations_with(right)
    if ids is not None and len(ids) == 1:
        return StationShown(Station.objects.get(pk=ids[0]))
    choices = tuple(visible_stations(actor, right)[:MOST_STATIONS]) if ids is None or ids else ()
    if not choices:
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    by_key = {str(station.pk): station for station in choices}
    named = request.POST.get("station") or request.GET.get("station") or ""
    found = by_key.get(named) or by_key.get(str(actor.home_station_id)) or choices[0]
    return StationShown(found, choices if len(choices) > 1 else ())


class PlaceField(forms.TypedChoiceField):
    """Where a setting holds: one of the stations at which the actor holds the right, or the whole network (None)."""

    def __init__(self, actor: Actor, right: str) -> None:
        ids = actor.stations_with(right)
        stations = visible_stations(actor, right)[:MOST_STATIONS] if ids is None or ids else ()
        choices = [(NETWORK, _("whole network"))] if actor.may(right, None) else []
        super().__init__(
            label=_("Holds for"),
            choices=[*choices, *((str(station.pk), station.name) for station in stations)],
            coerce=lambda value: None if value == NETWORK else int(value),
            empty_value=None,
        )
