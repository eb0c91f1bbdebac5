"""Tabu search with a small population for the plain flexible job shop (every task on one machine, last end first).

Moves take a critical task to any place on another of its machines that can't close a circle, judged by heads and tails
(Mastrolilli and Gambardella 2000), or on its own to an end of its block: the critical tasks done there one after the
other (Balas and Vazacopoulos 1998). When a search stands still, a new start is taken half-way between two good plans:
machines of either, order by the weighted mean of their start times, which is free of circles because both are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from aftersales.planning.workshop.board import Board, Slot

type Orders = list[list[int]]
"""The tasks on every machine, in order."""

PATIENCE = 400
POPULATION = 6
IDLE = 20
"""After so many searches that brought nothing the population is made anew around its best plan."""
ENDLESS = 10**9


class Move(NamedTuple):
    """A task's new machine and its place there, after it has left its old place."""

    task: int
    machine: int
    place: int


@dataclass(slots=True)
class Found:
    """The best plan of one search and the number of moves made."""

    last_end: int
    orders: Orders
    moves: int


@dataclass(slots=True)
class Offers:
    """The best moves seen so far; ties are broken at random, forbidden moves kept for when nothing else is left."""

    rng: Random
    best: int
    estimate: int = ENDLESS
    move: Move | None = None
    ties: int = 0
    forbidden: list[Move] = field(default_factory=list)

    def offer(self, estimate: int, task: int, machine: int, place: int, is_tabu: bool) -> None:
        """Consider a move with the end it is estimated to lead to."""
        if is_tabu and estimate >= self.best:
            self.forbidden.append(Move(task, machine, place))
        elif estimate < self.estimate:
            self.estimate, self.move, self.ties = estimate, Move(task, machine, place), 1
        elif estimate == self.estimate:
            self.ties += 1
            if self.rng.random() * self.ties < 1:
                self.move = Move(task, machine, place)


