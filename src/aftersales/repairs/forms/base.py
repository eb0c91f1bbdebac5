"""What every step's form has: the order it is about, its template, and the arguments it makes of what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Text
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.standards import checklists
from aftersales.web import fields, typed
from aftersales.web.forms import entries_of

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """What a step's form is drawn for; `query` is the address's own part (?line=, ?q=)."""

    order: RepairOrder
    actor: Actor
    at: datetime
    query: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> OrderLine | None:
        """Return the line that the address names, if the order has it."""
        typed_id = self.query.get("line", "")
        if not typed_id.isascii() or not typed_id.isdigit() or len(typed_id) > 18:
            return None
        return self.order.line_or_none(int(typed_id))


class StepForm(forms.Form):
    """The form of one step. `template` draws its inside; `arguments` are what the step takes."""

    template: ClassVar[str] = "repairs/steps/plain.html"
    intro: ClassVar[Text] = ""

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self.order = subject.order
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices and initial values from the order."""

    def arguments(self) -> dict[str, Any]:
        """Return the step's keyword arguments."""
        return dict(self.cleaned_data)

    @property
    def drawn_signature(self) -> bytes | None:
        """Return the drawn signature that goes with the step, if any."""
        return None

    def context(self) -> dict[str, Any]:
        """Return what the template needs beside the form."""
        return {}

    @property
    def needs_entries(self) -> list[str]:
        return entries_of(self)


class ReasonForm(StepForm):
    """A step that asks for its reason only."""

    reason = fields.CharField(label=_("Reason"), max_length=1000, autofocus=True)


class NothingAsked(StepForm):
    """A step without input: one button."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a checklist as the widget draws it."""

    code: str
    text: str
    critical: bool
    optional: bool
    checked: bool
    note: str


class ChecklistInput(forms.Widget):
    """Ticks with an optional note each. Nothing is ticked by itself; one button may tick all where scripts run."""

    template_name = "repairs/widgets/checklist.html"
    use_fieldset = True

    def __init__(self, clause: str, *, with_notes: bool) -> None:
        super().__init__()
        self.clause, self.with_notes = clause, with_notes

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        answers = value if isinstance(value, dict) else {}
        context["with_notes"] = self.with_notes
        context["points"] = [
            Point(
                code=item.code,
                text=item.text,
                critical=item.critical,
                optional=item.optional,
                checked=bool(answers.get(item.code)),
                note=given if isinstance(given := answers.get(item.code), str) else "",
            )
            for item in checklists.items(self.clause)
        ]
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Any:
        answers: dict[str, bool | str] = {}
        for item in checklists.items(self.clause):
            note = str(data.get(f"{name}-{item.code}-note", "")).strip()
            if note:
                answers[item.code] = note
            elif data.get(f"{name}-{item.code}"):
                answers[item.code] = True
        return answers

    def value_omitted_from_data(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> bool:
        return False


class _ListTitle:
    """A checklist's title, worked out when it is shown: fields are made before anybody's language is known."""

    def __init__(self, clause: str) -> None:
        self.clause = clause

    def __str__(self) -> str:
        found = checklists.all_checklists().get(self.clause)
        return found.title if found else self.clause


class ChecklistField(forms.Field):
    """A checklist of the standard; cleans to item code → True or a note. The step's own check says what is missing."""

    widget: ChecklistInput

    def __init__(self, clause: str, *, with_notes: bool = False, label: Text = "") -> None:
        super().__init__(
            required=False,
            label=label or lazystr(_ListTitle(clause)),
            widget=ChecklistInput(clause, with_notes=with_notes),
        )
        self.clause = clause

    def clean(self, value: Any) -> dict[str, bool | str]:
        answers: dict[str, bool | str] = value or {}
        for note in answers.values():
            if isinstance(note, str):
                if len(note) > LONGEST_NOTE:
                    raise ValidationError(_("A note is too long: at most 500 characters."), code="too_long")
                try:
                    typed.check_storable(note)
                except typed.Unreadable:
                    raise ValidationError(
                        _("A note contains a character that cannot be stored. Please type it again."), code="unstorable"
                    ) from None
        return answers

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


def lines_of_text(text: str) -> list[str]:
    """Return the lines that say something, as written."""
    return [line for line in (part.strip("\r") for part in text.split("\n")) if line.strip()]


def line_choices(lines: Sequence[OrderLine]) -> list[tuple[str, str]]:
    """Return lines as choices, by position."""
    return [(str(line.pk), f"{line.position}. {line.text}") for line in lines]
