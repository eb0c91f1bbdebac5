"""Forms of the vehicle pages. What was typed stays in the form; the service decides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.vehicles.choices import PartyRole, PowerType
from aftersales.vehicles.models import ODOMETER_LIMIT_KM, Vehicle, VehicleModel
from aftersales.web import fields


class VehicleFields(forms.Form):
    """The plain columns that both forms ask for."""

    vin = fields.CharField(
        label=_("VIN"), max_length=40, help_text=_("17 characters, without I, O and Q; blanks do not matter.")
    )
    model = forms.ModelChoiceField(label=_("Model"), queryset=VehicleModel.objects.none(), required=False)
    model_name = fields.CharField(label=_("Model as written"), max_length=120, required=False)
    colour = fields.CharField(label=_("Colour"), max_length=30, required=False)
    engine_number = fields.CharField(label=_("Engine or motor number"), max_length=40, required=False)
    sold_on = fields.DateField(label=_("Sold on"), required=False)
    warranty_starts_on = fields.DateField(label=_("Warranty starts on"), required=False)
    warranty_months = fields.IntegerField(label=_("Warranty (months)"), min_value=0, max_value=600, required=False)
    warranty_km = fields.IntegerField(
        label=_("Warranty (km)"), min_value=0, max_value=ODOMETER_LIMIT_KM, required=False
    )
    interval_months = fields.IntegerField(
        label=_("Maintenance interval (months)"), min_value=0, max_value=120, required=False
    )
    interval_km = fields.IntegerField(
        label=_("Maintenance interval (km)"), min_value=0, max_value=200_000, required=False
    )
    notes = fields.CharField(
        label=_("Notes"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    accept_oddities = forms.BooleanField(label=_("The VIN is right although it looks odd"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model: Any = self.fields["model"]
        model.queryset = VehicleModel.objects.filter(is_active=True)


class NewVehicleForm(VehicleFields):
    """A new vehicle with its plate, owner and first odometer reading."""

    plate = fields.CharField(label=_("Plate"), max_length=20, required=False)
    power_type = forms.ChoiceField(
        label=_("Power type"), choices=[("", _("By the plate")), *PowerType.choices], required=False
    )
    owner = fields.CharField(
        label=_("Owner's customer number"), max_length=20, required=False, help_text=_("Such as C00000042.")
    )
    odometer_km = fields.IntegerField(
        label=_("Odometer (km)"), min_value=0, max_value=ODOMETER_LIMIT_KM, required=False
    )
    field_order = ["plate", "vin", "model", "model_name", "power_type", "colour", "owner", "odometer_km"]

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of `register_vehicle`, without owner and odometer."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in {"owner", "odometer_km"}}
        if not values["power_type"]:
            del values["power_type"]
        return values


class VehicleForm(VehicleFields):
    """Changes to a vehicle; the plate has its own form."""

    power_type = forms.ChoiceField(label=_("Power type"), choices=PowerType.choices)
    next_service_on = fields.DateField(label=_("Next service on"), required=False)
    next_service_km = fields.IntegerField(
        label=_("Next service at (km)"), min_value=0, max_value=ODOMETER_LIMIT_KM, required=False
    )
    field_order = ["vin", "model", "model_name", "power_type", "colour"]

    def __init__(self, *args: Any, vehicle: Vehicle, **kwargs: Any) -> None:
        names = [*VehicleFields.base_fields, "power_type", "next_service_on", "next_service_km"]
        kwargs.setdefault("initial", {name: getattr(vehicle, name, None) for name in names})
        super().__init__(*args, **kwargs)
        self.fields["vin"].required = bool(vehicle.vin)


class PlateForm(forms.Form):
    plate = fields.CharField(label=_("Plate"), max_length=20)
    since_on = fields.DateField(label=_("Since"), required=False)


class PartyForm(forms.Form):
    customer = fields.CharField(label=_("Customer number"), max_length=20, help_text=_("Such as C00000042."))
    role = forms.ChoiceField(label=_("Role"), choices=PartyRole.choices)


class OdometerForm(forms.Form):
    odometer_km = fields.IntegerField(label=_("Odometer (km)"), min_value=0, max_value=ODOMETER_LIMIT_KM)
    override_reason = fields.CharField(
        label=_("Reason if it is lower"), max_length=200, required=False, help_text=_("Such as a replaced instrument.")
    )


class ServiceForm(forms.Form):
    done_on = fields.DateField(label=_("Last service on"), required=False)
    done_km = fields.IntegerField(
        label=_("Last service at (km)"), min_value=0, max_value=ODOMETER_LIMIT_KM, required=False
    )


class ModelForm(forms.Form):
    """A model of the network's table, with its maintenance interval and warranty."""

    brand = fields.CharField(label=_("Brand"), max_length=60, autofocus=True)
    series = fields.CharField(label=_("Series"), max_length=60, required=False)
    name = fields.CharField(label=_("Model"), max_length=100)
    maker_code = fields.CharField(label=_("Maker's model code"), max_length=40, required=False)
    power_type = forms.ChoiceField(label=_("Power type"), choices=PowerType.choices, initial=PowerType.FUEL)
    interval_km = fields.IntegerField(
        label=_("Maintenance interval (km)"), min_value=1, max_value=200_000, required=False
    )
    interval_months = fields.IntegerField(
        label=_("Maintenance interval (months)"), min_value=1, max_value=120, required=False
    )
    warranty_months = fields.IntegerField(label=_("Warranty (months)"), min_value=0, max_value=600, required=False)
    warranty_km = fields.IntegerField(
        label=_("Warranty (km)"), min_value=0, max_value=ODOMETER_LIMIT_KM, required=False
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)
