"""A garage's day played out minute by minute: a policy plans with what is known, the truth decides how long it took."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from aftersales.planning.durations import Learnt
from aftersales.planning.garage.days import CLOSE, OPEN, GarageDay
from aftersales.planning.workshop.calendars import Calendar, calendar_of
from aftersales.planning.workshop.shapes import (
    TOLERANCE,
    Assignment,
    Operation,
    Plan,
    Running,
    Technician,
    Vehicle,
    Workshop,
)
from aftersales.planning.workshop.validation import qualified

NO_SHOW_AFTER = 60
"""Minutes after which a car that has not come is given up."""
EARLY = 20
"""Work may begin so many minutes before its time when everything it needs is there."""
LAST_MINUTE = 4 * 24 * 60

type Policy = Callable[[Workshop, Plan | None, bool], Plan]
"""From the day as known now, the plan people see and whether something unforeseen happened, to a plan."""
type Watcher = Callable[[Workshop, Plan], None]


@dataclass(frozen=True, slots=True)
class Visit:
    """How a car's day went: minutes of arrival and ready, the promise, and whether the customer waited in the house."""

    arrival: int
    ready: int
    promised: int
    weight: int


@dataclass(frozen=True, slots=True)
class Played:
    """A day that is over."""

    visits: dict[str, Visit]
    busy: dict[str, int]
    """Hands-on minutes of each technician."""
    replans: int
    changes: int
    """Operations moved in all replans together."""

    @property
    def kept(self) -> float:
        """The share of promises kept."""
        return sum(one.ready <= one.promised for one in self.visits.values()) / len(self.visits)

    @property
    def mean_lateness(self) -> float:
        """Minutes after the promise, the mean over all cars (a kept promise counts 0)."""
        return sum(max(0, one.ready - one.promised) for one in self.visits.values()) / len(self.visits)

    @property
    def mean_waiting(self) -> float:
        """Minutes from arrival until ready, the mean weighted as the planner weighs cars."""
        total = sum(one.weight for one in self.visits.values())
        return sum(one.weight * (one.ready - one.arrival) for one in self.visits.values()) / total

    @property
    def utilisation(self) -> float:
        """Hands-on minutes as a share of those present in opening hours less the break."""
        return sum(self.busy.values()) / (len(self.busy) * (CLOSE - OPEN - 60))

    @property
    def unevenness(self) -> float:
        """The standard deviation of the technicians' hands-on minutes."""
        mean = sum(self.busy.values()) / len(self.busy)
        return math.sqrt(sum((value - mean) ** 2 for value in self.busy.values()) / len(self.busy))


@dataclass(slots=True)
class _Car:
    """A car as the simulation knows it."""

    vehicle: Vehicle
    left: list[Operation]
    arrived: int | None = None
    is_gone: bool = False
    done_by: dict[str, str] = field(default_factory=dict)
    ready: int = 0


@dataclass(slots=True)
class _Under:
    """An operation under way, with its true times."""

    place: Assignment
    off: int
    end: int
    expected: float


