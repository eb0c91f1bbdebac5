"""Settlements through the API: post for an order, pay, put on account, refund, reverse, close the day."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Query, Router, Schema
from pydantic import ConfigDict, Field

from aftersales.billing import services, transitions
from aftersales.billing.days import close_day
from aftersales.billing.models import Settlement
from aftersales.billing.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.documents import seen_as
from aftersales.doors.commands import actor_of, answer_command, version_seen
from aftersales.doors.pages import DEFAULT_SIZE, LARGEST_SIZE, page_of
from aftersales.doors.steps import PROBLEMS, IdempotencyKey, IfMatch, Number, OfferOut, add_steps, offers, visible_row
from aftersales.network.models import Station
from aftersales.repairs.models import RepairOrder

router = Router(tags=["settlement"])


class SettlementRow(Schema):
    """A settlement sheet of one payer; amounts are decimal text in yuan with tax."""

    number: str
    kind: str
    state: str
    order_number: str
    payer: str
    net: str
    tax: str
    gross: str
    discount: str
    paid: str
    refunded: str
    on_account: str
    collected: str
    due: str
    posted_at: datetime
    version: int


class SettlementLineOut(Schema):
    """One line of a sheet as posted; quantity and amounts are decimal text, amounts in yuan with tax."""

    position: int
    kind: str
    code: str
    text: str
    unit: str
    quantity: str
    unit_price: str
    discount: str
    tax_rate: str
    net: str
    tax: str
    gross: str


class PaymentOut(Schema):
    """Money taken, given back or collected; the amount is decimal text in yuan."""

    number: str
    kind: str
    method: str
    amount: str
    reference: str
    reason: str
    at: datetime
    taken_by: str


class SettlementOut(SettlementRow):
    """A sheet with its lines, payments and next steps."""

    lines: list[SettlementLineOut]
    payments: list[PaymentOut]
    available_steps: list[OfferOut]


class SettlementPage(Schema):
    """One page of sheets, newest first."""

    rows: list[SettlementRow]
    next_cursor: str
    previous_cursor: str


class SettledOut(Schema):
    """The order after settling, and its sheets."""

    number: str
    state: str
    version: int
    settlements: list[SettlementRow]


class ReverseIn(Schema):
    """Why the settlement is taken back."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(max_length=1000)]


class DayCloseIn(Schema):
    """The day and the counted drawer."""

    model_config = ConfigDict(extra="forbid")
    station_id: Annotated[int, Field(ge=1, le=2**53)]
    on: date
    cash_counted: Annotated[Decimal, Field(max_digits=12, decimal_places=2, ge=0)]
    reason: Annotated[str, Field(max_length=200)] = ""


class DayCloseOut(Schema):
    """A closed day."""

    number: str
    on: date
    totals: dict[str, str]
    cash_expected: str
    cash_counted: str
    difference: str


class SettlementFilter(Schema):
    """Which sheets, and which page of them."""

    order_number: Annotated[str, Field(max_length=40)] = ""
    payer: Annotated[str, Field(max_length=12)] = ""
    posted_on: date | None = None
    cursor: Annotated[str, Field(max_length=300)] = ""
    size: Annotated[int, Field(ge=1, le=LARGEST_SIZE)] = DEFAULT_SIZE


def sheet_shown(sheet: Settlement, order_number: str) -> dict[str, Any]:
    """Return a sheet as a list shows it."""
    return {
        "number": sheet.number,
        "kind": sheet.kind,
        "state": sheet.state,
        "order_number": order_number,
        "payer": sheet.payer,
        "net": str(sheet.net),
        "tax": str(sheet.tax),
        "gross": str(sheet.gross),
        "discount": str(sheet.discount),
        "paid": str(sheet.paid),
        "refunded": str(sheet.refunded),
        "on_account": str(sheet.on_account),
        "collected": str(sheet.collected),
        "due": str(sheet.due),
        "posted_at": sheet.posted_at,
        "version": sheet.version,
    }


@router.post(
    "/settlements/for-order/{number}",
    response={201: SettledOut, **PROBLEMS},
    operation_id="settlement_post",
    summary="Settle an order",
    description="Posts one sheet for each payer from the agreed lines. Clauses: SETL-01, SETL-03, SETL-06, SETL-07",
)
def settle(request: HttpRequest, number: Number, idempotency_key: IdempotencyKey, if_match: IfMatch) -> HttpResponse:
    version = version_seen(request)

    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        order = seen_as(RepairOrder, actor, number, version)
        settled, sheets = services.settle_order(order, actor, at)
        return {
            "number": settled.number,
            "state": settled.state,
            "version": settled.version,
            "settlements": [sheet_shown(sheet, settled.number) for sheet in sheets],
        }

    return answer_command(request, command, status=201)


