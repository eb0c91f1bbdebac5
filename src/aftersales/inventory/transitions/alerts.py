"""Stock alerts: raised when available stock falls to its line, open until somebody says what was done (PART-05)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor, system_actor
from aftersales.core.errors import InputRefused
from aftersales.core.events import publish
from aftersales.core.money import ZERO
from aftersales.core.workflow import Opening, Step, Workflow
from aftersales.inventory import queries
from aftersales.inventory.choices import (
    AlertProposal,
    AlertState,
)
from aftersales.inventory.events import StockAlertRaised
from aftersales.inventory.models import StockAlert
from aftersales.inventory.permissions import P

ALERT_WORKFLOW: Workflow[StockAlert] = Workflow(
    field="state",
    opening=Opening("raise_alert", _("Raise stock alert"), AlertState.OPEN, P.HANDLE_ALERT, clauses=("PART-05",)),
    steps=[
        Step(
            "handle_alert",
            _("Handle alert"),
            (AlertState.OPEN,),
            AlertState.HANDLED,
            P.HANDLE_ALERT,
            clauses=("PART-05",),
        )
    ],
)


@ALERT_WORKFLOW.opens
def raise_alert(
    actor: Actor,
    at: datetime,
    *,
    station: Any,
    part_id: int,
    available: Decimal,
    reorder_point: Decimal,
    proposal: str,
    proposed_quantity: Decimal,
) -> StockAlert:
    """Open an alert that proposes purchase or transfer and stays open until handled (PART-05)."""
    return StockAlert.objects.create(
        station=station,
        created_at=at,
        part_id=part_id,
        available=available,
        reorder_point=reorder_point,
        proposal=proposal,
        proposed_quantity=proposed_quantity,
    )


def raise_alerts(station_id: int, fallen: Mapping[int, tuple[Decimal, Decimal]], at: datetime) -> list[StockAlert]:
    """Open one alert for each part that has fallen to its line; the shelves are locked, so none is opened twice."""
    if not fallen:
        return []
    # The lock was waited for: while it was, the other command may have opened the alert that ours did not see.
    known = queries.parts_with_open_alert(station_id, fallen)
    fallen = {part_id: found for part_id, found in fallen.items() if part_id not in known}
    if not fallen:
        return []
    station = queries.station_of(station_id)
    surplus = queries.surplus_elsewhere(station_id, fallen)
    targets = queries.order_up_to(station_id, fallen)
    watch = system_actor("stock watch")
    alerts = []
    for part_id, (available, line) in sorted(fallen.items()):
        missing = max(targets.get(part_id) or line + 1, line) - available
        alert = raise_alert(
            watch,
            at,
            station=station,
            part_id=part_id,
            available=available,
            reorder_point=line,
            proposal=AlertProposal.TRANSFER if surplus.get(part_id, ZERO) >= missing else AlertProposal.PURCHASE,
            proposed_quantity=missing,
        )
        publish(StockAlertRaised(actor=watch, at=at, alert_id=alert.pk, station_id=station_id, part_id=part_id))
        alerts.append(alert)
    return alerts


@ALERT_WORKFLOW.step
def handle_alert(alert: StockAlert, actor: Actor, at: datetime, *, note: str) -> None:
    """Close the alert by saying what was ordered, moved or decided."""
    if not note.strip() or len(note) > 200:
        sentence = _("Say in at most 200 characters what was done.")
        raise InputRefused(sentence, code="note_refused", fields={"note": sentence})
    alert.handled_at = at
    alert.handled_by_name = actor.name
    alert.handled_note = note.strip()
