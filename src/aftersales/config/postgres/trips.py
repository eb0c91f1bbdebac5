"""What one connection keeps between two trips to the server: statements that wait, and statements the server knows."""

from __future__ import annotations

import re
import select
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from psycopg import errors
from psycopg.generators import execute
from psycopg.pq import ExecStatus

from aftersales.core.statements import Hot

MOST_PREPARED = 400
NULL = b"NULL"
_DONE = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.EMPTY_QUERY})
type Rows = list[tuple[Any, ...]]
type Reader = Callable[[Rows], None]
_PLACES = re.compile(r"%(?:\((\w+)\)s|s|%)")


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A statement that travels along, and who is handed its rows."""

    sql: Hot
    parameters: list[Any]
    read: Reader


@dataclass(slots=True)
class Trips:
    """`transformer` reads and writes values as the driver does. `waiting`: statements of this transaction that travel
    with the next one; `readers`: who is handed the rows of the waiting statement at that place. `unanswered`: questions
    whose trip failed; the next transaction takes them along. `names`: what was prepared here, by its text; `prepares`
    is off where the next statement may meet another server session (PgBouncer)."""

    transformer: Any
    prepares: bool
    waiting: list[str] = field(default_factory=list)
    readers: dict[int, Question] = field(default_factory=dict)
    unanswered: list[Question] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    on_the_way: list[str] = field(default_factory=list)
    count: int = 0
    poll: select.poll | None = None

    def take(self) -> tuple[list[str], dict[int, Question]]:
        """Return what waits, and who reads its rows, and let it go."""
        taken = self.waiting, self.readers
        self.waiting, self.readers = [], {}
        return taken

    def drop(self, unread: Iterable[Question] = ()) -> None:
        """Forget what waits, and what was to be prepared with it; questions stay unanswered."""
        self.unanswered += [*unread, *self.readers.values()]
        self.waiting, self.readers = [], {}
        for sql in self.on_the_way:
            self.names.pop(sql, None)
        self.on_the_way = []

    def begin(self) -> None:
        """Let the next statement begin a transaction, which takes along what nobody has answered."""
        questions, self.unanswered = self.unanswered, []
        for question in questions:
            self.ask_along(question)
        self.waiting.append("BEGIN")

    def ask_along(self, question: Question) -> None:
        """Let a question travel with the next statement, or leave it unanswered where nothing is prepared."""
        called = self.called(question.sql, question.parameters)
        if called is None:
            self.unanswered.append(question)
            return
        self.readers[len(self.waiting)] = question
        self.waiting.append(called)

    def name_of(self, sql: str) -> str | None:
        """Return the name under which the server knows the statement, which it learns on the next trip if need be."""
        name = self.names.get(sql)
        if name is None and self.prepares and len(self.names) < MOST_PREPARED:
            self.count += 1
            name = self.names[sql] = f"hot_{self.count}"
            self.on_the_way.append(sql)
            self.waiting.append(f"PREPARE {name} AS {numbered(sql)[0]}")
        return name

    def called(self, sql: str, parameters: Any) -> str | None:
        """Return the call of a hot statement with its values in it, or None for one the server is not to keep."""
        if type(sql) is not Hot:
            return None
        name = self.names.get(sql) or self.name_of(sql)
        if name is None:
            return None
        values = parameters if type(parameters) is list else in_order(sql, parameters)
        if not values:
            return f"EXECUTE {name}"
        literal = self.transformer.as_literal
        written = [
            NULL if v is None else (_list_of_numbers(v) if type(v) is list else None) or literal(v) for v in values
        ]
        return f"EXECUTE {name}({b','.join(written).decode()})"

    def exchange(self, connection: Any, texts: Sequence[str]) -> list[Any]:
        """Send what waits and these statements in one trip and return the results of these.

        Raises the driver's error of the first that failed; the server carried out none after it.
        """
        ahead, readers = self.take()
        try:
            results = self._answers(connection, ";".join((*ahead, *texts)).encode())
            for place in list(readers):
                if place < len(results) and results[place].status == ExecStatus.TUPLES_OK:
                    readers.pop(place).read(self.rows_of(results[place]))
            if results[-1].status not in _DONE:
                raise errors.error_from_result(results[-1])
        except BaseException:  # nobody knows how far the server came with what was to be prepared
            self.drop(readers.values())
            raise
        self.on_the_way = []
        return results[len(ahead) :]

    def _answers(self, connection: Any, text: bytes) -> list[Any]:
        """Send a text of statements and return their results.

        As the driver's own waiting, which costs more than the trip itself where answers are short.
        """
        server = connection.pgconn
        server.send_query(text)
        if server.flush():  # too much for the socket at once
            return connection.wait(execute(server))  # type: ignore[no-any-return]
        if self.poll is None:
            self.poll = select.poll()
            self.poll.register(server.socket, select.POLLIN)
        results: list[Any] = []
        try:
            while True:
                while server.is_busy():
                    self.poll.poll()
                    server.consume_input()
                result = server.get_result()
                if result is None:
                    return results
                results.append(result)
        except BaseException:  # interrupted in the middle of an answer: nobody else may read the rest of it
            connection.close()
            raise

    def rows_of(self, result: Any) -> Rows:
        """Return the rows of a result as Python values."""
        if not result.ntuples:
            return []
        self.transformer.set_pgresult(result)
        return self.transformer.load_rows(0, result.ntuples, tuple)  # type: ignore[no-any-return]


def _list_of_numbers(values: list[Any]) -> bytes | None:
    """Return a list of whole numbers as the server reads it, or None for any other; the driver's way costs five times
    as much."""
    for value in values:
        if type(value) is not int:
            return None
    return f"'{{{','.join(map(str, values))}}}'".encode()


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
