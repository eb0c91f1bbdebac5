"""Round trips: what the planner decides, what it refuses, how it stops."""

from dataclasses import replace
from itertools import permutations

import pytest

from aftersales.planning.effort import Effort
from aftersales.planning.road import CrowRoad, Legs, Place
from aftersales.planning.routing import plan_tours
from aftersales.planning.routing_bound import assignment_bound
from aftersales.planning.routing_checks import tour_faults
from aftersales.planning.sentences import InputRefused
from aftersales.planning.tours import Depot, Lookup, Stop, TourCase, Van, timed

HOUR = 3_600
SHORT = Effort(work=150, seed=1)


def case_of(stops, vans=None, *, loading=0, speed=40.0):
    """A depot and places on a grid of a few kilometres: `p0` to `p9`."""
    places = [Place("depot", 31.0, 121.0)]
    places += [Place(f"p{n}", 31.0 + 0.05 * (n % 3 - 1) + 0.003 * n, 121.0 + 0.05 * (n // 3 - 1)) for n in range(10)]
    legs = CrowRoad(kmh=speed).legs(places)
    vans = vans or (Van("van", "depot", 8 * HOUR, 18 * HOUR, {"kg": 100}),)
    return TourCase((Depot("depot", "depot", 6 * HOUR, 20 * HOUR, loading),), tuple(vans), tuple(stops), legs)


def stop(number, **facts):
    return Stop(f"s{number}", f"p{number}", **({"deliver": {"kg": 10}} | facts))


def planned(case, effort=SHORT, **more):
    plan = plan_tours(case, effort, **more)
    assert tour_faults(case, plan) == ()
    return plan


def test_one_van_drives_the_shortest_round():
    case = case_of([stop(n) for n in range(6)])
    plan = planned(case)
    look = Lookup.of(case)
    van = case.vans[0]
    shortest = min(
        look.tour_metres(tour)
        for way in permutations([s.name for s in case.stops])
        if (tour := timed(look, van, [way])) is not None
    )
    assert plan.metres == shortest
    assert plan.missed == plan.refused == ()
    assert plan.bound is not None
    assert plan.bound <= plan.cost


def test_a_full_van_comes_back_for_more():
    van = Van("van", "depot", 8 * HOUR, 18 * HOUR, {"kg": 25}, trips=4)
    plan = planned(case_of([stop(n) for n in range(6)], [van], loading=600))
    assert len(plan.tours[0].trips) == 3
    for one, other in zip(plan.tours[0].trips, plan.tours[0].trips[1:], strict=False):
        assert other.load >= one.back
        assert other.depart == other.load + 600


def test_returned_goods_need_room_on_the_way():
    van = Van("van", "depot", 8 * HOUR, 18 * HOUR, {"kg": 20}, trips=2)
    swap = [stop(0, deliver={"kg": 20}), stop(1, deliver={}, collect={"kg": 20})]
    order = planned(case_of(swap, [van])).tours[0]
    assert order.stops()[0] == "s0" or len(order.trips) == 2


def test_abilities_pins_and_windows_decide_who_goes_when():
    vans = [
        Van("plain", "depot", 8 * HOUR, 18 * HOUR, {"kg": 100}),
        Van("cleared", "depot", 8 * HOUR, 18 * HOUR, {"kg": 100}, frozenset({"battery"})),
    ]
    plan = planned(
        case_of(
            [
                stop(0, needs=frozenset({"battery"})),
                stop(1, van="plain"),
                stop(2, windows=((9 * HOUR, 10 * HOUR), (15 * HOUR, 16 * HOUR)), ready=12 * HOUR),
            ],
            vans,
        )
    )
    van_of = {name: tour.van for tour in plan.tours for name in tour.stops()}
    assert van_of["s0"] == "cleared"
    assert van_of["s1"] == "plain"
    starts = {visit.stop: visit.start for tour in plan.tours for trip in tour.trips for visit in trip.visits}
    assert 15 * HOUR <= starts["s2"] <= 16 * HOUR
    assert plan.reasons["s0"].en.startswith("cleared because it is the only one with battery")
    assert "只有它具备所需的battery" in plan.reasons["s0"].zh
    assert "a person has pinned it" in plan.reasons["s1"].en


def test_a_stop_is_left_out_when_its_price_is_less_than_the_way():
    dear, cheap = stop(0, refusal_fen=1_000_000), stop(8, refusal_fen=1)
    plan = planned(case_of([dear, cheap]))
    assert plan.refused == ("s8",)
    assert "0.01" in plan.reasons["s8"].en
    assert plan.cost == pytest.approx(plan.metres * 100 / 1000 + 1)


def test_what_has_no_place_is_missed_and_said():
    stops = [stop(n, service=5 * HOUR) for n in range(5)]
    plan = planned(case_of(stops), Effort(work=80, seed=1))
    assert len(plan.missed) == 4
    assert plan.bound is plan.gap is None
    assert "full" in plan.reasons[plan.missed[0]].en


def test_paid_hours_start_with_the_loading_and_leave_no_idle_morning():
    van = Van("van", "depot", 8 * HOUR, 18 * HOUR, {"kg": 100}, fen_per_km=0, fen_per_hour=3_600)
    plan = planned(case_of([stop(4, windows=((14 * HOUR, 15 * HOUR),), service=600)], [van], loading=300))
    trip = plan.tours[0].trips[0]
    assert trip.load > 13 * HOUR
    assert plan.cost == pytest.approx(trip.back - trip.load)


def test_limits_of_a_tour_are_kept():
    near, far = stop(4), stop(9)
    free = planned(case_of([near, far]))
    van = Van("van", "depot", 8 * HOUR, 18 * HOUR, {"kg": 100}, most_metres=free.metres - 1)
    limited = planned(case_of([replace(near, refusal_fen=10**6), replace(far, refusal_fen=10**6)], [van]))
    assert limited.metres < free.metres
    assert len(limited.refused) == 1


def test_everything_wrong_with_a_case_is_named_at_once():
    case = case_of(
        [
            stop(0, windows=((10 * HOUR, 9 * HOUR),)),
            stop(1, needs=frozenset({"wings"})),
            stop(2, van="nobody"),
            Stop("s3", "mars", service=-1),
            stop(4, deliver={"kg": -5}),
        ]
    )
    with pytest.raises(InputRefused) as refused:
        plan_tours(case, SHORT)
    said = {problem.subject: problem.sentence for problem in refused.value.problems}
    assert set(said) == {"s0", "s1", "s2", "s3", "s4"}
    assert said["s1"].zh == "没有任何车辆具备「wings」"
    assert "closes before it opens" in said["s0"].en


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"deliver": {"kg": 101}}, "beyond every van"),
        ({"deliver": {"pallets": 1}}, "beyond every van"),
        ({"windows": ((0, HOUR),)}, "within its window"),
        ({"service": 11 * HOUR}, "back within shift"),
    ],
)
def test_a_stop_no_van_can_ever_serve_is_named(facts, words):
    with pytest.raises(InputRefused, match=words):
        plan_tours(case_of([stop(0, **facts)]), SHORT)


