"""What each template is given: the shapes that the apps' `printouts.py` fill.

Everywhere: money is text in yuan with two decimals ("1280.00"), quantities and hours text, instants local text
"2026-03-05 14:30", days "2026-03-05", kilometres an int; an empty string or list prints as an empty box, None as a
dash. Text is printed in the language it is given in; only the labels follow the paper's language.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from aftersales.core.money import to_fen


class StationHead(TypedDict):
    """The head of every paper."""

    code: str
    name: str
    name_en: str
    address: str
    phone: str


class CustomerLines(TypedDict):
    name: str
    contact: str  # who brought the car, if not the customer
    phone: str
    address: str


class VehicleLines(TypedDict):
    plate: str
    vin: str
    model: str
    colour: str
    engine_number: str
    odometer_km: int | None


class LabourLine(TypedDict):
    code: str
    name: str
    hours: str
    amount: str
    payer: str  # "" when the customer pays
    technician: str  # "" before work starts


class PartLine(TypedDict):
    number: str
    name: str
    quantity: str
    unit: str
    price: str
    amount: str
    payer: str


class NamedAmount(TypedDict):
    name: str
    amount: str


class DamageMark(TypedDict):
    """A mark on the car's outline; x and y run from 0 to 1 over the drawing, from its upper left corner."""

    x: float
    y: float
    position: str
    kind: str
    note: str


class CheckLine(TypedDict):
    """One checked item; `result` is "ok", "attention", "bad" or "none" (not checked)."""

    item: str
    result: str
    note: str


class Signature(TypedDict):
    """A signature box; `png` is base64 of the signature's PNG, or "" for an empty box to sign with a pen."""

    role: str
    name: str
    signed_at: str
    png: str


class ReceivingForm(TypedDict):
    """接车登记表 (RECP-10): basic data, condition, items left in the car."""

    station: StationHead
    number: str
    order_number: str
    received_at: str
    advisor: str
    customer: CustomerLines
    vehicle: VehicleLines
    fuel_percent: int | None
    concerns: list[str]
    checks: list[CheckLine]
    damages: list[DamageMark]
    items_left: list[str]
    wants_wash: bool
    wants_old_parts: bool
    promised_at: str
    note: str
    signatures: list[Signature]


class Estimate(TypedDict):
    """维修估价单 (EST-03): a definite range of cost and of time, from the inspection's findings."""

    station: StationHead
    number: str
    order_number: str
    estimated_at: str
    valid_until: str
    advisor: str
    customer: CustomerLines
    vehicle: VehicleLines
    findings: list[str]
    labour: list[LabourLine]
    parts: list[PartLine]
    others: list[NamedAmount]
    labour_total: str
    parts_total: str
    others_total: str
    discount: str
    total: str
    total_capitals: str
    cost_from: str
    cost_to: str
    time_from: str  # such as "3 小时"
    time_to: str
    note: str
    signatures: list[Signature]


class RepairOrder(TypedDict):
    """维修委托书 / 派工单: what the customer orders and the workshop does."""

    station: StationHead
    number: str
    kind: str
    opened_at: str
    promised_at: str
    advisor: str
    team: str
    bay: str
    customer: CustomerLines
    vehicle: VehicleLines
    concerns: list[str]
    labour: list[LabourLine]
    parts: list[PartLine]
    estimated_total: str
    wants_old_parts: bool
    terms: list[str]
    note: str
    signatures: list[Signature]


class SettlementSheet(TypedDict):
    """结算单 (SETL-01): exactly the work and the parts recorded on the order."""

    station: StationHead
    number: str
    order_number: str
    settled_at: str
    received_at: str
    advisor: str
    cashier: str
    customer: CustomerLines
    vehicle: VehicleLines
    labour: list[LabourLine]
    parts: list[PartLine]
    others: list[NamedAmount]
    labour_total: str
    parts_total: str
    others_total: str
    discount: str
    net: str
    tax: str
    total: str
    total_capitals: str
    payers: list[NamedAmount]
    payments: list[NamedAmount]
    due: str
    guarantee: str
    note: str
    signatures: list[Signature]


