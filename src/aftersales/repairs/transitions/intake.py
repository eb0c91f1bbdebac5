"""Check-in and diagnosis: the receiving form, the customer's words, findings and coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from aftersales.appointments.models import Appointment
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.core.rows import insert_later, insert_row, update_columns, update_many
from aftersales.customers.models import Customer
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.network.services import next_number
from aftersales.repairs.choices import Coverage, OrderState, VisitType
from aftersales.repairs.models import Concern, ReceivingForm, RepairOrder
from aftersales.repairs.transitions.table import WORKFLOW
from aftersales.staff.models import StaffMember
from aftersales.vehicles.models import Vehicle

MOST_KM = 9_999_999


class Damage(TypedDict):
    """A mark on the car picture: `x` and `y` from 0 to 1 on the outline, what it is, and a note."""

    x: float
    y: float
    kind: str
    note: str


class Finding(TypedDict, total=False):
    """What was found about one concern: `position` says which; `coverage` inside, outside or pending (DIAG-08)."""

    position: int
    interpretation: str
    cause: str
    correction: str
    coverage: str
    coverage_reason: str
    confirmed_with: str


@WORKFLOW.opens
def check_in(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    customer: Customer,
    vehicle: Vehicle,
    advisor: StaffMember,
    concerns: Sequence[str],
    covers: Mapping[str, Any],
    papers_checked: Sequence[str],
    walkaround: Mapping[str, Any],
    signed_by: str,
    odometer_km: int,
    contact_phone: str = "",
    energy_percent: int | None = None,
    damages: Sequence[Damage] = (),
    belongings: Sequence[str] = (),
    findings: Mapping[str, Any] | None = None,
    visit_type: str = VisitType.REPAIR,
    appointment: Appointment | None = None,
    comeback_of: RepairOrder | None = None,
) -> RepairOrder:
    """Receive a vehicle: the order, its receiving form and the customer's own words, in one command.

    The caller has noted the odometer on the vehicle. Raises TransitionRefused citing RECP-09, -10, -11 or DIAG-01, and
    InputRefused when the vehicle already has an open order or a figure cannot be.
    """
    if not 0 <= odometer_km <= MOST_KM:
        raise InputRefused(
            _("The odometer reading must lie between 0 and 9,999,999 km."),
            code="odometer",
            fields={"odometer_km": _("Check it.")},
        )
    if energy_percent is not None and not 0 <= energy_percent <= 100:
        raise InputRefused(
            _("Fuel or charge is given in percent, 0 to 100."), code="energy", fields={"energy_percent": _("Check it.")}
        )
    on = business_date(at, station.time_zone)
    order = RepairOrder(
        station=station,
        created_at=at,
        received_at=at,
        state=OrderState.RECEIVED,
        visit_type=visit_type,
        customer=customer,
        vehicle=vehicle,
        appointment=appointment,
        comeback_of=comeback_of,
        advisor=advisor,
        customer_name=customer.name,
        contact_phone=contact_phone,
        plate=vehicle.plate,
        model_name=vehicle.model_name,
        odometer_km=odometer_km,
        number=next_number(station_id=station.pk, series="repair_order", on=on),
    )
    try:
        insert_row(order)
    except IntegrityError as error:
        if "one_open_order_a_vehicle" in str(error):
            raise TransitionRefused(
                _("This vehicle already has an open repair order."), code="open_order_exists"
            ) from None
        raise
    form = ReceivingForm(
        order=order,
        covers_fitted=True,
        papers_checked=list(papers_checked),
        walkaround=dict(walkaround),
        damages=list(damages),
        belongings=[item.strip() for item in belongings if item.strip()],
        findings=dict(findings or {}),
        energy_percent=energy_percent,
        signed_by=signed_by,
        signed_at=at,
    )
    insert_later([form])
    insert_later([Concern(order=order, position=n, customer_words=words) for n, words in enumerate(concerns, start=1)])
    return order


@WORKFLOW.step
def record_concern(order: RepairOrder, actor: Actor, at: datetime, /, *, customer_words: str) -> dict[str, Any]:
    """Add one more thing the customer wants, in the customer's own words, stored verbatim (DIAG-01)."""
    if not customer_words.strip():
        raise InputRefused(
            _("Write down what the customer says, in the customer's own words."),
            code="no_words",
            clause="DIAG-01",
            fields={"customer_words": _("Please fill in.")},
        )
    position = max((concern.position for concern in order.all_concerns()), default=0) + 1
    insert_later([Concern(order=order, position=position, customer_words=customer_words)])
    return {"concern": customer_words}


@WORKFLOW.step
def diagnose(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    findings: Sequence[Finding],
    repair_plan: str,
    technician: StaffMember | None = None,
) -> dict[str, Any]:
    """Record cause, correction and coverage of the concerns, confirmed with the customer, and the plan (DIAG-07).

    Raises InputRefused for a finding about a concern the order does not have or a coverage that does not exist.
    """
    by_position = {concern.position: concern for concern in order.all_concerns()}
    touched = []
    for finding in findings:
        concern = by_position.get(finding["position"])
        if concern is None:
            raise InputRefused(_("A finding belongs to one of the customer's concerns."), code="no_concern")
        coverage = finding.get("coverage", Coverage.UNDECIDED)
        if coverage not in Coverage.values:
            raise InputRefused(_("Coverage is inside, outside or pending."), code="coverage", clause="DIAG-08")
        reason = finding.get("coverage_reason", "")
        if coverage == Coverage.PENDING and not reason.strip():
            raise InputRefused(
                _("Say why coverage is doubtful; the customer is told the reason."), code="no_reason", clause="DIAG-09"
            )
        concern.interpretation = finding.get("interpretation", "")
        concern.cause = finding["cause"]
        concern.correction = finding["correction"]
        concern.coverage, concern.coverage_reason = coverage, reason
        concern.confirmed_with, concern.confirmed_at = finding["confirmed_with"], at
        concern.diagnosed_by = technician
        touched.append(concern)
    update_many(
        touched,
        [
            "interpretation",
            "cause",
            "correction",
            "coverage",
            "coverage_reason",
            "confirmed_with",
            "confirmed_at",
            "diagnosed_by",
        ],
    )
    order.repair_plan = repair_plan
    return {"findings": [dict(finding) for finding in findings]}


@WORKFLOW.step
def rule_coverage(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    position: int,
    coverage: Literal["inside", "outside"] | str,
    reason: str,
) -> dict[str, Any]:
    """Record the maker's ruling on a doubtful fault (DIAG-09); lines charged to the warranty follow it.

    Raises InputRefused for an unknown concern or a ruling that is none.
    """
    concern = next((c for c in order.all_concerns() if c.position == position), None)
    if concern is None:
        raise InputRefused(_("The order has no such concern."), code="no_concern")
    if coverage not in (Coverage.INSIDE, Coverage.OUTSIDE):
        raise InputRefused(_("A ruling is inside or outside the warranty."), code="coverage", clause="DIAG-09")
    concern.coverage, concern.coverage_reason = coverage, reason
    update_columns(concern, ["coverage", "coverage_reason"])
    return {"concern": position, "coverage": coverage}
