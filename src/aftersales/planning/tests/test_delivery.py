"""Parts delivery: PURC-02's four principles as constraints and figures, and the checker that proves them."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.planning.delivery import (
    Carrier,
    Consignment,
    DeliveryCase,
    Line,
    chosen_classes,
    is_safe,
    plan_delivery,
    tour_case,
)
from aftersales.planning.delivery_checks import delivery_faults
from aftersales.planning.effort import Effort
from aftersales.planning.plan_pictures import map_of_tours
from aftersales.planning.road import CrowRoad, Place
from aftersales.planning.sentences import InputRefused
from aftersales.planning.tours import Depot, Lookup

HOUR = 3_600
WORK = Effort(work=100, seed=1)
EVERYTHING = frozenset({"airbag", "paint"})


def order(number, **facts):
    lines = (Line(f"part {number}", 2), Line("filter", 1))
    return Consignment(f"o{number}", f"s{number % 5}", lines, **({"kg": 20, "litres": 50, "hazard": None} | facts))


def case_of(orders, carriers=None, apart=()):
    places = [Place("house", 31.0, 121.0), *(Place(f"s{n}", 31 + 0.06 * n, 121 + 0.05 * (n % 2)) for n in range(5))]
    carriers = carriers or (
        Carrier("one", 100, 400, 7 * HOUR, 18 * HOUR),
        Carrier("two", 100, 400, 7 * HOUR, 18 * HOUR),
    )
    depot = Depot("house", "house", 6 * HOUR, 19 * HOUR, 600)
    return DeliveryCase(
        depot, tuple(carriers), tuple(orders), CrowRoad().legs(places), frozenset(map(frozenset, apart))
    )


def planned(case):
    plan = plan_delivery(case, WORK)
    assert delivery_faults(case, plan) == ()
    return plan


def test_a_day_is_in_time_right_safe_and_cheaper_than_a_trip_for_each():
    found = planned(case_of([order(n, window=(8 * HOUR, 12 * HOUR)) for n in range(8)])).principles
    assert (found.in_time, found.right, found.safe) == (1, 1, 1)
    assert found.saved is not None
    assert found.saved > 0.3
    assert found.spare_minutes is not None
    assert found.spare_minutes >= 0


def test_what_is_delivered_last_is_loaded_first_with_every_piece():
    plan = planned(case_of([order(n) for n in range(4)]))
    for tour in plan.tours.tours:
        for number, trip in enumerate(tour.trips, 1):
            loading = next(each for each in plan.loading if (each.van, each.trip) == (tour.van, number))
            loaded = list(dict.fromkeys(line[0] for line in loading.lines))
            assert loaded == [visit.stop for visit in reversed(trip.visits)]
            assert (loaded[0], "filter", 1) in loading.lines


def test_classes_that_must_be_apart_never_meet_and_the_choice_is_said():
    carriers = [
        Carrier("one", 100, 400, 7 * HOUR, 18 * HOUR, EVERYTHING),
        Carrier("two", 100, 400, 7 * HOUR, 18 * HOUR, EVERYTHING),
    ]
    orders = [order(0, hazard="airbag"), order(1, hazard="paint"), order(2)]
    case = case_of(orders, carriers, [EVERYTHING])
    plan = planned(case)
    assert sorted(map(sorted, plan.carries.values())) == [["airbag"], ["paint"]]
    assert "and so no paint" in plan.reasons["o0"].en
    assert "不运「paint」" in plan.reasons["o0"].zh
    assert not is_safe(case, carriers[0], orders[:2])


def test_a_class_left_without_a_van_by_its_opposite_is_named():
    only = [Carrier("one", 100, 400, 7 * HOUR, 18 * HOUR, EVERYTHING)]
    with pytest.raises(InputRefused, match="must be kept apart from"):
        plan_delivery(case_of([order(0, hazard="airbag", kg=30), order(1, hazard="paint")], only, [EVERYTHING]), WORK)


def test_the_class_with_more_kilograms_gets_the_first_van():
    carriers = [Carrier("one", 100, 400, 7 * HOUR, 18 * HOUR, EVERYTHING)]
    orders = [order(0, hazard="airbag", kg=30), order(1, hazard="paint", kg=31)]
    assert chosen_classes(case_of(orders, carriers, [EVERYTHING])) == {"one": frozenset({"paint"})}


def test_everything_wrong_with_orders_is_named_at_once():
    orders = [
        replace(order(0), lines=()),
        replace(order(1), lines=(Line("x", 0),)),
        replace(order(2), lines=(Line("x", 1), Line("x", 2))),
        order(3, hazard="battery"),
    ]
    with pytest.raises(InputRefused) as refused:
        plan_delivery(case_of(orders), WORK)
    assert [problem.subject for problem in refused.value.problems] == ["o0", "o1", "o2", "o3"]
    with pytest.raises(InputRefused, match="beyond every van"):
        plan_delivery(case_of([order(0, kg=101)]), WORK)


def test_an_order_may_wait_for_another_day_at_its_price():
    far = order(4, postpone_fen=10)
    plan = planned(case_of([order(0), far]))
    assert plan.tours.refused == ("o4",)
    assert plan.principles.in_time == 0.5


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda plan: replace(plan, loading=plan.loading[1:]), "not the trips' lists"),
        (
            lambda plan: replace(plan, loading=(replace(plan.loading[0], lines=()), *plan.loading[1:])),
            "not what was ordered",
        ),
        (
            lambda plan: replace(
                plan, loading=(replace(plan.loading[0], lines=plan.loading[0].lines[::-1]), *plan.loading[1:])
            ),
            "order of delivery",
        ),
        (
            lambda plan: replace(plan, loading=(replace(plan.loading[0], load_at=0), *plan.loading[1:])),
            "time of loading",
        ),
        (lambda plan: replace(plan, principles=replace(plan.principles, in_time=0.5)), "share in time"),
        (lambda plan: replace(plan, principles=replace(plan.principles, right=0.5)), "share right"),
        (lambda plan: replace(plan, principles=replace(plan.principles, metres=1)), "metres"),
        (lambda plan: replace(plan, principles=replace(plan.principles, fen_per_consignment=1.0)), "cost of a"),
    ],
)
def test_a_wrong_delivery_is_refused_by_name(wrong, words):
    case = case_of([order(n) for n in range(5)])
    plan = planned(case)
    assert any(words in fault.sentence.en for fault in delivery_faults(case, wrong(plan)))


def test_a_plan_that_mixes_what_must_be_apart_is_refused():
    carriers = [Carrier("one", 100, 400, 7 * HOUR, 18 * HOUR, EVERYTHING)]
    case = case_of([order(0, hazard="airbag"), order(1, hazard="paint")], carriers)
    plan = planned(case)
    strict = replace(case, apart=frozenset({EVERYTHING}))
    assert any("in one van together" in fault.sentence.en for fault in delivery_faults(strict, plan))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.builds(
            order,
            st.integers(0, 400),
            kg=st.integers(1, 130),
            litres=st.integers(1, 300),
            hazard=st.sampled_from((None, None, "airbag", "paint", "battery")),
            window=st.sampled_from(((8 * HOUR, 9 * HOUR), (8 * HOUR, 17 * HOUR), (17 * HOUR, 8 * HOUR))),
            packed=st.sampled_from((0, 11 * HOUR)),
            returns_kg=st.integers(0, 60),
            postpone_fen=st.none() | st.integers(0, 20_000),
        ),
        max_size=7,
        unique_by=lambda each: each.order,
    ),
    st.lists(st.frozensets(st.sampled_from(("airbag", "paint", "battery"))), min_size=1, max_size=3),
)
def test_every_random_day_is_proved_or_refused_by_name(orders, clearances):
    carriers = [Carrier(f"van {n}", 100 + 20 * n, 300, 7 * HOUR, 18 * HOUR, can) for n, can in enumerate(clearances)]
    case = case_of(orders, carriers, [EVERYTHING])
    try:
        plan = plan_delivery(case, Effort(work=30, seed=1))
    except InputRefused as refused:
        named = {problem.subject for problem in refused.problems}
        assert named <= {each.order for each in orders}
        return
    assert not any(each.window[0] > each.window[1] for each in orders)
    assert delivery_faults(case, plan) == ()


def test_a_plan_is_drawn_with_every_van_and_its_kilometres():
    places = [Place("house", 31.0, 121.0), *(Place(f"s{n}", 31 + 0.06 * n, 121 + 0.05 * (n % 2)) for n in range(5))]
    case = case_of([order(n) for n in range(5)])
    plan = planned(case)
    drawing = map_of_tours(Lookup.of(tour_case(case, plan.carries)), plan.tours, places, "<a day>")
    parse(drawing)
    assert drawing.count("<polyline") == sum(len(tour.trips) for tour in plan.tours.tours)
    assert all(f"{tour.van}: " in drawing for tour in plan.tours.tours)
    assert "&lt;a day&gt;" in drawing
    with pytest.raises(ValueError, match="no coordinates"):
        map_of_tours(Lookup.of(tour_case(case, plan.carries)), plan.tours, [Place("house")], "")


def parse(drawing):
    ElementTree.fromstring(drawing)
