"""A rescue day, seeded: calls that become known one by one, roads and work that take other than planned, two
policies.

What happens to a call (its way's factor, the time on the spot) is drawn once per call: both policies meet the same day.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from aftersales.planning.effort import Effort
from aftersales.planning.rescue import plan_rescue
from aftersales.planning.rescue_cases import HOUR, Area, Call, RescueCase, RescuePlan, Unit, Worth, band_of
from aftersales.planning.rescue_checks import rescue_faults
from aftersales.planning.road import CrowRoad, Place

ROAD = CrowRoad(factor=1.33, kmh=45)
CENTRE = (31.0, 121.0)
BASES = (Place("main", 31.0, 121.0), Place("north", 31.22, 121.08), Place("west", 30.95, 120.7))
END = 30 * HOUR
UNITS = 16


@dataclass(frozen=True, slots=True)
class Day:
    """What happens, the same for every policy: calls, their places, true factors of way and work, units."""

    calls: tuple[Call, ...]
    places: dict[str, Place]
    way: dict[str, float]
    work: dict[str, float]
    units: tuple[Unit, ...]


@dataclass(slots=True)
class Outcome:
    """What a policy made of a day: seconds from acceptance to arrival of every call, metres, wrong plans."""

    response: dict[str, int] = field(default_factory=dict)
    metres: int = 0
    wrong: int = 0


def day(seed: int, *, calls: int) -> Day:
    """Return a day with so many calls (07:00 to 21:00, two peaks, a storm cell on every third day) and 16 units."""
    dice = random.Random(seed)
    places = {base.name: base for base in BASES}
    stormy = seed % 3 == 0
    cell = (CENTRE[0] + dice.uniform(-0.15, 0.15), CENTRE[1] + dice.uniform(-0.2, 0.2))
    found: list[Call] = []
    way: dict[str, float] = {}
    work: dict[str, float] = {}
    for number in range(calls):
        name = f"call {number + 1}"
        in_cell = stormy and dice.random() < 0.3
        accepted = int(_hour(dice, in_cell) * HOUR)
        places[name], area, metres = _spot(dice, name, cell if in_cell else None)
        needs = frozenset(
            ability for ability, share in (("flatbed", 0.4), ("high voltage", 0.15)) if dice.random() < share
        )
        tow_to = min(BASES, key=lambda base: _apart(base, places[name])).name if "flatbed" in needs else None
        band = band_of(area, metres)
        service = dice.choice((1_200, 1_500, 1_800, 2_400))
        danger = dice.random() < 0.06
        found.append(Call(name, name, accepted, band.seconds, band.clause, danger, service, needs, tow_to))
        way[name] = math.exp(dice.gauss(0, 0.15))
        work[name] = math.exp(dice.gauss(0, 0.35))
    units = []
    for number in range(UNITS):
        base = BASES[(0, 0, 1, 2)[number // 4 % 4]]
        starts = (6, 10, 14, 14)[number % 4] * HOUR
        can = {"flatbed": number % 5 in {0, 1, 3}, "high voltage": number % 3 == 0}
        skills = frozenset(ability for ability, has in can.items() if has)
        units.append(Unit(f"unit {number + 1}", base.name, base.name, starts, starts, starts + 12 * HOUR, skills))
    return Day(tuple(sorted(found, key=lambda call: (call.accepted, call.name))), places, way, work, tuple(units))


def _hour(dice: random.Random, in_cell: bool) -> float:
    if in_cell:
        return dice.uniform(15, 18)
    kind = dice.random()
    wanted = dice.gauss(8.5, 1) if kind < 0.3 else dice.gauss(18, 1.2) if kind < 0.6 else dice.uniform(7, 21)
    return min(max(wanted, 7.0), 21.0)


def _spot(dice: random.Random, name: str, cell: tuple[float, float] | None) -> tuple[Place, Area, int]:
    """Return a place, its area and its road metres from the main station: 60 % city, 30 % counties, the rest beyond."""
    kind, turn = dice.random(), dice.uniform(0, 2 * math.pi)
    km = dice.uniform(1, 14) if kind < 0.6 else dice.uniform(14, 38) if kind < 0.9 else dice.uniform(38, 60)
    centre = CENTRE if cell is None else cell
    km = km if cell is None else dice.uniform(0, 8)
    place = Place(
        name,
        centre[0] + km * math.cos(turn) / 111.2,
        centre[1] + km * math.sin(turn) / (111.2 * math.cos(math.radians(31))),
    )
    metres = ROAD.legs([BASES[0], place]).metres[0][1]
    area = Area.CITY if metres <= 19_000 else Area.COUNTY if metres <= 50_000 else Area.REGION
    return place, area, metres


def _apart(one: Place, other: Place) -> float:
    return ROAD.legs([one, other]).metres[0][1]


@dataclass(slots=True)
class _Crew:
    """A unit on the day: where it is or ends up, what it is on, and when (planned and true)."""

    unit: Unit
    place: Place
    call: Call | None = None
    since: int = 0
    origin: Place | None = None
    arrives: int = 0
    planned_done: int = 0
    done: int = 0
    turn: int = 0


class Simulation:
    """Plays a day out; a policy looks at the open calls and idle crews and sends."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.crews = [_Crew(unit, day.places[unit.place], done=unit.shift_start) for unit in day.units]
        self.open: dict[str, Call] = {}
        self.outcome = Outcome()
        self.now = 0
        self.events: list[tuple[int, int, int, object]] = []
        self.count = 0

    def run(self, policy: Callable[[Simulation], None]) -> Outcome:
        """Return what a policy makes of the day; calls nobody reached by the end count until the end."""
        for call in self.day.calls:
            self._at(call.accepted, call)
        for crew in self.crews:
            self._at(crew.unit.shift_start, (crew, 0))
        while self.events:
            self.now, _, _, what = heapq.heappop(self.events)
            if isinstance(what, Call):
                self.open[what.name] = what
            elif isinstance(what, tuple):
                crew, turn = what
                if turn != crew.turn:
                    continue
                if crew.call is not None:
                    self.outcome.response[crew.call.name] = crew.arrives - crew.call.accepted
                    crew.call = None
            policy(self)
        for call in self.open.values():
            self.outcome.response[call.name] = END - call.accepted
        return self.outcome

    def _at(self, when: int, what: object) -> None:
        self.count += 1
        heapq.heappush(self.events, (when, 0 if isinstance(what, Call) else 1, self.count, what))

    def idle(self) -> list[_Crew]:
        """Return the crews on shift with nothing to do."""
        return [crew for crew in self.crews if crew.call is None and crew.unit.shift_start <= self.now]

    def send(self, crew: _Crew, call: Call) -> None:
        """Send a crew to an open call, now."""
        del self.open[call.name]
        spot = self.day.places[call.place]
        legs = ROAD.legs([crew.place, spot, *([self.day.places[call.tow_to]] if call.tow_to else [])])
        way = round(legs.seconds[0][1] * self.day.way[call.name])
        crew.call, crew.since, crew.origin = call, self.now, crew.place
        crew.arrives = self.now + way
        tow = legs.seconds[1][2] + call.unload if call.tow_to else 0
        crew.planned_done = self.now + legs.seconds[0][1] + call.service + tow
        crew.done = crew.arrives + round(call.service * self.day.work[call.name]) + round(tow * self.day.way[call.name])
        self.outcome.metres += legs.metres[0][1] + (legs.metres[1][2] if call.tow_to else 0)
        crew.place = self.day.places[call.tow_to] if call.tow_to else spot
        crew.turn += 1
        self._at(crew.done, (crew, crew.turn))

    def recall(self, crew: _Crew) -> None:
        """Turn a crew on its way round where it is; its call is open again."""
        assert crew.call is not None
        assert crew.origin is not None
        call, spot = crew.call, self.day.places[crew.call.place]
        share = (self.now - crew.since) / max(1, crew.arrives - crew.since)
        legs = ROAD.legs([crew.origin, spot, *([self.day.places[call.tow_to]] if call.tow_to else [])])
        undone = legs.metres[0][1] * (1 - share) + (legs.metres[1][2] if call.tow_to else 0)
        self.outcome.metres -= round(undone)
        crew.place = Place(
            f"{crew.unit.name} on the road",
            _between(crew.origin.latitude, spot.latitude, share),
            _between(crew.origin.longitude, spot.longitude, share),
        )
        crew.call = None
        crew.turn += 1
        self.open[call.name] = call


