"""Promise times: coverage, sharpness and early warnings on simulated days that taught nothing."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from aftersales.planning.durations import Learnt, learn
from aftersales.planning.garage.days import finished_orders, garage_day
from aftersales.planning.garage.play import play
from aftersales.planning.garage.policies import planned
from aftersales.planning.promise import NOTICE, Alarm, Calibration, alarm_of, calibrated, futures
from aftersales.planning.workshop import Plan, Workshop
from bench.__main__ import Goal

FALSE_ALARMS = 0.08
"""Learnt for less than the ten allowed: on other days there will be a few more or fewer."""
DAYS = 110
"""Days to calibrate on, and as many others to measure on: with half as many, P50 differs by a point more by luck."""
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
    Goal("promise_notice", "  minutes between warning and promise, mean", "min", None),
    Goal("promise_surprise", "  late cars more likely in time than late, seen 60 min before the promise", "%", None),
    Goal("promise_false", "cars in time that were warned of (false alarms)", "%", 10),
    Goal("promise_right", "warnings that came true", "%", None),
)


@dataclass(slots=True)
class Seen:
    """A car's day: whether it was late, and (minutes left, lead, share of samples in time) at every look in time."""

    is_late: bool
    looks: list[tuple[float, float, float]]

    def chances(self, trained: Calibration) -> list[tuple[float, float]]:
        """Return minutes left and the chance of the promise at every look."""
        return [(left, trained.chance(lead, share)) for left, lead, share in self.looks]

    def warned(self, trained: Calibration, alarm: Alarm) -> float | None:
        """Return how many minutes before the promise the car was warned of first; None: never."""
        return next((left for left, chance in self.chances(trained) if alarm.rings(left, chance)), None)


@dataclass(slots=True)
class Told:
    """What was predicted during days, and what came true."""

    ranks: list[tuple[float, float]] = field(default_factory=list)
    """Lead and share of samples below what came true, at every full hour."""
    samples: list[tuple[float, np.ndarray, float, float]] = field(default_factory=list)
    """Lead, sampled ready times, planned ready time, true ready time, at every full hour."""
    cars: list[Seen] = field(default_factory=list)


def watched(seed: int, learnt: Learnt) -> Told:
    """Play one day and note every prediction beside what came true."""
    hours: list[tuple[str, float, np.ndarray, float]] = []
    looks: dict[str, list[tuple[float, float, float]]] = {}
    seen: set[int] = set()
    quarters: set[int] = set()
    day = garage_day(seed)
    last_looks = {(car.promised or 0) - NOTICE for car in (*day.booked.vehicles, *day.walk_ins)}

    def watch(known: Workshop, plan: Plan) -> None:
        if known.now // 15 in quarters and known.now not in last_looks:
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
            if vehicle.promised is not None and known.now <= vehicle.promised - NOTICE:
                share = float(np.mean(samples <= vehicle.promised))
                looks.setdefault(vehicle.name, []).append((vehicle.promised - known.now, lead, share))

    played = play(day, planned(), learnt, watch=watch, looks=last_looks)
    told = Told()
    for name, lead, samples, ready in hours:
        if name in played.visits:
            true = played.visits[name].ready
            told.ranks.append((lead, float(np.mean(samples < true))))
            told.samples.append((lead, samples, ready, true))
    for name, visit in played.visits.items():
        told.cars.append(Seen(visit.ready > visit.promised, looks.get(name, [])))
    return told


def together(days: list[Told]) -> Told:
    """Return what several days tell."""
    return Told(
        [one for day in days for one in day.ranks],
        [one for day in days for one in day.samples],
        [one for day in days for one in day.cars],
    )


def warnings(before: Told, after: Told, trained: Calibration) -> dict[str, float | None]:
    """Learn when to warn on the days before; return how that did on those after."""
    alarm = alarm_of(((car.is_late, car.chances(trained)) for car in before.cars), FALSE_ALARMS)
    late = [(car.warned(trained, alarm), car) for car in after.cars if car.is_late]
    false = [car.warned(trained, alarm) is not None for car in after.cars if not car.is_late]
    notice = [left for left, _car in late if left is not None]
    surprises = [car for _left, car in late if not car.looks or car.chances(trained)[-1][1] > 0.5]
    return {
        "promise_cars": len(after.cars),
        "promise_late": len(late),
        "promise_warned": 100 * len(notice) / len(late) if late else None,
        "promise_notice": float(np.mean(notice)) if notice else None,
        "promise_surprise": 100 * len(surprises) / len(late) if late else None,
        "promise_false": 100 * sum(false) / len(false),
        "promise_right": 100 * len(notice) / (len(notice) + sum(false)) if notice else None,
    }


def run(*, quick: bool) -> dict[str, float | None]:
    """Learn from finished orders, calibrate on earlier days, measure on later ones."""
    learnt = learn(finished_orders(500_000, 10 if quick else 60))
    day = partial(watched, learnt=learnt)
    with ProcessPoolExecutor(2) as pool:
        before = together(list(pool.map(day, range(700_000, 700_000 + (2 if quick else DAYS)))))
        after = together(list(pool.map(day, range(800_000, 800_000 + (3 if quick else DAYS)))))
    trained = calibrated(before.ranks)
    margins = [float(np.quantile([true - plan for _l, _s, plan, true in before.samples], at)) for at in (0.5, 0.9)]
    inside = {0.5: 0, 0.9: 0}
    fixed, widths = 0, []
    for lead, samples, plan, true in after.samples:
        # True times are whole minutes: rounding the quantile up would count cars that are ready after it.
        ends = {at: float(np.quantile(samples, trained.level(lead, at))) for at in inside}
        for at, end in ends.items():
            inside[at] += true <= end
        fixed += true <= plan + margins[1]
        widths.append(ends[0.9] - ends[0.5])
    count = len(after.samples)
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
    } | warnings(before, after, trained)
