"""How much of each part to keep and what to order now: lot (PART-03), reorder point, order-up-to, service, reasons.

`propose` answers for lines with everything a person needs; `policies` is the same arithmetic for arrays of any length.
Lists that reach a service together cheaper than each alone: `stock_group`. Shared orders: `stock_joint`. Alert lines
(PART-05): `stock_alerts`. Central warehouse and stations: `stock_echelons`. Transfers: `stock_transfers`. Dead stock:
`stock_review`. Formulation and sources: docs/planning/stock.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersales.planning.effort import Effort, Progress
from aftersales.planning.sentences import Problem, Sentence, refuse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aftersales.planning.demand import Forecast
    from aftersales.planning.stock_formulas import Floats

DAYS_A_MONTH = 365.25 / 12
# A lot never covers more than this, however cheap the part: cars go out of use, seals age.
LONGEST_COVER_MONTHS = 12.0


class Measure(StrEnum):
    """What a target speaks of: units served at once, or eves of a delivery on which nothing is owed."""

    FILL = "fill"
    CYCLE = "cycle"


@dataclass(frozen=True, slots=True)
class Outlook:
    """A part's expected demand: mean a month, doubt about that mean (variance), scatter of a month around it."""

    rate: float
    rate_variance: float
    month_variance: float


@dataclass(frozen=True, slots=True)
class Line:
    """A part at a station, how it is bought, and what is there.

    Money in the house's currency, times in days, quantities in the part's unit; `holding_rate` is the share of its
    value that keeping a unit costs a year; orders come in multiples of `multiple` and of `minimum` at least.
    `owed`: reserved or promised units that are not there.
    """

    part: str
    station: str
    outlook: Outlook
    unit_cost: float
    lead_days: float
    lead_deviation_days: float = 0.0
    review_days: float = 1.0
    order_cost: float = 20.0
    holding_rate: float = 0.25
    multiple: int = 1
    minimum: int = 1
    on_hand: float = 0.0
    on_order: float = 0.0
    owed: float = 0.0
    supplier: str = ""
    measure: Measure = Measure.FILL
    target: float = 0.95

    @property
    def position(self) -> float:
        """Units on the shelf and on the way, less those owed."""
        return self.on_hand + self.on_order - self.owed

    @property
    def name(self) -> str:
        """Part and station as people say them."""
        return f"{self.part}@{self.station}" if self.station else self.part


@dataclass(frozen=True, slots=True)
class Proposal:
    """The policy of a line, what it leads to, and how much to order now (0: nothing), with the reason."""

    line: Line
    reorder_point: int
    lot: int
    order_up_to: int
    order_now: int
    fill: float
    cycle: float
    mean_on_hand: float
    mean_value: float
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of many lines as arrays (or single numbers); units as in `Line`. `by_fill`: FILL, else CYCLE."""

    unit_cost: float | Floats
    lead_days: float | Floats
    lead_deviation_days: float | Floats = 0.0
    review_days: float | Floats = 1.0
    order_cost: float | Floats = 20.0
    holding_rate: float | Floats = 0.25
    multiple: float | Floats = 1.0
    minimum: float | Floats = 1.0
    target: float | Floats = 0.95
    by_fill: bool | NDArray[np.bool_] = True


@dataclass(frozen=True, slots=True)
class Outlooks:
    """`Outlook` as arrays."""

    rate: Floats
    rate_variance: Floats
    month_variance: Floats


@dataclass(frozen=True, slots=True)
class Policies:
    """`Proposal` as arrays, without what is there now."""

    reorder_point: Floats
    lot: Floats
    order_up_to: Floats
    fill: Floats
    cycle: Floats
    mean_on_hand: Floats


def outlooks_of(forecast: Forecast) -> Outlooks:
    """Take what stock needs from a forecast; the season of the first month ahead counts."""
    season = forecast.season[:, 0]
    return Outlooks(forecast.rate * season, forecast.rate_variance * season**2, forecast.month_variance * season**2)


def outlook_of(forecast: Forecast, row: int) -> Outlook:
    """Take one row of a forecast."""
    season = float(forecast.season[row, 0])
    return Outlook(
        float(forecast.rate[row]) * season,
        float(forecast.rate_variance[row]) * season**2,
        float(forecast.month_variance[row]) * season**2,
    )


def demand_during(outlooks: Outlooks, days: float | Floats, deviation_days: float | Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of demand over a time of `days` with its own standard deviation (both in days).

    Scatter grows with time; doubt about the mean, which is the same all the time, with its square; a late delivery
    adds the mean demand of the extra days.
    """
    import numpy as np

    months = np.asarray(days, dtype=np.float64) / DAYS_A_MONTH
    late = (np.asarray(deviation_days, dtype=np.float64) / DAYS_A_MONTH) ** 2
    mean = outlooks.rate * months
    variance = months * outlooks.month_variance + (months**2 + late) * outlooks.rate_variance + late * outlooks.rate**2
    return mean, variance


