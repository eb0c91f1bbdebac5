"""Round trips of vans: which van serves which stops, in which order, when; through the field's own solver (PyVRP).

PyVRP's iterated local search finds the tours; everything it finds is timed again by `tours.timed`, so what leaves this
module keeps the hard limits even where the solver reads a rule more kindly. PyVRP proves no bound; the floor that is
reported is the assignment relaxation of `routing_bound`. One thread: `Effort.workers` changes nothing here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from aftersales.planning.effort import Effort, Progress
from aftersales.planning.routing_bound import assignment_bound
from aftersales.planning.routing_model import Model
from aftersales.planning.routing_reasons import reasons
from aftersales.planning.routing_refusals import tour_problems
from aftersales.planning.sentences import refuse
from aftersales.planning.tours import Lookup, Tour, TourCase, TourPlan, timed

Rows = dict[str, list[list[str]]]
"""Each van's trips as lists of stops."""

TELL_EVERY_S = 0.25
PATIENCE = 0.5
"""The share of the effort after which a case without any complete plan is planned with stops left out."""


def plan_tours(case: TourCase, effort: Effort, *, before: TourPlan | None = None) -> TourPlan:
    """Return the cheapest tours found within the effort; `Effort.work` counts iterations of the search.

    `before`: a plan to start from (what still holds of it). Objective: fen of kilometres, paid hours, vans used and
    refused stops (PURC-02, cheap); windows, loads, abilities, shifts and limits are never broken. A stop that must be
    served and for which no place was found is named in `missed`. Raises InputRefused with every problem of the input.
    """
    refuse(tour_problems(case))
    look = Lookup.of(case)
    if not case.stops:
        return finished(look, {}, bound=0.0, work=0)
    bound = assignment_bound(look)
    start = filled(look, kept(look, before), effort.cancelled) if before is not None else None
    model = Model(look)
    watch = _Watch(effort, bound, model.unit)
    rows: Rows | None = None
    if not effort.cancelled():
        rows = model.search(watch, seed=effort.seed, start=start)
    if rows is None and not effort.cancelled():
        watch.patient = False
        rows = Model(look, must=False).search(watch, seed=effort.seed, start=start)
    found = [each for each in (rows, start) if each is not None] or [{}]
    plans = [finished(look, filled(look, each, lambda: False), bound, watch.turns) for each in found]
    return min(plans, key=lambda plan: (len(plan.missed), plan.cost))


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

    def __init__(self, effort: Effort, bound: float | None, unit: int) -> None:
        self.effort, self.bound, self.unit = effort, bound, unit
        self.began = self.told = time.perf_counter()
        self.turns = 0
        self.patient = True
        self.best: float | None = None

    def done(self) -> float:
        """Return the share of the effort that is used."""
        if self.effort.work is not None:
            return self.turns / self.effort.work if self.effort.work > 0 else 1.0
        spent = time.perf_counter() - self.began
        return spent / self.effort.seconds if self.effort.seconds > 0 else 1.0

    def __call__(self, best_cost: float) -> bool:
        """Whether to stop now; asked by the solver before each iteration with its best complete cost (or inf)."""
        if self.effort.cancelled():
            return True
        done = self.done()
        found = best_cost < float("inf")
        if found:
            self.best = best_cost / self.unit
        now = time.perf_counter()
        if now - self.told >= TELL_EVERY_S or done >= 1:
            self.told = now
            self.effort.tell(Progress(min(done, 1.0), self.best, self.bound))
        if done >= 1 or (self.patient and not found and done >= PATIENCE):
            return True
        self.turns += 1
        return False
