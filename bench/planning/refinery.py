"""A refinery's 7,024 spares: our policy and the human planner's Min/Max on the same held-out twenty months.

Both are played day by day (a month's use is one issue on a seeded day; months with more returned than issued count as
no use) with the file's delivery days; twelve months warm up, the last twenty count. We see the months before them
only; the planner's Min and Max are the file's, noted at its end, so they know what we don't. He orders at Min or below
up to Max (where Min = Max: one for one). Memory of the forecast is chosen on the last year before the test.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aftersales.planning.demand import DECAYS, Panel, forecast, learn
from aftersales.planning.stock import LONGEST_COVER_MONTHS, Outlooks, demand_during
from aftersales.planning.stock_formulas import economic_quantity, lot_size
from aftersales.planning.stock_group import Group, plan_group, plan_group_for_value
from aftersales.planning.stock_simulation import Played, Rule, play
from bench.__main__ import Goal
from bench.planning import demand_files as files

TEST_MONTHS, WARM_MONTHS, DAYS = 20, 12, 30
# Parts of a like price are asked for alike: bolts by the dozen, pumps one by one.
PRICE_GROUPS = 8
MEMORIES = (DECAYS, (0.99, 0.95), (1.0, 0.98))
TARGETS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.95)
ORDER_COST, HOLDING, LEAST_PRICE = 20.0, 0.25, 0.01
GOALS = (
    Goal("refinery_planner_lines", "planner's Min/Max: issues served in full", "%", None),
    Goal("refinery_planner_units", "planner's Min/Max: units served", "%", None),
    Goal("refinery_planner_value", "planner's Min/Max: mean stock value", "", None),
    Goal("refinery_planner_orders", "planner's Min/Max: orders", "", None),
    Goal("refinery_less_value_lines", "ours: less stock value at his share of issues served", "%", 20, "", True),
    Goal("refinery_less_value_units", "ours: less stock value at his share of units served", "%", 20, "", True),
    Goal("refinery_lines_at_value", "ours: issues served in full at his stock value", "%", None, "", True),
    Goal("refinery_units_at_value", "ours: units served at his stock value", "%", None, "", True),
    Goal("refinery_more_lines", "ours: issues served more than his at his stock value", "points", 1, "", True),
    Goal("refinery_orders", "ours: orders at his stock value", "", None),
    Goal("refinery_ahead_lines", "ours, planned for his value without the test: issues served", "%", None, "", True),
    Goal("refinery_ahead_value", "ours, planned for his value without the test: stock value", "", None),
    Goal("refinery_memory", "memory chosen on the year before (the longer decay)", "", None),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of time: what was known before, what was asked for day by day, and the day from which it counts."""

    known: np.ndarray
    daily: np.ndarray
    count_from: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A played policy as figures: shares served, mean money on the shelf, orders."""

    lines: float
    units: float
    value: float
    orders: float


def run(*, quick: bool) -> dict[str, float | None]:
    """Return the figures of both; quick: every tenth part."""
    found: dict[str, float | None] = {goal.name: None for goal in GOALS}
    if not files.REFINERY.exists():
        print("the refinery set is not beside this checkout", file=sys.stderr)
        return found
    spares = _some(files.refinery(), 10 if quick else 1)
    test, earlier = stage(spares, until=None, test=TEST_MONTHS), stage(spares, until=-TEST_MONTHS, test=12)
    his_before, his = planner(spares, earlier), planner(spares, test)
    scores = [(_ahead(spares, earlier, memory, his_before.value).lines, memory) for memory in MEMORIES]
    memory = max(scores)[1]
    group = group_of(spares, test.known, memory)
    curve = [_played(spares, test, group, plan_group(group, target).reorder_point) for target in TARGETS]
    values = np.array([point.value for point in curve])
    lines, units = (np.array([getattr(point, name) for point in curve]) for name in ("lines", "units"))
    lines_there, units_there = float(np.interp(his.value, values, lines)), float(np.interp(his.value, values, units))
    ahead = _ahead(spares, test, memory, his_before.value)
    return {
        "refinery_planner_lines": 100 * his.lines, "refinery_planner_units": 100 * his.units,
        "refinery_planner_value": his.value, "refinery_planner_orders": his.orders,
        "refinery_less_value_lines": 100 * (1 - _value_at(his.lines, lines, values) / his.value),
        "refinery_less_value_units": 100 * (1 - _value_at(his.units, units, values) / his.value),
        "refinery_lines_at_value": 100 * lines_there, "refinery_units_at_value": 100 * units_there,
        "refinery_more_lines": 100 * (lines_there - his.lines),
        "refinery_orders": float(np.interp(his.value, values, [point.orders for point in curve])),
        "refinery_ahead_lines": 100 * ahead.lines, "refinery_ahead_value": ahead.value,
        "refinery_memory": memory[0],
    }  # fmt: skip


def stage(spares: files.Refinery, *, until: int | None, test: int) -> Stage:
    """Cut a stretch: the last `test` months before `until` are played, after a year's warm-up, all before is known."""
    use = np.where(np.isfinite(spares.use), np.maximum(spares.use, 0.0), np.nan)[:, :until]
    months = use.shape[1]
    played = np.nan_to_num(use[:, months - test - WARM_MONTHS :])
    day = np.random.default_rng(1).integers(0, DAYS, played.shape)
    daily = np.zeros((len(played), played.shape[1] * DAYS))
    rows = np.arange(len(played))
    for month in range(played.shape[1]):
        daily[rows, month * DAYS + day[:, month]] = played[:, month]
    return Stage(use[:, : months - test], daily, WARM_MONTHS * DAYS)


