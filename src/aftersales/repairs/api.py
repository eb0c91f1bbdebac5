"""Repair orders through the API: check-in, every step, the order with its lines and what is next."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Query, Router, Schema
from pydantic import ConfigDict, Field

from aftersales.appointments.models import Appointment
from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible
from aftersales.core.rows import read_visible
from aftersales.customers.models import Customer
from aftersales.doors.commands import actor_of, answer_command
from aftersales.doors.pages import DEFAULT_SIZE, LARGEST_SIZE, page_of
from aftersales.doors.steps import PROBLEMS, IdempotencyKey, Number, OfferOut, StepOut, add_steps, brief, visible_row
from aftersales.network.models import Station
from aftersales.repairs import transitions
from aftersales.repairs.choices import OPEN_STATES, OrderState, VisitType
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.permissions import P
from aftersales.repairs.representation import order_listed, order_shown
from aftersales.repairs.services.intake import receive_vehicle
from aftersales.repairs.transitions.intake import Damage
from aftersales.repairs.transitions.table import CONCERNS, DEPARTURES, LINES
from aftersales.staff.models import StaffMember
from aftersales.vehicles.models import Vehicle, VehicleModel

router = Router(tags=["repairorder"])
MADE_BY_BILLING = frozenset({"settle", "reopen_settlement", "note_payment"})
Text = Annotated[str, Field(max_length=4000)]


class NewCustomer(Schema):
    """A customer not on file yet."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=100)]
    kind: Annotated[str, Field(pattern="^(person|company)$")] = "person"
    phones: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)] = []
    address: Annotated[str, Field(max_length=200)] = ""


class NewVehicle(Schema):
    """A vehicle not on file yet."""

    model_config = ConfigDict(extra="forbid")
    vin: Annotated[str, Field(max_length=40)]
    plate: Annotated[str, Field(max_length=40)] = ""
    model_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    model_name: Annotated[str, Field(max_length=120)] = ""
    colour: Annotated[str, Field(max_length=30)] = ""
    sold_on: date | None = None
    warranty_starts_on: date | None = None
    accept_oddities: bool = False


class CheckInIn(Schema):
    """The receiving form. Customer and vehicle are on file (`…_id`), new, or brought by the appointment."""

    model_config = ConfigDict(extra="forbid")
    station_id: Annotated[int, Field(ge=1, le=2**53)]
    advisor_id: Annotated[int, Field(ge=1, le=2**53)]
    appointment_number: Annotated[str, Field(max_length=40)] = ""
    customer_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    customer: NewCustomer | None = None
    vehicle_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    vehicle: NewVehicle | None = None
    contact_phone: Annotated[str, Field(max_length=32)] = ""
    visit_type: VisitType = VisitType.REPAIR
    odometer_km: Annotated[int, Field(ge=0, le=9_999_999)]
    odometer_reason: Annotated[str, Field(max_length=200)] = ""
    energy_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    concerns: Annotated[list[Text], Field(max_length=50)]
    covers: dict[str, bool]
    papers_checked: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]
    walkaround: dict[str, bool | Text]
    findings: dict[str, bool | Text] = {}
    damages: Annotated[list[Damage], Field(max_length=100)] = []
    belongings: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)] = []
    signed_by: Annotated[str, Field(max_length=120)]


class LineOut(Schema):
    """A line; amounts are decimal text in yuan with tax."""

    id: int
    position: int
    kind: str
    concern_id: int | None
    job_line_id: int | None
    operation_id: int | None
    part_id: int | None
    code: str
    text: str
    unit: str
    payer: str
    quantity: str
    unit_price: str
    discount: str
    tax_rate: str
    net: str
    tax: str
    gross: str
    is_added: bool
    consent: str
    work_state: str
    technician_id: int | None
    bay_id: int | None
    issued_quantity: str
    failure_reason: str


class ConcernOut(Schema):
    """What the customer came for."""

    id: int
    position: int
    customer_words: str
    interpretation: str
    cause: str
    correction: str
    coverage: str
    confirmed_with: str


class OrderRow(Schema):
    """An order in a list."""

    number: str
    state: str
    payment_state: str
    hold_reason: str
    visit_type: str
    station_id: int
    customer_id: int
    customer_name: str
    vehicle_id: int
    plate: str
    model_name: str
    advisor_id: int | None
    odometer_km: int | None
    received_at: datetime
    promised_at: datetime | None
    released_at: datetime | None
    is_historical: bool
    version: int


class OrderOut(OrderRow):
    """The whole order."""

    repair_plan: str
    repair_report: str
    estimate_version: int
    next_visit_on: date | None
    next_visit_km: int | None
    lines: list[LineOut]
    concerns: list[ConcernOut]
    available_steps: list[OfferOut]


