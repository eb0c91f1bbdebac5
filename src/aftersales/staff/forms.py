"""Forms of the people's pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.accounts.models import User
from aftersales.network.models import Station, Team
from aftersales.staff.choices import CertificateKind, Post
from aftersales.staff.models import Shift, Skill
from aftersales.web import fields


class MemberForm(forms.Form):
    """A person of a station."""

    employee_number = fields.CharField(label=_("Employee number"), max_length=24)
    name = fields.CharField(label=_("Name"), max_length=60)
    post = forms.ChoiceField(label=_("Post"), choices=Post)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False)
    user = forms.ModelChoiceField(label=_("Signs in as"), queryset=User.objects.none(), required=False)
    badge = fields.CharField(label=_("Badge"), max_length=24, required=False)
    skills = forms.ModelMultipleChoiceField(
        label=_("Skills"),
        queryset=Skill.objects.order_by("code"),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_active = forms.BooleanField(label=_("Works here"), required=False, initial=True)

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.at_station(station.pk)  # type: ignore[attr-defined]
        # Only people who already belong to this station: a manager does not learn who else has an account.
        self.fields["user"].queryset = (  # type: ignore[attr-defined]
            User.objects.filter(memberships__station=station).distinct().order_by("username")
        )


class CertificateForm(forms.Form):
    """A licence or training record."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CertificateKind)
    number = fields.CharField(label=_("Number"), max_length=40, required=False)
    valid_from = fields.DateField(label=_("Valid from"))
    valid_until = fields.DateField(label=_("Valid until"), help_text=_("The first day on which it is no longer valid."))


class ShiftWeekForm(forms.Form):
    """One person's week: from and until a day, both empty for a day off."""

    def __init__(self, *args: Any, monday: date, time_zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.monday = monday
        self.zone = ZoneInfo(time_zone)
        for day in range(7):
            on = monday + timedelta(days=day)
            self.fields[f"starts_{day}"] = fields.TimeField(label=f"{on:%m-%d}", required=False)
            self.fields[f"ends_{day}"] = fields.TimeField(label=_("until"), required=False)

    def initial_of(self, shifts: list[Shift]) -> dict[str, Any]:
        """Return the form's initial values from stored shifts (one a day)."""
        initial: dict[str, Any] = {}
        for shift in shifts:
            starts = shift.starts_at.astimezone(self.zone)
            day = (starts.date() - self.monday).days
            initial[f"starts_{day}"] = starts.time()
            initial[f"ends_{day}"] = shift.ends_at.astimezone(self.zone).time()
        return initial

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for day in range(7):
            if bool(cleaned.get(f"starts_{day}")) != bool(cleaned.get(f"ends_{day}")):
                self.add_error(f"starts_{day}", _("Enter both times, or none for a day off."))
        return cleaned

    def shifts(self) -> list[tuple[datetime, datetime]]:
        """Return the shifts as instants; one that ends at or before its beginning ends on the next day."""
        found = []
        for day in range(7):
            starts, ends = self.cleaned_data.get(f"starts_{day}"), self.cleaned_data.get(f"ends_{day}")
            if starts is None or ends is None:
                continue
            on = self.monday + timedelta(days=day)
            until_on = on if ends > starts else on + timedelta(days=1)
            found.append((datetime.combine(on, starts, self.zone), datetime.combine(until_on, ends, self.zone)))
        return found
