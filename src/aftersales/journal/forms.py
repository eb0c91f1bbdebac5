"""The audit's search form."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.journal.queries import Search
from aftersales.web import fields

LARGEST_ID = 9_223_372_036_854_775_807


class SearchForm(forms.Form):
    """Every field is optional."""

    kind = forms.ChoiceField(label=_("Document"), required=False)
    subject_id = fields.IntegerField(label=_("Record no."), required=False, min_value=1, max_value=LARGEST_ID)
    step = fields.CharField(label=_("Step"), required=False, max_length=60)
    actor_name = fields.CharField(label=_("Who"), required=False, max_length=120)
    request_id = fields.CharField(label=_("Request"), required=False, max_length=64)
    from_on = fields.DateField(label=_("From"), required=False)
    until_on = fields.DateField(label=_("Up to and including"), required=False)

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "—"), *((kind, kind) for kind in kinds)]  # type: ignore[attr-defined]

    def search(self) -> Search:
        """Return what was asked for; call it on a valid form."""
        asked = self.cleaned_data
        from_on, until_on = asked["from_on"], asked["until_on"]
        zone = timezone.get_current_timezone()
        return Search(
            kind=asked["kind"],
            subject_id=asked["subject_id"],
            step=asked["step"],
            actor_name=asked["actor_name"],
            request_id=asked["request_id"],
            from_at=datetime.combine(from_on, time.min, zone) if from_on else None,
            until_at=datetime.combine(until_on + timedelta(days=1), time.min, zone) if until_on else None,
        )
