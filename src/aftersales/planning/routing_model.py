"""A case of round trips in the words of PyVRP, and its search."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from aftersales.planning.road import LONGEST_LEG
from aftersales.planning.tours import Lookup, Stop, Van, timed

if TYPE_CHECKING:
    from pyvrp import PenaltyManager, ProblemData, Route, Solution

    from aftersales.planning.routing_pool import RoutePool

UNIT = 1000
"""Solver costs are thousandths of a fen: one metre at one fen a kilometre is 1."""
DEAR = 3
"""Where no complete plan was found, leaving out a stop costs this many times the dearest van of its own. (A price that
dwarfed everything would let the search give up the windows instead.)"""
DEARER = 10
LEAST_PENALTY, MOST_PENALTY = 0.1, 100_000.0
NEVER_S = 2_000_000_000
"""A leg a van may not drive takes longer than any shift can last."""


class Model:
    """PyVRP's data of one case: a location for each stop, a routing profile for each set of stops a van may not serve,
    alternatives in a group for each further time window, reloads for each further trip.
    """

    unit = UNIT

    def __init__(self, look: Lookup, *, must: bool = True) -> None:
        """`must`: whether stops that must be served are required, or only very dear to leave out."""
        self.look, self.must = look, must
        self.fleet = _alike(look)
        self.kinds = sorted({kind for stop in look.case.stops for kind in (*stop.deliver, *stop.collect)})
        self.penalties: PenaltyManager | None = None
        self.names: list[str] = []
        self.client_of: dict[tuple[str, tuple[int, int]], int] = {}
        self.dear = 0 if must else DEAR * max(1, *(self._alone(stop) for stop in look.case.stops))
        self.data = self._data()

    def _alone(self, stop: Stop) -> int:
        """Return what a van costs that serves only this stop, in the solver's unit."""
        look = self.look
        tours = (timed(look, van, [[stop.name]]) for van, _ in self.fleet)
        return math.ceil(UNIT * min((look.tour_cost(tour) for tour in tours if tour is not None), default=0))

    def _data(self) -> ProblemData:
        import numpy as np
        import pyvrp

        look, case = self.look, self.look.case
        kinds = self.kinds
        at = [look.row[depot.place] for depot in case.depots] + [look.row[stop.place] for stop in case.stops]
        metres = np.array(case.legs.metres, dtype=np.int64)[np.ix_(at, at)]
        seconds = np.array(case.legs.seconds, dtype=np.int64)[np.ix_(at, at)]
        depots = [
            pyvrp.Depot(row, tw_early=depot.opens, tw_late=depot.closes, service_duration=depot.loading)
            for row, depot in enumerate(case.depots)
        ]
        place = {depot.name: row for row, depot in enumerate(case.depots)}
        clients: list[pyvrp.Client] = []
        groups: list[pyvrp.ClientGroup] = []
        for number, stop in enumerate(case.stops):
            # A window that closes before the goods are ready is none.
            open_still = [window for window in stop.windows if window[1] >= stop.ready]
            group = None
            if len(open_still) > 1:
                group = len(groups)
                here = list(range(len(clients), len(clients) + len(open_still)))
                groups.append(pyvrp.ClientGroup(here, required=stop.refusal_fen is None and self.must))
            for window in open_still:
                self.client_of[stop.name, window] = len(clients)
                clients.append(self._client(stop, number, window, kinds, group))
                self.names.append(stop.name)
        profiles: dict[frozenset[int], int] = {}
        types = []
        for van, alike in self.fleet:
            barred = frozenset(row for row, stop in enumerate(case.stops) if not look.may(van, stop))
            profile = profiles.setdefault(barred, len(profiles))
            types.append(_type(van, len(alike), profile, place[van.depot], kinds))
        distances, durations = [], []
        for barred in profiles:
            columns = [len(depots) + row for row in sorted(barred)]
            far, long = metres.copy(), seconds.copy()
            far[:, columns], long[:, columns] = LONGEST_LEG, NEVER_S
            np.fill_diagonal(far, 0)
            np.fill_diagonal(long, 0)
            distances.append(far)
            durations.append(long)
        points = [pyvrp.Location(0, 0) for _ in at]
        return pyvrp.ProblemData(points, clients, depots, types, distances, durations, groups)

    def _client(
        self, stop: Stop, number: int, window: tuple[int, int], kinds: Sequence[str], group: int | None
    ) -> object:
        import pyvrp

        price = self.dear if stop.refusal_fen is None else stop.refusal_fen * UNIT
        optional = stop.refusal_fen is not None or not self.must
        return pyvrp.Client(
            len(self.look.case.depots) + number,
            delivery=[stop.deliver.get(kind, 0) for kind in kinds],
            pickup=[stop.collect.get(kind, 0) for kind in kinds],
            service_duration=stop.service,
            tw_early=window[0],
            tw_late=window[1],
            release_time=stop.ready,
            prize=price if optional else 0,
            required=not optional and group is None,
            group=group,
        )

    def search(
        self,
        until: Callable[[float], bool],
        *,
        seed: int,
        start: Solution | None,
        history: int,
        pool: RoutePool | None = None,
    ) -> Solution:
        """Return the best solution found from `start` (or from a random one), complete or not.

        `until` is asked before every iteration with the best cost so far (the largest integer before there is a
        complete plan). `history`: how many iterations ago a solution must have been worse for the search to move on
        (late acceptance). `pool` gathers the routes of solutions on the way.
        """
        import pyvrp
        from pyvrp.search import OPERATORS, LocalSearch, PerturbationManager, compute_neighbours

        dice = pyvrp.RandomNumberGenerator(seed=seed)
        local = LocalSearch(self.data, dice, compute_neighbours(self.data), PerturbationManager())
        for operator in OPERATORS:
            if operator.supports(self.data):
                local.add_operator(operator(self.data))
        if self.penalties is None:
            self.penalties = pyvrp.PenaltyManager(self._fair_penalties())
        if start is None:
            start = local(
                pyvrp.Solution.make_random(self.data, dice), self.penalties.max_cost_evaluator(), exhaustive=True
            )
        callbacks = pool.callbacks() if pool is not None else pyvrp.IteratedLocalSearchCallbacks()
        params = pyvrp.IteratedLocalSearchParams(history_length=history, callbacks=callbacks)
        with warnings.catch_warnings():
            # A case without a complete plan is no fault of the settings; the caller hears of it by what is missed.
            warnings.simplefilter("ignore", pyvrp.exceptions.PenaltyBoundWarning)
            search = pyvrp.IteratedLocalSearch(self.data, self.penalties, local, start, params)
            return search.run(until, collect_stats=False).best

    def _fair_penalties(self) -> tuple[list[float], float, float]:
        """Return what a unit of overload, lateness and overlength costs at first: ten mean legs for a mean amount.

        The solver's own first penalties don't know the money: in a short search they never come down to where crossing
        a limit for a moment pays.
        """
        import numpy as np

        legs = np.ix_(*[[self.look.row[stop.place] for stop in self.look.case.stops]] * 2)
        metres, seconds = np.array(self.look.case.legs.metres)[legs], np.array(self.look.case.legs.seconds)[legs]
        price = min(
            van.fen_per_km * metres.mean() + van.fen_per_hour * UNIT / 3600 * seconds.mean() for van, _ in self.fleet
        )
        loads = [
            sum(max(stop.deliver.get(kind, 0), stop.collect.get(kind, 0)) for stop in self.look.case.stops)
            for kind in self.kinds
        ]
        many = len(self.look.case.stops)

        def for_each(amount: float) -> float:
            return min(MOST_PENALTY, max(LEAST_PENALTY, DEARER * float(price) / max(1.0, amount)))

        return [for_each(load / many) for load in loads], for_each(seconds.mean()), for_each(metres.mean())

    def solution(self, start: Mapping[str, Sequence[Sequence[str]]]) -> Solution:
        """Return each van's trips as a solution of this model; a van with trips against the rules stays at home."""
        import pyvrp

        routes: list[Route] = []
        for kind, (van, alike) in enumerate(self.fleet):
            depot = [depot.name for depot in self.look.case.depots].index(van.depot)
            for name in alike:
                tour = timed(self.look, van, start.get(name, ()))
                way: list[pyvrp.Activity] = []
                for trip in tour.trips if tour is not None else ():
                    if way:
                        way.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, depot))
                    for visit in trip.visits:
                        windows = self.look.stops[visit.stop].windows
                        used = next(window for window in windows if window[0] <= visit.start <= window[1])
                        way.append(pyvrp.Activity(pyvrp.ActivityType.CLIENT, self.client_of[visit.stop, used]))
                if way:
                    routes.append(pyvrp.Route(self.data, way, kind))
        return pyvrp.Solution(self.data, routes)

    def rows(self, solution: Solution) -> dict[str, list[list[str]]]:
        """Return a solution as each van's trips; a route the house's own clock refuses is left to be filled in anew."""
        free = {kind: list(alike) for kind, (_, alike) in enumerate(self.fleet)}
        rows: dict[str, list[list[str]]] = {}
        for route in solution.routes():
            trips: list[list[str]] = [[]]
            for activity in route:
                if activity.is_client():
                    trips[-1].append(self.names[activity.idx])
                elif trips[-1]:
                    trips.append([])
            trips = [trip for trip in trips if trip]
            name = free[route.vehicle_type()].pop(0)
            if timed(self.look, self.look.vans[name], trips) is not None:
                rows[name] = trips
        return rows


