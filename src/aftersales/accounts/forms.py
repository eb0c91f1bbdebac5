"""Forms of the administrators' pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from aftersales.accounts.models import Role, User
from aftersales.network.models import Region, Station
from aftersales.web import fields


class UserForm(forms.Form):
    """A person's account."""

    username = fields.CharField(
        label=_("Sign-in name"), max_length=60, help_text=_("Letters a–z, digits, dot, hyphen, underscore.")
    )
    name = fields.CharField(label=_("Name"), max_length=60)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = fields.CharField(label=_("Phone"), max_length=20, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    is_machine = forms.BooleanField(label=_("Account of another system (no password, tokens only)"), required=False)


class RoleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Roles by their name in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        return role_name(obj)


def role_name(role: Role) -> str:
    """Return a role's name in the reader's language."""
    return role.name if (get_language() or "zh").startswith("zh") else role.name_en


class GiveRoleForm(forms.Form):
    """A role at a station, in a region, or (both empty) in the whole network."""

    role = RoleChoice(label=_("Role"), queryset=Role.objects.order_by("tier", "code"))
    station = forms.ModelChoiceField(label=_("Station"), queryset=Station.objects.order_by("code"), required=False)
    region = forms.ModelChoiceField(
        label=_("Region"),
        queryset=Region.objects.order_by("code"),
        required=False,
        help_text=_("Leave station and region empty for a role in the whole network."),
    )
    since_on = fields.DateField(label=_("From"))
    until_on = fields.DateField(label=_("Until"), required=False, help_text=_("The first day without the role."))


class RoleForm(forms.Form):
    """What a role may do."""

    permissions = forms.MultipleChoiceField(required=False)
    requires_second_factor = forms.BooleanField(label=_("A second factor is required"), required=False)

    def __init__(self, *args: Any, codes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    """A token for another system's account."""

    user = forms.ModelChoiceField(label=_("Account"), queryset=User.objects.none())
    name = fields.CharField(label=_("What it is for"), max_length=60)
    expires_on = fields.DateField(label=_("Valid until"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        machines = User.objects.filter(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX).order_by(
            "username"
        )
        self.fields["user"].queryset = machines  # type: ignore[attr-defined]
        self.fields["expires_on"].initial = today + timedelta(days=90)
