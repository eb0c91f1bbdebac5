"""Round trips of vans: which van serves which stops, in which order, when; through the field's own solver (PyVRP).

PyVRP's iterated local search finds the tours; everything it finds is timed again by `tours.timed`, so what leaves this
module keeps the hard limits even where the solver reads a rule more kindly. PyVRP proves no bound; the floor that is
reported is the assignment relaxation of `routing_bound`. One thread: `Effort.workers` changes nothing here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from aftersales.planning.effort import Effort, Progress
from aftersales.planning.routing_bound import assignment_bound
from aftersales.planning.routing_model import UNIT, Model
from aftersales.planning.routing_pool import RoutePool
from aftersales.planning.routing_reasons import reasons
from aftersales.planning.routing_refusals import tour_problems
from aftersales.planning.sentences import refuse
from aftersales.planning.tours import Lookup, Tour, TourCase, TourPlan, timed

if TYPE_CHECKING:
    from pyvrp import Solution

Rows = dict[str, list[list[str]]]
"""Each van's trips as lists of stops."""

TELL_EVERY_S = 0.25
PATIENCE = 0.5
"""The share of the effort after which a case without any complete plan is planned with stops left out."""
INCOMPLETE = 2**62
"""The solver's cost of a solution that breaks a limit is the largest integer."""
PHASES = ((0.05, False), (0.40, False), (0.75, True), (1.0, False))
"""Shares of the effort at which a search ends, and whether it began anew instead of from the best so far."""
FIRST_HISTORY = 50
HISTORY_SHARE = 60
"""Late acceptance settles down after a multiple of its history; so many histories fit into what is left."""
POOL_SHARE = 0.03
POOL_NODES = 50
LEAST_HISTORY, MOST_HISTORY = 20, 2_000


def plan_tours(case: TourCase, effort: Effort, *, before: TourPlan | None = None) -> TourPlan:
    """Return the cheapest tours found within the effort; `Effort.work` counts iterations of the search.

    `before`: a plan to start from (what still holds of it). Objective: fen of kilometres, paid hours, vans used and
    refused stops (PURC-02, cheap); windows, loads, abilities, shifts and limits are never broken. A stop that must be
    served and for which no place was found is named in `missed`. Raises InputRefused with every problem of the input.
    """
    watch = _Watch(effort)
    refuse(tour_problems(case))
    look = Lookup.of(case)
    if not case.stops:
        return finished(look, {}, bound=0.0, work=0)
    bound = assignment_bound(look)
    start = filled(look, kept(look, before), effort.cancelled) if before is not None else None
    watch.bound = bound
    found = [] if effort.cancelled() else [_searched(look, watch, start)]
    found += [start] if start is not None else []
    plans = [finished(look, filled(look, each, lambda: False), bound, watch.turns) for each in found or [{}]]
    return min(plans, key=lambda plan: (len(plan.missed), plan.cost))


def _searched(look: Lookup, watch: _Watch, start: Rows | None) -> Rows:
    """Return the best tours the solver finds: a short look round that shows how fast it is, a long search whose
    patience fits what is left, the best of all routes seen, a last search from there.

    When half the effort has brought no complete plan, stops that must be served may be left out, dearly.
    """
    model = Model(look)
    if not model.names:
        return {}
    best: Solution | None = None if start is None else model.solution(start)
    pool = RoutePool(model)
    for number, (mark, anew) in enumerate(PHASES):
        if watch.over(mark):
            continue
        seed = watch.effort.seed + number
        history = watch.history(mark) if number else FIRST_HISTORY
        watch.until = mark
        last = number == len(PHASES) - 1
        origin = None if anew and start is None and model.must else best
        found = model.search(watch, seed=seed, start=origin, history=history, pool=None if last else pool)
        best = _better(best, found)
        if model.must and not best.is_feasible() and watch.done() >= PATIENCE and not watch.effort.cancelled():
            rows = filled(look, model.rows(best), watch.effort.cancelled)
            model, watch.patient = Model(look, must=False), False
            pool, best = RoutePool(model), model.solution(rows)
            best = _better(best, model.search(watch, seed=seed, start=best, history=history, pool=pool))
        if number == len(PHASES) - 2 and not watch.effort.cancelled():
            by_clock = watch.effort.work is None
            seconds = watch.effort.seconds * POOL_SHARE if by_clock else None
            joined = pool.best(seconds=seconds, nodes=None if by_clock else POOL_NODES)
            best = best if joined is None else _better(best, joined)
    return model.rows(best) if best is not None else {}


def _better(one: Solution | None, other: Solution) -> Solution:
    """Return the complete one of two solutions, of two complete ones the cheaper."""
    if one is None or not one.is_feasible():
        return other
    return other if other.is_feasible() and _price(other) < _price(one) else one


def _price(solution: Solution) -> int:
    """Return the cost of a complete solution in the solver's unit."""
    spent = solution.distance_cost() + solution.duration_cost() + solution.fixed_vehicle_cost()
    return spent + solution.uncollected_prizes()  # type: ignore[no-any-return]


