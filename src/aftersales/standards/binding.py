"""Which code keeps which clause: the register that `aftersales standard coverage` and the 规范 page read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from aftersales.standards.clause_ids import CLAUSE_IDS

ROOT = "aftersales."


class UnknownClause(RuntimeError):
    """A clause id that the standard does not have; raised at import, so a typing error never counts as kept."""


class BindingKind(StrEnum):
    """What kind of thing keeps the clause."""

    FUNCTION = "function"
    GUARD = "guard"
    CHECK = "check"
    STEP = "step"
    OPENING = "opening"
    METRIC = "metric"
    PRINTOUT = "printout"
    CLOCK = "clock"
    CHECKLIST = "checklist"
    ROLE = "role"
    MODEL = "model"
    POLICY = "policy"


@dataclass(frozen=True, slots=True, order=True)
class Binding:
    """One thing that keeps one clause. `dotted` is its name below `aftersales`, such as `inventory.services.issue`."""

    clause: str
    kind: str
    dotted: str


_REGISTER: set[Binding] = set()


def require_clauses(clause_ids: Iterable[str], cited_by: str = "") -> None:
    """Raise UnknownClause naming every id that the standard does not have."""
    if unknown := sorted(set(clause_ids) - CLAUSE_IDS):
        raise UnknownClause(f"{cited_by or 'the program'} cites unknown clauses: {', '.join(unknown)}")


def bind(clause: str, kind: str, dotted: str) -> None:
    """Register that the thing with this dotted name keeps the clause; raises UnknownClause."""
    require_clauses((clause,), dotted)
    _REGISTER.add(Binding(clause, str(kind), dotted.removeprefix(ROOT)))


def dotted_name(thing: Callable[..., object] | type) -> str:
    """Return the name of a function or class below the package, such as `repairs.transitions.authorize`."""
    return f"{thing.__module__}.{thing.__qualname__}".removeprefix(ROOT)


def fulfils[F: Callable[..., object]](*clause_ids: str) -> Callable[[F], F]:
    """Register the decorated function (service, query, view) or class as keeping the clauses; returns it unchanged.

    Raises UnknownClause at import.
    """

    def register(thing: F) -> F:
        kind = BindingKind.MODEL if isinstance(thing, type) else BindingKind.FUNCTION
        for clause in clause_ids:
            bind(clause, kind, dotted_name(thing))
        return thing

    return register


def registered() -> frozenset[Binding]:
    """Return what has been registered so far; `standards.collection.all_bindings` adds the tables of every app."""
    return frozenset(_REGISTER)
