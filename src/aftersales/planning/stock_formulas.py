"""The arithmetic of stock: economic quantities, what a reorder point and a lot size lead to. Arrays in, arrays out.

Demand over a time is negative binomial with a given mean and variance (Poisson where the variance isn't larger). The
policy everywhere is (R, s, nQ): every R the position (on hand + on order - owed) is looked at, and once it is s or less
the fewest lots of Q that lift it above s are ordered; they arrive after the lead time. In the long run the position
after ordering is even on s+1 ... s+Q (Hadley and Whitin 1963), which makes everything below exact for that policy when
unmet demand waits. Q = 1 is ordering up to s+1 at every review.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammaln

type Floats = NDArray[np.float64]

# Below this excess of variance over mean a demand is treated as Poisson.
POISSON = 1e-4


@dataclass(frozen=True, slots=True)
class Span:
    """Demand over a time as a negative binomial: `size` and `odds` (mean = size * odds), both above zero."""

    size: Floats
    odds: Floats


@dataclass(frozen=True, slots=True)
class Service:
    """What a policy leads to: `fill` share of units served from the shelf at once, and so on.

    `cycle`: chance that nothing is owed on the eve of a possible delivery (for a lot of one exactly, else at least
    this); `on_hand` mean units on the shelf, `owed` mean units owed.
    """

    fill: Floats
    cycle: Floats
    on_hand: Floats
    owed: Floats


def span_of(mean: ArrayLike, variance: ArrayLike) -> Span:
    """Return the negative binomial with a mean and a variance (raised to the Poisson's where it is smaller)."""
    level = np.maximum(np.asarray(mean, dtype=np.float64), 1e-9)
    odds = np.maximum(np.asarray(variance, dtype=np.float64) / level - 1, POISSON)
    return Span(level / odds, odds)


def chance_above(span: Span, stock: ArrayLike) -> Floats:
    """Return P(D > stock) for whole numbers; 1 below zero."""
    level = np.asarray(stock, dtype=np.float64)
    inside = np.maximum(level, 0.0)
    share = betainc(inside + 1, span.size, span.odds / (1 + span.odds))
    return np.where(level < 0, 1.0, share)


def chance_of(span: Span, demand: ArrayLike) -> Floats:
    """Return P(D = demand) for whole numbers; 0 below zero."""
    level = np.asarray(demand, dtype=np.float64)
    inside = np.maximum(level, 0.0)
    logarithm = (
        gammaln(inside + span.size) - gammaln(span.size) - gammaln(inside + 1)
        + inside * np.log(span.odds / (1 + span.odds)) - span.size * np.log1p(span.odds)
    )  # fmt: skip
    return np.where(level < 0, 0.0, np.exp(logarithm))


def owed(span: Span, stock: ArrayLike) -> Floats:
    """Return E[(D - stock)+], the units that a stock fails to cover (the loss function; Zipkin 2000, C.2.3.3)."""
    level = np.asarray(stock, dtype=np.float64)
    mean = span.size * span.odds
    found = (mean - level) * chance_above(span, level) + (level + span.size) * span.odds * chance_of(span, level)
    return np.maximum(found, 0.0)


def owed_beyond(span: Span, stock: ArrayLike) -> Floats:
    """Return the sum of `owed` over every whole stock above the given one (the second loss function)."""
    level = np.asarray(stock, dtype=np.float64)
    mean = span.size * span.odds
    second = (span.size + 1) * mean * span.odds - 2 * mean * level + level * (level + 1)
    edge = ((span.size + 1) * span.odds - level) * (level + span.size) * span.odds * chance_of(span, level)
    return np.maximum((second * chance_above(span, level) + edge) / 2, 0.0)


def mean_owed(span: Span, reorder_point: ArrayLike, lot: ArrayLike) -> Floats:
    """Return the mean of `owed` while the position is even on s+1 ... s+Q."""
    low, size = np.asarray(reorder_point, dtype=np.float64), np.asarray(lot, dtype=np.float64)
    # The difference of two second losses loses its digits for a lot of one, where the answer is a single loss.
    many = (owed_beyond(span, low) - owed_beyond(span, low + size)) / size
    return np.where(size == 1, owed(span, low + 1), np.maximum(many, 0.0))


def service(lead: Span, protection: Span, review_mean: ArrayLike, reorder_point: ArrayLike, lot: ArrayLike) -> Service:
    """Return what (s, Q) leads to when demand over the lead time and over review + lead time are as given.

    `review_mean` is the mean demand between two reviews; 0 counts as fully served.
    """
    low, size = np.asarray(reorder_point, dtype=np.float64), np.asarray(lot, dtype=np.float64)
    after, before = mean_owed(lead, low, size), mean_owed(protection, low, size)
    review = np.asarray(review_mean, dtype=np.float64)
    missed = np.maximum(before - after, 0.0)
    fill = np.where(review > 0, 1 - np.minimum(missed / np.maximum(review, 1e-12), 1.0), 1.0)
    position = low + (size + 1) / 2
    mean_lead, mean_protection = lead.size * lead.odds, protection.size * protection.odds
    shelf = position - (mean_lead + mean_protection) / 2 + (after + before) / 2
    return Service(fill, 1 - chance_above(protection, low + 1), np.maximum(shelf, 0.0), (after + before) / 2)


def economic_quantity(
    yearly: ArrayLike, order_cost: ArrayLike, unit_cost: ArrayLike, holding_rate: ArrayLike
) -> Floats:
    """Return the economic order quantity in units (PART-03; Harris 1913): sqrt(2 D K / (i c)).

    `yearly` units a year, `order_cost` money an order, `unit_cost` money a unit, `holding_rate` share of the value a
    year. Costs of zero make any quantity equally good: infinity.
    """
    holding = np.asarray(unit_cost, dtype=np.float64) * np.asarray(holding_rate, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.sqrt(2 * np.asarray(yearly, dtype=np.float64) * np.asarray(order_cost, dtype=np.float64) / holding)
    return np.where(holding > 0, found, np.inf)


def lot_size(wanted: ArrayLike, multiple: ArrayLike, minimum: ArrayLike, most: ArrayLike) -> Floats:
    """Return the lot in units: the wanted one at most `most`, at least `minimum` and 1, in whole multiples.

    Of the multiples below and above the wanted quantity the cheaper one: the cost of (Q) is flat in Q/Q* + Q*/Q, so
    the border between two multiples is their geometric mean.
    """
    pack = np.maximum(np.asarray(multiple, dtype=np.float64), 1.0)
    target = np.minimum(np.asarray(wanted, dtype=np.float64), np.asarray(most, dtype=np.float64))
    least = np.ceil(np.maximum(np.asarray(minimum, dtype=np.float64), 1.0) / pack)
    packs = np.floor(target / pack)
    packs = packs + (target / pack > np.sqrt(np.maximum(packs, 0.0) * (packs + 1)))
    return np.asarray(np.maximum(packs, least) * pack, dtype=np.float64)


def least_reorder_point(
    lead: Span, protection: Span, review_mean: ArrayLike, lot: ArrayLike, target: ArrayLike, *, by_fill: ArrayLike
) -> Floats:
    """Return the smallest whole s (-1 at least) whose service reaches `target`: fill where `by_fill`, else cycle.

    With s = -1 and a lot of one nothing is held; that is right where a part has next to no demand.
    """
    wanted, size = np.asarray(target, dtype=np.float64), np.asarray(lot, dtype=np.float64)
    fills = np.asarray(by_fill, dtype=bool)
    review = np.asarray(review_mean, dtype=np.float64)

    def enough(point: Floats) -> NDArray[np.bool_]:
        found = service(lead, protection, review, point, size)
        return np.where(fills, found.fill, found.cycle) >= wanted - 1e-12

    mean = protection.size * protection.odds
    shape = np.broadcast_shapes(mean.shape, size.shape, wanted.shape, review.shape)
    low = np.broadcast_to(-1.0, shape).copy()
    high = np.broadcast_to(np.ceil(mean + 4 * np.sqrt(mean * (1 + protection.odds)) + 2), shape).copy()
    for _ in range(60):
        short = ~enough(high)
        if not short.any():
            break
        high = np.where(short, 2 * high + 1, high)
    served = enough(low)
    high = np.where(served, low, high)
    while True:
        middle = np.floor((low + high) / 2)
        open_ = high - low > 1
        if not open_.any():
            return high
        good = enough(middle)
        high = np.where(open_ & good, middle, high)
        low = np.where(open_ & ~good, middle, low)