@dataclass(slots=True)
class _Simulation:
    day: GarageDay
    learnt: Learnt
    caution: float
    cars: dict[str, _Car] = field(default_factory=dict)
    under: dict[tuple[str, str], _Under] = field(default_factory=dict)
    busy: dict[str, int] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    people: dict[str, Technician] = field(default_factory=dict)
    events: list[tuple[int, int, str, str]] = field(default_factory=list)
    serial: int = 0
    answers: dict[tuple[str, str, int, str], float] = field(default_factory=dict)
    """What was learnt about work in somebody's hands, asked for again and again."""

    def at(self, minute: int, kind: str, name: str = "") -> None:
        self.serial += 1
        heapq.heappush(self.events, (minute, self.serial, kind, name))

    def begin(self) -> None:
        booked = self.day.booked
        for who in booked.technicians:
            self.people[who.name] = who
            self.busy[who.name] = 0
            self.calendars[who.name] = calendar_of(booked, who, frozenset())
        for vehicle in booked.vehicles:
            self.cars[vehicle.name] = _Car(vehicle, list(vehicle.operations))
            comes = self.day.truth.arrivals[vehicle.name]
            if comes is None:
                self.at(vehicle.arrival + NO_SHOW_AFTER, "no show", vehicle.name)
            else:
                self.at(comes, "arrival", vehicle.name)
                if comes > vehicle.arrival + 10:
                    self.at(vehicle.arrival + 10, "late")
        for vehicle in self.day.walk_ins:
            self.at(vehicle.arrival, "walk-in", vehicle.name)
        self.at(OPEN, "open")

    def happens(self, now: int) -> bool:
        """Let everything of this minute happen; tells whether any of it was unforeseen."""
        news = False
        while self.events and self.events[0][0] <= now:
            _minute, _serial, kind, name = heapq.heappop(self.events)
            if kind == "arrival":
                self.cars[name].arrived = now
                news = news or abs(now - self.cars[name].vehicle.arrival) > TOLERANCE
            elif kind == "walk-in":
                vehicle = next(one for one in self.day.walk_ins if one.name == name)
                self.cars[name] = _Car(vehicle, list(vehicle.operations), arrived=now)
                news = True
            elif kind == "no show":
                self.cars[name].is_gone = True
                news = True
            elif kind in ("late", "open"):
                news = True
        for key, under in list(self.under.items()):
            if under.end <= now:
                news = self._finish(key, under, now) or news
        return news

    def _finish(self, key: tuple[str, str], under: _Under, now: int) -> bool:
        del self.under[key]
        car = self.cars[key[0]]
        at = next(at for at, one in enumerate(car.left) if one.name == key[1])
        del car.left[at]
        if under.place.technician:
            car.done_by[key[1]] = under.place.technician
        extra = self.day.truth.added.get(key)
        if extra is not None:
            car.left.insert(at, replace(extra, after=(), parts_ready=now + 15))
        if not car.left:
            car.ready = under.end
        return extra is not None or abs(under.end - under.place.end) > TOLERANCE

    def start(self, place: Assignment, now: int) -> None:
        car = self.cars[place.vehicle]
        operation = next(one for one in car.left if one.name == place.operation)
        truth = self.day.truth
        minutes = operation.minutes * truth.noise[place.vehicle, place.operation]
        off = now
        expected = float(operation.minutes)
        if place.technician is not None:
            minutes *= truth.paces[place.technician]
            off = self.calendars[place.technician].finish(now, max(1, round(minutes)))
            self.busy[place.technician] += max(1, round(minutes))
            expected = self.minutes(car.vehicle, operation, place.technician)
        end = off + operation.unattended
        self.under[place.vehicle, place.operation] = _Under(place, off, end, expected)
        if off != end:
            self.at(off, "hands off")
        self.at(end, "end")
        if place.hands_off + TOLERANCE < off:
            self.at(place.hands_off + TOLERANCE, "late")

    def start_what_can(self, plan: Plan, now: int) -> None:
        """Start what is due, and what is next for its person and bay and planned within EARLY minutes."""
        taken: set[str] = set()
        for place in sorted(plan.assignments, key=lambda one: one.start):
            key = (place.vehicle, place.operation)
            left = self.cars[place.vehicle].left
            if place.start > now + EARLY:
                break
            if key in self.under or not any(one.name == place.operation for one in left):
                continue
            names = {f"person {place.technician}", f"bay {place.bay}"} - {"person None", "bay None"}
            if (place.start <= now or not names & taken) and self.may_start(place, now):
                self.start(replace(place, start=now), now)
            taken |= names

    def minutes(self, vehicle: Vehicle, operation: Operation, technician: str) -> float:
        """Return the minutes planned for this work: a share `caution` of such work takes less."""
        key = (operation.code, vehicle.model, operation.minutes, technician)
        if key not in self.answers:
            found = self.learnt.duration(operation.code, vehicle.model, technician, operation.minutes)
            self.answers[key] = found.quantile(self.caution)
        return self.answers[key]

    def known(self, now: int) -> Workshop:
        """Return the day as people know it now."""
        vehicles = []
        for car in self.cars.values():
            if car.is_gone or not car.left:
                continue
            arrival = car.arrived
            if arrival is None:
                late = now - car.vehicle.arrival
                arrival = car.vehicle.arrival if late < 0 else now + 5 + late // 2
            operations = tuple(self._as_known(car, operation, now) for operation in car.left)
            vehicles.append(replace(car.vehicle, operations=operations, arrival=arrival))
        return replace(self.day.booked, vehicles=tuple(vehicles), now=now)

    def _as_known(self, car: _Car, operation: Operation, now: int) -> Operation:
        left = {one.name for one in car.left}
        able = qualified(self.day.booked, operation)
        gone = {car.done_by.get(name) for name in operation.other_person_than}
        names = frozenset(who.name for who in able if who.name not in gone)
        under = self.under.get((car.vehicle.name, operation.name))
        running = None
        if under is not None:
            place = under.place
            hands = 0
            if now < under.off and place.technician is not None:
                done = now - place.start - self.calendars[place.technician].rested(place.start, now)
                hands = max(round(under.expected - done), round(0.12 * under.expected), 1)
            waits = under.end - max(now, under.off) if now >= under.off else operation.unattended
            running = Running(place.technician, place.bay, place.start, hands, waits)
        return replace(
            operation,
            technicians=names,
            minutes_by_technician={
                name: max(1, round(self.minutes(car.vehicle, operation, name))) for name in sorted(names)
            },
            other_person_than=tuple(name for name in operation.other_person_than if name in left),
            running=running,
        )

    def may_start(self, place: Assignment, now: int) -> bool:
        """Tell whether the work can really begin: the car is there and in turn, person and bay are free."""
        car = self.cars[place.vehicle]
        if car.arrived is None or not car.left or car.left[0].name != place.operation:
            return False
        if car.left[0].parts_ready > now or (place.vehicle, place.operation) in self.under:
            return False
        for under in self.under.values():
            if under.place.bay is not None and under.place.bay == place.bay:
                return False
            if under.off > now and under.place.technician is not None and under.place.technician == place.technician:
                return False
        if place.technician is None:
            return True
        placed = self.calendars[place.technician].place(now, 1)
        return placed is not None and placed[0] == now


