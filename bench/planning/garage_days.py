"""Garage days played out: the planner against earliest due date and first come first served, the same days for all."""

from __future__ import annotations

from statistics import mean, stdev

from aftersales.planning.durations import learn
from aftersales.planning.garage.days import finished_orders, garage_day
from aftersales.planning.garage.play import Played, Policy, play
from aftersales.planning.garage.policies import by_rule, planned
from aftersales.planning.workshop.dispatch import due_date, first_come
from bench.__main__ import Goal

POLICIES = (("ours", "the planner"), ("edd", "earliest due date"), ("fcfs", "first come first served"))
FIGURES = (
    ("kept", "promises kept", "%"),
    ("late", "mean lateness of all cars", "min"),
    ("waiting", "mean time in the house, weighted", "min"),
    ("utilisation", "utilisation of technicians", "%"),
    ("uneven", "standard deviation of technicians' hands-on time", "min"),
    ("changes", "operations changed per replan", ""),
    ("changes_day", "operations changed per day", ""),
)
GOALS = (
    *(
        Goal(f"garage_{figure}_{policy}", what if policy == "ours" else f"  {who}", unit, None)
        for figure, what, unit in FIGURES
        for policy, who in POLICIES
    ),
    Goal("garage_more_kept_edd", "promises kept more than by earliest due date, mean", "points", 0, more=True),
    Goal("garage_more_kept_edd_error", "  standard error of that", "points", None),
    Goal("garage_more_kept_fcfs", "promises kept more than by first come first served, mean", "points", 0, more=True),
    Goal("garage_more_kept_fcfs_error", "  standard error of that", "points", None),
    Goal("garage_days_worse", "days with fewer promises kept than by the better rule", "", None),
)


def figures_of(days: list[Played]) -> dict[str, float]:
    """Return the figures of one policy over all days."""
    replans = sum(day.replans for day in days)
    return {
        "kept": 100 * mean(day.kept for day in days),
        "late": mean(day.mean_lateness for day in days),
        "waiting": mean(day.mean_waiting for day in days),
        "utilisation": 100 * mean(day.utilisation for day in days),
        "uneven": mean(day.unevenness for day in days),
        "changes": sum(day.changes for day in days) / max(1, replans),
        "changes_day": mean(day.changes for day in days),
    }


def run(*, quick: bool) -> dict[str, float | None]:
    """Play every day with every policy; the same arrivals, durations, no-shows and added work for all."""
    learnt = learn(finished_orders(100_000, 10 if quick else 40))
    seeds = range(4 if quick else 50)
    policies: dict[str, Policy] = {"ours": planned(), "edd": by_rule(due_date), "fcfs": by_rule(first_come)}
    played = {name: [play(garage_day(seed), policy, learnt) for seed in seeds] for name, policy in policies.items()}
    found: dict[str, float | None] = {}
    for name, days in played.items():
        found |= {f"garage_{figure}_{name}": value for figure, value in figures_of(days).items()}
    for name in ("edd", "fcfs"):
        more = [100 * (ours.kept - theirs.kept) for ours, theirs in zip(played["ours"], played[name], strict=True)]
        found[f"garage_more_kept_{name}"] = mean(more)
        found[f"garage_more_kept_{name}_error"] = stdev(more) / len(more) ** 0.5
    triples = zip(played["ours"], played["edd"], played["fcfs"], strict=True)
    found["garage_days_worse"] = sum(ours.kept < max(edd.kept, fcfs.kept) for ours, edd, fcfs in triples)
    return found
