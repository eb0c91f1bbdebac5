"""Every step of every workflow as an API operation: input schemas come from the step functions' own signatures."""

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Union
from uuid import UUID

from django.db import models
from django.http import HttpRequest, HttpResponse
from ninja import Body, Header, Path, Router, Schema
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model

from aftersales.core.actor import Actor
from aftersales.core.documents import held, seen_as
from aftersales.core.errors import NotVisible
from aftersales.core.rows import read_visible, row_of
from aftersales.core.workflow import Step, Workflow
from aftersales.doors.commands import answer_command, version_seen
from aftersales.network.models import Station
from aftersales.network.queries import station_of

type Represent = Callable[[Any, Actor], Mapping[str, Any]]

_INTEGER = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
_IDENTITY = Annotated[int, Field(ge=1, le=2**53)]
_DECIMAL = Annotated[Decimal, Field(max_digits=15, decimal_places=3)]
_TEXT = Annotated[str, Field(max_length=10_000)]


class Problem(Schema):
    """Why a request was refused, after RFC 9457."""

    type: str
    status: int
    title: str
    detail: str = ""
    code: str
    clause: str = ""
    fields: dict[str, str] = {}
    request_id: str = ""


class StepOut(Schema):
    """Where the document stands after the command."""

    number: str
    state: str
    version: int
    available_steps: list[str]


class OfferOut(Schema):
    """A step that leaves the current state; `is_open` false comes with the sentence, code and clause that stand in
    the way."""

    name: str
    label: str
    is_open: bool
    reason: str = ""
    code: str = ""
    clause: str = ""


PROBLEMS: dict[int, type[Problem]] = dict.fromkeys((400, 401, 403, 404, 409, 412, 422, 428), Problem)

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=80,
        pattern="^[!-~]{8,80}$",
        description="A new one for every command; the same key with the same body gets the stored answer.",
    ),
]
IfMatch = Annotated[str, Header(alias="If-Match", description="The version seen, as in the ETag.", examples=['"1"'])]
RecordId = Annotated[int, Path(ge=1, le=2**53, description="The document's id.")]
Number = Annotated[str, Path(max_length=40, description="The document's number.")]


def _typed(hint: Any) -> Any:  # noqa: PLR0911 - one answer a kind of hint
    """Return a hint as the API asks for it: bounded figures, instants with a time zone, bounded text."""
    if hint is int:
        return _INTEGER
    if hint is Decimal:
        return _DECIMAL
    if hint is datetime:
        return AwareDatetime
    if hint is str:
        return _TEXT
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return Union[tuple(_typed(argument) for argument in arguments)]  # noqa: UP007
    if origin is not None and origin is not typing.Literal and arguments:
        return origin[tuple(_typed(argument) for argument in arguments)]
    return hint


def _model_in(hint: Any) -> type[models.Model] | None:
    candidates = [hint, *typing.get_args(hint)]
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, models.Model)), None)


class StepInput:
    """The input of one step or opening: its schema, and how a payload becomes keyword arguments."""

    def __init__(self, name: str, function: Callable[..., Any], *, leave_out: frozenset[str] = frozenset()) -> None:
        hints = typing.get_type_hints(inspect.unwrap(function))
        fields: dict[str, Any] = {}
        self.rows: dict[str, type[models.Model]] = {}
        for parameter in inspect.signature(inspect.unwrap(function)).parameters.values():
            if parameter.kind is not inspect.Parameter.KEYWORD_ONLY or parameter.name in leave_out:
                continue
            hint = hints[parameter.name]
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            if (model := _model_in(hint)) is not None:
                self.rows[parameter.name] = model
                identity: Any = UUID if isinstance(model._meta.pk, models.UUIDField) else _IDENTITY
                fields[f"{parameter.name}_id"] = (identity if default is ... else identity | None, default)
            else:
                fields[parameter.name] = (_typed(hint), default)
        title = "".join(part.capitalize() for part in name.split("_"))
        self.schema: type[BaseModel] = create_model(f"{title}In", __config__=ConfigDict(extra="forbid"), **fields)

    def arguments(self, payload: BaseModel, actor: Actor) -> dict[str, Any]:
        """Return the keyword arguments; an id of a row the actor may not see raises the same NotVisible as a missing
        one."""
        given = {name: getattr(payload, name) for name in payload.model_fields_set}
        for name, model in self.rows.items():
            if f"{name}_id" not in given:
                continue
            row_id = given.pop(f"{name}_id")
            given[name] = None if row_id is None else visible_row(model, actor, row_id)
        return given


