"""What parts will be asked for: forecasts with their uncertainty, for smooth, lumpy, new, dying, seasonal parts.

One method for all of them (docs/planning/demand.md): 40 % each of two mixtures of demand habits learnt from the whole
panel (`demand_habits`), one with a long and one with a short memory, and 20 % of the part's own months. Superseded
parts hand their history over first (`demand_supersession`); the classes of PART-02 are in `demand_classes`; a million
rows go through `demand_bulk`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersales.planning.demand_panel import Panel, PartHistory, check_panel, panel_of, without_returns
from aftersales.planning.demand_supersession import Supersession, carry_over
from aftersales.planning.effort import Effort, Progress
from aftersales.planning.sentences import Problem, Sentence, refuse

if TYPE_CHECKING:
    from aftersales.planning.demand_habits import Floats, Habits

__all__ = [
    "Demand", "Forecast", "Knowledge", "Panel", "PartHistory", "Supersession",
    "carry_over", "explain", "forecast", "learn", "over", "panel_of", "without_returns",
]  # fmt: skip

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
# Chosen on months before the published sets' test months (`python -m bench.planning.choice` repeats the choice).
DECAYS = (0.95, 0.85)
OWN_DECAY = 0.9
OWN_SHARE = 0.2
SAMPLE = 10_000
# Below this chance of being alive the sentence says that the part seems to have died.
DOUBTFUL = 0.5


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was learnt from a panel: one set of habits a memory. Reused for rows that were not in the panel."""

    habits: tuple[Habits, ...]
    largest: float


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand over a span of time, one entry a part: mean and variance in units and units squared."""

    mean: Floats
    variance: Floats


@dataclass(frozen=True, slots=True)
class Forecast:
    """What each part will be asked for.

    `quantiles` [part, month ahead, level] and `mean` [part, month ahead] are units a month. `rate` is next month's mean
    without its season, `rate_variance` how unsure that is, `month_variance` the scatter of one month around it; `alive`
    the chance that the part will be asked for at all any more; `asked` the chance that next month has any demand (its
    season left out); `season` [part, month ahead] the index (1: none).
    """

    parts: Sequence[str]
    levels: tuple[float, ...]
    quantiles: Floats
    mean: Floats
    rate: Floats
    rate_variance: Floats
    month_variance: Floats
    alive: Floats
    asked: Floats
    season: Floats


def learn(panel: Panel, effort: Effort | None = None, *, decays: tuple[float, ...] = DECAYS) -> Knowledge:
    """Learn the demand habits of a panel; of more than 10,000 rows an even sample (drawn with `Effort.seed`) is used.

    Refuses (InputRefused) what `check_panel` refuses, and an empty panel. Takes a second or two; when it is cancelled
    between the two memories, the one that is there is used for both.
    """
    import numpy as np

    from aftersales.planning.demand_habits import counts_up_to, learn_habits
    from aftersales.planning.demand_seasons import seasons

    effort = effort or Effort()
    check_panel(panel)
    if len(panel.parts) == 0:
        refuse([Problem("demand", Sentence(zh="没有任何配件可供学习", en="there is no part to learn from"))])
    demand = np.asarray(panel.demand, dtype=np.float64)
    if len(demand) > SAMPLE:
        drawn = np.random.default_rng(effort.seed).choice(len(demand), SAMPLE, replace=False)
        largest = float(np.nanmax(demand, initial=0.0))
        demand = demand[np.sort(drawn)]
    else:
        largest = float(np.nanmax(demand, initial=0.0))
    indices, _chance = seasons(demand, panel.last_calendar_month)
    level = demand / _by_column(indices, demand.shape[1], panel.last_calendar_month)
    counts = counts_up_to(largest)
    found: list[Habits] = []
    for number, decay in enumerate(decays):
        if found and effort.cancelled():
            found.append(found[0])
            continue
        found.append(learn_habits(level, decay, counts=counts))
        effort.tell(Progress(done=(number + 1) / len(decays)))
    return Knowledge(tuple(found), largest)


def forecast(
    panel: Panel, knowledge: Knowledge | None = None, *, levels: tuple[float, ...] = LEVELS, ahead: int = 1
) -> Forecast:
    """Forecast every part for each of the next `ahead` months at the given quantile levels.

    Without `knowledge` the panel is its own teacher. A part without a single month gets what the panel's parts are
    like on average. Refuses (InputRefused) what `check_panel` refuses, levels outside (0, 1) or not rising, and
    fewer than one month ahead.
    """
    import numpy as np

    from aftersales.planning.demand_habits import own_distribution, posterior, quantiles_of, surviving
    from aftersales.planning.demand_seasons import calendar_places, seasons

    check_panel(panel)
    _check_question(levels, ahead)
    knowledge = knowledge or learn(panel)
    demand = np.asarray(panel.demand, dtype=np.float64)
    rows, months = demand.shape
    indices, _chance = seasons(demand, panel.last_calendar_month)
    level = demand / _by_column(indices, months, panel.last_calendar_month)
    coming = indices[:, (calendar_places(months, panel.last_calendar_month)[-1] + np.arange(1, ahead + 1)) % 12]
    counts = knowledge.habits[0].counts
    own, has_own = own_distribution(level, OWN_DECAY, counts)
    share = np.where(has_own, OWN_SHARE, 0.0)
    moments = _own_moments(level) * share
    alive = np.zeros(rows)
    below = np.repeat((own * share[:, None])[:, None, :], ahead, axis=1)
    mean = np.repeat((moments[0])[:, None], ahead, axis=1)
    weight = (1 - share) / len(knowledge.habits)
    for habits in knowledge.habits:
        chances = posterior(habits, level)
        for month in range(ahead):
            living = surviving(habits, level, chances, ahead=month + 1)
            lives = living.sum(1)
            below[:, month] += weight[:, None] * (living @ habits.below + (1 - lives)[:, None])
            mean[:, month] += weight * (living @ habits.mean)
            if month == 0:
                alive += lives / len(knowledge.habits)
                moments += weight * np.stack([living @ m for m in (habits.mean, habits.mean**2, habits.variance)])
    quantiles = np.stack([quantiles_of(below[:, month], counts, levels) for month in range(ahead)], axis=1)
    return Forecast(
        parts=panel.parts, levels=levels, quantiles=quantiles * coming[:, :, None], mean=mean * coming,
        rate=moments[0], rate_variance=np.maximum(moments[1] - moments[0] ** 2, 0.0), month_variance=moments[2],
        alive=alive, asked=1 - below[:, 0, 0], season=coming,
    )  # fmt: skip


def over(forecast: Forecast, months: float | Floats, variance: float | Floats = 0.0) -> Demand:
    """Return the demand over a span of `months` whose own variance is `variance` (months squared), from now on.

    The mean rate is unknown but the same all the time, so its doubt grows with the square of the span; the months'
    scatter grows with the span. Seasons of the months forecast count in proportion; beyond them the last ones repeat.
    """
    import numpy as np

    span = np.broadcast_to(np.asarray(months, dtype=np.float64), forecast.rate.shape)
    doubt = np.broadcast_to(np.asarray(variance, dtype=np.float64), forecast.rate.shape)
    season = _mean_season(forecast.season, span)
    rate, sure = forecast.rate * season, season**2
    return Demand(
        mean=rate * span,
        variance=span * forecast.month_variance * sure
        + (span**2 + doubt) * forecast.rate_variance * sure
        + doubt * rate**2,
    )


def explain(panel: Panel, forecast: Forecast, row: int) -> Sentence:
    """Say in one sentence what is expected of a part next month and why."""
    import numpy as np

    part = np.asarray(panel.demand[row], dtype=np.float64)
    known = np.isfinite(part)
    asked = np.flatnonzero(np.nan_to_num(part) > 0)
    middle, high = (forecast.quantiles[row, 0, _nearest(forecast.levels, level)] for level in (0.5, 0.9))
    high_level = forecast.levels[_nearest(forecast.levels, 0.9)]
    expects_zh = f"下月中位数 {middle:.0f} 件,{high_level:.0%} 的把握不超过 {high:.0f} 件"
    expects_en = f"next month a middle value of {middle:.0f}, at most {high:.0f} with {high_level:.0%} certainty"
    if not known.any():
        return Sentence(
            zh=f"新件,尚无历史,按同类配件估计;{expects_zh}",
            en=f"a new part without history, judged by the other parts; {expects_en}",
        )
    quiet = len(part) - 1 - asked[-1] if len(asked) else int(known.sum())
    seen_zh = f"{int(known.sum())} 个月中 {len(asked)} 个月有需求,"
    seen_en = f"asked for in {len(asked)} of {int(known.sum())} months, "
    seen_zh += f"已 {quiet} 个月无需求" if quiet else "上月有需求"
    seen_en += f"not for {quiet} months" if quiet else "the last time last month"
    if forecast.alive[row] < DOUBTFUL:
        seen_zh += f",仍有需求的可能只有 {forecast.alive[row]:.0%}"
        seen_en += f", and only {forecast.alive[row]:.0%} likely to be asked for again"
    if abs(forecast.season[row, 0] - 1) > 0.05:
        seen_zh += f",季节指数 {forecast.season[row, 0]:.2f}"
        seen_en += f", season index {forecast.season[row, 0]:.2f}"
    return Sentence(zh=f"{seen_zh};{expects_zh}", en=f"{seen_en}; {expects_en}")


def _nearest(levels: tuple[float, ...], wanted: float) -> int:
    return min(range(len(levels)), key=lambda place: abs(levels[place] - wanted))


def _check_question(levels: tuple[float, ...], ahead: int) -> None:
    problems = []
    if not levels or any(not 0 < level < 1 for level in levels) or sorted(set(levels)) != list(levels):
        problems.append(
            Problem(
                "levels", Sentence(zh="分位数须在 0 与 1 之间并递增", en="levels must rise and lie between 0 and 1")
            )
        )
    if ahead < 1:
        problems.append(Problem("ahead", Sentence(zh="至少预测一个月", en="at least one month must be asked for")))
    refuse(problems)


def _by_column(indices: Floats, months: int, last_calendar_month: int) -> Floats:
    from aftersales.planning.demand_seasons import calendar_places

    return indices[:, calendar_places(months, last_calendar_month)]


def _own_moments(level: Floats) -> Floats:
    """Return mean, its square, and variance of each row's own weighted months."""
    import numpy as np

    from aftersales.planning.demand_habits import month_weights

    known = np.isfinite(level)
    weight = np.where(known, month_weights(level.shape[1], OWN_DECAY), 0.0)
    weight /= np.maximum(weight.sum(1, keepdims=True), 1e-300)
    filled = np.where(known, level, 0.0)
    mean = (weight * filled).sum(1)
    return np.stack([mean, mean**2, (weight * (filled - mean[:, None]) ** 2).sum(1)])


def _mean_season(season: Floats, span: Floats) -> Floats:
    import numpy as np

    ahead = season.shape[1]
    reach = np.clip(span[:, None] - np.arange(ahead)[None, :], 0.0, 1.0)
    reach[:, -1] += np.maximum(span - ahead, 0.0)
    reach[:, 0] += span <= 0
    return np.asarray((reach * season).sum(1) / reach.sum(1))
