"""Turning what the advisor asks for into priced lines: catalogue prices, the advisor's changes with reasons, limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from aftersales.catalog.queries import LineAsked, LinePriced, price_lines
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, Text
from aftersales.core.quantity import to_milli
from aftersales.core.rows import fresh_row, row_of
from aftersales.repairs import rules
from aftersales.repairs.choices import Consent, LineKind, PayType
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.repairs.permissions import P
from aftersales.standards.binding import fulfils
from aftersales.standards.queries import threshold
from aftersales.vehicles.models import Vehicle

LARGEST = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class LineWish:
    """What the advisor asks for.

    Units: `quantity` hours or units (None: standard hours, or one), `unit_price` yuan with tax (None: the price list),
    `discount` yuan off the line. `job` is the index of the labour wish in the same list that a part is fitted by.
    """

    kind: str
    item_id: int
    quantity: Decimal | None = None
    payer: str = PayType.CUSTOMER
    unit_price: Decimal | None = None
    discount: Decimal = Decimal("0.00")
    quantity_reason: str = ""
    price_reason: str = ""
    concern_id: int | None = None
    job: int | None = None
    job_line_id: int | None = None


@fulfils("EST-04", "EST-05", "SETL-07")
def priced_lines(order: RepairOrder, wishes: Sequence[LineWish], actor: Actor, on: date) -> list[OrderLine]:
    """Return unsaved lines for the wishes, priced by the catalogue in one statement.

    Standard hours and list prices are kept beside what is charged; a departure needs a reason (EST-04, EST-05), and
    more
    discount than the advisor's limit needs a manager. Raises InputRefused naming the line.
    """
    if any(wish.payer not in PayType.values for wish in wishes):
        raise InputRefused(_("Choose who pays."), code="payer", fields={"payer": _("Choose one.")})
    asked = [LineAsked(wish.kind, wish.item_id, wish.quantity, wish.payer) for wish in wishes]
    found = price_lines(asked, station_id=order.station_id, on=on, vehicle_model_id=_model_of(order))
    if len(found) != len(wishes):
        raise InputRefused(_("An operation or part in the list does not exist."), code="no_item", clause="EST-05")
    position = max((line.position for line in order.all_lines()), default=0)
    return [
        _priced_line(order, wish, priced, actor, on, position + n)
        for n, (wish, priced) in enumerate(zip(wishes, found, strict=True), start=1)
    ]


def _model_of(order: RepairOrder) -> int | None:
    vehicle = row_of(Vehicle, order.vehicle_id)
    return vehicle.model_id if vehicle else None


def _priced_line(
    order: RepairOrder, wish: LineWish, priced: LinePriced, actor: Actor, on: date, position: int
) -> OrderLine:
    if not priced.is_active:
        raise _refused(priced.name, _("“%(item)s” is no longer in use. Choose its successor."), "not_in_use")
    quantity = to_milli(priced.amount)
    list_price = priced.unit_gross
    unit_price = list_price if wish.unit_price is None else wish.unit_price
    if unit_price is None or priced.tax_rate is None:
        raise _refused(priced.name, _("“%(item)s” has no reviewed price yet."), "no_price", "EST-05")
    if wish.unit_price is not None and wish.unit_price != list_price and not wish.price_reason.strip():
        raise _refused(priced.name, _("Say why the price of “%(item)s” differs from the list."), "no_reason", "EST-05")
    if priced.list_hours is not None and quantity != priced.list_hours and not wish.quantity_reason.strip():
        raise _refused(
            priced.name, _("Say why the hours of “%(item)s” differ from the standard."), "no_reason", "EST-04"
        )
    line = fresh_row(
        OrderLine,
        order=order,
        position=position,
        kind=wish.kind,
        concern_id=wish.concern_id,
        operation_id=wish.item_id if wish.kind == LineKind.LABOUR else None,
        part_id=wish.item_id if wish.kind == LineKind.PART else None,
        job_id=wish.job_line_id,
        code=priced.code,
        text=priced.name,
        unit=priced.unit,
        payer=wish.payer,
        quantity=quantity,
        list_quantity=priced.list_hours,
        quantity_reason=wish.quantity_reason,
        unit_price=unit_price,
        list_price=list_price,
        price_reason=wish.price_reason,
        discount=wish.discount,
        tax_rate=priced.tax_rate,
        required_certificate=priced.required_certificate,
    )
    price_again(line, actor, on)
    return line


def price_again(line: OrderLine, actor: Actor, on: date) -> None:
    """Compute a line's amounts from its quantity, price and discount, within the actor's discount limit.

    Raises InputRefused for an impossible quantity or price, or a discount above the limit.
    """
    if not 0 < line.quantity <= LARGEST:
        raise _refused(
            line.text, _("The quantity of “%(item)s” must be more than zero and not absurdly large."), "quantity"
        )
    if not 0 <= line.unit_price <= LARGEST * 10 or line.discount < 0:
        raise _refused(line.text, _("The price of “%(item)s” cannot be negative or absurdly large."), "price")
    try:
        price = rules.line_price(
            quantity=line.quantity, unit_price=line.unit_price, discount=line.discount, tax_rate=line.tax_rate
        )
    except rules.DiscountTooLarge:
        raise _refused(line.text, _("The discount on “%(item)s” is more than the line costs."), "discount") from None
    if line.discount and not actor.may(P.DISCOUNT, line.order.station_id):
        limit = threshold("EST-05", code="discount", station_id=line.order.station_id, on=on)
        percent = rules.discount_percent(full=price.gross + line.discount, discount=line.discount)
        if percent > limit:
            raise _refused(
                line.text,
                _("The discount on “%(item)s” is above your limit. Ask the manager to grant it."),
                "discount_limit",
                "EST-05",
            )
    line.net, line.tax, line.gross = price.net, price.tax, price.gross


def reset_consent(line: OrderLine) -> None:
    """Forget the customer's consent to a line whose price or content changed (EST-01, EST-02)."""
    line.consent = Consent.PENDING


def _refused(item: str, sentence: Text, code: str, clause: str = "") -> InputRefused:
    return InputRefused(sentence % {"item": item}, code=code, clause=clause)
