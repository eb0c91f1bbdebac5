"""Form fields that read what people type in a Chinese workshop and refuse the rest with a clear sentence.

Each takes `inputmode`, `autofocus`, `autocomplete` and `placeholder` besides Django's own arguments.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from aftersales.web import damage, typed, widgets

INT4_MAX = 2_147_483_647
SIGNATURE_MAX_BYTES = 400_000
PHOTO_MAX_BYTES = 15_000_000
PHOTOS_AT_ONCE = 20
_PNG = b"\x89PNG\r\n\x1a\n"
_ASKED = ("inputmode", "autofocus", "autocomplete", "placeholder")
_FOUR_DIGIT_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")

_SENTENCES = {
    "not_a_number": _("Enter a number, for example 12.5."),
    "too_long": _("This number is too long: at most 18 digits."),
    "not_whole": _("Enter a whole number, without decimals."),
    "nul": _("The text contains an invisible character that cannot be stored. Please type it again."),
    "surrogate": _("The text contains a broken character that cannot be stored. Please type it again."),
}


def _refusal(error: typed.Unreadable) -> ValidationError:
    return ValidationError(_SENTENCES[error.code], code=error.code)


class _Asked:
    """Takes the input's attributes from the field's arguments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._asked = {name: kwargs.pop(name) for name in _ASKED if name in kwargs}
        super().__init__(*args, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)  # type: ignore[misc]
        return attrs | self._asked


class CharField(_Asked, forms.CharField):
    """Text as written. With `strip=False` blanks at both ends stay too."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if isinstance(text, str):
            try:
                typed.check_storable(text)
            except typed.Unreadable as error:
                raise _refusal(error) from error
        return text


class DecimalField(_Asked, forms.DecimalField):
    """A decimal number in half- or full-width digits."""

    widget = widgets.NumberInput

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return typed.number(str(value))
        except typed.Unreadable as error:
            raise _refusal(error) from error


class IntegerField(_Asked, forms.IntegerField):
    """A whole number in half- or full-width digits; without other limits, what a database integer holds."""

    widget = widgets.NumberInput

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("inputmode", "numeric")
        if kwargs.get("max_value") is None:
            kwargs["max_value"] = INT4_MAX
        if kwargs.get("min_value") is None:
            kwargs["min_value"] = -INT4_MAX
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return typed.whole_number(str(value))
        except typed.Unreadable as error:
            raise _refusal(error) from error


_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
_TIMES = ("%H:%M", "%H:%M:%S")


class _Calendar(_Asked):
    """Digits in any width, but only digits of the Latin kind: strptime alone would also take `٣`."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = typed.half_width(value).replace("：", ":").replace("／", "/").strip()
            if any(character.isdigit() and not character.isascii() for character in value):
                raise ValidationError(self.error_messages["invalid"], code="invalid")  # type: ignore[attr-defined]
        found = super().to_python(value)  # type: ignore[misc]
        if isinstance(found, date) and not 1900 <= found.year <= 2200:
            raise ValidationError(_("Check the year: it must lie between 1900 and 2200."), code="year")
        return found


class DateField(_Calendar, forms.DateField):
    """A calendar date; native picker, also `2026/11/21` and `2026年11月21日`."""

    widget = widgets.DateInput

    def __init__(self, *args: Any, input_formats: Sequence[str] = _DATES, **kwargs: Any) -> None:
        super().__init__(*args, input_formats=input_formats, **kwargs)


class TimeField(_Calendar, forms.TimeField):
    widget = widgets.TimeInput

    def __init__(self, *args: Any, input_formats: Sequence[str] = _TIMES, **kwargs: Any) -> None:
        super().__init__(*args, input_formats=input_formats, **kwargs)

    def to_python(self, value: Any) -> time | None:
        found: time | None = super().to_python(value)
        return found


class DateTimeField(_Calendar, forms.DateTimeField):
    """An instant, entered in the site's zone; native picker."""

    widget = widgets.DateTimeInput

    def __init__(self, *args: Any, input_formats: Sequence[str] | None = None, **kwargs: Any) -> None:
        formats = input_formats or tuple(f"{day}{gap}{hour}" for day in _DATES for gap in "T " for hour in _TIMES)
        super().__init__(*args, input_formats=formats, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        shown = super().prepare_value(value)
        return shown.replace(second=0, microsecond=0) if isinstance(shown, datetime) else shown


class SignatureField(_Asked, forms.Field):
    """A drawn signature; cleans to the PNG's bytes, or None."""

    widget = widgets.SignatureInput
    default_error_messages = {
        "required": _("Please sign in the box."),
        "invalid": _("The signature did not arrive complete. Please sign again."),
    }

    def to_python(self, value: Any) -> bytes | None:
        if value in self.empty_values:
            return None
        head, _comma, body = str(value).partition(",")
        try:
            image = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if head != "data:image/png;base64" or not image.startswith(_PNG) or len(image) > SIGNATURE_MAX_BYTES:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return image


class DamageField(_Asked, forms.Field):
    """Damage marks; cleans to a list of damage.Mark, empty for none."""

    widget = widgets.DamageInput
    default_error_messages = {
        "required": _("Mark the damage, or say that there is none."),
        "invalid": _("Each mark needs a position and a kind; notes have at most 200 characters."),
    }

    def to_python(self, value: Any) -> list[damage.Mark]:
        if isinstance(value, list):
            return value
        try:
            typed.check_storable(str(value or ""))
            marks = damage.read_marks(str(value or ""))
            for mark in marks:
                typed.check_storable(mark.note)
        except typed.Unreadable as error:
            raise _refusal(error) from error
        except damage.NotMarks as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        return marks


class PhotosField(_Asked, forms.FileField):
    """Several photos; cleans to a list of uploaded files. What is really in a file is checked where it is kept."""

    widget = widgets.PhotoInput
    default_error_messages = {
        "required": _("Take at least one photo."),
        "not_a_photo": _("“%(name)s” is not a photo."),
        "too_big": _("“%(name)s” is too big: at most 15 MB."),
        "too_many": _("At most 20 photos at once."),
    }

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        photos = data if isinstance(data, list) else [data] if data else []
        if not photos:
            if self.required and not initial:
                raise ValidationError(self.error_messages["required"], code="required")
            return []
        if len(photos) > PHOTOS_AT_ONCE:
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        for photo in photos:
            self._check(photo)
        return [super(PhotosField, self).clean(photo, initial) for photo in photos]

    def _check(self, photo: Any) -> None:
        named = {"name": photo.name}
        if not str(photo.content_type or "").startswith("image/"):
            raise ValidationError(self.error_messages["not_a_photo"], code="not_a_photo", params=named)
        if photo.size > PHOTO_MAX_BYTES:
            raise ValidationError(self.error_messages["too_big"], code="too_big", params=named)
