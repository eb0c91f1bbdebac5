"""Bookings through the API: take, read, every step, free times."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Body, Query, Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field

from aftersales.appointments import queries, transitions
from aftersales.appointments.choices import AppointmentState, Channel, MobilityWish
from aftersales.appointments.models import Appointment
from aftersales.appointments.permissions import P
from aftersales.appointments.rules import ItemDraft
from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.customers.models import Customer
from aftersales.doors.commands import actor_of, answer_command, version_seen
from aftersales.doors.pages import DEFAULT_SIZE, LARGEST_SIZE, page_of
from aftersales.doors.steps import (
    PROBLEMS,
    IdempotencyKey,
    IfMatch,
    Number,
    OfferOut,
    StepOut,
    add_steps,
    brief,
    offers,
    visible_row,
)
from aftersales.network.models import Bay, Station
from aftersales.staff.models import StaffMember
from aftersales.vehicles.models import Vehicle

router = Router(tags=["appointment"])
Identity = Annotated[int, Field(ge=1, le=2**53)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class ItemIn(Schema):
    """A line of work or a part; price in yuan with tax for the whole line."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(min_length=1, max_length=200)]
    operation_id: Identity | None = None
    part_id: Identity | None = None
    quantity: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3)] = Decimal(1)
    hours: Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=2)] = Decimal(0)
    price: Amount = Decimal("0.00")


