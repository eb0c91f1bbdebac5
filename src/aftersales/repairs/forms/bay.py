"""What a technician writes from the bay to others."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.repairs.forms.work import LabourLineForm
from aftersales.repairs.transitions.requests import LONGEST
from aftersales.web import fields


class AskForPartsForm(LabourLineForm):
    wanted = fields.CharField(
        label=_("Which parts, how many"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReportFindingForm(LabourLineForm):
    finding = fields.CharField(
        label=_("What else was found"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
