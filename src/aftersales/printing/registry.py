"""The register of printed papers: each kind with its title, its template, and the function that gathers its content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aftersales.core.errors import Text
from aftersales.standards.binding import Binding, BindingKind, bind, dotted_name

type Gather = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Printout:
    """One kind of paper."""

    kind: str
    title: Text
    template: str
    clauses: tuple[str, ...]
    gather: Gather


_REGISTER: dict[str, Printout] = {}


def printout[G: Gather](*clauses: str, kind: str, title: Text, template: str) -> Callable[[G], G]:
    """Register the decorated `document -> payload` function as a kind of paper and bind it to the clauses it keeps.

    The payload's shape is the TypedDict of that template in `printing.papers`. Raises RuntimeError for a kind
    registered twice and UnknownClause for a clause the standard does not have, both at import.
    """

    def register(gather: G) -> G:
        if kind in _REGISTER:
            raise RuntimeError(f"paper {kind} is registered twice")
        _REGISTER[kind] = Printout(kind, title, template, clauses, gather)
        for clause in clauses:
            bind(clause, BindingKind.PRINTOUT, dotted_name(gather))
        return gather

    return register


def of_kind(kind: str) -> Printout:
    """Return the registered kind; KeyError names an unknown one."""
    return _REGISTER[kind]


def all_printouts() -> tuple[Printout, ...]:
    """Return every registered kind, ordered by its name."""
    return tuple(_REGISTER[kind] for kind in sorted(_REGISTER))


def bindings() -> tuple[Binding, ...]:
    """Return which printout keeps which clause."""
    return tuple(
        Binding(clause, str(BindingKind.PRINTOUT), dotted_name(row.gather))
        for row in all_printouts()
        for clause in row.clauses
    )