def policies(outlooks: Outlooks, terms: Terms) -> Policies:
    """Return lot, reorder point, order-up-to and service of each row (PART-03). Inputs are not checked: see `propose`.

    The lot is the economic quantity within multiple, minimum and a year's demand; the reorder point the smallest whose
    service reaches the target.
    """
    import numpy as np

    from aftersales.planning import stock_formulas as formulas

    lead = demand_during(outlooks, terms.lead_days, terms.lead_deviation_days)
    both = demand_during(
        outlooks, np.asarray(terms.lead_days) + np.asarray(terms.review_days), terms.lead_deviation_days
    )
    lead_span, protection = formulas.span_of(*lead), formulas.span_of(*both)
    wanted = formulas.economic_quantity(outlooks.rate * 12, terms.order_cost, terms.unit_cost, terms.holding_rate)
    lot = formulas.lot_size(wanted, terms.multiple, terms.minimum, outlooks.rate * LONGEST_COVER_MONTHS)
    between = np.maximum(both[0] - lead[0], 0.0)
    point = formulas.least_reorder_point(
        lead_span, protection, between, lot, terms.target, by_fill=np.asarray(terms.by_fill)
    )
    found = formulas.service(lead_span, protection, between, point, lot)
    return Policies(point, lot, point + lot, found.fill, found.cycle, found.on_hand)


def propose(lines: Sequence[Line], effort: Effort | None = None) -> tuple[Proposal, ...]:
    """Return for each line its policy and what to order now, with the reason (PART-03, PART-05, PURC-01).

    Refuses (InputRefused) every line that `line_problems` names, all at once. Closed formulas, no search: the effort's
    cancel returns the lines done so far, a thousand at a time.
    """
    import numpy as np

    effort = effort or Effort()
    problems = [problem for line in lines for problem in line_problems(line)]
    names = [line.name for line in lines]
    if len(set(names)) < len(names):
        problems += [
            Problem(name, Sentence(zh="同一站的配件出现两次", en="the part is listed twice for the station"))
            for name in sorted({name for name in names if names.count(name) > 1})
        ]
    refuse(problems)
    found: list[Proposal] = []
    for start in range(0, len(lines), 1000):
        if effort.cancelled():
            break
        some = lines[start : start + 1000]
        rows = policies(
            Outlooks(*(np.array([getattr(line.outlook, name) for line in some]) for name in Outlook.__slots__)),
            _terms_of(some),
        )
        found += [_proposal(line, rows, place) for place, line in enumerate(some)]
        effort.tell(Progress(done=len(found) / len(lines)))
    return tuple(found)


def _terms_of(lines: Sequence[Line]) -> Terms:
    import numpy as np

    def column(name: str) -> Floats:
        return np.array([getattr(line, name) for line in lines], dtype=np.float64)

    return Terms(
        unit_cost=column("unit_cost"), lead_days=column("lead_days"),
        lead_deviation_days=column("lead_deviation_days"), review_days=column("review_days"),
        order_cost=column("order_cost"), holding_rate=column("holding_rate"), multiple=column("multiple"),
        minimum=column("minimum"), target=column("target"),
        by_fill=np.array([line.measure is Measure.FILL for line in lines]),
    )  # fmt: skip


