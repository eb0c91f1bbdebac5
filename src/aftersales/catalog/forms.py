"""Forms of the catalogue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.catalog import rules
from aftersales.catalog.choices import OperationCategory, PartClass, PartHandling, PartOrigin, PayType
from aftersales.catalog.models import GOODS_TAX, SERVICE_TAX, LabourOperation, Part
from aftersales.catalog.services import PackageItem
from aftersales.core.quantity import Unit
from aftersales.network.models import Station
from aftersales.vehicles.models import VehicleModel
from aftersales.web import fields

TAX_CODES = ((GOODS_TAX, _("Parts and repair")), (SERVICE_TAX, _("Other services")))
EVERYWHERE = [("", _("every payer")), *PayType.choices]


class PartNumberField(fields.CharField):
    """A part by its number or barcode; reads full-width and lower case too."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        kwargs.setdefault("autocomplete", "off")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Part | None:
        typed = super().clean(value)
        if not typed:
            return None
        number = rules.normal_number(typed)
        part = Part.objects.filter(number=number).first() or Part.objects.filter(barcode=typed).first()
        if part is None:
            raise forms.ValidationError(_("There is no part with this number or barcode."), code="unknown_part")
        return part


class OperationForm(forms.Form):
    """A labour operation."""

    code = fields.CharField(label=_("Code"), max_length=40)
    name = fields.CharField(label=_("Name"), max_length=120)
    name_en = fields.CharField(label=_("Name in English"), max_length=120, required=False)
    category = forms.ChoiceField(label=_("Category"), choices=OperationCategory)
    standard_hours = fields.DecimalField(label=_("Standard hours"), max_digits=6, decimal_places=1)
    skill = fields.CharField(label=_("Skill"), max_length=40, required=False)
    required_certificate = fields.CharField(label=_("Required certificate"), max_length=40, required=False)
    tax_code = forms.ChoiceField(label=_("Tax"), choices=TAX_CODES)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class ModelHoursForm(forms.Form):
    """Standard hours of an operation on one model."""

    vehicle_model = forms.ModelChoiceField(
        label=_("Vehicle model"), queryset=VehicleModel.objects.order_by("brand", "name")
    )
    hours = fields.DecimalField(
        label=_("Standard hours"),
        max_digits=6,
        decimal_places=1,
        required=False,
        help_text=_("Leave empty to go back to the operation's own hours."),
    )


class PartForm(forms.Form):
    """A part."""

    number = fields.CharField(label=_("Part number"), max_length=40)
    name = fields.CharField(label=_("Name"), max_length=120)
    name_en = fields.CharField(label=_("Name in English"), max_length=120, required=False)
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit)
    part_class = forms.ChoiceField(label=_("Class"), choices=PartClass)
    handling = forms.ChoiceField(label=_("Handling"), choices=PartHandling)
    origin = forms.ChoiceField(label=_("Origin"), choices=PartOrigin)
    quality_evidence = fields.CharField(
        label=_("Evidence of quality"),
        max_length=200,
        required=False,
        help_text=_("Needed for an alternative part: test report, certificate or maker's statement."),
    )
    alternative_to = PartNumberField(label=_("Stands in for"), required=False)
    barcode = fields.CharField(label=_("Barcode"), max_length=60, required=False)
    tax_code = forms.ChoiceField(label=_("Tax"), choices=TAX_CODES)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class SuccessorForm(forms.Form):
    """The part that follows another."""

    successor = PartNumberField(label=_("Successor"), required=False, help_text=_("Leave empty for none."))
    reason = fields.CharField(label=_("Reason"), max_length=200, required=False)


class PriceForm(forms.Form):
    """A proposed part price; without a station it holds for the network."""

    part = PartNumberField(label=_("Part number"))
    gross_price = fields.DecimalField(label=_("Price with tax (yuan)"), max_digits=12, decimal_places=2, min_value=0)
    effective_from = fields.DateField(label=_("Effective from"))
    station = forms.ModelChoiceField(label=_("Station"), queryset=Station.objects.none(), required=False)
    payer = forms.ChoiceField(label=_("Paid by"), choices=EVERYWHERE, required=False)
    market_reference = fields.DecimalField(
        label=_("Market price (yuan)"), max_digits=12, decimal_places=2, min_value=0, required=False
    )


class RateForm(forms.Form):
    """A proposed labour rate."""

    gross_per_hour = fields.DecimalField(
        label=_("Price per hour with tax (yuan)"), max_digits=12, decimal_places=2, min_value=0
    )
    category = forms.ChoiceField(
        label=_("Category"), choices=[("", _("every category")), *OperationCategory.choices], required=False
    )
    effective_from = fields.DateField(label=_("Effective from"))
    station = forms.ModelChoiceField(label=_("Station"), queryset=Station.objects.none(), required=False)
    payer = forms.ChoiceField(label=_("Paid by"), choices=EVERYWHERE, required=False)
    market_reference = fields.DecimalField(
        label=_("Market price (yuan)"), max_digits=12, decimal_places=2, min_value=0, required=False
    )


class TaxRateForm(forms.Form):
    """A tax rate from a date on."""

    code = forms.ChoiceField(label=_("Tax"), choices=TAX_CODES)
    rate = fields.DecimalField(label=_("Rate (%)"), max_digits=5, decimal_places=2, min_value=0, max_value=99)
    effective_from = fields.DateField(label=_("Effective from"))


class ReasonForm(forms.Form):
    """Why something is rejected, withdrawn or cancelled."""

    reason = fields.CharField(label=_("Reason"), max_length=200)


class PackageForm(forms.Form):
    """A service package: head and up to twelve lines, each an operation's code or a part's number."""

    ROWS = 12

    code = fields.CharField(label=_("Code"), max_length=40)
    name = fields.CharField(label=_("Name"), max_length=120)
    name_en = fields.CharField(label=_("Name in English"), max_length=120, required=False)
    vehicle_models = forms.ModelMultipleChoiceField(
        label=_("Vehicle models"),
        queryset=VehicleModel.objects.order_by("brand", "name"),
        required=False,
        help_text=_("Without a model the package fits every vehicle."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, self.ROWS + 1):
            self.fields[f"item_{n}"] = fields.CharField(
                label=_("Line %(n)s: operation code or part number") % {"n": n}, max_length=40, required=False
            )
            self.fields[f"amount_{n}"] = fields.DecimalField(
                label=_("Hours or quantity"), max_digits=12, decimal_places=3, required=False
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        codes = {n: rules.normal_number(values.get(f"item_{n}") or "") for n in range(1, self.ROWS + 1)}
        wanted = [code for code in codes.values() if code]
        operations = dict(LabourOperation.objects.filter(code__in=wanted).values_list("code", "pk"))
        parts = dict(Part.objects.filter(number__in=wanted).values_list("number", "pk"))
        items = []
        for n, code in codes.items():
            amount = values.get(f"amount_{n}")
            if not code:
                continue
            if code in operations:
                items.append(PackageItem(operation_id=operations[code], hours=amount))
            elif code in parts:
                items.append(PackageItem(part_id=parts[code], quantity=amount))
            else:
                self.add_error(f"item_{n}", _("There is no operation and no part with this code."))
        values["items"] = items
        return values


def offered_stations(form: forms.Form, stations: tuple[int, ...] | None) -> None:
    """Offer the stations at which the person may do this; None means every one."""
    rows = Station.objects.order_by("code")
    field = form.fields["station"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows if stations is None else rows.filter(pk__in=stations)
    if stations is not None:
        field.required = True
        field.empty_label = None
