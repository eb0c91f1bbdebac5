"""Reading the network as the reader may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from time import monotonic

from django.db.models import Count, Q, QuerySet

from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible
from aftersales.network.models import Bay, CalendarDay, OpeningHours, Station, Team


def visible_stations(actor: Actor, code: str | None = None) -> QuerySet[Station]:
    """Return the stations the actor belongs to (holding `code` there, if named), by code."""
    ids = actor.stations_with(code)
    stations = Station.objects.select_related("region").order_by("code")
    return stations if ids is None else stations.filter(pk__in=ids)


def visible_station(actor: Actor, station_id: int, code: str | None = None) -> Station:
    """Return one station; a foreign and a missing one raise the same NotVisible."""
    station = visible_stations(actor, code).filter(pk=station_id).first()
    if station is None:
        raise NotVisible
    return station


@dataclass(frozen=True, slots=True)
class StationLine:
    """A station in the list, with how many bays are in use."""

    station: Station
    bay_count: int


def station_lines(actor: Actor) -> list[StationLine]:
    """Return the visible stations with their bays counted, in two statements."""
    stations = list(visible_stations(actor))
    counts = dict(
        Bay.objects.everywhere()
        .filter(station_id__in=[station.pk for station in stations], is_active=True)
        .order_by()
        .values_list("station_id")
        .annotate(Count("id"))
    )
    return [StationLine(station, counts.get(station.pk, 0)) for station in stations]


@dataclass(frozen=True, slots=True)
class StationPage:
    """What a station's page shows."""

    station: Station
    bays: list[Bay]
    teams: list[Team]
    hours: list[OpeningHours]
    days: list[CalendarDay]


def station_page(actor: Actor, station_id: int, from_on: date) -> StationPage:
    """Return a station with its bays, teams, hours and the calendar days ahead."""
    station = visible_station(actor, station_id)
    return StationPage(
        station=station,
        bays=list(Bay.objects.at_station(station.pk)),
        teams=list(Team.objects.at_station(station.pk)),
        hours=list(OpeningHours.objects.at_station(station.pk)),
        days=calendar_days(from_on, station_id=station.pk),
    )


def calendar_days(from_on: date, *, station_id: int | None = None, until_on: date | None = None) -> list[CalendarDay]:
    """Return special days from a date on: those of the network, and those of one station if named."""
    days = CalendarDay.objects.filter(on__gte=from_on).filter(Q(station__isnull=True) | Q(station_id=station_id))
    if until_on is not None:
        days = days.filter(on__lt=until_on)
    return list(days.order_by("on", "station_id"))


_STATIONS: dict[int, tuple[float, Station]] = {}
FRESH_SECONDS = 15.0


def station_of(station_id: int) -> Station:
    """Return a station the caller has shown to be visible, from memory: its name and address may be 15 seconds old."""
    kept = _STATIONS.get(station_id)
    if kept is None or monotonic() - kept[0] > FRESH_SECONDS:
        kept = _STATIONS[station_id] = (monotonic(), Station.objects.get(pk=station_id))
    return kept[1]


def forget_stations() -> None:
    """Drop what this process remembers of stations: for tests, whose databases give the same ids to other places."""
    _STATIONS.clear()
