"""The independent check of stock plans: what is wrong with a proposal, a transfer, a shared order.

It shares no arithmetic with the planners: service is summed term by term over the demand's distribution.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from aftersales.planning.sentences import Problem, Sentence
from aftersales.planning.stock import DAYS_A_MONTH, Line, Measure, Proposal
from aftersales.planning.stock_joint import JointOrder
from aftersales.planning.stock_transfers import Transfer, Way

TOLERANCE = 1e-6


def proposal_problems(proposals: Sequence[Proposal]) -> tuple[Problem, ...]:
    """Return what is wrong with proposals: lots, order-up-to, orders, and a service below target or easily reached."""
    found: list[Problem] = []
    for p in proposals:
        line, name = p.line, p.line.name

        def wrong(zh: str, en: str, name: str = name) -> None:
            found.append(Problem(name, Sentence(zh=zh, en=en)))

        if p.lot < max(line.minimum, 1) or p.lot % line.multiple:
            wrong("批量不合倍数或起订量", "the lot breaks multiple or minimum")
        if p.order_up_to != p.reorder_point + p.lot or p.reorder_point < -1:
            wrong("订货上限不等于订货点加批量", "order-up-to isn't reorder point plus lot")
        due = line.position <= p.reorder_point
        if p.order_now < 0 or p.order_now % p.lot or bool(p.order_now) != due:
            wrong("订货量与订货点不符", "the order doesn't fit the reorder point")
        elif due and not p.reorder_point < line.position + p.order_now <= p.order_up_to:
            wrong("订货后库存位置不对", "the position after ordering is wrong")
        if service_of(line, p.reorder_point, p.lot) < line.target - TOLERANCE:
            wrong("达不到服务水平", "the service target is missed")
        elif p.reorder_point > -1 and service_of(line, p.reorder_point - 1, p.lot) >= line.target + TOLERANCE:
            wrong("订货点高于所需", "the reorder point is higher than needed")
        if not p.sentence.zh or not p.sentence.en:
            wrong("没有理由", "there is no reason")
    return tuple(found)


def service_of(line: Line, reorder_point: int, lot: int) -> float:
    """Return the service of (s, nQ) for a line by summing over demand, position by position."""
    import numpy as np
    from scipy.stats import nbinom

    chances, upper = [], 1
    for days in (line.lead_days, line.lead_days + line.review_days):
        months, late = days / DAYS_A_MONTH, (line.lead_deviation_days / DAYS_A_MONTH) ** 2
        outlook = line.outlook
        mean = max(outlook.rate * months, 1e-9)
        variance = months * outlook.month_variance + (months**2 + late) * outlook.rate_variance + late * outlook.rate**2
        excess = max(variance / mean - 1, 1e-4)
        chances.append(nbinom(mean / excess, 1 / (1 + excess)))
        upper = max(upper, int(chances[-1].isf(1e-13)) + 2)
    upper = max(upper, reorder_point + lot + 2)
    if line.measure is Measure.CYCLE:
        return float(chances[1].cdf(reorder_point + 1))
    demand = np.arange(upper + 1)
    owed = []
    for chance in chances:
        weight = chance.pmf(demand)
        # Units owed at position y, for all y at once: sum over demands above y, from the top down.
        above = np.concatenate([np.cumsum(weight[::-1])[::-1][1:], [0.0]])
        shortfall = np.cumsum(above[::-1])[::-1]
        positions = np.arange(reorder_point + 1, reorder_point + lot + 1)
        owed.append(float(shortfall[positions].mean()))
    between = line.outlook.rate * line.review_days / DAYS_A_MONTH
    return 1 - min(max(owed[1] - owed[0], 0.0) / between, 1.0) if between > 0 else 1.0


def transfer_problems(
    transfers: Sequence[Transfer], proposals: Sequence[Proposal], ways: Mapping[tuple[str, str], Way]
) -> tuple[Problem, ...]:
    """Return what is wrong with transfers: a way that isn't there, a giver left short, a taker given too much."""
    lines = {(p.line.part, p.line.station): p for p in proposals}
    given: dict[tuple[str, str], int] = {}
    taken: dict[tuple[str, str], int] = {}
    found = []
    for t in transfers:
        if t.quantity <= 0 or (t.from_station, t.to_station) not in ways or t.from_station == t.to_station:
            found.append(Problem(t.part, Sentence(zh="调拨路线或数量不成立", en="no such way, or no quantity")))
        given[t.part, t.from_station] = given.get((t.part, t.from_station), 0) + t.quantity
        taken[t.part, t.to_station] = taken.get((t.part, t.to_station), 0) + t.quantity
    for key, quantity in given.items():
        giver = lines.get(key)
        if giver is None or giver.line.on_hand - giver.line.owed - quantity < giver.order_up_to:
            found.append(Problem("@".join(key), Sentence(zh="调出后低于自身需要", en="gives what it needs itself")))
    for key, quantity in taken.items():
        taker = lines.get(key)
        if taker is None or quantity > math.ceil(taker.reorder_point + 1 - taker.line.position):
            found.append(Problem("@".join(key), Sentence(zh="调入多于所缺", en="gets more than it lacks")))
    return tuple(found)


def joint_problems(orders: Sequence[JointOrder], proposals: Sequence[Proposal]) -> tuple[Problem, ...]:
    """Return what is wrong with shared orders: a must left out, foreign lines, broken lots, a wrong value."""
    found = []
    inside = {line.proposal.line.name: line.quantity for order in orders for line in order.lines}
    for p in proposals:
        quantity = inside.get(p.line.name, 0)
        if quantity < p.order_now or quantity % p.lot:
            found.append(Problem(p.line.name, Sentence(zh="该订的没订或批量不合", en="left short, or no whole lots")))
    for order in orders:
        if any(line.proposal.line.supplier != order.supplier.name for line in order.lines):
            found.append(Problem(order.supplier.name, Sentence(zh="含他家的行", en="has another supplier's lines")))
        if not any(line.must for line in order.lines):
            found.append(Problem(order.supplier.name, Sentence(zh="没有非订不可的行", en="nothing had to be ordered")))
        value = sum(line.quantity * line.proposal.line.unit_cost for line in order.lines)
        missing = max(order.supplier.least_value - value, 0.0)
        if abs(value - order.value) > TOLERANCE * max(value, 1.0) or abs(missing - order.short_of) > 0.005:
            found.append(Problem(order.supplier.name, Sentence(zh="金额不符", en="the value is wrong")))
    return tuple(found)
