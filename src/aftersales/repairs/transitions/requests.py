"""What a technician asks from the bay: parts from the store, the advisor's word on what else was found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused
from aftersales.notifications.services import enqueue
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.repairs.transitions.table import WORKFLOW

LONGEST = 500


@WORKFLOW.step
def ask_for_parts(order: RepairOrder, actor: Actor, at: datetime, /, *, line_id: int, wanted: str) -> dict[str, Any]:
    """Ask the parts keeper for what a job needs; the request stays on the order (WORK-06).

    Nothing is added to the order: what the customer has to pay is priced and agreed first. Raises InputRefused.
    """
    line = _labour_line(order, line_id)
    asked = _said(wanted, "wanted", _("Say which parts are needed."))
    enqueue(
        at,
        station_id=order.station_id,
        template="repairs.parts_asked",
        to_role="parts_keeper",
        document=order,
        payload=_told(order, actor, line, asked),
    )
    return {"line": line.text, "wanted": asked}


@WORKFLOW.step
def report_finding(order: RepairOrder, actor: Actor, at: datetime, /, *, line_id: int, finding: str) -> dict[str, Any]:
    """Tell the advisor what else was found, so that the customer is asked before it is done (WORK-05, WORK-11).

    It reaches the order's own advisor; every advisor of the station where that one has no account. Raises InputRefused.
    """
    line = _labour_line(order, line_id)
    found = _said(finding, "finding", _("Say what was found."))
    advisor_id = order.advisor.user_id if order.advisor is not None else None
    enqueue(
        at,
        station_id=order.station_id,
        template="repairs.finding",
        to_user=advisor_id,
        to_role="" if advisor_id is not None else "service_advisor",
        document=order,
        payload=_told(order, actor, line, found),
    )
    return {"line": line.text, "finding": found}


def _labour_line(order: RepairOrder, line_id: int) -> OrderLine:
    line = order.line_or_none(line_id)
    if line is None or not line.is_labour:
        raise InputRefused(_("The order has no such line."), code="no_line")
    return line


def _said(text: str, field: str, sentence: Any) -> str:
    said = text.strip()
    if not said:
        raise InputRefused(sentence, code="nothing_said", fields={field: sentence})
    if len(said) > LONGEST:
        too_long = _("At most 500 characters.")
        raise InputRefused(too_long, code="too_long", fields={field: too_long})
    return said


def _told(order: RepairOrder, actor: Actor, line: OrderLine, note: str) -> dict[str, str]:
    return {
        "number": order.number,
        "plate": order.plate,
        "line": line.text,
        "who": actor.name,
        "note": note,
        "url": reverse("repairs:order", args=[order.number]),
    }
