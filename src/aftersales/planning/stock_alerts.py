"""Alert lines (PART-05): when stock falls to its line, propose to buy or to fetch, and say how pressing it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from aftersales.planning.sentences import Sentence
from aftersales.planning.stock import DAYS_A_MONTH, Proposal
from aftersales.planning.stock_transfers import Transfer


class Urgency(IntEnum):
    """How pressing an alert is; compare with < and >."""

    LOW = 1
    SOON = 2
    OUT = 3


@dataclass(frozen=True, slots=True)
class Alert:
    """A line at or below its warning line. `order` and `transfers` are what is proposed, in units.

    `runs_out_days`: days until the shelf is empty at the mean demand (0: it is; None: nobody asks for the part).
    """

    proposal: Proposal
    urgency: Urgency
    runs_out_days: float | None
    order: int
    transfers: tuple[Transfer, ...]
    sentence: Sentence


def alerts(proposals: Sequence[Proposal], transfers: Sequence[Transfer] = ()) -> tuple[Alert, ...]:
    """Return an alert for each line whose position is at its reorder point or below, or that owes units (PART-05).

    The most pressing first: units owed or an empty shelf that is asked for (OUT), empty before a delivery ordered today
    would come (SOON), the rest (LOW). What transfers bring is taken off the order, in whole lots.
    """
    coming: dict[tuple[str, str], list[Transfer]] = {}
    for transfer in transfers:
        coming.setdefault((transfer.part, transfer.to_station), []).append(transfer)
    found = []
    for proposal in proposals:
        line = proposal.line
        if line.position > proposal.reorder_point and line.owed == 0:
            continue
        fetched = tuple(coming.get((line.part, line.station), ()))
        found.append(_alert(proposal, fetched))
    never = float("inf")
    return tuple(
        sorted(
            found,
            key=lambda alert: (
                -alert.urgency,
                never if alert.runs_out_days is None else alert.runs_out_days,
                alert.proposal.line.name,
            ),
        )
    )


def _alert(proposal: Proposal, fetched: tuple[Transfer, ...]) -> Alert:
    from aftersales.planning.stock import lots_needed

    line = proposal.line
    daily = line.outlook.rate / DAYS_A_MONTH
    lasts = max(line.on_hand - line.owed, 0.0) / daily if daily > 0 else None
    out = line.owed > 0 or (line.on_hand <= 0 and daily > 0)
    urgency = Urgency.OUT if out else Urgency.SOON if lasts is not None and lasts < line.lead_days else Urgency.LOW
    brought = sum(transfer.quantity for transfer in fetched)
    order = lots_needed(line.position + brought, proposal.reorder_point, proposal.lot)
    lasts_zh = "无需求" if lasts is None else f"按日均用量还够 {lasts:.0f} 天"
    lasts_en = "nobody asks for it" if lasts is None else f"lasts {lasts:.0f} days at the mean demand"
    acts_zh = [f"从 {t.from_station} 调拨 {t.quantity} 件" for t in fetched] + ([f"采购 {order} 件"] if order else [])
    acts_en = [f"fetch {t.quantity} from {t.from_station}" for t in fetched] + ([f"buy {order}"] if order else [])
    if not acts_zh:
        acts_zh, acts_en = ["等在途货到"], ["wait for what is on order"]
    sentence = Sentence(
        zh=f"{line.name} 在库 {line.on_hand:g}、在途 {line.on_order:g}、欠 {line.owed:g},"
        f"已到预警线 {proposal.reorder_point},"
        f"{lasts_zh},订货 {line.lead_days:g} 天到;建议{'、'.join(acts_zh)}",
        en=f"{line.name}: {line.on_hand:g} on hand, {line.on_order:g} on order, {line.owed:g} owed, at its line of "
        f"{proposal.reorder_point}; {lasts_en}, delivery takes {line.lead_days:g}; {' and '.join(acts_en)}",
    )
    return Alert(proposal, urgency, 0.0 if out else lasts, order, fetched, sentence)
