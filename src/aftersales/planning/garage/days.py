"""A garage's day from a seed: what is booked, and what the day will hide from the planner until it happens."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from aftersales.planning.durations import Finished
from aftersales.planning.workshop.shapes import (
    Bay,
    Certificate,
    Operation,
    Shift,
    Span,
    Technician,
    Vehicle,
    Weights,
    Workshop,
)

OPEN, CLOSE = 8 * 60, 18 * 60
LUNCH = Span(12 * 60, 13 * 60)
MODELS = ("sedan", "suv", "van", "ev")
DAY_ONE = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work: standard minutes, how uncertain (sigma of the logarithm), and how often more turns out."""

    code: str
    minutes: int
    sigma: float
    skills: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset({"lift"})
    unattended: int = 0
    adds: float = 0.0
    waits_for_parts: float = 0.0


def _work(code: str, minutes: int, sigma: float, skill: str = "", at: str = "lift", **more: float) -> Work:
    return Work(
        code,
        minutes,
        sigma,
        frozenset({skill} if skill else ()),
        equipment=frozenset({at} if at else ()),
        unattended=int(more.get("unattended", 0)),
        adds=more.get("adds", 0.0),
        waits_for_parts=more.get("parts", 0.0),
    )


WASH = _work("wash", 20, 0.15, "", "wash")
FINAL = replace(_work("inspect", 12, 0.2, "", "inspection"), certificates=frozenset({"inspector"}))
KINDS: tuple[tuple[float, bool, tuple[Work, ...]], ...] = (
    (0.34, True, (_work("service_small", 40, 0.22, adds=0.12), WASH)),
    (0.20, True, (_work("service_large", 95, 0.22, adds=0.2), WASH)),
    (0.12, False, (_work("diagnose", 35, 0.4, "electrics", adds=0.35), _work("electrics", 60, 0.35, "electrics"))),
    (0.12, False, (_work("brakes", 75, 0.22, "chassis", adds=0.08, parts=0.15),)),
    (0.08, False, (_work("aircon", 50, 0.25, "electrics", unattended=30, parts=0.2),)),
    (0.08, False, (_work("tyres", 45, 0.18, "chassis", "aligner"),)),
    (0.06, False, (_work("engine", 170, 0.3, "engine", adds=0.1, parts=0.25), WASH)),
)
"""Share of visits, whether customers often wait in the house, and the work; each visit ends with an inspection."""
MODEL_FACTOR = {"sedan": 1.0, "suv": 1.08, "van": 1.2, "ev": 0.95}


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happens. `noise` multiplies an operation's minutes; absent cars never come."""

    arrivals: Mapping[str, int | None]
    noise: Mapping[tuple[str, str], float]
    paces: Mapping[str, float]
    """How much longer (above 1) or shorter a technician takes."""
    added: Mapping[tuple[str, str], Operation]
    """Work that turns out to be needed when this operation is finished."""


@dataclass(frozen=True, slots=True)
class GarageDay:
    """A day as booked in the morning, the walk-ins with the minute they are known, and the truth."""

    booked: Workshop
    walk_ins: tuple[Vehicle, ...]
    truth: Truth


def technicians(count: int, seed: int = 0) -> tuple[Technician, ...]:
    """Return people with overlapping skills, two inspectors among them, and a lunch break."""
    rng = Random(seed)  # noqa: S311 - a generator of examples
    skills = ("electrics", "chassis", "engine")
    people = []
    for number in range(count):
        has = {skills[number % 3]} | {skill for skill in skills if rng.random() < 0.3}
        held: tuple[Certificate, ...] = ()
        if number % 2 == 1:
            held = (Certificate("inspector", date(2025, 1, 1), date(2027, 12, 31)),)
        rest = Span(LUNCH.start - 30 * (number % 2), LUNCH.end - 30 * (number % 2))
        people.append(Technician(f"T{number + 1}", frozenset(has), (Shift(OPEN, CLOSE, (rest,)),), held))
    return tuple(people)


