"""What is wrong with a case of round trips, all of it at once, before anything is planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from aftersales.planning.road import leg_problems
from aftersales.planning.sentences import Problem, Sentence
from aftersales.planning.tours import Depot, Lookup, Stop, TourCase, Van, timed

MOST = 10**9
"""Loads, money and times beyond this are typing errors (and would overflow the solver's integers)."""

DEAREST = 10**7
"""A kilometre or an hour costs at most 100,000 yuan."""


def tour_problems(case: TourCase) -> list[Problem]:
    """Return everything that is wrong with a case: first each thing for itself, then what no van can do."""
    problems = [
        *leg_problems(case.legs),
        *_named_twice("仓库", "depot", (depot.name for depot in case.depots)),
        *_named_twice("车辆", "van", (van.name for van in case.vans)),
        *_named_twice("站点", "stop", (stop.name for stop in case.stops)),
    ]
    if not case.vans:
        problems.append(Problem("vans", Sentence("没有车辆", "there is no van")))
    places = set(case.legs.places)
    depots = {depot.name for depot in case.depots}
    vans = {van.name: van for van in case.vans}
    for depot in case.depots:
        problems += (Problem(depot.name, sentence) for sentence in _of_depot(depot, places))
    for van in case.vans:
        problems += (Problem(van.name, sentence) for sentence in _of_van(van, depots))
    for stop in case.stops:
        problems += (Problem(stop.name, sentence) for sentence in _of_stop(stop, places, vans))
    if problems:
        return problems
    look = Lookup.of(case)
    return [Problem(stop.name, sentence) for stop in case.stops for sentence in _unservable(look, stop)]


def _named_twice(zh: str, en: str, names: Iterable[str]) -> Iterator[Problem]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Problem(name, Sentence(f"{zh}名称重复", f"two of the {en}s have this name"))
        if not name:
            yield Problem(en, Sentence(f"{zh}没有名称", f"a {en} has no name"))


def _of_depot(depot: Depot, places: set[str]) -> Iterator[Sentence]:
    if depot.place not in places:
        yield Sentence(f"里程表中没有 {depot.place}", f"the legs don't know {depot.place}")
    if not 0 <= depot.opens <= depot.closes <= MOST:
        yield Sentence("关门早于开门,或时间为负", "it closes before it opens, or a time is below zero")
    if not 0 <= depot.loading <= MOST:
        yield Sentence("装车时间为负或过大", "its loading time is below zero or too large")


def _of_van(van: Van, depots: set[str]) -> Iterator[Sentence]:
    if van.depot not in depots:
        yield Sentence(f"仓库 {van.depot} 不存在", f"depot {van.depot} is unknown")
    if not 0 <= van.shift_start <= van.shift_end <= MOST:
        yield Sentence("下班早于上班,或时间为负", "its shift ends before it starts, or a time is below zero")
    if van.trips < 1:
        yield Sentence("至少要允许一趟", "it must be allowed one trip")
    limits = (van.most_metres, van.most_seconds)
    if any(limit is not None and not 0 <= limit <= MOST for limit in limits):
        yield Sentence("里程或工时上限为负或过大", "a limit of its tour is below zero or too large")
    rates = (van.fen_per_km, van.fen_per_hour)
    if not all(0 <= rate <= DEAREST for rate in rates) or not 0 <= van.fen_per_day <= MOST:
        yield Sentence("费用为负或过大", "a price is below zero or too large")
    yield from _of_loads(van.capacity)


def _of_stop(stop: Stop, places: set[str], vans: Mapping[str, Van]) -> Iterator[Sentence]:
    if stop.place not in places:
        yield Sentence(f"里程表中没有 {stop.place}", f"the legs don't know {stop.place}")
    if not stop.windows:
        yield Sentence("没有时间窗", "it has no time window")
    if any(not 0 <= opens <= closes <= MOST for opens, closes in stop.windows):
        yield Sentence("时间窗的结束早于开始,或时间为负", "a time window closes before it opens, or is below zero")
    if not 0 <= stop.service <= MOST:
        yield Sentence("服务时间为负或过大", "its service time is below zero or too large")
    if not 0 <= stop.ready <= MOST:
        yield Sentence("备货时间为负或过大", "the time its goods are ready is below zero or too large")
    if stop.refusal_fen is not None and not 0 <= stop.refusal_fen <= MOST:
        yield Sentence("放弃的代价为负或过大", "the price of refusing it is below zero or too large")
    yield from _of_loads(stop.deliver)
    yield from _of_loads(stop.collect)
    known = {ability for van in vans.values() for ability in van.abilities}
    for need in sorted(stop.needs - known):
        yield Sentence(f"没有任何车辆具备「{need}」", f"no van has the ability “{need}”")
    if stop.van is None:
        return
    if stop.van not in vans:
        yield Sentence(f"指定的车辆 {stop.van} 不存在", f"the pinned van {stop.van} is unknown")
    elif lacking := sorted(stop.needs - vans[stop.van].abilities):
        yield Sentence(f"指定的 {stop.van} 不具备「{lacking[0]}」", f"the pinned {stop.van} lacks “{lacking[0]}”")


def _of_loads(loads: Mapping[str, int]) -> Iterator[Sentence]:
    for kind, amount in loads.items():
        if not 0 <= amount <= MOST:
            yield Sentence(f"「{kind}」的数量为负或过大", f"the amount of “{kind}” is below zero or too large")


def _unservable(look: Lookup, stop: Stop) -> Iterator[Sentence]:
    """Say why a stop that must be served can't be, even by a van that serves nothing else."""
    if stop.refusal_fen is not None:
        return
    able = [van for van in look.case.vans if stop.needs <= van.abilities and stop.van in {None, van.name}]
    if not able:
        needs = "、".join(sorted(stop.needs))
        yield Sentence(f"没有一辆车同时具备「{needs}」", f"no single van has all of “{needs}”")
        return
    roomy = [van for van in able if look.may(van, stop)]
    if not roomy:
        yield Sentence("货物超过任何一辆可用车的装载量", "its load is beyond every van that may serve it")
        return
    if all(timed(look, van, [[stop.name]]) is None for van in roomy):
        yield Sentence(
            "没有一辆可用车能在时间窗内到达并在班次、里程限制内返回",
            "no van that may serve it can be there within its window and back within shift and limits",
        )
