"""Forms of the network's masters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.network.choices import BayKind, StationKind, Weekday
from aftersales.network.models import OpeningHours, Region
from aftersales.network.services import DayHours
from aftersales.web import fields

WEEKDAYS = tuple(day.label for day in Weekday)


class HeadquartersForm(forms.Form):
    """The after-sales department."""

    name = fields.CharField(label=_("Name"), max_length=80)
    name_en = fields.CharField(label=_("Name in English"), max_length=80, required=False)


class RegionForm(forms.Form):
    """A region."""

    code = fields.CharField(label=_("Code"), max_length=16)
    name = fields.CharField(label=_("Name"), max_length=80)
    name_en = fields.CharField(label=_("Name in English"), max_length=80, required=False)


class StationForm(forms.Form):
    """A station; the code can only be given when it is opened."""

    code = fields.CharField(
        label=_("Code"), max_length=12, help_text=_("2 to 12 capital letters or digits; part of every document number.")
    )
    name = fields.CharField(label=_("Name"), max_length=80)
    name_en = fields.CharField(label=_("Name in English"), max_length=80, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=StationKind)
    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.order_by("code"))
    address = fields.CharField(label=_("Address"), max_length=200, required=False)
    phone = fields.CharField(label=_("Phone"), max_length=32, required=False)
    is_active = forms.BooleanField(label=_("In operation"), required=False, initial=True)


class BayForm(forms.Form):
    """A work bay."""

    code = fields.CharField(label=_("Code"), max_length=12)
    name = fields.CharField(label=_("Name"), max_length=40)
    kind = forms.ChoiceField(label=_("Kind"), choices=BayKind)
    equipment = fields.CharField(
        label=_("Equipment"), max_length=400, required=False, help_text=_("Separate several with a comma.")
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def clean_equipment(self) -> list[str]:
        typed = self.cleaned_data["equipment"].replace("，", ",").replace("、", ",")
        return [part.strip() for part in typed.split(",") if part.strip()]


class TeamForm(forms.Form):
    """A team."""

    name = fields.CharField(label=_("Name"), max_length=40)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class WeekForm(forms.Form):
    """The opening hours of a week: four times a day, all empty means closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, name in enumerate(WEEKDAYS):
            self.fields[f"opens_{day}"] = fields.TimeField(label=_("%(day)s: opens") % {"day": name}, required=False)
            self.fields[f"closes_{day}"] = fields.TimeField(label=_("%(day)s: closes") % {"day": name}, required=False)
            self.fields[f"break_starts_{day}"] = fields.TimeField(label=_("Break from"), required=False)
            self.fields[f"break_ends_{day}"] = fields.TimeField(label=_("Break until"), required=False)

    @staticmethod
    def initial_of(hours: list[OpeningHours]) -> dict[str, Any]:
        """Return the form's initial values from the stored rows."""
        return {
            f"{name}_{row.weekday}": getattr(row, name)
            for row in hours
            for name in ("opens", "closes", "break_starts", "break_ends")
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for day in range(len(WEEKDAYS)):
            if bool(cleaned.get(f"opens_{day}")) != bool(cleaned.get(f"closes_{day}")):
                self.add_error(f"opens_{day}", _("Enter both times, or none for a day that is closed."))
            if bool(cleaned.get(f"break_starts_{day}")) != bool(cleaned.get(f"break_ends_{day}")):
                self.add_error(f"break_starts_{day}", _("Enter both times of the break, or none."))
        return cleaned

    def week(self) -> list[DayHours]:
        """Return the days that are open."""
        cleaned = self.cleaned_data
        return [
            DayHours(
                weekday=day,
                opens=cleaned[f"opens_{day}"],
                closes=cleaned[f"closes_{day}"],
                break_starts=cleaned.get(f"break_starts_{day}"),
                break_ends=cleaned.get(f"break_ends_{day}"),
            )
            for day in range(len(WEEKDAYS))
            if cleaned.get(f"opens_{day}")
        ]


class CalendarDayForm(forms.Form):
    """A day that differs from the week."""

    on = fields.DateField(label=_("Date"))
    is_workday = forms.TypedChoiceField(
        label=_("Kind"),
        choices=((0, _("holiday: closed")), (1, _("workday: open"))),
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial=0,
    )
    name = fields.CharField(label=_("Name"), max_length=40)
