"""Likely times of ready."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersales.planning.durations import Learnt
from aftersales.planning.effort import Effort
from aftersales.planning.promise import NOTICE, Alarm, alarm_of, calibrated, futures, outlooks
from aftersales.planning.sentences import InputRefused
from aftersales.planning.workshop import Bay, Operation, Running, Shift, Span, Technician, Vehicle, Workshop, plan

SURE = Learnt(0.0, 1e-9)
DOUBT = Learnt(0.0, 0.3)
ZHAO = Technician("Zhao", shifts=(Shift(480, 1080, (Span(720, 780),)),))
QUICK = Effort(work=0.6, workers=1)


def day(*cars: Vehicle, now: int = 480) -> Workshop:
    return Workshop(date(2026, 3, 2), (ZHAO,), (Bay("1"), Bay("2")), cars, now=now)


def car(name: str, *operations: Operation, promised: int | None = 1000) -> Vehicle:
    return Vehicle(name, operations, arrival=480, promised=promised)


def test_sure_durations_give_the_plan_itself_breaks_included() -> None:
    workshop = day(car("A", Operation("a", 200), Operation("b", 90, unattended=20)), car("B", Operation("c", 50)))
    found = plan(workshop, QUICK)
    for outlook in outlooks(workshop, found, SURE):
        assert outlook.p50 == pytest.approx(found.ready()[outlook.vehicle], abs=1)
        assert outlook.p90 == pytest.approx(outlook.p50, abs=1)
        assert outlook.keeps == 1.0


def test_doubt_widens_and_the_next_car_of_the_same_person_inherits_it() -> None:
    workshop = day(car("A", Operation("a", 100)), car("B", Operation("b", 30), promised=660))
    found = plan(workshop, QUICK)
    first, second = sorted(outlooks(workshop, found, DOUBT, samples=800), key=lambda one: one.p50)
    assert first.p90 > first.p50
    alone = day(workshop.vehicles[1])
    assert second.p90 - second.p50 >= outlooks(alone, plan(alone, QUICK), DOUBT, samples=800)[0].p90 - 540
    assert "nine times in ten" in second.sentence.en
    assert "九成把握" in second.sentence.zh


def test_the_risk_is_where_the_doubt_is() -> None:
    risky = replace(DOUBT, spread=1e-6, spreads={"risky": 0.8})
    workshop = day(car("A", Operation("calm", 60, code="calm"), Operation("doubtful", 60, code="risky")))
    found = outlooks(workshop, plan(workshop, QUICK), risky)[0]
    assert found.risk == ("A", "doubtful")
    assert "doubtful" in found.sentence.en


def test_work_that_runs_too_long_is_expected_to_run_on() -> None:
    def ready(started: int) -> float:
        running = Running("Zhao", "1", started, 10)
        workshop = day(car("A", Operation("a", 60, running=running)), now=700)
        return float(np.median(futures(workshop, plan(workshop, QUICK), DOUBT).ready[0]))

    assert ready(690) == pytest.approx(750, abs=70)
    assert ready(580) > 705


def test_a_break_is_not_time_worked_and_what_is_left_rests_in_it() -> None:
    def ready(started: int, now: int) -> float:
        running = Running("Zhao", "1", started, 10)
        workshop = day(car("A", Operation("a", 100, running=running)), now=now)
        return float(np.median(futures(workshop, plan(workshop, QUICK), DOUBT).ready[0]))

    assert ready(700, 790) - 790 == pytest.approx(ready(540, 570) - 570, abs=5)
    assert ready(660, 690) == pytest.approx(690 + 70 + 60, abs=10)


def test_work_found_later_makes_later() -> None:
    more = replace(SURE, added={"check": (1.0, 45.0, 1e-9)})
    workshop = day(car("A", Operation("a", 60, code="check")))
    found = plan(workshop, QUICK)
    assert outlooks(workshop, found, more)[0].p50 == pytest.approx(found.ready()["A"] + 45, abs=1)


def test_a_plan_of_another_day_is_refused_by_name() -> None:
    found = plan(day(car("A", Operation("a", 60))), QUICK)
    with pytest.raises(InputRefused, match="B · b"):
        outlooks(day(car("B", Operation("b", 10))), found, DOUBT)


def test_a_calibration_corrects_samples_that_are_always_too_early() -> None:
    trained = calibrated([(60.0, 0.9 + 0.0001 * n) for n in range(900)])
    assert trained.level(60, 0.5) > 0.9
    assert trained.chance(60, 0.85) < 0.1
    assert calibrated([]).level(60, 0.5) == pytest.approx(0.5, abs=0.05)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 600), st.floats(0, 1)), max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_calibrated_levels_and_chances_keep_their_order(
    seen: list[tuple[float, float]], one: float, other: float
) -> None:
    trained = calibrated(seen)
    low, high = sorted((one, other))
    assert 0 <= trained.level(100, low) <= trained.level(100, high) <= 1
    assert 0 <= trained.chance(100, low) <= trained.chance(100, high) <= 1


def test_an_alarm_is_strict_before_the_last_look_and_keeps_to_the_false_alarms_it_may_give() -> None:
    rng = np.random.default_rng(1)
    cars = []
    for _ in range(2000):
        is_late = bool(rng.random() < 0.1)
        early = float(rng.uniform(0, 0.6 if is_late else 1))
        last = float(rng.uniform(0, 0.3) if is_late else rng.uniform(0.1, 1))
        cars.append((is_late, [(300.0, early), (60.0, last)]))
    alarm = alarm_of(cars, 0.1)
    assert alarm.early < alarm.last
    rung = [(is_late, any(alarm.rings(left, chance) for left, chance in looks)) for is_late, looks in cars]
    false = np.mean([rings for is_late, rings in rung if not is_late])
    right = np.mean([rings for is_late, rings in rung if is_late])
    assert 0.09 < false <= 0.1
    assert right > 0.5
    assert alarm_of([(True, [(60.0, 0.1)])], 0.1) == Alarm(0.0, 0.5)


def test_no_look_no_alarm_and_the_last_bar_holds_from_the_last_look_on() -> None:
    alarm = Alarm(0.1, 0.7)
    assert not alarm.rings(NOTICE + 1, 0.5)
    assert alarm.rings(NOTICE, 0.5)
    assert alarm.rings(10, 0.5)
    assert alarm_of([(False, [])] * 20, 0.1) == Alarm(1.0, 1.0)
