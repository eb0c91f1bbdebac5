"""The checker of round trips refuses wrong plans and agrees with every plan the planner makes of random cases."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.planning.effort import Effort
from aftersales.planning.road import CrowRoad, Legs, Place
from aftersales.planning.routing import plan_tours
from aftersales.planning.routing_checks import tour_faults
from aftersales.planning.routing_refusals import tour_problems
from aftersales.planning.sentences import InputRefused
from aftersales.planning.tours import Depot, Stop, Tour, TourCase, Van

HOUR = 3_600


@pytest.fixture(scope="module")
def right():
    places = [Place(name, 31 + 0.02 * n, 121 + 0.03 * (n % 3)) for n, name in enumerate(("depot", "a", "b", "c", "d"))]
    case = TourCase(
        (Depot("depot", "depot", 7 * HOUR, 19 * HOUR, 600),),
        (
            Van("one", "depot", 8 * HOUR, 17 * HOUR, {"kg": 20}, frozenset({"lift"}), trips=2),
            Van("two", "depot", 8 * HOUR, 17 * HOUR, {"kg": 20}, trips=2),
        ),
        (
            Stop("a", "a", ((9 * HOUR, 12 * HOUR),), 600, {"kg": 10}, needs=frozenset({"lift"})),
            Stop("b", "b", ((9 * HOUR, 12 * HOUR),), 600, {"kg": 10}, van="two"),
            Stop("c", "c", ((9 * HOUR, 12 * HOUR),), 600, {"kg": 10}, ready=8 * HOUR),
            Stop("d", "d", ((9 * HOUR, 16 * HOUR),), 600, {"kg": 10}, refusal_fen=10_000_000),
        ),
        CrowRoad().legs(places),
    )
    plan = plan_tours(case, Effort(work=100, seed=1))
    assert tour_faults(case, plan) == ()
    return case, plan


def with_first_trip(plan, **changes):
    tour = plan.tours[0]
    trips = (replace(tour.trips[0], **changes), *tour.trips[1:])
    return replace(plan, tours=(Tour(tour.van, trips), *plan.tours[1:]))


def swapped(plan):
    """The first two vans exchange their tours."""
    one, other, *rest = plan.tours
    return replace(plan, tours=(Tour(other.van, one.trips), Tour(one.van, other.trips), *rest))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda plan: replace(plan, tours=plan.tours[1:]), "forgets"),
        (lambda plan: replace(plan, tours=(*plan.tours, plan.tours[0])), "more than once"),
        (lambda plan: replace(plan, tours=plan.tours[1:], refused=plan.tours[0].stops()), "must be served"),
        (lambda plan: with_first_trip(plan, depart=plan.tours[0].trips[0].depart - 60), "before it is loaded"),
        (lambda plan: with_first_trip(plan, back=plan.tours[0].trips[0].back - 60), "return doesn't follow"),
        (lambda plan: with_first_trip(plan, load=6 * HOUR), "loads before"),
        (swapped, "lacks what"),
        (swapped, "pinned to another"),
        (lambda plan: replace(plan, cost=plan.cost - 1), "cost is not"),
        (lambda plan: replace(plan, metres=plan.metres - 1), "metres are not"),
        (lambda plan: replace(plan, bound=plan.cost + 5), "bound is above"),
        (lambda plan: replace(plan, tours=(Tour("ghost", plan.tours[0].trips), *plan.tours[1:])), "unknown"),
    ],
)
def test_a_wrong_plan_is_refused_by_name(right, wrong, words):
    case, plan = right
    assert any(words in fault.sentence.en for fault in tour_faults(case, wrong(plan)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda stop: replace(stop, windows=((3 * HOUR, 4 * HOUR),)), "outside its windows"),
        (lambda stop: replace(stop, deliver={"kg": 21}), "beyond the van's capacity"),
        (lambda stop: replace(stop, service=601), "service at"),
        (lambda stop: replace(stop, ready=18 * HOUR), "not ready"),
        (lambda stop: replace(stop, place="depot"), "doesn't follow from the road"),
    ],
)
def test_a_plan_for_other_facts_is_refused(right, change, words):
    case, plan = right
    other = replace(case, stops=tuple(change(stop) for stop in case.stops))
    assert any(words in fault.sentence.en for fault in tour_faults(other, plan))


WINDOWS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 6)).map(lambda w: (w[0] * 1_800, (w[0] + w[1]) * 1_800)),
    min_size=1,
    max_size=2,
).map(tuple)
ABILITY = st.frozensets(st.sampled_from(("lift", "battery")), max_size=2)
AMOUNT = st.dictionaries(st.sampled_from(("kg", "litres")), st.integers(0, 30), max_size=2)


@st.composite
def cases(draw):
    """Small days: mostly possible, some with a knot in them (unknown names, windows upside down, loads too large)."""
    size = draw(st.integers(2, 7))
    leg = st.integers(0, 4_000)
    table = [[0 if one == other else draw(leg) for other in range(size)] for one in range(size)]
    metres = tuple(tuple(row) for row in table)
    seconds = tuple(tuple(leg // 2 for leg in row) for row in table)
    names = tuple(f"p{number}" for number in range(size))
    vans = tuple(
        Van(
            f"v{number}",
            "depot",
            start * 1_800,
            (start + length) * 1_800,
            {"kg": draw(st.integers(5, 60)), "litres": draw(st.integers(5, 60))},
            draw(ABILITY),
            draw(st.integers(1, 3)),
            draw(st.none() | st.integers(2_000, 20_000)),
            draw(st.none() | st.integers(3_600, 30_000)),
            draw(st.integers(0, 200)),
            draw(st.sampled_from((0, 3_000))),
            draw(st.sampled_from((0, 5_000))),
        )
        for number in range(draw(st.integers(1, 3)))
        for start, length in [(draw(st.integers(0, 6)), draw(st.integers(4, 20)))]
    )
    stops = tuple(
        Stop(
            f"s{number}",
            draw(st.sampled_from(names)),
            draw(WINDOWS),
            draw(st.integers(0, 1_800)),
            draw(AMOUNT),
            draw(AMOUNT),
            draw(ABILITY),
            draw(st.sampled_from((0, 3_600, 9_000))),
            draw(st.none() | st.integers(0, 100_000)),
            draw(st.sampled_from((None, None, None, None, "v0"))),
        )
        for number in range(draw(st.integers(0, 7)))
    )
    knot = draw(st.sampled_from((None,) * 5 + ("place", "van", "window", "service", "shift", "twice")))
    if stops and knot == "place":
        stops = (replace(stops[0], place="mars"), *stops[1:])
    if stops and knot == "van":
        stops = (replace(stops[0], van="ghost"), *stops[1:])
    if stops and knot == "window":
        stops = (replace(stops[0], windows=((9_000, 1_000),)), *stops[1:])
    if stops and knot == "service":
        stops = (replace(stops[0], service=-1), *stops[1:])
    if stops and knot == "twice":
        stops = (*stops, stops[0])
    if knot == "shift":
        vans = (replace(vans[0], shift_start=vans[0].shift_end + 1), *vans[1:])
    depot = Depot("depot", "p0", 0, draw(st.sampled_from((20, 30))) * 1_800, draw(st.sampled_from((0, 600))))
    broken = bool(knot) and (knot == "shift" or bool(stops))
    return TourCase((depot,), vans, stops, Legs(names, metres, seconds)), broken


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), st.integers(0, 3))
def test_every_random_case_gets_a_right_plan_or_named_problems(drawn, seed):
    case, broken = drawn
    if problems := tour_problems(case):
        assert all(problem.subject and problem.sentence.zh and problem.sentence.en for problem in problems)
        with pytest.raises(InputRefused) as refused:
            plan_tours(case, Effort(work=40, seed=seed))
        assert list(refused.value.problems) == problems
        return
    assert not broken
    plan = plan_tours(case, Effort(work=40, seed=seed))
    assert tour_faults(case, plan) == ()
    assert set(plan.reasons) == {stop.name for stop in case.stops}
