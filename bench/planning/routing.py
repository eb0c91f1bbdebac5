"""Round trips on nine published instances (Solomon, 100 customers) against the best known.

One instance is one single-threaded search; two run side by side on two cores, so each has a core of its own. The
figures at 5 s are of searches given 5 s, not of 30 s searches looked at early.
"""

from __future__ import annotations

import math
import os
import statistics
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from aftersales.planning.effort import Effort
from aftersales.planning.road import Legs
from aftersales.planning.routing import plan_tours
from aftersales.planning.routing_checks import tour_faults
from aftersales.planning.tours import Depot, Stop, TourCase, Van
from bench.__main__ import ROOT, Goal

INSTANCES = ROOT.parent / "shared" / "data" / "planning" / "vrptw"
SEED = 1
SECONDS = (5, 30)
GOALS = (
    Goal("vrptw_gap_5s", "nine 100-customer instances, 5 s: mean gap to best known", "%", None),
    Goal("vrptw_gap_5s_worst", "nine 100-customer instances, 5 s: largest gap", "%", None),
    Goal("vrptw_gap_30s", "nine 100-customer instances, 30 s: mean gap to best known", "%", 0.5),
    Goal("vrptw_gap_30s_worst", "nine 100-customer instances, 30 s: largest gap", "%", None),
    Goal("vrptw_wrong", "plans the checker refuses, or with a customer left out", "", 0),
    Goal("vrptw_bound_gap", "proved: mean gap of the 30 s plans to our own floor (assignment)", "%", None),
)


def read(path: Path) -> tuple[TourCase, float]:
    """Return an instance of Solomon's form and its best known length; ten units of ours are one of its own.

    Distances are truncated to one decimal, as the .sol files beside them count.
    """
    rows = [line.split() for line in path.read_text().splitlines()]
    fleet = next(place for place, row in enumerate(rows) if row[:1] == ["NUMBER"])
    many, room = (int(word) for word in rows[fleet + 1])
    points = [[int(word) for word in row] for row in rows if len(row) == 7 and row[0].isdigit()]
    names = tuple(str(point[0]) for point in points)
    table = tuple(
        tuple(math.isqrt(100 * ((one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2)) for other in points)
        for one in points
    )
    ends = 10 * points[0][5]
    case = TourCase(
        (Depot("depot", names[0], 0, ends),),
        tuple(Van(f"van {number + 1}", "depot", 0, ends, {"load": room}, fen_per_km=1) for number in range(many)),
        tuple(
            Stop(str(no), str(no), ((10 * ready, 10 * due),), 10 * service, {"load": demand})
            for no, _, _, demand, ready, due, service in points[1:]
        ),
        Legs(names, table, table),
    )
    known = path.with_suffix(".sol").read_text().split()
    return case, float(known[known.index("Cost") + 1])


def warm() -> None:
    """Load the libraries, as a server that plans all day has: a search's seconds include what it must import."""
    import pyvrp  # noqa: F401
    import scipy.optimize  # noqa: F401


def solve(task: tuple[Path, float]) -> tuple[str, float, float, float | None, bool]:
    """Return name, seconds, gap to best known in %, gap to our floor in %, and whether the plan is right."""
    path, seconds = task
    case, best = read(path)
    plan = plan_tours(case, Effort(seconds=seconds, seed=SEED, workers=1))
    right = not tour_faults(case, plan) and not plan.missed
    floor = None if plan.gap is None else 100 * plan.gap
    return path.stem, seconds, 100 * (plan.metres / 10 / best - 1), floor, right


def run(*, quick: bool) -> dict[str, float | None]:
    """Return the figures of GOALS; None where the instances are not beside the checkout."""
    paths = sorted(INSTANCES.glob("*.txt"))
    if not paths:
        return {goal.name: None for goal in GOALS}
    tasks = [(path, 1.0) for path in paths[::3]] if quick else [(path, float(s)) for s in SECONDS for path in paths]
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), initializer=warm) as pool:
        found = list(pool.map(solve, tasks))
    for path in dict.fromkeys(task[0] for task in tasks):
        mine = [row for row in found if row[0] == path.stem]
        print(f"  {path.stem:<6} " + "  ".join(f"{row[1]:>3.0f} s {row[2]:6.2f} %" for row in mine))
    figures: dict[str, float | None] = {"vrptw_wrong": float(sum(not row[4] for row in found))}
    for seconds in SECONDS:
        gaps = [row[2] for row in found if row[1] == seconds]
        figures[f"vrptw_gap_{seconds}s"] = statistics.mean(gaps) if gaps else None
        figures[f"vrptw_gap_{seconds}s_worst"] = max(gaps, default=None)
    floors = [row[3] for row in found if row[3] is not None and row[1] == tasks[-1][1]]
    figures["vrptw_bound_gap"] = statistics.mean(floors) if floors else None
    return figures
