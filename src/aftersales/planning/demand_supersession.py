"""A part that replaces another takes its history over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aftersales.planning.demand_panel import Panel, check_panel
from aftersales.planning.sentences import Problem, Sentence, refuse


@dataclass(frozen=True, slots=True)
class Supersession:
    """`new` replaces `old`; one old part needs `per_old` of the new one.

    Two rows with the same `old` are a kit: each of the new parts is needed. Two with the same `new` merge parts.
    """

    old: str
    new: str
    per_old: float = 1.0


@dataclass(frozen=True, slots=True)
class Inheritance:
    """A panel without the replaced parts; `inherited` names, for each new part, whose history it took over."""

    panel: Panel
    inherited: dict[str, tuple[str, ...]]
    sentences: tuple[Sentence, ...]


def carry_over(panel: Panel, supersessions: Sequence[Supersession]) -> Inheritance:
    """Add the demand of replaced parts to that of the parts that replace them, along whole chains.

    A month counts as on sale for the new part when the old one was. Refuses (InputRefused) parts that are not in the
    panel, a part that replaces itself or a circle, and a factor that isn't above zero; each is named.
    """
    import numpy as np

    check_panel(panel)
    order = _from_oldest(panel, supersessions)
    place = {part: row for row, part in enumerate(panel.parts)}
    demand = np.array(panel.demand, dtype=np.float64, copy=True)
    heirs: dict[str, tuple[str, ...]] = {}
    told = []
    for step in order:
        old, new = demand[place[step.old]], demand[place[step.new]]
        either = np.isfinite(old) | np.isfinite(new)
        demand[place[step.new]] = np.where(either, np.nan_to_num(old) * step.per_old + np.nan_to_num(new), np.nan)
        heirs[step.new] = tuple(dict.fromkeys((*heirs.get(step.new, ()), *heirs.get(step.old, ()), step.old)))
        told.append(
            Sentence(
                zh=f"{step.new} 替代 {step.old}:接续其需求历史,每件折合 {step.per_old:g} 件",
                en=f"{step.new} replaces {step.old} and takes over its history, {step.per_old:g} for each",
            )
        )
    gone = {step.old for step in order}
    kept = [row for row, part in enumerate(panel.parts) if part not in gone]
    rest = Panel(tuple(panel.parts[row] for row in kept), demand[kept], panel.last_calendar_month)
    return Inheritance(rest, {part: names for part, names in heirs.items() if part not in gone}, tuple(told))


def _from_oldest(panel: Panel, supersessions: Sequence[Supersession]) -> list[Supersession]:
    known = set(panel.parts)
    problems: list[Problem] = []
    for step in supersessions:
        for part in (step.old, step.new):
            if part not in known:
                problems.append(Problem(part, Sentence(zh="替代关系中的配件不在表中", en="is not in the panel")))
        if not 0 < step.per_old < float("inf"):
            problems.append(
                Problem(step.old, Sentence(zh="折合数量须大于零", en="the quantity per old part must be above zero"))
            )
        if supersessions.count(step) > 1:
            problems.append(Problem(step.old, Sentence(zh="替代关系重复", en="the supersession is given twice")))
    waiting = {step.old for step in supersessions}
    order: list[Supersession] = []
    left = list(supersessions)
    while left:
        # A step may be taken once nothing that is still waiting flows into its old part.
        blocked = {step.new for step in left}
        ready = [step for step in left if step.old not in blocked]
        if not ready:
            problems += [
                Problem(part, Sentence(zh="替代关系成环", en="the supersessions go round in a circle"))
                for part in sorted(waiting & blocked)
            ]
            break
        order += ready
        left = [step for step in left if step not in ready]
    refuse(problems)
    return order
