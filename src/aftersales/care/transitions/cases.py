"""The life of a complaint or another matter: the WORKFLOW table and one function a step."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.appointments.models import Appointment
from aftersales.care import queries, rules
from aftersales.care.choices import CaseChannel, CaseKind, ContentClass, Level, SolutionKind
from aftersales.care.choices import CaseState as S
from aftersales.care.events import CaseOpened, CaseReportedUp
from aftersales.care.models import FollowUp, ServiceCase
from aftersales.care.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, Text
from aftersales.core.events import publish
from aftersales.core.workflow import Check, Guard, Opening, Step, Workflow
from aftersales.customers.models import Customer
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.network.services import next_number
from aftersales.repairs.models import RepairOrder
from aftersales.staff.models import StaffMember
from aftersales.standards.queries import threshold
from aftersales.vehicles.models import Vehicle


def low_rating(station_id: int, at: datetime) -> int:
    """Return the highest rating of 1 to 5 that still counts as unsatisfied."""
    return int(threshold("FUP-13", "unsatisfied_until", station_id=station_id, on=business_date(at)))


def cause_is_investigated(case: ServiceCase) -> Text | None:
    if case.investigated_at is None:
        return _("Investigate first whether the problem exists and what caused it.")
    return None


def solution_is_carried_out(case: ServiceCase) -> Text | None:
    return None if case.carried_out_at else _("The solution has not been carried out yet.")


def customer_is_told(case: ServiceCase) -> Text | None:
    return None if case.told_at else _("Tell the customer the result first.")


def satisfaction_is_rated(case: ServiceCase) -> Text | None:
    return None if case.satisfaction is not None else _("Ask the customer to rate the handling first.")


def customer_is_satisfied(case: ServiceCase) -> Text | None:
    if case.told_at and rules.is_low(case.satisfaction, low_rating(case.station_id, case.told_at)):
        return _("The customer is not satisfied: take the case up again.")
    return None


def handler_is_named(case: ServiceCase) -> Text | None:
    return None if case.handler_id else _("Name the handler first.")


def reason_is_given(case: ServiceCase, actor: Actor, at: datetime, *, reason: str = "", **rest: Any) -> Text | None:
    return None if reason.strip() else _("Give the reason.")


N, A, V, C = S.OPENED, S.ASSIGNED, S.SOLVED, S.CLOSED
CLOSING = (
    Guard("CPL-08", solution_is_carried_out),
    Guard("CPL-08", customer_is_told),
    Guard("CPL-08", satisfaction_is_rated),
    Guard("CPL-08", customer_is_satisfied),
)

WORKFLOW: Workflow[ServiceCase] = Workflow(
    field="state",
    openings=[Opening("open_case", _("Register a case"), N, P.CASE_OPEN, clauses=("CPL-01", "CPL-03", "CPL-04"))],
    steps=[
        Step("assign", _("Name the handler"), (N, A), A, P.CASE_ASSIGN, clauses=("ORG-18", "CPL-06")),
        Step("classify", _("Set class and level"), (N, A), None, P.CASE_ASSIGN, clauses=("CPL-04",)),
        Step("investigate", _("Record the investigation"), (A,), None, P.CASE_HANDLE, clauses=("CPL-06",)),
        Step("report_up", _("Ask the supervisor to decide"), (N, A), None, P.CASE_HANDLE, clauses=("FUP-07",)),
        Step("book_rework", _("Book rework"), (N, A, V), None, P.CASE_HANDLE, clauses=("FUP-13",)),
        Step(
            "solve",
            _("Enter the solution"),
            (A,),
            V,
            P.CASE_HANDLE,
            guards=(Guard("CPL-06", cause_is_investigated),),
            clauses=("CPL-07",),
        ),
        Step("carry_out", _("Solution carried out"), (V,), None, P.CASE_HANDLE, clauses=("CPL-08",)),
        Step("tell_result", _("Customer told"), (V,), None, P.CASE_HANDLE, clauses=("FUP-08", "CPL-07", "CPL-08")),
        Step("close", _("Close"), (V,), C, P.CASE_HANDLE, guards=CLOSING, clauses=("CPL-08",)),
        Step(
            "reopen",
            _("Take up again"),
            (V, C),
            A,
            P.CASE_HANDLE,
            guards=(Guard("ORG-18", handler_is_named),),
            checks=(Check("CPL-08", reason_is_given),),
            clauses=("CPL-08",),
        ),
    ],
)


def _due_at(station_id: int, level: str, since: datetime) -> datetime:
    clause = "CPL-11" if level == Level.GENERAL else "CPL-12"
    days = threshold(clause, station_id=station_id, on=business_date(since))
    return since + timedelta(days=float(days))


def _require(fields: dict[str, tuple[str, Text]], clause: str) -> None:
    refused = {name: sentence for name, (value, sentence) in fields.items() if not value.strip()}
    if refused:
        raise InputRefused(next(iter(refused.values())), code="incomplete", clause=clause, fields=refused)


@WORKFLOW.opens
def open_case(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    channel: str,
    complainant: str,
    description: str,
    kind: str = CaseKind.COMPLAINT,
    content_class: str = ContentClass.AFTER_SALES,
    level: str = Level.GENERAL,
    complainant_phone: str = "",
    customer: Customer | None = None,
    vehicle: Vehicle | None = None,
    order: RepairOrder | None = None,
    follow_up: FollowUp | None = None,
    plate: str = "",
    model_name: str = "",
    handler: StaffMember | None = None,
) -> ServiceCase:
    """Register a matter voiced by a customer, whatever the channel; class and level fix its limit (CPL-01 to CPL-04).

    The station's complaint owner handles it unless somebody else is named (ORG-18).

    Raises InputRefused without complainant or description, or with an unknown class, level, kind or channel.
    """
    _require(
        {
            "complainant": (complainant, _("Enter who complains.")),
            "description": (description, _("Describe the problem.")),
        },
        "CPL-03",
    )
    for name, value, choices in (
        ("kind", kind, CaseKind),
        ("content_class", content_class, ContentClass),
        ("level", level, Level),
        ("channel", channel, CaseChannel),
    ):
        if value not in choices.values:
            raise InputRefused(_("Choose from the list."), code="choice", fields={name: _("Choose from the list.")})
    case = ServiceCase(
        station=station,
        created_at=at,
        state=N,
        kind=kind,
        content_class=content_class,
        level=level,
        channel=channel,
        complainant=complainant,
        complainant_phone=complainant_phone,
        customer=customer,
        vehicle=vehicle,
        order=order,
        follow_up=follow_up,
        plate=plate or (order.plate if order else ""),
        model_name=model_name or (order.model_name if order else ""),
        description=description,
        handler=handler or queries.complaint_owner(station.pk, business_date(at, station.time_zone)),
        due_at=_due_at(station.pk, level, at),
        number=next_number(station_id=station.pk, series="case", on=business_date(at, station.time_zone)),
    )
    case.save(force_insert=True)
    publish(CaseOpened(actor=actor, at=at, document=case))
    return case


@WORKFLOW.step
def assign(case: ServiceCase, actor: Actor, at: datetime, /, *, handler: StaffMember) -> None:
    """Name the person who handles the case (ORG-18) and forward it to them."""
    if handler.station_id != case.station_id or not handler.is_active:
        raise InputRefused(
            _("Choose somebody of this station."),
            code="foreign_handler",
            fields={"handler": _("Choose somebody of this station.")},
        )
    case.handler = handler


@WORKFLOW.step
def classify(case: ServiceCase, actor: Actor, at: datetime, /, *, content_class: str, level: str) -> None:
    """Set class and level anew; the limit counts from the registration on (CPL-04, CPL-11, CPL-12)."""
    if content_class not in ContentClass.values or level not in Level.values:
        raise InputRefused(_("Choose from the list."), code="choice", fields={"level": _("Choose from the list.")})
    case.content_class, case.level = content_class, level
    case.due_at = _due_at(case.station_id, level, case.created_at)


@WORKFLOW.step
def investigate(case: ServiceCase, actor: Actor, at: datetime, /, *, problem_exists: bool, cause: str) -> None:
    """Record whether the problem exists and what caused it (CPL-06)."""
    _require({"cause": (cause, _("Record the cause."))}, "CPL-06")
    case.problem_exists, case.cause, case.investigated_at = problem_exists, cause, at


@WORKFLOW.step
def report_up(case: ServiceCase, actor: Actor, at: datetime, /, *, question: str) -> dict[str, Any]:
    """Report what cannot be solved to the supervisor with a request for a decision (FUP-07)."""
    _require({"question": (question, _("Write what is to be decided."))}, "FUP-07")
    case.reported_up_at = at
    publish(CaseReportedUp(actor=actor, at=at, document=case, question=question))
    return {"question": question}


@WORKFLOW.step
def book_rework(case: ServiceCase, actor: Actor, at: datetime, /, *, appointment: Appointment) -> None:
    """Tie the booking made for a check or rework to the case (FUP-13)."""
    case.rework = appointment


@WORKFLOW.step
def solve(case: ServiceCase, actor: Actor, at: datetime, /, *, solution_kind: str, solution: str) -> None:
    """Enter the solution; only after the investigation (CPL-06, CPL-07)."""
    _require({"solution": (solution, _("Describe the solution."))}, "CPL-07")
    if solution_kind not in SolutionKind.values:
        raise InputRefused(
            _("Choose from the list."), code="choice", fields={"solution_kind": _("Choose from the list.")}
        )
    case.solution_kind, case.solution, case.solved_at = solution_kind, solution, at


@WORKFLOW.step
def carry_out(case: ServiceCase, actor: Actor, at: datetime, /) -> None:
    """Record that the solution is carried out."""
    case.carried_out_at = at


@WORKFLOW.step
def tell_result(case: ServiceCase, actor: Actor, at: datetime, /, *, talk: str, satisfaction: int) -> None:
    """Record that the customer was told, what was said and how satisfied they are, 1 to 5 (FUP-08, CPL-08)."""
    _require({"talk": (talk, _("Record what was said."))}, "CPL-07")
    if not 1 <= satisfaction <= 5:
        raise InputRefused(_("Enter 1 to 5."), code="rating", fields={"satisfaction": _("Enter 1 to 5.")})
    case.talk, case.satisfaction, case.told_at = talk, satisfaction, at


@WORKFLOW.step
def close(case: ServiceCase, actor: Actor, at: datetime, /) -> None:
    """Close a case that is carried out, told and rated satisfied (CPL-08)."""
    case.closed_at = at


@WORKFLOW.step
def reopen(case: ServiceCase, actor: Actor, at: datetime, /, *, reason: str) -> dict[str, Any]:
    """Take an unsatisfying case up again: a new solution is needed; the limit starts anew (CPL-08)."""
    before = {"solution_before": case.solution, "satisfaction_before": case.satisfaction}
    case.solution, case.solution_kind = "", ""
    case.solved_at = case.carried_out_at = case.told_at = case.closed_at = None
    case.satisfaction = None
    case.reopen_count += 1
    case.due_at = _due_at(case.station_id, case.level, at)
    return before
