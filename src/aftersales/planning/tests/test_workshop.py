"""The workshop's day, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersales.planning.effort import Effort, Progress
from aftersales.planning.sentences import InputRefused
from aftersales.planning.workshop import (
    MAKESPAN,
    Assignment,
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
from aftersales.planning.workshop.board import board_of
from aftersales.planning.workshop.calendars import Calendar
from aftersales.planning.workshop.dispatch import RULES, dispatched, machine_orders
from aftersales.planning.workshop.model import Limits, Model
from aftersales.planning.workshop.picture import gantt
from aftersales.planning.workshop.tabu import IDLE, JobShop, Population
from aftersales.planning.workshop.timetable import score_of

TODAY = date(2026, 3, 2)
SHIFT = (Shift(480, 1080, (Span(720, 780),)),)
ZHAO = Technician("Zhao", frozenset({"engine"}), SHIFT, (Certificate("inspector", TODAY, TODAY),))
QIAN = Technician("Qian", frozenset({"engine", "electrics"}), SHIFT, (Certificate("inspector", TODAY, TODAY),))
LIFT = Bay("1", frozenset({"lift"}))
QUICK = Effort(work=0.6, workers=1)


def day(*cars: Vehicle, people: tuple[Technician, ...] = (ZHAO, QIAN), bays: tuple[Bay, ...] = (LIFT,)) -> Workshop:
    return Workshop(TODAY, people, bays, cars)


def car(name: str, *operations: Operation, promised: int | None = None, arrival: int = 480) -> Vehicle:
    return Vehicle(name, operations, arrival=arrival, promised=promised)


def place(found: Plan, vehicle: str, operation: str) -> Assignment:
    return next(one for one in found.assignments if (one.vehicle, one.operation) == (vehicle, operation))


def planned(workshop: Workshop) -> Plan:
    found = plan(workshop, QUICK)
    assert faults(workshop, found) == []
    return found


def test_a_break_lengthens_the_work_but_not_the_hours() -> None:
    one = place(planned(day(car("A", Operation("work", 120), arrival=660))), "A", "work")
    assert (one.start, one.hands_off) == (660, 840)


def test_work_is_not_spread_over_two_shifts() -> None:
    one = place(planned(day(car("A", Operation("work", 120), arrival=1000))), "A", "work")
    assert one.start == 1440 + 480
    assert "tomorrow 08:00" in str(one.reason)


def test_unattended_time_keeps_the_bay_and_frees_the_technician() -> None:
    charging = Operation("charge", 30, unattended=120)
    workshop = day(car("A", charging), car("B", Operation("b", 30)), car("C", Operation("c", 60, needs_bay=False)),
                   people=(ZHAO,))  # fmt: skip
    found = planned(workshop)
    charge, other = place(found, "A", "charge"), place(found, "B", "b")
    assert charge.end - charge.hands_off == 120
    assert other.end <= charge.start or other.start >= charge.end
    assert max(one.end for one in found.assignments) <= 480 + 30 + 120 + 30


def test_a_certificate_counts_only_on_its_days() -> None:
    inspect = Operation("inspect", 10, certificates=frozenset({"inspector"}))
    ends = replace(ZHAO, certificates=(Certificate("inspector", TODAY, TODAY),))
    assert place(planned(day(car("A", inspect), people=(ends,))), "A", "inspect").start < 1440
    with pytest.raises(InputRefused, match="present in the time planned"):
        plan(day(car("A", inspect, arrival=1100), people=(ends,)), QUICK)


def test_who_worked_does_not_inspect() -> None:
    operations = (
        Operation("work", 60),
        Operation("inspect", 10, certificates=frozenset({"inspector"}), other_person_than=("work",)),
    )
    found = planned(day(car("A", *operations), car("B", *operations)))
    for name in ("A", "B"):
        assert place(found, name, "work").technician != place(found, name, "inspect").technician
    with pytest.raises(InputRefused, match="only one is qualified"):
        plan(day(car("A", *operations), people=(ZHAO,)), QUICK)


def test_the_only_inspector_is_kept_free_of_the_work() -> None:
    only = replace(QIAN, certificates=())
    operations = (
        Operation("work", 60),
        Operation("inspect", 10, certificates=frozenset({"inspector"}), other_person_than=("work",)),
    )
    found = planned(day(*(car(f"car{number}", *operations) for number in range(4)), people=(ZHAO, only)))
    assert {one.technician for one in found.assignments if one.operation == "work"} == {"Qian"}


def test_who_waits_in_the_house_goes_first() -> None:
    cars = [replace(car(name, Operation("work", 60)), customer_waits=name == "B") for name in "ABC"]
    found = planned(day(*cars))
    assert place(found, "B", "work").start == 480


def test_a_promise_outweighs_waiting() -> None:
    waits = replace(car("A", Operation("work", 60), promised=900), customer_waits=True)
    found = planned(day(waits, car("B", Operation("work", 60), promised=540)))
    assert found.score.broken == 0
    assert place(found, "B", "work").start == 480


def test_parts_are_named_as_the_reason() -> None:
    one = place(planned(day(car("A", Operation("work", 60, parts_ready=640)))), "A", "work")
    assert one.start == 640
    assert one.reason is not None
    assert "parts arrive 10:40" in one.reason.en
    assert "配件 10:40" in one.reason.zh


def test_equipment_is_named_as_the_reason() -> None:
    bays = (Bay("2"), Bay("3", frozenset({"two-post lift"})))
    one = place(
        planned(day(car("A", Operation("work", 60, equipment=frozenset({"two-post lift"}))), bays=bays)), "A", "work"
    )
    assert one.bay == "3"
    assert "bay 3 because it alone has two-post lift" in str(one.reason)


def test_a_closed_bay_is_not_used() -> None:
    found = planned(day(car("A", Operation("work", 60)), bays=(replace(LIFT, closed=(Span(500, 600),)),)))
    assert place(found, "A", "work").start == 600


def test_pins_hold_and_impossible_ones_are_named() -> None:
    pinned = Operation("work", 60, pin=Pin(technician="Qian", bay="1", start=600))
    found = planned(day(car("A", pinned), car("B", Operation("long", 200))))
    assert (place(found, "A", "work").start, place(found, "A", "work").technician) == (600, "Qian")
    with pytest.raises(InputRefused, match="A · before: a fixed start can't be kept"):
        plan(day(car("A", Operation("before", 200), pinned)), QUICK)


def test_running_work_stays_and_may_end_after_the_shift() -> None:
    running = Running("Zhao", "1", 1000, 60)
    workshop = replace(day(car("A", Operation("work", 100, running=running)), car("B", Operation("b", 10))), now=1060)
    found = planned(workshop)
    one = place(found, "A", "work")
    assert (one.technician, one.start, one.end) == ("Zhao", 1000, 1120)


def test_a_full_workshop_carries_over_instead_of_dropping_cars() -> None:
    found = planned(day(*(car(f"car{number}", Operation("work", 200)) for number in range(8))))
    assert len(found.assignments) == 8
    assert max(one.end for one in found.assignments) > 1440


def test_partial_order_lets_free_operations_swap_but_not_overlap() -> None:
    operations = Operation("first", 60, parts_ready=700), Operation("second", 60, after=())
    found = planned(day(car("A", *operations), bays=(LIFT, Bay("2"))))
    assert place(found, "A", "second").end <= place(found, "A", "first").start


def test_the_plan_is_proved_best_when_it_is() -> None:
    found = planned(day(car("A", Operation("a", 60)), car("B", Operation("b", 30))))
    assert found.gap == pytest.approx(0, abs=1e-9)


def test_the_same_seed_and_work_give_the_same_plan() -> None:
    rng = Random(5)
    cars = [
        car(f"car{n}", Operation("a", rng.randint(20, 90)), Operation("b", 15), promised=600 + 20 * n) for n in range(9)
    ]
    assert plan(day(*cars), QUICK) == plan(day(*cars), QUICK)


def test_a_cancelled_call_returns_a_whole_plan_and_progress_is_told() -> None:
    told: list[Progress] = []
    workshop = day(*(car(f"car{n}", Operation("a", 50), promised=600) for n in range(12)))
    found = plan(workshop, Effort(seconds=60, is_cancelled=lambda: True, report=told.append))
    assert faults(workshop, found) == []
    assert told[-1].done == 1.0
    assert told[-1].objective == found.score.cost
    costs = [one.objective or 0 for one in told]
    assert costs == sorted(costs, reverse=True)


def test_no_rule_is_better_than_the_plan() -> None:
    rng = Random(2)
    cars = [car(f"car{n}", Operation("a", rng.randint(20, 90)), promised=rng.randint(500, 900)) for n in range(10)]
    board = board_of(day(*cars))
    assert planned(day(*cars)).score.cost <= min(
        score_of(board, dispatched(board, rule)).cost for rule in RULES.values()
    )


def test_nothing_moves_when_nothing_happened_and_little_when_a_part_is_late() -> None:
    cars = [car(f"car{n}", Operation("a", 40), Operation("b", 15), promised=1000) for n in range(5)]
    bays = (LIFT, Bay("2"))
    current = plan(day(*cars, bays=bays), Effort(work=3, workers=1))
    assert replan(day(*cars, bays=bays), current, QUICK).score.changes == 0
    last = max(current.assignments, key=lambda one: one.start)
    waiting = [
        replace(one, operations=tuple(replace(x, parts_ready=last.start + 60) if x.name == last.operation else x
                                      for x in one.operations)) if one.name == last.vehicle else one
        for one in cars
    ]  # fmt: skip
    again = replan(day(*waiting, bays=bays), current, QUICK)
    assert faults(day(*waiting, bays=bays), again) == []
    assert 1 <= again.score.changes <= 3
    assert "moved" in str(place(again, last.vehicle, last.operation).reason)


def test_an_empty_day_is_an_empty_plan() -> None:
    assert plan(day(), QUICK).assignments == ()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.integers(0, 2000), st.data())
def test_ranges_of_starts_say_what_placing_says(minutes: int, earliest: int, data: st.DataObject) -> None:
    calendar = Calendar([[Span(480, 600), Span(615, 720), Span(780, 1080)], [Span(1920, 2160), Span(2220, 2520)]])
    ranges = calendar.ranges(minutes, earliest, 2600)
    at = data.draw(st.integers(earliest, 2600))
    placed = calendar.place(at, minutes)
    inside = [rest for first, last, rest in ranges if first <= at <= last]
    if placed is not None and placed[0] == at:
        assert inside == [placed[1] - at - minutes]
    else:
        assert inside == []


def job_shop(seed: int, jobs: int) -> Workshop:
    rng = Random(seed)
    cars = []
    for job in range(jobs):
        operations = []
        for number in range(3):
            allowed = rng.sample(range(3), rng.randint(1, 3))
            minutes = {f"m{machine}": rng.randint(1, 9) for machine in allowed}
            operations.append(
                Operation(f"o{number}", max(minutes.values()), needs_bay=False, technicians=frozenset(minutes),
                          minutes_by_technician=minutes)
            )  # fmt: skip
        cars.append(Vehicle(f"j{job}", tuple(operations)))
    return Workshop(TODAY, tuple(Technician(f"m{n}") for n in range(3)), (), tuple(cars), weights=MAKESPAN)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_tabu_search_of_a_small_job_shop_is_never_below_and_near_the_solver(seed: int) -> None:
    workshop = job_shop(seed, 4)
    board = board_of(workshop)
    assert board.is_plain_job_shop
    shop = JobShop(board, Random(0))
    start = machine_orders(board, "work")
    found = shop.search(start, 0, lambda: False)
    assert max(slot.end for slot in shop.slots(found.orders)) == found.last_end
    exact = Model(board, [max(slot.end for slot in shop.slots(start))] * 4).solve(Limits(20, 1, 0))
    assert exact.is_proved
    assert exact.slots is not None
    best = max(slot.end for slot in exact.slots)
    assert best <= found.last_end <= best * 1.1
    whole = plan(workshop, Effort(work=1, workers=1))
    assert faults(workshop, whole) == []
    assert whole.score.last_ready == best


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_a_population_made_anew_keeps_its_best_plan_and_only_whole_plans(seed: int) -> None:
    board = board_of(job_shop(seed, 7))
    shop = JobShop(board, Random(seed))
    population = Population(shop, [machine_orders(board, rule) for rule in ("start", "end", "work")])
    best, renewals = 10**9, 0
    for _ in range(3 * IDLE):
        population.step(0, lambda: False)
        renewals += population.renewing > 0
        assert population.best.last_end <= best
        best = population.best.last_end
        for found in population.members:
            assert sorted(task for line in found.orders for task in line) == list(range(shop.size))
            assert max(slot.end for slot in shop.slots(found.orders)) == found.last_end
    assert renewals


def test_the_picture_shows_every_operation_with_its_reason() -> None:
    workshop = day(
        car("car A", Operation("fill & cure", 60, unattended=30), promised=500), car("car B", Operation("b", 30))
    )
    drawn = gantt(workshop, planned(workshop), first=480, last=1080, title="a day")
    assert drawn.count("<rect") == 1 + 2 * 2 + 1
    assert "fill &amp; cure" in drawn
    assert 'stroke="#c00000"' in drawn