class Receipt(TypedDict):
    """收款收据, on the 80 mm roll."""

    station: StationHead
    number: str
    reference: str  # the settlement's or the order's number
    received_at: str
    cashier: str
    customer: str
    plate: str
    lines: list[NamedAmount]
    payments: list[NamedAmount]
    total: str
    total_capitals: str
    note: str


class InspectionLine(TypedDict):
    """One inspected item; `result` is "passed", "failed" or "none"."""

    item: str
    requirement: str
    measured: str
    result: str
    note: str


class InspectionRecord(TypedDict):
    """检验单 (QC-06): the finished car against its order."""

    station: StationHead
    number: str
    order_number: str
    inspected_at: str
    round: int
    vehicle: VehicleLines
    work: list[str]
    items: list[InspectionLine]
    road_test_km: str
    road_test_by: str
    road_test_note: str
    old_parts_shown: bool
    is_clean: bool
    next_service_note: str
    passed: bool
    verdict_note: str
    signatures: list[Signature]


class Guarantee(TypedDict):
    item: str
    days: str
    distance_km: str
    until: str


class DeliveryNote(TypedDict):
    """交车单 (DELV-06, DELV-09): what was done, what to mind, what is handed back."""

    station: StationHead
    number: str
    order_number: str
    delivered_at: str
    advisor: str
    customer: CustomerLines
    vehicle: VehicleLines
    work_done: list[str]
    parts_replaced: list[str]
    old_parts: str
    items_returned: list[str]
    advice: list[str]
    guarantees: list[Guarantee]
    next_service_on: str
    next_service_km: int | None
    total: str
    paid: str
    note: str
    signatures: list[Signature]


class BookingSlip(TypedDict):
    """预约单 (APPT-02, APPT-05): what was agreed and what the customer was told."""

    station: StationHead
    number: str
    booked_at: str
    arrives_at: str
    advisor: str
    channel: str
    customer: CustomerLines
    vehicle: VehicleLines
    work_items: list[str]
    parts: list[NamedAmount]
    parts_total: str
    labour_total: str
    total: str
    duration: str
    papers_to_bring: list[str]
    care_promised: list[str]
    note: str


class DayCloseMethod(TypedDict):
    method: str
    receipts: int
    received: str
    refunded: str
    net: str
    counted: str
    difference: str


class DayClose(TypedDict):
    """日结单: receipts by method against the drawer."""

    station: StationHead
    number: str
    business_on: str
    closed_at: str
    cashier: str
    opening_float: str
    methods: list[DayCloseMethod]
    total_received: str
    total_refunded: str
    total_net: str
    total_counted: str
    total_difference: str
    settlements: int
    settled_total: str
    receivables_total: str
    difference_reason: str
    signatures: list[Signature]


class ArchiveVehicle(TypedDict):
    plate: str
    vin: str
    model: str
    vehicle_type: str
    sold_on: str
    odometer_km: int | None
    interval: str  # the maintenance interval, such as "6 个月 / 10,000 km"
    next_due_on: str
    next_due_km: int | None


class ArchiveVisit(TypedDict):
    visited_on: str
    plate: str
    order_number: str
    work: str
    odometer_km: int | None
    amount: str


class CustomerArchive(TypedDict):
    """客户档案基本资料表 (CRM-02)."""

    station: StationHead
    number: str
    as_of: str
    customer: CustomerLines
    customer_type: str
    first_visit_on: str
    wished_services: list[str]
    vehicles: list[ArchiveVehicle]
    visits: list[ArchiveVisit]
    missing: list[str]  # mandatory fields that are still empty; not empty means “incomplete”
    keeper: str


def station_head(station: Any) -> StationHead:
    """Return the head of a paper from a network.Station."""
    return {
        "code": station.code,
        "name": station.name,
        "name_en": station.name_en,
        "address": station.address,
        "phone": station.phone,
    }


def yuan(amount: Decimal) -> str:
    """Return money as papers carry it: 1280.00."""
    return format(to_fen(amount), "f")


def local_text(at: datetime | None, time_zone: str = "Asia/Shanghai") -> str:
    """Return an instant as station-local text, 2026-03-05 14:30; None is an empty string."""
    return at.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M") if at else ""


def pen_box(role: str, name: str = "") -> Signature:
    """Return an empty box to be signed with a pen."""
    return {"role": role, "name": name, "signed_at": "", "png": ""}
