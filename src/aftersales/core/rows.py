"""Reading and writing rows with the SQL worked out once: the ORM's own statements, without building them anew for
every command.

The engine takes a step in a handful of statements; building each of them through the ORM costs several times what
PostgreSQL needs to run it. What is compiled here comes from the ORM and goes back into ordinary model instances.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.base import ModelState

from aftersales.core.statements import Hot, Statement, ask, ask_all, run_later


class CompiledRead[M: models.Model]:
    """A query over one model whose SQL and converters are worked out once; only its parameters change."""

    def __init__(self, rows: models.QuerySet[M]) -> None:
        compiler = rows.query.get_compiler(using=rows.db)
        sql, sample = compiler.as_sql()
        self.sql = Hot(sql)
        self.parameter_count = len(sample)
        self.model = rows.model
        self.names = [field.attname for field in rows.model._meta.concrete_fields]
        # Pairs (position, function) for the columns that do not come as Python values from the driver, such as JSON.
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
        self.converters: list[tuple[int, list[Callable[..., Any]], Any]] = [
            (position, functions, expression) for position, (functions, expression) in converters.items()
        ]

    def run(self, parameters: Sequence[Any]) -> list[M]:
        """Return the rows for these parameters, in the order the query's conditions name them."""
        return run_reads([(self, parameters)])[0]

    def instances(self, rows: Sequence[Sequence[Any]]) -> list[M]:
        """Return fetched rows as instances."""
        return [self._instance(row) for row in rows]

    def _instance(self, row: Sequence[Any]) -> M:
        if self.converters:
            values = list(row)
            for position, functions, expression in self.converters:
                for convert in functions:
                    values[position] = convert(values[position], expression, connection)
            row = values
        # As Model.from_db, which calls __init__, signals and a setter for every column.
        made = self.model.__new__(self.model)
        made._state = ModelState()
        made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
        made.__dict__.update(zip(self.names, row, strict=True))
        return made


def run_reads(reads: Sequence[tuple[CompiledRead[Any], Sequence[Any]]]) -> list[list[Any]]:
    """Run several reads one after the other in one trip to the server and return the rows of each.

    Each sees what is committed when its turn comes: what is read after a lock is what the lock protects.
    """
    answers = ask_all([(read.sql, list(parameters)) for read, parameters in reads])
    return [read.instances(rows) for (read, _parameters), rows in zip(reads, answers, strict=True)]


@dataclass(frozen=True, slots=True)
class Children:
    """Rows below a document that are read together with its lock: `path` leads from them to it, `into` is the
    document's attribute that holds them."""

    model: type[models.Model]
    path: str
    order: str
    into: str


@cache
def _children_by(children: Children, key: str) -> CompiledRead[Any]:
    sample = 0 if key == "pk" else ""
    rows = children.model._base_manager.filter(**{f"{children.path}__{key}": sample}).order_by(children.order)
    if key == "number":  # numbers repeat from station to station
        rows = rows.filter(**{f"{children.path}__station_id": 0})
    return CompiledRead(rows)


def _locked[M: models.Model](read: CompiledRead[M], parameters: Sequence[Any], below: Sequence[Children]) -> M | None:
    """Return the locked row with the rows below it, by the parameters' first value (a key)."""
    found, *kept = run_reads([(read, parameters), *((_children_by(c, "pk"), parameters[:1]) for c in below)])
    return _with(found, below, kept)  # type: ignore[no-any-return]


def _with(found: list[Any], below: Sequence[Children], kept: Sequence[list[Any]]) -> Any:
    if len(found) != 1:
        return None
    for children, rows in zip(below, kept, strict=True):
        if "__" not in children.path:
            for row in rows:
                row._state.fields_cache[children.path] = found[0]
        setattr(found[0], children.into, rows)
    return found[0]


@cache
def _locking_read(model: type[models.Model]) -> CompiledRead[Any]:
    return CompiledRead(model._base_manager.select_for_update(of=("self",), no_key=True).filter(pk=0))


