"""Playing stock policies out day by day: how the formulas and other people's rules are checked.

It knows nothing of the formulas. A day begins with deliveries, then demand is served or owed, then the review orders;
what is ordered on day t can serve day t + lead time + 1, so a lead time of zero arrives over night.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rule:
    """When and how much each line orders: at position `reorder_point` or less, up to at least `order_up_to`.

    In whole lots of `lot`: the fewest that reach it. (s, nQ) is `order_up_to` = s + 1; Min/Max has a lot of 1.
    """

    reorder_point: Floats
    order_up_to: Floats
    lot: Floats


@dataclass(frozen=True, slots=True)
class Played:
    """What happened in the days that count, one entry a line.

    `asked` and `served` units (served: from the shelf on the day); `calls` days with demand and `met` those served in
    full; `on_hand` and `owed` mean units; `orders` number of orders; `cycles` eves of a possible delivery, and
    `quiet_cycles` those on which nothing was owed.
    """

    asked: Floats
    served: Floats
    calls: Floats
    met: Floats
    on_hand: Floats
    owed: Floats
    orders: Floats
    cycles: Floats
    quiet_cycles: Floats


def play(
    demand: Floats,
    rule: Callable[[int], Rule],
    lead_days: Floats,
    *,
    review_days: int = 1,
    count_from: int = 0,
    delay: Callable[[int], Floats] | None = None,
) -> Played:
    """Play `demand` [line, day] against the rule of each day; days before `count_from` only warm up.

    Negative demand is a return and goes on the shelf. Every line starts at its order-up-to level. `delay(day)` gives
    extra days for orders placed that day (a lead time that scatters; orders may then overtake each other).
    """
    lines, days = demand.shape
    first = rule(0)
    shelf = np.maximum(first.order_up_to, first.reorder_point + first.lot).astype(np.float64)
    waiting, coming = np.zeros(lines), np.zeros(lines)
    longest = int(lead_days.max(initial=0)) + (0 if delay is None else 1 + 4 * int(lead_days.max(initial=0)) + 365)
    arriving = np.zeros((longest + 2, lines))
    rows = np.arange(lines)
    total = {name: np.zeros(lines) for name in Played.__slots__}
    for day in range(days):
        counts = float(day >= count_from)
        slot = day % len(arriving)
        delivered = arriving[slot].copy()
        arriving[slot] = 0.0
        coming -= delivered
        paid = np.minimum(delivered, waiting)
        waiting -= paid
        shelf += delivered - paid
        morning = shelf.copy()
        asked = demand[:, day]
        back = np.maximum(-asked, 0.0)
        asked = np.maximum(asked, 0.0)
        served = np.minimum(asked, shelf)
        shelf += back - served
        waiting += asked - served
        settled = np.minimum(waiting, shelf)
        waiting, shelf = waiting - settled, shelf - settled
        called = asked > 0
        for name, value in (("asked", asked), ("served", served), ("calls", called),
                            ("met", called & (served >= asked)), ("on_hand", (morning + shelf) / 2),
                            ("owed", waiting)):  # fmt: skip
            total[name] += counts * value
        # The eve of a possible delivery is when a cycle is judged.
        eve = (day - lead_days.astype(np.int64)) % review_days == 0
        total["cycles"] += counts * eve
        total["quiet_cycles"] += counts * (eve & (waiting <= 0))
        if day % review_days == 0:
            now = rule(day)
            position = shelf + coming - waiting
            lots = np.ceil(np.maximum(now.order_up_to - position, 0.0) / now.lot)
            order = np.where(position <= now.reorder_point, lots * now.lot, 0.0)
            wait = lead_days.astype(np.int64) + 1
            if delay is not None:
                wait = np.clip(wait + np.round(delay(day)).astype(np.int64), 1, longest + 1)
            arriving[(day + wait) % len(arriving), rows] += order
            coming += order
            total["orders"] += counts * (order > 0)
    counted = max(days - count_from, 1)
    total["on_hand"] /= counted
    total["owed"] /= counted
    return Played(**total)


def play_echelons(
    warehouse_units: int,
    supply_days: int,
    station_units: Sequence[int],
    transport_days: Sequence[int],
    demand: Floats,
    *,
    count_from: int,
) -> tuple[Floats, Floats]:
    """Play one-for-one orders through a warehouse, first come first served; return each station's fill and owed units.

    `demand` [station, day] in whole units. Orders of a day reach the warehouse in the order in which the stations are
    listed, a different one first each day.
    """
    stations, days = demand.shape
    shelf, waiting = np.array(station_units, dtype=float), np.zeros(stations)
    central, queue = warehouse_units, deque[int]()
    from_supplier: Counter[int] = Counter()
    to_station: dict[int, Counter[int]] = {}
    asked, served, owed = np.zeros(stations), np.zeros(stations), np.zeros(stations)
    for day in range(days):
        central += from_supplier.pop(day, 0)
        while central and queue:
            central -= 1
            place = queue.popleft()
            to_station.setdefault(day + transport_days[place], Counter())[place] += 1
        for place, units in to_station.pop(day, Counter()).items():
            paid = min(units, waiting[place])
            waiting[place] -= paid
            shelf[place] += units - paid
        now = demand[:, day]
        out = np.minimum(now, shelf)
        shelf -= out
        waiting += now - out
        if day >= count_from:
            asked, served, owed = asked + now, served + out, owed + waiting
        for place in np.roll(np.arange(stations), day % stations).tolist():
            for _unit in range(int(now[place])):
                from_supplier[day + supply_days + 1] += 1
                if central and not queue:
                    central -= 1
                    to_station.setdefault(day + 1 + transport_days[place], Counter())[place] += 1
                else:
                    queue.append(place)
    return served / np.maximum(asked, 1), owed / max(days - count_from, 1)
