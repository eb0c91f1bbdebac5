"""The receiving form at the counter: everything asked once, nothing retyped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from aftersales.customers.choices import CustomerKind
from aftersales.repairs.choices import VisitType
from aftersales.repairs.forms.base import ChecklistField, lines_of_text
from aftersales.staff.models import StaffMember
from aftersales.vehicles.models import VehicleModel
from aftersales.web import fields
from aftersales.web.damage import Mark

CONCERN_FIELDS = 3
PAPERS = (
    ("vehicle_licence", _("Vehicle licence")),
    ("maintenance_manual", _("Maintenance manual")),
)
# Where the middle of a panel lies on the outline, for marks entered without the drawing.
CENTRES = {
    "front_bumper": (0.06, 0.5), "hood": (0.18, 0.5), "windshield": (0.31, 0.5), "roof": (0.5, 0.5),
    "rear_window": (0.69, 0.5), "tailgate": (0.82, 0.5), "rear_bumper": (0.94, 0.5),
    "right_front_fender": (0.19, 0.22), "right_front_door": (0.39, 0.2), "right_rear_door": (0.58, 0.2),
    "right_rear_fender": (0.77, 0.22), "right_mirror": (0.31, 0.28), "right_front_wheel": (0.21, 0.11),
    "right_rear_wheel": (0.75, 0.11), "left_front_fender": (0.19, 0.78), "left_front_door": (0.39, 0.8),
    "left_rear_door": (0.58, 0.8), "left_rear_fender": (0.77, 0.78), "left_mirror": (0.31, 0.72),
    "left_front_wheel": (0.21, 0.89), "left_rear_wheel": (0.75, 0.89),
}  # fmt: skip


def damage_kept(mark: Mark) -> dict[str, Any]:
    """Return a mark as the receiving form keeps it: `x` and `y` from 0 to 1 over the drawing."""
    x, y = CENTRES.get(mark.position, (0.5, 0.5))
    if mark.x is not None and mark.y is not None:
        x, y = mark.x / 100, mark.y / 100
    return {"x": round(x, 4), "y": round(y, 4), "position": mark.position, "kind": mark.kind, "note": mark.note}


class CheckInForm(forms.Form):
    """RECP-08 to RECP-14, RECP-20 and DIAG-01 in one form. Customer and vehicle come from what was picked."""

    odometer_km = fields.IntegerField(label=_("Odometer (km)"), min_value=0, max_value=9_999_999)
    odometer_reason = fields.CharField(
        label=_("Why the odometer shows less"),
        max_length=200,
        required=False,
        help_text=_("Only when it shows less than the last reading, for example a replaced instrument."),
    )
    energy_percent = fields.IntegerField(label=_("Fuel or charge (%)"), min_value=0, max_value=100, required=False)
    visit_type = forms.ChoiceField(label=_("Kind of visit"), choices=VisitType.choices, initial=VisitType.REPAIR)
    advisor = forms.ChoiceField(label=_("Service advisor"))
    contact_phone = fields.CharField(
        label=_("Phone of who brings the car"), max_length=32, required=False, inputmode="tel",
        help_text=_("Leave empty to use the customer's number."),
    )  # fmt: skip
    papers = forms.MultipleChoiceField(
        label=_("Customer and vehicle checked against"),
        choices=PAPERS,
        widget=forms.CheckboxSelectMultiple(attrs={"data-confirm": ""}),
        required=False,
    )
    covers = ChecklistField("RECP-09")
    walkaround = ChecklistField("RECP-10", with_notes=True)
    findings = ChecklistField("RECP-20", with_notes=True)
    damages = fields.DamageField(label=_("Damage on the car"), required=False)
    photos = fields.PhotosField(label=_("Photos"), required=False)
    belongings = fields.CharField(
        label=_("Things left in the car"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line. They are compared again when the car is handed back."),
    )
    signature = fields.SignatureField(label=_("Signature of the customer"), required=False)
    signed_on_paper = forms.BooleanField(label=_("Signed on paper"), required=False)
    signed_by = fields.CharField(label=_("Signed by"), max_length=100)

    def __init__(self, *args: Any, advisors: Sequence[StaffMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["advisor"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = [(str(member.pk), member.name) for member in advisors]
        self.advisors = {str(member.pk): member for member in advisors}
        for n in range(1, CONCERN_FIELDS + 1):
            self.fields[f"concern_{n}"] = fields.CharField(
                label=_("What the customer says, in the customer's own words") if n == 1 else _("Another concern"),
                max_length=4000,
                required=n == 1,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 3 if n == 1 else 2}),
            )

    @property
    def concern_fields(self) -> list[forms.BoundField]:
        return [self[f"concern_{n}"] for n in range(1, CONCERN_FIELDS + 1)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "signature" in values and not values.get("signature") and not values.get("signed_on_paper"):
            raise ValidationError(
                _("The customer signs the receiving form before the car is taken over: on the screen, or on paper."),
                code="unsigned",
            )
        return values

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of `receive_at_counter` that do not say who and which car."""
        values = self.cleaned_data
        spoken = [values[f"concern_{n}"] for n in range(1, CONCERN_FIELDS + 1)]
        return {
            "advisor": self.advisors[values["advisor"]],
            "odometer_km": values["odometer_km"],
            "odometer_reason": values["odometer_reason"],
            "energy_percent": values["energy_percent"],
            "visit_type": values["visit_type"],
            "contact_phone": values["contact_phone"],
            "papers_checked": values["papers"],
            "covers": values["covers"],
            "walkaround": values["walkaround"],
            "findings": values["findings"],
            "damages": [damage_kept(mark) for mark in values["damages"]],
            "belongings": [item.strip() for item in lines_of_text(values["belongings"])],
            "concerns": [words for words in spoken if words.strip()],
            "signed_by": values["signed_by"],
            "signature": values["signature"],
            "photos": values["photos"],
        }


