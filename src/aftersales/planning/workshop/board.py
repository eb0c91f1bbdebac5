"""The day in numbers: operations as tasks with their ways, and the timetable in which they take places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from aftersales.planning.sentences import Problem, Sentence, refuse
from aftersales.planning.workshop.calendars import Calendar, calendar_of
from aftersales.planning.workshop.shapes import DAY, Assignment, Bay, Operation, Plan, Vehicle, Workshop
from aftersales.planning.workshop.validation import befores, minutes_of, problems, qualified

NOBODY = -1
ALWAYS = Calendar(None)
FOREVER = 10**9


class Slot(NamedTuple):
    """Where a task is: technician and bay by number (-1: none), and its times."""

    who: int
    bay: int
    start: int
    off: int
    end: int


class Way(NamedTuple):
    """Somebody who may do the task (-1: nobody is needed), how many minutes it takes him, and when he may."""

    who: int
    minutes: int
    calendar: Calendar


@dataclass(slots=True)
class Task:
    """One operation in numbers."""

    index: int
    car: int
    operation: Operation
    earliest: int
    ways: tuple[Way, ...]
    bays: tuple[int, ...]
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    not_with: tuple[int, ...] = ()
    """Tasks of the car that another person has to do, in both directions."""
    fixed: Slot | None = None
    start: int | None = None
    """A pinned start."""
    until: int = FOREVER
    """When it must be finished, because a task with a pinned start comes after it."""
    seen: Slot | None = None
    """Its place in the plan people see."""
    shortest: int = 0


@dataclass(slots=True)
class Board:
    """A workshop's day in numbers, made once a call by `board_of`."""

    workshop: Workshop
    tasks: list[Task]
    cars: list[tuple[int, ...]]
    order: tuple[int, ...]
    """All tasks, every one after those before it."""
    shares: list[int] = field(default_factory=list)
    """The even share of hands-on minutes of each technician."""

    @property
    def is_plain_job_shop(self) -> bool:
        """Whether it is a flexible job shop: chains of tasks, each on one always open machine, makespan only."""
        weights = self.workshop.weights
        makespan = weights.last_ready > 0 and not (
            weights.broken or weights.late or weights.waiting or weights.uneven or weights.changes
        )
        return makespan and all(
            len(task.before) <= 1
            and len(task.after) <= 1
            and task.bays == (NOBODY,)
            and not (task.not_with or task.fixed or task.operation.unattended or task.start)
            and task.earliest == 0
            and all(way.calendar.is_open and way.who >= 0 for way in task.ways)
            for task in self.tasks
        )

    def assignment(self, index: int, slot: Slot) -> Assignment:
        """Return the slot of a task in names."""
        task = self.tasks[index]
        vehicle: Vehicle = self.workshop.vehicles[task.car]
        who = self.workshop.technicians[slot.who].name if slot.who >= 0 else None
        bay = self.workshop.bays[slot.bay].name if slot.bay >= 0 else None
        return Assignment(vehicle.name, task.operation.name, who, bay, slot.start, slot.off, slot.end)


def board_of(workshop: Workshop, seen: Plan | None = None) -> Board:
    """Return the day in numbers; raises InputRefused with every fault of the input."""
    refuse(problems(workshop))
    calendars: dict[tuple[int, frozenset[str]], Calendar] = {}
    people = {who.name: at for at, who in enumerate(workshop.technicians)}
    bays = {bay.name: at for at, bay in enumerate(workshop.bays)}
    tasks: list[Task] = []
    cars: list[tuple[int, ...]] = []
    faults: list[Problem] = []
    for car, vehicle in enumerate(workshop.vehicles):
        numbers = {operation.name: len(tasks) + at for at, operation in enumerate(vehicle.operations)}
        for at, operation in enumerate(vehicle.operations):
            ways = _ways(workshop, operation, people, calendars)
            task = Task(
                index=len(tasks),
                car=car,
                operation=operation,
                earliest=max(workshop.now, vehicle.arrival, operation.parts_ready),
                ways=ways,
                bays=_bays(workshop.bays, operation),
                before=tuple(numbers[name] for name in befores(vehicle, at)),
                start=operation.pin.start if operation.pin else None,
            )
            task.shortest = min((way.minutes for way in ways), default=0) + operation.unattended
            if operation.running:
                _fix(task, workshop, people, bays)
            elif not any(way.calendar.place(task.earliest, way.minutes) for way in ways):
                text = Sentence("在计划期内没有合格技师当班", "no qualified technician is present in the time planned")
                faults.append(Problem(f"{vehicle.name} · {operation.name}", text))
            tasks.append(task)
        cars.append(tuple(numbers.values()))
    refuse(faults)
    _relate(tasks, cars, workshop)
    board = Board(workshop, tasks, cars, _ordered(tasks))
    _push_pins(board)
    board.shares = _shares(board)
    _remember(board, seen, people, bays)
    return board


