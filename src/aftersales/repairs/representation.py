"""A repair order as other programs see it."""

from __future__ import annotations

from typing import Any

from aftersales.core.actor import Actor
from aftersales.doors.steps import brief, offers
from aftersales.repairs.models import Concern, OrderLine, RepairOrder
from aftersales.repairs.transitions import WORKFLOW


def line_shown(line: OrderLine) -> dict[str, Any]:
    """Return a line; decimals are text, so that no fen is lost on the way."""
    return {
        "id": line.pk,
        "position": line.position,
        "kind": line.kind,
        "concern_id": line.concern_id,
        "job_line_id": line.job_id,
        "operation_id": line.operation_id,
        "part_id": line.part_id,
        "code": line.code,
        "text": line.text,
        "unit": line.unit,
        "payer": line.payer,
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price),
        "discount": str(line.discount),
        "tax_rate": str(line.tax_rate),
        "net": str(line.net),
        "tax": str(line.tax),
        "gross": str(line.gross),
        "is_added": line.is_added,
        "consent": line.consent,
        "work_state": line.work_state,
        "technician_id": line.technician_id,
        "bay_id": line.bay_id,
        "issued_quantity": str(line.issued_quantity),
        "failure_reason": line.failure_reason,
    }


def concern_shown(concern: Concern) -> dict[str, Any]:
    """Return a concern with the customer's words apart from what we made of them."""
    return {
        "id": concern.pk,
        "position": concern.position,
        "customer_words": concern.customer_words,
        "interpretation": concern.interpretation,
        "cause": concern.cause,
        "correction": concern.correction,
        "coverage": concern.coverage,
        "confirmed_with": concern.confirmed_with,
    }


def order_listed(order: RepairOrder) -> dict[str, Any]:
    """Return an order as a list shows it."""
    return {
        "number": order.number,
        "state": order.state,
        "payment_state": order.payment_state,
        "hold_reason": order.hold_reason,
        "visit_type": order.visit_type,
        "station_id": order.station_id,
        "customer_id": order.customer_id,
        "customer_name": order.customer_name,
        "vehicle_id": order.vehicle_id,
        "plate": order.plate,
        "model_name": order.model_name,
        "advisor_id": order.advisor_id,
        "odometer_km": order.odometer_km,
        "received_at": order.received_at,
        "promised_at": order.promised_at,
        "released_at": order.released_at,
        "is_historical": order.is_historical,
        "version": order.version,
    }


def order_shown(order: RepairOrder, actor: Actor) -> dict[str, Any]:
    """Return the whole order: lines, concerns, and every next step with what stands in its way."""
    return (
        order_listed(order)
        | brief(WORKFLOW, order, actor)
        | {
            "repair_plan": order.repair_plan,
            "repair_report": order.repair_report,
            "estimate_version": order.estimate_version,
            "next_visit_on": order.next_visit_on,
            "next_visit_km": order.next_visit_km,
            "lines": [line_shown(line) for line in order.all_lines()],
            "concerns": [concern_shown(concern) for concern in order.all_concerns()],
            "available_steps": offers(WORKFLOW, order, actor),
        }
    )