def kept(look: Lookup, before: TourPlan) -> Rows:
    """Return what of an older plan is still allowed: known vans and stops, each tour as far as it still works."""
    rows: Rows = {}
    seen: set[str] = set()
    for tour in before.tours:
        van = look.vans.get(tour.van)
        if van is None or van.name in rows:
            continue
        trips: list[list[str]] = []
        for trip in tour.trips:
            trips.append([])
            for visit in trip.visits:
                known = visit.stop in look.stops and visit.stop not in seen
                if known and timed(look, van, [*trips[:-1], [*trips[-1], visit.stop]]) is not None:
                    trips[-1].append(visit.stop)
                    seen.add(visit.stop)
        rows[van.name] = [trip for trip in trips if trip]
    return rows


def filled(look: Lookup, rows: Rows, stop_early: Callable[[], bool]) -> Rows:
    """Return the rows with every missing stop put where it costs least; none that is dearer than its refusal."""
    rows = {van: [list(trip) for trip in trips] for van, trips in rows.items()}
    there = {name for trips in rows.values() for trip in trips for name in trip}
    missing = [stop for stop in look.case.stops if stop.name not in there]
    for stop in sorted(missing, key=lambda each: (each.refusal_fen is not None, max(w[1] for w in each.windows))):
        if stop_early():
            break
        best: tuple[float, str, list[list[str]]] | None = None
        for van in look.case.vans:
            if not look.may(van, stop):
                continue
            trips = rows.get(van.name, [])
            now = timed(look, van, trips)
            cost = look.tour_cost(now) if now is not None else 0.0
            for tried in _with(trips, stop.name):
                tour = timed(look, van, tried)
                more = look.tour_cost(tour) - cost if tour is not None else None
                if more is not None and (best is None or more < best[0]):
                    best = (more, van.name, tried)
        if best is not None and (stop.refusal_fen is None or best[0] < stop.refusal_fen):
            rows[best[1]] = best[2]
    return rows


def _with(trips: Sequence[Sequence[str]], name: str) -> list[list[list[str]]]:
    """Return every way to put a stop into a tour: anywhere in a trip, or as a trip of its own."""
    ways = []
    for number, trip in enumerate(trips):
        for place in range(len(trip) + 1):
            ways.append([list(each) for each in trips])
            ways[-1][number].insert(place, name)
    for number in range(len(trips) + 1):
        ways.append([*(list(each) for each in trips[:number]), [name], *(list(each) for each in trips[number:])])
    return ways


def finished(look: Lookup, rows: Rows, bound: float | None, work: int) -> TourPlan:
    """Return the plan of rows, timed, priced and explained."""
    tours: list[Tour] = []
    for van in look.case.vans:
        tour = timed(look, van, rows.get(van.name, []))
        if tour is not None:
            tours.append(tour)
    there = {name for tour in tours for name in tour.stops()}
    out = [stop for stop in look.case.stops if stop.name not in there]
    refused = tuple(stop.name for stop in out if stop.refusal_fen is not None)
    missed = tuple(stop.name for stop in out if stop.refusal_fen is None)
    cost = sum(look.tour_cost(tour) for tour in tours) + sum(stop.refusal_fen or 0 for stop in out)
    if missed:
        bound = None
    return TourPlan(
        tuple(tours),
        refused,
        missed,
        sum(look.tour_metres(tour) for tour in tours),
        cost,
        bound,
        None if bound is None else (1 - bound / cost if cost > 0 else 0.0),
        work,
        reasons(look, tours, refused, missed),
    )


class _Watch:
    """Stops the search at its limit, counts its iterations, tells the progress."""

    def __init__(self, effort: Effort) -> None:
        self.effort = effort
        self.bound: float | None = None
        self.began = self.told = time.perf_counter()
        self.turns = 0
        self.until = 1.0
        self.patient = True
        self.best: float | None = None

    def done(self) -> float:
        """Return the share of the effort that is used."""
        if self.effort.work is not None:
            return self.turns / self.effort.work if self.effort.work > 0 else 1.0
        spent = time.perf_counter() - self.began
        return spent / self.effort.seconds if self.effort.seconds > 0 else 1.0

    def over(self, mark: float) -> bool:
        """Whether a share of the effort is used up, or nobody wants the plan any more."""
        return self.effort.cancelled() or self.done() >= mark

    def history(self, mark: float) -> int:
        """Return the history that lets the search settle down by a mark, from its speed so far."""
        done = self.done()
        left = self.turns * (mark - done) / done if done > 0 else 0
        return min(MOST_HISTORY, max(LEAST_HISTORY, round(left / HISTORY_SHARE)))

    def __call__(self, best_cost: float) -> bool:
        """Whether to stop now; asked by the solver before each iteration with its best cost."""
        if self.effort.cancelled():
            return True
        done = self.done()
        found = best_cost < INCOMPLETE
        if found:
            self.best = best_cost / UNIT
        now = time.perf_counter()
        if now - self.told >= TELL_EVERY_S or done >= 1:
            self.told = now
            self.effort.tell(Progress(min(done, 1.0), self.best, self.bound))
        if done >= self.until or (self.patient and not found and done >= PATIENCE):
            return True
        self.turns += 1
        return False
