"""The day as a CP-SAT model: exact, with breaks, people, bays and cars; gives better plans, and the bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aftersales.planning.workshop.board import Board, Slot, Task
from aftersales.planning.workshop.shapes import TOLERANCE
from aftersales.planning.workshop.timetable import busy_of, is_changed, ready_time

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(slots=True)
class Variables:
    """The variables of one task; `people` and `bays` hold a literal for each that is allowed."""

    start: Any
    off: Any
    end: Any
    people: dict[int, Any] = field(default_factory=dict)
    bays: dict[int, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Model:
    """The whole day for the solver. `latest` is the last minute each car may be ready."""

    board: Board
    latest: list[int]
    horizon: int = field(init=False)
    model: cp_model.CpModel = field(init=False)
    tasks: list[Variables] = field(default_factory=list)
    _derived: list[tuple[Any, Callable[[list[Slot]], int]]] = field(default_factory=list)
    """Every other variable and its value in a given plan, so that a hint is complete."""
    _by_person: dict[int, list[Any]] = field(default_factory=dict)
    _by_bay: dict[int, list[Any]] = field(default_factory=dict)
    _by_car: dict[int, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from ortools.sat.python import cp_model

        self.model = cp_model.CpModel()
        self.horizon = max(self.latest)
        for task in self.board.tasks:
            self._add_task(task)
        for task in self.board.tasks:
            if task.fixed is None:
                self._relate(task)
        self._add_closed()
        for intervals in (*self._by_person.values(), *self._by_bay.values(), *self._by_car.values()):
            if len(intervals) > 1:
                self.model.add_no_overlap(intervals)
        self.model.minimize(self._cost())

    def _add_task(self, task: Task) -> None:
        model = self.model
        if task.fixed is not None:
            self._add_fixed(task, task.fixed)
            return
        low = task.start if task.start is not None else task.earliest
        high = task.start if task.start is not None else min(self.latest[task.car], task.until) - task.shortest
        start = model.new_int_var(low, max(low, high), "")
        off = model.new_int_var(low, max(low, self.latest[task.car]), "")
        unattended = task.operation.unattended
        variables = Variables(start, off, off + unattended)
        self.tasks.append(variables)
        lone = len(task.ways) == 1
        for way in task.ways:
            variables.people[way.who] = 1 if lone else model.new_bool_var("")
        for bay in task.bays:
            variables.bays[bay] = 1 if len(task.bays) == 1 else model.new_bool_var("")
        for choice in (variables.people, variables.bays):
            if len(choice) > 1:
                model.add_exactly_one(choice.values())
        sizes = self._add_durations(task, variables)
        same = set(sizes.values()) if len(sizes) == len(task.ways) else set()
        usual = same.pop() if len(same) == 1 else self._minutes_between(task.index, start, off)
        for way in task.ways:
            if way.who >= 0:
                interval = self._interval(start, sizes.get(way.who, usual), off, variables.people[way.who])
                self._by_person.setdefault(way.who, []).append(interval)
        for bay in task.bays:
            if bay >= 0:
                interval = self._interval(start, usual + unattended, variables.end, variables.bays[bay])
                self._by_bay.setdefault(bay, []).append(interval)
        if task.bays[0] >= 0 and len(self.board.cars[task.car]) > 1:
            interval = self._interval(start, usual + unattended, variables.end, 1)
            self._by_car.setdefault(task.car, []).append(interval)

    def _minutes_between(self, index: int, start: Any, off: Any) -> Any:
        size = self.model.new_int_var(0, self.horizon, "")
        self.model.add(start + size == off)
        self._derived.append((size, lambda slots: slots[index].off - slots[index].start))
        return size

    def _interval(self, start: Any, size: Any, end: Any, chosen: Any) -> Any:
        if isinstance(chosen, int):
            return self.model.new_interval_var(start, size, end, "")
        return self.model.new_optional_interval_var(start, size, end, chosen, "")

    def _add_durations(self, task: Task, variables: Variables) -> dict[int, int]:
        """Tie the time hands are off to the start: minutes of the person, and the breaks that lie in between.

        Returns how long it takes in the hands of those for whom that does not depend on the start.
        """
        model = self.model
        sizes: dict[int, int] = {}
        latest = min(self.latest[task.car], task.until) - task.operation.unattended
        groups: dict[tuple[Any, ...], list[int]] = {}
        for way in task.ways:
            first = task.start if task.start is not None else task.earliest
            last = task.start if task.start is not None else latest - way.minutes
            ranges = tuple(way.calendar.ranges(way.minutes, first, last))
            groups.setdefault((way.minutes, ranges), []).append(way.who)
        for (minutes, ranges), people in groups.items():
            chosen = [variables.people[who] for who in people]
            if len(ranges) == 1:
                ((first, last, rest),) = ranges
                sizes |= dict.fromkeys(people, minutes + rest)
                for literal in chosen:
                    self._when(literal, variables.off == variables.start + minutes + rest)
                    self._when(literal, variables.start >= first)
                    self._when(literal, variables.start <= last)
                continue
            within = [model.new_bool_var("") for _ in ranges]
            model.add(sum(within) == sum(chosen))
            for literal, (first, last, rest) in zip(within, ranges, strict=True):
                self._when(literal, variables.off == variables.start + minutes + rest)
                self._when(literal, variables.start >= first)
                self._when(literal, variables.start <= last)
                self._derived.append((literal, _is_within(task.index, frozenset(people), first, last)))
        return sizes

    def _when(self, literal: Any, condition: Any) -> None:
        constraint = self.model.add(condition)
        if not isinstance(literal, int):
            constraint.only_enforce_if(literal)

    def _add_fixed(self, task: Task, slot: Slot) -> None:
        model = self.model
        begin = min(max(slot.start, self.board.workshop.now), slot.end)
        self.tasks.append(Variables(slot.start, slot.off, slot.end, {slot.who: 1}, {slot.bay: 1}))
        if slot.who >= 0 and slot.off > begin:
            fixed = model.new_fixed_size_interval_var(begin, slot.off - begin, "")
            self._by_person.setdefault(slot.who, []).append(fixed)
        if slot.bay >= 0 and slot.end > begin:
            fixed = model.new_fixed_size_interval_var(begin, slot.end - begin, "")
            self._by_bay.setdefault(slot.bay, []).append(fixed)
            self._by_car.setdefault(task.car, []).append(fixed)

    def _relate(self, task: Task) -> None:
        mine = self.tasks[task.index]
        for before in task.before:
            self.model.add(mine.start >= self.tasks[before].end)
        for other in task.not_with:
            if other > task.index:
                theirs = self.tasks[other]
                for who in mine.people.keys() & theirs.people.keys():
                    self.model.add(mine.people[who] + theirs.people[who] <= 1)

    def _add_closed(self) -> None:
        for at, bay in enumerate(self.board.workshop.bays):
            running = [task.fixed for task in self.board.tasks if task.fixed and task.fixed.bay == at]
            for span in bay.closed:
                start = max([span.start, *(slot.end for slot in running)])
                if span.end > start:
                    fixed = self.model.new_fixed_size_interval_var(start, span.end - start, "")
                    self._by_bay.setdefault(at, []).append(fixed)

    def _cost(self) -> Any:
        return sum([self._promises(), self._unevenness(), self._changes()])

    def _promises(self) -> Any:
        board, model = self.board, self.model
        workshop, weights = board.workshop, board.workshop.weights
        terms: list[Any] = []
        readies = []
        for car, vehicle in enumerate(workshop.vehicles):
            ready = model.new_int_var(0, self.latest[car], "")
            ends = [index for index in board.cars[car] if not board.tasks[index].after]
            for index in ends:
                model.add(ready >= self.tasks[index].end)
            readies.append(ready)
            self._derived.append((ready, _ready_of(board, car)))
            if weights.waiting:
                terms.append(weights.waiting * vehicle.weight * (ready - vehicle.arrival))
            if vehicle.promised is None or not (weights.late or weights.broken):
                continue
            late = model.new_int_var(0, max(0, self.latest[car] - vehicle.promised), "")
            model.add(late >= ready - vehicle.promised)
            self._derived.append((late, _late_of(board, car, vehicle.promised)))
            terms.append(weights.late * vehicle.weight * late)
            if weights.broken:
                broken = model.new_bool_var("")
                model.add(late == 0).only_enforce_if(~broken)
                self._derived.append((broken, _is_broken(board, car, vehicle.promised)))
                terms.append(weights.broken * vehicle.weight * broken)
        if weights.last_ready:
            last = model.new_int_var(0, self.horizon, "")
            for ready in readies:
                model.add(last >= ready)
            self._derived.append((last, lambda slots: max(slot.end for slot in slots)))
            terms.append(weights.last_ready * last)
        return sum(terms)

    def _unevenness(self) -> Any:
        board, model = self.board, self.model
        if not board.workshop.weights.uneven:
            return 0
        terms: list[Any] = []
        for who, share in enumerate(board.shares):
            minutes = [
                way.minutes * self.tasks[task.index].people[who]
                for task in board.tasks
                for way in task.ways
                if way.who == who
            ]
            away = model.new_int_var(0, max(share, sum(way.minutes for task in board.tasks for way in task.ways)), "")
            model.add(away >= sum(minutes) - share)
            model.add(away >= share - sum(minutes))
            self._derived.append((away, _away_of(board, who, share)))
            terms.append(board.workshop.weights.uneven * away)
        return sum(terms)

    def _changes(self) -> Any:
        board, model = self.board, self.model
        terms: list[Any] = []
        for task in board.tasks:
            if task.seen is None or task.fixed is not None or not board.workshop.weights.changes:
                continue
            mine, seen = self.tasks[task.index], task.seen
            same = model.new_bool_var("")
            model.add(mine.start >= seen.start - TOLERANCE).only_enforce_if(same)
            model.add(mine.start <= seen.start + TOLERANCE).only_enforce_if(same)
            self._derived.append((same, _is_same(task)))
            for choice, value in ((mine.people, seen.who), (mine.bays, seen.bay)):
                literal = choice.get(value, 0)
                if not isinstance(literal, int):
                    model.add_implication(same, literal)
                elif literal == 0:
                    model.add(same == 0)
            terms.append(board.workshop.weights.changes * (1 - same))
        return sum(terms)

    def hint(self, slots: list[Slot]) -> None:
        """Start the solver from this plan."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for task, slot, mine in zip(self.board.tasks, slots, self.tasks, strict=True):
            if task.fixed is not None:
                continue
            self.model.add_hint(mine.start, slot.start)
            self.model.add_hint(mine.off, slot.off)
            for choice, value in ((mine.people, slot.who), (mine.bays, slot.bay)):
                for key, literal in choice.items():
                    if not isinstance(literal, int):
                        self.model.add_hint(literal, key == value)
        for variable, value_in in self._derived:
            self.model.add_hint(variable, value_in(slots))

    def solve(self, limits: Limits) -> Solved:
        """Run the solver; returns the best plan found (None: none better known) and the bound of the cost."""
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = limits.workers
        solver.parameters.random_seed = limits.seed
        # A lone worker would only branch: taking turns, it also improves parts of the plan and proves bounds.
        solver.parameters.interleave_search = limits.workers == 1
        # Else presolve may cut the hinted plan off.
        solver.parameters.keep_all_feasible_solutions_in_presolve = not self.board.is_plain_job_shop
        if limits.work is not None:
            solver.parameters.max_deterministic_time = limits.work
        else:
            solver.parameters.max_time_in_seconds = max(0.01, limits.seconds)
        limits.stop_with(solver.stop_search)
        status = solver.solve(self.model, _watcher(self, limits))
        limits.stop_with(None)
        if status == cp_model.INFEASIBLE:
            return Solved(None, float("inf"), True)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Solved(None, solver.best_objective_bound, False)
        return Solved(self._read(solver.value), solver.best_objective_bound, status == cp_model.OPTIMAL)

    def _read(self, value: Callable[[Any], int]) -> list[Slot]:
        slots = []
        for task, mine in zip(self.board.tasks, self.tasks, strict=True):
            if task.fixed is not None:
                slots.append(task.fixed)
                continue
            chosen = [
                next(key for key, literal in choice.items() if isinstance(literal, int) or value(literal))
                for choice in (mine.people, mine.bays)
            ]
            off = value(mine.off)
            slots.append(Slot(chosen[0], chosen[1], value(mine.start), off, off + task.operation.unattended))
        return slots


