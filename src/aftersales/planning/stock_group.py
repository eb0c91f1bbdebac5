"""A whole list of parts that reaches one fill together, with the least money on the shelf.

Giving every part the same target wastes money: a cheap seal can be there always, a dear gearbox seldom, and the
customer who comes for anything is served more often. The reorder points are found with one price for an unserved
demand, the same for all parts (Everett 1963; Sherbrooke 2004, chapter 2): each part takes the stock whose next unit
costs more than what it saves, and the price is moved until the list's fill is reached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aftersales.planning.effort import Effort, Progress
from aftersales.planning.sentences import Problem, Sentence, refuse
from aftersales.planning.stock_formulas import Floats, least_reorder_point, service, span_of

CANDIDATES = 60
STEPS = 50
# No part is asked to serve more than this: beyond it the model's tail is a guess.
MOST_FILL = 0.9995


@dataclass(frozen=True, slots=True)
class Group:
    """The parts of a list, one entry each: demand (mean, variance) over the lead time and over review + lead time.

    `lot` units; `unit_cost` money; `weight` what one unserved unit counts (1: every unit alike; 1 / units of a usual
    order: every order line alike); `floor` the least fill a part must have by itself.
    """

    lead_mean: Floats
    lead_variance: Floats
    protection_mean: Floats
    protection_variance: Floats
    lot: Floats
    unit_cost: Floats
    weight: Floats
    floor: Floats


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """Reorder points of a list; `fill` is the weighted fill of the list, `value` the mean money on the shelf.

    `price` is what one unserved weighted unit costs, beside a unit of money on the shelf: the multiplier.
    """

    reorder_point: Floats
    fill: float
    value: float
    price: float


def plan_group(group: Group, target: float, effort: Effort | None = None) -> GroupPlan:
    """Return the cheapest reorder points found whose weighted fill is `target` or more.

    Refuses (InputRefused) targets outside (0, 1), negative or unequal columns. When the target is out of reach the plan
    with the highest fill is returned: its `fill` says so. A cancel returns the dearest-but-safe plan bracketed so far.
    """
    effort = effort or Effort()
    _check(group, target)
    tables = _Tables.of(group)
    low, high = 1e-9, 1e9
    best = tables.plan(high)
    for step in range(STEPS):
        if effort.cancelled():
            break
        middle = float(np.sqrt(low * high))
        plan = tables.plan(middle)
        if plan.fill >= target:
            high, best = middle, plan
        else:
            low = middle
        effort.tell(Progress(done=(step + 1) / STEPS, objective=best.value))
    return best


def plan_group_for_value(group: Group, value: float, effort: Effort | None = None) -> GroupPlan:
    """Return the reorder points with the highest weighted fill whose mean stock value is `value` or less.

    When even the cheapest choice costs more, that one is returned: its `value` says so.
    """
    effort = effort or Effort()
    _check(group, 0.5)
    tables = _Tables.of(group)
    low, high = 1e-9, 1e9
    best = tables.plan(low)
    for step in range(STEPS):
        if effort.cancelled():
            break
        middle = float(np.sqrt(low * high))
        plan = tables.plan(middle)
        if plan.value <= value:
            low, best = middle, plan
        else:
            high = middle
        effort.tell(Progress(done=(step + 1) / STEPS, objective=best.fill))
    return best


@dataclass(frozen=True, slots=True)
class _Tables:
    """For every part some reorder points, the money each ties up and the weighted units each fails to serve."""

    points: Floats
    money: Floats
    missed: Floats
    total: float

    @classmethod
    def of(cls, group: Group) -> _Tables:
        lead = span_of(group.lead_mean, group.lead_variance)
        protection = span_of(group.protection_mean, group.protection_variance)
        review = np.maximum(group.protection_mean - group.lead_mean, 0.0)
        least = least_reorder_point(lead, protection, review, group.lot, group.floor, by_fill=True)
        most = least_reorder_point(lead, protection, review, group.lot, np.full_like(review, MOST_FILL), by_fill=True)
        # Every unit counts where few are held, one in a hundred where many are.
        step = np.arange(CANDIDATES, dtype=np.float64)[None, :]
        reach = np.maximum(most - least, 0.0)[:, None]
        fine = np.minimum(step, reach)
        points = np.round(least[:, None] + np.maximum(fine, (reach + 1) ** (step / (CANDIDATES - 1)) - 1))
        spread_lead = span_of(group.lead_mean[:, None], group.lead_variance[:, None])
        spread_both = span_of(group.protection_mean[:, None], group.protection_variance[:, None])
        found = service(spread_lead, spread_both, review[:, None], points, group.lot[:, None])
        demand = group.weight * review
        missed = (1 - found.fill) * demand[:, None]
        return cls(points, found.on_hand * group.unit_cost[:, None], missed, float(demand.sum()))

    def plan(self, price: float) -> GroupPlan:
        chosen = np.argmin(self.money + price * self.missed, axis=1)
        rows = np.arange(len(chosen))
        missed = float(self.missed[rows, chosen].sum())
        fill = 1 - missed / self.total if self.total > 0 else 1.0
        return GroupPlan(self.points[rows, chosen], fill, float(self.money[rows, chosen].sum()), price)


def _check(group: Group, target: float) -> None:
    problems = []
    if not 0 < target < 1:
        problems.append(
            Problem("target", Sentence(zh="目标须在 0 与 1 之间", en="the target must lie between 0 and 1"))
        )
    length = len(group.lot)
    for name in Group.__slots__:
        column = np.asarray(getattr(group, name))
        if column.shape != (length,) or not np.isfinite(column).all() or (column < 0).any():
            problems.append(
                Problem(
                    name,
                    Sentence(
                        zh=f"每个配件须有一个不小于零的数,共 {length} 个", en=f"needs {length} numbers, none negative"
                    ),
                )
            )
    if not problems and ((group.lot < 1).any() or (group.floor >= 1).any()):
        problems.append(
            Problem("lot", Sentence(zh="批量至少为一,最低满足率须小于一", en="lots are one at least, floors below one"))
        )
    refuse(problems)
