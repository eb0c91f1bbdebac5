"""What no plan can be better than: every car alone in an empty workshop, every busy machine alone."""

from __future__ import annotations

from dataclasses import dataclass

from aftersales.planning.workshop.board import NOBODY, Board
from aftersales.planning.workshop.timetable import promise_cost


@dataclass(frozen=True, slots=True)
class Bounds:
    """When each car is ready at the earliest, the earliest last end, and the cost no plan is below."""

    board: Board
    ready: tuple[int, ...]
    last: int
    cost: int

    def beyond(self, car: int, minute: int) -> int:
        """Return a cost that no plan is below in which this car is ready at this minute or later."""
        workshop = self.board.workshop
        vehicle, weights = workshop.vehicles[car], workshop.weights
        minute = max(minute, self.ready[car])
        more = promise_cost(vehicle, weights, minute) - promise_cost(vehicle, weights, self.ready[car])
        return self.cost + more + weights.last_ready * max(0, minute - self.last)

    def latest(self, car: int, cost: float, horizon: int) -> int:
        """Return the last minute, up to the horizon, at which the car may be ready in a plan that costs no more."""
        low, high = self.ready[car], max(horizon, self.ready[car])
        while low < high:
            middle = (low + high + 1) // 2
            if self.beyond(car, middle) <= cost:
                low = middle
            else:
                high = middle - 1
        return low


def bounds_of(board: Board) -> Bounds:
    """Return the bounds of a day."""
    workshop, weights = board.workshop, board.workshop.weights
    finish: dict[int, int] = {}
    for index in board.order:
        task = board.tasks[index]
        if task.fixed:
            finish[index] = task.fixed.end
            continue
        at = max([task.earliest, *(finish[before] for before in task.before)])
        if task.start is not None:
            at = max(at, task.start)
        offs = [placed[1] for way in task.ways if (placed := way.calendar.place(at, way.minutes))]
        finish[index] = min(offs, default=at) + task.operation.unattended
    ready = tuple(max(finish[index] for index in car) for car in board.cars)
    load: dict[int, int] = {}
    for task in board.tasks:
        if len(task.ways) == 1 and task.ways[0].who >= 0 and task.fixed is None:
            load[task.ways[0].who] = load.get(task.ways[0].who, 0) + task.ways[0].minutes
    everybody = {way.who for task in board.tasks for way in task.ways}
    shortest = sum(min(way.minutes for way in task.ways) for task in board.tasks if task.fixed is None)
    spread = -(-shortest // len(everybody)) if everybody and NOBODY not in everybody else 0
    last = max([*ready, spread, *(workshop.now + minutes for minutes in load.values())])
    cost = sum(promise_cost(vehicle, weights, at) for vehicle, at in zip(workshop.vehicles, ready, strict=True))
    return Bounds(board, ready, last, cost + weights.last_ready * last)