class OrderPage(Schema):
    """One page of orders, newest first."""

    rows: list[OrderRow]
    next_cursor: str
    previous_cursor: str


class OrderFilter(Schema):
    """Which orders, and which page of them."""

    state: OrderState | None = None
    is_open: bool | None = None
    vehicle_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    customer_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    station_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    received_from: date | None = None
    received_until: date | None = None
    cursor: Annotated[str, Field(max_length=300)] = ""
    size: Annotated[int, Field(ge=1, le=LARGEST_SIZE)] = DEFAULT_SIZE


@router.get("", response={200: OrderPage, **PROBLEMS}, operation_id="repairorder_list", summary="List repair orders")
def list_orders(request: HttpRequest, wanted: Query[OrderFilter]) -> Any:
    """Return visible orders, newest arrival first, by cursor."""
    actor = actor_of(request)
    rows = RepairOrder.objects.visible_to(actor, P.VIEW)
    exact = wanted.model_dump(include={"state", "vehicle_id", "customer_id", "station_id"}, exclude_none=True)
    rows = rows.filter(**exact)
    if wanted.is_open is not None:
        rows = rows.filter(state__in=OPEN_STATES) if wanted.is_open else rows.exclude(state__in=OPEN_STATES)
    if wanted.received_from:
        rows = rows.filter(received_at__date__gte=wanted.received_from)
    if wanted.received_until:
        rows = rows.filter(received_at__date__lt=wanted.received_until)
    page = page_of(rows, order=("-received_at", "-id"), cursor=wanted.cursor, size=wanted.size)
    return {
        "rows": [order_listed(order) for order in page.rows],
        "next_cursor": page.next_cursor,
        "previous_cursor": page.previous_cursor,
    }


@router.get(
    "/{number}", response={200: OrderOut, **PROBLEMS}, operation_id="repairorder_get", summary="Read a repair order"
)
def get_order(request: HttpRequest, response: HttpResponse, number: Number) -> Any:
    """Return the order with lines, concerns and every next step; the version is in the ETag."""
    actor = actor_of(request)
    order = read_visible(RepairOrder, number, actor.stations_with(P.VIEW), (LINES, CONCERNS, DEPARTURES))
    if order is None:
        raise NotVisible
    response["ETag"] = f'"{order.version}"'
    return order_shown(order, actor)


@router.post(
    "",
    response={201: StepOut, **PROBLEMS},
    operation_id="repairorder_check_in",
    summary="Check a vehicle in",
    description="Clauses: RECP-09, RECP-10, RECP-11, RECP-12, DIAG-01",
)
def check_in(request: HttpRequest, idempotency_key: IdempotencyKey, payload: Body[CheckInIn]) -> HttpResponse:
    """Receive a vehicle: booking, known or new customer and vehicle, receiving form, the customer's own words."""

    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        given = payload.model_dump(
            include={
                "contact_phone", "visit_type", "odometer_km", "odometer_reason", "energy_percent", "concerns", "covers",
                "papers_checked", "walkaround", "findings", "damages", "belongings", "signed_by",
            }
        )  # fmt: skip
        station = visible_row(Station, actor, payload.station_id)
        appointment = None
        if payload.appointment_number:
            appointment = Appointment.objects.get_visible(actor, number=payload.appointment_number)
        order = receive_vehicle(
            actor,
            at,
            station=station,  # type: ignore[arg-type]
            advisor=visible_row(StaffMember, actor, payload.advisor_id),  # type: ignore[arg-type]
            appointment=appointment,
            customer=_customer(payload, actor),
            vehicle=_vehicle(payload, actor),
            **given,
        )
        return brief(transitions.WORKFLOW, order, actor)

    return answer_command(request, command, status=201)


def _customer(payload: CheckInIn, actor: Actor) -> Customer | Mapping[str, Any] | None:
    if payload.customer_id is not None:
        return Customer.objects.get_visible(actor, pk=payload.customer_id)
    return payload.customer.model_dump() if payload.customer else None


def _vehicle(payload: CheckInIn, actor: Actor) -> Vehicle | Mapping[str, Any] | None:
    if payload.vehicle_id is not None:
        return Vehicle.objects.get_visible(actor, pk=payload.vehicle_id)
    if payload.vehicle is None:
        return None
    facts = payload.vehicle.model_dump(exclude={"model_id"}, exclude_none=True)
    if payload.vehicle.model_id is not None:
        facts["model"] = visible_row(VehicleModel, actor, payload.vehicle.model_id)
    return facts


add_steps(
    router,
    transitions.WORKFLOW,
    RepairOrder,
    {step.name: getattr(transitions, step.name) for step in transitions.WORKFLOW.steps},
    leave_out=MADE_BY_BILLING,
)
