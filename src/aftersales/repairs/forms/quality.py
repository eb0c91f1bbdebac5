"""Self-check and inspection."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.repairs.forms.base import ChecklistField, StepForm
from aftersales.repairs.models import OrderLine
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember
from aftersales.staff.queries import active_members
from aftersales.web import fields


def _choose(field: forms.Field, people: list[StaffMember]) -> None:
    assert isinstance(field, forms.TypedChoiceField)
    field.choices = [(str(member.pk), member.name) for member in people]


class CompleteForm(StepForm):
    """The technician's own check and the repair record (QC-01, WORK-12)."""

    template: ClassVar[str] = "repairs/steps/checked.html"

    technician_id = forms.TypedChoiceField(label=_("Checked by"), coerce=int)
    answers = ChecklistField("QC-01", with_notes=True)
    repair_report = fields.CharField(
        label=_("Repair record"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was found and what was done."),
    )

    def prepare(self) -> None:
        workers = self.order.worker_ids()
        people = [p for p in active_members(self.order.station_id) if p.pk in workers]
        _choose(self.fields["technician_id"], people)
        own = self.subject.actor.staff_member_id
        if own in workers:
            self.initial.setdefault("technician_id", str(own))
        self.initial.setdefault("repair_report", self.order.repair_report)


class InspectionForm(StepForm):
    """What passing and failing have in common: inspector, checklist, road test."""

    inspector_id = forms.TypedChoiceField(label=_("Inspector"), coerce=int)
    answers = ChecklistField("QC-06", with_notes=True)
    road_test_km = fields.DecimalField(
        label=_("Road test (km)"), max_digits=6, decimal_places=1, min_value=0, required=False
    )
    road_test_result = fields.CharField(label=_("Result of the road test"), max_length=200, required=False)

    def prepare(self) -> None:
        own = self.subject.actor.staff_member_id
        people = active_members(self.order.station_id, Post.INSPECTOR, Post.FOREMAN, Post.TECHNICIAN, Post.MANAGER)
        people = [member for member in people if member.pk == own]  # nobody enters an inspection for another
        _choose(self.fields["inspector_id"], people)
        if people:
            self.initial.setdefault("inspector_id", str(own))

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        driven = {"km": str(values["road_test_km"])} if values["road_test_km"] is not None else {}
        if values["road_test_result"]:
            driven["result"] = values["road_test_result"]
        return {"inspector_id": values["inspector_id"], "answers": values["answers"], "road_test": driven}


class InspectForm(InspectionForm):
    template: ClassVar[str] = "repairs/steps/checked.html"


class FailInspectionForm(InspectionForm):
    """A fault for at least one line; lines without one pass (QC-05)."""

    template: ClassVar[str] = "repairs/steps/failures.html"

    def prepare(self) -> None:
        super().prepare()
        for line in self.lines():
            self.fields[f"fault_{line.pk}"] = fields.CharField(label=line.text, max_length=300, required=False)

    def lines(self) -> list[OrderLine]:
        return [line for line in self.order.all_lines() if line.is_labour and line.is_agreed]

    def context(self) -> dict[str, Any]:
        return {"rows": [(line, self[f"fault_{line.pk}"]) for line in self.lines()]}

    def arguments(self) -> dict[str, Any]:
        faults = {line.pk: self.cleaned_data[f"fault_{line.pk}"] for line in self.lines()}
        return super().arguments() | {"failures": {pk: fault for pk, fault in faults.items() if fault}}