def visible_row(model: type[models.Model], actor: Actor, row_id: int | UUID) -> models.Model:
    """Return the row if the actor may see it; masters of the network are seen by everybody."""
    if model is Station:
        return _visible_station(actor, int(row_id))
    found = row_of(model, row_id)
    if found is None or not _is_own_place(found, actor):
        raise NotVisible
    return found


def visible_document[M: models.Model](model: type[M], actor: Actor, number: str) -> M:
    """Return the document of that number. Raises NotVisible for a foreign one as for a missing one."""
    found = read_visible(model, number, actor.stations_with())
    if found is None:
        raise NotVisible
    return found


def _visible_station(actor: Actor, station_id: int) -> Station:
    stations = actor.stations_with()
    if stations is not None and station_id not in stations:
        raise NotVisible
    try:
        return station_of(station_id)
    except Station.DoesNotExist:
        raise NotVisible from None


def _is_own_place(row: models.Model, actor: Actor) -> bool:
    """Tell whether a station, or a master kept for one station, is one the actor belongs to."""
    station_id = row.pk if isinstance(row, Station) else getattr(row, "station_id", None)
    stations = actor.stations_with()
    return station_id is None or stations is None or station_id in stations


def brief(workflow: Workflow[Any], document: Any, actor: Actor) -> dict[str, Any]:
    """Return number, state, version and the names of the steps that state and role allow, without a query."""
    state = getattr(document, workflow.field)
    return {
        "number": getattr(document, "number", "") or str(document.pk),
        "state": str(state),
        "version": document.version,
        "available_steps": [
            step.name
            for step in workflow.steps
            if state in step.sources and actor.may(step.permission, document.station_id)
        ],
    }


def offers(workflow: Workflow[Any], document: Any, actor: Actor) -> list[dict[str, Any]]:
    """Return every step that leaves the current state, with what stands in its way, in the caller's language."""
    return [
        {
            "name": offer.step.name,
            "label": str(offer.step.label),
            "is_open": offer.is_open,
            "reason": str(offer.refusal.sentence) if offer.refusal else "",
            "code": offer.refusal.code if offer.refusal else "",
            "clause": offer.refusal.clause if offer.refusal else "",
        }
        for offer in workflow.offers(document, actor)
    ]


def add_steps(
    router: Router,
    workflow: Workflow[Any],
    model: type[models.Model],
    functions: Mapping[str, Callable[..., Any]],
    *,
    leave_out: frozenset[str] = frozenset(),
    find: Callable[[Actor, int], models.Model] | None = None,
) -> None:
    """Add `POST /{number}/steps/<step>` for every step whose function is given.

    `functions` maps the step's name to what the door calls: the step itself, or the service that wraps it. `find` looks
    up documents that have no number from their beginning, by id.
    """
    for step in workflow.steps:
        if step.name in functions and step.name not in leave_out:
            _add_step(router, workflow, model, step, functions[step.name], find)


def _add_step(
    router: Router,
    workflow: Workflow[Any],
    model: Any,
    step: Step,
    function: Callable[..., Any],
    find: Callable[[Actor, int], models.Model] | None,
) -> None:
    reads = StepInput(f"{model.__name__}_{step.name}", workflow.bodies.get(step.name, function))
    schema = reads.schema
    locks_itself = getattr(function, "locks_itself", False)
    key: Any = Number if find is None else RecordId

    def operation(
        request: HttpRequest,
        number: key,
        idempotency_key: IdempotencyKey,
        if_match: IfMatch,
        payload: schema = Body(...),  # type: ignore[valid-type,type-arg]  # noqa: B008
    ) -> HttpResponse:
        version = version_seen(request)

        def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
            if find is not None:
                document = held(find(actor, number), version)
            elif locks_itself:
                document = seen_as(model, actor, number, version)
            else:
                document = held(visible_document(model, actor, number), version)
            return brief(workflow, function(document, actor, at, **reads.arguments(payload, actor)), actor)

        return answer_command(request, command)

    cited = sorted({*step.clauses, *(condition.clause for condition in step.conditions if condition.clause)})
    router.post(
        f"/{{number}}/steps/{step.name.replace('_', '-')}",
        response={200: StepOut, **PROBLEMS},
        operation_id=f"{model._meta.model_name}_{step.name}",
        summary=f"{step.name.replace('_', ' ').capitalize()}",
        description=f"{inspect.getdoc(function) or ''}\n\nClauses: {', '.join(cited) or '—'}",
        tags=[model._meta.model_name],
    )(operation)
