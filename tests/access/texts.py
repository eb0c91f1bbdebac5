"""Every text field of an operation, found in the API's description, and where the database keeps what it was sent."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.test import RequestFactory
from django.urls import resolve

from aftersales.seeds.cast import Cast
from tests.access.openapi import Operation, document, operations

# Kept in another shape on purpose: words to search by, and stored answers.
_NOT_KEPT_AS_SENT = ("search_", "django_", "journal_commandanswer")
_MARKER = "Mark甲7Q记号"
_NEWEST = 12
_SPREAD = 12
_CLOSED = {"enum", "const", "format", "pattern"}

type Place = tuple[str | int, ...]
"""The way to a value in a body: names, `0` for the elements of a list, `*` for whatever key a dictionary has."""


def text_places(schema: Mapping[str, Any], above: Place = ()) -> Iterator[Place]:
    """Yield where free text may stand; figures, dates and fixed choices are no free text."""
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    choices = [one for name in ("anyOf", "allOf", "oneOf") for one in schema.get(name, ())]
    if not any(one.get("type") in ("number", "integer") for one in choices):
        for one in choices:
            yield from text_places(one, above)
    if schema.get("type") == "string" and not _CLOSED & schema.keys():
        yield above
    for name, one in schema.get("properties", {}).items():
        yield from text_places(one, (*above, name))
    others = schema.get("additionalProperties")
    if others is True:
        yield (*above, "*")
    elif isinstance(others, dict):
        yield from text_places(others, (*above, "*"))
    if "items" in schema:
        yield from text_places(schema["items"], (*above, 0))


def places_of(operation: Operation) -> tuple[Place, ...]:
    """Return where the operation's body takes free text."""
    return _places()[operation.name]


@cache
def _places() -> dict[str, tuple[Place, ...]]:
    return {one.name: _text_places_of(one) for one in operations()}


def _text_places_of(operation: Operation) -> tuple[Place, ...]:
    content = operation.spec.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return ()
    return tuple(dict.fromkeys(text_places(content["application/json"]["schema"])))


def operations_with_text(prefixes: Sequence[str]) -> dict[str, Operation]:
    """Return by name the operations below the addresses that take free text."""
    return {
        one.name: one
        for one in operations()
        if one.method != "GET" and any(one.path.startswith(f"/api{prefix}") for prefix in prefixes) and places_of(one)
    }


def put(body: Any, place: Place, value: Any) -> Any:
    """Return the body with the value at the place; missing lists and dictionaries are made."""
    if not place:
        return value
    step, rest = place[0], place[1:]
    if step == 0:
        rows = list(body or [None])
        return [put(rows[0], rest, value), *rows[1:]]
    known = dict(body or {})
    if step == "*":
        step = next((name for name, told in known.items() if isinstance(told, bool | str)), "note")
    return known | {step: put(known.get(step), rest, value)}


def leaves(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)


@cache
def _tables() -> tuple[tuple[str, bool], ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, bool_or(column_name = 'id') FROM information_schema.columns"
            " WHERE table_schema = 'public' GROUP BY 1"
        )
        return tuple((name, has_id) for name, has_id in cursor.fetchall() if not name.startswith(_NOT_KEPT_AS_SENT))


def kept_in(marker: str) -> list[tuple[str, str]]:
    """Return (table, column) of every place where the marker stands as a text of its own."""
    asked = " UNION ALL ".join(
        f"SELECT '{name}', to_jsonb(t) FROM {name} t WHERE t::text LIKE %(like)s" for name, _has_id in _tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, {"like": f"%{marker}%"})
        rows = cursor.fetchall()
    found = {(table, column) for table, row in rows for column, value in _row(row).items() if marker in leaves(value)}
    return sorted(found)


def _row(told: Any) -> dict[str, Any]:
    return dict(json.loads(told)) if isinstance(told, str) else dict(told)


def told_at(shelves: Sequence[tuple[str, str]]) -> list[set[str]]:
    """Return for every (table, column) all texts that its newest rows hold."""
    ordered = dict(_tables())
    asked = " UNION ALL ".join(
        f"(SELECT {n}, to_jsonb(t.{column}) FROM {table} t"
        f"{f' ORDER BY id DESC LIMIT {_NEWEST}' if ordered[table] else ''})"
        for n, (table, column) in enumerate(shelves)
    )
    found: list[set[str]] = [set() for _shelf in shelves]
    with connection.cursor() as cursor:
        cursor.execute(asked)
        for n, told in cursor.fetchall():
            found[n].update(leaves(json.loads(told) if isinstance(told, str) else told))
    return found


@dataclass
class Fields:
    """The text fields of one operation on one document: the open ones with where they are kept, and the closed ones."""

    open: dict[Place, list[tuple[str, str]]] = field(default_factory=dict)
    closed: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """One operation on one record: who asks, with which body that is taken as it is."""

    operation: Operation
    who: str
    path: str
    body: Any
    version: int | None
    fields: Fields


def _named(chosen: Mapping[Place, str], named: Mapping[str, Any]) -> list[Place]:
    """Return the fields a refusal speaks of: by their whole way, or by the last name where only one has it."""
    exact = [place for place in chosen if ".".join(map(str, place)) in named]
    last = [place for place in chosen if next(step for step in reversed(place) if step not in (0, "*")) in named]
    return exact or (last if len(last) == 1 else [])


