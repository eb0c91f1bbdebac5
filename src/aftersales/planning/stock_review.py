"""Dead stock and overstock, with what made them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from aftersales.planning.sentences import Problem, Sentence, refuse
from aftersales.planning.stock import Proposal


class Finding(StrEnum):
    """What is wrong with a line's stock."""

    DEAD = "dead"
    OVER = "over"


class Cause(StrEnum):
    """What made it so, the first that holds."""

    REPLACED = "replaced"
    RETURNED = "returned"
    MINIMUM = "minimum"
    TOO_MUCH_BOUGHT = "too_much_bought"
    NEVER_ASKED = "never_asked"
    DEMAND_ENDED = "demand_ended"
    DEMAND_FELL = "demand_fell"


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of how a line's stock came about; months count back from now, None: never.

    `bought` units with the last purchase, `returned` units that came back from orders since, `peak_rate` the highest
    mean monthly demand of any year, `replaced_by` the part that took over, if any.
    """

    months_since_demand: int | None
    months_since_purchase: int | None
    bought: float = 0.0
    returned: float = 0.0
    peak_rate: float = 0.0
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Excess:
    """Stock beyond use: `units` too many, `value` money tied up, `lasts_months` until sold (None: never)."""

    proposal: Proposal
    finding: Finding
    cause: Cause
    units: float
    value: float
    lasts_months: float | None
    sentence: Sentence


_CAUSES = {
    Cause.REPLACED: ("已被 {by} 替代", "replaced by {by}"),
    Cause.RETURNED: ("{returned:g} 件是退回来的", "{returned:g} of it came back from orders"),
    Cause.MINIMUM: ("最小订货量 {least:g} 超过一年用量", "the least order of {least:g} is over a year's demand"),
    Cause.TOO_MUCH_BOUGHT: (
        "上次({since} 个月前)采购 {bought:g} 件,远超批量 {lot}",
        "the last purchase {since} months ago brought {bought:g}, far over the lot of {lot}",
    ),
    Cause.NEVER_ASKED: ("入库后从无需求", "nobody ever asked for it"),
    Cause.DEMAND_ENDED: ("已 {quiet} 个月无需求", "nobody asked for it for {quiet} months"),
    Cause.DEMAND_FELL: (
        "月需求由最高 {peak:.1f} 降到 {rate:.1f}",
        "demand fell from {peak:.1f} a month at its best to {rate:.1f}",
    ),
}


def review(
    proposals: Sequence[Proposal], pasts: Sequence[Past], *, dead_months: int = 24, over_months: float = 12.0
) -> tuple[Excess, ...]:
    """Return lines whose stock nobody wants (dead: no demand for `dead_months`, or replaced) or that lasts too long.

    Over: what is on the shelf beyond the order-up-to level would last more than `over_months`. Most money first. A part
    bought within `dead_months` that was never asked for is not dead yet. Refuses (InputRefused) lists of unequal
    length and months that are not above zero.
    """
    problems = []
    if len(proposals) != len(pasts):
        problems.append(
            Problem(
                "pasts",
                Sentence(
                    zh=f"{len(proposals)} 行库存却有 {len(pasts)} 份来历",
                    en=f"{len(pasts)} pasts for {len(proposals)} lines",
                ),
            )
        )
    if dead_months < 1 or not over_months > 0:
        problems.append(Problem("months", Sentence(zh="月数须大于零", en="months must be above zero")))
    refuse(problems)
    found = [
        excess
        for proposal, past in zip(proposals, pasts, strict=True)
        for excess in [_excess(proposal, past, dead_months, over_months)]
        if excess is not None
    ]
    return tuple(sorted(found, key=lambda excess: (-excess.value, excess.proposal.line.name)))


def _excess(proposal: Proposal, past: Past, dead_months: int, over_months: float) -> Excess | None:
    line = proposal.line
    free = line.on_hand - line.owed
    if free <= 0:
        return None
    quiet = math.inf if past.months_since_demand is None else past.months_since_demand
    young = past.months_since_demand is None and (past.months_since_purchase or 0) < dead_months
    dead = past.replaced_by is not None or (quiet >= dead_months and not young)
    units = free if dead else free - proposal.order_up_to
    lasts = None if line.outlook.rate <= 0 or dead else units / line.outlook.rate
    if not dead and (units <= 0 or (lasts is not None and lasts <= over_months) or young):
        return None
    cause = _cause(proposal, past, dead)
    zh, en = _CAUSES[cause]
    words = {
        "by": past.replaced_by, "returned": past.returned, "least": max(line.minimum, line.multiple),
        "since": past.months_since_purchase, "bought": past.bought, "lot": proposal.lot,
        "quiet": past.months_since_demand, "peak": past.peak_rate, "rate": line.outlook.rate,
    }  # fmt: skip
    value = units * line.unit_cost
    what_zh, what_en = ("呆滞", "dead") if dead else ("积压", "too many")
    lasts_zh = f",还要 {lasts:.0f} 个月才用完" if lasts is not None else ""
    lasts_en = f", enough for {lasts:.0f} months" if lasts is not None else ""
    return Excess(
        proposal, Finding.DEAD if dead else Finding.OVER, cause, units, value, lasts,
        Sentence(
            zh=f"{line.name}:{what_zh} {units:g} 件,值 {value:.2f}{lasts_zh};原因:{zh.format(**words)}",
            en=f"{line.name}: {units:g} {what_en}, worth {value:.2f}{lasts_en}; cause: {en.format(**words)}",
        ),
    )  # fmt: skip


def _cause(proposal: Proposal, past: Past, dead: bool) -> Cause:
    line = proposal.line
    least = max(line.minimum, line.multiple)
    rules = (
        (Cause.REPLACED, past.replaced_by is not None),
        (Cause.RETURNED, past.returned >= 0.5 * line.on_hand > 0),
        (Cause.NEVER_ASKED, past.months_since_demand is None),
        (Cause.MINIMUM, least > 1 and least > 12 * max(line.outlook.rate, past.peak_rate)),
        (Cause.TOO_MUCH_BOUGHT, past.months_since_purchase is not None and past.bought > 2 * proposal.lot),
        (Cause.DEMAND_ENDED, dead),
    )
    return next((cause for cause, holds in rules if holds), Cause.DEMAND_FELL)
