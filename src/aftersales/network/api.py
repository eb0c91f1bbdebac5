"""The network through the API: stations with hours, bays and teams; regions, headquarters, the calendar."""

from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema
from pydantic import Field

from aftersales.core.actor import Actor
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import (
    Given,
    Identity,
    LocalTime,
    Master,
    Verb,
    Wanted,
    add_change,
    add_opening,
    add_reading,
    add_verbs,
    changing,
    columns,
    json_answer,
)
from aftersales.doors.steps import PROBLEMS
from aftersales.network import services
from aftersales.network.choices import BayKind, StationKind
from aftersales.network.models import Bay, CalendarDay, Headquarters, OpeningHours, Region, Station, Team
from aftersales.network.permissions import P
from aftersales.network.queries import visible_stations
from aftersales.network.services import DayHours

station_router = Router(tags=["station"])
bay_router = Router(tags=["bay"])
team_router = Router(tags=["team"])
region_router = Router(tags=["region"])
headquarters_router = Router(tags=["headquarters"])
calendar_router = Router(tags=["calendar_day"])
Name = Annotated[str, Field(min_length=1, max_length=80)]
NameEn = Annotated[str, Field(max_length=80)]


class StationOut(Schema):
    """A service station."""

    id: int
    code: str
    region_id: int
    kind: str
    name: str
    name_en: str
    address: str
    phone: str
    time_zone: str
    is_active: bool
    version: int


class StationWanted(Wanted):
    """Which stations."""

    region_id: Identity | None = None
    kind: StationKind | None = None
    is_active: bool | None = None


class StationIn(Given):
    """A new station; its code is part of every number it will give."""

    region_id: Identity
    code: Annotated[str, Field(pattern="^[A-Z0-9]{2,12}$")]
    name: Name
    name_en: NameEn = ""
    kind: StationKind = StationKind.SERVICE_STATION
    address: Annotated[str, Field(max_length=200)] = ""
    phone: Annotated[str, Field(max_length=32)] = ""


class StationInUseIn(StationIn):
    """What of a station is changed."""

    is_active: bool


class DayHoursIn(Given):
    """When the station works on one weekday; 0 is Monday."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    opens: LocalTime
    closes: LocalTime
    break_starts: LocalTime | None = None
    break_ends: LocalTime | None = None


class WeekIn(Given):
    """The whole week; a weekday that is not named is closed."""

    week: Annotated[list[DayHoursIn], Field(max_length=7)]


class DayHoursOut(Schema):
    """When the station works on one weekday; 0 is Monday."""

    weekday: int
    opens: LocalTime
    closes: LocalTime
    break_starts: LocalTime | None
    break_ends: LocalTime | None


def set_opening_hours(station: Station, actor: Actor, at: datetime, *, week: list[DayHoursIn]) -> None:
    """Set the station's whole week."""
    services.set_opening_hours(station, actor, at, [DayHours(**day.model_dump()) for day in week])


STATIONS = Master(
    name="station",
    model=Station,
    shows=StationOut,
    wanted=StationWanted,
    scope=visible_stations,
    key="code",
    order=("code",),
)
add_reading(station_router, STATIONS)
add_opening(
    station_router,
    STATIONS,
    Verb(name="open", service=services.open_station, takes=StationIn, rows={"region": Region}, status=201),
)
add_change(
    station_router,
    STATIONS,
    Verb(
        name="change",
        service=services.change_station,
        takes=changing(StationInUseIn, leave_out=("code",)),
        rows={"region": Region},
    ),
)
add_verbs(station_router, STATIONS, Verb(name="set_opening_hours", service=set_opening_hours, takes=WeekIn))


@station_router.get(
    "/{key}/opening-hours",
    response={200: list[DayHoursOut], **PROBLEMS},
    operation_id="station_opening_hours",
    summary="Opening hours of a station",
)
def opening_hours(request: HttpRequest, key: Annotated[str, Path(max_length=12)]) -> HttpResponse:
    """Return the station's week, Monday first; a weekday that is not named is closed."""
    station = STATIONS.find(actor_of(request), key)
    rows = OpeningHours.objects.at_station(station.pk).order_by("weekday")
    return json_answer([columns(row, DayHoursOut) for row in rows], version=station.version)


class BayOut(Schema):
    """A work bay."""

    id: int
    station_id: int
    code: str
    name: str
    kind: str
    equipment: list[str]
    is_active: bool
    version: int


class PlaceWanted(Wanted):
    """Of which station."""

    station_id: Identity | None = None
    is_active: bool | None = None


class BayWanted(PlaceWanted):
    """Which bays."""

    kind: BayKind | None = None


class BayIn(Given):
    """A work bay with its equipment."""

    station_id: Identity
    code: Annotated[str, Field(min_length=1, max_length=12)]
    name: Annotated[str, Field(min_length=1, max_length=40)]
    kind: BayKind = BayKind.GENERAL
    equipment: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=50)] = []


