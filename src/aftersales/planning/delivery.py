"""Parts to the stations by round trips, with the four principles of delivery (PURC-02): in time, right, safe, cheap.

In time, right and safe are constraints: a window is kept, a consignment travels whole on one van, goods travel only
with who is cleared for them and never with what they may not travel with. Cheap is the objective. All four are measured
on every plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aftersales.planning.effort import Effort
from aftersales.planning.road import Legs
from aftersales.planning.routing import plan_tours
from aftersales.planning.sentences import Problem, Sentence, refuse
from aftersales.planning.tours import DAY, Depot, Stop, TourCase, TourPlan, Van

KG, LITRES = "kg", "litres"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a station's order: so many pieces of a part."""

    part: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Consignment:
    """One order of one station, packed together: never split, handed over within `window` in `service` seconds.

    `hazard`: its dangerous-goods class (battery, airbag, paint…). `packed`: when it stands ready at the depot.
    `returns_kg` and `returns_litres` come back (old parts, cores). `postpone_fen`: what it costs to bring it another
    day, None when it must go today.
    """

    order: str
    station: str
    lines: tuple[Line, ...]
    kg: int
    litres: int
    window: tuple[int, int] = (0, DAY)
    service: int = 600
    packed: int = 0
    hazard: str | None = None
    returns_kg: int = 0
    returns_litres: int = 0
    postpone_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """A van with its driver: room, the dangerous-goods classes both are cleared for, the shift, what it costs."""

    name: str
    kg: int
    litres: int
    shift_start: int
    shift_end: int
    cleared: frozenset[str] = frozenset()
    trips: int = 3
    fen_per_km: int = 90
    fen_per_hour: int = 4_000
    fen_per_day: int = 5_000


@dataclass(frozen=True, slots=True)
class DeliveryCase:
    """All that is delivered on one day. `apart`: pairs of classes that may not be in one van together."""

    depot: Depot
    carriers: tuple[Carrier, ...]
    consignments: tuple[Consignment, ...]
    legs: Legs
    apart: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class LoadingList:
    """What is loaded for one trip, in the order of loading (last delivered first): (order, part, quantity)."""

    van: str
    trip: int
    load_at: int
    lines: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Principles:
    """PURC-02, each measured on its own.

    `in_time`: share of consignments handed over within their window today; `spare_minutes`: the least time any of them
    has left then. `right`: share of order lines whose pieces are all on the loading list of the van that goes there.
    `safe`: share of trips that carry only what they are cleared for, nothing that must be kept apart, and no overload.
    `fen_per_consignment` and `metres`: what it costs; `saved`: share of kilometres saved against a trip for each.
    """

    in_time: float
    spare_minutes: int | None
    right: float
    safe: float
    fen_per_consignment: float | None
    metres: int
    saved: float | None


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """The tours (stops are order numbers), the loading lists, the four figures, the day's class of vans that had to
    choose one, and a reason for every consignment.
    """

    tours: TourPlan
    loading: tuple[LoadingList, ...]
    principles: Principles
    carries: Mapping[str, frozenset[str]]
    reasons: Mapping[str, Sentence] = field(default_factory=dict)


def plan_delivery(case: DeliveryCase, effort: Effort, *, before: DeliveryPlan | None = None) -> DeliveryPlan:
    """Return the cheapest round trips found that are in time, right and safe (PURC-02).

    Effort, bound and what is left out: as `routing.plan_tours`. Raises InputRefused with every problem of the input.
    """
    refuse(delivery_problems(case))
    carries = chosen_classes(case)
    refuse(_apart_from_all(case, carries))
    tours = plan_tours(tour_case(case, carries), effort, before=before.tours if before is not None else None)
    loading = loading_lists(case, tours)
    return DeliveryPlan(tours, loading, measured(case, tours, loading), carries, _said(case, tours, carries))


def delivery_problems(case: DeliveryCase) -> list[Problem]:
    """Return what is wrong with an order or a van as such; what the road makes impossible `plan_tours` refuses."""
    problems: list[Problem] = []
    for each in case.consignments:
        if not each.lines:
            problems.append(Problem(each.order, Sentence("没有订单行", "the order has no lines")))
        if any(line.quantity <= 0 for line in each.lines):
            problems.append(Problem(each.order, Sentence("数量不为正", "a line's quantity isn't above zero")))
        parts = [line.part for line in each.lines]
        if len(set(parts)) < len(parts):
            problems.append(Problem(each.order, Sentence("同一零件有两行", "two lines are of one part")))
        if each.hazard is not None and not any(each.hazard in van.cleared for van in case.carriers):
            problems.append(
                Problem(
                    each.order, Sentence(f"没有车辆可运「{each.hazard}」", f"no van is cleared for “{each.hazard}”")
                )
            )
    for pair in sorted(case.apart, key=sorted):
        if len(pair) != 2:
            problems.append(Problem("/".join(sorted(pair)), Sentence("须为两个不同类别", "it must be two classes")))
    return problems


def _apart_from_all(case: DeliveryCase, carries: Mapping[str, frozenset[str]]) -> list[Problem]:
    """Return the orders whose class no van is left for, because all cleared for it carry its opposite today."""
    carried = {hazard for classes in carries.values() for hazard in classes}
    return [
        Problem(
            each.order,
            Sentence(
                f"可运「{each.hazard}」的车辆今天都在运不可同车的货物",
                f"every van cleared for “{each.hazard}” carries today what it must be kept apart from",
            ),
        )
        for each in case.consignments
        if each.hazard is not None and each.hazard not in carried
    ]