@router.post(
    "/settlements/for-order/{number}/reverse",
    response={200: SettledOut, **PROBLEMS},
    operation_id="settlement_reverse",
    summary="Reverse an order's settlement",
)
def reverse(
    request: HttpRequest,
    number: Number,
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
    payload: Body[ReverseIn],
) -> HttpResponse:
    version = version_seen(request)

    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        order = seen_as(RepairOrder, actor, number, version)
        fresh = services.reverse_settlement(order, actor, at, reason=payload.reason)
        return {"number": fresh.number, "state": fresh.state, "version": fresh.version, "settlements": []}

    return answer_command(request, command)


@router.get(
    "/settlements",
    response={200: SettlementPage, **PROBLEMS},
    operation_id="settlement_list",
    summary="List settlements",
)
def list_settlements(request: HttpRequest, wanted: Query[SettlementFilter]) -> Any:
    rows = Settlement.objects.visible_to(actor_of(request), P.VIEW).select_related("order")
    if wanted.order_number:
        rows = rows.filter(order__number=wanted.order_number)
    if wanted.payer:
        rows = rows.filter(payer=wanted.payer)
    if wanted.posted_on:
        rows = rows.filter(posted_on=wanted.posted_on)
    page = page_of(rows, order=("-posted_at", "-id"), cursor=wanted.cursor, size=wanted.size)
    return {
        "rows": [sheet_shown(sheet, sheet.order.number) for sheet in page.rows],
        "next_cursor": page.next_cursor,
        "previous_cursor": page.previous_cursor,
    }


@router.get(
    "/settlements/{number}",
    response={200: SettlementOut, **PROBLEMS},
    operation_id="settlement_get",
    summary="Read a settlement",
)
def get_settlement(request: HttpRequest, response: HttpResponse, number: Number) -> Any:
    actor = actor_of(request)
    sheet = Settlement.objects.select_related("order").get_visible(actor, P.VIEW, number=number)
    response["ETag"] = f'"{sheet.version}"'
    lines = [
        {
            "position": line.position,
            "kind": line.kind,
            "code": line.code,
            "text": line.text,
            "unit": line.unit,
            "quantity": str(line.quantity),
            "unit_price": str(line.unit_price),
            "discount": str(line.discount),
            "tax_rate": str(line.tax_rate),
            "net": str(line.net),
            "tax": str(line.tax),
            "gross": str(line.gross),
        }
        for line in sheet.lines.all()
    ]
    payments = [
        {
            "number": payment.number,
            "kind": payment.kind,
            "method": payment.method,
            "amount": str(payment.amount),
            "reference": payment.reference,
            "reason": payment.reason,
            "at": payment.at,
            "taken_by": payment.taken_by,
        }
        for payment in sheet.payments.all()
    ]
    return sheet_shown(sheet, sheet.order.number) | {
        "lines": lines,
        "payments": payments,
        "available_steps": offers(transitions.WORKFLOW, sheet, actor),
    }


@router.post("/day-closes", response={201: DayCloseOut, **PROBLEMS}, operation_id="day_close", summary="Close a day")
def close(request: HttpRequest, idempotency_key: IdempotencyKey, payload: Body[DayCloseIn]) -> HttpResponse:
    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        station: Any = visible_row(Station, actor, payload.station_id)
        closed = close_day(
            actor, at, station=station, on=payload.on, cash_counted=payload.cash_counted, reason=payload.reason
        )
        return {
            "number": closed.number,
            "on": closed.on,
            "totals": closed.totals,
            "cash_expected": str(closed.cash_expected),
            "cash_counted": str(closed.cash_counted),
            "difference": str(closed.difference),
        }

    return answer_command(request, command, status=201)


settlements = Router(tags=["settlement"])
add_steps(
    settlements,
    transitions.WORKFLOW,
    Settlement,
    {
        "pay": services.pay,
        "put_on_account": services.put_on_account,
        "collect": services.collect,
        "refund": services.refund,
    },
)
router.add_router("/settlements", settlements)
