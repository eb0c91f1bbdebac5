"""A proved floor under the cost of round trips: the assignment relaxation.

Every served stop is entered once and left once, every trip leaves a depot once and returns once; that one closed tour
should come of it is given up. What remains is a linear assignment, solved exactly (Toth and Vigo, The Vehicle Routing
Problem, 2002, section 2.2). It is weak (a third below the optimum is common) and costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aftersales.planning.tours import Lookup, Stop, Van

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

NEVER = 1e15
MOST_NODES = 1_500
"""Beyond this many stops and trips the relaxation would take seconds; no bound is given then."""


def assignment_bound(look: Lookup) -> float | None:
    """Return fen below which no plan that serves or refuses every stop can be; None where none could be proved."""
    stops = look.case.stops
    doors = [van for van in look.case.vans for _ in range(min(van.trips, len(stops)))]
    if not stops:
        return 0.0
    if len(stops) + len(doors) > MOST_NODES:
        return None
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    size, total = len(stops), len(stops) + len(doors)
    fen = np.full((total, total), NEVER)
    for van in _kinds(look.case.vans):
        between, out, back, reach = _of_van(look, van, stops)
        may = np.array([look.may(van, stop) for stop in stops]) & reach
        both = may[:, None] & may[None, :]
        fen[:size, :size] = np.where(both, np.minimum(fen[:size, :size], between), fen[:size, :size])
        for door, of in enumerate(doors):
            row = size + door
            # A van pays for its day once; spread over the trips it may make, that is never more than it pays.
            day = of.fen_per_day / min(of.trips, size)
            if _kind(of) == _kind(van):
                fen[row, :size] = np.where(may, day + out, NEVER)
            fen[:size, row] = np.where(may, np.minimum(fen[:size, row], back), fen[:size, row])
    fen[size:, size:] = 0.0
    for place, stop in enumerate(stops):
        fen[place, place] = NEVER if stop.refusal_fen is None else stop.refusal_fen
    rows, columns = linear_sum_assignment(fen)
    least = float(fen[rows, columns].sum())
    return None if least >= NEVER else least


def _kind(van: Van) -> tuple[object, ...]:
    return (
        van.depot,
        van.abilities,
        tuple(sorted(van.capacity.items())),
        van.shift_start,
        van.shift_end,
        van.fen_per_km,
        van.fen_per_hour,
        van.name,
    )


def _kinds(vans: Sequence[Van]) -> list[Van]:
    return list({_kind(van): van for van in vans}.values())


def _of_van(
    look: Lookup, van: Van, stops: Sequence[Stop]
) -> tuple[NDArray[float64], NDArray[float64], NDArray[float64], NDArray[float64]]:
    """Return the fen a van needs between stops, out to each, back from each; and which it can reach in time."""
    import numpy as np

    depot = look.depots[van.depot]
    home = look.row[depot.place]
    rows = np.array([look.row[stop.place] for stop in stops])
    metres, seconds = np.array(look.case.legs.metres), np.array(look.case.legs.seconds)
    opens = np.array([min(window[0] for window in stop.windows) for stop in stops])
    closes = np.array([max(window[1] for window in stop.windows) for stop in stops])
    service = np.array([stop.service for stop in stops])
    early = np.array([max(van.shift_start, depot.opens, stop.ready) for stop in stops]) + depot.loading
    # A way through other stops may be quicker than the table's own leg, so the quickest way of all is what is proved.
    first = np.maximum(opens, early + _quickest(seconds, home)[rows])
    leaves = first + service
    meet = leaves[:, None] + seconds[np.ix_(rows, rows)] <= closes[None, :]

    def fen(length: NDArray[float64], time: NDArray[float64]) -> NDArray[float64]:
        cost: NDArray[float64] = length * van.fen_per_km / 1000 + time * van.fen_per_hour / 3600
        return cost

    between = fen(metres[np.ix_(rows, rows)], seconds[np.ix_(rows, rows)] + service[None, :])
    out = fen(metres[home, rows], seconds[home, rows] + service + depot.loading)
    back = fen(metres[rows, home], seconds[rows, home])
    home_by = leaves + _quickest(seconds.T, home)[rows]
    reach = (first <= closes) & (home_by <= min(van.shift_end, depot.closes))
    return np.where(meet, between, NEVER), out, back, reach


def _quickest(seconds: NDArray[float64], start: int) -> NDArray[float64]:
    """Return the seconds of the quickest way from one place to each, through any others (Bellman-Ford)."""
    best = seconds[start]
    while True:
        better = (best[:, None] + seconds).min(axis=0)
        if (better >= best).all():
            return best  # type: ignore[no-any-return]
        best = better
