"""Fewer trips to the server change nothing but their number: order, errors, savepoints, rollbacks, what is prepared."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from aftersales.config.postgres.trips import Trips, in_order, numbered
from aftersales.core.statements import Hot, Row, ask, ask_all, ask_along, run_later, send_waiting, settle_questions

pytestmark = pytest.mark.django_db(transaction=True)
PUT = Hot("INSERT INTO trip_probe (n, word) VALUES (%s, %s)")


@pytest.fixture(autouse=True)
def probe() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS trip_probe")
        cursor.execute("CREATE TABLE trip_probe (n int PRIMARY KEY, word text)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS trip_probe")


def rows() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, word FROM trip_probe ORDER BY n")
        return list(cursor.fetchall())


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count what is sent to the server, whatever it holds and by whichever of the two ways."""
    trips = [0]

    def counting(function: Any) -> Any:
        def counted(*args: Any, **kwargs: Any) -> Any:
            trips[0] += 1
            return function(*args, **kwargs)

        return counted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", counting(psycopg.Connection.wait))
        patch.setattr(Trips, "_answers", counting(Trips._answers))
        yield trips


def test_a_command_of_writes_is_one_trip() -> None:
    with counted() as trips, transaction.atomic():
        for n in range(5):
            run_later([(PUT, [n, "a 'quoted' \\ word; --"])])
    assert trips == [1]
    assert rows() == [(n, "a 'quoted' \\ word; --") for n in range(5)]


def test_a_read_sees_what_waited_before_it() -> None:
    with transaction.atomic():
        run_later([(PUT, [1, "one"])])
        assert rows() == [(1, "one")]
        run_later([("UPDATE trip_probe SET word = %s WHERE n = %s", ["100 %", 1])])
        assert rows() == [(1, "100 %")]
    assert rows() == [(1, "100 %")]


def test_nothing_is_sent_for_a_transaction_without_statements() -> None:
    with counted() as trips, transaction.atomic():
        pass
    assert trips == [0]


def test_what_is_wrong_with_a_waiting_statement_undoes_the_command() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        run_later([(PUT, [1, "one"]), (PUT, [1, "again"])])
    assert rows() == []
    with transaction.atomic():
        run_later([(PUT, [1, "one"]), (PUT, [1, "again"])])
        with pytest.raises(IntegrityError):
            send_waiting()
        transaction.set_rollback(True)
    assert rows() == []


def test_a_savepoint_keeps_what_came_before_it() -> None:
    with transaction.atomic():
        run_later([(PUT, [1, "kept"])])
        with pytest.raises(IntegrityError), transaction.atomic():
            run_later([(PUT, [2, "gone"]), (PUT, [2, "gone"])])
        run_later([(PUT, [3, "kept"])])
    assert rows() == [(1, "kept"), (3, "kept")]


def test_a_rollback_drops_what_waits() -> None:
    with transaction.atomic():
        run_later([(PUT, [1, "never"])])
        transaction.set_rollback(True)
    assert rows() == []
    with transaction.atomic():
        run_later([(PUT, [2, "after"])])
    assert rows() == [(2, "after")]


def test_a_statement_that_failed_on_its_first_trip_is_prepared_anew() -> None:
    put = Hot("INSERT INTO trip_probe (n, word) VALUES (%s, %s) RETURNING n")
    with transaction.atomic(), connection.cursor() as cursor:
        run_later([("SELECT 1 / %s", [0])])
        with pytest.raises(DatabaseError):
            cursor.execute(put, [1, "not reached"])
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute(put, [1, "reached"])
        assert cursor.fetchone() == (1,)


def test_a_named_cursor_joins_the_transaction() -> None:
    with transaction.atomic():
        run_later([(PUT, [1, "one"])])
        with connection.chunked_cursor() as cursor:
            cursor.execute("SELECT word FROM trip_probe FOR UPDATE")
            assert cursor.fetchall() == [("one",)]


