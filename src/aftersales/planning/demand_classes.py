"""How a part is asked for, as data: pattern, class of PART-02, phase of life, ABC by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from aftersales.planning.demand_panel import Panel, check_panel
from aftersales.planning.sentences import Problem, Sentence, refuse

# Syntetos, Boylan and Croston (2005), Journal of the Operational Research Society 56, 495-503.
LONG_INTERVAL = 1.32
SCATTERED_SIZES = 0.49


class Pattern(StrEnum):
    """Interval between demands and scatter of their sizes (Syntetos, Boylan and Croston 2005)."""

    SMOOTH = "smooth"
    ERRATIC = "erratic"
    INTERMITTENT = "intermittent"
    LUMPY = "lumpy"
    NEVER = "never"


class PartClass(StrEnum):
    """The three classes of PART-02."""

    COMMON = "common"
    UNCOMMON = "uncommon"
    SEASONAL = "seasonal"


class Phase(StrEnum):
    """Where in its life a part is."""

    NEW = "new"
    GROWING = "growing"
    STEADY = "steady"
    FADING = "fading"
    DEAD = "dead"


class Value(StrEnum):
    """A: the few parts that make most of the demand's value; C: the many that make little."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class ClassRules:
    """Where the classes part; a dealer may set his own.

    A part is common when it was asked for in at least `common_months` of the last twelve; new with fewer than
    `new_months` on sale; dead after `dead_months` without demand; growing (fading) when the last half year's demand is
    `growth` times (one `growth`-th of) what the months before promise and chance alone would do that once in a hundred
    times. A and B hold the first `a_share` and `b_share` of the yearly value.
    """

    common_months: int = 6
    new_months: int = 6
    dead_months: int = 24
    growth: float = 2.0
    a_share: float = 0.80
    b_share: float = 0.95


@dataclass(frozen=True, slots=True)
class PartClasses:
    """What is said about one part: `interval` in months between demands, `scatter` the squared variation of sizes."""

    part: str
    pattern: Pattern
    part_class: PartClass
    phase: Phase
    value: Value
    interval: float | None
    scatter: float | None
    yearly_value: float
    sentence: Sentence


_PATTERNS = {
    Pattern.SMOOTH: "平稳",
    Pattern.ERRATIC: "波动",
    Pattern.INTERMITTENT: "间断",
    Pattern.LUMPY: "块状",
    Pattern.NEVER: "无需求",
}
_CLASSES = {PartClass.COMMON: "常用", PartClass.UNCOMMON: "非常用", PartClass.SEASONAL: "季节性"}
_PHASES = {
    Phase.NEW: "新件",
    Phase.GROWING: "上升",
    Phase.STEADY: "稳定",
    Phase.FADING: "衰退",
    Phase.DEAD: "呆滞",
}


def classify(panel: Panel, unit_costs: Sequence[float], rules: ClassRules | None = None) -> tuple[PartClasses, ...]:
    """Return the classes of every part (PART-02); `unit_costs` in money a unit, in the panel's order.

    Refuses (InputRefused) what `check_panel` refuses, and costs that are missing, negative or not numbers.
    """
    import numpy as np

    from aftersales.planning.demand_seasons import MISTAKEN, seasons

    rules = rules or ClassRules()
    check_panel(panel)
    _check_costs(panel, unit_costs)
    demand = np.asarray(panel.demand, dtype=np.float64)
    known = np.isfinite(demand)
    asked = np.nan_to_num(demand) > 0
    on_sale, times = known.sum(1), asked.sum(1)
    _indices, chance = seasons(demand, panel.last_calendar_month)
    last_year = slice(-12, None)
    # Months on sale in the last year stand for a whole one.
    yearly = np.nansum(demand[:, last_year], axis=1) * 12 / np.maximum(known[:, last_year].sum(1), 1)
    worth = yearly * np.asarray(unit_costs, dtype=np.float64)
    values = _abc(worth, panel.parts, rules)
    found = []
    for row, part in enumerate(panel.parts):
        sizes = demand[row, asked[row]]
        interval = float(on_sale[row] / times[row]) if times[row] else None
        scatter = float(sizes.var() / sizes.mean() ** 2) if times[row] else None
        pattern = pattern_of(interval, scatter)
        common = int(asked[row, last_year].sum()) >= rules.common_months
        part_class = (
            PartClass.SEASONAL if chance[row] < MISTAKEN else PartClass.COMMON if common else PartClass.UNCOMMON
        )
        phase = _phase(demand[row], rules)
        sentence = Sentence(
            zh=f"{_CLASSES[part_class]}件,需求{_PATTERNS[pattern]},{_PHASES[phase]},价值 {values[row]} 类:"
            f"{int(on_sale[row])} 个月中 {int(times[row])} 个月有需求",
            en=f"{part_class} part, {pattern} demand, {phase}, value class {values[row]}: "
            f"asked for in {int(times[row])} of {int(on_sale[row])} months",
        )
        found.append(
            PartClasses(part, pattern, part_class, phase, values[row], interval, scatter, float(worth[row]), sentence)
        )
    return tuple(found)