def lock_row[M: models.Model](model: type[M], pk: int, below: Sequence[Children] = ()) -> M | None:
    """Lock a row against other writers and return it as it is now, with the rows below it, or None when it is gone."""
    return _locked(_locking_read(model), [pk], below)


@cache
def _visible_read(model: type[models.Model], is_of_one: bool, locks: bool) -> CompiledRead[Any]:
    rows = model._base_manager.order_by()
    if locks:
        rows = rows.select_for_update(of=("self",), no_key=True)
    table = connection.ops.quote_name(model._meta.db_table)
    visible = f"({table}.station_id, {table}.number) = (%s, %s)"
    if not is_of_one:
        visible = f"(%s::bigint[] IS NULL OR {table}.station_id = ANY(%s::bigint[])) AND {table}.number = %s"
    parameters = [0, ""] if is_of_one else [None, None, ""]
    return CompiledRead(rows.extra(where=[visible], params=parameters))  # noqa: S610 - our own column names


def lock_visible[M: models.Model](
    model: type[M], number: str, stations: tuple[int, ...] | None, below: Sequence[Children] = ()
) -> M | None:
    """Lock the document of that number at one of the stations (None: any) and return it with the rows below it, or
    None when it is not visible."""
    found: M | None = _visible(model, number, stations, below, locks=True)
    return found


def read_visible[M: models.Model](
    model: type[M], number: str, stations: tuple[int, ...] | None, below: Sequence[Children] = ()
) -> M | None:
    """Return the document of that number at one of the stations (None: any) with the rows below it, unlocked, or None
    when it is not visible."""
    found: M | None = _visible(model, number, stations, below, locks=False)
    return found


def _visible(
    model: type[models.Model], number: str, stations: tuple[int, ...] | None, below: Sequence[Children], *, locks: bool
) -> Any:
    if stations is not None and len(stations) == 1:  # rows below are asked for by number, which one station has once
        reads = [(_children_by(children, "number"), [number, *stations]) for children in below]
        rows, *kept = run_reads([(_visible_read(model, True, locks), [*stations, number]), *reads])
        return _with(rows, below, kept)
    listed = None if stations is None else list(stations)
    ((*rows,),) = run_reads([(_visible_read(model, False, locks), [listed, listed, number])])
    if len(rows) != 1 or not below:
        return rows[0] if len(rows) == 1 else None
    return _with(rows, below, run_reads([(_children_by(children, "pk"), [rows[0].pk]) for children in below]))


@cache
def _children_read(model: type[models.Model], parent: str, order: str) -> CompiledRead[Any]:
    return CompiledRead(model._base_manager.filter(**{parent: 0}).order_by(order))


def children_of[M: models.Model](model: type[M], *, parent: str, pk: int, order: str) -> list[M]:
    """Return the rows that hang on a parent row (`parent` names the foreign key's column), in order."""
    return _children_read(model, parent, order).run([pk])


def _column(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field: Any = next(f for f in model._meta.concrete_fields if name in (f.attname, f.name))
    return field  # type: ignore[no-any-return]


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, tuple[Column, ...]]:
    quote = connection.ops.quote_name
    fields = tuple(_column(model, name) for name in names)
    key: Any = model._meta.pk
    assignments = ", ".join(f"{quote(str(field.column))} = {_placeholder(field)}" for field in fields)
    statement = f"UPDATE {quote(model._meta.db_table)} SET {assignments} WHERE {quote(key.column)} = %s"  # noqa: S608
    return Hot(statement), tuple(Column(field) for field in fields)


def _placeholder(field: Any) -> str:
    """Return what stands for a field's value in a statement: most often %s."""
    return str(field.get_placeholder(None, None, connection)) if hasattr(field, "get_placeholder") else "%s"


FEW = 8