@dataclass
class Sender:
    """Sends a body to an operation as somebody of the cast, past the middleware, and takes back what it did."""

    cast: Cast
    naughty: Sequence[str]
    tried: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    unkept: list[str] = field(default_factory=list)
    _keys: Iterator[int] = field(default_factory=itertools.count)
    _factory: RequestFactory = field(default_factory=RequestFactory)

    def ask(self, operation: Operation, who: str, path: str, body: Any, version: int | None) -> Any:
        headers = {"Idempotency-Key": f"text-key-{next(self._keys):08d}", "Authorization": "Bearer of-the-test"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        sent = json.dumps(body, default=str)
        request: Any = self._factory.generic(
            operation.method, path, sent, content_type="application/json", headers=headers
        )
        request.actor, request.user, request.request_id = self.cast.actors[who], self.cast.users[who], "texts"
        view = resolve(path)
        return view.func(request, *view.args, **view.kwargs)

    def version_of(self, who: str, path: str) -> int:
        """Return the version of the record at an address, as its ETag says it; 1 where there is none."""
        view = resolve(path)
        request: Any = self._factory.get(path)
        request.actor, request.user, request.request_id = self.cast.actors[who], self.cast.users[who], "texts"
        answer = view.func(request, *view.args, **view.kwargs)
        return int(answer.headers.get("ETag", '"1"').strip('"')) if answer.status_code == 200 else 1

    def try_all(self, name: str, who: str, path: str, body: Any, version: int | None = None) -> None:
        """Send every string through every text field: kept as sent wherever it is kept, or refused with a sentence.

        A closed field, one that takes only what is on a list, gets every twelfth string.
        """
        operation = next(one for one in operations() if one.name == name)
        self.tried.add(name)
        fields = self._probed(operation, who, path, body, version)
        asked = Asked(operation, who, path, body, version, fields)
        for n in range(len(self.naughty) if fields.open else 0):
            # Another string in every field at once; over the loop each string is in each field.
            self._send(
                asked, {place: self.naughty[(n + 61 * m) % len(self.naughty)] for m, place in enumerate(fields.open)}
            )
        for m, place in enumerate(fields.closed):
            for text in self.naughty[m % _SPREAD :: _SPREAD]:
                self._send(asked, {place: text})

    def _send(self, asked: Asked, chosen: Mapping[Place, str]) -> None:
        """Send the strings together; what a refusal speaks of is refused, the others are sent again."""
        if not chosen:
            return
        answer = self._answer(asked, chosen)
        if answer.status_code in (200, 201):
            return
        self._refused(asked.operation, chosen, answer)
        named = json.loads(answer.content).get("fields", {}) if answer.status_code < 500 else {}
        if len(chosen) == 1:
            return
        spoken_of = _named(chosen, named)
        if spoken_of:
            self._send(asked, {place: text for place, text in chosen.items() if place not in spoken_of})
            return
        for place, text in chosen.items():
            self._send(asked, {place: text})

    def _answer(self, asked: Asked, chosen: Mapping[Place, str]) -> Any:
        sent = copy.deepcopy(asked.body)
        for place, text in chosen.items():
            sent = put(sent, place, text)
        with transaction.atomic():
            answer = self.ask(asked.operation, asked.who, asked.path, sent, asked.version)
            if answer.status_code in (200, 201):
                self._compare(asked.operation, chosen, asked.fields)
            transaction.set_rollback(True)
        return answer

    def _probed(self, operation: Operation, who: str, path: str, body: Any, version: int | None) -> Fields:
        with transaction.atomic():
            plain = self.ask(operation, who, path, body, version)
            assert plain.status_code in (200, 201), f"{operation.name}: {plain.status_code} {plain.content.decode()}"
            transaction.set_rollback(True)
        fields = Fields()
        for place in places_of(operation):
            with transaction.atomic():
                answer = self.ask(operation, who, path, put(copy.deepcopy(body), place, _MARKER), version)
                if answer.status_code in (200, 201):
                    fields.open[place] = kept_in(_MARKER)
                    if not fields.open[place]:
                        self.unkept.append(f"{operation.name} {'.'.join(map(str, place))}")
                else:
                    self._refused(operation, {place: _MARKER}, answer)
                    fields.closed.append(place)
                transaction.set_rollback(True)
        return fields

    def _refused(self, operation: Operation, chosen: Mapping[Place, str], answer: Any) -> None:
        told = answer.headers["Content-Type"] == "application/problem+json" and json.loads(answer.content)["title"]
        if not (400 <= answer.status_code < 500 and told and len(told) > 4):
            self.faults.append(f"{operation.name} {chosen}: {answer.status_code} {answer.content[:200]!r}")

    def _compare(self, operation: Operation, chosen: Mapping[Place, str], fields: Fields) -> None:
        shelves = [(place, shelf) for place in chosen for shelf in fields.open.get(place, ())]
        if not shelves:
            return
        for (place, shelf), told in zip(shelves, told_at([shelf for _place, shelf in shelves]), strict=True):
            text = chosen[place]
            # Nothing said, or blanks alone, is nothing kept.
            if text.strip() and text not in told and text.strip() not in told:
                self.faults.append(f"{operation.name} {'.'.join(map(str, place))} → {'.'.join(shelf)}: {text!r}")
