"""The journal of a customer or a vehicle as people read it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import Text
from aftersales.customers.choices import Channel, Purpose
from aftersales.journal.queries import entries_of
from aftersales.journal.wording import role_in_words
from aftersales.web.rows import TimelineRow

STEPS: dict[str, Text] = {
    "registered": _("Entered"),
    "imported": _("Imported"),
    "changed": _("Changed"),
    "visit_noted": _("Visit noted"),
    "phone_added": _("Phone added"),
    "phone_removed": _("Phone removed"),
    "consent_granted": _("Consent granted"),
    "consent_withdrawn": _("Consent withdrawn"),
    "credit_granted": _("Credit terms set"),
    "unmasked": _("Personal data shown in full"),
    "merged": _("Archives merged"),
    "plate_given": _("Plate given"),
    "plate_taken": _("Plate moved to another vehicle"),
    "party_added": _("Person added"),
    "party_ended": _("Person ended"),
    "odometer_noted": _("Odometer noted"),
    "odometer_overridden": _("Lower odometer reading kept"),
    "service_planned": _("Next service planned"),
}
# What is journalled beside the record's own columns.
LABELS: dict[str, Text] = {
    "consent": _("Consent given"),
    "evidence": _("Evidence"),
    "phones": _("Phone"),
    "merged_from": _("Merged into this one"),
    "merged_into": _("Merged into"),
}
PURPOSES = dict(Purpose.choices)
CHANNELS = dict(Channel.choices)
HIDDEN = frozenset({"phones", "address", "name_pinyin", "name_initials", "oddities", "columns"})


def timeline_of(document: models.Model, *, limit: int = 50) -> list[TimelineRow]:
    """Return the latest entries; old and new values of changed columns, personal ones named without their value. 1
    statement."""
    labels = {field.attname: getattr(field, "verbose_name", field.name) for field in document._meta.concrete_fields}
    rows = []
    for entry in entries_of(document, limit=limit):
        details = []
        for name, values in entry.changes.items():
            if entry.step in {"registered", "imported"} or name == "version":
                continue
            label = labels.get(name) or LABELS.get(name, name)
            is_pair = isinstance(values, list) and len(values) == 2
            shown = _consent_in_words if name == "consent" else _shown
            details.append(
                f"{label}: {shown(values[0])} → {shown(values[1])}" if is_pair and name not in HIDDEN else f"{label}"
            )
        text = STEPS.get(entry.step, entry.step)
        detail = "; ".join([*details, *([entry.reason] if entry.reason else [])])
        role = str(role_in_words(entry.actor_role))
        rows.append(TimelineRow(at=entry.at, text=text, actor=entry.actor_name, role=role, detail=detail))
    return rows


def _consent_in_words(value: object) -> str:
    purpose, _colon, channel = str(value or "").partition(":")
    words = [str(PURPOSES.get(purpose, purpose)), str(CHANNELS.get(channel, ""))]
    return " · ".join(part for part in words if part) or "—"


def _shown(value: object) -> str:
    return "—" if value in (None, "", []) else str(value)
