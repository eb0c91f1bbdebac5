"""Routes seen on the way, and the best plan that can be put together of them (set partitioning).

A search that has settled down often holds the routes of a better plan in solutions it passed by; choosing among them is
a small integer program (Rochat and Taillard, Journal of Heuristics 1, 1995), solved by HiGHS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersales.planning.routing_model import UNIT, Model
from aftersales.planning.tours import Stop

if TYPE_CHECKING:
    from pyvrp import CostEvaluator, IteratedLocalSearchCallbacks, Route, Solution

EVERY = 4
"""One solution in so many is looked at."""
MOST_ROUTES = 12_000
Key = tuple[int, tuple[int, ...]]
DEPOT = -1


class RoutePool:
    """Every feasible route of complete solutions seen, each once: its kind of van, its way, its cost."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.routes: dict[Key, float] = {}

    def callbacks(self) -> IteratedLocalSearchCallbacks:
        """Return what the solver calls after each iteration."""
        from pyvrp import IteratedLocalSearchCallbacks

        pool = self

        class Gather(IteratedLocalSearchCallbacks):  # type: ignore[misc]
            turn = 0

            def on_iteration(
                self, current: Solution, candidate: Solution, best: Solution, cost_evaluator: CostEvaluator
            ) -> None:
                self.turn += 1
                if self.turn % EVERY == 0 and len(pool.routes) < MOST_ROUTES and candidate.is_feasible():
                    for route in candidate.routes():
                        pool.add(route)

        return Gather()

    def add(self, route: Route) -> None:
        """Remember a route."""
        way = tuple(activity.idx if activity.is_client() else DEPOT for activity in route)
        key = (route.vehicle_type(), way)
        if key not in self.routes:
            kind = self.model.data.vehicle_type(route.vehicle_type())
            cost = route.distance_cost() + route.duration_cost() + kind.fixed_cost
            self.routes[key] = cost / UNIT

    def best(self, *, seconds: float | None, nodes: int | None) -> Solution | None:
        """Return the cheapest plan of remembered routes, None when none was found within the limits.

        `nodes` limits the tree instead of the clock, for calls that must come out alike.
        """
        import numpy as np
        from pyvrp import Solution
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_matrix, hstack, identity

        if not self.routes:
            return None
        keys = list(self.routes)
        stops = self.model.look.case.stops
        number = {stop.name: row for row, stop in enumerate(stops)}
        owner = [number[name] for name in self.model.names]
        rows = [owner[client] for _, way in keys for client in way if client != DEPOT]
        columns = [column for column, (_, way) in enumerate(keys) for client in way if client != DEPOT]
        cover = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(stops), len(keys)))
        free = [row for row, stop in enumerate(stops) if self._optional(stop)]
        leave = identity(len(stops), format="csc")[:, free]
        kinds = [kind for kind, _ in keys]
        fleet = csr_matrix((np.ones(len(keys)), (kinds, range(len(keys)))), shape=(len(self.model.fleet), len(keys)))
        idle = csr_matrix((len(self.model.fleet), len(free)))
        prices = [self._price(stops[row]) for row in free]
        limits: dict[str, float] = {"mip_rel_gap": 0.0}
        if seconds is not None:
            limits["time_limit"] = max(0.05, seconds)
        if nodes is not None:
            limits["node_limit"] = nodes
        found = milp(
            np.array([*(self.routes[key] for key in keys), *prices]),
            constraints=[
                LinearConstraint(hstack([cover, leave]), 1, 1),
                LinearConstraint(hstack([fleet, idle]), 0, [len(alike) for _, alike in self.model.fleet]),
            ],
            integrality=np.ones(len(keys) + len(free)),
            bounds=Bounds(0, 1),
            options=limits,
        )
        if found.x is None:
            return None
        chosen = [keys[column] for column in np.flatnonzero(found.x[: len(keys)] > 0.5)]
        solution = Solution(self.model.data, [self._route(key) for key in chosen])
        return solution if solution.is_feasible() else None

    def _optional(self, stop: Stop) -> bool:
        return stop.refusal_fen is not None or not self.model.must

    def _price(self, stop: Stop) -> float:
        return stop.refusal_fen if stop.refusal_fen is not None else self.model.dear / UNIT

    def _route(self, key: Key) -> Route:
        from pyvrp import Activity, ActivityType, Route

        kind, way = key
        depot = self.model.data.vehicle_type(kind).start_depot
        inner = way[1:-1] if way and way[0] == DEPOT else way
        activities = [
            Activity(ActivityType.DEPOT, depot) if client == DEPOT else Activity(ActivityType.CLIENT, client)
            for client in inner
        ]
        return Route(self.model.data, activities, kind)
