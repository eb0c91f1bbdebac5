"""Places of tasks in time: the earliest gap that suits person, bay and car at once, and what a plan costs."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from aftersales.planning.workshop.board import FOREVER, Board, Slot, Task, Way
from aftersales.planning.workshop.shapes import TOLERANCE, Plan, Score, Vehicle, Weights


class Bookings:
    """Taken times of one resource, sorted and never overlapping."""

    __slots__ = ("taken",)

    def __init__(self, taken: Iterable[tuple[int, int]] = ()) -> None:
        self.taken: list[tuple[int, int]] = []
        for start, end in sorted(taken):
            if self.taken and start < self.taken[-1][1]:
                self.taken[-1] = (self.taken[-1][0], max(end, self.taken[-1][1]))
            else:
                self.taken.append((start, end))

    def clash(self, start: int, end: int) -> int:
        """Return the end of the last booking that overlaps, or -1."""
        at = bisect_left(self.taken, (end, -1)) - 1
        return self.taken[at][1] if at >= 0 and self.taken[at][1] > start else -1

    def add(self, start: int, end: int) -> None:
        """Take this time."""
        if end > start:
            insort(self.taken, (start, end))

    def remove(self, start: int, end: int) -> None:
        """Give this time back."""
        if end > start:
            at = bisect_left(self.taken, (start, end))
            assert self.taken[at] == (start, end), "only what was taken is given back"
            del self.taken[at]


class Timetable:
    """A plan being made: the slot of every task (None: not placed yet)."""

    __slots__ = ("bays", "board", "busy", "cars", "people", "slots")

    def __init__(self, board: Board) -> None:
        workshop = board.workshop
        self.board = board
        self.slots: list[Slot | None] = [None] * len(board.tasks)
        self.busy = [0] * len(workshop.technicians)
        people: list[list[tuple[int, int]]] = [[] for _ in workshop.technicians]
        bays = [[(span.start, span.end) for span in bay.closed] for bay in workshop.bays]
        cars: list[list[tuple[int, int]]] = [[] for _ in workshop.vehicles]
        for task in board.tasks:
            slot = task.fixed
            if slot is not None:
                self.slots[task.index] = slot
                if slot.who >= 0 and slot.off > workshop.now:
                    people[slot.who].append((slot.start, slot.off))
                    self.busy[slot.who] += task.ways[0].minutes
                if slot.bay >= 0:
                    bays[slot.bay].append((slot.start, slot.end))
                    cars[task.car].append((slot.start, slot.end))
        self.people = [Bookings(taken) for taken in people]
        self.bays = [Bookings(taken) for taken in bays]
        self.cars = [Bookings(taken) for taken in cars]

    def ready_at(self, task: Task) -> int:
        """Return the earliest start the car, its parts and the operations before allow."""
        at = task.earliest
        for before in task.before:
            slot = self.slots[before]
            assert slot is not None, "operations are placed in order"
            at = max(at, slot.end)
        return at

    def find(self, task: Task, way: Way, bay: int, at: int, limit: int = FOREVER) -> Slot | None:
        """Return the earliest slot not before `at` that ends by `limit`, None when there is none."""
        place = way.calendar.place
        person = self.people[way.who] if way.who >= 0 else None
        room = self.bays[bay] if bay >= 0 else None
        car = self.cars[task.car]
        unattended = task.operation.unattended
        while True:
            placed = place(at, way.minutes)
            if placed is None:
                return None
            start, off = placed
            end = off + unattended
            if end > limit:
                return None
            at = person.clash(start, off) if person is not None else -1
            if at < 0 and room is not None:
                at = room.clash(start, end)
                if at < 0:
                    at = car.clash(start, end)
            if at < 0:
                return Slot(way.who, bay, start, off, end)

    def may_take(self, task: Task, who: int) -> bool:
        """Tell whether the person is another one than those of the tasks this one is kept apart from, now and later."""
        for index in task.not_with:
            slot = self.slots[index]
            if slot is not None:
                if slot.who == who:
                    return False
                continue
            other = self.board.tasks[index]
            gone = {who, *(found.who for found in map(self.slots.__getitem__, other.not_with) if found is not None)}
            if all(way.who in gone for way in other.ways):
                return False
        return True

    def put(self, index: int, slot: Slot) -> None:
        """Place a task."""
        task = self.board.tasks[index]
        self.slots[index] = slot
        if slot.who >= 0:
            self.people[slot.who].add(slot.start, slot.off)
            self.busy[slot.who] += minutes_by(task, slot.who)
        if slot.bay >= 0:
            self.bays[slot.bay].add(slot.start, slot.end)
            self.cars[task.car].add(slot.start, slot.end)

    def take(self, index: int) -> Slot:
        """Take a task out and return where it was."""
        task = self.board.tasks[index]
        slot = self.slots[index]
        assert slot is not None, "only what is placed is taken out"
        self.slots[index] = None
        if slot.who >= 0:
            self.people[slot.who].remove(slot.start, slot.off)
            self.busy[slot.who] -= minutes_by(task, slot.who)
        if slot.bay >= 0:
            self.bays[slot.bay].remove(slot.start, slot.end)
            self.cars[task.car].remove(slot.start, slot.end)
        return slot

    def done(self) -> list[Slot]:
        """Return the slots of all tasks."""
        slots = [slot for slot in self.slots if slot is not None]
        assert len(slots) == len(self.slots), "everything is placed"
        return slots


def minutes_by(task: Task, who: int) -> int:
    """Return the hands-on minutes of the task in this person's hands."""
    for way in task.ways:
        if way.who == who:
            return way.minutes
    return 0


