"""Forms of bookings. What was typed stays in the form; the steps decide."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from aftersales.appointments.choices import Channel, Desk, MobilityWish
from aftersales.appointments.models import Appointment
from aftersales.appointments.queries import WORK_BAYS, WORKING_POSTS
from aftersales.catalog.models import ServicePackage
from aftersales.catalog.rules import normal_number
from aftersales.network.models import Bay
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember
from aftersales.web import fields, typed

LONGEST_MINUTES = 20160
NOTES = forms.Textarea(attrs={"rows": 3})


def bays_of(station_id: int) -> Any:
    """Return the station's working bays for a choice."""
    return Bay.objects.at_station(station_id).filter(is_active=True, kind__in=WORK_BAYS).order_by("code")


def people_of(station_id: int, *posts: str) -> Any:
    """Return the station's active people of the posts for a choice."""
    return StaffMember.objects.at_station(station_id).filter(is_active=True, post__in=posts).order_by("employee_number")


class StationForm(forms.Form):
    """A form whose bays and people are those of one station."""

    def __init__(self, *args: Any, station_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {
            "bay": bays_of(station_id),
            "technician": people_of(station_id, *WORKING_POSTS),
            "advisor": people_of(station_id, Post.SERVICE_ADVISOR, Post.MANAGER),
        }
        for name in rows.keys() & self.fields.keys():
            self.fields[name].queryset = rows[name]  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of the step."""
        return dict(self.cleaned_data)


def _person(label: Any) -> forms.ModelChoiceField[StaffMember]:
    return forms.ModelChoiceField(StaffMember._base_manager.none(), label=label, required=False)


def _bay() -> forms.ModelChoiceField[Bay]:
    return forms.ModelChoiceField(Bay._base_manager.none(), label=_("Bay"), required=False)


class BookingForm(StationForm):
    """Who comes with which car, for what, and when: a request, or a booking at once."""

    contact_name = fields.CharField(label=_("Contact"), max_length=100, autocomplete="off")
    contact_phone = fields.CharField(label=_("Phone"), max_length=32, inputmode="tel", autocomplete="off")
    plate = fields.CharField(label=_("Plate"), max_length=20, required=False)
    model_name = fields.CharField(label=_("Vehicle model"), max_length=100, required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, initial=Channel.PHONE)
    concern = fields.CharField(
        label=_("Concern in the customer's words"), max_length=4000, required=False, widget=NOTES
    )
    package = forms.ModelChoiceField(
        ServicePackage.objects.filter(is_active=True).order_by("code"), label=_("Service package"), required=False
    )
    operations = fields.CharField(
        label=_("Operations"), max_length=500, required=False, help_text=_("Codes, separated by spaces or commas.")
    )
    parts = fields.CharField(
        label=_("Parts"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line: part number, blank, quantity."),
    )
    wanted_at = fields.DateTimeField(label=_("Wanted time"), required=False)
    arrives_at = fields.DateTimeField(label=_("Agreed arrival"), required=False)
    duration_minutes = fields.IntegerField(
        label=_("Duration in minutes"), min_value=5, max_value=LONGEST_MINUTES, required=False
    )
    bay = _bay()
    technician = _person(_("Technician"))
    advisor = _person(_("Advisor"))
    mobility = forms.ChoiceField(label=_("Mobility"), choices=MobilityWish.choices, initial=MobilityWish.NONE)
    documents_to_bring = fields.CharField(
        label=_("Documents to bring"), max_length=500, required=False, initial=_("Driving licence, maintenance booklet")
    )
    special_care = fields.CharField(label=_("Special care promised"), max_length=1000, required=False)
    price_low = fields.DecimalField(label=_("Lowest total told"), min_value=Decimal(0), max_digits=12, required=False)
    price_high = fields.DecimalField(label=_("Highest total told"), min_value=Decimal(0), max_digits=12, required=False)
    terms_told = forms.BooleanField(
        label=_("Told: parts, prices, labour, total, duration, documents to bring"), required=False
    )
    override_reason = fields.CharField(
        label=_("Reason for planning outside working hours"), max_length=500, required=False
    )

    def clean_operations(self) -> list[str]:
        """Return the codes as they are kept."""
        return [normal_number(code) for code in re.split(r"[\s,，、;；]+", self.cleaned_data["operations"]) if code]

    def clean_parts(self) -> list[tuple[str, Decimal]]:
        """Return (part number, quantity) a line; a line without a quantity means one."""
        wanted: list[tuple[str, Decimal]] = []
        for line in self.cleaned_data["parts"].splitlines():
            words = line.replace("×", " ").split()
            if not words:
                continue
            try:
                quantity = typed.number(words[1]) if len(words) > 1 else Decimal(1)
            except typed.Unreadable:
                quantity = Decimal(0)
            if not 0 < quantity <= 100000 or quantity != round(quantity, 3) or len(words) > 2:
                raise ValidationError(
                    _("Write part number and quantity, one part a line: “%(line)s”"), params={"line": line}
                )
            wanted.append((normal_number(words[0]), quantity))
        return wanted


class ChangeForm(StationForm):
    """The terms that may be changed at any time."""

    contact_name = fields.CharField(label=_("Contact"), max_length=100)
    contact_phone = fields.CharField(label=_("Phone"), max_length=32)
    plate = fields.CharField(label=_("Plate"), max_length=20, required=False)
    model_name = fields.CharField(label=_("Vehicle model"), max_length=100, required=False)
    concern = fields.CharField(
        label=_("Concern in the customer's words"), max_length=4000, required=False, widget=NOTES
    )
    special_care = fields.CharField(label=_("Special care promised"), max_length=1000, required=False)
    mobility = forms.ChoiceField(label=_("Mobility"), choices=MobilityWish.choices)
    advisor = _person(_("Advisor"))
    arrives_at = fields.DateTimeField(label=_("Agreed arrival"), required=False)
    duration_minutes = fields.IntegerField(
        label=_("Duration in minutes"), min_value=5, max_value=LONGEST_MINUTES, required=False
    )
    bay = _bay()
    technician = _person(_("Technician"))


class TellTermsForm(StationForm):
    documents_to_bring = fields.CharField(label=_("Documents to bring"), max_length=500)
    price_low = fields.DecimalField(label=_("Lowest total told"), min_value=Decimal(0), max_digits=12, required=False)
    price_high = fields.DecimalField(label=_("Highest total told"), min_value=Decimal(0), max_digits=12, required=False)
    special_care = fields.CharField(label=_("Special care promised"), max_length=1000, required=False)


class ConfirmForm(StationForm):
    override_reason = fields.CharField(
        label=_("Reason for planning outside working hours"), max_length=500, required=False
    )


class RescheduleForm(StationForm):
    arrives_at = fields.DateTimeField(label=_("New arrival"))
    duration_minutes = fields.IntegerField(
        label=_("Duration in minutes"), min_value=5, max_value=LONGEST_MINUTES, required=False
    )
    bay = _bay()
    technician = _person(_("Technician"))
    reason = fields.CharField(label=_("Reason"), max_length=500)
    override_reason = fields.CharField(
        label=_("Reason for planning outside working hours"), max_length=500, required=False
    )


class AcknowledgeForm(StationForm):
    desk = forms.ChoiceField(label=_("Desk"), choices=Desk.choices)


class PrepareForm(StationForm):
    briefing = fields.CharField(label=_("Briefing"), max_length=2000, widget=NOTES)
    prepicked = forms.BooleanField(label=_("Parts are pre-picked"), required=False)


class ExpectPartsForm(StationForm):
    expected_at = fields.DateTimeField(label=_("Missing parts expected"))


class ReasonForm(StationForm):
    reason = fields.CharField(label=_("Reason"), max_length=500)


STEP_FORMS: dict[str, type[StationForm]] = {
    "change": ChangeForm,
    "tell_terms": TellTermsForm,
    "confirm": ConfirmForm,
    "reschedule": RescheduleForm,
    "acknowledge": AcknowledgeForm,
    "prepare": PrepareForm,
    "expect_parts": ExpectPartsForm,
    "mark_no_show": ReasonForm,
    "cancel": ReasonForm,
    "decline": ReasonForm,
}
ASKING = frozenset(STEP_FORMS)


def step_form(name: str, appointment: Appointment, data: Any = None) -> StationForm:
    """Return the form of a step, filled with what the booking says now."""
    form_class = STEP_FORMS.get(name, StationForm)
    initial = {field: getattr(appointment, field, None) for field in form_class.base_fields}
    if name == "tell_terms" and not initial["documents_to_bring"]:
        initial["documents_to_bring"] = _("Driving licence, maintenance booklet")
    return form_class(data, initial=initial, station_id=appointment.station_id)