def places(count: int) -> tuple[Bay, ...]:
    """Return bays with lifts (one with the wheel aligner), a wash and an inspection place."""
    bays = [
        Bay(f"bay {number + 1}", frozenset({"lift", "aligner"} if number == 0 else {"lift"})) for number in range(count)
    ]
    shared = [
        Bay(f"{kind} {number + 1}", frozenset({kind}))
        for kind in ("wash", "inspection")
        for number in range(-(-count // 6))
    ]
    return (*bays, *shared)


def pace_of(name: str) -> float:
    """Return how much longer than standard this technician takes; the same in every example."""
    return 0.88 + 0.06 * (sum(map(ord, name)) % 5)


def garage_day(seed: int, *, cars: int = 20, people: int = 7, bays: int = 7) -> GarageDay:
    """Return the day of this seed."""
    rng = Random(seed)  # noqa: S311 - a generator of examples
    staff = technicians(people)
    vehicles: list[Vehicle] = []
    walk_ins: list[Vehicle] = []
    arrivals: dict[str, int | None] = {}
    noise: dict[tuple[str, str], float] = {}
    added: dict[tuple[str, str], Operation] = {}
    for number in range(cars):
        is_booked = rng.random() < 0.85
        vehicle, works = _visit(rng, f"car {number + 1:02d}", is_booked)
        (vehicles if is_booked else walk_ins).append(vehicle)
        if not is_booked:
            arrivals[vehicle.name] = vehicle.arrival
        elif rng.random() < 0.05:
            arrivals[vehicle.name] = None
        else:
            arrivals[vehicle.name] = max(OPEN, vehicle.arrival + round(rng.gauss(0, 10)))
        for operation, work in zip(vehicle.operations, works, strict=True):
            factor = MODEL_FACTOR[vehicle.model] * math.exp(rng.gauss(0, work.sigma))
            noise[vehicle.name, operation.name] = factor
            if rng.random() < work.adds:
                extra = _added_operation(rng, operation)
                added[vehicle.name, operation.name] = extra
                noise[vehicle.name, extra.name] = math.exp(rng.gauss(0, 0.25))
    booked = Workshop(DAY_ONE, staff, places(bays), tuple(vehicles), now=OPEN, weights=Weights())
    return GarageDay(
        booked, tuple(walk_ins), Truth(arrivals, noise, {who.name: pace_of(who.name) for who in staff}, added)
    )


def _visit(rng: Random, name: str, is_booked: bool) -> tuple[Vehicle, tuple[Work, ...]]:
    _share, often_waits, works = rng.choices(KINDS, [kind[0] for kind in KINDS])[0]
    works = (*works, FINAL) if works[-1] is not WASH else (*works[:-1], FINAL, WASH)
    slots = range(OPEN, CLOSE - 150, 15)
    arrival = rng.choices(slots, [3 if slot < 10 * 60 else 1 for slot in slots])[0]
    operations = []
    workers = tuple(work.code for work in works if work.code not in ("wash", "inspect"))
    for work in works:
        ready = arrival + rng.choice((45, 90, 150)) if rng.random() < work.waits_for_parts else 0
        operations.append(
            Operation(
                work.code,
                work.minutes,
                skills=work.skills,
                certificates=work.certificates,
                equipment=work.equipment,
                unattended=work.unattended,
                other_person_than=workers if work is FINAL else (),
                parts_ready=ready,
                code=work.code,
            )
        )
    takes = sum(work.minutes + work.unattended for work in works)
    waits_for = max((one.parts_ready - arrival for one in operations), default=0)
    promised = arrival + max(0, waits_for) + round(takes * 1.35) + rng.choice((60, 90, 150))
    if arrival < LUNCH.end and promised > LUNCH.start:
        promised += 60
    vehicle = Vehicle(
        name,
        tuple(operations),
        arrival=arrival,
        promised=min(-(-promised // 15) * 15, max(CLOSE, arrival + takes + 60)),
        is_booked=is_booked,
        customer_waits=rng.random() < (0.5 if often_waits else 0.15),
        model=rng.choice(MODELS),
    )
    return vehicle, works


def _added_operation(rng: Random, after: Operation) -> Operation:
    """Work that was found; the customer's approval takes a while, which counts as waiting for parts later on."""
    minutes = rng.choice((20, 30, 45, 60))
    return Operation(
        f"added to {after.name}",
        minutes,
        skills=after.skills,
        equipment=after.equipment,
        after=(after.name,),
        code="added",
    )


def finished_orders(seed: int, days: int, **size: int) -> list[Finished]:
    """Return what finished orders of so many days tell: each operation done by some qualified technician."""
    found: list[Finished] = []
    for day in range(days):
        example = garage_day(seed + day, **size)
        rng = Random(seed + day)  # noqa: S311 - a generator of examples
        people = example.booked.technicians
        for vehicle in (*example.booked.vehicles, *example.walk_ins):
            for operation in vehicle.operations:
                able = [
                    who
                    for who in people
                    if operation.skills <= who.skills
                    and operation.certificates <= {has.kind for has in who.certificates}
                ]
                who = rng.choice(able).name
                factor = example.truth.noise[vehicle.name, operation.name] * example.truth.paces[who]
                extra = example.truth.added.get((vehicle.name, operation.name))
                more = extra.minutes * example.truth.noise[vehicle.name, extra.name] if extra else 0.0
                found.append(
                    Finished(operation.code, vehicle.model, who, operation.minutes * factor, operation.minutes, more)
                )
    return found
