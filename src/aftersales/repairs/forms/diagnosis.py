"""Diagnosis: what was found about each concern, the plan, and rulings on coverage."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.repairs.choices import Coverage
from aftersales.repairs.forms.base import StepForm
from aftersales.repairs.models import Concern
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember
from aftersales.staff.queries import active_members
from aftersales.web import fields

FOUND = ("interpretation", "cause", "correction", "coverage", "coverage_reason", "confirmed_with")
DECIDED = [(value, label) for value, label in Coverage.choices if value != Coverage.UNDECIDED]
DIAGNOSTICIANS = (Post.TECHNICIAN, Post.FOREMAN, Post.INSPECTOR)


def _small(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class RecordConcernForm(StepForm):
    customer_words = fields.CharField(
        label=_("What the customer says, in the customer's own words"),
        max_length=4000,
        strip=False,
        autofocus=True,
        widget=_small(3),
    )


class DiagnoseForm(StepForm):
    """One block a concern, beside the customer's own words; then the repair plan (DIAG-04, DIAG-07, DIAG-08)."""

    template: ClassVar[str] = "repairs/steps/diagnose.html"

    repair_plan = fields.CharField(
        label=_("Repair plan"),
        max_length=4000,
        widget=_small(3),
        help_text=_("The judged cause, the parts and the work, from the inspection and the vehicle's history."),
    )
    technician = forms.ChoiceField(label=_("Diagnosed by"), required=False)

    def prepare(self) -> None:
        people = active_members(self.order.station_id, *DIAGNOSTICIANS)
        self.people = {str(member.pk): member for member in people}
        chooser = self.fields["technician"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = [("", "—"), *((pk, member.name) for pk, member in self.people.items())]
        own = str(self.subject.actor.staff_member_id or "")
        known = next((c.diagnosed_by_id for c in self.order.all_concerns() if c.diagnosed_by_id), None)
        self.initial.setdefault("technician", str(known or (own if own in self.people else "")))
        self.initial.setdefault("repair_plan", self.order.repair_plan)
        for concern in self.order.all_concerns():
            self._add(concern)

    def _add(self, concern: Concern) -> None:
        n = concern.position
        self.fields[f"c{n}_interpretation"] = fields.CharField(
            label=_("Symptom as we understand it"), max_length=2000, required=False, widget=_small()
        )
        self.fields[f"c{n}_cause"] = fields.CharField(label=_("Cause found"), max_length=2000, widget=_small())
        self.fields[f"c{n}_correction"] = fields.CharField(label=_("Work to be done"), max_length=2000, widget=_small())
        self.fields[f"c{n}_coverage"] = forms.ChoiceField(label=_("Quality guarantee"), choices=[("", "—"), *DECIDED])
        self.fields[f"c{n}_coverage_reason"] = fields.CharField(
            label=_("Reason, as the customer is told"), max_length=1000, required=False
        )
        self.fields[f"c{n}_confirmed_with"] = fields.CharField(label=_("Symptom confirmed with"), max_length=120)
        for name in FOUND:
            value = getattr(concern, name)
            if value and not (name == "coverage" and value == Coverage.UNDECIDED):
                self.initial.setdefault(f"c{n}_{name}", value)
        self.initial.setdefault(f"c{n}_confirmed_with", self.order.customer_name)

    def context(self) -> dict[str, Any]:
        return {
            "blocks": [
                (concern.position, concern.customer_words, [self[f"c{concern.position}_{name}"] for name in FOUND])
                for concern in self.order.all_concerns()
            ]
        }

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        technician: StaffMember | None = self.people.get(values["technician"])
        return {
            "findings": [
                {"position": c.position} | {name: values[f"c{c.position}_{name}"] for name in FOUND}
                for c in self.order.all_concerns()
            ],
            "repair_plan": values["repair_plan"],
            "technician": technician,
        }


class RuleCoverageForm(StepForm):
    """The maker's ruling on a doubtful fault (DIAG-09)."""

    position = forms.TypedChoiceField(label=_("Concern"), coerce=int)
    coverage = forms.ChoiceField(
        label=_("Ruling"),
        choices=[(Coverage.INSIDE.value, Coverage.INSIDE.label), (Coverage.OUTSIDE.value, Coverage.OUTSIDE.label)],
        widget=forms.RadioSelect,
    )
    reason = fields.CharField(label=_("Reason"), max_length=1000)

    def prepare(self) -> None:
        chooser = self.fields["position"]
        assert isinstance(chooser, forms.TypedChoiceField)
        concerns = self.order.all_concerns()
        chooser.choices = [(str(c.position), f"{c.position}. {c.customer_words[:60]}") for c in concerns]
        pending = next((c.position for c in concerns if c.coverage == Coverage.PENDING), None)
        if pending is not None:
            self.initial.setdefault("position", str(pending))