def _type(van: Van, many: int, profile: int, depot: int, kinds: Sequence[str]) -> object:
    import pyvrp

    limits = {}
    if van.most_metres is not None:
        limits["max_distance"] = van.most_metres
    if van.most_seconds is not None:
        limits["shift_duration"] = van.most_seconds
    return pyvrp.VehicleType(
        many,
        [van.capacity.get(kind, 0) for kind in kinds],
        depot,
        depot,
        fixed_cost=van.fen_per_day * UNIT,
        tw_early=van.shift_start,
        tw_late=van.shift_end,
        unit_distance_cost=van.fen_per_km,
        unit_duration_cost=round(van.fen_per_hour * UNIT / 3600),
        profile=profile,
        reload_depots=[depot] if van.trips > 1 else [],
        max_reloads=van.trips - 1,
        **limits,
    )


def _alike(look: Lookup) -> list[tuple[Van, list[str]]]:
    """Return one van of each kind with the names of all that are like it: the solver need not tell them apart."""
    pinned = {stop.van for stop in look.case.stops}
    kinds: dict[object, tuple[Van, list[str]]] = {}
    for van in look.case.vans:
        kind = (
            van.depot,
            van.shift_start,
            van.shift_end,
            tuple(sorted(van.capacity.items())),
            van.abilities,
            (van.trips, van.most_metres, van.most_seconds),
            (van.fen_per_km, van.fen_per_hour, van.fen_per_day),
            van.name if van.name in pinned else None,
        )
        kinds.setdefault(kind, (van, []))[1].append(van.name)
    return list(kinds.values())