def pattern_of(interval: float | None, scatter: float | None) -> Pattern:
    """Return the pattern of a mean interval (months) and a squared coefficient of variation of sizes."""
    if interval is None or scatter is None:
        return Pattern.NEVER
    if interval < LONG_INTERVAL:
        return Pattern.SMOOTH if scatter < SCATTERED_SIZES else Pattern.ERRATIC
    return Pattern.INTERMITTENT if scatter < SCATTERED_SIZES else Pattern.LUMPY


def _check_costs(panel: Panel, unit_costs: Sequence[float]) -> None:
    import math

    problems = []
    if len(unit_costs) != len(panel.parts):
        problems.append(
            Problem(
                "unit_costs",
                Sentence(
                    zh=f"{len(panel.parts)} 个配件却有 {len(unit_costs)} 个单价",
                    en=f"{len(unit_costs)} costs for {len(panel.parts)} parts",
                ),
            )
        )
    for part, cost in zip(panel.parts, unit_costs, strict=False):
        if not math.isfinite(cost) or cost < 0:
            problems.append(
                Problem(part, Sentence(zh="单价须为不小于零的数", en="the cost must be a number and not negative"))
            )
    refuse(problems)


def _abc(worth: object, parts: Sequence[str], rules: ClassRules) -> list[Value]:
    import numpy as np

    value = np.asarray(worth, dtype=np.float64)
    # The part's name settles ties, so the same list gives the same classes in any order.
    order = sorted(range(len(parts)), key=lambda row: (-value[row], parts[row]))
    total = float(value.sum())
    found = [Value.C] * len(parts)
    before = 0.0
    for row in order:
        if value[row] > 0:
            found[row] = (
                Value.A if before < rules.a_share * total else Value.B if before < rules.b_share * total else Value.C
            )
        before += float(value[row])
    return found


def _phase(demand: object, rules: ClassRules) -> Phase:
    import numpy as np
    from scipy.stats import binom

    row = np.asarray(demand, dtype=np.float64)
    row = row[np.isfinite(row)]
    if len(row) < rules.new_months:
        return Phase.NEW
    times = np.flatnonzero(row > 0)
    if len(times) == 0 or len(row) - 1 - times[-1] >= rules.dead_months:
        return Phase.DEAD if len(row) >= rules.dead_months else Phase.STEADY
    late = min(6, len(row) // 2)
    now, before = row[-late:], row[:-late]
    # Months with demand rather than pieces: one big order must not look like growth.
    chance = (1 + (before > 0).sum()) / (2 + len(before))
    hits = int((now > 0).sum())
    if now.mean() * rules.growth <= before.mean() and binom.cdf(hits, late, chance) < 0.01:
        return Phase.FADING
    if now.mean() >= before.mean() * rules.growth and binom.sf(hits - 1, late, chance) < 0.01:
        return Phase.GROWING
    return Phase.STEADY
