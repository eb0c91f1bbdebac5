"""The workshop's day: mk01 to mk10 beside the plain model and rules; 60 vehicles planned and replanned."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

from aftersales.planning.effort import Effort
from aftersales.planning.garage.days import garage_day
from aftersales.planning.workshop import (
    MAKESPAN,
    Operation,
    Shift,
    Technician,
    Vehicle,
    Workshop,
    faults,
    plan,
    replan,
)
from aftersales.planning.workshop.board import Board, board_of
from aftersales.planning.workshop.dispatch import machine_orders
from aftersales.planning.workshop.tabu import JobShop
from bench.__main__ import ROOT, Goal

FILES = ROOT.parent / "shared" / "data" / "planning" / "fjsp"
BEST_KNOWN = {1: 40, 2: 26, 3: 204, 4: 60, 5: 172, 6: 57, 7: 139, 8: 523, 9: 307, 10: 193}
GOALS = (
    Goal("fjsp_5s", "mk01 to mk10, mean gap to best known after 5 s", "%", 4),
    Goal("fjsp_5s_plain", "  plain CP-SAT, the same seconds and cores", "%", None, "12"),
    Goal("fjsp_10s", "mk01 to mk10, mean gap after 10 s", "%", None),
    Goal("fjsp_10s_plain", "  plain CP-SAT", "%", None),
    Goal("fjsp_30s", "mk01 to mk10, mean gap after 30 s", "%", 1.0),
    Goal("fjsp_30s_plain", "  plain CP-SAT", "%", None, "2"),
    Goal("fjsp_edd", "  earliest due date", "%", None, "57"),
    Goal("fjsp_rule", "  best dispatch rule of each instance", "%", None, "24"),
    Goal("fjsp_behind_plain", "runs behind the plain model (of all instances and times)", "", 0),
    Goal("fjsp_behind_rule", "runs behind the best rule", "", 0),
    Goal("fjsp_faults", "plans the checker refuses", "", 0),
    Goal("day_first_s", "60 vehicles, 20 technicians, 12 bays: first feasible plan from nothing", "s", 2),
    Goal("day_faults", "  faults the checker finds in plans and replans", "", 0),
    Goal("day_broken_rule", "  broken promises (weighted), best of the simple rules", "", None),
    Goal("day_broken_2s", "  the same after 2 s", "", None),
    Goal("day_broken_10s", "  the same after 10 s", "", None),
    Goal("replan_s", "  replan after an event: slowest of late car, added work, sick technician, late part", "s", 1),
    Goal("replan_changes", "  operations moved by a replan, mean of the four events", "", None),
)


def shop_of(text: str) -> Workshop:
    """Return a published flexible job shop as a workshop: jobs are cars, machines are technicians without bays."""
    lines = [list(map(int, line.split())) for line in text.splitlines()[1:] if line.strip()]
    vehicles, machines = [], set()
    for job, numbers in enumerate(lines):
        operations, at = [], 1
        for place in range(numbers[0]):
            count = numbers[at]
            pairs = numbers[at + 1 : at + 1 + 2 * count]
            minutes = {f"m{machine}": took for machine, took in zip(pairs[::2], pairs[1::2], strict=True)}
            machines |= minutes.keys()
            at += 1 + 2 * count
            operations.append(
                Operation(
                    f"o{place}",
                    max(minutes.values()),
                    needs_bay=False,
                    technicians=frozenset(minutes),
                    minutes_by_technician=minutes,
                )
            )
        vehicles.append(Vehicle(f"j{job}", tuple(operations)))
    people = tuple(Technician(name) for name in sorted(machines))
    return Workshop(date(2026, 1, 1), people, (), tuple(vehicles), weights=MAKESPAN)


def earliest_due_date(board: Board) -> int:
    """Return the last end when of all tasks that can start first the job due first goes (due: 1.5 times its work)."""
    work = [[mean(way.minutes for way in board.tasks[index].ways) for index in car] for car in board.cars]
    due = [1.5 * sum(minutes) for minutes in work]
    free = [0] * len(board.workshop.technicians)
    ready = {car[0]: 0 for car in board.cars}
    while ready:
        offers = [
            (max(since, free[way.who]), due[board.tasks[index].car], way.minutes, index, way.who)
            for index, since in ready.items()
            for way in board.tasks[index].ways
        ]
        start, _due, minutes, index, who = min(offers)
        del ready[index]
        free[who] = start + minutes
        for later in board.tasks[index].after:
            ready[later] = free[who]
    return max(free)


def plain(board: Board, seconds: float, workers: int) -> list[tuple[float, int]]:
    """Return when the plain CP-SAT model found which last end."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    horizon = sum(max(way.minutes for way in task.ways) for task in board.tasks)
    starts: list[Any] = []
    ends: list[Any] = []
    machines: dict[int, list[Any]] = {}
    for task in board.tasks:
        start, end = model.new_int_var(0, horizon, ""), model.new_int_var(0, horizon, "")
        literals = []
        for way in task.ways:
            literal = model.new_bool_var("")
            interval = model.new_optional_interval_var(start, way.minutes, end, literal, "")
            machines.setdefault(way.who, []).append(interval)
            literals.append(literal)
        model.add_exactly_one(literals)
        starts.append(start)
        ends.append(end)
    for task in board.tasks:
        for before in task.before:
            model.add(starts[task.index] >= ends[before])
    for intervals in machines.values():
        model.add_no_overlap(intervals)
    last = model.new_int_var(0, horizon, "")
    model.add_max_equality(last, ends)
    model.minimize(last)
    found: list[tuple[float, int]] = []
    began = time.perf_counter()

    class Watcher(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            found.append((time.perf_counter() - began, int(self.objective_value)))

    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.solve(model, Watcher())
    return found


def published(*, quick: bool) -> dict[str, float | None]:
    """Return the gaps on the published instances; None where they are not beside the checkout."""
    names = [goal.name for goal in GOALS if goal.name.startswith("fjsp")]
    if not FILES.exists():
        return dict.fromkeys(names)
    import ortools.sat.python.cp_model  # noqa: F401 - its two seconds are nobody's planning time

    numbers = (1, 4) if quick else tuple(BEST_KNOWN)
    times = (1.0, 2.0) if quick else (5.0, 10.0, 30.0)
    gaps: dict[str, list[float]] = {name: [] for name in names}
    wrong = behind_plain = behind_rule = 0
    for number in numbers:
        workshop = shop_of(Path(FILES / f"mk{number:02d}.txt").read_text())
        board = board_of(workshop)
        shop = JobShop(board, Random(0))
        rule = min(
            max(slot.end for slot in shop.slots(machine_orders(board, name))) for name in ("start", "end", "work")
        )
        course = plain(board, times[-1], 2)
        gaps["fjsp_rule"].append(_gap(rule, number))
        gaps["fjsp_edd"].append(_gap(earliest_due_date(board), number))
        row = []
        for seconds, name in zip(times, ("fjsp_5s", "fjsp_10s", "fjsp_30s") if not quick else names[:4:2], strict=True):
            ours = plan(workshop, Effort(seconds=seconds, seed=1, workers=2))
            theirs = min((value for at, value in course if at <= seconds), default=0)
            wrong += bool(faults(workshop, ours))
            gaps[name].append(_gap(ours.score.last_ready, number))
            if theirs:
                gaps[f"{name}_plain"].append(_gap(theirs, number))
            behind_plain += bool(theirs) and theirs < ours.score.last_ready
            behind_rule += rule < ours.score.last_ready
            row.append(f"{ours.score.last_ready} (plain {theirs or '-'})")
        print(f"  mk{number:02d} best known {BEST_KNOWN[number]}, rule {rule}: {', '.join(row)}", flush=True)
    figures: dict[str, float | None] = {
        name: sum(values) / len(values) if values else None for name, values in gaps.items()
    }
    return figures | {"fjsp_faults": wrong, "fjsp_behind_plain": behind_plain, "fjsp_behind_rule": behind_rule}


def _gap(value: int, number: int) -> float:
    return 100 * (value / BEST_KNOWN[number] - 1)


def full_day() -> Workshop:
    """Return a day of 60 vehicles, 20 technicians and 12 bays."""
    day = garage_day(3, cars=60, people=20, bays=12)
    return replace(day.booked, vehicles=day.booked.vehicles + day.walk_ins)


def events(workshop: Workshop) -> list[Workshop]:
    """Return the day after four events before it opens: late car, added work, sick technician, part delayed."""
    first, *others = workshop.vehicles
    work = first.operations[0]
    added = Operation("added", 45, skills=work.skills, equipment=work.equipment, after=(work.name,))
    longer = replace(first, operations=(*first.operations[:1], added, *first.operations[1:]))
    ill, *well = workshop.technicians
    away = replace(ill, shifts=(Shift(17 * 60 + 59, 18 * 60),))
    waits = replace(work, parts_ready=first.arrival + 180)
    return [
        replace(workshop, vehicles=(replace(first, arrival=first.arrival + 60), *others)),
        replace(workshop, vehicles=(longer, *others)),
        replace(workshop, technicians=(away, *well)),
        replace(workshop, vehicles=(replace(first, operations=(waits, *first.operations[1:])), *others)),
    ]


def planned_day(*, quick: bool) -> dict[str, float | None]:
    """Return how fast and how good a full day and its replans are."""
    workshop = full_day()
    first: list[float] = []
    began = time.perf_counter()
    stop = Effort(seconds=2, report=lambda _told: first.append(time.perf_counter() - began))
    fast = plan(workshop, stop)
    slow = fast if quick else plan(workshop, Effort(seconds=10))
    rules = plan(workshop, Effort(work=0.0))
    wrong = len(faults(workshop, fast)) + len(faults(workshop, slow))
    took, changes = [], []
    for changed in events(workshop):
        began = time.perf_counter()
        again = replan(changed, slow, Effort(seconds=0.9))
        took.append(time.perf_counter() - began)
        changes.append(again.score.changes)
        wrong += len(faults(changed, again))
    return {
        "day_first_s": first[0],
        "day_faults": wrong,
        "day_broken_rule": rules.score.broken,
        "day_broken_2s": fast.score.broken,
        "day_broken_10s": slow.score.broken,
        "replan_s": max(took),
        "replan_changes": sum(changes) / len(changes),
    }


def run(*, quick: bool) -> dict[str, float | None]:
    """Measure both parts."""
    return published(quick=quick) | planned_day(quick=quick)
