"""The arithmetic under `demand`: a mixture of demand habits learnt from a whole panel (docs/planning/demand.md).

A *habit* is one way a part may be asked for: mean size of a month's demand, how scattered it is, the share of months
in which nobody asks, and the chance that a part of this habit dies in a month. The panel says how frequent each habit
is (non-parametric maximum likelihood, Laird 1978); a part's own months, the old ones weighing less, say which habits
it may have; the forecast is the mixture of what those habits do next.

Arrays only, one row a part; everything is deterministic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import nbinom

type Floats = NDArray[np.float64]
type Whole = NDArray[np.int64]

SHAPES = (0.25, 0.5, 1.0, 2.0, 5.0, 20.0)
EMPTY_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9)
HAZARDS = (0.0, 0.02, 0.06)
SMALLEST_MEAN = 0.02
STEP_OF_MEANS = 0.3
ROUNDS = 30
# Habits rarer than this in the panel are dropped: the forecast does not notice, the time does.
RAREST = 1e-5
# Months by which a history may outgrow the panel that taught the habits.
ROOM = 24
BLOCK = 1_000
EXACT_COUNTS = 60
COARSE_COUNTS = 150


@dataclass(frozen=True, slots=True)
class Habits:
    """What one decay learnt from a panel: the habits that occur, how often, and what they imply.

    `decay` is the weight of a month beside the month after it; `share` the frequency of each habit; `mean` and
    `variance` belong to one month of a living part; `hazard` is the chance to die in a month; `weights` turn the six
    and three sufficient statistics of a row into its log likelihood; `dead` [months without demand, habit] is what
    dying adds to it, and `alive` the chance that the part still lives; `below` [habit, count] is the distribution.
    """

    decay: float
    share: Floats
    mean: Floats
    variance: Floats
    hazard: Floats
    weights: Floats
    dead: Floats
    alive: Floats
    counts: Floats
    below: Floats


def counts_up_to(largest: float) -> Floats:
    """Return the demands at which distributions are kept: every small one, then ever coarser, past twice `largest`."""
    top = max(2.0 * largest + 20.0, EXACT_COUNTS + 1.0)
    coarse = np.geomspace(EXACT_COUNTS, top, COARSE_COUNTS)
    return np.unique(np.round(np.concatenate([np.arange(EXACT_COUNTS), coarse])))


def month_weights(months: int, decay: float) -> Floats:
    """Return the weight of each column, oldest first; the newest weighs 1."""
    return np.asarray(decay ** np.arange(months - 1, -1, -1.0), dtype=np.float64)


def quiet_months(demand: Floats) -> Whole:
    """Return the number of known months since each row's last demand (all known months, when there was none)."""
    known = np.isfinite(demand)
    asked = np.where(known, demand, 0.0) > 0
    months = demand.shape[1]
    last = np.where(asked.any(1), months - 1 - np.argmax(asked[:, ::-1], axis=1), -1)
    after = np.arange(months)[None, :] > last[:, None]
    return np.asarray((known & after).sum(1), dtype=np.int64)


def _row_of(table: Floats, demand: Floats) -> Floats:
    """Return the table's row for each part's quiet months; past its end a month more changes nothing."""
    return np.asarray(table[np.minimum(quiet_months(demand), len(table) - 1)])


def statistics(demand: Floats, decay: float) -> Floats:
    """Return per row what a likelihood needs: weight without demand, with demand, weighted sum, weighted log gammas."""
    weight = month_weights(demand.shape[1], decay)
    known = np.isfinite(demand)
    filled = np.where(known, demand, 0.0)
    asked = filled > 0
    columns = [(known & ~asked) @ weight, asked @ weight, filled @ weight]
    spread = gammaln(filled + 1.0)
    columns += [np.where(asked, gammaln(filled + shape) - spread, 0.0) @ weight for shape in SHAPES]
    return np.stack(columns, axis=1)


