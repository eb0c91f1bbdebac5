"""Self-check, final inspection by somebody else, and the way back to work (QC)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, whole
from aftersales.core.rows import fresh_row, insert_later, update_many
from aftersales.repairs.choices import CheckKind, WorkState
from aftersales.repairs.models import QualityCheck, RepairOrder
from aftersales.repairs.transitions.table import WORKFLOW


@WORKFLOW.step
def complete(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    technician_id: int,
    answers: Mapping[str, Any],
    repair_report: str,
) -> None:
    """Sign the self-check (QC-01), write the repair record (WORK-12) and pass the car to inspection.

    Raises InputRefused when the signer did not work on the car.
    """
    if technician_id not in order.worker_ids():
        raise InputRefused(
            _("A technician who worked on the car signs the self-check."), code="no_worker", clause="QC-01"
        )
    order.completed_at, order.repair_report = at, repair_report
    _write(order, at, CheckKind.SELF_CHECK, technician_id, passed=True, answers=answers)


@WORKFLOW.step
def inspect(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    inspector_id: int,
    answers: Mapping[str, Any],
    road_test: Mapping[str, Any] | None = None,
) -> None:
    """Pass the car: a certified inspector who did not work on it confirms every point (QC-02, QC-06)."""
    order.inspection_round += 1
    _write(order, at, CheckKind.INSPECTION, inspector_id, passed=True, answers=answers, road_test=road_test)


@WORKFLOW.step
def fail_inspection(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    inspector_id: int,
    failures: Mapping[int, str],
    answers: Mapping[str, Any] | None = None,
    road_test: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Send lines back to work, each with its fault; a new inspection is compulsory (QC-05).

    `failures` maps a labour line's id to what is wrong with it.
    """
    order.inspection_round += 1
    touched = []
    for line_id, reason in failures.items():
        line = order.line_or_none(line_id)
        if line is None:
            raise InputRefused(_("The order has no such line."), code="no_line")
        line.work_state, line.failure_reason = WorkState.WAITING, whole(reason, 300, "failures")
        line.rework_count += 1
        touched.append(line)
    update_many(touched, ["work_state", "failure_reason", "rework_count"])
    told = [{"line": line.text, "reason": line.failure_reason} for line in touched]
    _write(
        order, at, CheckKind.INSPECTION, inspector_id, passed=False, answers=answers, road_test=road_test, failures=told
    )
    return {"failures": told}


def _write(
    order: RepairOrder,
    at: datetime,
    kind: str,
    checked_by_id: int,
    *,
    passed: bool,
    answers: Mapping[str, Any] | None,
    road_test: Mapping[str, Any] | None = None,
    failures: list[dict[str, str]] | None = None,
) -> None:
    insert_later(
        [
            fresh_row(
                QualityCheck,
                order=order,
                kind=kind,
                round=order.inspection_round,
                checked_by_id=checked_by_id,
                passed=passed,
                answers=dict(answers or {}),
                road_test=dict(road_test or {}),
                failures=failures or [],
                at=at,
            )
        ]
    )
