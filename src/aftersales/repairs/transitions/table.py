"""The life of a repair order: the WORKFLOW table, to be read aloud. The bodies are in the sibling modules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from aftersales.core.rows import Children
from aftersales.core.workflow import Check, Guard, Opening, Step, Workflow
from aftersales.repairs import guards as g
from aftersales.repairs.choices import OrderState as S
from aftersales.repairs.models import Concern, Departure, OrderLine, ReceivingForm, RepairOrder, WorkSession
from aftersales.repairs.permissions import P

BEFORE_WORK = (S.RECEIVED, S.DIAGNOSED, S.ESTIMATED, S.AUTHORIZED, S.DISPATCHED)
PRICING = (S.DIAGNOSED, S.ESTIMATED, S.AUTHORIZED, S.DISPATCHED, S.IN_PROGRESS)
WORKING = (S.DISPATCHED, S.IN_PROGRESS)
IN_HOUSE = (*BEFORE_WORK, S.IN_PROGRESS, S.COMPLETED, S.INSPECTED, S.WASHED, S.READY, S.SETTLED)
FINISHED = (S.COMPLETED, S.INSPECTED, S.WASHED, S.READY)

NOT_SUSPENDED = Guard("", g.order_is_not_suspended)
COVERAGE = Guard("DIAG-08", g.coverage_is_decided)
COVERED = Guard("DIAG-09", g.warranty_lines_are_covered)
AGREED = Guard("EST-01", g.work_is_agreed)
LINE_AGREED = Check("WORK-11", g.line_may_be_worked)
REASON = Check("", g.reason_is_given)

LINES = Children(OrderLine, "order", "position", "_lines")
CONCERNS = Children(Concern, "order", "position", "_concerns")
FORM = Children(ReceivingForm, "order", "pk", "_forms")
SESSIONS = Children(WorkSession, "line__order", "pk", "_sessions")
DEPARTURES = Children(Departure, "order", "pk", "_departures")

WORKFLOW: Workflow[RepairOrder] = Workflow(
    field="state",
    reads={
        "diagnose": (CONCERNS,),
        "estimate": (CONCERNS, LINES),
        "authorize": (LINES,),
        "dispatch": (LINES,),
        "issue_parts": (LINES,),
        "start_work": (LINES, DEPARTURES),
        "finish_work": (LINES,),
        "complete": (LINES, SESSIONS),
        "inspect": (LINES, SESSIONS),
        "take_over": (DEPARTURES, FORM),
        "settle": (LINES,),
    },
    openings=(
        Opening(
            "check_in",
            _("Check in"),
            S.RECEIVED,
            P.RECEIVE,
            checks=(
                Check("RECP-11", g.papers_are_checked),
                Check("RECP-09", g.covers_are_fitted),
                Check("RECP-10", g.walkaround_is_complete),
                Check("RECP-10", g.receiving_form_is_signed),
                Check("DIAG-01", g.customer_words_are_given),
            ),
            clauses=("RECP-08", "RECP-10", "RECP-12", "RECP-13", "SVC-03", "WORK-01"),
        ),
    ),
    steps=(
        #    verb              label                        from            to    permission, then what must hold
        Step("record_concern", _("Add a concern"), BEFORE_WORK, None, P.RECEIVE, clauses=("DIAG-01",)),
        Step(
            "diagnose",
            _("Diagnose"),
            (S.RECEIVED, S.DIAGNOSED),
            S.DIAGNOSED,
            P.DIAGNOSE,
            guards=(Guard("DIAG-01", g.customer_words_are_recorded), NOT_SUSPENDED),
            checks=(Check("DIAG-04", g.symptom_is_confirmed_together), Check("DIAG-07", g.plan_names_cause_and_work)),
            clauses=("DIAG-06", "DIAG-07"),
        ),
        Step(
            "rule_coverage",
            _("Rule on coverage"),
            PRICING,
            None,
            P.RULE_COVERAGE,
            checks=(REASON,),
            clauses=("DIAG-09",),
        ),
        Step("add_lines", _("Add lines"), PRICING, None, P.ESTIMATE, guards=(COVERAGE,), clauses=("EST-04", "WORK-11")),
        Step(
            "change_line",
            _("Change a line"),
            PRICING,
            None,
            P.ESTIMATE,
            guards=(COVERAGE,),
            clauses=("EST-01", "EST-02"),
        ),
        Step("remove_line", _("Remove a line"), PRICING, None, P.ESTIMATE),
        Step(
            "estimate",
            _("Issue the estimate"),
            (S.DIAGNOSED, S.ESTIMATED),
            S.ESTIMATED,
            P.ESTIMATE,
            guards=(COVERAGE, NOT_SUSPENDED),
            clauses=("EST-03", "EST-06", "EST-08"),
        ),
        Step(
            "authorize",
            _("Record consent and authorise"),
            (S.ESTIMATED,),
            S.AUTHORIZED,
            P.CONSENT,
            guards=(COVERED,),
            checks=(Check("EST-01", g.decisions_are_complete), Check("EST-02", g.consent_is_written)),
            clauses=("EST-07", "RECP-16"),
        ),
        Step(
            "record_consent",
            _("Record a decision on added work"),
            (S.AUTHORIZED, S.DISPATCHED, S.IN_PROGRESS),
            None,
            P.CONSENT,
            guards=(COVERED,),
            checks=(Check("WORK-11", g.giver_is_named),),
            clauses=("WORK-11",),
        ),
        Step(
            "dispatch",
            _("Dispatch"),
            (S.AUTHORIZED, S.DISPATCHED),
            S.DISPATCHED,
            P.DISPATCH,
            guards=(AGREED, NOT_SUSPENDED),
            checks=(Check("SAFE-06", g.technicians_are_certified),),
            clauses=("WORK-03", "WORK-04", "WORK-08", "DELV-01"),
        ),
        Step(
            "reassign",
            _("Assign otherwise"),
            (S.IN_PROGRESS,),
            None,
            P.DISPATCH,
            guards=(AGREED,),
            checks=(Check("SAFE-06", g.technicians_are_certified),),
            clauses=("WORK-04",),
        ),
        Step("issue_parts", _("Issue parts"), WORKING, None, P.ISSUE_PARTS, guards=(AGREED,), clauses=("WORK-06",)),
        Step("return_parts", _("Take parts back"), (*WORKING, *FINISHED), None, P.ISSUE_PARTS),
        Step(
            "start_work",
            _("Clock on"),
            WORKING,
            S.IN_PROGRESS,
            P.WORK,
            guards=(AGREED, NOT_SUSPENDED),
            checks=(
                LINE_AGREED,
                Check("WORK-06", g.parts_are_ready, waivable=True),
                Check("SAFE-06", g.technician_is_certified),
            ),
            clauses=("WORK-04",),
        ),
        Step("pause_work", _("Pause"), (S.IN_PROGRESS,), None, P.WORK, clauses=("WORK-04",)),
        Step("finish_work", _("Clock off, finished"), (S.IN_PROGRESS,), None, P.WORK, clauses=("WORK-04", "WORK-05")),
        Step("call_for_help", _("Call for help"), WORKING, None, P.WORK, clauses=("DIAG-05",)),
        Step("ask_for_parts", _("Ask for parts"), WORKING, None, P.WORK, clauses=("WORK-06",)),
        Step("report_finding", _("Report what else was found"), WORKING, None, P.WORK, clauses=("WORK-05", "WORK-11")),
        Step("tell_progress", _("Tell the customer how it goes"), IN_HOUSE, None, P.DELIVER, clauses=("WORK-10",)),
        Step(
            "complete",
            _("Hand over for inspection"),
            (S.IN_PROGRESS,),
            S.COMPLETED,
            P.WORK,
            guards=(Guard("WORK-13", g.work_is_finished), Guard("WORK-11", g.added_work_is_decided)),
            checks=(Check("QC-01", g.self_check_is_complete), Check("WORK-12", g.report_is_written)),
            clauses=("WORK-12", "WORK-13"),
        ),
        Step(
            "inspect",
            _("Pass the inspection"),
            (S.COMPLETED,),
            S.INSPECTED,
            P.INSPECT,
            checks=(Check("QC-02", g.inspector_is_apart_and_certified), Check("QC-06", g.final_checklist_is_complete)),
            clauses=("QC-02", "QC-06"),
        ),
        Step(
            "fail_inspection",
            _("Fail the inspection"),
            (S.COMPLETED,),
            S.IN_PROGRESS,
            P.INSPECT,
            checks=(Check("QC-02", g.inspector_is_apart_and_certified), Check("QC-05", g.failures_are_named)),
            clauses=("QC-05",),
        ),
        Step("wash", _("Washed"), (S.INSPECTED,), S.WASHED, P.WASH, clauses=("DELV-02",)),
        Step(
            "take_over",
            _("Take over from the workshop"),
            (S.INSPECTED, S.WASHED),
            S.READY,
            P.DELIVER,
            guards=(Guard("DELV-02", g.vehicle_is_washed, waivable=True),),
            checks=(
                Check("DELV-02", g.cleanliness_is_confirmed, waivable=True),
                Check("DELV-03", g.condition_is_confirmed),
            ),
            clauses=("DELV-03", "DELV-04"),
        ),
        Step("explain_items", _("Items explained"), (S.READY,), None, P.DELIVER, clauses=("SETL-03",)),
        Step(
            "settle",
            _("Settle"),
            (S.READY,),
            S.SETTLED,
            P.SETTLE,
            guards=(Guard("SETL-03", g.items_are_explained), Guard("SETL-06", g.added_work_is_decided)),
            clauses=("SETL-01",),
        ),
        Step("reopen_settlement", _("Take the settlement back"), (S.SETTLED,), S.READY, P.SETTLE, checks=(REASON,)),
        Step("note_payment", _("Payment state"), (S.SETTLED, S.RELEASED, S.ARCHIVED), None, P.NOTE_PAYMENT),
        Step(
            "release",
            _("Hand the car over"),
            (S.SETTLED,),
            S.RELEASED,
            P.DELIVER,
            guards=(Guard("DELV-08", g.settlement_is_completed),),
            checks=(
                Check("DELV-06", g.delivery_is_explained),
                Check("DELV-07", g.result_is_shown),
                Check("DELV-09", g.next_visit_is_proposed),
            ),
            clauses=("DELV-05", "DELV-06", "DELV-07", "DELV-08", "DELV-09", "QC-03"),
        ),
        Step("archive", _("Archive"), (S.RELEASED,), S.ARCHIVED, P.ARCHIVE, clauses=("CRM-01",)),
        Step(
            "close_without_repair",
            _("Close without repair"),
            (S.RECEIVED, S.DIAGNOSED, S.ESTIMATED),
            S.CLOSED,
            P.CANCEL,
            checks=(REASON,),
            clauses=("RECP-16",),
        ),
        Step(
            "cancel",
            _("Cancel"),
            BEFORE_WORK,
            S.CANCELLED,
            P.CANCEL,
            guards=(Guard("", g.no_parts_are_issued),),
            checks=(REASON,),
        ),
        Step(
            "suspend",
            _("Suspend"),
            (*BEFORE_WORK, S.IN_PROGRESS),
            None,
            P.CANCEL,
            guards=(NOT_SUSPENDED, Guard("", g.nobody_is_clocked_on)),
            checks=(REASON,),
        ),
        Step("resume", _("Resume"), (*BEFORE_WORK, S.IN_PROGRESS), None, P.CANCEL),
        Step("reopen", _("Send back to work"), FINISHED, S.IN_PROGRESS, P.REOPEN, checks=(REASON,)),
        Step(
            "change_advisor",
            _("Change the advisor"),
            IN_HOUSE,
            None,
            P.CHANGE_ADVISOR,
            checks=(REASON, Check("RECP-08", g.hand_over_note_is_written)),
            clauses=("RECP-08",),
        ),
        Step(
            "authorize_departure",
            _("Authorise a departure"),
            IN_HOUSE,
            None,
            P.AUTHORIZE_DEPARTURE,
            checks=(REASON,),
            clauses=("SVC-02", "ORG-20"),
        ),
    ),
)
