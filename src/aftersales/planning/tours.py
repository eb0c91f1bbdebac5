"""The shapes of round trips: depots, vans and stops in; timed tours with reasons out. And the clock of one tour.

Times are whole seconds since the start of the planned day, lengths whole metres, money fen (cents of a yuan).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from aftersales.planning.road import Legs
from aftersales.planning.sentences import Sentence

DAY = 86_400
NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Depot:
    """Where vans load: `place` is a row of the legs; every departure takes `loading` seconds first."""

    name: str
    place: str
    opens: int = 0
    closes: int = DAY
    loading: int = 0


@dataclass(frozen=True, slots=True)
class Van:
    """One vehicle with its driver for one shift.

    `capacity` limits each kind of load (kg, litres, pallets…) aboard at any moment; what it doesn't name can't come.
    `abilities` is what van and driver may do together (dangerous-goods class, tail lift, tow type…). `trips`: how
    often it may leave the depot; `most_metres` and `most_seconds` limit the whole tour. Money in fen: a kilometre, an
    hour from the first loading to the last return, a day it is used at all.
    """

    name: str
    depot: str
    shift_start: int
    shift_end: int
    capacity: Mapping[str, int] = NOTHING
    abilities: frozenset[str] = frozenset()
    trips: int = 1
    most_metres: int | None = None
    most_seconds: int | None = None
    fen_per_km: int = 100
    fen_per_hour: int = 0
    fen_per_day: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """One customer to be visited once: service starts within one of `windows` and lasts `service` seconds.

    `deliver` is loaded at the depot, not before `ready`; `collect` comes back. `needs` are abilities of the van.
    `refusal_fen`: what leaving the stop out costs; None when it must be served. `van`: the one a person has pinned.
    """

    name: str
    place: str
    windows: tuple[tuple[int, int], ...] = ((0, DAY),)
    service: int = 0
    deliver: Mapping[str, int] = NOTHING
    collect: Mapping[str, int] = NOTHING
    needs: frozenset[str] = frozenset()
    ready: int = 0
    refusal_fen: int | None = None
    van: str | None = None


@dataclass(frozen=True, slots=True)
class TourCase:
    """All that one call plans."""

    depots: tuple[Depot, ...]
    vans: tuple[Van, ...]
    stops: tuple[Stop, ...]
    legs: Legs


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop at its time: arrival, start of service (after waiting for the window), departure."""

    stop: str
    arrive: int
    start: int
    leave: int


@dataclass(frozen=True, slots=True)
class Trip:
    """Out and back once: loading starts at `load`, the van leaves at `depart` and is back at `back`."""

    load: int
    depart: int
    visits: tuple[Visit, ...]
    back: int


@dataclass(frozen=True, slots=True)
class Tour:
    """What one van does that day."""

    van: str
    trips: tuple[Trip, ...]

    def stops(self) -> tuple[str, ...]:
        """Return its stops in order."""
        return tuple(visit.stop for trip in self.trips for visit in trip.visits)