def _ways(
    workshop: Workshop,
    operation: Operation,
    people: dict[str, int],
    calendars: dict[tuple[int, frozenset[str]], Calendar],
) -> tuple[Way, ...]:
    if not operation.needs_technician:
        return (Way(NOBODY, operation.minutes, ALWAYS),)
    found = []
    pinned = operation.pin.technician if operation.pin else None
    for who in qualified(workshop, operation):
        if pinned not in (None, who.name):
            continue
        key = (people[who.name], operation.certificates)
        if key not in calendars:
            calendars[key] = calendar_of(workshop, who, operation.certificates)
        found.append(Way(key[0], minutes_of(operation, who.name), calendars[key]))
    return tuple(found)


def _bays(bays: tuple[Bay, ...], operation: Operation) -> tuple[int, ...]:
    if not operation.needs_bay:
        return (NOBODY,)
    pinned = operation.pin.bay if operation.pin else None
    return tuple(
        at
        for at, bay in enumerate(bays)
        if operation.equipment <= bay.equipment
        and (operation.bays is None or bay.name in operation.bays)
        and pinned in (None, bay.name)
    )


def _fix(
    task: Task,
    workshop: Workshop,
    people: dict[str, int],
    bays: dict[str, int],
) -> None:
    running = task.operation.running
    assert running is not None
    who = people[running.technician] if running.technician else NOBODY
    off = workshop.now + running.hands_on_left
    if who >= 0 and running.hands_on_left:
        off = calendar_of(workshop, workshop.technicians[who], frozenset()).finish(workshop.now, running.hands_on_left)
    bay = bays[running.bay] if running.bay else NOBODY
    task.fixed = Slot(who, bay, running.started, off, off + running.unattended_left)
    task.ways = (Way(who, running.hands_on_left, ALWAYS),)
    task.bays = (bay,)
    task.start = None


def _relate(tasks: list[Task], cars: list[tuple[int, ...]], workshop: Workshop) -> None:
    after: dict[int, list[int]] = {}
    apart: dict[int, set[int]] = {}
    for task in tasks:
        for before in task.before:
            after.setdefault(before, []).append(task.index)
        numbers = {tasks[index].operation.name: index for index in cars[task.car]}
        for name in task.operation.other_person_than:
            other = numbers[name]
            if task.operation.needs_technician and tasks[other].operation.needs_technician:
                apart.setdefault(task.index, set()).add(other)
                apart.setdefault(other, set()).add(task.index)
    for task in tasks:
        task.after = tuple(after.get(task.index, ()))
        task.not_with = tuple(sorted(apart.get(task.index, ())))


def _ordered(tasks: list[Task]) -> tuple[int, ...]:
    waits = [len(task.before) for task in tasks]
    order = [task.index for task in tasks if not waits[task.index]]
    for index in order:
        for later in tasks[index].after:
            waits[later] -= 1
            if not waits[later]:
                order.append(later)
    return tuple(order)


def _push_pins(board: Board) -> None:
    """A pinned start is a deadline for everything before it."""
    for index in reversed(board.order):
        task = board.tasks[index]
        for later in task.after:
            other = board.tasks[later]
            limit = other.start if other.start is not None else other.until - other.shortest
            task.until = min(task.until, limit)


def _shares(board: Board) -> list[int]:
    present = []
    for who in board.workshop.technicians:
        shifts = who.shifts
        minutes = DAY if shifts is None else sum(one.end - one.start for one in shifts if one.end > board.workshop.now)
        present.append(minutes)
    work = sum(
        sum(way.minutes for way in task.ways) // len(task.ways)
        for task in board.tasks
        if task.ways and task.ways[0].who >= 0
    )
    total = sum(present) or 1
    return [work * minutes // total for minutes in present]


def _remember(board: Board, seen: Plan | None, people: dict[str, int], bays: dict[str, int]) -> None:
    if seen is None:
        return
    places = {(one.vehicle, one.operation): one for one in seen.assignments}
    for task in board.tasks:
        vehicle = board.workshop.vehicles[task.car]
        old = places.get((vehicle.name, task.operation.name))
        if old is not None:
            who = people.get(old.technician, -2) if old.technician else NOBODY
            bay = bays.get(old.bay, -2) if old.bay else NOBODY
            task.seen = Slot(who, bay, old.start, old.hands_off, old.end)
