"""Improve or repair a plan: cars are taken out, put back another way, and stay so when it costs less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from aftersales.planning.workshop.board import FOREVER, Board, Slot, Task
from aftersales.planning.workshop.dispatch import best_slot
from aftersales.planning.workshop.shapes import TOLERANCE
from aftersales.planning.workshop.timetable import Timetable, car_cost, is_changed, unevenness

HOMING = 0.3
"""How often cars are put back where people see them, as far as that is free."""


@dataclass(slots=True)
class Reinsertion:
    """A search from a complete plan; `slots` and `cost` are where it stands, which may be worse than before.

    `warmth` is how much more a plan may cost, on average, to be kept all the same.
    """

    board: Board
    rng: Random
    slots: list[Slot]
    table: Timetable = field(init=False)
    cost: int = field(init=False)
    warmth: float = 0.0
    turns: int = 0
    _costs: list[int] = field(init=False)
    _last_weight: int = field(init=False)
    _nervous: float = field(init=False, default=0.0)
    _slack: int = field(init=False, default=0)
    _homing: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.table = Timetable(self.board)
        for index, slot in enumerate(self.slots):
            if self.board.tasks[index].fixed is None:
                self.table.put(index, slot)
        self._costs = [car_cost(self.board, self.slots, car) for car in range(len(self.board.cars))]
        self._last_weight = self.board.workshop.weights.last_ready
        self.cost = self._total(self._costs)

    def _total(self, costs: list[int]) -> int:
        weights = self.board.workshop.weights
        total = sum(costs)
        if weights.uneven:
            total += weights.uneven * unevenness(self.board, self.table.busy)
        if self._last_weight:
            total += self._last_weight * max(slot.end for slot in self.table.slots if slot is not None)
        return total

    def turn(self) -> bool:
        """Take cars out, put them back and keep that when it costs no more. Returns whether it is better."""
        self.turns += 1
        cars = self._chosen()
        board, table = self.board, self.table
        old: dict[int, Slot] = {}
        for car in cars:
            for index in board.cars[car]:
                task = board.tasks[index]
                if task.fixed is None and task.start is None:
                    old[index] = table.take(index)
        self._nervous = self.rng.choice((0.0, 0.0, 0.5, 1.0))
        self._slack = round(20 + 30 * self._nervous)
        self._homing = self.rng.random() < HOMING
        if not self._put_back(cars, old):
            self._restore(old)
            return False
        slots = table.done()
        costs = list(self._costs)
        for car in cars:
            costs[car] = car_cost(board, slots, car)
        total = self._total(costs)
        if total > self.cost + self.warmth * self.rng.expovariate(1.0):
            self._restore(old)
            return False
        is_better = total < self.cost
        self.cost, self._costs, self.slots = total, costs, slots
        return is_better

    def _restore(self, old: dict[int, Slot]) -> None:
        for index in old:
            if self.table.slots[index] is not None:
                self.table.take(index)
        for index, slot in old.items():
            self.table.put(index, slot)

    def _chosen(self) -> list[int]:
        """One car, likelier a costly one, and others that use the same people and bays about the same time."""
        board, rng = self.board, self.rng
        count = len(board.cars)
        several = max(rng.sample(range(count), min(count, 3)), key=self._costs.__getitem__)
        first = several if rng.random() < 0.7 else rng.randrange(count)
        size = rng.randint(1, min(5, count))
        chosen = {first}
        mine = [slot for index in board.cars[first] if (slot := self.table.slots[index]) is not None]
        around = [slot.start for slot in mine]
        near: list[tuple[float, int]] = []
        for car in range(count):
            if car == first:
                continue
            distance = min(
                (
                    abs(slot.start - start)
                    for index in board.cars[car]
                    if (slot := self.table.slots[index]) is not None
                    for start in around[:1] + around[-1:]
                ),
                default=FOREVER,
            )
            near.append((distance * rng.uniform(0.2, 1.0), car))
        near.sort()
        chosen.update(car for _distance, car in near[: size - 1])
        order = list(chosen)
        rng.shuffle(order)
        return order

    def _put_back(self, cars: list[int], old: dict[int, Slot]) -> bool:
        """Place the tasks again; the cars one after another, or all their tasks by urgency."""
        board, table = self.board, self.table
        rank = {car: at for at, car in enumerate(cars)}
        if self.rng.random() < 0.5:
            due = {car: board.workshop.vehicles[car].promised or FOREVER for car in cars}
            rank = {car: place for place, car in enumerate(sorted(cars, key=due.__getitem__))}
        wanted = [index for index in board.order if index in old]
        wanted.sort(key=lambda index: (board.tasks[index].until, rank[board.tasks[index].car]))
        left = set(wanted)
        while wanted:
            index = next(one for one in wanted if not any(before in left for before in board.tasks[one].before))
            task = board.tasks[index]
            slot = seen_again(table, task) if self._homing else None
            if slot is None:
                slot = best_slot(table, task, table.ready_at(task), self._key(index), self._slack)
            if slot is None:
                return False
            table.put(index, slot)
            left.discard(index)
            wanted.remove(index)
        return True

    def _key(self, index: int) -> Callable[[Timetable, Slot], float]:
        task, rng, nervous = self.board.tasks[index], self.rng, self._nervous
        weights = self.board.workshop.weights
        change = weights.changes / max(1, weights.waiting)

        def key(table: Timetable, slot: Slot) -> float:
            value = float(slot.end)
            if slot.who >= 0:
                value += 0.02 * (table.busy[slot.who] - table.board.shares[slot.who])
            if task.seen is not None and is_changed(task, slot):
                value += change
            if nervous:
                value += nervous * rng.random() * 30
            return value

        return key


def seen_again(table: Timetable, task: Task) -> Slot | None:
    """Return the slot people see, with the same person and bay and hardly another start; None where it is taken."""
    seen = task.seen
    if seen is None or seen.bay not in task.bays:
        return None
    for way in task.ways:
        if way.who == seen.who and (not task.not_with or table.may_take(task, way.who)):
            slot = table.find(task, way, seen.bay, max(table.ready_at(task), seen.start - TOLERANCE), task.until)
            return slot if slot is not None and not is_changed(task, slot) else None
    return None
