"""The workshop's day: which operation when, in which bay, with whom, and why. See docs/planning/workshop.md."""

from aftersales.planning.workshop.checks import faults
from aftersales.planning.workshop.door import plan, replan
from aftersales.planning.workshop.shapes import (
    MAKESPAN,
    Assignment,
    Bay,
    Certificate,
    Operation,
    Pin,
    Plan,
    Running,
    Score,
    Shift,
    Span,
    Technician,
    Vehicle,
    Weights,
    Workshop,
)

__all__ = [
    "MAKESPAN",
    "Assignment",
    "Bay",
    "Certificate",
    "Operation",
    "Pin",
    "Plan",
    "Running",
    "Score",
    "Shift",
    "Span",
    "Technician",
    "Vehicle",
    "Weights",
    "Workshop",
    "faults",
    "plan",
    "replan",
]
