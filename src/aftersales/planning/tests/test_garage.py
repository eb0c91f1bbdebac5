"""Garage days: the same for everybody, and played to the end."""

from __future__ import annotations

from itertools import pairwise

from aftersales.planning.durations import learn
from aftersales.planning.garage.days import finished_orders, garage_day
from aftersales.planning.garage.play import Policy, changed, play
from aftersales.planning.garage.policies import by_rule, planned
from aftersales.planning.workshop import Plan, Workshop, faults
from aftersales.planning.workshop.dispatch import due_date, first_come

SMALL = {"cars": 8, "people": 4, "bays": 3}
LEARNT = learn(finished_orders(900, 6, **SMALL))


def test_a_seed_is_a_day() -> None:
    assert garage_day(4) == garage_day(4)
    assert garage_day(4) != garage_day(5)


def test_every_car_that_comes_is_ready_and_nobody_works_before_it_is_there() -> None:
    day = garage_day(7, **SMALL)
    for policy in (by_rule(due_date), by_rule(first_come), planned(work=0.02, morning=0.05)):
        played = play(day, policy, LEARNT)
        comes = {name for name, minute in day.truth.arrivals.items() if minute is not None}
        assert played.visits.keys() == comes
        for name, visit in played.visits.items():
            assert visit.arrival == day.truth.arrivals[name]
            assert visit.ready > visit.arrival
        assert 0 <= played.kept <= 1
        assert sum(played.busy.values()) > 0


def test_every_plan_on_the_way_passes_the_checker_and_knows_only_what_is_known() -> None:
    day = garage_day(11, **SMALL)
    inner = planned(work=0.02, morning=0.05)
    walk_ins = {one.name: one.arrival for one in day.walk_ins}
    plans = []

    def checking(known: Workshop, seen: Plan | None, news: bool) -> Plan:
        found = inner(known, seen, news)
        if found is not seen:
            assert faults(known, found) == []
            plans.append(found)
        assert all(walk_ins.get(car.name, 0) <= known.now for car in known.vehicles)
        return found

    policy: Policy = checking
    played = play(day, policy, LEARNT)
    assert played.replans == len(plans) - 1
    assert played.changes == sum(changed(*pair) for pair in pairwise(plans))


def test_the_same_day_and_policy_play_the_same() -> None:
    day = garage_day(3, **SMALL)
    assert play(day, planned(work=0.02, morning=0.05), LEARNT) == play(day, planned(work=0.02, morning=0.05), LEARNT)


def test_looking_changes_nothing_and_shows_the_day_of_that_minute() -> None:
    day = garage_day(3, **SMALL)
    policy = by_rule(due_date)
    seen: list[int] = []
    looks = range(9 * 60 + 1, 12 * 60, 7)
    played = play(day, policy, LEARNT, watch=lambda known, _plan: seen.append(known.now), looks=looks)
    assert played == play(day, policy, LEARNT)
    assert set(looks) <= set(seen)
    assert seen == sorted(set(seen))
