"""Forms of the customer archive. What was typed stays in the form; the service decides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.customers.choices import Channel, CustomerKind, PhoneLabel, Purpose
from aftersales.customers.models import Customer
from aftersales.customers.names import mask_address
from aftersales.web import fields


class ArchiveFields(forms.Form):
    """The columns of the archive form that both forms ask for."""

    name = fields.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), choices=CustomerKind.choices, initial=CustomerKind.PERSON)
    address = fields.CharField(label=_("Address"), max_length=200, required=False)
    region_code = fields.CharField(
        label=_("District"), max_length=60, required=False, help_text=_("Six-digit code, or the full name.")
    )
    preferred_channel = forms.ChoiceField(
        label=_("Preferred channel"), choices=[("", "—"), *Channel.choices], required=False, initial=Channel.PHONE
    )
    services_wished = fields.CharField(label=_("Services wished for"), max_length=300, required=False)
    visited_on = fields.DateField(label=_("Date of visit"), required=False)
    next_contact_on = fields.DateField(label=_("Next contact on"), required=False)
    next_contact_about = fields.CharField(label=_("Content of the next contact"), max_length=300, required=False)
    notes = fields.CharField(
        label=_("Notes"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class NewCustomerForm(ArchiveFields):
    """A new archive with up to two phones; more can follow on the page."""

    phone = fields.CharField(label=_("Phone"), max_length=40, required=False)
    second_phone = fields.CharField(label=_("Second phone"), max_length=40, required=False)
    field_order = ["name", "phone", "second_phone", "kind", "address", "region_code"]

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of `register_customer`."""
        values = dict(self.cleaned_data)
        phones = [values.pop("phone"), values.pop("second_phone")]
        return values | {"phones": [phone for phone in phones if phone.strip()]}


class CustomerForm(ArchiveFields):
    """Changes to an archive; the address is masked and stays as it is while the field is empty."""

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(customer, name) for name in ArchiveFields.base_fields})
        kwargs["initial"]["address"] = ""
        super().__init__(*args, **kwargs)
        self.fields["address"].help_text = _("Now: %(masked)s. Leave empty to keep it.") % {
            "masked": mask_address(customer.address) or "—"
        }

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of `change_customer`."""
        values = dict(self.cleaned_data)
        if not values["address"]:
            del values["address"]
        return values


class PhoneForm(forms.Form):
    number = fields.CharField(label=_("Phone"), max_length=40)
    label = forms.ChoiceField(label=_("Kind"), choices=PhoneLabel.choices, initial=PhoneLabel.MOBILE)
    is_primary = forms.BooleanField(label=_("Primary number"), required=False)


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(label=_("Purpose"), choices=[c for c in Purpose.choices if c[0] != Purpose.SERVICE])
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[("", _("Every channel")), *Channel.choices], required=False
    )
    evidence = fields.CharField(label=_("Evidence"), max_length=200, help_text=_("Signed form, call, counter …"))


class CreditForm(forms.Form):
    on_account = forms.BooleanField(label=_("May pay on account"), required=False)
    credit_limit = fields.DecimalField(label=_("Credit limit (yuan)"), min_value=0, max_digits=12, decimal_places=2)
    credit_days = fields.IntegerField(label=_("Credit term (days)"), min_value=0, max_value=366)


class UnmaskForm(forms.Form):
    reason = fields.CharField(label=_("Reason"), max_length=200)