def _between(one: float | None, other: float | None, share: float) -> float:
    assert one is not None
    assert other is not None
    return one + (other - one) * share


def fits(simulation: Simulation, crew: _Crew, call: Call) -> int | None:
    """Return the planned seconds of a crew's way to a call; None when it may not or its shift ends before."""
    if not call.needs <= crew.unit.abilities:
        return None
    places = [crew.place, simulation.day.places[call.place], simulation.day.places[call.tow_to or call.place]]
    legs = ROAD.legs([*places, simulation.day.places[crew.unit.home]])
    tow = legs.seconds[1][2] + call.unload if call.tow_to else 0
    done = simulation.now + legs.seconds[0][1] + call.service + tow + legs.seconds[2][3]
    return legs.seconds[0][1] if done <= crew.unit.shift_end else None


def nearest_first(simulation: Simulation) -> None:
    """Send to each call, as they came, the nearest idle crew; a crew that gets free takes the nearest call."""
    _nearest(simulation, triage=False)


def nearest_with_triage(simulation: Simulation) -> None:
    """Nearest first, but people in danger before anybody else."""
    _nearest(simulation, triage=True)


def _nearest(simulation: Simulation, *, triage: bool) -> None:
    while True:
        ways = [
            (triage and not call.danger, seconds, call.accepted, call.name, crew.unit.name, call, crew)
            for crew in simulation.idle()
            for call in simulation.open.values()
            if (seconds := fits(simulation, crew, call)) is not None
        ]
        if not ways:
            return
        best = min(ways, key=lambda way: way[:5])
        simulation.send(best[6], best[5])


