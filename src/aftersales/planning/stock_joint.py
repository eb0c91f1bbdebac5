"""Several lines of one supplier share an order: which ones ride along, and how often to order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aftersales.planning.sentences import Problem, Sentence, refuse
from aftersales.planning.stock import DAYS_A_MONTH, Proposal

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Supplier:
    """What an order costs whatever is in it (money), what it must come to at least (money), carriage paid from."""

    name: str
    order_cost: float = 0.0
    least_value: float = 0.0
    carriage: float = 0.0
    carriage_paid_from: float = 0.0


@dataclass(frozen=True, slots=True)
class JointLine:
    """A line of a shared order: `quantity` units, and whether the line itself had to order (else it rides along)."""

    proposal: Proposal
    quantity: int
    must: bool
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class JointOrder:
    """One order to one supplier. `short_of` is the money missing to the supplier's least value (0: none)."""

    supplier: Supplier
    lines: tuple[JointLine, ...]
    value: float
    short_of: float
    sentence: Sentence


def joint_orders(
    proposals: Sequence[Proposal], suppliers: Mapping[str, Supplier], *, ride_days: float = 14.0
) -> tuple[JointOrder, ...]:
    """Gather what must be ordered into one order a supplier, and let lines ride along that would order soon.

    A line rides when its position would reach its reorder point within `ride_days` at the mean demand (the can-order
    line of Balintfy 1964). Until the supplier's least value, or the value from which carriage is paid where the
    holding cost of the extra stock stays below the carriage, lines are filled up in the order in which they run
    low. Refuses (InputRefused) suppliers that are named by a line and unknown, and negative figures.
    """
    _check(proposals, suppliers, ride_days)
    by_supplier: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        by_supplier.setdefault(proposal.line.supplier, []).append(proposal)
    return tuple(
        _order(suppliers[name], by_supplier[name], ride_days)
        for name in sorted(by_supplier)
        if any(proposal.order_now for proposal in by_supplier[name])
    )


def days_until_due(proposal: Proposal) -> float:
    """Return the days until the position reaches the reorder point at the mean demand (0: it has; inf: never)."""
    line = proposal.line
    spare = line.position - proposal.reorder_point
    if spare <= 0:
        return 0.0
    return math.inf if line.outlook.rate <= 0 else spare / line.outlook.rate * DAYS_A_MONTH


def _order(supplier: Supplier, proposals: list[Proposal], ride_days: float) -> JointOrder:
    queue = sorted(proposals, key=lambda proposal: (days_until_due(proposal), proposal.line.name))
    quantity = {p.line.name: p.order_now for p in queue}
    why: dict[str, Sentence] = {}
    for p in queue:
        due = days_until_due(p)
        if p.order_now:
            why[p.line.name] = p.sentence
        elif due <= ride_days:
            quantity[p.line.name] = p.lot
            why[p.line.name] = Sentence(
                zh=f"{p.line.name}:{due:.0f} 天后也要订,随单带 {p.lot} 件",
                en=f"{p.line.name}: due in {due:.0f} days anyway, {p.lot} ride along",
            )

    def value() -> float:
        return sum(quantity[p.line.name] * p.line.unit_cost for p in queue)

    _fill_up(
        supplier.least_value, queue, quantity, why, Sentence("凑起订金额", "to reach the least order value"), math.inf
    )
    if supplier.carriage and supplier.carriage_paid_from - value() > 0:
        _fill_up(
            supplier.carriage_paid_from, queue, quantity, why, Sentence("凑免运费", "so that carriage is paid"),
            supplier.carriage,
        )  # fmt: skip
    lines = tuple(
        JointLine(p, quantity[p.line.name], p.order_now > 0, why[p.line.name]) for p in queue if quantity[p.line.name]
    )
    total = value()
    short = max(supplier.least_value - total, 0.0)
    ride = sum(not line.must for line in lines)
    sentence = Sentence(
        zh=f"{supplier.name}:{len(lines)} 行共 {total:.2f},其中 {ride} 行随单"
        + (f",距起订额还差 {short:.2f}" if short else ""),
        en=f"{supplier.name}: {len(lines)} lines for {total:.2f}, {ride} of them ride along"
        + (f", {short:.2f} short of the least value" if short else ""),
    )
    return JointOrder(supplier, lines, total, short, sentence)


