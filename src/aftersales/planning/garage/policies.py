"""Policies to play a garage's day with: the planner, and the rules it is compared with."""

from __future__ import annotations

from aftersales.planning.effort import Effort
from aftersales.planning.garage.play import Policy
from aftersales.planning.workshop.board import board_of
from aftersales.planning.workshop.dispatch import Rule, dispatched
from aftersales.planning.workshop.door import plan, replan
from aftersales.planning.workshop.shapes import Plan, Workshop
from aftersales.planning.workshop.timetable import score_of


def by_rule(rule: Rule) -> Policy:
    """Return the policy that dispatches anew by a rule whenever anything happens."""

    def policy(known: Workshop, _seen: Plan | None, _news: bool) -> Plan:
        board = board_of(known)
        slots = dispatched(board, rule)
        return Plan(
            tuple(board.assignment(index, slot) for index, slot in enumerate(slots)), score_of(board, slots), 0.0
        )

    return policy


def planned(work: float = 0.15, morning: float = 0.4, seed: int = 0) -> Policy:
    """Return the planner as a policy: a morning plan, then a replan at every event with so much work.

    When nothing unforeseen happened, the plan stays what it is.
    """

    def policy(known: Workshop, seen: Plan | None, news: bool) -> Plan:
        if seen is None:
            return plan(known, Effort(work=morning, seed=seed, workers=1))
        return replan(known, seen, Effort(work=work, seed=seed, workers=1)) if news else seen

    return policy
