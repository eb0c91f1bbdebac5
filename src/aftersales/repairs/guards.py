"""What must hold before a step of the visit: each predicate answers None, or the sentence that says why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Text
from aftersales.network.rules import business_date
from aftersales.repairs import rules
from aftersales.repairs.choices import Consent, Coverage, PaymentState, PayType, WorkState
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.staff.queries import certificates_held
from aftersales.standards import checklists


def _unconfirmed(clause: str, answers: Mapping[str, Any] | None, sentence: Text) -> Text | None:
    left = checklists.missing_texts(clause, answers or {})
    return sentence % {"items": "、".join(left)} if left else None


# -- check-in ------------------------------------------------------------------------------------------------


def covers_are_fitted(
    _actor: Actor, _at: datetime, *, covers: Mapping[str, Any] | None = None, **_rest: Any
) -> Text | None:
    return _unconfirmed("RECP-09", covers, _("Fit the protective covers first: %(items)s."))


def papers_are_checked(
    _actor: Actor, _at: datetime, *, papers_checked: Sequence[str] = (), **_rest: Any
) -> Text | None:
    if {"vehicle_licence", "maintenance_manual"} <= set(papers_checked):
        return None
    return _("Check the customer and the vehicle against the vehicle licence and the maintenance manual first.")


def walkaround_is_complete(
    _actor: Actor, _at: datetime, *, walkaround: Mapping[str, Any] | None = None, **_rest: Any
) -> Text | None:
    return _unconfirmed("RECP-10", walkaround, _("The walk-around check is not complete: %(items)s."))


def customer_words_are_given(
    _actor: Actor, _at: datetime, *, concerns: Sequence[str] = (), **_rest: Any
) -> Text | None:
    if concerns and all(words.strip() for words in concerns):
        return None
    return _("Write down what the customer says, in the customer's own words.")


def receiving_form_is_signed(_actor: Actor, _at: datetime, *, signed_by: str = "", **_rest: Any) -> Text | None:
    return None if signed_by.strip() else _("The customer signs the receiving form before the car is taken over.")


# -- diagnosis and estimate ----------------------------------------------------------------------------------


def customer_words_are_recorded(order: RepairOrder) -> Text | None:
    concerns = order.all_concerns()
    if concerns and all(concern.customer_words.strip() for concern in concerns):
        return None
    return _("Write down what the customer says, in the customer's own words.")


def symptom_is_confirmed_together(
    order: RepairOrder, _actor: Actor, _at: datetime, *, findings: Sequence[Mapping[str, Any]] = (), **_rest: Any
) -> Text | None:
    if all(str(finding.get("confirmed_with", "")).strip() for finding in findings):
        return None
    return _("Say with whom of the customer's side each symptom was confirmed.")


def plan_names_cause_and_work(
    order: RepairOrder,
    _actor: Actor,
    _at: datetime,
    *,
    findings: Sequence[Mapping[str, Any]] = (),
    repair_plan: str = "",
    **_rest: Any,
) -> Text | None:
    found = {finding.get("position") for finding in findings}
    if any(concern.position not in found and not concern.cause for concern in order.all_concerns()):
        return _("Record a finding for every concern of the customer.")
    if not repair_plan.strip() or not all(
        str(finding.get("cause", "")).strip() and str(finding.get("correction", "")).strip() for finding in findings
    ):
        return _("The repair plan names the cause and the work for every concern.")
    return None


def coverage_is_decided(order: RepairOrder) -> Text | None:
    if any(concern.coverage == Coverage.UNDECIDED for concern in order.all_concerns()):
        return _(
            "Decide first whether each fault lies inside or outside the warranty, or is pending the maker's ruling."
        )
    return None


def warranty_lines_are_covered(order: RepairOrder) -> Text | None:
    if all(line.payer != PayType.WARRANTY for line in order.all_lines()):
        return None
    covered = {concern.pk for concern in order.all_concerns() if concern.coverage == Coverage.INSIDE}
    for line in order.all_lines():
        if line.payer == PayType.WARRANTY and line.consent != Consent.DECLINED and line.concern_id not in covered:
            return _("“%(line)s” is charged to the warranty, but its fault has not been ruled inside the warranty.") % {
                "line": line.text
            }
    return None


def estimate_is_issued(order: RepairOrder) -> Text | None:
    return None if order.estimate_version else _("Issue the estimate first.")


def decisions_are_complete(
    order: RepairOrder, _actor: Actor, _at: datetime, *, decisions: Mapping[int, str] | None = None, **_rest: Any
) -> Text | None:
    """EST-01: every line decided, at least one agreed."""
    decided = decisions or {}
    results = [decided.get(line.pk, line.consent) for line in order.all_lines()]
    if rules.undecided(results):
        return _("The customer has not decided about every line yet: agreed, declined or deferred.")
    if Consent.AGREED not in results:
        return _("The customer agreed to no line. Close the order without repair instead.")
    return None


def consent_is_written(
    order: RepairOrder, _actor: Actor, _at: datetime, *, method: str = "", given_by: str = "", **_rest: Any
) -> Text | None:
    if not given_by.strip():
        return _("Say who gave the consent.")
    if not rules.is_written(method):
        return _("The customer agrees to price and quality in writing: on screen, on paper or by message.")
    return None


def giver_is_named(
    order: RepairOrder, _actor: Actor, _at: datetime, *, given_by: str = "", **_rest: Any
) -> Text | None:
    return None if given_by.strip() else _("Say who gave the consent.")


# -- work ----------------------------------------------------------------------------------------------------


def work_is_agreed(order: RepairOrder) -> Text | None:
    if any(line.is_agreed for line in order.all_lines()):
        return None
    return _("The customer has not agreed to any work yet.")


def order_is_not_suspended(order: RepairOrder) -> Text | None:
    if not order.hold_reason:
        return None
    return _("The order is suspended (%(reason)s). Resume it first.") % {"reason": order.get_hold_reason_display()}


def technicians_are_certified(
    order: RepairOrder, _actor: Actor, at: datetime, *, assignments: Sequence[Mapping[str, Any]] = (), **_rest: Any
) -> Text | None:
    by_id = {line.pk: line for line in order.all_lines()}
    pairs = [(by_id.get(assigned["line_id"]), assigned["technician_id"]) for assigned in assignments]
    return _uncertified(order.station_id, pairs, at)


def technician_is_certified(
    order: RepairOrder, actor: Actor, at: datetime, *, line_id: int, technician_id: int | None = None, **_rest: Any
) -> Text | None:
    line = order.line_or_none(line_id)
    if line is None:
        return _no_line()
    return _uncertified(order.station_id, [(line, technician_id or line.technician_id)], at)


def _uncertified(station_id: int, pairs: Iterable[tuple[OrderLine | None, int | None]], at: datetime) -> Text | None:
    demanding = [(line, technician_id) for line, technician_id in pairs if line and line.required_certificate]
    if not demanding:
        return None
    people = [technician_id for _line, technician_id in demanding if technician_id]
    held = certificates_held(station_id, people, business_date(at))
    for line, technician_id in demanding:
        if line.required_certificate not in held.get(technician_id or 0, frozenset()):
            return _(
                "“%(line)s” needs a certificate (%(certificate)s) valid today, which the technician does not hold."
            ) % {
                "line": line.text,
                "certificate": line.certificate_label,
            }
    return None


def _no_line() -> Text:
    return _("The order has no such line.")


def line_may_be_worked(order: RepairOrder, _actor: Actor, _at: datetime, *, line_id: int, **_rest: Any) -> Text | None:
    """WORK-11, EST-01: nobody works on a line the customer has not agreed to."""
    line = order.line_or_none(line_id)
    if line is None or not line.is_labour:
        return _no_line()
    if not line.is_agreed:
        return _("The customer has not agreed to “%(line)s”. Ask first, then start.") % {"line": line.text}
    if line.work_state == WorkState.FINISHED:
        return _("“%(line)s” is already finished.") % {"line": line.text}
    return None


def parts_are_ready(order: RepairOrder, _actor: Actor, _at: datetime, *, line_id: int, **_rest: Any) -> Text | None:
    for line in order.all_lines():
        wanted_here = line.is_part and line.is_agreed and line.job_id in (None, line_id)
        if wanted_here and line.issued_quantity < line.quantity:
            return _("The part “%(part)s” has not been issued yet.") % {"part": line.text}
    return None


def work_is_finished(order: RepairOrder) -> Text | None:
    for line in order.all_lines():
        if not line.is_agreed:
            continue
        if line.is_labour and line.work_state != WorkState.FINISHED:
            return _("“%(line)s” is not finished yet.") % {"line": line.text}
        if line.is_part and line.issued_quantity < line.quantity:
            return _("The part “%(part)s” has not been issued yet.") % {"part": line.text}
    return None


def added_work_is_decided(order: RepairOrder) -> Text | None:
    if rules.undecided(line.consent for line in order.all_lines()):
        return _("The customer has not decided about every added item yet.")
    return None


# -- quality and delivery ------------------------------------------------------------------------------------


def self_check_is_complete(
    order: RepairOrder, _actor: Actor, _at: datetime, *, answers: Mapping[str, Any] | None = None, **_rest: Any
) -> Text | None:
    return _unconfirmed("QC-01", answers, _("The self-check is not complete: %(items)s."))


def report_is_written(
    order: RepairOrder, _actor: Actor, _at: datetime, *, repair_report: str = "", **_rest: Any
) -> Text | None:
    return None if repair_report.strip() else _("Write the repair record: what was found and what was done.")


def inspector_is_apart_and_certified(
    order: RepairOrder, actor: Actor, at: datetime, *, inspector_id: int, **_rest: Any
) -> Text | None:
    if inspector_id != actor.staff_member_id:
        return _("The inspector enters the inspection in person.")
    if not rules.is_inspector_apart(inspector_id, order.worker_ids()):
        return _("Somebody who did not work on the car inspects it.")
    held = certificates_held(order.station_id, [inspector_id], business_date(at))
    if "inspector" not in held.get(inspector_id, frozenset()):
        return _("The inspector holds no inspector's certificate valid today.")
    return None


def final_checklist_is_complete(
    order: RepairOrder, _actor: Actor, _at: datetime, *, answers: Mapping[str, Any] | None = None, **_rest: Any
) -> Text | None:
    return _unconfirmed("QC-06", answers, _("The final inspection is not complete: %(items)s."))


def failures_are_named(
    order: RepairOrder, _actor: Actor, _at: datetime, *, failures: Mapping[int, str] | None = None, **_rest: Any
) -> Text | None:
    labour = {line.pk for line in order.all_lines() if line.is_labour and line.is_agreed}
    if failures and all(line_id in labour and reason.strip() for line_id, reason in failures.items()):
        return None
    return _("Name at least one failed line with the reason.")


def vehicle_is_washed(order: RepairOrder) -> Text | None:
    return None if order.washed_at else _("The car has not been washed yet.")


def cleanliness_is_confirmed(
    order: RepairOrder, _actor: Actor, _at: datetime, *, cleanliness: Mapping[str, Any] | None = None, **_rest: Any
) -> Text | None:
    return _unconfirmed("DELV-02", cleanliness, _("Reception has not confirmed that the car is clean: %(items)s."))


def condition_is_confirmed(
    order: RepairOrder,
    _actor: Actor,
    _at: datetime,
    *,
    condition: Mapping[str, Any] | None = None,
    differences: str = "",
    **_rest: Any,
) -> Text | None:
    if differences.strip():
        return _(
            "There are differences from the receipt: %(differences)s. Clear them up before the car is handed over."
        ) % {"differences": differences}
    return _unconfirmed("DELV-03", condition, _("Check the car on taking it over: %(items)s."))


def items_are_explained(order: RepairOrder) -> Text | None:
    return None if order.items_explained_at else _("Explain the repair items to the customer first, then the amount.")


def settlement_is_completed(order: RepairOrder) -> Text | None:
    if order.payment_state in (PaymentState.PAID, PaymentState.ON_ACCOUNT):
        return None
    return _("The settlement is not completed: payment is missing.")


def delivery_is_explained(
    order: RepairOrder, _actor: Actor, _at: datetime, *, answers: Mapping[str, Any] | None = None, **_rest: Any
) -> Text | None:
    return _unconfirmed("DELV-06", answers, _("The explanation at delivery is not complete: %(items)s."))


def result_is_shown(
    order: RepairOrder, _actor: Actor, _at: datetime, *, answers: Mapping[str, Any] | None = None, **_rest: Any
) -> Text | None:
    return _unconfirmed("DELV-07", answers, _("Show the customer the result of the repair: %(items)s."))


def next_visit_is_proposed(
    order: RepairOrder,
    _actor: Actor,
    _at: datetime,
    *,
    next_visit_on: Any = None,
    next_visit_km: Any = None,
    **_rest: Any,
) -> Text | None:
    return None if next_visit_on or next_visit_km else _("Propose the next visit: a date or a mileage.")


def no_parts_are_issued(order: RepairOrder) -> Text | None:
    if any(line.issued_quantity for line in order.all_lines()):
        return _("Parts have been issued to this order. Take them back first.")
    return None


def nobody_is_clocked_on(order: RepairOrder) -> Text | None:
    if any(line.work_state == WorkState.STARTED for line in order.all_lines()):
        return _("A technician is still clocked on. Clock off first.")
    return None


def reason_is_given(order: RepairOrder, _actor: Actor, _at: datetime, *, reason: str = "", **_rest: Any) -> Text | None:
    return None if reason.strip() else _("Give the reason.")


def hand_over_note_is_written(
    order: RepairOrder, _actor: Actor, _at: datetime, *, hand_over_note: str = "", **_rest: Any
) -> Text | None:
    return None if hand_over_note.strip() else _("Write a hand-over note for the new advisor.")
