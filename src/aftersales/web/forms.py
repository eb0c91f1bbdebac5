"""How forms look and how model fields become form fields. `FORM_RENDERER = "aftersales.web.forms.Renderer"`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.forms.renderers import DjangoTemplates

from aftersales.web import fields, pieces

# What Tabler calls an input of each kind; anything else is a form-control.
_CLASSES = {
    "django/forms/widgets/select.html": "form-select",
    "django/forms/widgets/checkbox.html": "form-check-input",
    "django/forms/widgets/hidden.html": "",
    "web/forms/widgets/signature.html": "",
    "web/forms/widgets/damage.html": "",
    "web/forms/widgets/photo.html": "",
    "web/forms/widgets/choices.html": "",
}
_INSTEAD = {
    "django/forms/widgets/radio.html": "web/forms/widgets/choices.html",
    "django/forms/widgets/checkbox_select.html": "web/forms/widgets/choices.html",
}


# Drawn without a template: a form has dozens of these, and Django's own templates include three more for each.
_DRAWN = {"django/forms/widgets/select.html": pieces.select_field} | {
    f"django/forms/widgets/{name}.html": pieces.input_field
    for name in ("text", "input", "number", "email", "tel", "url", "search", "hidden", "date", "datetime", "time")
}


class Renderer(DjangoTemplates):
    """Draws every form in Tabler's style, so that a form class says nothing about looks."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        template_name = _INSTEAD.get(template_name, template_name)
        if widget := context.get("widget"):
            _dress(widget, template_name)
            if draw := _DRAWN.get(template_name):
                return draw(widget)
        return super().render(template_name, context, request)


def _dress(widget: dict[str, Any], template_name: str) -> None:
    attrs = widget["attrs"]
    classes = [str(attrs.get("class", "")), _CLASSES.get(template_name, "form-control")]
    if attrs.get("aria-invalid") == "true":
        classes.append("is-invalid")
    joined = " ".join(part for part in classes if part)
    if joined:
        attrs["class"] = joined
    for inner in widget.get("subwidgets", ()):
        _dress(inner, inner["template_name"])


def form_field(db_field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """Return the form field of a model field, with this product's reading of numbers, dates and text."""
    for kind, form_class in _FORM_CLASSES:
        if type(db_field) in kind:
            chosen = dict(kwargs, form_class=form_class)
            if isinstance(db_field, models.TextField) and not db_field.choices:
                chosen.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
            return db_field.formfield(**chosen)
    return db_field.formfield(**kwargs)


_FORM_CLASSES: tuple[tuple[tuple[type, ...], type[forms.Field]], ...] = (
    ((models.CharField, models.TextField), fields.CharField),
    ((models.DecimalField,), fields.DecimalField),
    (
        (
            models.IntegerField,
            models.PositiveIntegerField,
            models.SmallIntegerField,
            models.PositiveSmallIntegerField,
            models.BigIntegerField,
            models.PositiveBigIntegerField,
        ),
        fields.IntegerField,
    ),
    ((models.DateField,), fields.DateField),
    ((models.DateTimeField,), fields.DateTimeField),
    ((models.TimeField,), fields.TimeField),
)


class ModelForm[M: models.Model](forms.ModelForm):  # type: ignore[type-arg]
    """A model form whose fields come from `form_field`; Meta needs nothing for it."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Runs before Django's metaclass reads Meta, so that no form can forget the callback.
        meta = cls.__dict__.get("Meta")
        if meta is not None and not hasattr(meta, "formfield_callback"):
            meta.formfield_callback = staticmethod(form_field)


def entries_of(form: forms.BaseForm) -> list[str]:
    """Return the vite entries that the form's drawn fields need; `{% form_entries form %}` writes them."""
    needed = {getattr(field.widget, "needs_entry", "") for field in form.fields.values()}
    return sorted(needed - {""})
