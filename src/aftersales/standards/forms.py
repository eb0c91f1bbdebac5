"""What the 规范 pages let one choose."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.doors.stations import PlaceField
from aftersales.standards.catalogue import KINDS, catalogue
from aftersales.standards.choices import KIND_LABELS
from aftersales.standards.compliance import Period, month_of
from aftersales.standards.permissions import P
from aftersales.web import fields

LONGEST_DAYS = 731


class ClauseFilterForm(forms.Form):
    """Filter of the list of clauses."""

    q = forms.CharField(label=_("Search"), max_length=60, required=False)
    area = forms.ChoiceField(label=_("Chapter"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    live = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all")), ("yes", _("live")), ("no", _("not live yet"))]
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        areas = [(area.code, f"{area.code} {area.title}") for area in catalogue().areas.values()]
        self.fields["area"].choices = [("", _("all")), *areas]  # type: ignore[attr-defined]
        kinds = [(kind, KIND_LABELS[kind]) for kind in KINDS]
        self.fields["kind"].choices = [("", _("all")), *kinds]  # type: ignore[attr-defined]


class ThresholdForm(forms.Form):
    """A figure from a day on, for a station or the network, and where it comes from."""

    value = fields.DecimalField(label=_("New figure"), max_digits=14, decimal_places=4, min_value=0, autofocus=True)
    effective_from = fields.DateField(label=_("Effective from"))
    source = fields.CharField(
        label=_("Reason and source"),
        max_length=200,
        help_text=_("Such as a decision with its date, a contract, a rule."),
    )

    def __init__(self, *args: object, actor: Actor, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["station_id"] = PlaceField(actor, P.SET_THRESHOLD)
        self.order_fields(["station_id"])


class PeriodForm(forms.Form):
    """The days a number is counted over."""

    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    @classmethod
    def read(cls, data: dict[str, str] | None, today: date) -> Period:
        """Return the period asked for (`from`, `until`), or this month so far when it is missing or makes no sense."""
        given = data or {}
        form = cls({"since": given.get("from"), "until": given.get("until")})
        if not form.is_valid():
            return month_of(today)
        start, end = form.cleaned_data["since"], form.cleaned_data["until"]
        if start is None or end is None or end < start or (end - start).days > LONGEST_DAYS:
            return month_of(today)
        return Period(start, end)
