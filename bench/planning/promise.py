"""Promise times: coverage, sharpness and early warnings on simulated days that taught nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from aftersales.planning.durations import Learnt, learn
from aftersales.planning.garage.days import finished_orders, garage_day
from aftersales.planning.garage.play import play
from aftersales.planning.garage.policies import planned
from aftersales.planning.promise import Calibration, calibrated, futures
from aftersales.planning.workshop import Plan, Workshop
from bench.__main__ import Goal

WARNED = 60
FALSE_ALARMS = 0.10
GOALS = (
    Goal("promise_p50", "P50 of ready time: share of cars ready by then", "%", None, "47 to 53"),
    Goal("promise_p50_off", "  points away from 50", "", 3),
    Goal("promise_p90", "P90 of ready time: share of cars ready by then", "%", None, "87 to 93"),
    Goal("promise_p90_off", "  points away from 90", "", 3),
    Goal("promise_width", "P90 less P50, mean", "min", None),
    Goal("promise_width_fixed", "  the same with fixed durations and the best constant margins", "min", None),
    Goal("promise_sharper", "  narrower than that by", "%", None),
    Goal("promise_p90_fixed", "  share of cars ready by the P90 of fixed durations", "%", None),
    Goal("promise_cars", "cars on the test days", "", None),
    Goal("promise_late", "  of them late", "", None),
    Goal("promise_warned", "late cars warned of at least 60 min before the promise", "%", 90, more=True),
    Goal("promise_warned_knowable", "  of those whose car was there 60 min before the promise", "%", None),
    Goal("promise_false", "cars in time that were warned of (false alarms)", "%", 10),
)


@dataclass(slots=True)
class Told:
    """What was predicted during days, and what came true."""

    ranks: list[tuple[float, float]] = field(default_factory=list)
    """Lead and share of samples below what came true, at every full hour."""
    samples: list[tuple[float, np.ndarray, float, float]] = field(default_factory=list)
    """Lead, sampled ready times, planned ready time, true ready time, at every full hour."""
    chances: list[tuple[bool, list[tuple[float, float]]]] = field(default_factory=list)
    """For each car: whether it was late, and (lead, share of samples in time) until an hour before the promise."""


def watched(seed: int, learnt: Learnt) -> Told:
    """Play one day and note every prediction beside what came true."""
    hours: list[tuple[str, float, np.ndarray, float]] = []
    chances: dict[str, list[tuple[float, float]]] = {}
    seen: set[int] = set()
    quarters: set[int] = set()

    def watch(known: Workshop, plan: Plan) -> None:
        if known.now // 15 in quarters:
            return
        quarters.add(known.now // 15)
        found = futures(known, plan, learnt, samples=200, seed=seed)
        ready = plan.ready()
        is_hour = known.now // 60 not in seen
        seen.add(known.now // 60)
        for car, vehicle in enumerate(known.vehicles):
            samples = found.ready[car]
            lead = float(np.median(samples)) - known.now
            if is_hour:
                hours.append((vehicle.name, lead, samples, float(ready[vehicle.name])))
            if vehicle.promised is not None and known.now <= vehicle.promised - WARNED:
                share = float(np.mean(samples <= vehicle.promised))
                chances.setdefault(vehicle.name, []).append((lead, share))

    day = play(garage_day(seed), planned(), learnt, watch=watch)
    told = Told()
    for name, lead, samples, ready in hours:
        if name in day.visits:
            true = day.visits[name].ready
            told.ranks.append((lead, float(np.mean(samples < true))))
            told.samples.append((lead, samples, ready, true))
    for name, visit in day.visits.items():
        told.chances.append((visit.ready > visit.promised, chances.get(name, [])))
    return told


def together(days: list[Told]) -> Told:
    """Return what several days tell."""
    return Told(
        [one for day in days for one in day.ranks],
        [one for day in days for one in day.samples],
        [one for day in days for one in day.chances],
    )


def lowest(trained: Calibration, seen: list[tuple[float, float]]) -> float:
    """Return the lowest chance a car's promise ever had, 1 where nothing could be said in time."""
    return min((trained.chance(lead, share) for lead, share in seen), default=1.0)


def run(*, quick: bool) -> dict[str, float | None]:
    """Learn from finished orders, calibrate on earlier days, measure on later ones."""
    learnt = learn(finished_orders(500_000, 10 if quick else 60))
    before = together([watched(700_000 + day, learnt) for day in range(2 if quick else 45)])
    after = together([watched(800_000 + day, learnt) for day in range(3 if quick else 45)])
    trained = calibrated(before.ranks)
    margins = [float(np.quantile([true - plan for _l, _s, plan, true in before.samples], at)) for at in (0.5, 0.9)]
    inside = {0.5: 0, 0.9: 0}
    fixed, widths = 0, []
    for lead, samples, plan, true in after.samples:
        ends = {at: float(np.ceil(np.quantile(samples, trained.level(lead, at)))) for at in inside}
        for at, end in ends.items():
            inside[at] += true <= end
        fixed += true <= plan + margins[1]
        widths.append(ends[0.9] - ends[0.5])
    count = len(after.samples)
    calm = sorted(lowest(trained, seen) for is_late, seen in before.chances if not is_late)
    threshold = calm[int(FALSE_ALARMS * 0.75 * len(calm))]
    late = [seen for is_late, seen in after.chances if is_late]
    in_time = [seen for is_late, seen in after.chances if not is_late]
    warned = sum(lowest(trained, seen) < threshold for seen in late)
    knowable = [seen for seen in late if seen]
    p50, p90 = (100 * inside[at] / count for at in inside)
    width, width_fixed = float(np.mean(widths)), margins[1] - margins[0]
    return {
        "promise_p50": p50,
        "promise_p50_off": abs(p50 - 50),
        "promise_p90": p90,
        "promise_p90_off": abs(p90 - 90),
        "promise_width": width,
        "promise_width_fixed": width_fixed,
        "promise_sharper": 100 * (1 - width / width_fixed),
        "promise_p90_fixed": 100 * fixed / count,
        "promise_cars": len(after.chances),
        "promise_late": len(late),
        "promise_warned": 100 * warned / len(late) if late else None,
        "promise_warned_knowable": 100 * warned / len(knowable) if knowable else None,
        "promise_false": 100 * sum(lowest(trained, seen) < threshold for seen in in_time) / len(in_time),
    }