class BayInUseIn(BayIn):
    """What of a bay is changed."""

    is_active: bool


BAYS = Master(name="bay", model=Bay, right=P.VIEW, shows=BayOut, wanted=BayWanted)
add_reading(bay_router, BAYS)
add_opening(
    bay_router, BAYS, Verb(name="add", service=services.add_bay, takes=BayIn, rows={"station": Station}, status=201)
)
add_change(
    bay_router,
    BAYS,
    Verb(name="change", service=services.change_bay, takes=changing(BayInUseIn, leave_out=("station_id", "code"))),
)


class TeamOut(Schema):
    """A team of technicians."""

    id: int
    station_id: int
    name: str
    is_active: bool
    version: int


class TeamIn(Given):
    """A team."""

    station_id: Identity
    name: Annotated[str, Field(min_length=1, max_length=40)]


class TeamInUseIn(TeamIn):
    """What of a team is changed."""

    is_active: bool


TEAMS = Master(name="team", model=Team, right=P.VIEW, shows=TeamOut, wanted=PlaceWanted)
add_reading(team_router, TEAMS)
add_opening(
    team_router,
    TEAMS,
    Verb(name="add", service=services.add_team, takes=TeamIn, rows={"station": Station}, status=201),
)
add_change(
    team_router,
    TEAMS,
    Verb(name="change", service=services.change_team, takes=changing(TeamInUseIn, leave_out=("station_id",))),
)


class RegionOut(Schema):
    """A sales region."""

    id: int
    headquarters_id: int
    code: str
    name: str
    name_en: str
    version: int


class RegionIn(Given):
    """A region."""

    headquarters_id: Identity
    code: Annotated[str, Field(min_length=1, max_length=16)]
    name: Name
    name_en: NameEn = ""


REGIONS = Master(name="region", model=Region, right=P.VIEW, shows=RegionOut)
add_reading(region_router, REGIONS)
add_opening(
    region_router,
    REGIONS,
    Verb(name="open", service=services.open_region, takes=RegionIn, rows={"headquarters": Headquarters}, status=201),
)
add_change(
    region_router,
    REGIONS,
    Verb(
        name="change",
        service=services.change_region,
        takes=changing(RegionIn, leave_out=("headquarters_id", "code")),
    ),
)


class HeadquartersOut(Schema):
    """The maker's after-sales department."""

    id: int
    code: str
    name: str
    name_en: str
    version: int


class HeadquartersIn(Given):
    """The department."""

    code: Annotated[str, Field(min_length=1, max_length=16)]
    name: Name
    name_en: NameEn = ""


HEADQUARTERS = Master(name="headquarters", model=Headquarters, right=P.VIEW, shows=HeadquartersOut)
add_reading(headquarters_router, HEADQUARTERS)
add_opening(
    headquarters_router,
    HEADQUARTERS,
    Verb(name="register", service=services.register_headquarters, takes=HeadquartersIn, status=201),
)
add_change(
    headquarters_router,
    HEADQUARTERS,
    Verb(name="change", service=services.change_headquarters, takes=changing(HeadquartersIn, leave_out=("code",))),
)


class CalendarDayOut(Schema):
    """A day that differs from the week; no station: for all."""

    id: int
    station_id: int | None
    on: date
    is_workday: bool
    name: str
    version: int


class CalendarWanted(Wanted):
    """Which days."""

    station_id: Identity | None = None
    from_on: date | None = None
    until_on: date | None = None


class CalendarDayIn(Given):
    """A holiday or make-up workday; saying it again replaces it."""

    station_id: Identity | None = None
    on: date
    is_workday: bool
    name: Annotated[str, Field(min_length=1, max_length=40)]


class Removed(Schema):
    """The record is gone."""

    removed: bool


def _days(actor: Actor) -> Any:
    stations = actor.stations_with()
    rows = CalendarDay.objects.all()
    return rows if stations is None else rows.filter(Q(station__isnull=True) | Q(station_id__in=stations))


def set_day(actor: Actor, at: datetime, *, station: Station | None = None, **values: Any) -> CalendarDay:
    """Declare a day a holiday or a workday, for one station or for all."""
    return services.set_calendar_day(actor, at, station=station, **values)


DAYS = Master(
    name="calendar_day",
    model=CalendarDay,
    shows=CalendarDayOut,
    wanted=CalendarWanted,
    narrow={"from_on": "on__gte", "until_on": "on__lt"},
    scope=_days,
)
add_reading(calendar_router, DAYS)
add_opening(calendar_router, DAYS, Verb(name="set", service=set_day, takes=CalendarDayIn, rows={"station": Station}))
add_verbs(
    calendar_router,
    DAYS,
    Verb(
        name="remove",
        service=services.remove_calendar_day,
        shows=Removed,
        answers=lambda _nothing, _actor: {"removed": True},
    ),
)
