"""Masters through the API: one declared table a master, and from it the operations to list, read, enter and act."""

import inspect
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Annotated, Any, cast
from uuid import UUID

import orjson
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Body, Path, Query, Router, Schema
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, InputRefused, NotVisible, StaleVersion
from aftersales.core.fences import FencedQuerySet
from aftersales.core.workflow import Workflow, lock_fresh, snapshot
from aftersales.doors.commands import actor_of, answer_command, version_seen
from aftersales.doors.pages import DEFAULT_SIZE, LARGEST_SIZE, page_of
from aftersales.doors.steps import PROBLEMS, IdempotencyKey, IfMatch, OfferOut, offers, visible_row

Identity = Annotated[int, Field(ge=1, le=2**53)]
Small = Annotated[int, Field(ge=0, le=2**31 - 1)]
Short = Annotated[str, Field(max_length=120)]
Line = Annotated[str, Field(max_length=300)]
Text = Annotated[str, Field(max_length=4000)]


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a time of day at the station has no time zone")
    return value


LocalTime = Annotated[
    time,
    AfterValidator(_without_zone),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"}),
]


class Given(Schema):
    """What a caller sends: every field is named here, and no other is taken."""

    model_config = ConfigDict(extra="forbid")


class Wanted(Schema):
    """Which page of a list."""

    cursor: Annotated[str, Field(max_length=300, description="From `next_cursor` or `previous_cursor`.")] = ""
    size: Annotated[int, Field(ge=1, le=LARGEST_SIZE)] = DEFAULT_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Master[M: models.Model]:
    """One kind of record: who may read it, what is shown of it, how it is found.

    Shape: `shows` are the fields others see, read from the record unless `show` says otherwise; `wanted` the typed
    filters, each on the column of its own name unless `narrow` gives another lookup; `key` the column in the address.
    `scope` says whose rows are visible; without it station rows are fenced and network rows need `right` anywhere. With
    a `workflow` a single record also tells its next steps; lists do not, for guards may ask the database.
    """

    name: str
    model: type[M]
    shows: type[Schema]
    right: str = ""
    wanted: type[Wanted] = Wanted
    narrow: Mapping[str, str] = field(default_factory=dict)
    key: str = "id"
    order: Sequence[str] = ("-id",)
    fetch: Callable[[Any], Any] = lambda rows: rows
    scope: Callable[[Actor], Any] | None = None
    show: Callable[[Any, Actor], Mapping[str, Any]] | None = None
    workflow: Workflow[Any] | None = None

    @property
    def shows_alone(self) -> type[Schema]:
        """Return the schema of a single record: with a workflow also every next step and what stands in its way."""
        if self.workflow is None:
            return self.shows
        fields: dict[str, Any] = {"available_steps": (list[OfferOut], ...)}
        return create_model(
            f"{self.shows.__name__.removesuffix('Out')}Alone", __base__=self.shows, __doc__=self.shows.__doc__, **fields
        )

    def shown_alone(self, record: Any, actor: Actor) -> dict[str, Any]:
        """Return a single record as others see it."""
        shown = self.shown(record, actor)
        return shown if self.workflow is None else shown | {"available_steps": offers(self.workflow, record, actor)}

    def visible(self, actor: Actor) -> Any:
        """Return the rows the actor may see. Raises Forbidden for a master of the network without its right."""
        if self.scope is not None:
            return self.scope(actor)
        rows = self.model._default_manager.all()
        if isinstance(rows, FencedQuerySet):
            return rows.visible_to(actor, self.right or None)
        require_anywhere(actor, self.right)
        return rows

    def find(self, actor: Actor, key: Any) -> M:
        """Return one visible record; a foreign and a missing one raise the same NotVisible."""
        found = self.fetch(self.visible(actor)).filter(**{self.key: key}).first()
        if found is None:
            raise NotVisible
        return cast("M", found)

    def shown(self, record: Any, actor: Actor) -> dict[str, Any]:
        """Return the record as others see it."""
        if self.show is not None:
            return dict(self.show(record, actor))
        return columns(record, self.shows)


def columns(record: Any, shows: type[Schema], **more: Any) -> dict[str, Any]:
    """Return the schema's fields read from the record; `more` wins. `version` is there even without such a column."""
    names = [name for name in shows.model_fields if name not in more]
    return {name: version_of(record) if name == "version" else getattr(record, name) for name in names} | more


def require_anywhere(actor: Actor, *rights: str) -> None:
    """Raise Forbidden unless the actor holds one of the rights somewhere; an empty right is held by everybody."""
    if not any(right == "" or actor.may_anywhere(right) for right in rights):
        raise Forbidden(_("Your role does not allow this."), code="forbidden")


def version_of(record: models.Model) -> int:
    """Return the record's version; for a table without that column a number made of what stands in the row."""
    counted = getattr(record, "version", None)
    if counted is not None:
        return int(counted)
    return zlib.crc32(repr(sorted(snapshot(record).items())).encode("utf-8", "surrogatepass")) % 10**9


