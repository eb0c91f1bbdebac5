"""Pricing the work, the estimate's versions, and the customer's decision about every line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, TransitionRefused, whole
from aftersales.core.money import to_fen, total
from aftersales.core.rows import fresh_row, insert_later, insert_rows, update_many
from aftersales.files.models import Attachment
from aftersales.inventory.queries import available
from aftersales.network.rules import business_date
from aftersales.repairs.choices import Consent, ConsentMethod, IntakeOutcome, OrderState, PayType, WorkState
from aftersales.repairs.models import ConsentRecord, Estimate, OrderLine, RepairOrder
from aftersales.repairs.services.pricing import LineWish, price_again, priced_lines, reset_consent
from aftersales.repairs.transitions.table import WORKFLOW

AFTER_CONSENT = (OrderState.AUTHORIZED, OrderState.DISPATCHED, OrderState.IN_PROGRESS)
DECISIONS = (Consent.AGREED, Consent.DECLINED, Consent.DEFERRED)


def _insert(order: RepairOrder, actor: Actor, at: datetime, wishes: Sequence[LineWish]) -> list[OrderLine]:
    known = {concern.pk for concern in order.all_concerns()}
    if any(wish.concern_id is not None and wish.concern_id not in known for wish in wishes):
        raise InputRefused(_("The order has no such concern."), code="no_concern")
    if any(wish.job_line_id is not None and order.line_or_none(wish.job_line_id) is None for wish in wishes):
        raise InputRefused(_("The order has no such line."), code="no_line")
    existing = order.all_lines()
    lines = priced_lines(order, wishes, actor, business_date(at))
    for line in lines:
        line.is_added = order.state in AFTER_CONSENT
    # Labour first: a part line needs the id of the labour line it is fitted by.
    jobs = [(wish, line) for wish, line in zip(wishes, lines, strict=True) if line.is_labour]
    parts = [(wish, line) for wish, line in zip(wishes, lines, strict=True) if not line.is_labour]
    insert_rows([line for _wish, line in jobs])
    for wish, line in parts:
        if wish.job is not None:
            if not 0 <= wish.job < len(lines) or not lines[wish.job].is_labour:
                raise InputRefused(_("A part is fitted by a labour line of the list."), code="no_job")
            line.job_id = lines[wish.job].pk
    insert_later([line for _wish, line in parts])
    order._lines = [*existing, *lines]
    return lines


def _told(line: OrderLine) -> dict[str, str]:
    return {
        "line": str(line.position),
        "text": line.text,
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price),
        "discount": str(line.discount),
        "gross": str(line.gross),
        "payer": line.payer,
    }


@WORKFLOW.step
def add_lines(order: RepairOrder, actor: Actor, at: datetime, /, *, wishes: Sequence[LineWish]) -> dict[str, Any]:
    """Add priced lines; after the first consent they are added work with a consent of their own (WORK-11)."""
    if not wishes:
        raise InputRefused(_("Choose at least one operation or part."), code="no_lines")
    added = [_told(line) for line in _insert(order, actor, at, wishes)]
    order.forget_lines()
    return {"added": added}


@WORKFLOW.step
def change_line(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    line_id: int,
    quantity: Decimal | None = None,
    unit_price: Decimal | None = None,
    discount: Decimal | None = None,
    payer: str | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """Change a line's quantity, price, discount or payer; what the customer agreed to before no longer counts (EST-01).

    Raises TransitionRefused for a line already worked on or issued, InputRefused for a departure without a reason.
    """
    line = _open_line(order, line_id)
    before = _told(line)
    if quantity is not None:
        line.quantity = quantity
        if line.list_quantity is not None and quantity != line.list_quantity:
            line.quantity_reason = _required(reason, "EST-04")
    if unit_price is not None:
        line.unit_price = to_fen(unit_price)
        if line.unit_price != line.list_price:
            line.price_reason = _required(reason, "EST-05")
    if discount is not None:
        line.discount = to_fen(discount)
    if payer is not None:
        if payer not in PayType.values:
            raise InputRefused(_("Choose who pays."), code="payer")
        line.payer = payer
    price_again(line, actor, business_date(at))
    after = _told(line)
    if after == before:
        return {}
    reset_consent(line)
    line.save()
    return {"line": [before, after]}


def _required(reason: str, clause: str) -> str:
    if not reason.strip():
        raise InputRefused(
            _("Say why hours or price differ from the list."),
            code="no_reason",
            clause=clause,
            fields={"reason": _("Please fill in.")},
        )
    return whole(reason.strip(), 200, "reason")


def _open_line(order: RepairOrder, line_id: int) -> OrderLine:
    line = order.line_or_none(line_id)
    if line is None:
        raise InputRefused(_("The order has no such line."), code="no_line")
    if line.issued_quantity or line.work_state != WorkState.WAITING:
        raise TransitionRefused(
            _("“%(line)s” is already being worked on. Add a new line instead.") % {"line": line.text},
            code="line_in_work",
        )
    return line


@WORKFLOW.step
def remove_line(order: RepairOrder, actor: Actor, at: datetime, /, *, line_id: int) -> dict[str, Any]:
    """Take back a line the customer has not been asked about; a line once told stays, declined (EST-08)."""
    line = _open_line(order, line_id)
    if line.consents.exists():
        raise TransitionRefused(
            _("The customer has already decided about “%(line)s”. Record it as declined instead.")
            % {"line": line.text},
            code="line_decided",
        )
    line.part_lines.update(job=None)
    removed = _told(line)
    line.delete()
    return {"removed": removed}


@WORKFLOW.step
def estimate(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    minutes_low: int,
    minutes_high: int,
    cost_low: Decimal | None = None,
    cost_high: Decimal | None = None,
    wishes: Sequence[LineWish] = (),
) -> dict[str, Any]:
    """Issue a new version of the estimate with a range of cost and time (EST-03), after asking the stock (EST-06).

    `wishes` are lines added in the same command. The cost range defaults to the sum of the lines. Units: yuan, minutes.
    Raises InputRefused for an empty estimate or a range turned round.
    """
    if wishes:
        _insert(order, actor, at, wishes)
    lines = [line for line in order.all_lines() if line.consent != Consent.DECLINED]
    if not lines:
        raise InputRefused(_("Add at least one operation or part to the estimate."), code="no_lines", clause="EST-03")
    gross = total(line.gross for line in lines)
    low = gross if cost_low is None else to_fen(cost_low)
    high = gross if cost_high is None else to_fen(cost_high)
    if not 0 <= low <= high or not 0 < minutes_low <= minutes_high <= 100_000:
        raise InputRefused(
            _("Give the lower figure first, then the higher one, for cost and for time."), code="range", clause="EST-03"
        )
    order.estimate_version += 1
    shortages = _shortages(order, lines)
    insert_later(
        [
            Estimate(
                order=order,
                version=order.estimate_version,
                cost_low=low,
                cost_high=high,
                minutes_low=minutes_low,
                minutes_high=minutes_high,
                lines=[_told(line) for line in lines],
                shortages=shortages,
                issued_at=at,
                issued_by=actor.name,
            )
        ]
    )
    order.forget_lines()
    return {"cost": [str(low), str(high)], "minutes": [minutes_low, minutes_high], "shortages": shortages}


def _shortages(order: RepairOrder, lines: Sequence[OrderLine]) -> list[dict[str, str]]:
    wanted: dict[int, Decimal] = {}
    for line in lines:
        if line.part_id is not None:
            wanted[line.part_id] = wanted.get(line.part_id, Decimal(0)) + line.quantity - line.issued_quantity
    if not wanted:
        return []
    free = available(order.station_id, list(wanted))
    return [
        {
            "part": line.code,
            "text": line.text,
            "wanted": str(wanted[line.part_id]),
            "available": str(free.get(line.part_id, 0)),
        }
        for line in lines
        if line.part_id is not None and free.get(line.part_id, Decimal(0)) < wanted[line.part_id]
    ]


def _decide(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    decisions: Mapping[int, str],
    *,
    given_by: str,
    method: str,
    reason: str,
    signature: Attachment | None,
) -> dict[str, Any]:
    if method not in ConsentMethod.values:
        raise InputRefused(_("Say how the customer decided."), code="method", fields={"method": _("Choose one.")})
    touched: list[OrderLine] = []
    for line_id, decision in decisions.items():
        line = order.line_or_none(line_id)
        if line is None or decision not in DECISIONS:
            raise InputRefused(_("Decide agreed, declined or deferred for lines of this order."), code="decision")
        if line.work_state != WorkState.WAITING or line.issued_quantity:
            raise TransitionRefused(
                _("“%(line)s” is already being worked on. Add a new line instead.") % {"line": line.text},
                code="line_in_work",
            )
        line.consent = decision
        line.declined_reason = "" if decision == Consent.AGREED else whole(reason, 200, "reason")
        touched.append(line)
    update_many(touched, ["consent", "declined_reason"])
    insert_later(
        [
            fresh_row(
                ConsentRecord,
                order=order,
                line=line,
                decision=line.consent,
                estimate_version=order.estimate_version,
                gross=line.gross,
                given_by=given_by,
                method=method,
                signature=signature,
                recorded_by=actor.name,
                reason=reason,
                at=at,
            )
            for line in touched
        ]
    )
    return {"decisions": {line.text: line.consent for line in touched}, "given_by": given_by, "method": method}


@WORKFLOW.step
def authorize(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    given_by: str,
    method: str,
    decisions: Mapping[int, str] | None = None,
    reason: str = "",
    signature: Attachment | None = None,
) -> dict[str, Any]:
    """Record the written decision about every line and let the car into the workshop (EST-01, EST-02, RECP-16).

    `decisions` maps a line's id to agreed, declined or deferred; `given_by` is who decided, `method` how.
    """
    order.intake_outcome = IntakeOutcome.WORKSHOP
    return _decide(
        order, actor, at, decisions or {}, given_by=given_by, method=method, reason=reason, signature=signature
    )


@WORKFLOW.step
def record_consent(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    decisions: Mapping[int, str],
    given_by: str,
    method: str,
    reason: str = "",
    signature: Attachment | None = None,
) -> dict[str, Any]:
    """Record the customer's decision about added or changed lines while the car is with us (WORK-11)."""
    if not decisions:
        raise InputRefused(_("Choose at least one line."), code="no_lines")
    return _decide(order, actor, at, decisions, given_by=given_by, method=method, reason=reason, signature=signature)
