"""`python -m bench.planning.choice`: repeats how the forecast's memories and shares were chosen.

Only months before the published sets' test months are looked at: auto months 13-18, carparts months 34-39 and 40-45.
Every candidate is scored on all of them; the least sum (auto + mean of the two windows of carparts) is the choice.
"""

from __future__ import annotations

import sys

import numpy as np

from aftersales.planning.demand import LEVELS, Panel
from aftersales.planning.demand_habits import (
    counts_up_to,
    learn_habits,
    own_distribution,
    posterior,
    quantiles_of,
    surviving,
)
from bench.planning import demand_files as files
from bench.planning.demand import loss, walk

MEMORIES = ((0.95, 0.85), (0.97, 0.9, 0.8), (0.95, 0.9, 0.8))
OWN_DECAYS = (0.95, 0.9, 0.85)
OWN_SHARES = (0.0, 0.2, 0.3, 0.4)


def candidates(panel: Panel, memories: tuple[float, ...]) -> np.ndarray:
    """Return [part, candidate, level] for the month after a panel: every own decay with every own share."""
    counts = counts_up_to(float(panel.demand.max()))
    learnt: np.ndarray = np.zeros((len(panel.parts), len(counts)))
    for decay in memories:
        habits = learn_habits(panel.demand, decay, counts=counts)
        living = surviving(habits, panel.demand, posterior(habits, panel.demand), ahead=1)
        learnt += (living @ habits.below + 1 - living.sum(1, keepdims=True)) / len(memories)
    found = []
    for own_decay in OWN_DECAYS:
        own, _has = own_distribution(panel.demand, own_decay, counts)
        found += [quantiles_of((1 - share) * learnt + share * own, counts, LEVELS) for share in OWN_SHARES]
    return np.stack(found, axis=1)


def main() -> int:
    """Print every candidate's losses and the choice."""
    if not files.AUTO.exists():
        print("the published sets are not beside this checkout", file=sys.stderr)
        return 1
    auto, carparts = files.auto(), files.carparts()
    windows = (("auto", auto, 18, 1.0), ("carparts", carparts, 39, 0.5), ("carparts", carparts, 45, 0.5))
    best = (np.inf, "")
    for memories in MEMORIES:
        scores = []
        for _name, panel, until, _weight in windows:
            early = Panel(panel.parts, panel.demand[:, :until])
            forecasts = walk(early, lambda before, memories=memories: candidates(before, memories))
            scores.append([loss(early, forecasts[:, :, place]).mean() for place in range(forecasts.shape[2])])
        for place in range(len(OWN_DECAYS) * len(OWN_SHARES)):
            own, share = OWN_DECAYS[place // len(OWN_SHARES)], OWN_SHARES[place % len(OWN_SHARES)]
            each = [score[place] for score in scores]
            total = sum(window[3] * value for window, value in zip(windows, each, strict=True))
            what = f"memories {memories}, own decay {own}, own share {share}"
            print(f"{total:.4f}  " + "  ".join(f"{value:.4f}" for value in each) + f"  {what}", flush=True)
            best = min(best, (total, what))
    print(f"chosen: {best[1]} ({best[0]:.4f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
