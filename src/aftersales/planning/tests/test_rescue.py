"""Rescue: bands, who goes where, danger first, replans; and the checker against random situations."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.planning.effort import Effort
from aftersales.planning.rescue import plan_rescue
from aftersales.planning.rescue_cases import BANDS, HOUR, Area, Call, RescueCase, Unit, Worth, band_of
from aftersales.planning.rescue_checks import rescue_faults
from aftersales.planning.rescue_refusals import rescue_problems
from aftersales.planning.road import CrowRoad, Legs, Place
from aftersales.planning.sentences import InputRefused

NOW = 12 * HOUR
WORK = Effort(work=60, seed=1)


def spot(name, north, east=0.0):
    """A place so many kilometres from the base."""
    return Place(name, 31 + north / 111.2, 121 + east / 95.3)


def situation(units, calls, *places, worth=None):
    legs = CrowRoad(factor=1.0, kmh=60).legs([spot("base", 0), *places])
    return RescueCase(NOW, tuple(units), tuple(calls), legs, worth or Worth())


def unit(name, place="base", **facts):
    return Unit(name, place, "base", **({"free_at": NOW, "shift_start": 8 * HOUR, "shift_end": 22 * HOUR} | facts))


def call(name, **facts):
    return Call(name, name, **({"accepted": NOW - 600, "within": 2 * HOUR, "clause": "RESC-02"} | facts))


def planned(case, effort=WORK, **more):
    plan = plan_rescue(case, effort, **more)
    assert rescue_faults(case, plan) == ()
    return plan


@pytest.mark.parametrize(
    ("area", "km", "clause", "hours"),
    [
        (Area.CITY, 12, "RESC-02", 2),
        (Area.CITY, 70, "RESC-02", 2),
        (Area.COUNTY, 50, "RESC-03", 3),
        (Area.COUNTY, 51, "RESC-04", 4),
        (Area.REGION, 30, "RESC-04", 4),
        (Area.PROVINCE, 300, "RESC-05", 24),
        (Area.OUTSIDE, 80, "RESC-06", 48),
    ],
)
def test_a_place_has_exactly_one_band_by_area_then_by_distance(area, km, clause, hours):
    band = band_of(area, km * 1000)
    assert (band.clause, band.seconds) == (clause, hours * HOUR)
    assert band.average == (clause in {"RESC-05", "RESC-06"})
    assert band_of(area, km * 1000, BANDS | {clause: replace(band, seconds=7)}).seconds == 7


def test_the_unit_that_is_there_first_goes_and_says_so():
    case = situation([unit("near", "a"), unit("far", "b")], [call("x")], spot("a", 5), spot("b", 40), spot("x", 6))
    plan = planned(case)
    assert [(task.unit, task.call) for task in plan.tasks] == [("near", "x")]
    said = plan.reasons["x"]
    assert said.en.startswith("near because it is there first (far could be at 12:34)")
    assert "target 13:50 (RESC-02)" in said.en
    assert "最先到场" in said.zh
    assert "时限 13:50(RESC-02)" in said.zh


def test_people_in_danger_come_before_a_nearer_call_with_less_time():
    calls = [call("near", within=900), call("danger", danger=True)]
    case = situation([unit("only")], calls, spot("near", 2), spot("danger", -15))
    plan = planned(case)
    assert [task.call for task in plan.tasks] == ["danger", "near"]
    assert plan.danger_minutes == (600 + 15 * 60) // 60
    assert plan.floor_minutes == plan.danger_minutes


def test_abilities_decide_and_the_only_able_unit_is_named():
    calls = [call("electric", needs=frozenset({"high voltage", "flatbed"}), tow_to="base")]
    units = [
        unit("tow", "a", abilities=frozenset({"flatbed"})),
        unit("both", abilities=frozenset({"flatbed", "high voltage"})),
    ]
    plan = planned(situation(units, calls, spot("a", 9), spot("electric", 10)))
    assert plan.next_of("both").call == "electric"
    assert plan.next_of("tow") is None
    assert "the only one with flatbed and high voltage" in plan.reasons["electric"].en
    task = plan.tasks[0]
    assert task.done - task.arrive == calls[0].service + 600 + calls[0].unload


def test_a_unit_is_home_when_its_shift_ends_or_the_call_waits():
    late = [unit("late", shift_end=NOW + 2 * 600 + 1_800)]
    assert planned(situation(late, [call("x")], spot("x", 10))).waiting == ()
    early = [replace(late[0], shift_end=late[0].shift_end - 60)]
    plan = planned(situation(early, [call("x")], spot("x", 10)))
    assert plan.waiting == ("x",)
    assert plan.bound is None
    assert "before its shift ends" in plan.reasons["x"].en


def test_a_partner_takes_what_would_cost_more_but_never_people_in_danger():
    far = call("far", refusal_fen=10_000)
    case = situation([unit("one")], [far], spot("far", 90))
    assert planned(case).partners == ("far",)
    assert "100.00 yuan" in planned(case).reasons["far"].en
    with pytest.raises(InputRefused, match="people in danger are not handed to a partner"):
        plan_rescue(replace(case, calls=(replace(far, danger=True),)), WORK)


def test_what_a_customer_was_told_is_kept_for_small_gains():
    units = [unit("first", "a"), unit("second", "b")]
    places = [spot("a", 10), spot("b", 9.5), spot("x", 0.5)]
    told = call("x", told=("first", NOW + 600))
    assert planned(situation(units, [told], *places)).tasks[0].unit == "first"
    assert planned(situation(units, [replace(told, told=None)], *places)).tasks[0].unit == "second"


def test_an_appointment_is_not_kept_too_early():
    plan = planned(situation([unit("one")], [call("x", earliest=NOW + HOUR)], spot("x", 10)))
    assert plan.tasks[0].arrive == NOW + HOUR
    assert plan.tasks[0].depart == NOW + HOUR - 600


def crowd(size=30):
    places = [spot(f"c{n}", (n * 7) % 23 - 11, (n * 11) % 19 - 9) for n in range(size)]
    calls = [call(f"c{n}", accepted=NOW - 60 * n, danger=n % 11 == 0) for n in range(size)]
    return situation([unit(f"u{n}", f"c{n}") for n in range(6)], calls, *places)


def test_the_same_seed_and_work_give_the_same_plan_and_more_work_no_worse_one():
    case = crowd()
    assert planned(case) == planned(case)
    some, more = planned(case, Effort(work=0)), planned(case, Effort(work=200, seed=1))
    assert (more.danger_minutes, more.fen) <= (some.danger_minutes, some.fen)


def test_one_more_call_is_put_into_the_plan_there_is():
    case = crowd()
    before = planned(replace(case, calls=case.calls[:-1]))
    after = planned(case, Effort(work=0), before=before)
    kept = {(task.unit, task.call) for task in before.tasks}
    assert kept <= {(task.unit, task.call) for task in after.tasks}
    assert len(after.tasks) == len(before.tasks) + 1


def test_cancelling_and_progress():
    heard = []
    plan = planned(crowd(), Effort(seconds=30, is_cancelled=lambda: True, report=heard.append))
    assert plan.work <= 1
    assert heard[-1].done == 1.0


def test_everything_wrong_is_named_at_once():
    case = situation(
        [unit("u", shift_start=HOUR, shift_end=0), unit("v", "mars")],
        [
            call("a", accepted=NOW + 1),
            call("b", within=0),
            call("c", needs=frozenset({"wings"})),
            call("d", unit="ghost"),
            call("e", service=-1),
        ],
        *(spot(name, 1) for name in "abcde"),
    )
    problems = {problem.subject: problem.sentence.en for problem in rescue_problems(case)}
    assert set(problems) == {"u", "v", "a", "b", "c", "d", "e"}
    assert problems["c"] == "no unit has the ability “wings”"
    with pytest.raises(InputRefused, match="ghost is unknown"):
        plan_rescue(case, WORK)


def test_a_job_longer_than_any_shift_is_named():
    with pytest.raises(InputRefused, match="longer than any shift"):
        plan_rescue(situation([unit("u")], [call("x", service=15 * HOUR)], spot("x", 1)), WORK)


def shifted(plan, **changes):
    return replace(plan, tasks=(replace(plan.tasks[0], **changes), *plan.tasks[1:]))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda plan: replace(plan, tasks=plan.tasks[1:]), "forgets"),
        (lambda plan: replace(plan, tasks=(*plan.tasks, plan.tasks[0])), "more than once"),
        (lambda plan: replace(plan, tasks=plan.tasks[1:], partners=(plan.tasks[0].call,)), "may not be"),
        (lambda plan: shifted(plan, depart=plan.tasks[0].depart - 60), "before it is free"),
        (lambda plan: shifted(plan, arrive=plan.tasks[0].arrive - 60), "arrival doesn't follow"),
        (lambda plan: shifted(plan, done=plan.tasks[0].done - 60), "end doesn't follow"),
        (lambda plan: shifted(plan, unit="ghost"), "unknown"),
        (lambda plan: replace(plan, tasks=plan.tasks[::-1]), "after others"),
        (lambda plan: replace(plan, fen=plan.fen - 1), "fen are not"),
        (lambda plan: replace(plan, metres=plan.metres + 1), "metres are not"),
        (lambda plan: replace(plan, danger_minutes=0), "minutes in danger"),
        (lambda plan: replace(plan, bound=plan.fen + 1), "above what it bounds"),
    ],
)
def test_a_wrong_plan_is_refused_by_name(wrong, words):
    case = crowd(14)
    plan = planned(case)
    assert any(words in fault.sentence.en for fault in rescue_faults(case, wrong(plan)))


def test_a_plan_is_refused_when_units_lack_what_is_needed_or_end_late():
    case = crowd(14)
    plan = planned(case)
    needing = replace(case, calls=tuple(replace(each, needs=frozenset({"x"})) for each in case.calls))
    assert any("lacks what it needs" in fault.sentence.en for fault in rescue_faults(needing, plan))
    pinned = replace(case, calls=tuple(replace(each, unit="u0") for each in case.calls))
    assert any("pinned to another" in fault.sentence.en for fault in rescue_faults(pinned, plan))
    short = replace(case, units=tuple(replace(each, shift_end=NOW + 60) for each in case.units))
    assert any("after its shift" in fault.sentence.en for fault in rescue_faults(short, plan))


ABILITY = st.frozensets(st.sampled_from(("flatbed", "high voltage")), max_size=2)


@st.composite
def situations(draw):
    """Small situations on any table of legs (triangles need not hold), some with a knot in them."""
    size = draw(st.integers(1, 6))
    names = tuple(f"p{n}" for n in range(size))
    leg = st.integers(0, 5_000)
    metres = tuple(tuple(0 if a == b else draw(leg) for b in range(size)) for a in range(size))
    seconds = tuple(tuple(0 if a == b else draw(leg) for b in range(size)) for a in range(size))
    place = st.sampled_from(names)
    units = tuple(
        Unit(
            *(f"u{n}", draw(place), draw(place), NOW + draw(st.integers(-600, 3_000)), 8 * HOUR),
            draw(st.sampled_from((13, 16, 22))) * HOUR,
            draw(ABILITY),
            draw(st.integers(0, 300)),
        )
        for n in range(draw(st.integers(1, 4)))
    )
    calls = []
    for n in range(draw(st.integers(0, 8))):
        danger = draw(st.booleans())
        calls.append(
            Call(
                *(f"c{n}", draw(place), NOW - draw(st.integers(0, 5_000)), draw(st.integers(1, 9_000)), "", danger),
                *(draw(st.integers(0, 3_000)), draw(ABILITY), draw(st.none() | place), draw(st.integers(0, 900))),
                0 if danger else draw(st.sampled_from((0, 0, NOW + 3_000))),
                None if danger else draw(st.none() | st.integers(0, 90_000)),
                draw(st.sampled_from((None, None, None, "u0"))),
                draw(st.none() | st.tuples(st.just("u0"), st.integers(NOW, NOW + 3_000))),
            )
        )
    knot = draw(st.sampled_from((None,) * 5 + ("place", "future", "target", "unit")))
    if calls and knot == "place":
        calls[0] = replace(calls[0], place="mars")
    if calls and knot == "future":
        calls[0] = replace(calls[0], accepted=NOW + 1)
    if calls and knot == "target":
        calls[0] = replace(calls[0], within=0)
    if calls and knot == "unit":
        calls[0] = replace(calls[0], unit="ghost")
    return RescueCase(NOW, units, tuple(calls), Legs(names, metres, seconds)), bool(knot and calls)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations(), st.integers(0, 3))
def test_every_random_situation_gets_a_right_plan_or_named_problems(drawn, seed):
    case, broken = drawn
    if problems := rescue_problems(case):
        assert all(problem.subject and problem.sentence.zh and problem.sentence.en for problem in problems)
        with pytest.raises(InputRefused) as refused:
            plan_rescue(case, Effort(work=5, seed=seed))
        assert list(refused.value.problems) == problems
        return
    assert not broken
    plan = plan_rescue(case, Effort(work=15, seed=seed))
    assert rescue_faults(case, plan) == ()
    assert set(plan.reasons) == {each.name for each in case.calls}
    again = plan_rescue(case, Effort(work=0, seed=seed), before=plan)
    assert rescue_faults(case, again) == ()
