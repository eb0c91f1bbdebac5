"""The database wrapper: as Django's, but it saves trips to the server.

On a small machine a trip costs more than most statements: two processes are woken for it. So BEGIN travels with the
transaction's first statement, and a statement whose answer nobody waits for (`later`) travels with the next one or with
COMMIT. The order of statements is what the program wrote; an error of a waiting statement is raised by the statement or
COMMIT it travels with, in the same transaction, which is then rolled back as ever.

A statement marked as `core.rows.Hot` is prepared once a connection: the server then reads and plans it only once.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import InternalError
from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction
from psycopg import ClientCursor
from psycopg.adapt import Transformer
from psycopg.pq import TransactionStatus

from aftersales.config.postgres.trips import Question, Reader, Rows, Trips
from aftersales.core.statements import Hot

_CursorBase: Any = base.Cursor
_WrapperBase: Any = base.DatabaseWrapper
_ServerSideCursor: Any = base.ServerSideCursor


class Cursor(_CursorBase):  # type: ignore[misc]
    """Client-side binding; takes along what waits for a trip."""

    def execute(self, query: Any, params: Any = None, *args: Any, **kwargs: Any) -> Any:
        trips: Trips = self.connection.trips
        if called := trips.called(query, params):
            query, params = called, None
        elif not trips.waiting:
            return super().execute(query, params, *args, **kwargs)
        else:
            query = self.mogrify(query, params) if params is not None else _as_text(query)
        ahead, readers = trips.take()
        try:
            super().execute(";".join((*ahead, query)), None, *args, **kwargs)
            trips.on_the_way = []
            for place in range(len(ahead)):
                if place in readers:
                    readers.pop(place).read(self.fetchall())
                self.nextset()
        except BaseException:
            trips.drop(readers.values())
            raise
        return self

    def executemany(self, *args: Any, **kwargs: Any) -> Any:
        send_waiting(self.connection)
        return super().executemany(*args, **kwargs)

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        send_waiting(self.connection)
        return super().copy(*args, **kwargs)

    def stream(self, *args: Any, **kwargs: Any) -> Any:
        send_waiting(self.connection)
        return super().stream(*args, **kwargs)


def _as_text(query: Any) -> str:
    return query.decode() if isinstance(query, bytes) else str(query)


def _composed(connection: Any, sql: str, parameters: Any) -> str:
    """Return a statement with its values in it."""
    called: str | None = connection.trips.called(sql, parameters)
    if called is not None:
        return called
    with ClientCursor(connection) as cursor:
        return cursor.mogrify(sql, parameters) if parameters is not None else sql


def send_waiting(connection: Any) -> None:
    """Send what waits now, in a trip of its own."""
    if connection.trips.waiting:
        connection.trips.exchange(connection, ())


class DatabaseWrapper(_WrapperBase):  # type: ignore[misc]
    """Django's wrapper with fewer trips, and a health check that makes none."""

    def get_connection_params(self) -> dict[str, Any]:
        self.saves_trips = not self.settings_dict["OPTIONS"].get("server_side_binding")
        self.is_debugging = settings.DEBUG
        params: dict[str, Any] = super().get_connection_params()
        if self.saves_trips:
            params["cursor_factory"] = Cursor
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        prepares = self.saves_trips and not self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
        connection.trips = Trips(Transformer(connection), prepares)
        if self.saves_trips:  # BEGIN and COMMIT are sent here, not by the driver
            connection.autocommit = True
        return connection

    def is_usable(self) -> bool:
        """Tell whether the idle connection is still there, without asking the server.

        A restarted or shut-down server leaves a message or an end of file on the socket, which makes it readable.
        """
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)

    def _see_to_connection(self) -> None:
        self.close_if_health_check_failed()
        if self.connection is None:
            self.ensure_connection()

    def _is_watched(self) -> bool:
        """Tell whether somebody sees every statement as it runs (tests, DEBUG), or the server binds the values."""
        return bool(self.execute_wrappers or self.force_debug_cursor or not self.saves_trips or self.is_debugging)

    def ask(self, statements: Sequence[tuple[str, Any]]) -> list[Rows]:
        """Run statements one after the other in one trip and return the rows of each.

        As a cursor of Django's, without making one for every statement.
        """
        if self.needs_rollback:
            self.validate_no_broken_transaction()
        self._see_to_connection()
        if self._is_watched():
            return self._asked_aloud(statements)
        with self.wrap_database_errors:
            connection, trips = self.connection, self.connection.trips
            texts = [_composed(connection, sql, parameters) for sql, parameters in statements]
            return [trips.rows_of(result) for result in trips.exchange(connection, texts)]

    def _asked_aloud(self, statements: Sequence[tuple[str, Any]]) -> list[Rows]:
        with self.cursor() as cursor:
            if self.saves_trips and len(statements) > 1:
                texts = [_composed(self.connection, sql, parameters) for sql, parameters in statements]
                cursor.execute(";".join(texts))
                found = [cursor.fetchall() if cursor.description else []]
                while cursor.nextset():
                    found.append(cursor.fetchall() if cursor.description else [])
                return found
            found = []
            for sql, parameters in statements:
                cursor.execute(sql, parameters)
                found.append(cursor.fetchall() if cursor.description else [])
            return found

    def later(self, sql: str, parameters: Sequence[Any]) -> None:
        """Run a statement that returns nothing with the next trip of this transaction, at the latest with COMMIT.

        Outside a transaction, or while somebody watches statements, it runs at once.
        """
        if not self.in_atomic_block or self._is_watched():
            with self.cursor() as cursor:
                cursor.execute(sql, parameters)
            return
        self._see_to_connection()
        with self.wrap_database_errors:
            text = _composed(self.connection, sql, parameters)
        self.connection.trips.waiting.append(text)

    def ask_along(self, sql: Hot, parameters: list[Any], read: Reader) -> None:
        """Ask with the next trip, whatever it is for; `read` is handed the rows then.

        When there is no other trip, `settle_questions` asks in one of its own.
        """
        self._see_to_connection()
        if self._is_watched():
            read(self.ask([(sql, parameters)])[0])
        else:
            self.connection.trips.ask_along(Question(sql, parameters, read))

    def settle_questions(self) -> None:
        """Have every question of `ask_along` answered now that no transaction is open; none is left for later."""
        if self.connection is None:
            return
        trips: Trips = self.connection.trips
        try:
            self.send_waiting()
            while trips.unanswered:
                question = trips.unanswered.pop()
                question.read(self.ask([(question.sql, question.parameters)])[0])
        finally:
            trips.unanswered.clear()

    def send_waiting(self) -> None:
        """Send what waits now."""
        if self.connection is not None:
            with self.wrap_database_errors:
                send_waiting(self.connection)

    def create_cursor(self, name: str | None = None) -> Any:
        if not name or not self.saves_trips:
            return super().create_cursor(name)
        self.send_waiting()
        # psycopg's own autocommit stays on, so Django's is asked whether the cursor outlives a statement.
        return _ServerSideCursor(self.connection, name=name, scrollable=False, withhold=self.autocommit)

    def _set_autocommit(self, autocommit: bool) -> None:
        if not self.saves_trips:
            super()._set_autocommit(autocommit)
            return
        trips: Trips = self.connection.trips
        if not autocommit:
            trips.begin()
        elif trips.waiting:
            trips.drop()

    def _commit(self) -> None:
        if self.connection is None or not self.saves_trips:
            super()._commit()
            return None
        trips: Trips = self.connection.trips
        if trips.waiting == ["BEGIN"]:
            trips.take()
            return self._begin_anew()
        with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
            done = trips.exchange(self.connection, ["COMMIT"])
            if done[-1].command_status != b"COMMIT":
                raise InternalError("the server rolled the transaction back instead of committing it")
        return self._begin_anew()

    def _rollback(self) -> None:
        if self.connection is None or not self.saves_trips:
            super()._rollback()
            return
        trips: Trips = self.connection.trips
        trips.drop()
        if self.connection.info.transaction_status != TransactionStatus.IDLE:
            with debug_transaction(self, "ROLLBACK"), self.wrap_database_errors:
                self.connection.execute("ROLLBACK")
        self._begin_anew()

    def _begin_anew(self) -> None:
        # Django turns autocommit on after a transaction; until then the next statement begins another one.
        if not self.autocommit:
            self.connection.trips.begin()
