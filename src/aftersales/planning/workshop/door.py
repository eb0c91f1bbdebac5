"""Plan a day from nothing, or replan it after an event: rules first, then search and solver side by side."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from aftersales.planning.effort import Effort, Progress
from aftersales.planning.sentences import InputRefused
from aftersales.planning.workshop.board import Board, Slot, board_of
from aftersales.planning.workshop.bounds import Bounds, bounds_of
from aftersales.planning.workshop.dispatch import RULES, dispatched, machine_orders
from aftersales.planning.workshop.model import Limits, Model
from aftersales.planning.workshop.reasons import explained
from aftersales.planning.workshop.reinsertion import Reinsertion
from aftersales.planning.workshop.repair import WAYS, repaired
from aftersales.planning.workshop.shapes import DAY, Plan, Workshop
from aftersales.planning.workshop.tabu import ENDLESS, Found, JobShop, Population
from aftersales.planning.workshop.timetable import score_of

MOVES_OF_WORK = 2000
"""Moves of the job shop search that count as one unit of work."""
TURNS_OF_WORK = 400
"""Cars taken out and put back that count as one unit of work."""
WARMTH = 0.002
"""The search begins by accepting plans that are worse by about this share of what may still be saved; a replan
by an eighth of it, to move little."""
ROUNDS = (0.25, 0.5, 1.0)
"""The solver starts anew from the best plan at these shares of the time."""


def plan(workshop: Workshop, effort: Effort | None = None) -> Plan:
    """Return the best plan found from nothing within the limits; raises InputRefused naming every fault."""
    return _Course(board_of(workshop), effort or Effort()).run()


def replan(workshop: Workshop, current: Plan, effort: Effort | None = None) -> Plan:
    """Return a plan near the one people see, after something has changed; raises InputRefused naming every fault.

    `workshop` is the day as it is now: cars that came or went, `running` operations, sick people, later parts.
    """
    return _Course(board_of(workshop, seen=current), effort or Effort(seconds=1.0)).run()


@dataclass(slots=True)
class _Course:
    """One call: the best plan and bound so far, shared by the search and the solver's thread."""

    board: Board
    effort: Effort
    slots: list[Slot] = field(default_factory=list)
    cost: float = float("inf")
    bound: float = 0.0
    bounds: Bounds = field(init=False)
    started: float = field(default_factory=time.perf_counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    fresh: list[list[Slot]] = field(default_factory=list)
    """Plans of the solver the search has not seen yet."""

    def run(self) -> Plan:
        """Run everything and return the plan with its reasons."""
        board = self.board
        if board.tasks:
            self.bounds = bounds_of(board)
            self.bound = float(self.bounds.cost)
            starts = self._begin()
            if not self.is_over():
                self._improve(starts)
        score = score_of(board, self.slots) if board.tasks else score_of(board, [])
        bound = min(self.bound, float(score.cost))
        self.effort.tell(Progress(1.0, float(score.cost), bound))
        return Plan(explained(board, self.slots), score, bound)

    def is_over(self) -> bool:
        """Tell whether time is up, the caller wants no more, or nothing better exists."""
        if self.cost <= self.bound + 1e-6 or self.effort.cancelled():
            return True
        return self.effort.work is None and self._used() >= 1.0

    def _used(self) -> float:
        return (time.perf_counter() - self.started) / max(1e-9, self.effort.seconds)

    def offer(self, slots: list[Slot], cost: float | None = None) -> bool:
        """Keep the plan when it is better than the best so far."""
        if cost is None:
            cost = float(score_of(self.board, slots).cost)
        with self.lock:
            if cost >= self.cost:
                return False
            self.slots, self.cost = slots, cost
        self.effort.tell(Progress(min(1.0, self._used()), cost, min(self.bound, cost)))
        return True

    def _begin(self) -> list[list[Slot]]:
        """Make the plans of the rules; at least one, more while time allows."""
        board = self.board
        found: list[list[Slot]] = []
        if board.is_plain_job_shop:
            shop = JobShop(board, Random(self.effort.seed))  # noqa: S311 - a search has no secrets
            for name in ("start", "end", "work"):
                found.append(shop.slots(machine_orders(board, name)))
                self.offer(found[-1])
            return found
        if any(task.seen is not None for task in board.tasks):
            for slip, wait in WAYS:
                kept = repaired(board, slip, wait)
                if kept is not None:
                    found.append(kept)
                    self.offer(kept)
        if found:
            return found
        refusal: InputRefused | None = None
        for rule in RULES.values():
            if found and (self.is_over() or self._used() > 0.3):
                break
            try:
                found.append(dispatched(board, rule))
            except InputRefused as error:
                refusal = error
            else:
                self.offer(found[-1])
        if not found:
            assert refusal is not None
            raise refusal
        return found

    def _improve(self, starts: list[list[Slot]]) -> None:
        search = self._search(starts)
        effort = self.effort
        size = 0.01 * len(self.board.tasks)
        if effort.work is not None:
            # A small amount of work is better spent on the search alone than on building a model.
            with_solver = effort.work >= 0.3 + size
            _until(search, effort.work / (1 + with_solver), self.is_over)
            if with_solver and not self.is_over():
                self._solve(Limits(0, 1, effort.seed, effort.work / 2))
            return
        left = effort.seconds * (1 - self._used())
        needed = 0.5 + size + (0 if "ortools.sat.python.cp_model" in sys.modules else 2.5)
        if left < needed:
            _until(search, None, self.is_over)
        elif effort.workers < 2:
            half = (1 + self._used()) / 2
            _until(search, None, lambda: self.is_over() or self._used() >= half)
            if not self.is_over():
                self._solve(Limits(effort.seconds * (1 - self._used()), 1, effort.seed))
        else:
            self._side_by_side(search)

    def _side_by_side(self, search: Callable[[], float]) -> None:
        """Run the solver in a thread of its own while the search goes on."""
        stops: list[Callable[[], None]] = []
        failures: list[BaseException] = []

        def stop_with(stop: Callable[[], None] | None) -> None:
            stops[:] = [stop] if stop is not None else []

        def work() -> None:
            try:
                for share in ROUNDS:
                    seconds = self.effort.seconds * (share - self._used())
                    if seconds > 0.2 and not self.is_over():
                        workers = max(1, self.effort.workers - 1)
                        self._solve(Limits(seconds, workers, self.effort.seed, stop_with=stop_with))
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=work, name="workshop solver", daemon=True)
        thread.start()
        _until(search, None, lambda: self.is_over() or bool(failures))
        while thread.is_alive():
            for stop in list(stops):
                stop()
            thread.join(0.02)
        if failures:
            raise failures[0]

    def _solve(self, limits: Limits) -> None:
        """Let the solver start from the best plan; keep its plan and its bound."""
        with self.lock:
            slots, cost = self.slots, self.cost
        # Nothing better ends long after the best plan does; what would, enters the bound below.
        horizon = (max(slot.end for slot in slots) // DAY + 1) * DAY
        cars = range(len(self.board.cars))
        model = Model(self.board, [self.bounds.latest(car, cost, horizon) for car in cars])
        model.hint(slots)

        def hear(found: list[Slot]) -> None:
            if self.offer(found):
                self.fresh.append(found)

        limits.on_plan = hear
        solved = model.solve(limits)
        if solved.slots is not None:
            hear(solved.slots)
        beyond = min(self.bounds.beyond(car, horizon + 1) for car in cars)
        self.bound = max(self.bound, min(solved.bound, beyond, self.cost))

    def _search(self, starts: list[list[Slot]]) -> Callable[[], float]:
        """Return one step of the search that suits the day; it answers how much work it has done."""
        board = self.board
        rng = Random(self.effort.seed)  # noqa: S311 - a search has no secrets
        if not board.is_plain_job_shop:
            reinsertion = Reinsertion(board, rng, self.slots)
            is_replan = any(task.seen is not None for task in board.tasks)
            warmth = (WARMTH / 8 if is_replan else WARMTH) * max(0.0, self.cost - self.bound)

            def turn() -> float:
                nonlocal reinsertion
                if self.fresh:
                    reinsertion = Reinsertion(board, rng, self.slots)
                    self.fresh.clear()
                work = self.effort.work
                used = reinsertion.turns / (TURNS_OF_WORK * work) if work else self._used()
                reinsertion.warmth = warmth * max(0.0, 1 - used) ** 2
                if reinsertion.turn() and reinsertion.cost < self.cost:
                    self.offer(reinsertion.slots, float(reinsertion.cost))
                return 1 / TURNS_OF_WORK

            return turn
        shop = JobShop(board, rng)
        population = Population(shop, [_orders(board, slots) for slots in starts])

        def step() -> float:
            before = population.moves
            while self.fresh:
                found = self.fresh.pop()
                population.welcome(Found(max(slot.end for slot in found), _orders(board, found), 0))
            population.step(self.bound, self.is_over)
            best = population.best
            if best.last_end < ENDLESS and best.last_end < self.cost:
                self.offer(shop.slots(best.orders))
            return (population.moves - before) / MOVES_OF_WORK

        return step


def _orders(board: Board, slots: list[Slot]) -> list[list[int]]:
    orders: list[list[int]] = [[] for _ in board.workshop.technicians]
    for index in sorted(range(len(slots)), key=lambda at: (slots[at].start, at)):
        orders[slots[index].who].append(index)
    return orders


def _until(step: Callable[[], float], work: float | None, is_over: Callable[[], bool]) -> None:
    done = 0.0
    while not is_over() and (work is None or done < work):
        done += step()
