"""`python -m bench.planning` (= `make bench-planning`): the four planners against published results and simple rules.

Every driver is a module with `GOALS` (tuple of Goal) and `run(quick) -> {name: figure}`; None is a figure that could
not be taken (no example data beside the checkout). `--quick` does all of it in small, to see that it works.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from bench.__main__ import Goal, machine

DRIVERS = ("workshop", "garage_days", "promise", "demand", "stock", "refinery", "routing", "road_days")
RESULTS = Path(__file__).parent.parent / "results"


def line(goal: Goal, figure: float | None) -> str:
    """One row of the table: figure, target and whether it is met."""
    if figure is None:
        return f"{goal.what:<76} {'-':>10} {goal.unit}"
    met = (
        ""
        if goal.target is None
        else ("ok" if (figure >= goal.target if goal.more else figure <= goal.target) else "MISSED")
    )
    target = "" if goal.target is None else f"{'≥' if goal.more else '≤'} {goal.target:g}"
    return f"{goal.what:<76} {figure:>10.4g} {goal.unit:<6} {target:>10} {met:<7} {goal.reference}"


def main() -> int:
    """Run the drivers, print a table as it grows, write bench/results/planning.json (not with --quick)."""
    parser = argparse.ArgumentParser(prog="python -m bench.planning")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=DRIVERS, action="append")
    chosen = parser.parse_args()
    print("\n".join(machine()))
    print(
        " ".join(
            f"{name} {version(name)}" for name in ("ortools", "pyjobshop", "pyvrp", "statsforecast", "numpy", "scipy")
        )
    )
    figures: dict[str, float | None] = {}
    for name in chosen.only or DRIVERS:
        driver = import_module(f"bench.planning.{name}")
        started = time.perf_counter()
        found = driver.run(quick=chosen.quick)
        figures |= found
        print(f"\n{name}: {driver.__doc__.splitlines()[0]} ({time.perf_counter() - started:.0f} s)")
        for goal in driver.GOALS:
            print(line(goal, found.get(goal.name)))
        sys.stdout.flush()
    if not chosen.quick and not chosen.only:
        RESULTS.joinpath("planning.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