class Planned:
    """Our policy: after every event plan all open calls anew from the plan there is, and send who leaves now.

    When people are in danger, crews on their way to anybody else may be turned round.
    """

    def __init__(self, work: float, seed: int, worth: Worth = Worth()) -> None:  # noqa: B008
        self.work, self.seed, self.worth = work, seed, worth
        self.before: RescuePlan | None = None
        self.told: dict[str, tuple[str, int]] = {}

    def __call__(self, simulation: Simulation) -> None:
        if not simulation.open:
            return
        under_way = {}
        if any(call.danger for call in simulation.open.values()):
            for crew in simulation.crews:
                if crew.call is not None and not crew.call.danger and simulation.now < crew.arrives:
                    under_way[crew.unit.name] = crew.call.name
                    simulation.recall(crew)
        case = self.situation(simulation)
        plan = plan_rescue(case, Effort(work=self.work, seed=self.seed), before=self.before)
        simulation.outcome.wrong += bool(rescue_faults(case, plan))
        self.before = plan
        for task in plan.tasks:
            self.told.setdefault(task.call, (task.unit, task.arrive))
        crews = {crew.unit.name: crew for crew in simulation.idle()}
        for name, crew in crews.items():
            task = plan.next_of(name)
            if task is not None and task.depart <= simulation.now:
                simulation.send(crew, simulation.open[task.call])

    def situation(self, simulation: Simulation) -> RescueCase:
        """Return the day as the dispatcher sees it: planned ends, not true ones."""
        now = simulation.now
        places = {base.name: base for base in BASES}
        units = []
        for crew in simulation.crews:
            free = now if crew.call is None else max(crew.planned_done, now + 60)
            places[crew.place.name] = crew.place
            units.append(replace(crew.unit, place=crew.place.name, free_at=max(free, crew.unit.shift_start)))
        for call in simulation.open.values():
            places[call.place] = simulation.day.places[call.place]
        calls = tuple(replace(call, told=self.told.get(call.name)) for call in simulation.open.values())
        return RescueCase(now, tuple(units), calls, ROAD.legs(list(places.values())), self.worth)
