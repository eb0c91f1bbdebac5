"""Why each stop is where it is, in a sentence a dispatcher understands."""

from __future__ import annotations

from collections.abc import Sequence

from aftersales.planning.sentences import Sentence
from aftersales.planning.tours import Lookup, Stop, Tour, Trip, Van, Visit, timed

ORDINALS = ("first", "second", "third", "fourth", "fifth")


def clock(seconds: int) -> str:
    """Return seconds since the start of the day as 10:40, the next day's as 26:10."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def km(metres: float) -> str:
    """Return metres as kilometres with one decimal."""
    return f"{metres / 1000:.1f}"


def reasons(look: Lookup, tours: Sequence[Tour], refused: Sequence[str], missed: Sequence[str]) -> dict[str, Sentence]:
    """Return {stop: why it is there, refused, or missed}."""
    said: dict[str, Sentence] = {}
    for tour in tours:
        van = look.vans[tour.van]
        for number, trip in enumerate(tour.trips, 1):
            for place, visit in enumerate(trip.visits):
                stop = look.stops[visit.stop]
                when = _when(stop, visit, number, place, many=van.trips > 1)
                why = _why(look, tours, van, trip, place)
                said[stop.name] = Sentence(
                    f"{van.name},因为{why.zh};{when.zh}", f"{van.name} because {why.en}; {when.en}"
                )
    for name in refused:
        price = (look.stops[name].refusal_fen or 0) / 100
        said[name] = Sentence(
            f"不服务:按 {price:.2f} 元的代价放弃比任何可行的绕行更省,或没有车辆能及时到达",
            f"left out: its price of {price:.2f} yuan is less than any detour found, or no van gets there in time",
        )
    for name in missed:
        said[name] = _missed(look, look.stops[name])
    return said


def _when(stop: Stop, visit: Visit, number: int, place: int, *, many: bool) -> Sentence:
    which = ORDINALS[place] if place < len(ORDINALS) else f"{place + 1}th"
    opens, closes = next(window for window in stop.windows if window[0] <= visit.start <= window[1])
    trip_zh, trip_en = (f"第 {number} 趟", f" of trip {number}") if many else ("", "")
    wait = visit.start - visit.arrive
    zh = f"{trip_zh}第 {place + 1} 站,{clock(visit.arrive)} 到达,时间窗 {clock(opens)}–{clock(closes)}"
    en = f"{which} stop{trip_en}, arrives {clock(visit.arrive)} for its window {clock(opens)}–{clock(closes)}"
    if wait >= 60:
        zh, en = f"{zh},等待 {wait // 60} 分钟", f"{en}, waits {wait // 60} min"
    return Sentence(zh, en)


def _why(look: Lookup, tours: Sequence[Tour], van: Van, trip: Trip, place: int) -> Sentence:
    """Give the strongest reason there is: a pin, the only able van, the shortest detour, the others' limits."""
    stop = look.stops[trip.visits[place].stop]
    if stop.van is not None:
        return Sentence("有人指定了它", "a person has pinned it")
    able = [other for other in look.case.vans if look.may(other, stop)]
    if len(able) == 1:
        needs = sorted(stop.needs)
        zh = "、".join(needs) if needs else "装载量"
        en = " and ".join(needs) if needs else "the room"
        return Sentence(f"只有它具备所需的{zh}", f"it is the only one with {en}")
    return _by_way(look, tours, van, trip, place)


def _by_way(look: Lookup, tours: Sequence[Tour], van: Van, trip: Trip, place: int) -> Sentence:
    """Compare the detour a stop makes here with the shortest it would make elsewhere."""
    stop = look.stops[trip.visits[place].stop]
    home = look.depots[van.depot].place
    way = [home, *(look.stops[visit.stop].place for visit in trip.visits), home]
    own = _detour(look, way[place], stop.place, way[place + 2])
    if stop.place in (way[place], way[place + 2]):
        return Sentence("它本来就去那里", "it goes there anyway")
    rival = min(_detours(look, tours, van, stop), key=lambda found: (found[0], found[1].van), default=None)
    if rival is None:
        return Sentence(
            f"绕行只需 {km(own)} 公里,其余车辆不出车", f"its detour is {km(own)} km and no other van goes out"
        )
    metres, other, number, before = rival
    if metres >= own:
        return Sentence(
            f"绕行只需 {km(own)} 公里(最近的另一辆 {other.van} 要 {km(metres)} 公里)",
            f"its detour is {km(own)} km ({other.van}, the next nearest, would drive {km(metres)} km)",
        )
    trips = [[visit.stop for visit in each.visits] for each in other.trips]
    trips[number].insert(before, stop.name)
    if timed(look, look.vans[other.van], trips) is None:
        return Sentence(
            f"更近的 {other.van}(绕行 {km(metres)} 公里)会迟到、超载或超时",
            f"{other.van}, which is nearer ({km(metres)} km), would be late, overloaded or beyond its shift",
        )
    return Sentence(
        f"整个计划这样最省(绕行 {km(own)} 公里)", f"the whole plan is cheapest so (its detour is {km(own)} km)"
    )


def _detour(look: Lookup, one: str, stop: str, other: str) -> int:
    return look.metres(one, stop) + look.metres(stop, other) - look.metres(one, other)


def _detours(look: Lookup, tours: Sequence[Tour], van: Van, stop: Stop) -> list[tuple[int, Tour, int, int]]:
    """Return the shortest detour of each other van on the road that may serve the stop: metres, tour, trip, place."""
    found: list[tuple[int, Tour, int, int]] = []
    for tour in tours:
        other = look.vans[tour.van]
        if other.name == van.name or not look.may(other, stop):
            continue
        home = look.depots[other.depot].place
        best: tuple[int, int, int] | None = None
        for number, trip in enumerate(tour.trips):
            way = [home, *(look.stops[visit.stop].place for visit in trip.visits), home]
            for before in range(len(way) - 1):
                metres = _detour(look, way[before], stop.place, way[before + 1])
                if best is None or metres < best[0]:
                    best = (metres, number, before)
        if best is not None:
            found.append((best[0], tour, best[1], best[2]))
    return found


def _missed(look: Lookup, stop: Stop) -> Sentence:
    able = [van.name for van in look.case.vans if look.may(van, stop)]
    return Sentence(
        f"未能安排:可用的 {len(able)} 辆车({'、'.join(able[:3])})在班次与装载量内都已排满",
        f"no place was found: the {len(able)} vans that may serve it ({', '.join(able[:3])}) are full",
    )
