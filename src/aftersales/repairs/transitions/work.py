"""Dispatch and the work itself: technicians and bays, the promise, parts, the clock on and off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.core.money import total
from aftersales.core.rows import update_columns, update_many
from aftersales.core.statements import Hot, ask, run_later
from aftersales.inventory import services as stock
from aftersales.inventory.choices import Priority
from aftersales.inventory.ledger import Consumer
from aftersales.inventory.reservations import Want
from aftersales.network.queries import station_of
from aftersales.notifications.services import enqueue
from aftersales.repairs.choices import OrderState, PauseReason, WorkState
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.repairs.permissions import P
from aftersales.repairs.transitions.table import WORKFLOW
from aftersales.staff.models import StaffMember

KIND = "repairs.repairorder"


class Assignment(TypedDict):
    """Who does which labour line, and in which bay."""

    line_id: int
    technician_id: int
    bay_id: int | None


def consumer_of(order: RepairOrder) -> Consumer:
    """Return the order as the stock ledger knows it."""
    return Consumer(KIND, order.pk, order.number)


def _assign(order: RepairOrder, assignments: Sequence[Assignment]) -> dict[str, Any]:
    people = {assigned["technician_id"] for assigned in assignments}
    bays = {bay_id for assigned in assignments if (bay_id := assigned.get("bay_id")) is not None}
    found = ask(_OWN_HANDS, {"station": order.station_id, "people": list(people), "bays": list(bays)})
    names = {person_id: name for person_id, _bay_id, name in found if person_id is not None}
    if people - names.keys():
        raise InputRefused(_("Choose technicians of this station."), code="no_technician")
    if bays - {bay_id for _person_id, bay_id, _name in found}:
        raise InputRefused(_("Choose a bay of this station that is in use."), code="no_bay")
    touched = []
    for assigned in assignments:
        line = order.line_or_none(assigned["line_id"])
        if line is None or not line.is_labour:
            raise InputRefused(_("Technicians are assigned to labour lines of this order."), code="no_line")
        line.technician_id, line.bay_id = assigned["technician_id"], assigned.get("bay_id")
        touched.append(line)
    update_many(touched, ["technician", "bay"])
    return {line.text: names[line.technician_id] for line in touched if line.technician_id}


_OWN_HANDS = Hot("""
SELECT id, NULL, name FROM staff_staffmember
WHERE station_id = %(station)s AND is_active AND id = ANY(%(people)s::bigint[])
UNION ALL
SELECT NULL, id, name FROM network_bay
WHERE station_id = %(station)s AND is_active AND id = ANY(%(bays)s::bigint[])
""")


@WORKFLOW.step
def dispatch(
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    /,
    *,
    assignments: Sequence[Assignment],
    promised_at: datetime,
    wash_minutes: int | None = None,
) -> dict[str, Any]:
    """Assign technician and bay to agreed labour, promise the finish (WORK-08) and put the parts by (WORK-03).

    `wash_minutes` is included in the promise and told to the customer (DELV-01). Raises InputRefused for a promise in
    the past or a line left without a technician.
    """
    if promised_at <= at:
        raise InputRefused(
            _("The promised time must lie ahead."),
            code="promise",
            clause="WORK-08",
            fields={"promised_at": _("Choose a later time.")},
        )
    if wash_minutes is not None and not 0 <= wash_minutes <= 600:
        raise InputRefused(_("Wash time is given in minutes, up to 600."), code="wash_minutes")
    assigned = _assign(order, assignments)
    for line in order.all_lines():
        if line.is_labour and line.is_agreed and line.technician_id is None:
            raise InputRefused(_("Assign a technician to “%(line)s”.") % {"line": line.text}, code="no_technician")
    order.promised_at, order.wash_minutes = promised_at, wash_minutes
    wants = [
        Want(line.part_id, line.quantity - line.issued_quantity, line.pk)
        for line in order.all_lines()
        if line.part_id is not None and line.is_agreed and line.issued_quantity < line.quantity
    ]
    if order.appointment_id or order.state == OrderState.DISPATCHED:
        # What the booking or an earlier dispatch put by is promised anew, line by line, under the same locks.
        stock.release(actor, at, station=station_of(order.station_id), consumer=consumer_of(order))
    promises = stock.reserve(
        actor,
        at,
        station=station_of(order.station_id),
        consumer=consumer_of(order),
        wants=wants,
        priority=Priority.ORDER,
        needed_at=promised_at,
    )
    short = [f"{promise.part_id} × {promise.short}" for promise in promises if promise.short]
    return {"technicians": assigned, "short": short} if short else {"technicians": assigned}


@WORKFLOW.step
def reassign(order: RepairOrder, actor: Actor, at: datetime, /, *, assignments: Sequence[Assignment]) -> dict[str, Any]:
    """Give lines to other technicians or bays while work is under way."""
    for assigned in assignments:
        line = order.line_or_none(assigned["line_id"])
        if line is not None and line.work_state == WorkState.STARTED:
            raise TransitionRefused(
                _("“%(line)s” is being worked on. Clock off first.") % {"line": line.text}, code="line_in_work"
            )
    return {"technicians": _assign(order, assignments)}


@WORKFLOW.step
def issue_parts(
    order: RepairOrder, actor: Actor, at: datetime, /, *, quantities: Mapping[int, Decimal] | None = None
) -> dict[str, Any]:
    """Issue parts against their lines; without `quantities` (line id to quantity) everything agreed and still missing.

    Raises InputRefused for a line that is no part line, TransitionRefused when a line is not agreed, more is asked than
    the line holds, or stock is short.
    """
    if quantities is None:
        quantities = {
            line.pk: line.quantity - line.issued_quantity
            for line in order.all_lines()
            if line.is_part and line.is_agreed and line.issued_quantity < line.quantity
        }
    lines = [_part_line(order, line_id) for line_id in quantities]
    if not lines:
        raise InputRefused(_("Nothing is left to issue."), code="nothing_to_issue")
    for line in lines:
        if not line.is_agreed:
            raise TransitionRefused(
                _("The customer has not agreed to “%(line)s”. Ask first, then start.") % {"line": line.text},
                code="line_not_agreed",
                clause="WORK-11",
            )
        if not 0 < quantities[line.pk] <= line.quantity - line.issued_quantity:
            raise InputRefused(
                _("“%(part)s”: at most %(left)s can still be issued to this line.")
                % {"part": line.text, "left": (line.quantity - line.issued_quantity).normalize()},
                code="too_much",
            )
    issued = stock.issue(
        actor,
        at,
        station=station_of(order.station_id),
        consumer=consumer_of(order),
        lines=[
            # Every line here is agreed by name, so an alternative part has the customer's recorded consent (PART-11).
            stock.IssueLine(line.pk, line.part_id or 0, quantities[line.pk], consent_recorded=True)
            for line in lines
        ],
    )
    for line in lines:
        line.issued_quantity += quantities[line.pk]
        line.issued_cost += total(move.value for move in issued if move.line_id == line.pk)
    update_many(lines, ["issued_quantity", "issued_cost"])
    return {"issued": {line.text: str(quantities[line.pk]) for line in lines}}


@WORKFLOW.step
def return_parts(
    order: RepairOrder, actor: Actor, at: datetime, /, *, quantities: Mapping[int, Decimal], reason: str = ""
) -> dict[str, Any]:
    """Take unused parts back from lines into stock, at the cost they left with; never more than was issued."""
    lines = [_part_line(order, line_id) for line_id in quantities]
    if not lines:
        raise InputRefused(_("Choose at least one line."), code="no_lines")
    for line in lines:
        if not 0 < quantities[line.pk] <= line.issued_quantity:
            raise InputRefused(
                _("“%(part)s”: at most %(issued)s can be taken back.")
                % {"part": line.text, "issued": line.issued_quantity.normalize()},
                code="too_much",
            )
    returned = stock.return_parts(
        actor,
        at,
        station=station_of(order.station_id),
        consumer=consumer_of(order),
        lines=[stock.ReturnLine(line.pk, line.part_id or 0, quantities[line.pk]) for line in lines],
        reason=reason,
    )
    for line in lines:
        line.issued_quantity -= quantities[line.pk]
        line.issued_cost -= total(move.value for move in returned if move.line_id == line.pk)
    update_many(lines, ["issued_quantity", "issued_cost"])
    return {"returned": {line.text: str(quantities[line.pk]) for line in lines}}


def _part_line(order: RepairOrder, line_id: int) -> OrderLine:
    line = order.line_or_none(line_id)
    if line is None or not line.is_part:
        raise InputRefused(_("Parts are issued and returned only against a part line of this order."), code="no_line")
    return line


def _labour_line(order: RepairOrder, line_id: int) -> OrderLine:
    line = order.line_or_none(line_id)
    if line is None or not line.is_labour:
        raise InputRefused(_("The order has no such line."), code="no_line")
    return line


def _require_own_job(order: RepairOrder, actor: Actor, line: OrderLine, technician_id: int | None = None) -> None:
    """Let nobody clock a colleague; who dispatches may (WORK-04). Raises InputRefused."""
    own = actor.staff_member_id
    if actor.may(P.DISPATCH, order.station_id):
        return
    if line.technician_id not in (None, own):
        raise InputRefused(
            _("“%(line)s” is given to %(name)s. Ask the foreman to assign it to you.")
            % {"line": line.text, "name": line.technician},
            code="others_job",
            clause="WORK-04",
        )
    if technician_id not in (None, own):
        raise InputRefused(
            _("Everybody clocks on for themselves. The foreman clocks others on."),
            code="others_clock",
            clause="WORK-04",
        )


@WORKFLOW.step
def start_work(
    order: RepairOrder, actor: Actor, at: datetime, /, *, line_id: int, technician_id: int | None = None
) -> dict[str, Any]:
    """Clock a technician on to an agreed labour line whose parts are there (WORK-04, WORK-06).

    Raises TransitionRefused when the technician is still clocked on elsewhere.
    """
    line = _labour_line(order, line_id)
    _require_own_job(order, actor, line, technician_id)
    who = technician_id or line.technician_id
    if who is None or (
        who != line.technician_id
        and not StaffMember.objects.at_station(order.station_id).filter(pk=who, is_active=True).exists()
    ):
        raise InputRefused(_("Choose technicians of this station."), code="no_technician")
    # Nothing is inserted while the technician has an open session elsewhere, whoever starts at the same moment.
    if not ask(_CLOCK_ON, [line.pk, who, at]):
        raise TransitionRefused(
            _("The technician is still clocked on at another job. Clock off there first."), code="still_clocked_on"
        )
    line.work_state, line.technician_id = WorkState.STARTED, who
    update_columns(line, ["work_state", "technician"])
    order.work_started_at = order.work_started_at or at
    return {"line": line.text}


_CLOCK_ON = Hot("""
INSERT INTO repairs_worksession (line_id, technician_id, started_at, pause_reason) VALUES (%s, %s, %s, '')
ON CONFLICT (technician_id) WHERE ended_at IS NULL DO NOTHING RETURNING id
""")
_CLOCK_OFF = Hot(
    "UPDATE repairs_worksession SET ended_at = %s, pause_reason = %s WHERE line_id = %s AND ended_at IS NULL"
)


def _clock_off(line: OrderLine, at: datetime, pause_reason: str) -> None:
    """End the open session of the line; a line that nobody is clocked on to has none."""
    run_later([(_CLOCK_OFF, [at, pause_reason, line.pk])])


@WORKFLOW.step
def pause_work(order: RepairOrder, actor: Actor, at: datetime, /, *, line_id: int, pause_reason: str) -> dict[str, Any]:
    """Clock off a line for a while, with the reason (WORK-04)."""
    line = _labour_line(order, line_id)
    _require_own_job(order, actor, line)
    if pause_reason not in PauseReason.values:
        raise InputRefused(_("Say why the work pauses."), code="no_reason", fields={"pause_reason": _("Choose one.")})
    if line.work_state != WorkState.STARTED:
        raise TransitionRefused(_("Nobody is clocked on to “%(line)s”.") % {"line": line.text}, code="not_started")
    _clock_off(line, at, pause_reason)
    line.work_state = WorkState.PAUSED
    update_columns(line, ["work_state"])
    return {"line": line.text, "pause_reason": pause_reason}


@WORKFLOW.step
def finish_work(order: RepairOrder, actor: Actor, at: datetime, /, *, line_id: int) -> dict[str, Any]:
    """Clock off a line as finished; it was started at least once."""
    line = _labour_line(order, line_id)
    _require_own_job(order, actor, line)
    if line.work_state not in (WorkState.STARTED, WorkState.PAUSED):
        raise TransitionRefused(_("“%(line)s” has not been started.") % {"line": line.text}, code="not_started")
    _clock_off(line, at, "")
    line.work_state, line.failure_reason = WorkState.FINISHED, ""
    update_columns(line, ["work_state", "failure_reason"])
    return {"line": line.text}


@WORKFLOW.step
def call_for_help(order: RepairOrder, actor: Actor, at: datetime, /, *, line_id: int, note: str = "") -> dict[str, Any]:
    """Call the foreman to the bay at once; the call stays on the order (DIAG-05)."""
    line = _labour_line(order, line_id)
    enqueue(
        at,
        station_id=order.station_id,
        template="repairs.help",
        to_role="foreman",
        document=order,
        payload={"number": order.number, "plate": order.plate, "line": line.text, "who": actor.name, "note": note},
    )
    return {"line": line.text, "note": note}