class JobShop:
    """A plain flexible job shop in lists; `None` neighbours are the extra place at the end, which is always 0."""

    def __init__(self, board: Board, rng: Random) -> None:
        tasks = board.tasks
        self.rng = rng
        self.size = len(tasks)
        self.machines = len(board.workshop.technicians)
        self.minutes: list[dict[int, int]] = [{way.who: way.minutes for way in task.ways} for task in tasks]
        none = self.size
        self.before = [task.before[0] if task.before else none for task in tasks]
        self.after = [task.after[0] if task.after else none for task in tasks]
        self.machine = [0] * self.size
        self.taking = [0] * (none + 1)
        self.ends = [0] * (none + 1)
        """Head and own time: when a task ends."""
        self.tails = [0] * (none + 1)
        """Own time and tail: from a task's start to the last end."""
        self.left = [none] * (none + 1)
        self.right = [none] * (none + 1)

    def load(self, orders: Orders) -> None:
        """Take over who does what."""
        for machine, line in enumerate(orders):
            for task in line:
                self.machine[task] = machine
                self.taking[task] = self.minutes[task][machine]

    def evaluate(self, orders: Orders) -> int:
        """Compute ends and tails of all tasks; return the last end."""
        none, before, after = self.size, self.before, self.after
        left, right, ends, tails, taking = self.left, self.right, self.ends, self.tails, self.taking
        for line in orders:
            previous = none
            for task in line:
                left[task] = previous
                right[previous] = task
                previous = task
            right[previous] = none
        waits = [(before[task] != none) + (left[task] != none) for task in range(none)]
        order = [task for task in range(none) if not waits[task]]
        append = order.append
        ends[none] = 0
        for task in order:
            at, other = ends[before[task]], ends[left[task]]
            ends[task] = (at if at > other else other) + taking[task]
            later = after[task]
            if later != none:
                if waits[later] == 1:
                    append(later)
                else:
                    waits[later] = 1
            later = right[task]
            if later != none:
                if waits[later] == 1:
                    append(later)
                else:
                    waits[later] = 1
        assert len(order) == none, "no circle"
        tails[none] = 0
        for task in reversed(order):
            at, other = tails[after[task]], tails[right[task]]
            tails[task] = (at if at > other else other) + taking[task]
        return max(ends)

    def critical_path(self, last_end: int) -> list[int]:
        """Return one longest path, chosen at random."""
        ends, tails, none = self.ends, self.tails, self.size
        path = [self.rng.choice([task for task in range(none) if tails[task] == last_end])]
        while ends[path[-1]] < last_end:
            task = path[-1]
            at = ends[task]
            rest = last_end - at
            first, second = self.after[task], self.right[task]
            first_fits = first != none and tails[first] == rest and ends[first] - self.taking[first] == at
            second_fits = second != none and tails[second] == rest and ends[second] - self.taking[second] == at
            if first_fits and second_fits:
                path.append(self.rng.choice((first, second)))
            else:
                path.append(first if first_fits else second)
        return path

    def blocks(self, path: list[int]) -> list[list[int]]:
        """Return the path in pieces of tasks that follow one another on a machine."""
        found = [path[:1]]
        for task in path[1:]:
            if self.left[task] == found[-1][-1]:
                found[-1].append(task)
            else:
                found.append([task])
        return found

    def offer_elsewhere(self, offers: Offers, line: list[int], task: int, machine: int, is_tabu: bool) -> None:
        """Offer the places on another machine between which the task can't close a circle."""
        ends, tails = self.ends, self.tails
        head, tail = ends[self.before[task]], tails[self.after[task]]
        minutes = self.minutes[task][machine]
        least = head + minutes + tail
        if least > offers.estimate and not is_tabu:
            return
        first = bisect_right(line, head, key=ends.__getitem__)
        if is_tabu and least >= offers.best:
            offers.forbidden.append(Move(task, machine, first))
            return
        last, high = 0, len(line)
        while last < high:
            middle = (last + high) // 2
            if tails[line[middle]] > tail:
                last = middle + 1
            else:
                high = middle
        if first >= last:
            # Between what ends before its head and what has no more than its tail nothing is in its way.
            for place in range(last, first + 1):
                offers.offer(least, task, machine, place, is_tabu)
            return
        start = head
        for place in range(first, last + 1):
            estimate = start + minutes + (tails[line[place]] if place < last else tail)
            if is_tabu or estimate <= offers.estimate:
                offers.offer(estimate, task, machine, place, is_tabu)
            if place < last:
                start = ends[line[place]]

    def offer_later(
        self, offers: Offers, line: list[int], task: int, until: int, is_anywhere: bool, is_tabu: bool
    ) -> None:
        """Offer the last place it can take up to `until` further right on its own machine, or all of them."""
        ends, tails, taking = self.ends, self.tails, self.taking
        before, after = self.before, self.after
        here = line.index(task)
        head, tail = ends[before[task]], tails[after[task]]
        end = ends[line[here - 1]] if here else 0
        starts: list[int] = []
        for place in range(here + 1, until + 1):
            passed = line[place]
            if tails[passed] <= tail:
                break
            start = ends[before[passed]]
            start = max(start, end)
            starts.append(start)
            end = start + taking[passed]
            if not is_anywhere and place < until and tails[line[place + 1]] > tail:
                continue
            rest = tail
            if place + 1 < len(line) and tails[line[place + 1]] > rest:
                rest = tails[line[place + 1]]
            rest += taking[task]
            longest = max(head, end) + rest
            for at in range(place, here, -1):
                other = line[at]
                tail_of = tails[after[other]]
                rest = (tail_of if tail_of > rest else rest) + taking[other]
                through = starts[at - here - 1] + rest
                longest = max(longest, through)
            if is_tabu or longest <= offers.estimate:
                offers.offer(longest, task, self.machine[task], place, is_tabu)

    def offer_sooner(
        self, offers: Offers, line: list[int], task: int, until: int, is_anywhere: bool, is_tabu: bool
    ) -> None:
        """Offer the first place it can take down to `until` further left on its own machine, or all of them."""
        ends, tails, taking = self.ends, self.tails, self.taking
        before, after = self.before, self.after
        here = line.index(task)
        head, tail = ends[before[task]], tails[after[task]]
        rest = tails[line[here + 1]] if here + 1 < len(line) else 0
        rests: list[int] = []
        for place in range(here - 1, until - 1, -1):
            passed = line[place]
            if ends[passed] <= head:
                break
            left_over = max(tails[after[passed]], rest)
            rests.append(left_over)
            rest = left_over + taking[passed]
            if not is_anywhere and place > until and ends[line[place - 1]] > head:
                continue
            end = head
            if place and ends[line[place - 1]] > end:
                end = ends[line[place - 1]]
            end += taking[task]
            longest = end + max(tail, rest)
            for at in range(place, here):
                other = line[at]
                head_of = ends[before[other]]
                end = (head_of if head_of > end else end) + taking[other]
                through = rests[here - 1 - at] + end
                longest = max(longest, through)
            if is_tabu or longest <= offers.estimate:
                offers.offer(longest, task, self.machine[task], place, is_tabu)

    def search(self, orders: Orders, bound: float, is_over: Callable[[], bool]) -> Found:
        """Move until nothing better is found for PATIENCE moves, the bound is reached or time is over."""
        orders = [list(line) for line in orders]
        self.load(orders)
        rng, tabu = self.rng, dict[tuple[int, int], int]()
        found = Found(ENDLESS, orders, 0)
        improved_at = 0
        while True:
            last_end = self.evaluate(orders)
            found.moves += 1
            if last_end < found.last_end:
                found.last_end, found.orders = last_end, [list(line) for line in orders]
                improved_at = found.moves
            if found.last_end <= bound or found.moves - improved_at > PATIENCE:
                return found
            if found.moves % 16 == 0 and is_over():
                return found
            offers = Offers(rng, found.last_end)
            for block in self.blocks(self.critical_path(last_end)):
                here = self.machine[block[0]]
                line = orders[here]
                first = line.index(block[0])
                last = first + len(block) - 1
                for task in block:
                    is_first, is_last = task == block[0], task == block[-1]
                    for machine in self.minutes[task]:
                        is_tabu = tabu.get((task, machine), 0) > found.moves
                        if machine != here:
                            self.offer_elsewhere(offers, orders[machine], task, machine, is_tabu)
                            continue
                        if not is_last:
                            self.offer_later(offers, line, task, last, is_first, is_tabu)
                        if not is_first:
                            self.offer_sooner(offers, line, task, first, is_last, is_tabu)
            move = offers.move or (rng.choice(offers.forbidden) if offers.forbidden else None)
            if move is None:
                return found
            old = self.machine[move.task]
            tabu[move.task, old] = found.moves + 10 + 2 * len(self.minutes[move.task]) + rng.randrange(10)
            orders[old].remove(move.task)
            orders[move.machine].insert(move.place, move.task)
            self.machine[move.task] = move.machine
            self.taking[move.task] = self.minutes[move.task][move.machine]

    def between(self, one: Orders, other: Orders) -> Orders:
        """Return a plan between two: machines of either, order by the mean of their start times."""
        share, weight = self.rng.uniform(0.3, 0.7), self.rng.uniform(0.3, 0.7)
        starts: list[list[int]] = []
        machines: list[list[int]] = []
        for orders in (one, other):
            self.load(orders)
            self.evaluate(orders)
            starts.append([self.ends[task] - self.taking[task] for task in range(self.size)])
            machines.append(list(self.machine))
        mixed: Orders = [[] for _ in one]
        for task in range(self.size):
            mixed[machines[self.rng.random() < share][task]].append(task)
        for line in mixed:
            line.sort(key=lambda task: ((1 - weight) * starts[0][task] + weight * starts[1][task], task))
        return mixed

    def random_orders(self) -> Orders:
        """Return any plan: tasks at random as their chains allow, each on one of its quickest machines."""
        orders: Orders = [[] for _ in range(self.machines)]
        free = [task for task in range(self.size) if self.before[task] == self.size]
        while free:
            at = self.rng.randrange(len(free))
            task = free[at]
            machines = sorted(self.minutes[task], key=self.minutes[task].__getitem__)
            orders[self.rng.choice(machines[:2])].append(task)
            if self.after[task] == self.size:
                del free[at]
            else:
                free[at] = self.after[task]
        return orders

    def slots(self, orders: Orders) -> list[Slot]:
        """Return the plan's slots."""
        self.load(orders)
        self.evaluate(orders)
        return [
            Slot(self.machine[task], -1, self.ends[task] - self.taking[task], self.ends[task], self.ends[task])
            for task in range(self.size)
        ]