def test_the_same_seed_and_work_give_the_same_plan():
    case = case_of([stop(n, windows=((9 * HOUR, 12 * HOUR),)) for n in range(10)])
    assert plan_tours(case, SHORT) == plan_tours(case, SHORT)


def test_a_replan_is_never_worse_than_what_was_there():
    case = case_of([stop(n) for n in range(9)], [Van("van", "depot", 8 * HOUR, 18 * HOUR, {"kg": 30}, trips=5)])
    before = planned(case, Effort(work=400, seed=3))
    again = planned(case, Effort(work=1, seed=4), before=before)
    assert again.cost <= before.cost + 0.01
    one_more = replace(case, stops=(*case.stops, stop(9)))
    assert planned(one_more, Effort(work=0), before=before).missed == ()


def test_a_cancelled_call_still_returns_a_right_plan():
    case = case_of([stop(n) for n in range(9)])
    plan = planned(case, Effort(seconds=60, is_cancelled=lambda: True))
    assert plan.work == 0
    assert plan.missed == ()


def test_progress_ends_at_the_whole_with_the_best_so_far():
    heard = []
    planned(case_of([stop(n) for n in range(9)]), Effort(work=50, report=heard.append))
    assert heard[-1].done == 1.0
    assert heard[-1].objective is not None
    assert heard[-1].bound is not None


def test_the_floor_stays_below_the_optimum_where_the_table_breaks_triangles():
    seconds = ((0, 50, 10), (50, 0, 10), (10, 10, 0))
    case = TourCase(
        (Depot("d", "a", 0, 1_000),),
        (Van("van", "d", 0, 1_000, fen_per_km=1_000),),
        (Stop("one", "b", ((0, 25),)), Stop("two", "c")),
        Legs(("a", "b", "c"), seconds, seconds),
    )
    look = Lookup.of(case)
    best = timed(look, case.vans[0], [["two", "one"]])
    assert best is not None
    bound = assignment_bound(look)
    assert bound is not None
    assert bound <= look.tour_cost(best)


def test_nothing_to_do_is_a_plan():
    plan = planned(case_of([]))
    assert plan.tours == ()
    assert plan.cost == 0
