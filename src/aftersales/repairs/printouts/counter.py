"""The papers signed at the counter: the receiving form and the estimate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from aftersales.files.queries import signature_png
from aftersales.network.rules import business_date
from aftersales.printing.papers import (
    CheckLine,
    DamageMark,
    Estimate,
    ReceivingForm,
    Signature,
    local_text,
    pen_box,
    station_head,
    yuan,
)
from aftersales.printing.registry import printout
from aftersales.printing.rules import in_capitals
from aftersales.repairs import models
from aftersales.repairs.choices import Consent, OldParts
from aftersales.repairs.printouts.blocks import concerns_of, customer_lines, lines_of, order_block, vehicle_lines
from aftersales.standards import checklists
from aftersales.web.damage import Kind, Position
from aftersales.web.formats import duration

VALID_DAYS = 14  # how long an estimate stands when nothing else is agreed


def check_lines(clause: str, answers: Mapping[str, Any]) -> list[CheckLine]:
    """Return a checklist's points: confirmed is “ok”, a note asks for attention, no answer is “not checked”."""
    lines: list[CheckLine] = []
    for item in checklists.items(clause):
        answer = answers.get(item.code)
        note = answer.strip() if isinstance(answer, str) else ""
        result = "attention" if note else "ok" if answer is True else "bad" if answer is False else "none"
        lines.append({"item": item.text, "result": result, "note": note})
    return lines


def damage_mark(mark: Mapping[str, Any]) -> DamageMark:
    """Return a mark of the receiving form, its place from 0 to 1 over the drawing whichever scale it was kept in."""
    places, kinds = dict(Position.choices), dict(Kind.choices)
    position, kind = str(mark.get("position", "")), str(mark.get("kind", ""))
    return {
        "x": _share(mark.get("x")),
        "y": _share(mark.get("y")),
        "position": str(places.get(position, position)),
        "kind": str(kinds.get(kind, kind)),
        "note": str(mark.get("note", "")),
    }


def _share(value: Any) -> float:
    """Return a coordinate as a share of the drawing; the form keeps shares, imported marks percent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.5
    return round(min(max(value / 100 if value > 1 else float(value), 0.0), 1.0), 4)


def signed_box(document: models.RepairOrder, role: str, name: str, signed_at: str) -> Signature:
    """Return a signature box with the drawn signature of that person, if there is one."""
    return {"role": role, "name": name, "signed_at": signed_at, "png": signature_png(document, name) if name else ""}


@printout(
    "RECP-10",
    "RECP-12",
    kind="repairs.receiving_form",
    title=_("Vehicle receiving form"),
    template="receiving_form.typ",
)
def receiving_form(order: models.RepairOrder) -> ReceivingForm:
    """Return the form signed at check-in, which is also the customer's registration slip."""
    zone = order.station.time_zone
    form = models.ReceivingForm.objects.filter(order_id=order.pk).first()
    advisor = order.advisor.name if order.advisor else ""
    signatures = [pen_box(_now("Customer")), pen_box(_now("Service advisor"), advisor)]
    checks: list[CheckLine] = []
    if form is not None:
        signatures[0] = signed_box(order, _now("Customer"), form.signed_by, local_text(form.signed_at, zone))
        checks = check_lines("RECP-10", form.walkaround) + check_lines("RECP-20", form.findings)
    return {
        "station": station_head(order.station),
        "number": order.number,
        "order_number": order.number,
        "received_at": local_text(order.received_at, zone),
        "advisor": advisor,
        "customer": customer_lines(order),
        "vehicle": vehicle_lines(order),
        "fuel_percent": form.energy_percent if form else None,
        "concerns": [concern.customer_words for concern in concerns_of(order)],
        "checks": checks,
        "damages": [damage_mark(mark) for mark in form.damages] if form else [],
        "items_left": [str(item) for item in form.belongings] if form else [],
        "wants_wash": True,  # DELV-02: every car is handed back clean
        "wants_old_parts": order.old_parts in ("", OldParts.RETURNED),
        "promised_at": local_text(order.promised_at, zone),
        "note": "",
        "signatures": signatures,
    }


@printout("EST-03", kind="repairs.estimate", title=_("Repair estimate"), template="estimate.typ")
def estimate(order: models.RepairOrder) -> Estimate:
    """Return the estimate in force: findings, lines, and the definite range of cost and time of its latest version."""
    zone = order.station.time_zone
    latest = order.estimates.order_by("-version").first()
    lines = [line for line in lines_of(order) if line.consent != Consent.DECLINED]
    block = order_block(lines)
    issued_at = latest.issued_at if latest else order.received_at
    waiting = (
        [f"{short['text']} ({short['available']}/{short['wanted']})" for short in latest.shortages] if latest else []
    )
    consent = models.ConsentRecord.objects.filter(order_id=order.pk).order_by("-pk").first()
    customer_box = pen_box(_now("Customer agrees"))
    if consent is not None:
        customer_box = signed_box(order, _now("Customer agrees"), consent.given_by, local_text(consent.at, zone))
    return {
        "station": station_head(order.station),
        "number": order.number,
        "order_number": order.number,
        "estimated_at": local_text(issued_at, zone),
        "valid_until": (business_date(issued_at, zone) + timedelta(days=VALID_DAYS)).isoformat(),
        "advisor": order.advisor.name if order.advisor else "",
        "customer": customer_lines(order),
        "vehicle": vehicle_lines(order),
        "findings": [concern.cause for concern in concerns_of(order) if concern.cause],
        "labour": block.labour,
        "parts": block.parts,
        "others": block.others,
        "labour_total": block.labour_total,
        "parts_total": block.parts_total,
        "others_total": block.others_total,
        "discount": block.discount,
        "total": yuan(block.gross),
        "total_capitals": in_capitals(block.gross),
        "cost_from": yuan(latest.cost_low if latest else block.gross),
        "cost_to": yuan(latest.cost_high if latest else block.gross),
        "time_from": duration(latest.minutes_low) if latest else "",
        "time_to": duration(latest.minutes_high) if latest else "",
        "note": _now("Parts to be ordered: %(parts)s") % {"parts": "、".join(waiting)} if waiting else "",
        "signatures": [customer_box, pen_box(_now("Service advisor"), order.advisor.name if order.advisor else "")],
    }