def play(
    day: GarageDay,
    policy: Policy,
    learnt: Learnt,
    *,
    caution: float = 0.5,
    watch: Watcher | None = None,
    looks: Iterable[int] = (),
) -> Played:
    """Play the day; `caution` is the share of work that takes less than what is planned for it.

    `watch` sees the day as known and the plan after every change, and at the minutes `looks`; what it sees changes
    nothing. Raises RuntimeError when a policy never ends.
    """
    simulation = _Simulation(day, learnt, caution)
    simulation.begin()
    plan: Plan | None = None
    replans = changes = 0
    now = OPEN
    left = sorted(set(looks), reverse=True)
    while any(car.left and not car.is_gone for car in simulation.cars.values()) or simulation.events:
        if now > LAST_MINUTE:
            raise RuntimeError("the day never ends")
        news = simulation.happens(now)
        known = simulation.known(now)
        if known.vehicles:
            before = plan
            plan = policy(known, before, news)
            if before is not None:
                replans += plan is not before
                changes += changed(before, plan)
            simulation.start_what_can(plan, now)
            if watch is not None:
                watch(simulation.known(now), plan)
        before_that, now = now, _next_minute(simulation, plan, now)
        while left and left[-1] < now:
            minute = left.pop()
            if minute > before_that and plan is not None and watch is not None:
                known = simulation.known(minute)
                if known.vehicles:
                    watch(known, plan)
    visits = {
        name: Visit(car.arrived or 0, car.ready, car.vehicle.promised or CLOSE, car.vehicle.weight)
        for name, car in simulation.cars.items()
        if not car.is_gone
    }
    return Played(visits, simulation.busy, replans, changes)


def _next_minute(simulation: _Simulation, plan: Plan | None, now: int) -> int:
    """Return when something happens next: an event, or a planned start."""
    times = [simulation.events[0][0]] if simulation.events else []
    waiting = {(name, one.name) for name, car in simulation.cars.items() for one in car.left}
    for place in plan.assignments if plan is not None else ():
        key = (place.vehicle, place.operation)
        if place.start > now and key in waiting and key not in simulation.under:
            times.append(place.start)
    return max(now + 1, min(times)) if times else now + 15


def changed(before: Plan, after: Plan) -> int:
    """Return how many operations in both plans have another person or bay or start at another time."""
    places = {(one.vehicle, one.operation): one for one in before.assignments}
    count = 0
    for one in after.assignments:
        old = places.get((one.vehicle, one.operation))
        if old is not None:
            moved = abs(one.start - old.start) > TOLERANCE
            count += moved or (one.technician, one.bay) != (old.technician, old.bay)
    return count
