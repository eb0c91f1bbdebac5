"""Transfers between stations: one station's surplus before another one's purchase (PART-05, PART-06)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aftersales.planning.sentences import Problem, Sentence, refuse
from aftersales.planning.stock import DAYS_A_MONTH, Proposal


@dataclass(frozen=True, slots=True)
class Way:
    """What bringing one consignment from a station to another costs (money) and how many days it takes."""

    cost: float
    days: float


@dataclass(frozen=True, slots=True)
class Transfer:
    """So many units of a part from one station to another; `saves` money beside buying them, after the way's cost."""

    part: str
    from_station: str
    to_station: str
    quantity: int
    days: float
    saves: float
    sentence: Sentence


def surplus(proposal: Proposal) -> int:
    """Return the units a station can give: shelf above its order-up-to level, nothing of what it owes.

    What is on order is not counted: it is not there, and giving today's shelf for it would make a shortage.
    """
    line = proposal.line
    return max(math.floor(line.on_hand - line.owed - proposal.order_up_to), 0)


def need(proposal: Proposal) -> int:
    """Return the units a station lacks up to just above its reorder point (what it owes included)."""
    line = proposal.line
    return max(math.ceil(proposal.reorder_point + 1 - line.position), 0) if proposal.order_now else 0


def propose_transfers(
    proposals: Sequence[Proposal], ways: Mapping[tuple[str, str], Way], *, days_until_sold_out: float = 365.0
) -> tuple[Transfer, ...]:
    """Return transfers that pay, for each part the one that saves most a unit first; a consignment is one transfer.

    A unit fetched saves its purchase price now and, at the giving station, the holding cost of the time it would have
    lain there: until its surplus is sold at the mean demand, `days_until_sold_out` at most. Units that bring an owed
    part sooner than a purchase would come before all others. No station gives below its own order-up-to level, and
    none gets more than it lacks. Refuses (InputRefused) ways with negative cost or time.
    """
    refuse(
        [
            Problem(
                f"{source} → {target}",
                Sentence(zh="运费与天数须为不小于零的数", en="cost and days must be numbers and not negative"),
            )
            for (source, target), way in ways.items()
            if not (math.isfinite(way.cost) and math.isfinite(way.days) and way.cost >= 0 and way.days >= 0)
        ]
    )
    by_part: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        by_part.setdefault(proposal.line.part, []).append(proposal)
    found: list[Transfer] = []
    for part in sorted(by_part):
        givers = {p.line.station: p for p in by_part[part] if surplus(p)}
        takers = {p.line.station: p for p in by_part[part] if need(p)}
        can = {station: surplus(giver) for station, giver in givers.items()}
        lacks = {station: need(taker) for station, taker in takers.items()}
        while True:
            choices = [
                choice
                for source in sorted(can)
                for target in sorted(lacks)
                if can[source] and lacks[target] and (source, target) in ways
                for choice in [
                    _choice(
                        givers[source], takers[target], ways[source, target], min(can[source], lacks[target]),
                        can[source], days_until_sold_out,
                    )
                ]
                if choice is not None
            ]  # fmt: skip
            if not choices:
                break
            _rank, best = max(choices, key=lambda choice: choice[0])
            found.append(best)
            can[best.from_station] -= best.quantity
            lacks[best.to_station] -= best.quantity
    return tuple(found)


def _choice(
    giver: Proposal, taker: Proposal, way: Way, quantity: int, spare: int, longest: float
) -> tuple[tuple[bool, float, str], Transfer] | None:
    line = taker.line
    daily = giver.line.outlook.rate / DAYS_A_MONTH
    lies = min(spare / daily if daily > 0 else longest, longest)
    holding = giver.line.unit_cost * giver.line.holding_rate * lies / 365.25
    saves = quantity * holding + line.order_cost * (quantity >= taker.order_now) - way.cost
    rescues = line.owed > 0 and way.days < line.lead_days
    if saves <= 0 and not rescues:
        return None
    here, there = giver.line.station, line.station
    why_zh = f"{here} 多出 {spare} 件(预计 {lies:.0f} 天才用完),{there} 缺 {need(taker)} 件"
    why_en = f"{here} has {spare} more than it needs (for about {lies:.0f} days), {there} lacks {need(taker)}"
    if rescues:
        why_zh += f",{way.days:g} 天可到,比采购早 {line.lead_days - way.days:g} 天,欠件客户在等"
        why_en += (
            f"; it takes {way.days:g} days, {line.lead_days - way.days:g} sooner than buying, and a customer waits"
        )
    if saves > 0:
        why_zh += f",扣运费 {way.cost:g} 后省 {saves:.2f}"
        why_en += f"; after {way.cost:g} for the way it saves {saves:.2f}"
    transfer = Transfer(
        part=line.part, from_station=here, to_station=there, quantity=quantity, days=way.days, saves=saves,
        sentence=Sentence(zh=f"{line.part} 调拨 {quantity} 件:{why_zh}", en=f"{line.part}, {quantity}: {why_en}"),
    )  # fmt: skip
    return (rescues, saves / quantity, f"{here} {there}"), transfer