def changing(takes: type[Given], *, leave_out: Collection[str] = ()) -> type[Given]:
    """Return the schema of a PATCH: the same fields, each of which may be left out and then stays as it is."""
    fields: dict[str, Any] = {
        name: (
            Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation,
            Field(default_factory=lambda: None),
        )
        for name, info in takes.model_fields.items()
        if name not in leave_out
    }
    name = takes.__name__.removesuffix("In") + "Change"
    return create_model(name, __base__=Given, __doc__="What is left out stays as it is.", **fields)


def given(payload: BaseModel | None, actor: Actor, rows: Mapping[str, type[models.Model]]) -> dict[str, Any]:
    """Return the payload as keyword arguments: only what was sent, ids turned into rows the actor may see.

    `rows` maps `customer` to its model (then `customer_id` becomes `customer`) or `part_id` (then the checked id
    stays).
    """
    if payload is None:
        return {}
    sent = {name: getattr(payload, name) for name in payload.model_fields_set}
    arguments = {
        name: value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else value
        for name, value in sent.items()
    }
    for name, model in rows.items():
        stays = name.endswith("_id")
        column = name if stays else f"{name}_id"
        if column not in arguments:
            continue
        row_id: Any = arguments[column]
        row = None if row_id is None else visible_row(model, actor, row_id)
        if not stays:
            del arguments[column]
            arguments[name] = row
    return arguments


def json_answer(shown: Any, *, version: int | None = None, status: int = 200) -> HttpResponse:
    """Return rows already made plain as JSON, with the version as ETag."""
    headers = {} if version is None else {"ETag": f'"{version}"'}
    body = orjson.dumps(shown, default=str)
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def page_schema(shows: type[Schema]) -> type[Schema]:
    """Return the schema of one page of these rows."""
    fields: dict[str, Any] = {"rows": (list[shows], ...), "next_cursor": (str, ...), "previous_cursor": (str, ...)}  # type: ignore[valid-type]
    name = f"{shows.__name__.removesuffix('Out').removesuffix('Row')}Page"
    return create_model(name, __base__=Schema, __doc__="One page, with cursors to its neighbours.", **fields)


def refuse_unknown(request: HttpRequest, wanted: type[Schema]) -> None:
    """Raise InputRefused for a filter that the list does not have: a mistyped one must not answer with everything."""
    if unknown := sorted(set(request.GET) - wanted.model_fields.keys()):
        sentence = _("The list has no such filter.")
        raise InputRefused(
            sentence, code="unknown_filter", fields=dict.fromkeys((name[:60] for name in unknown[:10]), sentence)
        )


def narrowed(rows: Any, wanted: Wanted, narrow: Mapping[str, str]) -> Any:
    """Return the rows the filters leave."""
    asked = wanted.model_dump(exclude={"cursor", "size"}, exclude_none=True)
    conditions = {narrow.get(name, name): value for name, value in asked.items() if value != ""}
    return rows.filter(**conditions) if conditions else rows


def add_list(router: Router, master: Master[Any], *, path: str = "", summary: str = "") -> None:
    """Add `GET <path>`: visible records by cursor, with the master's typed filters."""
    page = page_schema(master.shows)
    schema = master.wanted

    def operation(request: HttpRequest, wanted: schema = Query(...)) -> HttpResponse:  # type: ignore[valid-type,type-arg]  # noqa: B008
        actor = actor_of(request)
        refuse_unknown(request, schema)
        rows = narrowed(master.fetch(master.visible(actor)), cast("Wanted", wanted), master.narrow)
        found = page_of(rows, order=master.order, cursor=wanted.cursor, size=wanted.size)  # type: ignore[attr-defined]
        return json_answer(
            {
                "rows": [master.shown(row, actor) for row in found.rows],
                "next_cursor": found.next_cursor,
                "previous_cursor": found.previous_cursor,
            }
        )

    router.get(
        path,
        response={200: page, **PROBLEMS},
        operation_id=f"{master.name}_list",
        summary=summary or f"List: {master.name.replace('_', ' ')}",
        tags=[master.name],
    )(operation)


def key_type(master: Master[Any]) -> Any:
    """Return how the address names a record: by its id, or by its number or code."""
    column = master.model._meta.get_field(master.key)
    if isinstance(column, models.UUIDField):
        return Annotated[UUID, Path(...)]  # type: ignore[type-arg]
    if isinstance(column, models.AutoField):
        return Annotated[int, Path(..., ge=1, le=2**53)]  # type: ignore[type-arg]
    return Annotated[str, Path(..., min_length=1, max_length=60)]  # type: ignore[type-arg]


def add_get(router: Router, master: Master[Any]) -> None:
    """Add `GET /{key}`: one record, its version in the ETag."""
    kind = key_type(master)

    def operation(request: HttpRequest, key: kind) -> HttpResponse:  # type: ignore[valid-type]
        actor = actor_of(request)
        record = master.find(actor, key)
        return json_answer(master.shown_alone(record, actor), version=version_of(record))

    router.get(
        "/{key}",
        response={200: master.shows_alone, **PROBLEMS},
        operation_id=f"{master.name}_get",
        summary=f"Read: {master.name.replace('_', ' ')}",
        tags=[master.name],
    )(operation)


