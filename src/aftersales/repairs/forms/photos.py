"""Photos added to an order."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.web import fields


class PhotosForm(forms.Form):
    photos = fields.PhotosField(label=_("Photos"), required=True)
    caption = fields.CharField(label=_("What they show"), max_length=200, required=False)
