"""Stock policies: formulas against a simulation that does not know them, and a million lines on two cores."""

from __future__ import annotations

import hashlib
import resource
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aftersales.planning.demand import Knowledge, Panel, forecast, learn
from aftersales.planning.demand_bulk import BulkRun, Chunk, in_chunks
from aftersales.planning.effort import Effort
from aftersales.planning.stock import DAYS_A_MONTH, Outlooks, Terms, outlooks_of, policies
from aftersales.planning.stock_echelons import Station, Warehouse, plan_echelons
from aftersales.planning.stock_simulation import Rule, play, play_echelons
from bench.__main__ import Goal

MONTHS = 24
ROWS = 1_000_000
QUICK_ROWS = 20_000
CHUNK = 5_000
GOALS = (
    Goal("stock_fill_gap", "(s, nQ): fill by formula against simulated, mean gap", "points", 0.5),
    Goal("stock_fill_worst", "(s, nQ): worst of the lines", "points", None),
    Goal("stock_shelf_gap", "(s, nQ): mean shelf stock by formula against simulated, mean gap", "%", 2),
    Goal("stock_target_met", "(s, nQ): lines whose simulated fill is within a point of target", "%", 98, "", True),
    Goal("stock_echelon_gap", "warehouse and stations: fill by formula against simulated, mean gap", "points", 1),
    Goal("scale_s", "1,000,000 part-station series: forecast and policy, 2 processes", "s", 600),
    Goal("scale_mib", "the same: peak memory of all processes", "MiB", 2048),
    Goal("scale_rows_a_second", "the same: rows a second", "/s", None, "", True),
    Goal("scale_resumed", "stopped half way and started again: same results (1: yes)", "", 1, "", True),
)  # fmt: skip


def run(*, quick: bool) -> dict[str, float | None]:
    """Return the figures; quick: fewer days simulated and 20,000 rows, so scale figures are of that size."""
    return formulas(quick=quick) | echelons(quick=quick) | scale(quick=quick)


def formulas(*, quick: bool) -> dict[str, float | None]:
    """Compare formula and simulation on lines of every kind: rates 0.05 to 60 a month, lumpy or not, lots 1 to 20."""
    rng = np.random.default_rng(11)
    lines, days = 200, 20_000 if quick else 120_000
    rate = np.exp(rng.uniform(np.log(0.05), np.log(60), lines))
    scatter = rng.uniform(1.05, 4, lines)
    outlooks = Outlooks(rate, np.zeros(lines), rate * scatter)
    terms = Terms(
        unit_cost=rng.uniform(5, 500, lines), lead_days=rng.integers(1, 60, lines).astype(float), review_days=7.0,
        multiple=rng.choice([1.0, 2.0, 5.0], lines), target=rng.choice([0.8, 0.9, 0.95, 0.98], lines),
    )  # fmt: skip
    found = policies(outlooks, terms)
    # A day's demand with the month's mean and variance spread evenly is what makes the formula's spans exact.
    size, odds = rate / DAYS_A_MONTH / (scatter - 1), scatter - 1
    demand = rng.negative_binomial(size[:, None], (1 / (1 + odds))[:, None], (lines, days)).astype(float)
    rule = Rule(found.reorder_point, found.reorder_point + 1, found.lot)
    played = play(demand, lambda _day: rule, np.asarray(terms.lead_days), review_days=7, count_from=2_000)
    fill = played.served / np.maximum(played.asked, 1)
    gap = 100 * np.abs(fill - found.fill)
    shelf = 100 * np.abs(played.on_hand - found.mean_on_hand) / np.maximum(found.mean_on_hand, 0.5)
    # Lines asked for so seldom that the simulation itself is uncertain by a point say nothing about the formula.
    sure = played.calls >= (500 if quick else 2_000)
    return {
        "stock_fill_gap": float(gap[sure].mean()), "stock_fill_worst": float(gap[sure].max()),
        "stock_shelf_gap": float(shelf[sure].mean()),
        "stock_target_met": 100 * float((fill >= np.asarray(terms.target) - 0.01)[sure].mean()),
    }  # fmt: skip


def echelons(*, quick: bool) -> dict[str, float | None]:
    """Compare the warehouse model with a simulation of its one-for-one orders, several networks."""
    rng = np.random.default_rng(12)
    gaps = []
    for _network in range(2 if quick else 5):
        stations = [
            Station(f"S{number}", float(rng.uniform(0.01, 0.3)), float(rng.integers(1, 6)), 0.9) for number in range(4)
        ]
        supply = int(rng.integers(10, 60))
        # The simulation orders in the evening: what is taken during a day waits half a day for it, twice.
        evening = [replace(station, transport_days=station.transport_days + 0.5) for station in stations]
        plan = plan_echelons(Warehouse(supply + 0.5), evening)
        days = 20_000 if quick else 60_000
        demand = rng.poisson(np.array([[station.daily] for station in stations]), (4, days)).astype(float)
        fill, _owed = play_echelons(
            plan.warehouse_units, supply, [level.units for level in plan.levels],
            [int(station.transport_days) for station in stations], demand, count_from=1_000,
        )  # fmt: skip
        gaps += list(np.abs(fill - [level.fill for level in plan.levels]))
    return {"stock_echelon_gap": 100 * float(np.mean(gaps))}


