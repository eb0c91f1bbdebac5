"""What one connection keeps between two trips to the server: statements that wait, and statements the server knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

MOST_PREPARED = 400
_PLACES = re.compile(r"%(?:\((\w+)\)s|s|%)")


@dataclass(slots=True)
class Trips:
    """`transformer` writes values as the driver does. `waiting`: statements of this transaction that travel with the
    next one. `names`: what was prepared here, by its text; `prepares` is off where the next statement may meet another
    server session (PgBouncer)."""

    transformer: Any
    prepares: bool
    waiting: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    on_the_way: list[str] = field(default_factory=list)
    count: int = 0

    def take(self) -> list[str]:
        """Return what waits and let it go."""
        waiting, self.waiting = self.waiting, []
        return waiting

    def drop(self) -> None:
        """Forget what waits, and what was to be prepared with it."""
        self.waiting = []
        for sql in self.on_the_way:
            self.names.pop(sql, None)
        self.on_the_way = []

    def name_of(self, sql: str) -> str | None:
        """Return the name under which the server knows the statement, which it learns on the next trip if need be."""
        name = self.names.get(sql)
        if name is None and self.prepares and len(self.names) < MOST_PREPARED:
            self.count += 1
            name = self.names[sql] = f"hot_{self.count}"
            self.on_the_way.append(sql)
            self.waiting.append(f"PREPARE {name} AS {numbered(sql)[0]}")
        return name

    @contextmanager
    def trip(self) -> Iterator[None]:
        """Forget what was to be prepared on a trip that failed: nobody knows how far the server came."""
        try:
            yield
        except BaseException:
            self.drop()
            raise
        self.on_the_way = []


@cache
def numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return a statement with $1, $2 … for its places, and the names of the places (none for %s)."""
    names: list[str] = []
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        if found[1] is None:
            count += 1
            return f"${count}"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return _PLACES.sub(number, sql), tuple(names)


def in_order(sql: str, parameters: Any) -> list[Any]:
    """Return the parameters as the numbered statement counts them."""
    if isinstance(parameters, Mapping):
        return [parameters[name] for name in numbered(sql)[1]]
    return list(parameters or ())
