"""Forms of customer care. What was typed stays in the form; the steps decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.care.choices import (
    CallPurpose,
    CaseChannel,
    CaseKind,
    ContentClass,
    Direction,
    LetterKind,
    Level,
    ScriptTopic,
    SolutionKind,
)
from aftersales.staff.models import StaffMember
from aftersales.web import fields

TEXT = forms.Textarea(attrs={"rows": 3})


class StationForm(forms.Form):
    """A form whose people are those of one station."""

    def __init__(self, *args: Any, station_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = StaffMember.objects.at_station(station_id).filter(is_active=True).order_by("employee_number")
        for name in {"assignee", "handler"} & self.fields.keys():
            self.fields[name].queryset = people  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of the step."""
        return dict(self.cleaned_data)


def _person(label: Any) -> forms.ModelChoiceField[StaffMember]:
    return forms.ModelChoiceField(StaffMember._base_manager.none(), label=label)


class AttemptForm(StationForm):
    points = fields.CharField(label=_("Note"), max_length=500, required=False)


class CallForm(StationForm):
    """The call record form: points, topics, and requests, wishes and complaints apart (FUP-05)."""

    points = fields.CharField(label=_("Points of the call"), max_length=4000, widget=TEXT)
    topics = forms.MultipleChoiceField(
        label=_("Topics covered"), choices=ScriptTopic.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    requests = fields.CharField(label=_("Requests"), max_length=2000, required=False, widget=TEXT)
    wishes = fields.CharField(label=_("Wishes"), max_length=2000, required=False, widget=TEXT)
    complaints = fields.CharField(label=_("Complaints"), max_length=2000, required=False, widget=TEXT)
    answered_at_once = forms.BooleanField(label=_("Everything was answered in the call"), required=False, initial=True)
    satisfaction = fields.IntegerField(label=_("Satisfaction, 1 to 5"), min_value=1, max_value=5, required=False)
    recommendation = fields.IntegerField(label=_("Recommendation, 0 to 10"), min_value=0, max_value=10, required=False)


class ReasonForm(StationForm):
    reason = fields.CharField(label=_("Reason"), max_length=500)


class ReassignForm(StationForm):
    assignee = _person(_("Caller"))


class CaseForm(StationForm):
    """A complaint or another matter, whatever the channel."""

    complainant = fields.CharField(label=_("Complainant"), max_length=120)
    complainant_phone = fields.CharField(label=_("Phone"), max_length=32, required=False)
    plate = fields.CharField(label=_("Plate"), max_length=20, required=False)
    model_name = fields.CharField(label=_("Vehicle model"), max_length=100, required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=CaseChannel.choices)
    kind = forms.ChoiceField(label=_("Kind"), choices=CaseKind.choices)
    content_class = forms.ChoiceField(
        label=_("Content class"), choices=ContentClass.choices, initial=ContentClass.AFTER_SALES
    )
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    description = fields.CharField(label=_("Problem"), max_length=4000, widget=TEXT)


class AssignForm(StationForm):
    handler = _person(_("Handler"))


class ClassifyForm(StationForm):
    content_class = forms.ChoiceField(label=_("Content class"), choices=ContentClass.choices)
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)


class InvestigateForm(StationForm):
    problem_exists = forms.BooleanField(label=_("The problem exists"), required=False)
    cause = fields.CharField(label=_("Cause"), max_length=2000, widget=TEXT)


class ReportUpForm(StationForm):
    question = fields.CharField(label=_("What is to be decided"), max_length=2000, widget=TEXT)


class ReworkForm(StationForm):
    wanted_at = fields.DateTimeField(label=_("Wanted time"), required=False)
    concern = fields.CharField(label=_("Work wanted"), max_length=4000, required=False, widget=TEXT)


class SolveForm(StationForm):
    solution_kind = forms.ChoiceField(label=_("Kind of solution"), choices=SolutionKind.choices)
    solution = fields.CharField(label=_("Solution"), max_length=2000, widget=TEXT)


class TellResultForm(StationForm):
    talk = fields.CharField(label=_("What was said"), max_length=2000, widget=TEXT)
    satisfaction = fields.IntegerField(label=_("Satisfaction, 1 to 5"), min_value=1, max_value=5)


class RegisterCallForm(StationForm):
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices, initial=Direction.IN)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=CallPurpose.choices, initial=CallPurpose.CONSULTATION)
    contact_name = fields.CharField(label=_("Contact"), max_length=120)
    contact_phone = fields.CharField(label=_("Phone"), max_length=32, required=False)
    points = fields.CharField(label=_("Points of the call"), max_length=4000, widget=TEXT)


class RegisterLetterForm(StationForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=LetterKind.choices)
    addressee = fields.CharField(label=_("Addressee"), max_length=120)
    subject = fields.CharField(label=_("Subject"), max_length=200)
    content = fields.CharField(label=_("Content"), max_length=4000, required=False, widget=TEXT)


CALL_FORMS: dict[str, type[StationForm]] = {
    "record_attempt": AttemptForm,
    "record_call": CallForm,
    "give_up": ReasonForm,
    "skip": ReasonForm,
    "reassign": ReassignForm,
}
CASE_FORMS: dict[str, type[StationForm]] = {
    "assign": AssignForm,
    "classify": ClassifyForm,
    "investigate": InvestigateForm,
    "report_up": ReportUpForm,
    "book_rework": ReworkForm,
    "solve": SolveForm,
    "tell_result": TellResultForm,
    "reopen": ReasonForm,
}