def chosen_classes(case: DeliveryCase) -> dict[str, frozenset[str]]:
    """Return the classes each van carries today: all it is cleared for, but of two that must be kept apart only the one
    of which more kilograms still lack a van.
    """
    wanted: dict[str, int] = defaultdict(int)
    for each in case.consignments:
        if each.hazard is not None:
            wanted[each.hazard] += each.kg
    carries: dict[str, frozenset[str]] = {}
    pairs = sorted((tuple(sorted(pair)) for pair in case.apart if len(pair) == 2), key=str)
    free = [van for van in case.carriers if not any(set(pair) <= van.cleared for pair in pairs)]
    for van in [*free, *(van for van in case.carriers if van not in free)]:
        classes = set(van.cleared)
        for pair in pairs:
            if set(pair) <= classes:
                classes.discard(min(pair, key=lambda hazard: (wanted[hazard], hazard)))
        for hazard in classes:
            wanted[hazard] -= van.kg * van.trips
        carries[van.name] = frozenset(classes)
    return carries


def tour_case(case: DeliveryCase, carries: Mapping[str, frozenset[str]]) -> TourCase:
    """Return the round trips behind a delivery: one stop a consignment, one ability a dangerous-goods class."""
    vans = tuple(
        Van(
            van.name,
            case.depot.name,
            van.shift_start,
            van.shift_end,
            {KG: van.kg, LITRES: van.litres},
            carries[van.name],
            van.trips,
            fen_per_km=van.fen_per_km,
            fen_per_hour=van.fen_per_hour,
            fen_per_day=van.fen_per_day,
        )
        for van in case.carriers
    )
    stops = tuple(
        Stop(
            each.order,
            each.station,
            (each.window,),
            each.service,
            {KG: each.kg, LITRES: each.litres},
            {KG: each.returns_kg, LITRES: each.returns_litres},
            frozenset() if each.hazard is None else frozenset({each.hazard}),
            each.packed,
            each.postpone_fen,
        )
        for each in case.consignments
    )
    return TourCase((case.depot,), vans, stops, case.legs)


def loading_lists(case: DeliveryCase, tours: TourPlan) -> tuple[LoadingList, ...]:
    """Return what is loaded for every trip, what is delivered last first."""
    orders = {each.order: each for each in case.consignments}
    return tuple(
        LoadingList(
            tour.van,
            number,
            trip.load,
            tuple(
                (visit.stop, line.part, line.quantity)
                for visit in reversed(trip.visits)
                for line in orders[visit.stop].lines
            ),
        )
        for tour in tours.tours
        for number, trip in enumerate(tour.trips, 1)
    )


def measured(case: DeliveryCase, tours: TourPlan, loading: tuple[LoadingList, ...]) -> Principles:
    """Return the four principles of a plan, counted from its tours and loading lists."""
    orders = {each.order: each for each in case.consignments}
    vans = {van.name: van for van in case.carriers}
    lists = {(each.van, each.trip): set(each.lines) for each in loading}
    row = case.legs.index()
    kept = right = wanted = safe = trips = 0
    spare: list[int] = []
    alone = 0
    home = row[case.depot.place]
    for tour in tours.tours:
        for number, trip in enumerate(tour.trips, 1):
            aboard = [orders[visit.stop] for visit in trip.visits]
            trips += 1
            safe += is_safe(case, vans[tour.van], aboard)
            for visit, each in zip(trip.visits, aboard, strict=True):
                if each.window[0] <= visit.start <= each.window[1]:
                    kept += 1
                    spare.append((each.window[1] - visit.start) // 60)
                listed = lists.get((tour.van, number), set())
                right += sum((each.order, line.part, line.quantity) in listed for line in each.lines)
                wanted += len(each.lines)
                there = row[each.station]
                alone += case.legs.metres[home][there] + case.legs.metres[there][home]
    served = sum(len(tour.stops()) for tour in tours.tours)
    all_lines = sum(len(each.lines) for each in case.consignments)
    return Principles(
        kept / len(case.consignments) if case.consignments else 1.0,
        min(spare, default=None),
        right / all_lines if all_lines else 1.0,
        safe / trips if trips else 1.0,
        tours.cost / served if served else None,
        tours.metres,
        1 - tours.metres / alone if alone else None,
    )


def is_safe(case: DeliveryCase, van: Carrier, aboard: list[Consignment]) -> bool:
    """Whether a trip carries only cleared goods, nothing that must be kept apart, and never more than the van takes."""
    classes = {each.hazard for each in aboard if each.hazard is not None}
    kg = sum(each.kg for each in aboard)
    litres = sum(each.litres for each in aboard)
    fits = kg <= van.kg and litres <= van.litres
    for each in aboard:
        kg += each.returns_kg - each.kg
        litres += each.returns_litres - each.litres
        fits = fits and kg <= van.kg and litres <= van.litres
    return fits and classes <= van.cleared and not any(pair <= classes for pair in case.apart)


def _said(case: DeliveryCase, tours: TourPlan, carries: Mapping[str, frozenset[str]]) -> dict[str, Sentence]:
    """Return the tours' reasons, with the day's class where a van had to choose one."""
    given_up = {van.name: van.cleared - carries[van.name] for van in case.carriers}
    van_of = {name: tour.van for tour in tours.tours for name in tour.stops()}
    said: dict[str, Sentence] = {}
    for each in case.consignments:
        reason = tours.reasons[each.order]
        van = van_of.get(each.order)
        if van is not None and each.hazard is not None and given_up[van]:
            apart = "、".join(sorted(given_up[van]))
            reason = replace(
                reason,
                zh=f"{reason.zh};{van} 今天只运「{each.hazard}」,不运「{apart}」",
                en=f"{reason.en}; {van} carries {each.hazard} today and so no {apart}",
            )
        said[each.order] = reason
    return said