def ready_time(board: Board, slots: list[Slot], car: int) -> int:
    """Return when the car's last operation ends."""
    return max(slots[index].end for index in board.cars[car])


def is_changed(task: Task, slot: Slot) -> bool:
    """Tell whether people who know the plan would call this a change."""
    seen = task.seen
    if seen is None or task.fixed is not None:
        return False
    return slot.who != seen.who or slot.bay != seen.bay or abs(slot.start - seen.start) > TOLERANCE


def promise_cost(vehicle: Vehicle, weights: Weights, ready: int) -> int:
    """Return what a car costs that is ready then: its waiting, and its promise when that is broken."""
    cost = weights.waiting * (ready - vehicle.arrival)
    if vehicle.promised is not None and ready > vehicle.promised:
        cost += weights.broken + weights.late * (ready - vehicle.promised)
    return cost * vehicle.weight


def car_cost(board: Board, slots: list[Slot], car: int) -> int:
    """Return what the car's promise, waiting and changes cost, without what is shared by all cars."""
    workshop = board.workshop
    weights = workshop.weights
    cost = promise_cost(workshop.vehicles[car], weights, ready_time(board, slots, car))
    if weights.changes:
        cost += weights.changes * sum(is_changed(board.tasks[index], slots[index]) for index in board.cars[car])
    return cost


def unevenness(board: Board, busy: list[int]) -> int:
    """Return the minutes all technicians together are away from an even share."""
    return sum(abs(minutes - share) for minutes, share in zip(busy, board.shares, strict=True))


def busy_of(board: Board, slots: list[Slot]) -> list[int]:
    """Return the hands-on minutes of each technician."""
    busy = [0] * len(board.workshop.technicians)
    for task, slot in zip(board.tasks, slots, strict=True):
        if slot.who >= 0:
            busy[slot.who] += minutes_by(task, slot.who)
    return busy


def score_of(board: Board, slots: list[Slot]) -> Score:
    """Return the counts of a plan and its cost."""
    broken = late = waiting = last = 0
    weights = board.workshop.weights
    for car, vehicle in enumerate(board.workshop.vehicles):
        ready = ready_time(board, slots, car)
        last = max(last, ready)
        waiting += vehicle.weight * (ready - vehicle.arrival)
        if vehicle.promised is not None and ready > vehicle.promised:
            broken += vehicle.weight
            late += vehicle.weight * (ready - vehicle.promised)
    uneven = unevenness(board, busy_of(board, slots)) if weights.uneven else 0
    changes = sum(is_changed(task, slot) for task, slot in zip(board.tasks, slots, strict=True))
    cost = (
        weights.broken * broken
        + weights.late * late
        + weights.waiting * waiting
        + weights.uneven * uneven
        + weights.changes * changes
        + weights.last_ready * last
    )
    return Score(broken, late, waiting, uneven, changes, last, cost)


def slots_of(board: Board, plan: Plan) -> list[Slot]:
    """Return a plan's assignments in numbers; raises KeyError when one is missing."""
    people = {who.name: at for at, who in enumerate(board.workshop.technicians)}
    bays = {bay.name: at for at, bay in enumerate(board.workshop.bays)}
    places = {(one.vehicle, one.operation): one for one in plan.assignments}
    found = []
    for task in board.tasks:
        one = places[board.workshop.vehicles[task.car].name, task.operation.name]
        who = people[one.technician] if one.technician else -1
        found.append(Slot(who, bays[one.bay] if one.bay else -1, one.start, one.hands_off, one.end))
    return found
