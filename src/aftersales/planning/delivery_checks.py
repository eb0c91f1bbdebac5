"""The independent checker of deliveries: in time, right and safe are proved, the four figures recounted (PURC-02)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aftersales.planning.delivery import Consignment, DeliveryCase, DeliveryPlan, tour_case
from aftersales.planning.routing_checks import tour_faults
from aftersales.planning.sentences import Problem, Sentence


def delivery_faults(case: DeliveryCase, plan: DeliveryPlan) -> tuple[Problem, ...]:
    """Return every broken rule of a delivery plan; empty when it keeps them all and its figures are true.

    Clearances are read from the vans, not from the classes the planner chose for the day.
    """
    cleared = {van.name: van.cleared for van in case.carriers}
    return (
        *tour_faults(tour_case(case, cleared), plan.tours),
        *_right(case, plan),
        *_safe(case, plan),
        *_four(case, plan),
    )


def _right(case: DeliveryCase, plan: DeliveryPlan) -> Iterator[Problem]:
    """Every piece of every order that travels is loaded once, on the trip that stops there, last out first in."""
    orders = {each.order: each for each in case.consignments}
    trips = {(tour.van, number): trip for tour in plan.tours.tours for number, trip in enumerate(tour.trips, 1)}
    if Counter((each.van, each.trip) for each in plan.loading) != Counter(trips.keys()):
        yield Problem("loading", Sentence("装车单与趟次不符", "the loading lists are not the trips' lists"))
    for each in plan.loading:
        trip = trips.get((each.van, each.trip))
        if trip is None:
            continue
        stops = [visit.stop for visit in reversed(trip.visits) if visit.stop in orders]
        due = [(stop, line.part, line.quantity) for stop in stops for line in orders[stop].lines]
        if Counter(each.lines) != Counter(due):
            yield Problem(each.van, Sentence("装车的件数与订单不符", "what is loaded is not what was ordered"))
        elif [line[0] for line in each.lines] != [line[0] for line in due]:
            yield Problem(each.van, Sentence("装车顺序与送货顺序不符", "it is not loaded in the order of delivery"))
        if each.load_at != trip.load:
            yield Problem(each.van, Sentence("装车时间不符", "the time of loading is not the trip's"))


def _safe(case: DeliveryCase, plan: DeliveryPlan) -> Iterator[Problem]:
    orders = {each.order: each for each in case.consignments}
    for tour in plan.tours.tours:
        for trip in tour.trips:
            aboard = [orders[visit.stop] for visit in trip.visits if visit.stop in orders]
            for pair in case.apart:
                if pair <= {each.hazard for each in aboard}:
                    names = sorted(pair)
                    yield Problem(
                        tour.van, Sentence(f"{'与'.join(names)}同车", f"{' and '.join(names)} are in one van together")
                    )


def _four(case: DeliveryCase, plan: DeliveryPlan) -> Iterator[Problem]:
    """Recount the four figures."""
    orders = {each.order: each for each in case.consignments}
    found = plan.principles
    visits = [(visit, orders[visit.stop]) for tour in plan.tours.tours for trip in tour.trips for visit in trip.visits]
    kept = [each for visit, each in visits if each.window[0] <= visit.start <= each.window[1]]
    pieces = sum(len(each.lines) for each in case.consignments)
    loaded = {line for each in plan.loading for line in each.lines}
    right = sum((each.order, line.part, line.quantity) in loaded for _, each in visits for line in each.lines)
    everything: list[Consignment] = list(case.consignments)
    if abs(found.in_time - (len(kept) / len(everything) if everything else 1)) > 1e-9:
        yield Problem("in_time", Sentence("「及时」的数值不符", "the share in time is not true"))
    if abs(found.right - (right / pieces if pieces else 1)) > 1e-9:
        yield Problem("right", Sentence("「准确」的数值不符", "the share right is not true"))
    if found.safe != 1:
        yield Problem("safe", Sentence("有趟次不安全", "a trip isn't safe"))
    if found.metres != plan.tours.metres:
        yield Problem("metres", Sentence("里程不符", "the metres are not the tours' metres"))
    cost = plan.tours.cost / len(visits) if visits else None
    if (cost is None) != (found.fen_per_consignment is None) or abs(
        (cost or 0) - (found.fen_per_consignment or 0)
    ) > 0.01:
        yield Problem("cheap", Sentence("每单费用不符", "the cost of a consignment is not true"))
