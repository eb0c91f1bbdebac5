"""The workflow of repair orders: `WORKFLOW` and one function a step."""

from aftersales.repairs.transitions.delivery import (
    archive,
    explain_items,
    note_payment,
    release,
    reopen_settlement,
    settle,
    take_over,
    tell_progress,
    wash,
)
from aftersales.repairs.transitions.departures import (
    authorize_departure,
    cancel,
    change_advisor,
    close_without_repair,
    reopen,
    resume,
    suspend,
)
from aftersales.repairs.transitions.estimate import (
    add_lines,
    authorize,
    change_line,
    estimate,
    record_consent,
    remove_line,
)
from aftersales.repairs.transitions.intake import check_in, diagnose, record_concern, rule_coverage
from aftersales.repairs.transitions.quality import complete, fail_inspection, inspect
from aftersales.repairs.transitions.requests import ask_for_parts, report_finding
from aftersales.repairs.transitions.table import WORKFLOW
from aftersales.repairs.transitions.work import (
    call_for_help,
    dispatch,
    finish_work,
    issue_parts,
    pause_work,
    reassign,
    return_parts,
    start_work,
)

__all__ = [
    "WORKFLOW",
    "add_lines",
    "archive",
    "ask_for_parts",
    "authorize",
    "authorize_departure",
    "call_for_help",
    "cancel",
    "change_advisor",
    "change_line",
    "check_in",
    "close_without_repair",
    "complete",
    "diagnose",
    "dispatch",
    "estimate",
    "explain_items",
    "fail_inspection",
    "finish_work",
    "inspect",
    "issue_parts",
    "note_payment",
    "pause_work",
    "reassign",
    "record_concern",
    "record_consent",
    "release",
    "remove_line",
    "reopen",
    "reopen_settlement",
    "report_finding",
    "resume",
    "return_parts",
    "rule_coverage",
    "settle",
    "start_work",
    "suspend",
    "take_over",
    "tell_progress",
    "wash",
]