def planner(spares: files.Refinery, played: Stage) -> Outcome:
    """Play the file's Min and Max."""
    low = np.where(spares.low >= spares.high, spares.high - 1, spares.low)
    return _outcome(spares, _play(spares, played, Rule(low, spares.high, np.ones(len(low)))))


def group_of(spares: files.Refinery, known: np.ndarray, memory: Sequence[float]) -> Group:
    """Forecast every part with the habits of its price group and lay out what the list's plan needs."""
    edges = np.quantile(spares.price[spares.price > 0], np.linspace(0, 1, PRICE_GROUPS + 1)[1:-1])
    place = np.searchsorted(edges, spares.price)
    rate, rate_variance, month_variance, asked = (np.zeros(len(known)) for _ in range(4))
    for group in np.unique(place):
        rows = np.flatnonzero(place == group)
        panel = Panel(tuple(spares.parts[row] for row in rows), known[rows])
        made = forecast(panel, learn(panel, decays=tuple(memory)))
        rate[rows], rate_variance[rows], month_variance[rows] = made.rate, made.rate_variance, made.month_variance
        asked[rows] = made.asked
    outlooks = Outlooks(rate, rate_variance, month_variance)
    price = np.maximum(spares.price, LEAST_PRICE)
    wanted = economic_quantity(rate * 12, ORDER_COST, price, HOLDING)
    lead = np.round(spares.delivery_days)
    return Group(
        *demand_during(outlooks, lead, 0.0), *demand_during(outlooks, lead + 1, 0.0),
        lot=lot_size(wanted, 1, 1, rate * LONGEST_COVER_MONTHS), unit_cost=price,
        weight=asked / np.maximum(rate, 1e-9), floor=np.zeros(len(known)),
    )  # fmt: skip


def _ahead(spares: files.Refinery, played: Stage, memory: Sequence[float], value: float) -> Outcome:
    group = group_of(spares, played.known, memory)
    return _played(spares, played, group, plan_group_for_value(group, value).reorder_point)


def _played(spares: files.Refinery, played: Stage, group: Group, reorder_point: np.ndarray) -> Outcome:
    rule = Rule(reorder_point, reorder_point + group.lot, np.ones(len(reorder_point)))
    return _outcome(spares, _play(spares, played, rule))


def _play(spares: files.Refinery, played: Stage, rule: Rule) -> Played:
    return play(played.daily, lambda _day: rule, np.round(spares.delivery_days), count_from=played.count_from)


def _outcome(spares: files.Refinery, played: Played) -> Outcome:
    return Outcome(
        float(played.met.sum() / played.calls.sum()), float(played.served.sum() / played.asked.sum()),
        float((played.on_hand * spares.price).sum()), float(played.orders.sum()),
    )  # fmt: skip


def _value_at(fill: float, fills: np.ndarray, values: np.ndarray) -> float:
    order = np.argsort(fills)
    return float(np.interp(fill, fills[order], values[order]))


def _some(spares: files.Refinery, step: int) -> files.Refinery:
    return files.Refinery(
        spares.parts[::step], spares.months, spares.use[::step], spares.delivery_days[::step], spares.low[::step],
        spares.high[::step], spares.price[::step], spares.critical_use[::step],
    )  # fmt: skip
