"""Dispatch rules: one operation after another to the earliest place, in an order a foreman would choose."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from types import MappingProxyType

from aftersales.planning.sentences import InputRefused, Problem, Sentence
from aftersales.planning.workshop.board import FOREVER, NOBODY, Board, Slot, Task
from aftersales.planning.workshop.timetable import Timetable

type Rule = Callable[[Board, list[int]], list[float]]
"""From the day and the work that remains from each task on, a number for each task; lower goes first."""


def first_come(board: Board, _remaining: list[int]) -> list[float]:
    """Go by arrival."""
    return [board.workshop.vehicles[task.car].arrival for task in board.tasks]


def due_date(board: Board, _remaining: list[int]) -> list[float]:
    """Go by promised time; cars without a promise last."""
    vehicles = board.workshop.vehicles
    return [_due(vehicles[task.car].promised) for task in board.tasks]


def slack(board: Board, remaining: list[int]) -> list[float]:
    """Go by promised time less the work that remains; who waits in the house first among equals."""
    vehicles = board.workshop.vehicles
    return [
        _due(vehicles[task.car].promised) - remaining[task.index] - vehicles[task.car].weight for task in board.tasks
    ]


def importance(board: Board, remaining: list[int]) -> list[float]:
    """Go by the weight of the car, then by slack."""
    vehicles = board.workshop.vehicles
    by_slack = slack(board, remaining)
    return [by_slack[task.index] - 10_000 * vehicles[task.car].weight for task in board.tasks]


def work_remaining(_board: Board, remaining: list[int]) -> list[float]:
    """Let the car with most work remaining go first."""
    return [-minutes for minutes in remaining]


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "first_come": first_come,
        "due_date": due_date,
        "slack": slack,
        "importance": importance,
        "work_remaining": work_remaining,
    }
)


def _due(promised: int | None) -> float:
    return 1e7 if promised is None else promised


def remaining_work(board: Board) -> list[int]:
    """Return for each task its shortest time and that of the longest chain after it."""
    found = [0] * len(board.tasks)
    for index in reversed(board.order):
        task = board.tasks[index]
        found[index] = task.shortest + max((found[later] for later in task.after), default=0)
    return found


def dispatched(board: Board, rule: Rule) -> list[Slot]:
    """Return the plan of a rule: of all operations that may be placed, the first by the rule takes its earliest end.

    Raises InputRefused naming the operation that has no place left (a pinned start that can't be met, nobody left who
    may do it on the days planned).
    """
    remaining = remaining_work(board)
    keys = rule(board, remaining)
    table = Timetable(board)
    place_pins(table)
    waits = [sum(table.slots[before] is None for before in task.before) for task in board.tasks]
    free: list[tuple[int, float, int]] = []
    for task in board.tasks:
        if table.slots[task.index] is None and not waits[task.index]:
            heapq.heappush(free, (task.until, keys[task.index], task.index))
    while free:
        index = heapq.heappop(free)[2]
        task = board.tasks[index]
        table.put(index, _earliest_end(table, task))
        for later in task.after:
            waits[later] -= 1
            if not waits[later] and table.slots[later] is None:
                heapq.heappush(free, (board.tasks[later].until, keys[later], later))
    return table.done()


def no_place(board: Board, task: Task) -> InputRefused:
    """Return the refusal that names a task without a place."""
    subject = f"{board.workshop.vehicles[task.car].name} · {task.operation.name}"
    if task.start is not None or task.until < FOREVER:
        text = Sentence(
            "固定的开始时间无法满足:人员、工位、车辆或之前的作业占用了该时间",
            "a fixed start can't be kept: the person, the bay, the car or the operations before it take that time",
        )
    else:
        text = Sentence(
            "在计划期内没有合格的另一位技师和工位可用", "no other qualified person and bay is left in the time planned"
        )
    return InputRefused((Problem(subject, text),))


def place_pins(table: Timetable) -> None:
    """Book pinned starts before anything else; raises InputRefused naming one that can't be kept."""
    pinned = [task for task in table.board.tasks if task.start is not None and table.slots[task.index] is None]
    for task in sorted(pinned, key=lambda one: (len(one.ways) * len(one.bays), one.index)):
        slot = best_slot(table, task, task.start or 0, _end_first)
        if slot is None or slot.start != task.start:
            raise no_place(table.board, task)
        table.put(task.index, slot)


def best_slot(
    table: Timetable, task: Task, at: int, key: Callable[[Timetable, Slot], float], slack: int = 0
) -> Slot | None:
    """Return the slot with the lowest key among the earliest ones of every allowed person and bay.

    Slots that end more than `slack` minutes after the best so far are not looked at.
    """
    best: Slot | None = None
    lowest = 0.0
    until = task.until
    for way in task.ways:
        if task.not_with and not table.may_take(task, way.who):
            continue
        # The person alone is free from here on at the earliest, whatever the bay.
        alone = table.find(task, way, NOBODY, at, until)
        if alone is None:
            continue
        for bay in task.bays:
            slot = table.find(task, way, bay, alone.start, until) if bay != NOBODY else alone
            if slot is not None:
                found = key(table, slot)
                if best is None or found < lowest:
                    best, lowest = slot, found
                    until = min(until, slot.end + slack)
    return best


def _end_first(table: Timetable, slot: Slot) -> float:
    """Earliest end; among equals whoever is farthest below an even share."""
    return slot.end * 1e6 + (table.busy[slot.who] - table.board.shares[slot.who] if slot.who >= 0 else 0)


def _earliest_end(table: Timetable, task: Task) -> Slot:
    slot = best_slot(table, task, table.ready_at(task), _end_first)
    if slot is None:
        raise no_place(table.board, task)
    return slot


def machine_orders(board: Board, rule: str) -> list[list[int]]:
    """Return the order of tasks on every machine of a plain job shop by a rule that looks ahead at all free tasks.

    `start`: who can start first; `end`: who can end first; `work`: most work remaining on the machine free first.
    """
    remaining = remaining_work(board)
    free_at = [0] * len(board.workshop.technicians)
    orders: list[list[int]] = [[] for _ in free_at]
    ready = {task.index: 0 for task in board.tasks if not task.before}
    while ready:
        chosen: tuple[tuple[float, ...], int, int, int] | None = None
        for index, since in ready.items():
            for way in board.tasks[index].ways:
                start = max(since, free_at[way.who])
                end = start + way.minutes
                left = -remaining[index]
                key: tuple[float, ...]
                if rule == "start":
                    key = (start, left, end, index)
                elif rule == "end":
                    key = (end, left, index)
                else:
                    key = (left, end, index)
                if chosen is None or key < chosen[0]:
                    chosen = (key, index, way.who, end)
        assert chosen is not None
        _key, index, who, end = chosen
        del ready[index]
        free_at[who] = end
        orders[who].append(index)
        for later in board.tasks[index].after:
            ready[later] = end
    return orders