def network(chunk: Chunk) -> Panel:
    """Make up a chunk of a large network's series: many that hardly move, some that do, some new, dying, seasonal."""
    rng = np.random.default_rng((7, chunk.number))
    rows = chunk.stop - chunk.start
    rate = np.exp(rng.normal(-1.0, 1.5, rows))
    shape = rng.choice([0.3, 1.0, 4.0], rows)
    month = np.arange(MONTHS)
    level = np.repeat(rate[:, None], MONTHS, axis=1)
    dying = rng.random(rows) < 0.1
    level[dying] *= month[None, :] < rng.integers(4, MONTHS, dying.sum())[:, None]
    seasonal = rng.random(rows) < 0.05
    level[seasonal] *= 1 + 0.9 * np.sin(2 * np.pi * month / 12)
    demand = rng.poisson(rng.gamma(shape[:, None], level / shape[:, None])).astype(np.float64)
    new = rng.random(rows) < 0.1
    demand[new] = np.where(month[None, :] < rng.integers(1, MONTHS, new.sum())[:, None], np.nan, demand[new])
    return Panel(range(chunk.start, chunk.stop), demand, 12)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class ForecastAndPolicy:
    """What each process does with a chunk; sent to it with what was learnt."""

    knowledge: Knowledge

    def __call__(self, chunk: Chunk) -> np.ndarray:
        """Return [row, figure]: five quantiles, reorder point, order-up-to, fill."""
        made = forecast(network(chunk), self.knowledge)
        rng = np.random.default_rng((8, chunk.number))
        rows = chunk.stop - chunk.start
        found = policies(
            outlooks_of(made),
            Terms(
                unit_cost=np.exp(rng.normal(3, 1.5, rows)), lead_days=rng.integers(2, 45, rows).astype(float),
                multiple=rng.choice([1.0, 2.0, 10.0], rows, p=[0.8, 0.1, 0.1]),
            ),
        )  # fmt: skip
        figures = [made.quantiles[:, 0], found.reorder_point[:, None], found.order_up_to[:, None], found.fill[:, None]]
        return np.hstack(figures).astype(np.float32)


def scale(*, quick: bool) -> dict[str, float | None]:
    """Run the network through two processes; then a smaller one with a stop half way."""
    rows = QUICK_ROWS if quick else ROWS
    started = time.perf_counter()
    knowledge = learn(network(Chunk(10**6, 0, 2_000 if quick else 10_000)))
    work = ForecastAndPolicy(knowledge)
    with tempfile.TemporaryDirectory(prefix="aftersales-bench-") as name:
        folder = Path(name)
        _kept(rows, work, folder, workers=2)
        seconds = time.perf_counter() - started
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "scale_s": seconds, "scale_mib": (own + 2 * child) / 1024, "scale_rows_a_second": rows / seconds,
        "scale_resumed": float(_resumes(work)),
    }  # fmt: skip


def _kept(
    rows: int, work: ForecastAndPolicy, folder: Path, *, workers: int, size: int = CHUNK, stop_after: int | None = None
) -> BulkRun:
    def keep(chunk: Chunk, found: np.ndarray) -> None:
        np.save(folder / f"{chunk.number}.npy", found)

    def enough() -> bool:
        return stop_after is not None and len(list(folder.iterdir())) >= stop_after

    return in_chunks(
        rows, work, keep, is_kept=lambda chunk: (folder / f"{chunk.number}.npy").exists(), size=size,
        effort=Effort(seconds=float("inf"), workers=workers, is_cancelled=enough),
    )  # fmt: skip


def _resumes(work: ForecastAndPolicy) -> bool:
    digests = []
    for stops in (None, 2):
        with tempfile.TemporaryDirectory(prefix="aftersales-bench-") as name:
            folder = Path(name)
            first = _kept(4_000, work, folder, workers=1, size=1_000, stop_after=stops)
            if stops is not None and first.open == 0:
                return False
            _kept(4_000, work, folder, workers=1, size=1_000)
            files = sorted(folder.iterdir())
            digests.append(hashlib.sha256(b"".join(file.read_bytes() for file in files)).digest())
    return digests[0] == digests[1]