def _fill_up(
    wanted: float,
    queue: list[Proposal],
    quantity: dict[str, int],
    why: dict[str, Sentence],
    reason: Sentence,
    most: float,
) -> None:
    """Add lots, the line that runs low first, until the order's value is `wanted`; none when that costs over `most`."""
    added: dict[str, int] = {}
    value = sum(quantity[p.line.name] * p.line.unit_cost for p in queue)
    holding = 0.0
    while value < wanted:
        # Cover in days with everything in the order: the shortest gets the next lot; a year at most for any line.
        open_ = [
            (cover, p)
            for p in queue
            if p.line.unit_cost > 0 and p.line.outlook.rate > 0
            for cover in [_cover(p, quantity[p.line.name] + added.get(p.line.name, 0))]
            if cover + p.lot / p.line.outlook.rate * DAYS_A_MONTH <= DAYS_A_YEAR
        ]
        if not open_:
            break
        cover, p = min(open_, key=lambda choice: (choice[0], choice[1].line.name))
        added[p.line.name] = added.get(p.line.name, 0) + p.lot
        value += p.lot * p.line.unit_cost
        holding += p.lot * p.line.unit_cost * p.line.holding_rate * cover / DAYS_A_YEAR
    if holding > most or (value < wanted and most < math.inf):
        return
    for name, extra in added.items():
        quantity[name] += extra
        before = why.get(name)
        zh, en = f"{name}:多订 {extra} 件{reason.zh}", f"{name}: {extra} more {reason.en}"
        why[name] = Sentence(f"{before.zh};{zh}", f"{before.en}; {en}") if before else Sentence(zh, en)


def _cover(p: Proposal, extra: int) -> float:
    return (p.line.position + extra - p.reorder_point) / p.line.outlook.rate * DAYS_A_MONTH


def shared_cycle(
    yearly: Sequence[float], holding: Sequence[float], line_costs: Sequence[float], order_cost: float
) -> tuple[float, tuple[int, ...]]:
    """Return the base cycle in years and, for each line, in every how many cycles it is ordered.

    The joint replenishment problem: `yearly` demand, `holding` money a unit and year, `line_costs` money each time a
    line is in an order, `order_cost` money an order. Goyal's (1974) iteration from Silver's (1976) start: given the
    cycle each line's multiple is best by itself, given the multiples so is the cycle. Refuses figures not above zero.
    """
    rows = list(zip(yearly, holding, line_costs, strict=True))
    if not rows or order_cost <= 0 or any(not (d > 0 and h > 0 and k >= 0) for d, h, k in rows):
        refuse(
            [
                Problem(
                    "shared_cycle",
                    Sentence(
                        zh="每行须有大于零的需求与持有费,订货费须大于零",
                        en="every line needs demand and holding cost above zero, the order a cost above zero",
                    ),
                )
            ]
        )
    ratios = [2 * k / (h * d) for d, h, k in rows]
    first = min(range(len(rows)), key=lambda row: ratios[row])
    root = math.sqrt((rows[first][0] * rows[first][1]) / (order_cost + rows[first][2]))
    multiples = [
        1 if row == first else max(1, round(math.sqrt(k / (h * d)) * root)) for row, (d, h, k) in enumerate(rows)
    ]
    best, cycle = math.inf, 0.0
    for _ in range(100):
        fixed = order_cost + sum(k / m for (_d, _h, k), m in zip(rows, multiples, strict=True))
        carried = sum(d * h * m for (d, h, _k), m in zip(rows, multiples, strict=True))
        cycle, cost = math.sqrt(2 * fixed / carried), math.sqrt(2 * fixed * carried)
        if cost >= best - 1e-12:
            break
        best = cost
        # m is best where m(m-1) <= 2k/(h d T^2) <= m(m+1).
        multiples = [max(1, math.ceil((math.sqrt(1 + 4 * ratio / cycle**2) - 1) / 2)) for ratio in ratios]
    return cycle, tuple(multiples)


def _check(proposals: Sequence[Proposal], suppliers: Mapping[str, Supplier], ride_days: float) -> None:
    problems = [
        Problem(
            p.line.name, Sentence(zh=f"供应商“{p.line.supplier}”未知", en=f"supplier “{p.line.supplier}” is unknown")
        )
        for p in proposals
        if p.line.supplier not in suppliers
    ]
    for supplier in suppliers.values():
        figures = (supplier.order_cost, supplier.least_value, supplier.carriage, supplier.carriage_paid_from)
        if not all(math.isfinite(figure) and figure >= 0 for figure in figures):
            problems.append(
                Problem(supplier.name, Sentence(zh="费用须为不小于零的数", en="costs must be numbers and not negative"))
            )
    if not ride_days >= 0:
        problems.append(Problem("ride_days", Sentence(zh="随单天数不能为负", en="the days to ride can't be negative")))
    refuse(problems)
