"""Off the straight way: suspending, cancelling, closing, going back, other hands, departures."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.repairs.choices import HoldReason, IntakeOutcome
from aftersales.repairs.forms.base import ReasonForm, StepForm, line_choices
from aftersales.repairs.transitions.departures import waivable_clauses
from aftersales.staff.choices import Post
from aftersales.staff.queries import active_members
from aftersales.standards.catalogue import catalogue
from aftersales.web import fields


class SuspendForm(ReasonForm):
    hold_reason = forms.ChoiceField(label=_("Waiting for"), choices=HoldReason.choices, widget=forms.RadioSelect)
    field_order = ("hold_reason", "reason")


class ResumeForm(StepForm):
    promised_at = fields.DateTimeField(
        label=_("New promise"), required=False, help_text=_("Only if the customer agreed to another time.")
    )


class CancelForm(ReasonForm):
    pass


class CloseWithoutRepairForm(ReasonForm):
    outcome = forms.ChoiceField(
        label=_("How intake ends"),
        choices=[c for c in IntakeOutcome.choices if c[0] != IntakeOutcome.WORKSHOP],
        widget=forms.RadioSelect,
    )
    wanted_at = fields.DateTimeField(
        label=_("When the customer wants to come back"), required=False, help_text=_("For a later booking.")
    )
    field_order = ("outcome", "wanted_at", "reason")


class ReopenForm(ReasonForm):
    line_id = forms.TypedChoiceField(label=_("Line"), coerce=int, required=False, empty_value=None)
    field_order = ("line_id", "reason")

    def prepare(self) -> None:
        chooser = self.fields["line_id"]
        assert isinstance(chooser, forms.TypedChoiceField)
        lines = [line for line in self.order.all_lines() if line.is_labour and line.is_agreed]
        chooser.choices = [("", _("every agreed line")), *line_choices(lines)]


class ChangeAdvisorForm(ReasonForm):
    advisor_id = forms.TypedChoiceField(label=_("New service advisor"), coerce=int)
    hand_over_note = fields.CharField(
        label=_("Hand-over note"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ("advisor_id", "hand_over_note", "reason")

    def prepare(self) -> None:
        chooser = self.fields["advisor_id"]
        assert isinstance(chooser, forms.TypedChoiceField)
        people = active_members(self.order.station_id, Post.SERVICE_ADVISOR, Post.MANAGER)
        chooser.choices = [(str(p.pk), p.name) for p in people if p.pk != self.order.advisor_id]


class AuthorizeDepartureForm(ReasonForm):
    clause = forms.ChoiceField(label=_("Clause to depart from"))
    field_order = ("clause", "reason")

    def prepare(self) -> None:
        chooser = self.fields["clause"]
        assert isinstance(chooser, forms.ChoiceField)
        known = catalogue().clauses
        chooser.choices = [
            (clause, f"{clause} {known[clause].title}" if clause in known else clause)
            for clause in sorted(waivable_clauses())
        ]
        asked = self.subject.query.get("clause", "")
        if asked in waivable_clauses():
            self.initial.setdefault("clause", asked)
