"""The search behind rescue plans: put calls where they cost least, then ruin a neighbourhood and put it back better.

Slack induction by string removals (Christiaens and Vanden Berghe, Transportation Science 54(2), 2020) on a cost the
routing solver doesn't know: arrival as early as possible, lateness against a target that bends, danger first. A call
costs more the later it is reached, so what is already dearer than the best place found needs no further look.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable

from aftersales.planning.rescue_cases import RescueCase

NEVER = 10**18
DANGER_WAITS = 10**16
DANGER_MINUTE = 10**12
WAITS = 10**9
"""One number holds the objectives in order: fen stay below 10**9, a thousand waiting calls below a danger minute."""
BLINK = 0.01
MEAN_REMOVED = 8
LONGEST_STRING = 5

Routes = list[list[int]]


class Search:
    """A case as lists of numbers, the price of every sequence, and the moves."""

    def __init__(self, case: RescueCase, seed: int) -> None:
        self.case, self.worth = case, case.worth
        row = case.legs.index()
        self.seconds, self.metres = case.legs.seconds, case.legs.metres
        self.start = [max(case.now, unit.free_at, unit.shift_start) for unit in case.units]
        self.end = [unit.shift_end for unit in case.units]
        self.origin = [row[unit.place] for unit in case.units]
        self.home = [row[unit.home] for unit in case.units]
        self.rate = [unit.fen_per_km for unit in case.units]
        self.at = [row[call.place] for call in case.calls]
        self.after = [row[call.tow_to] if call.tow_to is not None else row[call.place] for call in case.calls]
        self.busy = [
            call.service + (0 if call.tow_to is None else self.seconds[row[call.place]][row[call.tow_to]] + call.unload)
            for call in case.calls
        ]
        self.towed = [self.metres[here][there] for here, there in zip(self.at, self.after, strict=True)]
        self.danger = [call.danger for call in case.calls]
        self.able = [
            [
                number
                for number, unit in enumerate(case.units)
                if call.needs <= unit.abilities and call.unit in {None, unit.name}
            ]
            for call in case.calls
        ]
        self.absent = [self._absent(number) for number in range(len(case.calls))]
        self.unit_names = [unit.name for unit in case.units]
        self.facts = [
            (
                *(self.at[number], self.after[number], self.busy[number], self.towed[number]),
                *(call.danger, call.accepted, call.earliest, call.accepted + call.within, call.told),
            )
            for number, call in enumerate(case.calls)
        ]
        self.flexible = all(call.earliest <= case.now for call in case.calls)
        self.chance = random.Random(seed)  # noqa: S311 - a search's dice, no secret
        self.near = self._near()
        self.order = [
            sorted(
                (self.own(call, unit, self.start[unit] + self.seconds[self.origin[unit]][self.at[call]]), unit)
                for unit in able
            )
            for call, able in enumerate(self.able)
        ]

    def _absent(self, number: int) -> int:
        call = self.case.calls[number]
        if call.danger:
            return DANGER_WAITS
        return WAITS if call.refusal_fen is None else call.refusal_fen

    def _near(self) -> list[list[int]]:
        """Return for each call the others by the time between them, nearest first."""
        calls = range(len(self.at))
        return [sorted(calls, key=lambda other: (self.seconds[self.at[call]][self.at[other]], other)) for call in calls]

    def own(self, number: int, unit: int, arrive: int) -> int:
        """Return what a call costs when a unit reaches it then (without kilometres)."""
        worth = self.worth
        _, _, _, _, danger, accepted, earliest, due, told = self.facts[number]
        arrive = max(arrive, earliest)
        fen = worth.waiting_minute * (arrive - max(accepted, earliest)) // 60
        if arrive > due:
            fen += worth.late_call + worth.late_minute * (arrive - due) // 60
        if told is not None and (told[0] != self.unit_names[unit] or arrive > told[1] + worth.grace):
            fen += worth.changed
        if danger:
            fen += DANGER_MINUTE * ((arrive - accepted) // 60)
        return fen

    def price(self, unit: int, route: list[int]) -> int:
        """Return what a unit's sequence costs; NEVER when it passes people in danger by or ends after the shift."""
        if not route:
            return 0
        return self._onward(unit, self.start[unit], self.origin[unit], 0, 0, False, route, 0, NEVER)

    def _onward(
        self,
        unit: int,
        clock: int,
        here: int,
        metres: int,
        fen: int,
        ordinary: bool,
        route: list[int],
        place: int,
        most: int,
    ) -> int:
        """Return the whole price of a sequence whose first `place` calls are driven; NEVER once it reaches `most`."""
        name, grace, changed = self.unit_names[unit], self.worth.grace, self.worth.changed
        waiting, late_call, late_minute = self.worth.waiting_minute, self.worth.late_call, self.worth.late_minute
        for number in range(place, len(route)):
            there, after, busy, towed, danger, accepted, earliest, due, told = self.facts[route[number]]
            if danger and ordinary:
                return NEVER
            ordinary = not danger
            clock += self.seconds[here][there]
            clock = max(clock, earliest)
            metres += self.metres[here][there] + towed
            fen += waiting * (clock - (accepted if accepted > earliest else earliest)) // 60
            if clock > due:
                fen += late_call + late_minute * (clock - due) // 60
            if told is not None and (told[0] != name or clock > told[1] + grace):
                fen += changed
            if danger:
                fen += DANGER_MINUTE * ((clock - accepted) // 60)
            if fen >= most:
                return NEVER
            clock += busy
            here = after
        if clock + self.seconds[here][self.home[unit]] > self.end[unit]:
            return NEVER
        return fen + (metres + self.metres[here][self.home[unit]]) * self.rate[unit] // 1000

    def best_place(self, call: int, routes: Routes, prices: list[int], *, blink: float) -> tuple[int, int, int]:
        """Return (added cost, unit, position) of the cheapest place for a call; left out is (its price, -1, 0)."""
        best, found_unit, found_place = self.absent[call], -1, 0
        random_float, seconds, metre = self.chance.random, self.seconds, self.metres
        there, after, busy, towed = self.facts[call][:4]
        for least, unit in self.order[call]:
            if least >= best:
                break
            route, before, rate = routes[unit], prices[unit], self.rate[unit]
            clock, here, metres, fen, ordinary = self.start[unit], self.origin[unit], 0, 0, False
            last = len(route)
            for place in range(last + 1):
                if ordinary and self.danger[call]:
                    break
                arrive = clock + seconds[here][there]
                floor = self.own(call, unit, arrive)
                if floor >= best:
                    break
                if place < last:
                    follows = self.facts[route[place]]
                    onto = follows[0]
                    delay = arrive + busy + seconds[after][onto] - clock - seconds[here][onto]
                    detour = metre[here][there] + towed + metre[after][onto] - metre[here][onto]
                    # Whatever comes after waits at least so much longer (a lateness that begins would cost more).
                    floor += detour * rate // 1000 - 1
                    if self.flexible:
                        floor += (last - place) * (self.worth.waiting_minute * delay // 60 - 1)
                if floor < best and not (blink and random_float() < blink):
                    tried = [*route[:place], call, *route[place:]]
                    more = self._onward(unit, clock, here, metres, fen, ordinary, tried, place, best + before) - before
                    if more < best:
                        best, found_unit, found_place = more, unit, place
                if place < last:
                    clock = max(clock + seconds[here][onto], follows[6])
                    metres += metre[here][onto] + follows[3]
                    fen += self.own(route[place], unit, clock)
                    ordinary = not follows[4]
                    clock += follows[2]
                    here = follows[1]
        return best, found_unit, found_place

    def place_all(self, missing: Iterable[int], routes: Routes, prices: list[int], *, blink: float = 0.0) -> int:
        """Put calls in, one after the other; return the price of those left out."""
        out = 0
        for call in missing:
            more, unit, place = self.best_place(call, routes, prices, blink=blink)
            if unit < 0:
                out += more
            else:
                routes[unit] = [*routes[unit][:place], call, *routes[unit][place:]]
                prices[unit] += more
        return out

    def urgency(self, call: int) -> tuple[bool, int, int]:
        """Order calls: people in danger, then the target that runs out first."""
        facts = self.case.calls[call]
        return (not facts.danger, facts.accepted + facts.within, call)

    def improve(self, routes: Routes, until: Callable[[int, int], float], done: float) -> tuple[Routes, int]:
        """Return the best routes found and the turns taken; `until(turns, best)` is the share of effort used."""
        prices = [self.price(unit, route) for unit, route in enumerate(routes)]
        absent = self._left_out(routes)
        current = best = sum(prices) + sum(self.absent[call] for call in absent)
        best_routes = routes
        warmth = max(1.0, (best % WAITS) / max(1, len(self.at)) / 4)
        turns = 0
        while done < 1 and self.at:
            turns += 1
            tried, tried_prices = list(routes), list(prices)
            out = [*self._ruin(tried, tried_prices), *self._second_chances(absent)]
            self.place_all(self._shuffled(out), tried, tried_prices, blink=BLINK)
            left = self._left_out(tried)
            cost = sum(tried_prices) + sum(self.absent[call] for call in left)
            heat = warmth * 0.01**done
            if cost < current - heat * math.log(1 - self.chance.random()):
                routes, prices, absent, current = tried, tried_prices, left, cost
                if cost < best:
                    best, best_routes = cost, tried
            done = until(turns, best)
        return best_routes, turns

    def _left_out(self, routes: Routes) -> list[int]:
        there = {call for route in routes for call in route}
        return [call for call in range(len(self.at)) if call not in there]

    def _second_chances(self, absent: list[int]) -> list[int]:
        """Return the left-out calls tried again this turn: a few, those that must not be left out before the others."""
        if len(absent) <= MEAN_REMOVED:
            return absent
        dear = [call for call in absent if self.absent[call] >= WAITS][:MEAN_REMOVED]
        cheap = [call for call in absent if self.absent[call] < WAITS]
        return [*dear, *self.chance.sample(cheap, min(len(cheap), MEAN_REMOVED - len(dear)))]

    def _ruin(self, routes: Routes, prices: list[int]) -> list[int]:
        """Take strings of calls out of the routes around a random call; return them."""
        chance = self.chance
        unit_of = {call: unit for unit, route in enumerate(routes) for call in route}
        aim = chance.randint(1, 2 * MEAN_REMOVED - 1)
        removed: list[int] = []
        touched: set[int] = set()
        for call in self.near[chance.randrange(len(self.at))]:
            unit = unit_of.get(call)
            if unit is None or unit in touched:
                continue
            touched.add(unit)
            route = routes[unit]
            length = chance.randint(1, min(len(route), LONGEST_STRING, aim - len(removed)))
            place = route.index(call)
            first = chance.randint(max(0, place - length + 1), min(place, len(route) - length))
            removed += route[first : first + length]
            routes[unit] = route[:first] + route[first + length :]
            prices[unit] = self.price(unit, routes[unit])
            if len(removed) >= aim:
                break
        return removed

    def _shuffled(self, calls: list[int]) -> list[int]:
        """Return calls in one of three orders: by urgency, far from help first, at random; danger always leads."""
        way = self.chance.randrange(4)
        if way <= 1:
            return sorted(calls, key=self.urgency)
        if way == 2:
            return sorted(
                calls, key=lambda call: (not self.danger[call], -self.order[call][0][0] if self.order[call] else 0)
            )
        self.chance.shuffle(calls)
        return sorted(calls, key=lambda call: not self.danger[call])