class NewCustomerForm(forms.Form):
    """A customer nobody has seen before, as far as the counter must know (RECP-12)."""

    name = fields.CharField(label=_("Customer's name"), max_length=100)
    phone = fields.CharField(label=_("Phone"), max_length=40, inputmode="tel")
    kind = forms.ChoiceField(label=_("Kind"), choices=CustomerKind.choices, initial=CustomerKind.PERSON)
    address = fields.CharField(label=_("Address"), max_length=200, required=False)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `register_customer`."""
        values = self.cleaned_data
        return {
            "name": values["name"],
            "kind": values["kind"],
            "address": values["address"],
            "phones": [values["phone"]],
        }


class NewVehicleForm(forms.Form):
    """A vehicle nobody has seen before."""

    plate = fields.CharField(label=_("Plate"), max_length=20, required=False, autocomplete="off")
    vin = fields.CharField(
        label=_("VIN"),
        max_length=40,
        autocomplete="off",
        help_text=_("17 letters and digits, from the vehicle licence."),
    )
    model = forms.ModelChoiceField(label=_("Model"), queryset=VehicleModel.objects.none(), required=False)
    model_name = fields.CharField(label=_("Model, if it is not in the list"), max_length=120, required=False)
    colour = fields.CharField(label=_("Colour"), max_length=30, required=False)
    sold_on = fields.DateField(label=_("Sold on"), required=False)
    accept_oddities = forms.BooleanField(
        label=_("The VIN is as written on the licence, although its check digit does not fit"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["model"]
        assert isinstance(chooser, forms.ModelChoiceField)
        chooser.queryset = VehicleModel.objects.filter(is_active=True)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `register_vehicle`; the guarantee runs from the sale."""
        values = self.cleaned_data
        facts = {name: values[name] for name in ("plate", "vin", "model", "model_name", "colour", "accept_oddities")}
        if values["sold_on"]:
            facts |= {"sold_on": values["sold_on"], "warranty_starts_on": values["sold_on"]}
        return facts