def add_reading(router: Router, master: Master[Any]) -> None:
    """Add the list and the single record."""
    add_list(router, master)
    add_get(router, master)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One command: what it is called, the service that does it, what it takes.

    Shape: `rows` as in `given`; `answers` turns what the service returned into the answer (default: the record as read
    anew); `secret` picks what is told once and never kept with the idempotency key.
    """

    name: str
    service: Callable[..., Any]
    takes: type[Given] | None = None
    rows: Mapping[str, type[models.Model]] = field(default_factory=dict)
    answers: Callable[[Any, Actor], Mapping[str, Any]] | None = None
    shows: type[Schema] | None = None
    secret: Callable[[Any], Mapping[str, Any]] | None = None
    status: int = 200

    def describe(self) -> str:
        return inspect.getdoc(inspect.unwrap(self.service)) or ""

    def perform(
        self, request: HttpRequest, command: Callable[[Actor, datetime], tuple[Mapping[str, Any], Any]]
    ) -> HttpResponse:
        """Carry the command out once; a repeated key gets the same answer without what is secret."""
        told: dict[str, Any] = {}

        def kept(actor: Actor, at: datetime) -> Mapping[str, Any]:
            shown, result = command(actor, at)
            if self.secret is not None:
                told.update(self.secret(result))
            return shown

        response = answer_command(request, kept, status=self.status)
        if told:
            response.content = orjson.dumps(orjson.loads(response.content) | told, default=str)
        return response


def _expects(takes: type[Given] | None) -> Any:
    """Return the type of the body; a command without input takes an empty object."""
    return takes or Nothing


class Nothing(Given):
    """No input."""


def add_opening(router: Router, master: Master[Any], verb: Verb, *, path: str = "") -> None:
    """Add `POST <path>`: `service(actor, at, **given)` makes a record and answers 201 with it."""
    schema = _expects(verb.takes)

    def operation(request: HttpRequest, idempotency_key: IdempotencyKey, payload: schema = Body(...)) -> HttpResponse:  # type: ignore[valid-type,type-arg]  # noqa: B008
        def command(actor: Actor, at: datetime) -> tuple[Mapping[str, Any], Any]:
            made = verb.service(actor, at, **given(cast("BaseModel", payload), actor, verb.rows))
            if verb.answers is not None:
                return verb.answers(made, actor), made
            return master.shown_alone(master.find(actor, getattr(made, master.key)), actor), made

        return verb.perform(request, command)

    router.post(
        path,
        response={verb.status: verb.shows or master.shows_alone, **PROBLEMS},
        operation_id=f"{master.name}_{verb.name}",
        summary=f"{verb.name.replace('_', ' ').capitalize()}: {master.name.replace('_', ' ')}",
        description=verb.describe(),
        tags=[master.name],
    )(operation)


def _acted(master: Master[Any], verb: Verb, request: HttpRequest, key: Any, payload: Any) -> HttpResponse:
    version = version_seen(request)

    def command(actor: Actor, at: datetime) -> tuple[Mapping[str, Any], Any]:
        record = master.find(actor, key)
        refuse_stale(record, version)
        result = verb.service(record, actor, at, **given(payload, actor, verb.rows))
        if verb.answers is not None:
            return verb.answers(result, actor), result
        return master.shown_alone(master.find(actor, key), actor), result

    return verb.perform(request, command)


def refuse_stale(record: models.Model, version: int) -> None:
    """Lock the record and raise StaleVersion unless it still is the one the caller has seen."""
    if hasattr(record, "version"):
        lock_fresh(held(record, version))
        return
    if version_of(lock_fresh(record)) != version:
        raise StaleVersion(
            _("Somebody changed this record while you were working on it. Look at the new state and try again."),
            code="stale_version",
        )


def _add_on_record(router: Router, master: Master[Any], verb: Verb, method: str, path: str) -> None:
    kind, schema = key_type(master), _expects(verb.takes)

    def operation(
        request: HttpRequest,
        key: kind,  # type: ignore[valid-type]
        idempotency_key: IdempotencyKey,
        if_match: IfMatch,
        payload: schema = Body(...),  # type: ignore[valid-type,type-arg]  # noqa: B008
    ) -> HttpResponse:
        return _acted(master, verb, request, key, payload)

    router.api_operation(
        [method],
        path,
        response={verb.status: verb.shows or master.shows_alone, **PROBLEMS},
        operation_id=f"{master.name}_{verb.name}",
        summary=f"{verb.name.replace('_', ' ').capitalize()}: {master.name.replace('_', ' ')}",
        description=verb.describe(),
        tags=[master.name],
    )(operation)


def add_change(router: Router, master: Master[Any], verb: Verb) -> None:
    """Add `PATCH /{key}`: `service(record, actor, at, **given)` with only the fields that were sent."""
    _add_on_record(router, master, verb, "PATCH", "/{key}")


def add_verbs(router: Router, master: Master[Any], *verbs: Verb) -> None:
    """Add `POST /{key}/<verb>` for each: `service(record, actor, at, **given)`."""
    for verb in verbs:
        _add_on_record(router, master, verb, "POST", f"/{{key}}/{verb.name.replace('_', '-')}")
