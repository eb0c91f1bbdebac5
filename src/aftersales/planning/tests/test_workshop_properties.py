"""Random days, valid and invalid, through the planner and its independent checker."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.planning.effort import Effort
from aftersales.planning.sentences import InputRefused
from aftersales.planning.workshop import (
    Bay,
    Certificate,
    Operation,
    Pin,
    Plan,
    Running,
    Shift,
    Span,
    Technician,
    Vehicle,
    Workshop,
    faults,
    plan,
    replan,
)

DAY = date(2026, 3, 2)
SMALL = Effort(work=0.5, workers=1)
SKILLS = ("electrics", "engine")
SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def people(draw: st.DrawFn) -> tuple[Technician, ...]:
    found = []
    for number in range(draw(st.integers(2, 4))):
        start = draw(st.sampled_from((420, 480, 540)))
        rest = draw(st.sampled_from(((), (Span(720, 780),), (Span(600, 615), Span(720, 750)))))
        skills = frozenset(draw(st.sets(st.sampled_from(SKILLS)))) if number > 1 else frozenset(SKILLS)
        until = DAY if draw(st.booleans()) else date(2027, 1, 1)
        held = (Certificate("inspector", date(2025, 1, 1), date(2027, 1, 1) if number < 2 else until),)
        found.append(Technician(f"T{number}", skills, (Shift(start, start + 540, rest),), held))
    return tuple(found)


@st.composite
def vehicles(draw: st.DrawFn, number: int) -> Vehicle:
    operations: list[Operation] = []
    for place in range(draw(st.integers(1, 4))):
        name = f"op{place}"
        after = draw(st.sampled_from((None, ()))) if place else None
        operations.append(
            Operation(
                name,
                draw(st.integers(1, 200)),
                skills=frozenset(draw(st.sets(st.sampled_from(SKILLS), max_size=1))),
                equipment=frozenset({"lift"} if draw(st.booleans()) else ()),
                needs_bay=draw(st.booleans()),
                needs_technician=draw(st.sampled_from((True, True, True, False))),
                unattended=draw(st.sampled_from((0, 0, 30))),
                minutes_by_technician={"T0": draw(st.integers(1, 200))} if draw(st.booleans()) else {},
                after=after,
                parts_ready=draw(st.sampled_from((0, 0, 600, 1000))),
            )
        )
    if draw(st.booleans()):
        last = Operation(
            "inspect", 15, certificates=frozenset({"inspector"}), needs_bay=False, other_person_than=("op0",)
        )
        operations.append(last)
    return Vehicle(
        f"car{number}",
        tuple(operations),
        arrival=draw(st.integers(420, 900)),
        promised=draw(st.none() | st.integers(500, 1200)),
        is_booked=draw(st.booleans()),
        customer_waits=draw(st.booleans()),
    )


@st.composite
def workshops(draw: st.DrawFn) -> Workshop:
    bays = tuple(
        Bay(f"bay{number}", frozenset({"lift"} if number == 0 or draw(st.booleans()) else ()),
            (Span(660, 690),) if draw(st.booleans()) else ())
        for number in range(draw(st.integers(1, 3)))
    )  # fmt: skip
    cars = tuple(draw(vehicles(number)) for number in range(draw(st.integers(1, 6))))
    return Workshop(DAY, draw(people()), bays, cars, now=draw(st.sampled_from((0, 480, 700))))


@SLOW
@given(workshops())
def test_every_plan_passes_the_checker(workshop: Workshop) -> None:
    found = plan(workshop, SMALL)
    assert faults(workshop, found) == []
    assert found.bound <= found.score.cost
    assert all(one.reason and one.reason.zh and one.reason.en for one in found.assignments)


@SLOW
@given(workshops(), st.data())
def test_replanning_after_an_event_keeps_what_runs_and_passes_the_checker(
    workshop: Workshop, data: st.DataObject
) -> None:
    current = plan(workshop, SMALL)
    now = data.draw(st.integers(workshop.now, workshop.now + 400))
    later = _as_it_is_at(workshop, current, now)
    late = data.draw(st.integers(0, 120))
    later = replace(
        later,
        vehicles=tuple(
            replace(car, arrival=max(car.arrival, now) + late)
            if not number and not any(one.running for one in car.operations)
            else car
            for number, car in enumerate(later.vehicles)
        ),
    )
    found = replan(later, current, SMALL)
    assert faults(later, found) == []
    again = {(one.vehicle, one.operation): one for one in found.assignments}
    for car in later.vehicles:
        for operation in car.operations:
            if operation.running:
                assert again[car.name, operation.name].bay == operation.running.bay


def _as_it_is_at(workshop: Workshop, current: Plan, now: int) -> Workshop:
    places = {(one.vehicle, one.operation): one for one in current.assignments}
    cars = []
    for car in workshop.vehicles:
        gone = {one.name for one in car.operations if places[car.name, one.name].end <= now}
        left: list[Operation] = []
        for number, operation in enumerate(car.operations):
            if operation.name in gone:
                continue
            place = places[car.name, operation.name]
            before = operation.after if operation.after is not None else tuple(
                one.name for one in car.operations[max(0, number - 1) : number]
            )  # fmt: skip
            running = None
            if place.start <= now:
                hands = max(0, place.hands_off - now)
                running = Running(
                    place.technician, place.bay, place.start, hands, place.end - max(place.hands_off, now)
                )
            left.append(
                replace(
                    operation,
                    after=tuple(name for name in before if name not in gone),
                    other_person_than=tuple(name for name in operation.other_person_than if name not in gone),
                    running=running,
                )
            )
        if left:
            cars.append(replace(car, operations=tuple(left)))
    return replace(workshop, vehicles=tuple(cars), now=now)


@SLOW
@given(workshops(), st.data())
def test_the_checker_refuses_a_spoilt_plan(workshop: Workshop, data: st.DataObject) -> None:
    found = plan(workshop, SMALL)
    at = data.draw(st.integers(0, len(found.assignments) - 1))
    one = found.assignments[at]
    car = next(car for car in workshop.vehicles if car.name == one.vehicle)
    spoilt = data.draw(
        st.sampled_from(
            (
                replace(one, start=min(car.arrival, workshop.now) - 1),
                replace(one, hands_off=one.hands_off + 1, end=one.end + 1),
                replace(one, end=one.end + 1),
                replace(one, technician="nobody"),
                replace(one, bay="nowhere"),
                replace(one, operation="unheard of"),
                None,
            )
        )
    )
    rest = (*found.assignments[:at], *found.assignments[at + 1 :])
    wrong = replace(found, assignments=(*rest, spoilt) if spoilt else rest)
    assert faults(workshop, wrong) != []


@SLOW
@given(workshops(), st.data())
def test_invalid_days_are_refused_by_name(workshop: Workshop, data: st.DataObject) -> None:
    car = workshop.vehicles[0]
    first = car.operations[0]
    wrong: tuple[str, Workshop] = data.draw(
        st.sampled_from(
            (
                ("'alchemy'", _with(workshop, replace(first, needs_technician=True, skills=frozenset({"alchemy"})))),
                ("longer than any shift", _with(workshop, replace(first, needs_technician=True, minutes=2000,
                                                                  minutes_by_technician={}))),
                ("equipment", _with(workshop, replace(first, needs_bay=True, equipment=frozenset({"crane"})))),
                ("'op9'", _with(workshop, replace(first, after=("op9",)))),
                ("'T9'", _with(workshop, replace(first, needs_technician=True, pin=Pin(technician="T9")))),
                ("'bay9'", _with(workshop, replace(first, needs_bay=True, pin=Pin(bay="bay9")))),
                ("before the car", _with(workshop, replace(first, pin=Pin(start=0)))),
                ("used twice", replace(workshop, vehicles=(*workshop.vehicles, car))),
                ("no operation", replace(workshop, vehicles=(replace(car, operations=()), *workshop.vehicles[1:]))),
                ("ends before it starts", replace(workshop, technicians=(
                    replace(workshop.technicians[0], shifts=(Shift(600, 500),)), *workshop.technicians[1:]))),
            )
        )
    )  # fmt: skip
    with pytest.raises(InputRefused) as refused:
        plan(wrong[1], SMALL)
    assert any(wrong[0] in problem.sentence.en for problem in refused.value.problems)
    assert all(problem.subject and problem.sentence.zh for problem in refused.value.problems)


def _with(workshop: Workshop, operation: Operation) -> Workshop:
    car = workshop.vehicles[0]
    return replace(
        workshop, vehicles=(replace(car, operations=(operation, *car.operations[1:])), *workshop.vehicles[1:])
    )
