"""Rescue: which unit goes to which open call now, and what it does after (RESC-01…06, RESC-09).

PyVRP knows windows that hold or don't; a rescue target bends (late is better than never) and an early arrival is worth
something, so this planner has a search of its own (`rescue_search`). One thread: `Effort.workers` changes nothing here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from aftersales.planning.effort import Effort, Progress
from aftersales.planning.rescue_cases import RescueCase, RescuePlan, Task
from aftersales.planning.rescue_reasons import rescue_reasons
from aftersales.planning.rescue_refusals import rescue_problems
from aftersales.planning.rescue_search import DANGER_MINUTE, NEVER, WAITS, Routes, Search
from aftersales.planning.sentences import refuse

TELL_EVERY_S = 0.1


def plan_rescue(case: RescueCase, effort: Effort, *, before: RescuePlan | None = None) -> RescuePlan:
    """Return the best plan found within the effort; `Effort.work` counts turns of the search.

    `before`: the plan people act on; it is kept where it still holds, new calls are put in, then the whole is improved.
    People in danger come first, on every unit and in the objective; abilities, pins and shift ends are never broken.
    Raises InputRefused with every problem of the input.
    """
    began = told = time.perf_counter()
    refuse(rescue_problems(case))
    search = Search(case, effort.seed)
    floor_minutes, bound = _floors(search)
    routes = _kept(search, before) if before is not None else [[] for _ in case.units]
    prices = [search.price(unit, route) for unit, route in enumerate(routes)]
    there = {call for route in routes for call in route}
    search.place_all(
        sorted((call for call in range(len(case.calls)) if call not in there), key=search.urgency), routes, prices
    )

    def until(turns: int, best: int) -> float:
        nonlocal told
        now = time.perf_counter()
        spent = turns / effort.work if effort.work else (now - began) / effort.seconds if effort.seconds > 0 else 1.0
        if effort.work is not None and effort.work <= 0:
            spent = 1.0
        if now - told >= TELL_EVERY_S:
            told = now
            effort.tell(Progress(min(spent, 1.0), float(best % WAITS), float(bound)))
        return 1.0 if effort.cancelled() else spent

    routes, turns = search.improve(routes, until, until(0, 0))
    effort.tell(Progress(1.0, None, float(bound)))
    return _finished(search, routes, floor_minutes, bound, turns)


def _kept(search: Search, before: RescuePlan) -> Routes:
    """Return what of an older plan is still allowed, each unit's sequence as far as it still works."""
    number = {call.name: place for place, call in enumerate(search.case.calls)}
    unit_of = {unit.name: place for place, unit in enumerate(search.case.units)}
    routes: Routes = [[] for _ in search.case.units]
    seen: set[int] = set()
    for task in before.tasks:
        unit, call = unit_of.get(task.unit), number.get(task.call)
        if unit is None or call is None or call in seen or unit not in search.able[call]:
            continue
        longer = [*routes[unit], call]
        if search.price(unit, longer) < NEVER:
            routes[unit] = longer
            seen.add(call)
    return routes


def _finished(search: Search, routes: Routes, floor_minutes: int, bound: int, turns: int) -> RescuePlan:
    case = search.case
    tasks: list[Task] = []
    metres = minutes = fen = 0
    for unit, route in enumerate(routes):
        clock, here, driven = search.start[unit], search.origin[unit], 0
        for call in route:
            leg = search.seconds[here][search.at[call]]
            arrive = max(clock + leg, case.calls[call].earliest)
            clock = arrive + search.busy[call]
            tasks.append(Task(case.units[unit].name, case.calls[call].name, arrive - leg, arrive, clock))
            driven += search.metres[here][search.at[call]] + search.towed[call]
            fen += search.own(call, unit, arrive) % DANGER_MINUTE
            if search.danger[call]:
                minutes += (arrive - case.calls[call].accepted) // 60
            here = search.after[call]
        if route:
            driven += search.metres[here][search.home[unit]]
            fen += driven * search.rate[unit] // 1000
            metres += driven
    there = {call for route in routes for call in route}
    out = [facts for number, facts in enumerate(case.calls) if number not in there]
    partners = tuple(call.name for call in out if call.refusal_fen is not None)
    waiting = tuple(call.name for call in out if call.refusal_fen is None)
    fen += sum(call.refusal_fen or 0 for call in out)
    whole = not waiting
    return RescuePlan(
        tuple(tasks),
        partners,
        waiting,
        metres,
        minutes,
        fen,
        floor_minutes if whole else None,
        bound if whole else None,
        ((1 - bound / fen) if fen else 0.0) if whole else None,
        turns,
        rescue_reasons(search, tasks, partners, waiting),
    )


def _floors(search: Search) -> tuple[int, int]:
    """Return proved floors of danger minutes and fen: every call served at once by the unit nearest in time, as if it
    had no other; every way to a call as short as the shortest there is. Weak when units are scarce.
    """
    case = search.case
    if not case.calls:
        return 0, 0
    import numpy as np

    seconds, metres = np.array(search.seconds), np.array(search.metres)
    quickest: list[Sequence[int]] = []
    for unit, origin in enumerate(search.origin):
        best = seconds[origin]
        while True:
            better = (best[:, None] + seconds).min(axis=0)
            if (better >= best).all():
                break
            best = better
        quickest.append((best + search.start[unit]).tolist())
    cheapest = min(search.rate)
    minutes = fen = 0
    for call, facts in enumerate(case.calls):
        arrivals = [(unit, int(quickest[unit][search.at[call]])) for unit in search.able[call]]
        owns = [search.own(call, unit, arrive) for unit, arrive in arrivals]
        if not owns:
            fen += facts.refusal_fen or 0
            continue
        minutes += min(own // DANGER_MINUTE for own in owns)
        starts = [*search.origin, *(place for other, place in enumerate(search.after) if other != call)]
        way = int(metres[starts, search.at[call]].min()) + search.towed[call]
        least = min(own % DANGER_MINUTE for own in owns) + way * cheapest // 1000
        fen += least if facts.refusal_fen is None else min(least, facts.refusal_fen)
    # Kilometres are priced unit by unit and rounded down there: up to one fen a unit.
    return minutes, max(0, fen - len(case.units))
