"""When a car will be ready, as likely times: the plan played out with durations learnt from finished orders."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aftersales.planning.durations import Duration, Learnt
from aftersales.planning.sentences import Problem, Sentence, refuse
from aftersales.planning.workshop.board import ALWAYS, Board, Slot, board_of
from aftersales.planning.workshop.calendars import Calendar, calendar_of
from aftersales.planning.workshop.reasons import clock
from aftersales.planning.workshop.shapes import Plan, Running, Workshop
from aftersales.planning.workshop.timetable import slots_of

if TYPE_CHECKING:
    import numpy as np

    type Minutes = np.ndarray[tuple[int], np.dtype[np.float64]]

LEADS = (90, 240)
"""Predictions up to so many minutes ahead are calibrated together."""
STAYS = 0.6
"""The share of a delay of the work before, with the same person or bay, that a replan does not take away."""
PRIOR = 20
"""A calibration starts from so many imagined predictions that were right."""
NOTICE = 60
"""The last look at a promise, in minutes before it: a warning that comes later helps nobody."""
EARLY = 0.5
"""The part of the allowed false alarms that may be spent before the last look."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """When a car will be ready: `p50` and `p90` in minutes since midnight, the chance that its promise is kept
    (None without one), the operation most of the risk comes from (its own or one it waits for), and that in words."""

    vehicle: str
    p50: int
    p90: int
    keeps: float | None
    risk: tuple[str, str] | None
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Calibration:
    """What earlier predictions teach: for each lead, sorted, the shares of samples that lay below what came true."""

    ranks: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    def level(self, lead: float, share: float) -> float:
        """Return the quantile of the samples that so great a share of cars is ready by."""
        ranks = self.ranks.get(_bucket(lead), ())
        return ranks[min(len(ranks) - 1, int(share * len(ranks)))] if ranks else share

    def chance(self, lead: float, share: float) -> float:
        """Return the chance of what a share of the samples says."""
        ranks = self.ranks.get(_bucket(lead), ())
        return bisect_right(ranks, share) / len(ranks) if ranks else share


def calibrated(seen: Iterable[tuple[float, float]]) -> Calibration:
    """Learn from pairs of lead in minutes and the share of samples that lay below what came true."""
    found: dict[int, list[float]] = {at: [(one + 0.5) / PRIOR for one in range(PRIOR)] for at in range(len(LEADS) + 1)}
    for lead, share in seen:
        found[_bucket(lead)].append(share)
    return Calibration({at: tuple(sorted(ranks)) for at, ranks in found.items()})


def _bucket(lead: float) -> int:
    return sum(lead > limit for limit in LEADS)


@dataclass(frozen=True, slots=True)
class Alarm:
    """The chances of being kept below which a promise is warned of: `early` before the last look, `last` from then on.

    Two bars, because a car that is likely late in the morning is often saved by a replan, while what is doubtful an
    hour before the promise stays so: with one bar, alarms that turn out false early use up those that would be right.
    """

    early: float
    last: float

    def rings(self, left: float, chance: float) -> bool:
        """Tell whether to warn of a promise so many minutes before it, when its chance is this."""
        return chance < (self.last if left <= NOTICE else self.early)


def alarm_of(cars: Iterable[tuple[bool, Sequence[tuple[float, float]]]], false_alarms: float) -> Alarm:
    """Learn from earlier cars (late or not; minutes left and chance at every look) how to warn of at most so great a
    share of the cars in time. With no car in time to learn from nobody is warned early, at an even chance at last."""
    calm = [looks for is_late, looks in cars if not is_late]
    if not calm:
        return Alarm(0.0, 0.5)
    lowest = [
        tuple(
            min((chance for left, chance in looks if (left <= NOTICE) is is_last), default=1.0)
            for is_last in (False, True)
        )
        for looks in calm
    ]
    early = sorted(before for before, _last in lowest)[int(EARLY * false_alarms * len(calm))]
    rest = sorted(last for before, last in lowest if before >= early)
    return Alarm(early, rest[int(false_alarms * len(calm)) - (len(calm) - len(rest))])


@dataclass(frozen=True, slots=True)
class Futures:
    """Sampled futures of a plan: `ready` by car and sample; `minutes` of each task beyond what was planned."""

    board: Board
    ready: tuple[Minutes, ...]
    excess: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    upstream: tuple[int, ...]
    """For each task, as bits, the tasks it waits for and itself."""


def futures(workshop: Workshop, plan: Plan, learnt: Learnt, *, samples: int = 300, seed: int = 0) -> Futures:
    """Play the plan out in its order with so many drawn durations; raises InputRefused when the plan is of another day.

    Work goes on over the end of a shift once begun; what would not fit begins in the next. Work that turns out to be
    needed afterwards lengthens the operation it is found in.
    """
    import numpy as np

    board = board_of(workshop)
    refuse(_missing(workshop, plan))
    slots = [task.fixed or slot for task, slot in zip(board.tasks, slots_of(board, plan), strict=True)]
    rng = np.random.default_rng(seed)
    ends: dict[int, Minutes] = {}
    people: dict[int, tuple[int, Minutes]] = {}
    bays: dict[int, tuple[int, Minutes]] = {}
    excess = np.zeros((len(slots), samples))
    upstream = [0] * len(slots)
    for index in _in_turn(board, slots):
        task, slot = board.tasks[index], slots[index]
        ready = np.full(samples, float(task.earliest))
        upstream[index] |= 1 << index
        for before in task.before:
            ready = np.maximum(ready, ends[before])
            upstream[index] |= upstream[before]
        for number, taken in ((slot.who, people), (slot.bay, bays)):
            if number in taken:
                before, end = taken[number]
                ready = np.maximum(ready, np.minimum(end, slot.start + STAYS * (end - slot.start)))
                upstream[index] |= upstream[before]
        calendar = next((way.calendar for way in task.ways if way.who == slot.who), ALWAYS)
        duration = _duration(board, index, slot, learnt)
        if task.operation.running:
            if slot.who >= 0:
                calendar = calendar_of(workshop, workshop.technicians[slot.who], frozenset())
            left, off = _rest(task.operation.running, duration, slot, workshop.now, calendar, rng, samples)
            excess[index] = left - task.operation.running.hands_on_left
        else:
            minutes = duration.median * np.exp(duration.sigma * rng.standard_normal(samples))
            if duration.added_chance:
                found = rng.random(samples) < duration.added_chance
                minutes += found * duration.added_median * np.exp(duration.added_sigma * rng.standard_normal(samples))
            excess[index] = minutes - max(1, slot.off - slot.start)
            off = _finish(calendar, ready, minutes, slot.start)
        ends[index] = off + (task.operation.unattended if not task.operation.running else slot.end - slot.off)
        if slot.who >= 0:
            people[slot.who] = (index, off)
        if slot.bay >= 0:
            bays[slot.bay] = (index, ends[index])
    ready_times = [np.maximum.reduce([ends[index] for index in car]) for car in board.cars]
    return Futures(board, tuple(ready_times), excess, tuple(upstream))


def outlooks(
    workshop: Workshop,
    plan: Plan,
    learnt: Learnt,
    *,
    samples: int = 300,
    seed: int = 0,
    calibration: Calibration | None = None,
) -> tuple[Outlook, ...]:
    """Return the outlook of every car in the plan; raises InputRefused when the plan is of another day."""
    import numpy as np

    found = futures(workshop, plan, learnt, samples=samples, seed=seed)
    trained = calibration or Calibration()
    answer = []
    for car, vehicle in enumerate(workshop.vehicles):
        ready = found.ready[car]
        lead = float(np.median(ready)) - workshop.now
        p50, p90 = (int(np.quantile(ready, trained.level(lead, share))) for share in (0.5, 0.9))
        keeps = None
        if vehicle.promised is not None:
            keeps = trained.chance(lead, float(np.mean(ready <= vehicle.promised)))
        risk = _risk(found, car)
        answer.append(Outlook(vehicle.name, p50, max(p50, p90), keeps, risk, _words(p50, max(p50, p90), keeps, risk)))
    return tuple(answer)


def _in_turn(board: Board, slots: list[Slot]) -> Iterator[int]:
    """Yield the tasks in order of planned start, but none before what it has to wait for."""
    waiting = sorted(board.order, key=lambda index: slots[index].start)
    done: set[int] = set()
    while waiting:
        at = next(at for at, index in enumerate(waiting) if done.issuperset(board.tasks[index].before))
        done.add(waiting[at])
        yield waiting.pop(at)


def _missing(workshop: Workshop, plan: Plan) -> list[Problem]:
    planned = {(one.vehicle, one.operation) for one in plan.assignments}
    text = Sentence("不在计划中", "is not in the plan")
    return [
        Problem(f"{vehicle.name} · {one.name}", text)
        for vehicle in workshop.vehicles
        for one in vehicle.operations
        if (vehicle.name, one.name) not in planned
    ]


def _duration(board: Board, index: int, slot: Slot, learnt: Learnt) -> Duration:
    task = board.tasks[index]
    vehicle = board.workshop.vehicles[task.car]
    who = board.workshop.technicians[slot.who].name if slot.who >= 0 else ""
    return learnt.duration(task.operation.code, vehicle.model, who, task.operation.minutes)


def _rest(
    running: Running,
    duration: Duration,
    slot: Slot,
    now: int,
    calendar: Calendar,
    rng: np.random.Generator,
    samples: int,
) -> tuple[Minutes, Minutes]:
    """Return the minutes left of work under way, given that it took so long already, and when hands are off."""
    import math
    from statistics import NormalDist

    import numpy as np

    if running.hands_on_left == 0:
        left = np.zeros(samples)
        return left, np.full(samples, float(slot.off))
    gone = max(1.0, now - running.started - calendar.rested(running.started, now))
    normal = NormalDist()
    below = normal.cdf(math.log(gone / duration.median) / max(1e-6, duration.sigma))
    if below > 0.99:
        # Longer than nearly all such work: as much again as a fifth of it, give or take.
        left = gone * 0.2 * rng.exponential(1.0, samples)
    else:
        shares = below + (1 - below) * (np.arange(samples) + 0.5) / samples
        rng.shuffle(shares)
        total = np.array([duration.median * math.exp(duration.sigma * normal.inv_cdf(share)) for share in shares])
        left = np.maximum(0.0, total - gone)
    if duration.added_chance:
        left += (rng.random(samples) < duration.added_chance) * duration.added_median
    return left, _finish(calendar, np.full(samples, float(now)), left, slot.start)


def _finish(calendar: Calendar, at: Minutes, minutes: Minutes, planned: int) -> Minutes:
    """Return when hands are off for each sample: over the breaks of the shift it is planned in, and beyond its end.

    A replan finds a way to do today what was planned for today far more often than it moves it to the next day.
    """
    import numpy as np

    first = bisect_right(calendar.ends, planned)
    if calendar.is_open or first >= len(calendar.starts):
        return at + minutes
    last = calendar.last[first]
    while first and calendar.last[first - 1] == last:
        first -= 1
    starts = np.array(calendar.starts[first : last + 1], dtype=float)
    lengths = np.array(calendar.ends[first : last + 1], dtype=float) - starts
    before = np.concatenate([[0.0], np.cumsum(lengths)])
    done = np.sum(np.clip(at[:, None] - starts[None, :], 0.0, lengths[None, :]), axis=1) + minutes
    stretch = np.clip(np.searchsorted(before, done, side="left") - 1, 0, len(starts) - 1)
    return np.maximum(starts[stretch] + done - before[stretch], at + minutes)  # type: ignore[no-any-return]


def _risk(found: Futures, car: int) -> tuple[str, str] | None:
    """Return the task that takes most more than planned in the futures in which the car is latest."""
    import numpy as np

    ready = found.ready[car]
    worst = ready >= np.quantile(ready, 0.9)
    if worst.all():
        return None
    above = found.excess[:, worst].mean(axis=1) - found.excess.mean(axis=1)
    bits = 0
    for index in found.board.cars[car]:
        bits |= found.upstream[index]
    candidates = [index for index in range(len(above)) if bits >> index & 1]
    index = max(candidates, key=lambda at: float(above[at]))
    task = found.board.tasks[index]
    return (found.board.workshop.vehicles[task.car].name, task.operation.name) if above[index] > 0 else None


def _words(p50: int, p90: int, keeps: float | None, risk: tuple[str, str] | None) -> Sentence:
    likely, late = clock(p50), clock(p90)
    zh = f"多半 {likely.zh} 可取,九成把握 {late.zh}"
    en = f"likely ready {likely.en}, nine times in ten by {late.en}"
    if keeps is not None:
        zh += f";守约可能性 {keeps:.0%}"
        en += f"; the promise is kept with {keeps:.0%}"
    if risk is not None:
        zh += f";风险主要来自 {risk[0]} {risk[1]}"
        en += f"; the risk comes from {risk[1]} on {risk[0]}"
    return Sentence(zh, en)
