"""One form a step: `STEP_FORMS[name]`."""

from aftersales.repairs.forms.base import NothingAsked, StepForm, Subject
from aftersales.repairs.forms.bay import AskForPartsForm, ReportFindingForm
from aftersales.repairs.forms.consent import AuthorizeForm, RecordConsentForm
from aftersales.repairs.forms.delivery import ReleaseForm, TakeOverForm, TellProgressForm
from aftersales.repairs.forms.diagnosis import DiagnoseForm, RecordConcernForm, RuleCoverageForm
from aftersales.repairs.forms.exceptions import (
    AuthorizeDepartureForm,
    CancelForm,
    ChangeAdvisorForm,
    CloseWithoutRepairForm,
    ReopenForm,
    ResumeForm,
    SuspendForm,
)
from aftersales.repairs.forms.pricing import AddLinesForm, ChangeLineForm, EstimateForm
from aftersales.repairs.forms.quality import CompleteForm, FailInspectionForm, InspectForm
from aftersales.repairs.forms.work import (
    CallForHelpForm,
    DispatchForm,
    FinishWorkForm,
    IssuePartsForm,
    PauseWorkForm,
    ReassignForm,
    RemoveLineForm,
    ReturnPartsForm,
    StartWorkForm,
)

STEP_FORMS: dict[str, type[StepForm]] = {
    "record_concern": RecordConcernForm,
    "diagnose": DiagnoseForm,
    "rule_coverage": RuleCoverageForm,
    "add_lines": AddLinesForm,
    "change_line": ChangeLineForm,
    "remove_line": RemoveLineForm,
    "estimate": EstimateForm,
    "authorize": AuthorizeForm,
    "record_consent": RecordConsentForm,
    "dispatch": DispatchForm,
    "reassign": ReassignForm,
    "issue_parts": IssuePartsForm,
    "return_parts": ReturnPartsForm,
    "start_work": StartWorkForm,
    "pause_work": PauseWorkForm,
    "finish_work": FinishWorkForm,
    "call_for_help": CallForHelpForm,
    "ask_for_parts": AskForPartsForm,
    "report_finding": ReportFindingForm,
    "tell_progress": TellProgressForm,
    "complete": CompleteForm,
    "inspect": InspectForm,
    "fail_inspection": FailInspectionForm,
    "wash": NothingAsked,
    "take_over": TakeOverForm,
    "explain_items": NothingAsked,
    "release": ReleaseForm,
    "archive": NothingAsked,
    "close_without_repair": CloseWithoutRepairForm,
    "cancel": CancelForm,
    "suspend": SuspendForm,
    "resume": ResumeForm,
    "reopen": ReopenForm,
    "change_advisor": ChangeAdvisorForm,
    "authorize_departure": AuthorizeDepartureForm,
}
"""Every step but those that billing's own screen takes."""

ONE_TAP = frozenset(name for name, form in STEP_FORMS.items() if form is NothingAsked)

__all__ = ["ONE_TAP", "STEP_FORMS", "StepForm", "Subject"]
