"""`python -m bench.planning` (= `make bench-planning`): the four planners against published results and simple rules.

Every driver is a module with `GOALS` (tuple of Goal) and `run(quick) -> {name: figure}`; None is a figure that could
not be taken (no example data beside the checkout). `--quick` does all of it in small, to see that it works.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from importlib.metadata import version
from multiprocessing import get_context
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
    """Run the drivers, print a table as it grows; a full run of a driver is written down as well."""
    parser = argparse.ArgumentParser(prog="python -m bench.planning")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=DRIVERS, action="append")
    chosen = parser.parse_args()
    print("\n".join(machine()))
    print(versions())
    begun = time.perf_counter()
    for name in chosen.only or DRIVERS:
        driver = import_module(f"bench.planning.{name}")
        started = time.perf_counter()
        # A process of its own: what a driver needs of memory is not what those before it have left behind.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            found = alone.submit(driver.run, quick=chosen.quick).result()
        rows = [f"{name}: {(driver.__doc__ or name).splitlines()[0]} ({time.perf_counter() - started:.0f} s)"]
        rows += [line(goal, found.get(goal.name)) for goal in driver.GOALS]
        print("\n" + "\n".join(rows), flush=True)
        if not chosen.quick:
            keep(name, found, rows)
    seconds = time.perf_counter() - begun
    print(f"\nthe whole run: {seconds:.0f} s")
    if not chosen.quick and not chosen.only:
        keep("whole_run", {"seconds": seconds}, [f"the whole run of all drivers: {seconds:.0f} s (aim: 1,800 s)"])
    return 0


def keep(driver: str, figures: dict[str, float | None], rows: list[str]) -> None:
    """Write a driver's figures into results/planning.json (driver → figures) and its table, with machine and versions,
    into results/planning/<driver>.txt."""
    file = RESULTS / "planning.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept[driver] = figures
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    table = RESULTS / "planning" / f"{driver}.txt"
    table.parent.mkdir(exist_ok=True)
    table.write_text("\n".join((*machine(), versions(), "", *rows)) + "\n")


def versions() -> str:
    """Name the libraries behind the planners with their versions."""
    names = ("ortools", "pyjobshop", "pyvrp", "statsforecast", "numpy", "scipy")
    return " ".join(f"{name} {version(name)}" for name in names)


if __name__ == "__main__":
    sys.exit(main())