def update_statement(row: models.Model, names: Sequence[str]) -> Statement:
    """Return the statement that writes these columns of a row."""
    sql, fields = _update(type(row), tuple(names))
    return sql, [*[field.value(row) for field in fields], row.pk]


def update_columns(row: models.Model, names: Sequence[str]) -> None:
    """Write these columns of a row that the caller holds locked."""
    run_later([update_statement(row, names)])


def _array_of(field: models.Field[Any, Any]) -> str:
    """Return the array type of a column. A text keeps its length: a cast to varchar(n) would cut it without a word."""
    if isinstance(field, models.CharField):
        return "text[]"
    return f"{field.cast_db_type(connection) or field.db_type(connection)}[]"


@cache
def _update_many(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, tuple[Column, ...]]:
    quote = connection.ops.quote_name
    key: Any = model._meta.pk
    fields = tuple(_column(model, name) for name in names)
    arrays = ", ".join(f"%s::{_array_of(field)}" for field in (key, *fields))
    assignments = ", ".join(f"{quote(str(field.column))} = fresh.{quote(str(field.column))}" for field in fields)
    columns = ", ".join(quote(str(field.column)) for field in (key, *fields))
    sql = (
        f"UPDATE {quote(model._meta.db_table)} AS kept SET {assignments} "  # noqa: S608 - names of our own columns
        f"FROM unnest({arrays}) AS fresh ({columns}) WHERE kept.{quote(key.column)} = fresh.{quote(key.column)}"
    )
    return Hot(sql), tuple(Column(field) for field in fields)


