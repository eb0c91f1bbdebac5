"""The independent checker of round trips: proves a plan against its case, or names every way in which it is wrong.

It shares shapes with the planner and nothing else: no schedule, no sum, no lookup is taken from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from aftersales.planning.sentences import Problem, Sentence
from aftersales.planning.tours import Stop, Tour, TourCase, TourPlan, Trip, Van

CENT = 0.01
"""Money is compared to a hundredth of a fen."""


def tour_faults(case: TourCase, plan: TourPlan) -> tuple[Problem, ...]:
    """Return every broken rule of a plan; empty when it keeps them all and its figures are true."""
    return tuple(_Proof(case, plan).faults())


class _Proof:
    def __init__(self, case: TourCase, plan: TourPlan) -> None:
        self.plan = plan
        self.stops = {stop.name: stop for stop in case.stops}
        self.vans = {van.name: van for van in case.vans}
        self.depots = {depot.name: depot for depot in case.depots}
        self.at = {place: row for row, place in enumerate(case.legs.places)}
        self.legs = case.legs

    def faults(self) -> Iterator[Problem]:
        yield from self.everybody_once()
        metres, cost = 0, 0.0
        known = True
        for tour in self.plan.tours:
            van = self.vans.get(tour.van)
            if van is None or any(visit.stop not in self.stops for trip in tour.trips for visit in trip.visits):
                yield Problem(tour.van, Sentence("车辆或站点不存在", "the van or one of its stops is unknown"))
                known = False
                continue
            yield from (Problem(van.name, sentence) for sentence in self.of_tour(van, tour))
            if tour.trips:
                driven = sum(self.driven(van, trip) for trip in tour.trips)
                metres += driven
                paid = tour.trips[-1].back - tour.trips[0].load
                cost += van.fen_per_day + driven * van.fen_per_km / 1000 + paid * van.fen_per_hour / 3600
        if known:
            yield from self.of_figures(metres, cost)

    def everybody_once(self) -> Iterator[Problem]:
        """Every stop is visited once, refused at its price, or owned up to as missed."""
        named = Counter(visit.stop for tour in self.plan.tours for trip in tour.trips for visit in trip.visits)
        named.update(self.plan.refused)
        named.update(self.plan.missed)
        for stop in self.stops.values():
            if named[stop.name] == 0:
                yield Problem(stop.name, Sentence("计划中没有该站点", "the plan forgets it"))
            if named[stop.name] > 1:
                yield Problem(stop.name, Sentence("该站点被安排了多次", "the plan has it more than once"))
        for name in (*self.plan.refused, *self.plan.missed):
            if name not in self.stops:
                yield Problem(name, Sentence("站点不存在", "the stop is unknown"))
        for name in self.plan.refused:
            if name in self.stops and self.stops[name].refusal_fen is None:
                yield Problem(name, Sentence("必须服务的站点被放弃", "it is refused although it must be served"))
        for name in self.plan.missed:
            if name in self.stops and self.stops[name].refusal_fen is not None:
                yield Problem(
                    name, Sentence("可放弃的站点被记为未能安排", "it is called missed although it has a price")
                )
        for name, times in Counter(tour.van for tour in self.plan.tours).items():
            if times > 1:
                yield Problem(name, Sentence("同一车辆有两条路线", "it has two tours"))

    def of_tour(self, van: Van, tour: Tour) -> Iterator[Sentence]:
        depot = self.depots[van.depot]
        if not tour.trips or any(not trip.visits for trip in tour.trips):
            yield Sentence("有空的路线或空的趟次", "a tour or one of its trips is empty")
            return
        if len(tour.trips) > van.trips:
            yield Sentence("趟次过多", "it makes more trips than it may")
        free = max(van.shift_start, depot.opens)
        for trip in tour.trips:
            if trip.load < free:
                yield Sentence("在上班、开门或返回之前装车", "it loads before its shift, the opening or its own return")
            if trip.depart - trip.load < depot.loading:
                yield Sentence("装车时间不足", "it leaves before it is loaded")
            yield from self.on_the_way(van, trip)
            yield from self.aboard(van, trip)
            free = trip.back
        if free > min(van.shift_end, depot.closes):
            yield Sentence("返回晚于下班或关门", "it is back after its shift or after closing")
        if van.most_seconds is not None and free - tour.trips[0].load > van.most_seconds:
            yield Sentence("工时超过上限", "its tour takes longer than it may")
        if van.most_metres is not None and sum(self.driven(van, trip) for trip in tour.trips) > van.most_metres:
            yield Sentence("里程超过上限", "its tour is longer than it may be")

    def on_the_way(self, van: Van, trip: Trip) -> Iterator[Sentence]:
        """Check the clock of a trip, and that the van may serve each stop."""
        home = self.depots[van.depot].place
        clock, here = trip.depart, home
        for visit in trip.visits:
            stop = self.stops[visit.stop]
            if stop.ready > trip.load:
                yield Sentence(f"{stop.name} 的货物尚未备好", f"{stop.name}'s goods are not ready when it loads")
            if visit.arrive != clock + self.legs.seconds[self.at[here]][self.at[stop.place]]:
                yield Sentence(
                    f"到达 {stop.name} 的时间不符", f"the arrival at {stop.name} doesn't follow from the road"
                )
            if visit.start < visit.arrive or visit.leave != visit.start + stop.service:
                yield Sentence(f"{stop.name} 的服务时间不符", f"the service at {stop.name} doesn't follow")
            if not any(opens <= visit.start <= closes for opens, closes in stop.windows):
                yield Sentence(f"{stop.name} 不在时间窗内", f"{stop.name} is served outside its windows")
            if stop.needs - van.abilities:
                yield Sentence(f"车辆不具备 {stop.name} 所需能力", f"the van lacks what {stop.name} needs")
            if stop.van is not None and stop.van != van.name:
                yield Sentence(f"{stop.name} 已指定其他车辆", f"{stop.name} is pinned to another van")
            clock, here = visit.leave, stop.place
        if trip.back != clock + self.legs.seconds[self.at[here]][self.at[home]]:
            yield Sentence("返回时间不符", "the return doesn't follow from the road")

    def aboard(self, van: Van, trip: Trip) -> Iterator[Sentence]:
        stops: list[Stop] = [self.stops[visit.stop] for visit in trip.visits]
        for kind in sorted({kind for stop in stops for kind in (*stop.deliver, *stop.collect)}):
            highest = now = sum(stop.deliver.get(kind, 0) for stop in stops)
            for stop in stops:
                now = now - stop.deliver.get(kind, 0) + stop.collect.get(kind, 0)
                highest = max(highest, now)
            if highest > van.capacity.get(kind, 0):
                yield Sentence(f"「{kind}」超载", f"“{kind}” is beyond the van's capacity")

    def driven(self, van: Van, trip: Trip) -> int:
        home = self.depots[van.depot].place
        way = [home, *(self.stops[visit.stop].place for visit in trip.visits), home]
        return sum(self.legs.metres[self.at[one]][self.at[other]] for one, other in pairwise(way))

    def of_figures(self, metres: int, cost: float) -> Iterator[Problem]:
        """Check that length, cost, bound and gap are what they claim."""
        plan = self.plan
        refusals = (self.stops[name].refusal_fen for name in plan.refused if name in self.stops)
        cost += sum(price or 0 for price in refusals)
        if metres != plan.metres:
            yield Problem("metres", Sentence("总里程不符", "the metres are not the tours' metres"))
        if abs(cost - plan.cost) > CENT:
            yield Problem("cost", Sentence("总费用不符", "the cost is not the tours' cost"))
        if plan.bound is not None and plan.bound > cost + CENT:
            yield Problem("bound", Sentence("下界高于费用", "the bound is above the cost"))
        if (plan.bound is None) != (plan.gap is None):
            yield Problem("gap", Sentence("下界与差距须同时给出", "bound and gap come together or not at all"))
        if plan.bound is not None and plan.missed:
            yield Problem("bound", Sentence("计划不完整却给出下界", "an incomplete plan claims a bound"))
