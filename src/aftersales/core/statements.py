"""Statements and how they travel to the server: asked now, asked along with others, or run with the next trip.

A trip costs more than most statements. Statements that return nothing wait for the next trip (`run_later`); their
errors come up with it. `config/postgres` does the travelling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from django.db import connection
from psycopg.types.json import Jsonb

_as_json = partial(orjson.dumps, option=orjson.OPT_NON_STR_KEYS)


def jsonb(value: Any) -> Jsonb:
    """Return plain values (texts, numbers, lists, mappings) as a parameter for a jsonb column."""
    return Jsonb(value, dumps=_as_json)


class Hot(str):
    """A statement that is sent often: the server prepares it once a connection.

    Its values take the type of their place, so a place whose type the statement does not tell needs a cast.
    """

    __slots__ = ()


type Row = tuple[Any, ...]
type Statement = tuple[str, Sequence[Any] | Mapping[str, Any]]


def ask_all(statements: Sequence[Statement]) -> list[list[Row]]:
    """Run statements one after the other in one trip to the server and return the rows of each."""
    return connection.ask(statements)  # type: ignore[attr-defined, no-any-return]


def ask(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
    """Run a statement and return its rows."""
    return ask_all([(sql, parameters)])[0]


def ask_along(sql: Hot, parameters: list[Any], read: Callable[[list[Row]], None]) -> None:
    """Ask with the next trip to the server, whatever it is for; `read` is handed the rows then.

    Whoever must have the answer calls `settle_questions` in the end, outside a transaction.
    """
    connection.ask_along(sql, parameters, read)  # type: ignore[attr-defined]


def settle_questions() -> None:
    """Have every question of `ask_along` answered."""
    connection.settle_questions()  # type: ignore[attr-defined]


def run_later(statements: Sequence[Statement]) -> None:
    """Run statements that return nothing, in this order, with the transaction's next trip to the server."""
    later = connection.later  # type: ignore[attr-defined]
    for sql, parameters in statements:
        later(sql, parameters)


def send_waiting() -> None:
    """Send the statements that wait for a trip, if any; what is wrong with them is raised here."""
    connection.send_waiting()  # type: ignore[attr-defined]