def line_problems(line: Line) -> list[Problem]:
    """Name everything that is wrong with a line."""
    outlook = line.outlook
    rules = (
        (_number(outlook.rate, outlook.rate_variance, outlook.month_variance), "需求均值与方差须为不小于零的数",
         "demand's mean and variances must be numbers and not negative"),
        (_number(line.unit_cost), "单价须为不小于零的数", "the unit cost must be a number and not negative"),
        (_number(line.lead_days, line.lead_deviation_days), "到货天数及其偏差须为不小于零的数",
         "lead time and its deviation must be days and not negative"),
        (_number(line.review_days) and line.review_days > 0, "检查间隔须大于零天", "the review must exceed zero days"),
        (_number(line.order_cost, line.holding_rate), "订货费与持有费率须为不小于零的数",
         "order cost and holding rate must be numbers and not negative"),
        (line.multiple >= 1 and line.minimum >= 0, "包装倍数至少为一,起订量不能为负",
         "multiple must be one at least, minimum not negative"),
        (_number(line.on_hand, line.on_order, line.owed), "在库、在途与欠件须为不小于零的数",
         "stock on hand, on order and owed must be numbers and not negative"),
        (0 < line.target < 1, "服务水平须在 0 与 1 之间;百分之百没有任何库存能保证",
         "the target must lie between 0 and 1; no stock guarantees all of it"),
    )  # fmt: skip
    return [Problem(line.name, Sentence(zh=zh, en=en)) for holds, zh, en in rules if not holds]


def _number(*values: float) -> bool:
    return all(math.isfinite(value) and value >= 0 for value in values)


def lots_needed(position: float, reorder_point: int, lot: int) -> int:
    """Return how many units to order: the fewest lots that lift the position above the reorder point; else 0."""
    if position > reorder_point:
        return 0
    return (math.floor((reorder_point - position) / lot) + 1) * lot


def _proposal(line: Line, rows: Policies, place: int) -> Proposal:
    point, lot = int(rows.reorder_point[place]), int(rows.lot[place])
    order = lots_needed(line.position, point, lot)
    fill, cycle = float(rows.fill[place]), float(rows.cycle[place])
    reached = fill if line.measure is Measure.FILL else cycle
    by_zh, by_en = ("满足率", "fill") if line.measure is Measure.FILL else ("周期服务水平", "cycle service")
    wait = line.lead_days + line.review_days
    needs = line.outlook.rate * wait / DAYS_A_MONTH
    because_zh = f"订货点 {point}(到货与检查共 {wait:g} 天预计用 {needs:.1f} 件,{by_zh} {reached:.1%}),批量 {lot}"
    because_en = (
        f"reorder point {point} (about {needs:.1f} needed in the {wait:g} days of delivery and review, "
        f"{by_en} {reached:.1%}), lot {lot}"
    )
    have_zh = f"在库 {line.on_hand:g}、在途 {line.on_order:g}、欠 {line.owed:g}"
    have_en = f"{line.on_hand:g} on hand, {line.on_order:g} on order, {line.owed:g} owed"
    if order:
        sentence = Sentence(
            zh=f"{line.name}:订 {order} 件;{have_zh};{because_zh}",
            en=f"{line.name}: order {order}; {have_en}; {because_en}",
        )
    else:
        sentence = Sentence(
            zh=f"{line.name}:暂不订货;{have_zh};{because_zh}",
            en=f"{line.name}: order nothing; {have_en}; {because_en}",
        )
    shelf = float(rows.mean_on_hand[place])
    return Proposal(line, point, lot, point + lot, order, fill, cycle, shelf, shelf * line.unit_cost, sentence)