def learn_habits(demand: Floats, decay: float, *, counts: Floats | None = None) -> Habits:
    """Return the habits of a panel (NaN: not on sale), found by expectation maximisation from equal shares."""
    largest = float(np.nanmax(demand, initial=0.0))
    means = np.exp(np.arange(np.log(SMALLEST_MEAN), np.log(max(largest, 4.0) * 1.2), STEP_OF_MEANS))
    grid = np.array([(m, r, e, d) for d in HAZARDS for m in means for r in SHAPES for e in EMPTY_SHARES])
    weights, dead, alive = _likelihoods(grid, months=demand.shape[1] + ROOM, decay=decay)
    share = np.full(len(grid), 1.0 / len(grid))
    # Single precision and blocks: the table of likelihoods is the largest thing in this room's memory.
    found = np.empty((len(demand), len(grid)), dtype=np.float32)
    for start in range(0, len(demand), BLOCK):
        found[start : start + BLOCK] = _likelihood(demand[start : start + BLOCK], decay, weights, dead)
    for _ in range(ROUNDS):
        # One round of expectation and maximisation, written as two products.
        each = found @ share.astype(np.float32)
        share = share * (found.T @ (1 / each)).astype(np.float64) / len(demand)
    kept = share > RAREST
    share = share[kept] / share[kept].sum()
    mean, shape, empty, hazard = grid[kept].T
    variance = (1 - empty) * (mean + mean**2 / shape + mean**2) - ((1 - empty) * mean) ** 2
    counts = counts_up_to(largest) if counts is None else counts
    below = empty[:, None] + (1 - empty[:, None]) * nbinom.cdf(
        counts[None, :], shape[:, None], (shape / (shape + mean))[:, None]
    )
    return Habits(
        decay=decay, share=share, mean=(1 - empty) * mean, variance=variance, hazard=hazard, weights=weights[:, kept],
        dead=dead[:, kept], alive=alive[:, kept], counts=counts, below=below,
    )  # fmt: skip


def _likelihoods(grid: Floats, *, months: int, decay: float) -> tuple[Floats, Floats, Floats]:
    mean, shape, empty, hazard = grid.T
    success = shape / (shape + mean)
    nothing = empty + (1 - empty) * success**shape
    weights = np.zeros((3 + len(SHAPES), len(grid)))
    weights[0] = np.log(nothing)
    weights[1] = np.log1p(-empty) + shape * np.log(success) - gammaln(shape)
    weights[2] = np.log1p(-success)
    for place, one in enumerate(SHAPES):
        weights[3 + place] = shape == one
    # A part that died j months ago explains its last j empty months for certain. Relative to staying alive that is
    # worth hazard / ((1 - hazard) * P(nothing)) ** j, with the months' weights in place of j.
    quiet = np.arange(1, months + 1)
    weighed = quiet if decay == 1 else (1 - decay**quiet) / (1 - decay)
    steps = -weighed[:, None] * (np.log(nothing) + np.log1p(-hazard))[None, :]
    died = np.vstack([np.zeros(len(grid)), (hazard * np.exp(np.minimum(steps, 600.0))).cumsum(0)])
    dead = np.log1p(died) + weighed[-1] * np.log1p(-hazard)
    return weights, dead, (1 - hazard) / (1 + died)


def _likelihood(demand: Floats, decay: float, weights: Floats, dead: Floats) -> Floats:
    """Return likelihoods scaled so that each row's largest is 1."""
    found = statistics(demand, decay) @ weights
    found += _row_of(dead, demand)
    found -= found.max(1, keepdims=True)
    return np.exp(found, out=found)


def posterior(habits: Habits, demand: Floats) -> Floats:
    """Return the chance of each habit (column) for each row."""
    found = _likelihood(demand, habits.decay, habits.weights, habits.dead)
    found *= habits.share
    found /= found.sum(1, keepdims=True)
    return found


def surviving(habits: Habits, demand: Floats, chances: Floats, *, ahead: int) -> Floats:
    """Return the chance of each habit *and* of being alive `ahead` months from now (1: next month)."""
    return np.asarray(chances * _row_of(habits.alive, demand) * (1 - habits.hazard) ** (ahead - 1))


def own_distribution(demand: Floats, decay: float, counts: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return each row's weighted empirical distribution over `counts`, and which rows have any known month."""
    rows, months = demand.shape
    known = np.isfinite(demand)
    weight = np.where(known, month_weights(months, decay), 0.0)
    total = weight.sum(1)
    place = np.minimum(np.searchsorted(counts, np.where(known, demand, 0.0)), len(counts) - 1)
    flat = (np.arange(rows)[:, None] * len(counts) + place).ravel()
    mass = np.bincount(flat, weights=weight.ravel(), minlength=rows * len(counts)).reshape(rows, len(counts))
    return np.cumsum(mass, axis=1) / np.maximum(total, 1e-300)[:, None], total > 0


def quantiles_of(below: Floats, counts: Floats, wanted: tuple[float, ...]) -> Floats:
    """Return quantiles of distributions over counts: whole numbers, interpolated only where counts are coarse."""
    found = np.empty((len(below), len(wanted)))
    rows = np.arange(len(below))
    for column, level in enumerate(wanted):
        # Rounding in the sums must not push a quantile to the next count.
        place = np.minimum((below < level - 1e-9).sum(1), len(counts) - 1)
        before = np.maximum(place - 1, 0)
        low, high = below[rows, before], below[rows, place]
        inside = np.clip((level - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)
        gap = counts[place] - counts[before]
        found[:, column] = np.where(gap > 1, np.ceil(counts[before] + inside * gap), counts[place])
    return found