@dataclass(frozen=True, slots=True)
class TourPlan:
    """Tours, what is left out, and why.

    `refused` are stops left out at their price, `missed` stops that had to be served and for which no place was found
    (the plan is then incomplete: `bound` and `gap` are None). `cost` is in fen, refusal prices included. `bound` is a
    proved floor of the cost, `gap` the share of the cost above it. `work` counts the solver's iterations.
    """

    tours: tuple[Tour, ...]
    refused: tuple[str, ...]
    missed: tuple[str, ...]
    metres: int
    cost: float
    bound: float | None
    gap: float | None
    work: int
    reasons: Mapping[str, Sentence] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A case by name, made once per call."""

    case: TourCase
    depots: Mapping[str, Depot]
    vans: Mapping[str, Van]
    stops: Mapping[str, Stop]
    row: Mapping[str, int]

    @classmethod
    def of(cls, case: TourCase) -> Lookup:
        """Return the case by name."""
        return cls(
            case,
            {depot.name: depot for depot in case.depots},
            {van.name: van for van in case.vans},
            {stop.name: stop for stop in case.stops},
            case.legs.index(),
        )

    def seconds(self, one: str, other: str) -> int:
        """Return the seconds from a place to a place."""
        return self.case.legs.seconds[self.row[one]][self.row[other]]

    def metres(self, one: str, other: str) -> int:
        """Return the metres from a place to a place."""
        return self.case.legs.metres[self.row[one]][self.row[other]]

    def may(self, van: Van, stop: Stop) -> bool:
        """Whether a van may serve a stop at all: abilities, pin, size."""
        return (
            stop.needs <= van.abilities
            and stop.van in {None, van.name}
            and all(amount <= van.capacity.get(kind, 0) for kind, amount in stop.deliver.items())
            and all(amount <= van.capacity.get(kind, 0) for kind, amount in stop.collect.items())
        )

    def tour_metres(self, tour: Tour) -> int:
        """Return the metres of a tour."""
        home = self.depots[self.vans[tour.van].depot].place
        total = 0
        for trip in tour.trips:
            here = home
            for visit in trip.visits:
                there = self.stops[visit.stop].place
                total += self.metres(here, there)
                here = there
            total += self.metres(here, home)
        return total

    def tour_cost(self, tour: Tour) -> float:
        """Return the fen of a tour: kilometres, paid hours, the day."""
        van = self.vans[tour.van]
        paid = tour.trips[-1].back - tour.trips[0].load
        return van.fen_per_day + self.tour_metres(tour) * van.fen_per_km / 1000 + paid * van.fen_per_hour / 3600


def timed(look: Lookup, van: Van, trips: Sequence[Sequence[str]]) -> Tour | None:
    """Return the tour of a van through trips of stops, back as early as it can be and leaving no earlier than it must.

    None when any hard limit breaks: abilities, windows, loads, shift, opening hours, length.
    """
    depot = look.depots[van.depot]
    rows = [tuple(look.stops[name] for name in trip) for trip in trips if trip]
    if (
        not rows
        or len(rows) > van.trips
        or not all(look.may(van, stop) for row in rows for stop in row)
        or not all(fits(van, row) for row in rows)
    ):
        return None
    now = max(van.shift_start, depot.opens)
    early: list[Trip] = []
    for row in rows:
        trip = _earliest(look, depot, row, now)
        if trip is None or trip.back > min(van.shift_end, depot.closes):
            return None
        early.append(trip)
        now = trip.back
    tour = Tour(van.name, tuple(_unhurried(look, depot, rows, early, whole_day=van.fen_per_hour > 0)))
    too_long = van.most_seconds is not None and tour.trips[-1].back - tour.trips[0].load > van.most_seconds
    if too_long and van.fen_per_hour == 0:
        tour = Tour(van.name, tuple(_unhurried(look, depot, rows, early, whole_day=True)))
        too_long = tour.trips[-1].back - tour.trips[0].load > (van.most_seconds or 0)
    too_far = van.most_metres is not None and look.tour_metres(tour) > van.most_metres
    return None if too_long or too_far else tour


def fits(van: Van, row: Sequence[Stop]) -> bool:
    """Whether every kind of load stays within the van's capacity along a trip: deliveries leave it, returns fill it."""
    for kind in {kind for stop in row for kind in (*stop.deliver, *stop.collect)}:
        room = van.capacity.get(kind, 0)
        aboard = sum(stop.deliver.get(kind, 0) for stop in row)
        if aboard > room:
            return False
        for stop in row:
            aboard += stop.collect.get(kind, 0) - stop.deliver.get(kind, 0)
            if aboard > room:
                return False
    return True


def _earliest(look: Lookup, depot: Depot, row: Sequence[Stop], now: int) -> Trip | None:
    """Return a trip run as early as can be from `now`, or None when a window closes first."""
    load = max(now, *(stop.ready for stop in row))
    clock = depart = load + depot.loading
    here = depot.place
    visits: list[Visit] = []
    for stop in row:
        arrive = clock + look.seconds(here, stop.place)
        start = min((max(arrive, opens) for opens, closes in stop.windows if arrive <= closes), default=None)
        if start is None:
            return None
        clock = start + stop.service
        visits.append(Visit(stop.name, arrive, start, clock))
        here = stop.place
    return Trip(load, depart, tuple(visits), clock + look.seconds(here, depot.place))


def _unhurried(
    look: Lookup, depot: Depot, rows: Sequence[Sequence[Stop]], early: Sequence[Trip], *, whole_day: bool
) -> list[Trip]:
    """Return the trips with every return kept (only the last one when the whole day is paid) and the rest moved as late
    as the windows allow, so that nobody waits on the road who could still be at home.
    """
    late: list[Trip] = []
    back = early[-1].back
    for row, trip in zip(reversed(rows), reversed(early), strict=True):
        back = min(back, trip.back) if not whole_day else back
        limit, there = back, depot.place
        starts: list[int] = []
        for stop in reversed(row):
            limit -= look.seconds(stop.place, there) + stop.service
            limit = max(min(limit, closes) for opens, closes in stop.windows if opens <= limit)
            starts.append(limit)
            there = stop.place
        depart = limit - look.seconds(depot.place, there)
        clock, here = depart, depot.place
        visits: list[Visit] = []
        for stop, start in zip(row, reversed(starts), strict=True):
            arrive = clock + look.seconds(here, stop.place)
            visits.append(Visit(stop.name, arrive, start, start + stop.service))
            clock, here = start + stop.service, stop.place
        late.append(Trip(depart - depot.loading, depart, tuple(visits), clock + look.seconds(here, depot.place)))
        back = depart - depot.loading
    return late[::-1]
