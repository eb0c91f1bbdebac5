"""Checking a master row before it is saved: a wrong entry is a sentence beside its field, not a database error."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import InputRefused
from aftersales.web import typed


def refuse_invalid(record: models.Model, *, exclude: Iterable[str] = ()) -> None:
    """Raise InputRefused with a sentence for every field of the record that cannot be stored."""
    for field in record._meta.concrete_fields:
        value = record.__dict__.get(field.attname)
        if isinstance(value, str):
            try:
                typed.check_storable(value)
            except typed.Unreadable:
                raise InputRefused(
                    _("Please check your entries."),
                    code="invalid",
                    fields={
                        field.name: _("The text contains a character that cannot be stored. Please type it again.")
                    },
                ) from None
    try:
        record.full_clean(exclude=set(exclude))
    except ValidationError as error:
        sentences = {name: " ".join(found) for name, found in error.message_dict.items()}
        general = sentences.pop(NON_FIELD_ERRORS, None)
        raise InputRefused(general or _("Please check your entries."), code="invalid", fields=sentences) from None


def taken(error: IntegrityError) -> InputRefused:
    """Return the refusal for a row that somebody else saved a moment earlier."""
    return InputRefused(_("Somebody has just saved the same entry. Look at the list and try again."), code="taken")
