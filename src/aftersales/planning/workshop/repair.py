"""Keep the plan people see after something has changed: what still holds stays, what does not finds a new place."""

from __future__ import annotations

from aftersales.planning.workshop.board import FOREVER, Board, Slot, Task
from aftersales.planning.workshop.dispatch import best_slot, place_pins
from aftersales.planning.workshop.timetable import Timetable

WAYS = ((15, FOREVER), (60, FOREVER), (FOREVER, FOREVER), (15, 0), (FOREVER, 0))
"""How late and how early operations may start in the repairs that are tried."""


def repaired(board: Board, slip: int, wait: int) -> list[Slot] | None:
    """Return the plan people see, moved only where it must be; None when something finds no place that way.

    Operations keep their order, person and bay and start at most `slip` minutes late; `wait` 0 lets them start as
    early as they can. Cars for which that does not go are taken out whole and put where they are ready soonest, the
    most important first.
    """
    table = Timetable(board)
    place_pins(table)
    moved: set[int] = set()
    order = {index: at for at, index in enumerate(board.order)}
    waiting = [task for task in board.tasks if table.slots[task.index] is None]
    waiting.sort(key=lambda task: (task.seen.start if task.seen else FOREVER, order[task.index]))
    while waiting:
        # A task may stand before another in time, but never before one it has to wait for.
        at = next((at for at, task in enumerate(waiting) if _is_free(table, task, moved)), None)
        task = waiting.pop(at or 0)
        slot = _kept(table, task, slip, wait) if at is not None and task.car not in moved else None
        if slot is None:
            moved.add(task.car)
        else:
            table.put(task.index, slot)
    for car in moved:
        for index in board.cars[car]:
            task = board.tasks[index]
            if table.slots[index] is not None and task.fixed is None and task.start is None:
                table.take(index)
    vehicles = board.workshop.vehicles
    for car in sorted(moved, key=lambda one: (-vehicles[one].weight, vehicles[one].promised or FOREVER, one)):
        for index in sorted(board.cars[car], key=order.__getitem__):
            task = board.tasks[index]
            if table.slots[index] is None:
                slot = best_slot(table, task, table.ready_at(task), lambda _table, slot: slot.end)
                if slot is None:
                    return None
                table.put(index, slot)
    return table.done()


def _is_free(table: Timetable, task: Task, moved: set[int]) -> bool:
    return task.car in moved or all(table.slots[before] is not None for before in task.before)


def _kept(table: Timetable, task: Task, slip: int, wait: int) -> Slot | None:
    """Return the place nearest to the one people see with the same person and bay, if it is near enough."""
    seen = task.seen
    if seen is None or seen.bay not in task.bays:
        return None
    for way in task.ways:
        if way.who == seen.who and (not task.not_with or table.may_take(task, way.who)):
            slot = table.find(task, way, seen.bay, max(table.ready_at(task), min(seen.start, wait)), task.until)
            return slot if slot is not None and slot.start <= seen.start + slip else None
    return None