@dataclass(slots=True)
class Population:
    """Good plans of a job shop, improved one search at a time until `is_over`."""

    shop: JobShop
    starts: list[Orders]
    members: list[Found] = field(default_factory=list)
    moves: int = 0
    idle: int = 0
    """Searches in a row that brought nothing."""
    renewing: int = 0
    """Members still to be made new."""

    @property
    def best(self) -> Found:
        """The best plan so far."""
        return min(self.members, key=lambda one: one.last_end)

    def step(self, bound: float, is_over: Callable[[], bool]) -> None:
        """Search once: from a rule's plan, or from a new one between two members, which may replace the worst.

        When many searches in a row bring nothing, all members but the best make room for plans half-way to random ones.
        """
        shop, rng = self.shop, self.shop.rng
        if self.idle > IDLE:
            self.members, self.idle, self.renewing = [self.best], 0, POPULATION // 2
        if self.moves == 0 or (len(self.members) < len(self.starts) and not self.renewing):
            start = self.starts[min(len(self.members), len(self.starts) - 1)]
        elif self.renewing or len(self.members) < 2:
            self.renewing = max(0, self.renewing - 1)
            start = shop.between(self.best.orders, shop.random_orders())
        else:
            one, other = rng.sample(self.members, 2)
            start = shop.between(one.orders, other.orders)
        found = shop.search(start, bound, is_over)
        self.moves += found.moves
        self.idle += 1
        if self.welcome(found):
            self.idle = 0

    def welcome(self, found: Found) -> bool:
        """Take a plan in, in place of the worst when there is no room; tells whether that is better than what went.

        A plan that is there already stays out.
        """
        if any(found.orders == member.orders for member in self.members):
            return False
        if len(self.members) < POPULATION:
            self.members.append(found)
            return True
        worst = max(range(len(self.members)), key=lambda at: self.members[at].last_end)
        is_better = found.last_end < self.members[worst].last_end
        if found.last_end <= self.members[worst].last_end:
            self.members[worst] = found
        return is_better
