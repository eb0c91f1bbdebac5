"""The shapes of rescue: units and open calls in; who goes where, when and why out. And the distance bands.

Times are whole seconds since the start of the planned day (negative: the day before), lengths metres, money fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aftersales.planning.road import Legs
from aftersales.planning.sentences import Sentence

HOUR = 3_600
COUNTY_M = 50_000


class Area(StrEnum):
    """Where a call is, seen from the station: read before the distance (the standard's table note X-06)."""

    CITY = "city"
    COUNTY = "county"
    REGION = "region"
    PROVINCE = "province"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Band:
    """A clause's time from acceptance to arrival; `average`: it binds the mean of a period, not each case."""

    clause: str
    seconds: int
    average: bool = False


BANDS = {
    band.clause: band
    for band in (
        Band("RESC-02", 2 * HOUR),
        Band("RESC-03", 3 * HOUR),
        Band("RESC-04", 4 * HOUR),
        Band("RESC-05", 24 * HOUR, average=True),
        Band("RESC-06", 48 * HOUR, average=True),
    )
}
"""The adopted reading; a caller whose owner has confirmed other figures passes its own bands to `band_of`."""


def band_of(area: Area, metres: int, bands: Mapping[str, Band] = BANDS) -> Band:
    """Return the one band of a place (RESC-01): its area first, then the road from the station in metres.

    City RESC-02; the city's counties RESC-03 within 50 km and RESC-04 beyond; the wider region RESC-04; elsewhere in
    the province RESC-05; another province RESC-06.
    """
    if area is Area.COUNTY:
        return bands["RESC-03" if metres <= COUNTY_M else "RESC-04"]
    clause = {Area.CITY: "RESC-02", Area.REGION: "RESC-04", Area.PROVINCE: "RESC-05"}.get(area, "RESC-06")
    return bands[clause]


@dataclass(frozen=True, slots=True)
class Unit:
    """A rescue vehicle with its crew, free at `place` from `free_at` on (now, or the end of what it is doing).

    It must be back at `home` by `shift_end`. `abilities`: flatbed, underlift, high-voltage, models it is trained for…
    """

    name: str
    place: str
    home: str
    free_at: int
    shift_start: int
    shift_end: int
    abilities: frozenset[str] = frozenset()
    fen_per_km: int = 150


@dataclass(frozen=True, slots=True)
class Call:
    """A case whose unit has not arrived: `within` seconds after `accepted` somebody must be there (clause `clause`).

    `danger`: people are in danger (hard shoulder, injured, child locked in): before everything else. `service` seconds
    on the spot, then, with `tow_to`, the car goes there and `unload` seconds pass. `earliest`: not wanted before (an
    agreed visit). `refusal_fen`: a partner takes it at that price; None when it is ours. `unit`: pinned by a person or
    under way. `told`: unit and arrival the customer has been told (RESC-08), which is not changed for nothing.
    """

    name: str
    place: str
    accepted: int
    within: int
    clause: str = ""
    danger: bool = False
    service: int = 1_800
    needs: frozenset[str] = frozenset()
    tow_to: str | None = None
    unload: int = 900
    earliest: int = 0
    refusal_fen: int | None = None
    unit: str | None = None
    told: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What keeping people waiting is worth, in fen, so that it can be weighed against kilometres and partners' prices.

    A minute until arrival, a call that is late at all, a minute late; another unit than told, or an arrival more than
    `grace` seconds after the one told.
    """

    waiting_minute: int = 600
    late_call: int = 60_000
    late_minute: int = 400
    changed: int = 1_500
    grace: int = 600


@dataclass(frozen=True, slots=True)
class RescueCase:
    """The situation at `now`."""

    now: int
    units: tuple[Unit, ...]
    calls: tuple[Call, ...]
    legs: Legs
    worth: Worth = field(default_factory=Worth)


@dataclass(frozen=True, slots=True)
class Task:
    """A unit drives off at `depart`, is with the customer at `arrive`, free again (car unloaded) at `done`."""

    unit: str
    call: str
    depart: int
    arrive: int
    done: int


@dataclass(frozen=True, slots=True)
class RescuePlan:
    """Tasks in each unit's order, what partners take, what must wait for want of a unit, and why.

    Objective, in this order: calls of people in danger without a unit, the whole minutes those people wait, other calls
    without a unit, then `fen` (waiting, lateness, changes, kilometres, partners). `floor_minutes` and `bound` are
    proved floors of `danger_minutes` and `fen`; None where calls are left waiting. `gap` is the share of `fen` above.
    """

    tasks: tuple[Task, ...]
    partners: tuple[str, ...]
    waiting: tuple[str, ...]
    metres: int
    danger_minutes: int
    fen: int
    floor_minutes: int | None
    bound: int | None
    gap: float | None
    work: int
    reasons: Mapping[str, Sentence] = field(default_factory=dict)

    def next_of(self, unit: str) -> Task | None:
        """Return what a unit does next, None when nothing."""
        return next((task for task in self.tasks if task.unit == unit), None)