def update_many(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these columns of several rows of one model in one statement; the caller holds their parent locked."""
    if not rows:
        return
    sql, fields = _update_many(type(rows[0]), tuple(names))
    arrays = [[row.pk for row in rows]]
    arrays += [[field.value(row) for row in rows] for field in fields]
    run_later([(sql, arrays)])


@cache
def _key_read(model: type[models.Model]) -> CompiledRead[Any]:
    return CompiledRead(model._base_manager.filter(pk=0).order_by())


def row_of[M: models.Model](model: type[M], pk: int | UUID) -> M | None:
    """Return the row of that key, unlocked and whoever's it is, or None: for rows a caller has already shown to be
    visible."""
    found: list[M] = _key_read(model).run([pk])
    return found[0] if found else None


@cache
def _insert(model: type[models.Model]) -> tuple[str, str, str, tuple[Column, ...], tuple[str, ...]]:
    quote = connection.ops.quote_name
    concrete: tuple[Any, ...] = tuple(model._meta.concrete_fields)
    made_by_database = tuple(f for f in concrete if f.primary_key or f.db_default is not models.NOT_PROVIDED)
    fields = tuple(f for f in concrete if f not in made_by_database)
    columns = ", ".join(quote(str(field.column)) for field in fields)
    row = "(" + ", ".join(["%s"] * len(fields)) + ")"
    head = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608 - names of our own columns
    tail = " RETURNING " + ", ".join(quote(str(field.column)) for field in made_by_database)
    return head, row, tail, tuple(Column(f) for f in fields), tuple(field.attname for field in made_by_database)


# Fields that hand values of this type on to the driver as they are.
_PLAIN: tuple[tuple[type[Any], type], ...] = (
    (models.IntegerField, int),
    (models.CharField, str),
    (models.TextField, str),
    (models.BooleanField, bool),
    (models.DecimalField, Decimal),
    (models.DateTimeField, datetime),
)
_PREPARING = ("pre_save", "get_prep_value", "get_db_prep_value", "get_db_prep_save")


class Column:
    """A field as it is written: its values go to the driver as they are whenever the field would do nothing to them."""

    __slots__ = ("attname", "field", "plain")

    def __init__(self, field: Any) -> None:
        self.field = field
        self.attname: str = field.attname
        self.plain = self._plain_type(field)

    @classmethod
    def _plain_type(cls, field: Any) -> type | None:
        if isinstance(field, models.ForeignKey):
            return cls._plain_type(field.target_field)
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            return None
        for kind, plain in _PLAIN:
            if isinstance(field, kind):
                return plain if all(getattr(type(field), do) is getattr(kind, do) for do in _PREPARING) else None
        return None

    def value(self, row: models.Model) -> Any:
        """Return what is written for a row."""
        value = row.__dict__.get(self.attname, row)
        if value is None or (type(value) is self.plain and getattr(value, "tzinfo", True)):
            return value
        return self.field.get_db_prep_save(self.field.pre_save(row, True), connection)


def _insertion(head: str, row_sql: str, tail: str, count: int) -> str:
    """Return the INSERT of so many rows; a command's few rows are worth preparing, an import's hundreds are not."""
    sql = head + ", ".join([row_sql] * count) + tail
    return Hot(sql) if count <= FEW else sql


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model in one statement, in order; what the database makes (keys, numbers) comes back
    into them."""
    if not rows:
        return
    head, row_sql, tail, fields, returned = _insert(type(rows[0]))
    values = [field.value(row) for row in rows for field in fields]
    made = ask(_insertion(head, row_sql, tail, len(rows)), values)
    for row, values_made in zip(rows, made, strict=True):
        _take_over(row, returned, values_made)


def _take_over(row: models.Model, names: Sequence[str], values: Sequence[Any]) -> None:
    """Note in the instance what the database made."""
    for name, value in zip(names, values, strict=True):
        setattr(row, name, value)
    row._state.adding = False
    row._state.db = connection.alias


def insert_unless_there(row: models.Model) -> bool:
    """Insert one new row unless a unique constraint knows it already; tell whether it was inserted."""
    head, row_sql, tail, fields, returned = _insert(type(row))
    made = ask(Hot(f"{head}{row_sql} ON CONFLICT DO NOTHING{tail}"), [field.value(row) for field in fields])
    if not made:
        return False
    _take_over(row, returned, made[0])
    return True


def insert_later(rows: Sequence[models.Model], *, unless_there: bool = False) -> None:
    """Insert new rows of one model whose keys nobody asks for, with the transaction's next trip to the server.

    `unless_there` leaves out a row that a unique constraint knows already.
    """
    if rows:
        head, row_sql, _tail, fields, _returned = _insert(type(rows[0]))
        end = " ON CONFLICT DO NOTHING" if unless_there else ""
        values = [field.value(row) for row in rows for field in fields]
        run_later([(_insertion(head, row_sql, end, len(rows)), values)])


def insert_row(row: models.Model) -> None:
    """Insert one new row; what the database makes comes back into it."""
    insert_rows([row])


@cache
def _blank(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]], dict[str, Any]]:
    """Return a model's constant defaults, those made anew for every row, and where each name's value goes: its column,
    and the relation whose row it is, if it is one."""
    constants: dict[str, Any] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    places: dict[str, tuple[str, str]] = {}
    for field in model._meta.concrete_fields:
        if (
            callable(field.default) and field.default is not models.NOT_PROVIDED
        ) or field.db_default is not models.NOT_PROVIDED:
            made.append((field.attname, field.get_default))
        else:
            constants[field.attname] = field.get_default()
        places[field.attname] = (field.attname, "")
        places[field.name] = (field.attname, field.name if field.is_relation else "")
    return constants, made, places


def fresh_row[M: models.Model](model: type[M], **values: Any) -> M:
    """Return a new row as `model(**values)` makes it, without its signals and at half the cost: for many in a command.

    Raises TypeError for a name the model does not have.
    """
    constants, made, places = _blank(model)
    row = model.__new__(model)
    row._state = ModelState()
    columns = row.__dict__
    columns.update(constants)
    for attname, default in made:
        columns[attname] = default()
    for name, value in values.items():
        if name not in places:
            raise TypeError(f"{model.__name__} has no column {name}")
        attname, relation = places[name]
        columns[attname] = value.pk if relation and value is not None else value
        if relation:
            row._state.fields_cache[relation] = value
    return row
