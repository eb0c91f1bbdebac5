"""A central warehouse that feeds stations (PART-06): how many of a part to keep where.

VARI-METRIC (Graves 1985; Sherbrooke 2004): every unit taken at a station is ordered one for one from the warehouse,
the warehouse orders one for one from the supplier, and who finds the warehouse empty waits for its next delivery.
Chosen over guaranteed service because spare parts are slow and scattered: guaranteed service plans for a bounded
demand and hands the rest to "other measures", which for a part asked for twice a year is most of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from aftersales.planning.effort import Effort, Progress
from aftersales.planning.sentences import Problem, Sentence, refuse

# Past this many units the next one changes no fill that could be measured.
MOST_UNITS = 10_000


@dataclass(frozen=True, slots=True)
class Station:
    """A station: demand a day (mean, and variance / mean, 1: Poisson), days from the warehouse, its fill target."""

    name: str
    daily: float
    transport_days: float
    target: float = 0.95
    scatter: float = 1.0


@dataclass(frozen=True, slots=True)
class Warehouse:
    """The central warehouse: days from the supplier, and what a unit kept there costs beside one kept at a station."""

    supply_days: float
    holding: float = 0.8


@dataclass(frozen=True, slots=True)
class StationLevel:
    """What to keep at a station (`units`: on shelf, on the way, less owed), and the fill and owed units that follow."""

    station: Station
    units: int
    fill: float
    owed: float
    on_hand: float


@dataclass(frozen=True, slots=True)
class EchelonPlan:
    """Levels of warehouse and stations. `cost` is mean shelf stock, warehouse units counted at their holding.

    `delay_days`: what an empty warehouse adds to a station's delivery on average.
    """

    warehouse_units: int
    warehouse_on_hand: float
    delay_days: float
    levels: tuple[StationLevel, ...]
    cost: float
    sentence: Sentence


def plan_echelons(warehouse: Warehouse, stations: Sequence[Station], effort: Effort | None = None) -> EchelonPlan:
    """Return the cheapest levels with which every station reaches its fill; all warehouse levels are looked through.

    Refuses (InputRefused) stations without a name or named twice, figures that are not numbers, negative times, targets
    outside (0, 1) and a variance below the mean. A cancel returns the best of the levels tried so far.
    """
    effort = effort or Effort()
    _check(warehouse, stations)
    demand = sum(station.daily for station in stations)
    mean = demand * warehouse.supply_days
    most = min(math.ceil(mean + 6 * math.sqrt(mean * max(_scatter(stations), 1.0)) + 3), MOST_UNITS)
    best: EchelonPlan | None = None
    for units in range(most + 1):
        if best is not None and effort.cancelled():
            break
        plan = levels_for(warehouse, stations, units)
        if best is None or plan.cost < best.cost - 1e-12:
            best = plan
        effort.tell(Progress(done=(units + 1) / (most + 1), objective=best.cost))
    assert best is not None
    return best


def levels_for(warehouse: Warehouse, stations: Sequence[Station], units: int) -> EchelonPlan:
    """Return the least station levels that reach their fills when the warehouse keeps `units`; what each leads to."""
    from aftersales.planning.stock_formulas import chance_above, owed, owed_beyond, span_of

    demand = sum(station.daily for station in stations)
    mean = demand * warehouse.supply_days
    pipeline = span_of(mean, mean * _scatter(stations))
    short = float(owed(pipeline, units))
    # E[((X-s)+)^2] = 2 * second loss + first loss.
    doubt = max(2 * float(owed_beyond(pipeline, units)) + short - short**2, 0.0)
    levels = []
    for station in stations:
        share = station.daily / demand if demand > 0 else 0.0
        way = station.daily * station.transport_days
        level = way + share * short
        spread = way * station.scatter + share * (1 - share) * short + share**2 * doubt
        span = span_of(level, spread)
        keep = 0
        # A unit asked for is served at once when fewer than `keep` are on their way.
        while station.daily > 0 and 1 - float(chance_above(span, keep - 1)) < station.target and keep < MOST_UNITS:
            keep += 1
        fill = 1 - float(chance_above(span, keep - 1)) if station.daily > 0 else 1.0
        back = float(owed(span, keep))
        levels.append(StationLevel(station, keep, fill, back, keep - level + back))
    on_hand = units - mean + short
    cost = warehouse.holding * on_hand + sum(level.on_hand for level in levels)
    delay = short / demand if demand > 0 else 0.0
    total = units + sum(level.units for level in levels)
    sentence = Sentence(
        zh=f"中心库留 {units} 件,各站共 {total - units} 件({'、'.join(f'{x.station.name} {x.units}' for x in levels)});"
        f"中心库缺货平均使到站晚 {delay:.1f} 天",
        en=f"{units} in the warehouse, {total - units} at the stations "
        f"({', '.join(f'{x.station.name} {x.units}' for x in levels)}); an empty warehouse delays a station by "
        f"{delay:.1f} days on average",
    )
    return EchelonPlan(units, on_hand, delay, tuple(levels), cost, sentence)


def _scatter(stations: Sequence[Station]) -> float:
    demand = sum(station.daily for station in stations)
    return sum(station.daily * station.scatter for station in stations) / demand if demand > 0 else 1.0


def _check(warehouse: Warehouse, stations: Sequence[Station]) -> None:
    problems = []
    if not (math.isfinite(warehouse.supply_days) and warehouse.supply_days >= 0 and 0 < warehouse.holding < math.inf):
        problems.append(
            Problem(
                "warehouse",
                Sentence(
                    zh="供货天数不能为负,持有费须大于零", en="days of supply can't be negative, holding must be above 0"
                ),
            )
        )
    if not stations:
        problems.append(Problem("stations", Sentence(zh="没有任何站点", en="there is no station")))
    names = [station.name for station in stations]
    problems += [
        Problem(name or "?", Sentence(zh="站名为空或重复", en="the station's name is empty or given twice"))
        for name in sorted(set(names))
        if not name or names.count(name) > 1
    ]
    for station in stations:
        figures = (station.daily, station.transport_days, station.scatter)
        if not all(math.isfinite(figure) and figure >= 0 for figure in figures) or station.scatter < 1:
            problems.append(
                Problem(
                    station.name,
                    Sentence(
                        zh="日需求与天数须为不小于零的数,方差与均值之比至少为一",
                        en="demand and days must be numbers, not negative; variance / mean one at least",
                    ),
                )
            )
        if not 0 < station.target < 1:
            problems.append(
                Problem(station.name, Sentence(zh="满足率须在 0 与 1 之间", en="the fill must lie between 0 and 1"))
            )
    refuse(problems)
