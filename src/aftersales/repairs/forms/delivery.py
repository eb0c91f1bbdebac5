"""From the finished car to the hand-over."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.network.rules import business_date
from aftersales.repairs.choices import OldParts
from aftersales.repairs.forms.base import ChecklistField, StepForm
from aftersales.repairs.models import ReceivingForm
from aftersales.vehicles.rules import next_service
from aftersales.web import fields

CHANNELS = [
    ("phone", _("by phone")),
    ("in_person", _("in person")),
    ("sms", _("text message")),
    ("wecom", _("WeCom")),
]


class TellProgressForm(StepForm):
    text = fields.CharField(
        label=_("What the customer was told"), max_length=1000, autofocus=True, widget=forms.Textarea(attrs={"rows": 3})
    )
    channel = forms.ChoiceField(label=_("How"), choices=CHANNELS, widget=forms.RadioSelect, initial="phone")


class TakeOverForm(StepForm):
    """Clean, in order, and everything that was in the car is still in it (DELV-02, DELV-03)."""

    template: ClassVar[str] = "repairs/steps/checked.html"

    cleanliness = ChecklistField("DELV-02", with_notes=True)
    condition = ChecklistField("DELV-03", with_notes=True)
    belongings = forms.MultipleChoiceField(
        label=_("Things found in the car"),
        widget=forms.CheckboxSelectMultiple(attrs={"data-confirm": ""}),
        required=False,
    )
    differences = fields.CharField(
        label=_("Differences from the receipt"),
        max_length=1000,
        required=False,
        help_text=_("They stop the hand-over."),
    )

    def prepare(self) -> None:
        listed = ReceivingForm.objects.filter(order_id=self.order.pk).values_list("belongings", flat=True).first() or []
        self.listed = [str(item) for item in listed]
        chooser = self.fields["belongings"]
        assert isinstance(chooser, forms.MultipleChoiceField)
        # By place, not by name: two umbrellas are two ticks.
        chooser.choices = [(str(n), item) for n, item in enumerate(self.listed)]
        if not self.listed:
            del self.fields["belongings"]

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        return {
            "cleanliness": values["cleanliness"],
            "condition": values["condition"],
            "belongings": [self.listed[int(n)] for n in values.get("belongings", [])],
            "differences": values["differences"],
        }


class ReleaseForm(StepForm):
    """Showing, explaining, handing over, and the next visit (DELV-05 to DELV-09, QC-03)."""

    template: ClassVar[str] = "repairs/steps/checked.html"

    shown = ChecklistField("DELV-05", with_notes=True)
    explained = ChecklistField("DELV-06", with_notes=True)
    effect = ChecklistField("DELV-07", with_notes=True)
    farewell = ChecklistField("DELV-09", with_notes=True)
    old_parts = forms.ChoiceField(label=_("Replaced parts"), choices=OldParts.choices, widget=forms.RadioSelect)
    next_visit_on = fields.DateField(label=_("Next visit on"), required=False)
    next_visit_km = fields.IntegerField(label=_("Next visit at (km)"), min_value=0, max_value=9_999_999, required=False)
    received_by = fields.CharField(label=_("Who takes the car"), max_length=120)
    accepted = forms.ChoiceField(
        label=_("The customer inspected the result"),
        choices=[("yes", _("and accepts it")), ("no", _("and objects"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    objection = fields.CharField(label=_("Objection"), max_length=1000, required=False)

    def prepare(self) -> None:
        order = self.order
        self.initial.setdefault("received_by", order.customer_name)
        replaced = any(line.is_part and line.issued_quantity for line in order.all_lines())
        if not replaced:
            self.initial.setdefault("old_parts", OldParts.NONE.value)
        on, km = self._next_visit(business_date(self.subject.at, order.station.time_zone))
        self.initial.setdefault("next_visit_on", on)
        self.initial.setdefault("next_visit_km", km)

    def _next_visit(self, today: date) -> tuple[date | None, int | None]:
        """Return what the maker's interval proposes, counted from today and today's odometer."""
        car = self.order.vehicle
        model = car.model
        due = next_service(
            done_on=today,
            done_km=self.order.odometer_km,
            interval_months=car.interval_months or (model.interval_months if model else None),
            interval_km=car.interval_km or (model.interval_km if model else None),
        )
        return due.on, due.at_km

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        return {
            "received_by": values["received_by"],
            "answers": values["shown"] | values["explained"] | values["effect"] | values["farewell"],
            "old_parts": values["old_parts"],
            "next_visit_on": values["next_visit_on"],
            "next_visit_km": values["next_visit_km"],
            "accepted": values["accepted"] == "yes",
            "objection": values["objection"],
        }
