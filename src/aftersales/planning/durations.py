"""How long work really takes: learnt from finished orders, drawn towards the group where there are few.

The logarithm of the minutes is a sum: the labour code's mean, what the model adds to it, what the technician adds to
everything, and noise. Each is an average over n orders moved towards its group by n / (n + k), where k is the ratio of
the variance inside to the variance between (empirical Bayes; Efron and Morris 1975).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finished:
    """Hands-on work that was done: labour code, the car's model, who did it, the minutes it took.

    `standard` is the minutes the labour catalogue gives, `added` the minutes of work that turned out to be needed
    after it and was not known before (0: none).
    """

    code: str
    model: str
    technician: str
    minutes: float
    standard: float
    added: float = 0.0


@dataclass(frozen=True, slots=True)
class Duration:
    """Minutes, lognormal: `median`, `sigma` of the logarithm; the chance and size of work added afterwards."""

    median: float
    sigma: float
    added_chance: float = 0.0
    added_median: float = 0.0
    added_sigma: float = 0.0

    def quantile(self, share: float) -> float:
        """Return the minutes that so great a share of such work stays below, work added later not counted."""
        from statistics import NormalDist

        return self.median * math.exp(self.sigma * NormalDist().inv_cdf(share))

    @property
    def mean(self) -> float:
        """The mean minutes, work added later not counted."""
        return self.median * math.exp(self.sigma * self.sigma / 2)


@dataclass(slots=True)
class _Mean:
    """Count, mean and sum of squared deviations, kept up to date (Welford)."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        self.count += 1
        step = value - self.mean
        self.mean += step / self.count
        self.squares += step * (value - self.mean)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What finished orders teach; `duration` answers for any work, known or new."""

    everything: float
    """Mean logarithm of minutes per standard minute."""
    spread: float
    by_code: Mapping[str, float] = field(default_factory=dict)
    by_model: Mapping[tuple[str, str], float] = field(default_factory=dict)
    by_technician: Mapping[str, float] = field(default_factory=dict)
    spreads: Mapping[str, float] = field(default_factory=dict)
    added: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    added_anywhere: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def duration(self, code: str, model: str, technician: str, standard: float) -> Duration:
        """Return how long this work takes in these hands; `standard` is the catalogue's minutes."""
        log = self.everything + self.by_code.get(code, 0.0)
        log += self.by_model.get((code, model), 0.0) + self.by_technician.get(technician, 0.0)
        chance, median, sigma = self.added.get(code, self.added_anywhere)
        return Duration(max(1.0, standard) * math.exp(log), self.spreads.get(code, self.spread), chance, median, sigma)


def learn(orders: Iterable[Finished]) -> Learnt:
    """Learn from finished orders; raises ValueError when one took no time. No orders: the catalogue with wide doubt."""
    done = list(orders)
    for order in done:
        if order.minutes <= 0 or order.standard <= 0:
            raise ValueError(f"{order.code}: finished work takes more than no time")
    if not done:
        return Learnt(0.0, 0.4)
    rest = [math.log(order.minutes / order.standard) for order in done]
    everything = sum(rest) / len(rest)
    rest = [value - everything for value in rest]
    by_code = _effects(rest, [order.code for order in done])
    rest = [value - by_code[order.code] for value, order in zip(rest, done, strict=True)]
    by_technician = _effects(rest, [order.technician for order in done])
    rest = [value - by_technician[order.technician] for value, order in zip(rest, done, strict=True)]
    by_model = _effects(rest, [(order.code, order.model) for order in done])
    rest = [value - by_model[order.code, order.model] for value, order in zip(rest, done, strict=True)]
    spread, spreads = _spreads(rest, done)
    added, anywhere = _added(done)
    return Learnt(everything, spread, by_code, by_model, by_technician, spreads, added, anywhere)


def _effects[Key](values: list[float], keys: list[Key]) -> dict[Key, float]:
    """Return each group's mean, drawn towards 0 where it rests on little."""
    groups: dict[Key, _Mean] = defaultdict(_Mean)
    for key, value in zip(keys, values, strict=True):
        groups[key].add(value)
    freedom = max(1, len(values) - len(groups))
    inside = sum(group.squares for group in groups.values()) / freedom
    # What the groups' means spread beyond chance, each weighed by its orders (analysis of variance).
    total = len(values)
    seen = sum(group.count * group.mean**2 for group in groups.values()) - (len(groups) - 1) * inside
    weight = total - sum(group.count**2 for group in groups.values()) / total
    between = max(seen / weight if weight > 0 else 0.0, 1e-6)
    return {key: group.mean * group.count / (group.count + inside / between) for key, group in groups.items()}


SPREAD_COUNTS_AS = 20
"""The spread of all work counts as much as so many orders of a code."""


def _spreads(rest: list[float], done: list[Finished]) -> tuple[float, dict[str, float]]:
    overall = max(1e-4, sum(value * value for value in rest) / max(1, len(rest) - 1))
    sums: dict[str, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for value, order in zip(rest, done, strict=True):
        count, squares = sums[order.code]
        sums[order.code] = (count + 1, squares + value * value)
    found = {
        code: math.sqrt((squares + SPREAD_COUNTS_AS * overall) / (count + SPREAD_COUNTS_AS))
        for code, (count, squares) in sums.items()
    }
    return math.sqrt(overall), found


def _added(done: list[Finished]) -> tuple[dict[str, tuple[float, float, float]], tuple[float, float, float]]:
    """Return for each code the chance of work added afterwards, its median and the spread of its logarithm."""
    logs = [math.log(order.added) for order in done if order.added > 0]
    chance = len(logs) / len(done)
    if not logs:
        return {}, (0.0, 0.0, 0.0)
    mean = sum(logs) / len(logs)
    sigma = math.sqrt(sum((value - mean) ** 2 for value in logs) / max(1, len(logs) - 1))
    counts: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for order in done:
        count, had = counts[order.code]
        counts[order.code] = (count + 1, had + (order.added > 0))
    weight = 5
    found = {
        code: ((had + weight * chance) / (count + weight), math.exp(mean), sigma)
        for code, (count, had) in counts.items()
    }
    return found, (chance, math.exp(mean), sigma)
