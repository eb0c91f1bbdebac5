"""The workshop's papers: the repair order and the inspection record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from aftersales.printing.papers import (
    InspectionLine,
    InspectionRecord,
    RepairOrder,
    local_text,
    pen_box,
    station_head,
    yuan,
)
from aftersales.printing.registry import printout
from aftersales.repairs import models
from aftersales.repairs.choices import CheckKind, Consent, OldParts
from aftersales.repairs.printouts.blocks import concerns_of, customer_lines, lines_of, order_block, vehicle_lines
from aftersales.repairs.printouts.counter import signed_box
from aftersales.standards import checklists


def _terms() -> list[str]:
    return [
        _now("Before the cost exceeds the estimate or work is added, the customer is asked and agrees."),
        _now("The customer collects the car within three days of being told that it is ready."),
        _now("Valuables in the car are kept by the customer."),
    ]


@printout("WORK-03", kind="repairs.repair_order", title=_("Repair order"), template="repair_order.typ")
def repair_order(order: models.RepairOrder) -> RepairOrder:
    """Return what the customer ordered and the workshop does; declined lines are left out."""
    zone = order.station.time_zone
    lines = [line for line in lines_of(order) if line.consent not in (Consent.DECLINED, Consent.DEFERRED)]
    block = order_block(lines)
    teams = {line.technician.team.name for line in lines if line.technician and line.technician.team}
    bays = {line.bay.name for line in lines if line.bay}
    consent = models.ConsentRecord.objects.filter(order_id=order.pk).order_by("pk").first()
    advisor = order.advisor.name if order.advisor else ""
    customer_box = pen_box(_now("Customer"))
    if consent is not None:
        customer_box = signed_box(order, _now("Customer"), consent.given_by, local_text(consent.at, zone))
    return {
        "station": station_head(order.station),
        "number": order.number,
        "kind": str(order.get_visit_type_display()),
        "opened_at": local_text(order.received_at, zone),
        "promised_at": local_text(order.promised_at, zone),
        "advisor": advisor,
        "team": "、".join(sorted(teams)),
        "bay": "、".join(sorted(bays)),
        "customer": customer_lines(order),
        "vehicle": vehicle_lines(order),
        "concerns": [concern.customer_words for concern in concerns_of(order)],
        "labour": block.labour,
        "parts": block.parts,
        "estimated_total": yuan(block.gross),
        "wants_old_parts": order.old_parts in ("", OldParts.RETURNED),
        "terms": _terms(),
        "note": order.repair_plan,
        "signatures": [
            customer_box,
            pen_box(_now("Service advisor"), advisor),
            pen_box(_now("Technician")),
            pen_box(_now("Inspector")),
        ],
    }


def _inspected(answers: Mapping[str, Any], *, passed: bool) -> list[InspectionLine]:
    """Return the points of the final inspection; a point that a failed inspection did not confirm is not good."""
    lines: list[InspectionLine] = []
    for item in checklists.items("QC-06"):
        answer = answers.get(item.code)
        confirmed = checklists.is_confirmed(answer)
        lines.append(
            {
                "item": item.text,
                "requirement": "",
                "measured": "",
                "result": "passed" if confirmed else "none" if passed else "failed",
                "note": answer if isinstance(answer, str) else "",
            }
        )
    return lines


@printout("QC-06", kind="repairs.inspection_record", title=_("Inspection record"), template="inspection_record.typ")
def inspection_record(order: models.RepairOrder) -> InspectionRecord:
    """Return the latest final inspection against the order; before the first one, an empty form to fill in by hand."""
    zone = order.station.time_zone
    latest = order.quality_checks.filter(kind=CheckKind.INSPECTION).select_related("checked_by").order_by("-pk").first()
    answers: Mapping[str, Any] = latest.answers if latest else {}
    driven: Mapping[str, Any] = latest.road_test if latest else {}
    inspector = latest.checked_by.name if latest else ""
    faults = [f"{fault['line']}: {fault['reason']}" for fault in latest.failures] if latest else []
    next_service = answers.get("next_service")
    return {
        "station": station_head(order.station),
        "number": order.number,
        "order_number": order.number,
        "inspected_at": local_text(latest.at if latest else None, zone),
        "round": latest.round if latest else 1,
        "vehicle": vehicle_lines(order),
        "work": [line.text for line in lines_of(order) if line.is_agreed and not line.is_part],
        "items": _inspected(answers, passed=latest is None or latest.passed),
        "road_test_km": str(driven.get("km", "")),
        "road_test_by": inspector if driven else "",
        "road_test_note": str(driven.get("result", "")),
        "old_parts_shown": checklists.is_confirmed(answers.get("old_parts")),
        "is_clean": checklists.is_confirmed(answers.get("cleanliness")),
        "next_service_note": next_service if isinstance(next_service, str) else "",
        "passed": latest is not None and latest.passed,
        "verdict_note": "；".join(faults),
        "signatures": [
            {
                "role": _now("Inspector"),
                "name": inspector,
                "signed_at": local_text(latest.at if latest else None, zone),
                "png": "",
            }
        ],
    }
