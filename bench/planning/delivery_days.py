"""Parts to the stations on seeded days: round trips planned by us against loading the nearest next stop."""

from __future__ import annotations

import random
import statistics

from aftersales.planning.delivery import (
    Carrier,
    Consignment,
    DeliveryCase,
    Line,
    chosen_classes,
    loading_lists,
    measured,
    plan_delivery,
    tour_case,
)
from aftersales.planning.delivery_checks import delivery_faults
from aftersales.planning.effort import Effort
from aftersales.planning.road import CrowRoad, Place
from aftersales.planning.routing import finished
from aftersales.planning.tours import Depot, Lookup, TourPlan, timed
from bench.__main__ import Goal

FIRST_DAY = 100
HOUR = 3_600
GOALS = (
    *(
        goal
        for key, named in (("ours", "ours"), ("next", "nearest next stop"))
        for goal in (
            Goal(
                f"delivery_in_time_{key}",
                f"delivery days, {named}: consignments in time (PURC-02)",
                "%",
                None,
                more=True,
            ),
            Goal(f"delivery_right_{key}", f"delivery days, {named}: order lines loaded right", "%", None, more=True),
            Goal(f"delivery_safe_{key}", f"delivery days, {named}: trips safe", "%", None, more=True),
            Goal(f"delivery_fen_{key}", f"delivery days, {named}: cost of a consignment", "fen", None),
            Goal(f"delivery_km_{key}", f"delivery days, {named}: kilometres a consignment", "km", None),
        )
    ),
    Goal("delivery_saved", "delivery days, ours: kilometres saved against a trip for each", "%", None, more=True),
    Goal("delivery_wrong", "delivery plans the checker refuses", "", 0),
)


def spots(seed: int) -> list[Place]:
    """Return the warehouse and the stations of a day."""
    dice = random.Random(seed)
    stations = [Place(f"station {n}", 31 + dice.gauss(0, 0.18), 121 + dice.gauss(0, 0.22)) for n in range(30)]
    return [Place("warehouse", 31.02, 121.05), *stations]


def day(seed: int, *, orders: int = 70) -> DeliveryCase:
    """Return a day: a warehouse, 30 stations within 60 km, morning and afternoon windows, three dangerous classes."""
    dice = random.Random(seed + 10_000)
    places = spots(seed)
    stations = places[1:]
    consignments = []
    for number in range(orders):
        station = dice.choice(stations).name
        window = dice.choice(((8, 12), (8, 17), (9, 11), (13, 17), (14, 16)))
        hazard = dice.choice((None,) * 12 + ("battery", "airbag", "paint"))
        lines = tuple(Line(f"part {dice.randrange(10**6)}", dice.randint(1, 8)) for _ in range(dice.randint(1, 6)))
        consignments.append(
            Consignment(
                *(f"order {number}", station, lines, dice.randint(4, 120), dice.randint(10, 500)),
                (window[0] * HOUR, window[1] * HOUR),
                dice.choice((300, 600, 900)),
                dice.choice((6, 6, 7, 11)) * HOUR if window[0] >= 13 else 6 * HOUR,
                hazard,
                returns_kg=dice.choice((0, 0, 0, 15)),
            )
        )
    every = ("battery", "airbag", "paint")
    cleared = (every, every, ("battery", "airbag"), ("battery", "paint"), (), (), (), ())
    carriers = tuple(
        Carrier(
            f"van {number + 1}",
            (900, 1200)[number % 2],
            (6_000, 9_000)[number % 2],
            7 * HOUR,
            18 * HOUR,
            frozenset(can),
        )
        for number, can in enumerate(cleared)
    )
    return DeliveryCase(
        Depot("warehouse", "warehouse", 6 * HOUR, 19 * HOUR, 1_200),
        carriers,
        tuple(consignments),
        CrowRoad(kmh=42).legs(places),
        frozenset({frozenset({"airbag", "paint"})}),
    )


def nearest_next(look: Lookup) -> TourPlan:
    """Return tours as a driver loads them: always the nearest stop that still fits; a new trip when none does."""
    left = {stop.name for stop in look.case.stops}
    rows: dict[str, list[list[str]]] = {}
    for van in look.case.vans:
        trips: list[list[str]] = []
        for _ in range(van.trips):
            trips.append([])
            here = look.depots[van.depot].place
            while True:
                near = sorted(left, key=lambda name: (look.seconds(here, look.stops[name].place), name))
                found = next((n for n in near if timed(look, van, [*trips[:-1], [*trips[-1], n]]) is not None), None)
                if found is None:
                    break
                trips[-1].append(found)
                left.discard(found)
                here = look.stops[found].place
        rows[van.name] = [trip for trip in trips if trip]
    return finished(look, rows, None, 0)


def run(*, quick: bool) -> dict[str, float | None]:
    """Return the figures of GOALS: means over the days."""
    ours, others, wrong = [], [], 0
    saved: list[float] = []
    for seed in range(FIRST_DAY, FIRST_DAY + (1 if quick else 6)):
        case = day(seed)
        plan = plan_delivery(case, Effort(seconds=1.0 if quick else 5.0, seed=seed))
        wrong += bool(delivery_faults(case, plan))
        saved.append(100 * (plan.principles.saved or 0))
        ours.append((plan.principles, len(case.consignments)))
        simple = nearest_next(Lookup.of(tour_case(case, chosen_classes(case))))
        others.append((measured(case, simple, loading_lists(case, simple)), len(case.consignments)))
    figures: dict[str, float | None] = {"delivery_saved": statistics.mean(saved), "delivery_wrong": float(wrong)}
    for key, rows in (("ours", ours), ("next", others)):
        figures[f"delivery_in_time_{key}"] = 100 * statistics.mean(found.in_time for found, _ in rows)
        figures[f"delivery_right_{key}"] = 100 * statistics.mean(found.right for found, _ in rows)
        figures[f"delivery_safe_{key}"] = 100 * statistics.mean(found.safe for found, _ in rows)
        figures[f"delivery_fen_{key}"] = statistics.mean(found.fen_per_consignment or 0 for found, _ in rows)
        figures[f"delivery_km_{key}"] = statistics.mean(
            found.metres / 1000 / max(1, round(found.in_time * many)) for found, many in rows
        )
    return figures