@dataclass(slots=True)
class Limits:
    """How long the solver may run, and how others stop it and hear of its plans and bounds."""

    seconds: float
    workers: int
    seed: int
    work: float | None = None
    on_plan: Callable[[list[Slot]], None] | None = None
    on_bound: Callable[[float], None] | None = None
    stop_with: Callable[[Callable[[], None] | None], None] = lambda _stop: None


@dataclass(frozen=True, slots=True)
class Solved:
    """What the solver returned; `slots` None when it found nothing."""

    slots: list[Slot] | None
    bound: float
    is_proved: bool


def _watcher(model: Model, limits: Limits) -> cp_model.CpSolverSolutionCallback | None:
    if limits.on_plan is None:
        return None
    from ortools.sat.python import cp_model

    tell = limits.on_plan

    class Watcher(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            tell(model._read(self.value))

    return Watcher()


def _is_within(index: int, people: frozenset[int], first: int, last: int) -> Callable[[list[Slot]], int]:
    return lambda slots: slots[index].who in people and first <= slots[index].start <= last


def _ready_of(board: Board, car: int) -> Callable[[list[Slot]], int]:
    return lambda slots: ready_time(board, slots, car)


def _late_of(board: Board, car: int, promised: int) -> Callable[[list[Slot]], int]:
    return lambda slots: max(0, ready_time(board, slots, car) - promised)


def _is_broken(board: Board, car: int, promised: int) -> Callable[[list[Slot]], int]:
    return lambda slots: ready_time(board, slots, car) > promised


def _away_of(board: Board, who: int, share: int) -> Callable[[list[Slot]], int]:
    return lambda slots: abs(busy_of(board, slots)[who] - share)


def _is_same(task: Task) -> Callable[[list[Slot]], int]:
    return lambda slots: not is_changed(task, slots[task.index])
