"""Reading with the SQL worked out once: a query that every page asks costs a fraction of building it anew.

    @prepared
    def _lines(order_id: int) -> models.QuerySet[OrderLine]:
        return OrderLine.objects.filter(order_id=order_id).select_related("bay").order_by("position")

    lines = _lines(order.pk)

The function builds an ordinary queryset, once a process; after that only the arguments change. They are whole numbers,
texts, instants, or tuples of whole numbers (None where the function deals with it), and go into the conditions as they
come: what the function works out from them would be remembered with the first answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.query import FlatValuesListIterable, ModelIterable, get_related_populators

from aftersales.core.statements import ask

MOST_SHAPES = 64
# Values that no row and no constant of a query has: they mark in the SQL's parameters where an argument goes.
_NUMBER = 2_000_000_011
_TEXT = "\x02argument {}\x03"
_INSTANT = datetime(1801, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A compiled query: its SQL, its parameters with the places of the arguments, and how its rows become objects."""

    sql: str
    parameters: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]  # (position among the parameters, position among the arguments)
    read: Callable[[Sequence[Any]], Any]


class Prepared[**P, M]:
    """A function that returns the rows of the queryset it builds; see the module."""

    def __init__(self, build: Callable[P, models.QuerySet[Any, M]]) -> None:
        self.build = build
        self.__doc__ = build.__doc__
        self._statements: dict[tuple[Any, ...], _Statement | None] = {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[M]:
        """Return the rows, one statement."""
        assert not kwargs, "arguments go by position"
        shape = tuple(len(value) if isinstance(value, tuple) else type(value) for value in args)
        if shape not in self._statements:
            if len(self._statements) >= MOST_SHAPES:
                self._statements.clear()
            self._statements[shape] = self._compiled(args)
        statement = self._statements[shape]
        if statement is None:
            return []
        given = _flat(args)
        parameters = list(statement.parameters)
        for place, argument in statement.places:
            parameters[place] = given[argument]
        return [statement.read(row) for row in ask(statement.sql, parameters)]

    def _compiled(self, args: tuple[Any, ...]) -> _Statement | None:
        marks = _marked(args)
        rows: Any = self.build(*marks)  # type: ignore[call-arg]
        if require := getattr(rows, "_require_scope", None):
            require()
        assert not rows._prefetch_related_lookups, "prefetch_related cannot be prepared"
        compiler = rows.query.get_compiler(using=rows.db)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        flat = _flat(marks)
        places = [
            (place, flat.index(value))
            for place, value in enumerate(parameters)
            if isinstance(value, (int, str, datetime)) and not isinstance(value, bool) and value in flat
        ]
        lost = set(range(len(flat))) - {argument for _place, argument in places}
        assert not lost, f"arguments {sorted(lost)} of {self.build.__name__} are not in its conditions as they came"
        return _Statement(sql, tuple(parameters), tuple(places), _reader(rows, compiler))


def prepared[**P, M](build: Callable[P, models.QuerySet[Any, M]]) -> Prepared[P, M]:
    """Make a function that builds a queryset into one that returns its rows, with the SQL worked out once."""
    return Prepared(build)


def _marked(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return arguments of the same shape whose values are found again among the parameters."""
    count = 0

    def mark(value: Any) -> Any:
        nonlocal count
        count += 1
        if isinstance(value, bool):
            raise TypeError("a truth value cannot be an argument of a prepared query")
        if isinstance(value, int):
            return _NUMBER + count
        if isinstance(value, str):
            return _TEXT.format(count)
        if isinstance(value, datetime):
            return _INSTANT + timedelta(seconds=count)
        raise TypeError(f"{type(value).__name__} cannot be an argument of a prepared query")

    return tuple(
        tuple(mark(one) for one in value) if isinstance(value, tuple) else None if value is None else mark(value)
        for value in args
    )


def _flat(args: tuple[Any, ...]) -> list[Any]:
    return [one for value in args if value is not None for one in (value if isinstance(value, tuple) else (value,))]


def _reader(rows: Any, compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """Return what turns a row of the cursor into what the queryset yields."""
    converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
    listed = [(position, functions, expression) for position, (functions, expression) in converters.items()]

    def converted(row: Sequence[Any]) -> Sequence[Any]:
        if not listed:
            return row
        values = list(row)
        for position, functions, expression in listed:
            for convert in functions:
                values[position] = convert(values[position], expression, connection)
        return values

    if rows._iterable_class is FlatValuesListIterable:
        return lambda row: converted(row)[0]
    assert rows._iterable_class is ModelIterable, "only instances and flat values can be prepared"
    info, mode = compiler.klass_info, rows._fetch_mode
    assert not mode.track_peers, "rows of a prepared query do not know their neighbours"
    model, columns = info["model"], info["select_fields"]
    start, end = columns[0], columns[-1] + 1
    names = [column[0].target.attname for column in compiler.select[start:end]]
    related = get_related_populators(info, compiler.select, rows.db, mode)
    annotations = list((compiler.annotation_col_map or {}).items())

    def instance(row: Sequence[Any]) -> Any:
        values = converted(row)
        made = model.from_db(connection.alias, names, values[start:end], fetch_mode=mode)
        for populator in related:
            populator.populate(values, made)
        for name, position in annotations:
            setattr(made, name, values[position])
        return made

    return instance