class TermsIn(Schema):
    """What a booking says; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")
    contact_name: Annotated[str, Field(max_length=100)] = ""
    contact_phone: Annotated[str, Field(max_length=32)] = ""
    customer_id: Identity | None = None
    vehicle_id: Identity | None = None
    plate: Annotated[str, Field(max_length=20)] = ""
    model_name: Annotated[str, Field(max_length=100)] = ""
    concern: Annotated[str, Field(max_length=4000)] = ""
    special_care: Annotated[str, Field(max_length=1000)] = ""
    mobility: MobilityWish = MobilityWish.NONE
    documents_to_bring: Annotated[str, Field(max_length=500)] = ""
    wanted_at: AwareDatetime | None = None
    arrives_at: AwareDatetime | None = None
    duration_minutes: Annotated[int, Field(ge=5, le=20160)] | None = None
    bay_id: Identity | None = None
    technician_id: Identity | None = None
    advisor_id: Identity | None = None
    price_low: Amount | None = None
    price_high: Amount | None = None
    items: Annotated[list[ItemIn], Field(max_length=200)] | None = None


class RequestIn(TermsIn):
    """A booking request."""

    station_id: Identity
    channel: Channel = Channel.PHONE


class BookIn(RequestIn):
    """A booking confirmed at once: the customer was told the terms."""

    terms_told: bool
    override_reason: Annotated[str, Field(max_length=500)] = ""


class ChangeIn(TermsIn):
    """Changed terms; `terms_told` attests that the customer heard a new price."""

    terms_told: bool = False


class AppointmentRow(Schema):
    """A booking in a list."""

    number: str
    state: str
    channel: str
    station_id: int
    customer_id: int | None
    vehicle_id: int | None
    contact_name: str
    plate: str
    model_name: str
    wanted_at: datetime | None
    arrives_at: datetime | None
    duration_minutes: int | None
    bay_id: int | None
    technician_id: int | None
    advisor_id: int | None
    parts_short: bool
    reconfirmed_at: datetime | None
    version: int


class ItemOut(Schema):
    """A line of a booking."""

    id: int
    kind: str
    operation_id: int | None
    part_id: int | None
    text: str
    quantity: Decimal
    hours: Decimal
    price: Decimal
    short_quantity: Decimal


class AppointmentOut(AppointmentRow):
    """The whole booking."""

    concern: str
    special_care: str
    documents_to_bring: str
    labour_price: Decimal
    parts_price: Decimal
    price_low: Decimal | None
    price_high: Decimal | None
    told_at: datetime | None
    confirmed_at: datetime | None
    arrived_at: datetime | None
    items: list[ItemOut]
    available_steps: list[OfferOut]


class AppointmentPage(Schema):
    """One page of bookings, newest first."""

    rows: list[AppointmentRow]
    next_cursor: str
    previous_cursor: str


class AppointmentFilter(Schema):
    """Which bookings, and which page of them."""

    state: AppointmentState | None = None
    station_id: Identity | None = None
    vehicle_id: Identity | None = None
    customer_id: Identity | None = None
    cursor: Annotated[str, Field(max_length=300)] = ""
    size: Annotated[int, Field(ge=1, le=LARGEST_SIZE)] = DEFAULT_SIZE


class FreeStartOut(Schema):
    """A time at which bay and technician are both free."""

    starts_at: datetime
    bay_id: int
    technician_id: int


class FreeStartFilter(Schema):
    """Which day, how long, which skill."""

    station_id: Identity
    day: date
    duration_minutes: Annotated[int, Field(ge=5, le=1440)]
    skill: Annotated[str, Field(max_length=32)] = ""


ROWS: Mapping[str, Any] = {
    "customer": Customer,
    "vehicle": Vehicle,
    "bay": Bay,
    "technician": StaffMember,
    "advisor": StaffMember,
}


def _terms(payload: TermsIn, actor: Actor) -> dict[str, Any]:
    given = payload.model_dump(include=payload.model_fields_set, exclude={"items", "station_id"})
    for name, model in ROWS.items():
        if f"{name}_id" in given:
            row_id = given.pop(f"{name}_id")
            given[name] = None if row_id is None else visible_row(model, actor, row_id)
    if payload.items is not None:
        given["items"] = [ItemDraft(**item.model_dump()) for item in payload.items]
    return given


@router.get("", response={200: AppointmentPage, **PROBLEMS}, operation_id="appointment_list", summary="List bookings")
def list_appointments(request: HttpRequest, wanted: Query[AppointmentFilter]) -> Any:
    """Return visible bookings, newest first, by cursor."""
    rows = Appointment.objects.visible_to(actor_of(request), P.VIEW)
    rows = rows.filter(
        **wanted.model_dump(include={"state", "station_id", "vehicle_id", "customer_id"}, exclude_none=True)
    )
    return page_of(rows, order=("-created_at", "-id"), cursor=wanted.cursor, size=wanted.size)


@router.get(
    "/free-starts",
    response={200: list[FreeStartOut], **PROBLEMS},
    operation_id="appointment_free_starts",
    summary="Propose free times",
)
def list_free_starts(request: HttpRequest, wanted: Query[FreeStartFilter]) -> Any:
    """Return the times ahead on a day at which a bay and a technician are free (APPT-09)."""

    station: Any = visible_row(Station, actor_of(request), wanted.station_id)
    queries.require_visible(actor_of(request), station)
    starts = queries.free_starts(
        station, wanted.day, duration_minutes=wanted.duration_minutes, at=timezone.now(), skill=wanted.skill
    )
    return [
        {"starts_at": start.starts_at, "bay_id": start.bay.pk, "technician_id": start.technician.pk} for start in starts
    ]


@router.get(
    "/{number}", response={200: AppointmentOut, **PROBLEMS}, operation_id="appointment_get", summary="Read a booking"
)
def get_appointment(request: HttpRequest, response: HttpResponse, number: Number) -> Any:
    """Return the booking with its lines and every next step; the version is in the ETag."""
    actor = actor_of(request)
    appointment = Appointment.objects.get_visible(actor, P.VIEW, number=number)
    response["ETag"] = f'"{appointment.version}"'
    shown = {
        name: getattr(appointment, name)
        for name in AppointmentOut.model_fields
        if name not in ("items", "available_steps")
    }
    return shown | {
        "items": queries.items_of(appointment),
        "available_steps": offers(transitions.WORKFLOW, appointment, actor),
    }


@router.post("", response={201: StepOut, **PROBLEMS}, operation_id="appointment_request", summary="Take a request")
def request_appointment(
    request: HttpRequest,
    idempotency_key: IdempotencyKey,
    payload: Annotated[RequestIn, Body()],
) -> HttpResponse:
    """Take a booking request (APPT-01, APPT-02)."""

    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        station: Any = visible_row(Station, actor, payload.station_id)
        made = transitions.request(actor, at, station=station, **_terms(payload, actor))
        return brief(transitions.WORKFLOW, made, actor)

    return answer_command(request, command, status=201)


@router.post("/book", response={201: StepOut, **PROBLEMS}, operation_id="appointment_book", summary="Book at once")
def book_appointment(
    request: HttpRequest,
    idempotency_key: IdempotencyKey,
    payload: Annotated[BookIn, Body()],
) -> HttpResponse:
    """Take and confirm a booking in one (APPT-02, APPT-04, APPT-05, APPT-09)."""

    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        station: Any = visible_row(Station, actor, payload.station_id)
        made = transitions.book(actor, at, station=station, **_terms(payload, actor))
        return brief(transitions.WORKFLOW, made, actor)

    return answer_command(request, command, status=201)


@router.post(
    "/{number}/steps/change",
    response={200: StepOut, **PROBLEMS},
    operation_id="appointment_change",
    summary="Change",
)
def change_appointment(
    request: HttpRequest,
    number: Number,
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
    payload: Annotated[ChangeIn, Body()],
) -> HttpResponse:
    """Change the terms of a booking (APPT-02, APPT-05)."""
    version = version_seen(request)

    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        document = held(Appointment.objects.get_visible(actor, number=number), version)
        changed = transitions.change(document, actor, at, **_terms(payload, actor))
        return brief(transitions.WORKFLOW, changed, actor)

    return answer_command(request, command)


add_steps(
    router,
    transitions.WORKFLOW,
    Appointment,
    {step.name: getattr(transitions, step.name) for step in transitions.WORKFLOW.steps},
    leave_out=frozenset({"change", "arrive"}),
)
