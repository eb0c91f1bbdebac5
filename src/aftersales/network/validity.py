"""Checking a master row before it is saved: a wrong entry is a sentence beside its field, not a database error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import InputRefused
from aftersales.core.fences import FencedQuerySet
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
    left_out = set(exclude)
    try:
        if isinstance(type(record)._default_manager.get_queryset(), FencedQuerySet):
            # Django would look for duplicates through the manager, which answers nobody without a scope.
            record.clean_fields(exclude=left_out)
            record.clean()
            _refuse_duplicates(record)
            for constraint in record._meta.constraints:
                if isinstance(constraint, models.CheckConstraint):
                    constraint.validate(type(record), record, exclude=left_out)
        else:
            record.full_clean(exclude=left_out)
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise InputRefused(" ".join(error.messages), code="invalid") from None
        sentences = {name: " ".join(found) for name, found in error.message_dict.items()}
        general = sentences.pop(NON_FIELD_ERRORS, None)
        raise InputRefused(general or _("Please check your entries."), code="invalid", fields=sentences) from None


def _refuse_duplicates(record: models.Model) -> None:
    others = type(record)._base_manager.exclude(pk=record.pk)
    groups: list[tuple[str, ...]] = [
        (field.attname,) for field in record._meta.concrete_fields if field.unique and not field.primary_key
    ]
    messages: dict[tuple[str, ...], Any] = {}
    for constraint in record._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and constraint.condition is None:
            groups.append(tuple(constraint.fields))
            messages[tuple(constraint.fields)] = constraint.violation_error_message
    for group in groups:
        wanted = {name: getattr(record, name) for name in group}
        if None not in wanted.values() and others.filter(**wanted).exists():
            sentence = messages.get(group)
            if sentence is None or sentence == models.BaseConstraint.default_violation_error_message:
                sentence = _("This entry already exists.")
            field = record._meta.get_field(group[-1].removesuffix("_id"))
            raise InputRefused(_("Please check your entries."), code="taken", fields={field.name: sentence})


def taken(error: IntegrityError) -> InputRefused:
    """Return the refusal for a row that somebody else saved a moment earlier."""
    return InputRefused(_("Somebody has just saved the same entry. Look at the list and try again."), code="taken")