def test_a_copy_joins_the_transaction() -> None:
    with transaction.atomic():
        with connection.cursor() as cursor, cursor.copy("COPY trip_probe (n, word) FROM STDIN") as copy:
            copy.write_row((1, "one"))
        assert rows() == [(1, "one")]
        transaction.set_rollback(True)
    assert rows() == []


def test_outside_a_transaction_a_statement_runs_at_once() -> None:
    run_later([(PUT, [1, "one"])])
    assert rows() == [(1, "one")]


def test_places_become_numbers() -> None:
    assert numbered("a = %s AND b LIKE 'x%%' AND c = %s") == ("a = $1 AND b LIKE 'x%' AND c = $2", ())
    sql = "%(b)s, %(a)s, %(b)s"
    assert numbered(sql) == ("$1, $2, $1", ("b", "a"))
    assert in_order(sql, {"a": 1, "b": 2, "c": 3}) == [2, 1]


HOW_MANY = Hot("SELECT count(*) FROM trip_probe WHERE n >= %s")


def test_a_question_travels_along_and_is_answered_first() -> None:
    heard: list[list[Row]] = []
    with counted() as trips:
        ask_along(HOW_MANY, [0], heard.append)
        with transaction.atomic():
            run_later([(PUT, [1, "one"])])
            assert ask(HOW_MANY, [0]) == [(1,)]
        settle_questions()
    assert heard == [[(0,)]]
    assert trips == [2]


def test_a_cursor_of_django_takes_questions_along_too() -> None:
    heard: list[list[Row]] = []
    ask_along(HOW_MANY, [0], heard.append)
    assert rows() == []
    assert heard == [[(0,)]]


def test_a_question_alone_has_a_trip_of_its_own() -> None:
    heard: list[list[Row]] = []
    ask_along(HOW_MANY, [0], heard.append)
    settle_questions()
    settle_questions()
    assert heard == [[(0,)]]


class _Objection(BaseException):
    pass


def test_who_reads_an_answer_can_stop_the_command() -> None:
    def object_to(_rows: list[Row]) -> None:
        raise _Objection

    def command() -> None:
        with transaction.atomic():
            run_later([(PUT, [1, "undone"])])
            send_waiting()

    ask_along(HOW_MANY, [0], object_to)
    with pytest.raises(_Objection):
        command()
    settle_questions()
    assert rows() == []


def test_a_question_is_asked_again_when_its_trip_failed_before_it() -> None:
    heard: list[list[Row]] = []

    def command() -> None:
        with transaction.atomic():
            run_later([("SELECT 1 / %s", [0])])
            ask_along(HOW_MANY, [0], heard.append)
            send_waiting()

    with pytest.raises(DatabaseError):
        command()
    assert heard == []
    with transaction.atomic():
        run_later([(PUT, [1, "one"])])
    assert heard == [[(0,)]]


def test_a_question_that_never_left_is_asked_in_the_end() -> None:
    heard: list[list[Row]] = []
    with transaction.atomic():
        ask_along(HOW_MANY, [0], heard.append)
        transaction.set_rollback(True)
    assert heard == []
    settle_questions()
    assert heard == [[(0,)]]


def test_several_statements_are_asked_in_one_trip() -> None:
    with counted() as trips, transaction.atomic():
        run_later([(PUT, [1, "one"])])
        assert ask_all([(HOW_MANY, [0]), ("SELECT word, NULL FROM trip_probe WHERE n = %s", [1])]) == [
            [(1,)],
            [("one", None)],
        ]
    assert trips == [2]


def test_nothing_is_asked_in_a_broken_transaction() -> None:
    with transaction.atomic():
        with pytest.raises(DatabaseError):
            ask("SELECT 1 / %s", [0])
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            ask(HOW_MANY, [0])
    assert ask(HOW_MANY, [0]) == [(0,)]
