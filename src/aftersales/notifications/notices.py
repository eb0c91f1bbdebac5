"""From a template and a payload to what a person reads: first line the subject, the rest the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import translation

CODE = re.compile(r"^[a-z_]+\.[a-z0-9_]+$")


@dataclass(frozen=True, slots=True)
class Notice:
    """A rendered notice; plain text, escaped by whoever shows it as HTML."""

    subject: str
    text: str


class UnknownNotice(LookupError):
    """A code without its file in `<app>/templates/<app>/notices/`."""


def notice_of(code: str, payload: Mapping[str, Any], language: str) -> Notice:
    """Return the notice "<app>.<name>" in a language; raises UnknownNotice.

    User text in the payload is a value, never a template.
    """
    if not CODE.match(code):
        raise UnknownNotice(code)
    app, name = code.split(".")
    try:
        template = get_template(f"{app}/notices/{name}.txt")
    except TemplateDoesNotExist as error:
        raise UnknownNotice(code) from error
    with translation.override(language):
        rendered = template.template.render(Context(dict(payload), autoescape=False))  # type: ignore[attr-defined]
    subject, _newline, text = rendered.strip().partition("\n")
    return Notice(" ".join(subject.split()), text.strip())
