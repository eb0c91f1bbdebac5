"""Inputs: native date and time, numbers as text with a number pad, and the drawn ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from aftersales.web import damage

SPARE_ROWS = 3


class NumberInput(forms.TextInput):
    """A text input with the number pad: the browser's own number input would swallow full-width digits unseen."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, inputmode: str = "decimal") -> None:
        super().__init__({"inputmode": inputmode, "autocomplete": "off"} | (attrs or {}))


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class SignatureInput(forms.HiddenInput):
    """A signature drawn with finger or pen; the page must load the entry `signature`."""

    input_type = "hidden"
    template_name = "web/forms/widgets/signature.html"
    needs_entry = "signature"

    @property
    def is_hidden(self) -> bool:
        return False  # it has a label and errors like any other field


class DamageInput(forms.Textarea):
    """Marks on the outline of a car; the page must load the entry `damage`. Works as plain rows without JavaScript."""

    template_name = "web/forms/widgets/damage.html"
    needs_entry = "damage"

    def format_value(self, value: Any) -> str:
        return damage.written_marks(value) if isinstance(value, list) else str(value or "")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        try:
            marks = damage.read_marks(context["widget"]["value"] or "")
        except damage.NotMarks:
            marks = []
        blank = [damage.Mark("", "")] * SPARE_ROWS
        context["positions"] = damage.Position.choices
        context["position_names"] = dict(damage.Position.choices)
        context["kinds"] = damage.Kind.choices
        context["plain_rows"] = [(f"{name}-{index}", mark) for index, mark in enumerate([*marks, *blank])]
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Any:
        if f"{name}-0-position" not in data:
            return data.get(name, "")
        marks = []
        for index in range(damage.MAX_MARKS):
            position = data.get(f"{name}-{index}-position")
            if position is None:
                break
            kind, note = data.get(f"{name}-{index}-kind", ""), data.get(f"{name}-{index}-note", "")
            if not position and not kind and not note:
                continue
            at = [_percent(data.get(f"{name}-{index}-{axis}", "")) for axis in "xy"]
            marks.append(damage.Mark(position, kind, note.strip(), *at))
        return damage.written_marks(marks)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> bool:
        return name not in data and f"{name}-0-position" not in data

    def use_required_attribute(self, initial: Any) -> bool:
        return False  # its textarea is not shown, so the browser could not point at it


class PhotoInput(forms.FileInput):
    """Photos from the camera or the album with a preview; the page must load the entry `photo`."""

    template_name = "web/forms/widgets/photo.html"
    needs_entry = "photo"
    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None, *, camera: bool = True) -> None:
        taken = {"capture": "environment"} if camera else {}
        super().__init__({"accept": "image/*", "multiple": True} | taken | (attrs or {}))

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Any:
        return files.getlist(name)


def _percent(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
