"""Vehicles on simulated days: rescue against nearest-first, the time of a replan, parts by round trips.

Rescue days run two at a time in processes of their own (every planner here has one thread). The weights of the
objective were chosen on days 0 to 4; the days below begin at 100. Nearest-first is the nearest idle unit that may, call
by call, and the nearest waiting call for a unit that gets free; "with triage" serves people in danger before that.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from aftersales.planning.effort import Effort
from aftersales.planning.rescue import plan_rescue
from aftersales.planning.rescue_cases import HOUR, Call, RescueCase, Unit
from aftersales.planning.rescue_checks import rescue_faults
from aftersales.planning.road import CrowRoad, Place
from bench.__main__ import Goal
from bench.planning import delivery_days
from bench.planning.rescue_day import Planned, Simulation, day, nearest_first, nearest_with_triage
from bench.timing import p95

FIRST_DAY = 100
CALLS = 100
TURNS = 60
POLICIES = ("ours", "nearest", "triage")
GOALS = (
    *(
        goal
        for key, named in (("ours", "ours"), ("nearest", "nearest-first"), ("triage", "nearest-first with triage"))
        for goal in (
            Goal(
                f"rescue_within_{key}",
                f"rescue days, {named}: arrivals within target (RESC-02…04)",
                "%",
                None,
                more=True,
            ),
            Goal(f"rescue_mean_{key}", f"rescue days, {named}: mean response", "min", None),
            Goal(f"rescue_p95_{key}", f"rescue days, {named}: P95 response", "min", None),
            Goal(f"rescue_danger_{key}", f"rescue days, {named}: mean response, people in danger", "min", None),
            Goal(f"rescue_km_{key}", f"rescue days, {named}: kilometres a day", "km", None),
        )
    ),
    Goal("rescue_within_gain", "rescue days, paired: points of arrivals within target gained", "points", 0, more=True),
    Goal("rescue_days_better", "rescue days, paired: days with more within target (ties half)", "%", 50, more=True),
    Goal("rescue_mean_saved", "rescue days, paired: minutes of mean response saved", "min", 0, more=True),
    Goal("rescue_km_saved", "rescue days, paired: share of kilometres saved", "%", 0, more=True),
    Goal("rescue_wrong", "plans of those days the checker refuses", "", 0),
    Goal("rescue_replan_s", "one more call, 40 units, 200 open calls: slowest answer", "s", 1.0),
    Goal("rescue_insert_s", "the same, only put in (no search): slowest answer", "s", None),
    Goal("rescue_replan_fen", "the same: objective in fen above ten more seconds' search", "%", None),
    Goal("rescue_replan_danger", "the same: danger minutes above ten more seconds' search", "%", None),
    *delivery_days.GOALS,
)


def one_day(task: tuple[int, float]) -> dict[str, dict[str, float]]:
    """Return {policy: figures} of one day; the same day for all."""
    seed, turns = task
    happened = day(seed, calls=CALLS)
    within = {call.name: call.within for call in happened.calls}
    found: dict[str, dict[str, float]] = {}
    for name, policy in (
        ("ours", Planned(turns, seed)),
        ("nearest", nearest_first),
        ("triage", nearest_with_triage),
    ):
        outcome = Simulation(happened).run(policy)
        minutes = {call: seconds / 60 for call, seconds in outcome.response.items()}
        danger = [minutes[call.name] for call in happened.calls if call.danger]
        found[name] = {
            "within": 100 * statistics.mean(outcome.response[call] <= limit for call, limit in within.items()),
            "mean": statistics.mean(minutes.values()),
            "p95": p95(list(minutes.values())),
            "danger": statistics.mean(danger) if danger else 0.0,
            "km": outcome.metres / 1000,
            "wrong": float(outcome.wrong),
        }
    return found


def rescue_days(*, days: int, turns: float) -> dict[str, float | None]:
    """Return means over the days and what is gained day by day."""
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        rows = list(pool.map(one_day, [(FIRST_DAY + number, turns) for number in range(days)]))
    figures: dict[str, float | None] = {
        f"rescue_{what}_{policy}": statistics.mean(row[policy][what] for row in rows)
        for policy in POLICIES
        for what in ("within", "mean", "p95", "danger", "km")
    }
    gains = [row["ours"]["within"] - row["nearest"]["within"] for row in rows]
    figures["rescue_within_gain"] = statistics.mean(gains)
    figures["rescue_days_better"] = 100 * statistics.mean((gain > 0) + (gain == 0) / 2 for gain in gains)
    figures["rescue_mean_saved"] = statistics.mean(row["nearest"]["mean"] - row["ours"]["mean"] for row in rows)
    figures["rescue_km_saved"] = 100 * statistics.mean(1 - row["ours"]["km"] / row["nearest"]["km"] for row in rows)
    figures["rescue_wrong"] = sum(row["ours"]["wrong"] for row in rows)
    if days > 1:
        spread = statistics.stdev(gains) / len(gains) ** 0.5
        print(
            f"  {days} days: within target {figures['rescue_within_gain']:+.1f} points ± {spread:.1f} (standard error)"
        )
    return figures


def situation(seed: int, *, units: int = 40, calls: int = 200) -> RescueCase:
    """Return a storm: so many open calls at noon around three stations, a third of the units still busy."""
    dice = random.Random(seed)
    now = 12 * HOUR

    def spot(name: str) -> Place:
        return Place(name, 31 + dice.gauss(0, 0.2), 121 + dice.gauss(0, 0.25))

    bases = [Place(f"base {number}", 31 + 0.15 * number, 121) for number in range(3)]
    places = [*bases, *(spot(f"unit {number}") for number in range(units)), *(spot(f"call {n}") for n in range(calls))]
    crews, waiting = [], []
    for number in range(units):
        skills = frozenset(name for name, share in (("flatbed", 0.6), ("high voltage", 0.4)) if dice.random() < share)
        skills |= {"flatbed", "high voltage"} if number == 0 else frozenset()
        free = now + dice.choice((0, 0, dice.randrange(3_000)))
        ends = dice.choice((20, 22, 26)) * HOUR
        crews.append(Unit(f"unit {number}", f"unit {number}", bases[number % 3].name, free, 6 * HOUR, ends, skills))
    for number in range(calls):
        needs = frozenset(name for name, share in (("flatbed", 0.4), ("high voltage", 0.1)) if dice.random() < share)
        danger = dice.random() < 0.05
        clause, within = dice.choice((("RESC-02", 2), ("RESC-02", 2), ("RESC-03", 3)))
        price = 35_000 if not danger and dice.random() < 0.3 else None
        waiting.append(
            Call(
                *(f"call {number}", f"call {number}", now - dice.randrange(2 * HOUR), within * HOUR, clause, danger),
                *(dice.choice((900, 1_800, 2_400)), needs, dice.choice(bases).name if "flatbed" in needs else None),
                refusal_fen=price,
            )
        )
    return RescueCase(now, tuple(crews), tuple(waiting), CrowRoad(kmh=45).legs(places))


def replans(*, rounds: int, longer: float) -> dict[str, float | None]:
    """Return how long one more call takes from the door to the plan, and what the answer lacks to a longer search."""
    slowest = inserted = 0.0
    fen, danger = [], []
    for seed in range(FIRST_DAY, FIRST_DAY + rounds):
        case = situation(seed)
        before = plan_rescue(replace(case, calls=case.calls[:-1]), Effort(seconds=2 if rounds > 1 else 0.5, seed=seed))
        began = time.perf_counter()
        plan_rescue(case, Effort(work=0, seed=seed), before=before)
        inserted = max(inserted, time.perf_counter() - began)
        began = time.perf_counter()
        plan = plan_rescue(case, Effort(seconds=0.8, seed=seed), before=before)
        slowest = max(slowest, time.perf_counter() - began)
        assert not rescue_faults(case, plan)
        best = plan_rescue(case, Effort(seconds=longer, seed=seed), before=plan)
        fen.append(100 * (plan.fen / best.fen - 1))
        danger.append(100 * (plan.danger_minutes / max(1, best.danger_minutes) - 1))
    return {
        "rescue_replan_s": slowest,
        "rescue_insert_s": inserted,
        "rescue_replan_fen": statistics.mean(fen),
        "rescue_replan_danger": statistics.mean(danger),
    }


def run(*, quick: bool) -> dict[str, float | None]:
    """Return the figures of GOALS."""
    figures = replans(rounds=1 if quick else 4, longer=1 if quick else 10)
    figures |= rescue_days(days=2 if quick else 20, turns=10 if quick else TURNS)
    return figures | delivery_days.run(quick=quick)
