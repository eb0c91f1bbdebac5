"""Follow-up calls and cases through the API: lists, reading, every step."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Query, Router, Schema
from pydantic import ConfigDict, Field

from aftersales.care import services
from aftersales.care.choices import CaseChannel, CaseKind, CaseState, ContentClass, FollowUpState, Level
from aftersales.care.models import FollowUp, ServiceCase
from aftersales.care.permissions import P
from aftersales.care.transitions import cases, follow_ups
from aftersales.core.actor import Actor
from aftersales.doors.commands import actor_of, answer_command
from aftersales.doors.pages import DEFAULT_SIZE, LARGEST_SIZE, page_of
from aftersales.doors.steps import (
    PROBLEMS,
    IdempotencyKey,
    Number,
    OfferOut,
    StepOut,
    add_steps,
    brief,
    offers,
    visible_row,
)
from aftersales.network.models import Station

follow_up_router = Router(tags=["followup"])
case_router = Router(tags=["servicecase"])
Identity = Annotated[int, Field(ge=1, le=2**53)]


class FollowUpRow(Schema):
    """A follow-up call in a list."""

    number: str
    kind: str
    state: str
    station_id: int
    customer_id: int | None
    vehicle_id: int | None
    order_id: int | None
    assignee_id: int | None
    plate: str
    due_from_on: date
    due_at: datetime
    attempt_count: int
    reached_at: datetime | None
    satisfaction: int | None
    recommendation: int | None
    version: int


class FollowUpOut(FollowUpRow):
    """The whole call."""

    about: str
    contact_name: str
    available_steps: list[OfferOut]


class FollowUpPage(Schema):
    """One page of calls, latest planned first."""

    rows: list[FollowUpRow]
    next_cursor: str
    previous_cursor: str


class CaseRow(Schema):
    """A case in a list."""

    number: str
    kind: str
    state: str
    content_class: str
    level: str
    channel: str
    station_id: int
    customer_id: int | None
    vehicle_id: int | None
    order_id: int | None
    handler_id: int | None
    plate: str
    model_name: str
    created_at: datetime
    due_at: datetime
    solved_at: datetime | None
    satisfaction: int | None
    reopen_count: int
    version: int


class CaseOut(CaseRow):
    """The whole case."""

    complainant: str
    description: str
    problem_exists: bool | None
    cause: str
    solution_kind: str
    solution: str
    talk: str
    available_steps: list[OfferOut]


class CasePage(Schema):
    """One page of cases, newest first."""

    rows: list[CaseRow]
    next_cursor: str
    previous_cursor: str


class PageWanted(Schema):
    """Which page of which station."""

    station_id: Identity | None = None
    cursor: Annotated[str, Field(max_length=300)] = ""
    size: Annotated[int, Field(ge=1, le=LARGEST_SIZE)] = DEFAULT_SIZE


class FollowUpFilter(PageWanted):
    """Which calls."""

    state: FollowUpState | None = None


class CaseFilter(PageWanted):
    """Which cases."""

    state: CaseState | None = None


class CaseIn(Schema):
    """A complaint or another matter (CPL-03)."""

    model_config = ConfigDict(extra="forbid")
    station_id: Identity
    channel: CaseChannel
    complainant: Annotated[str, Field(max_length=120)]
    description: Annotated[str, Field(max_length=4000)]
    kind: CaseKind = CaseKind.COMPLAINT
    content_class: ContentClass = ContentClass.AFTER_SALES
    level: Level = Level.GENERAL
    complainant_phone: Annotated[str, Field(max_length=32)] = ""
    plate: Annotated[str, Field(max_length=20)] = ""
    model_name: Annotated[str, Field(max_length=100)] = ""


def _shown(document: Any, schema: type[Schema], **more: Any) -> dict[str, Any]:
    return {name: getattr(document, name) for name in schema.model_fields if name not in more} | more


@follow_up_router.get(
    "", response={200: FollowUpPage, **PROBLEMS}, operation_id="followup_list", summary="List follow-up calls"
)
def list_follow_ups(request: HttpRequest, wanted: Query[FollowUpFilter]) -> Any:
    """Return visible calls, latest planned first, by cursor."""
    rows = FollowUp.objects.visible_to(actor_of(request), P.VIEW)
    rows = rows.filter(**wanted.model_dump(include={"state", "station_id"}, exclude_none=True))
    return page_of(rows, order=("-created_at", "-id"), cursor=wanted.cursor, size=wanted.size)


@follow_up_router.get(
    "/{number}", response={200: FollowUpOut, **PROBLEMS}, operation_id="followup_get", summary="Read a follow-up call"
)
def get_follow_up(request: HttpRequest, response: HttpResponse, number: Number) -> Any:
    """Return the call with every next step; the version is in the ETag."""
    actor = actor_of(request)
    call = FollowUp.objects.get_visible(actor, P.VIEW, number=number)
    response["ETag"] = f'"{call.version}"'
    return _shown(call, FollowUpOut, available_steps=offers(follow_ups.WORKFLOW, call, actor))


@case_router.get("", response={200: CasePage, **PROBLEMS}, operation_id="servicecase_list", summary="List cases")
def list_cases(request: HttpRequest, wanted: Query[CaseFilter]) -> Any:
    """Return visible cases, newest first, by cursor."""
    rows = ServiceCase.objects.visible_to(actor_of(request), P.CASE_VIEW)
    rows = rows.filter(**wanted.model_dump(include={"state", "station_id"}, exclude_none=True))
    return page_of(rows, order=("-created_at", "-id"), cursor=wanted.cursor, size=wanted.size)


@case_router.get(
    "/{number}", response={200: CaseOut, **PROBLEMS}, operation_id="servicecase_get", summary="Read a case"
)
def get_case(request: HttpRequest, response: HttpResponse, number: Number) -> Any:
    """Return the case with every next step; the version is in the ETag."""
    actor = actor_of(request)
    case = ServiceCase.objects.get_visible(actor, P.CASE_VIEW, number=number)
    response["ETag"] = f'"{case.version}"'
    return _shown(case, CaseOut, available_steps=offers(cases.WORKFLOW, case, actor))


@case_router.post(
    "", response={201: StepOut, **PROBLEMS}, operation_id="servicecase_open_case", summary="Register a case"
)
def open_case(
    request: HttpRequest, idempotency_key: IdempotencyKey, payload: Annotated[CaseIn, Body()]
) -> HttpResponse:
    """Register a complaint or another matter (CPL-01 to CPL-04)."""

    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        station: Any = visible_row(Station, actor, payload.station_id)
        opened = cases.open_case(actor, at, station=station, **payload.model_dump(exclude={"station_id"}))
        return brief(cases.WORKFLOW, opened, actor)

    return answer_command(request, command, status=201)


def _log_call(follow_up: FollowUp, actor: Actor, at: datetime, **call: Any) -> FollowUp:
    """Record the call and act on it (FUP-05, FUP-06, FUP-13)."""
    return services.log_call(follow_up, actor, at, **call)[0]


add_steps(
    follow_up_router,
    follow_ups.WORKFLOW,
    FollowUp,
    {name: getattr(follow_ups, name) for name in follow_ups.WORKFLOW.by_name} | {"record_call": _log_call},
)
add_steps(
    case_router,
    cases.WORKFLOW,
    ServiceCase,
    {name: getattr(cases, name) for name in cases.WORKFLOW.by_name} | {"tell_result": services.tell_result},
)
