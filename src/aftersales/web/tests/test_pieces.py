"""What is drawn without a template is what the templates drew."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from aftersales.web import pieces

BAD = '<script>"&x'


class Every(forms.Form):
    text = forms.CharField(initial=BAD, max_length=20, widget=forms.TextInput(attrs={"data-x": BAD, "autofocus": True}))
    secret = forms.CharField(widget=forms.HiddenInput, required=False)
    count = forms.IntegerField(initial=3, min_value=1, disabled=True)
    on = forms.DateField(initial=date(2026, 11, 22), required=False)
    kind = forms.ChoiceField(choices=[("", "every"), (1, BAD), ("group", [("a", "A"), ("b", "B")])], initial="b")
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], initial=["a", "b"])


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r' class="[^"]*"', "", html)).replace("> <", "><")


@pytest.mark.parametrize("data", [None, {"text": BAD, "kind": "1", "several": ["b"], "on": "x", "count": "y"}])
def test_inputs_and_selects_are_those_of_django(data: dict[str, Any] | None) -> None:
    ours, theirs = Every(data), Every(data, renderer=DjangoTemplates())
    for name in ours.fields:
        assert _plain(str(ours[name])) == _plain(theirs[name].as_widget()), name


def test_what_a_piece_is_given_is_escaped(draw: Callable[..., str]) -> None:
    due = datetime.now(UTC) + timedelta(hours=2)
    html = draw(
        "{% load web %}{% badge bad bad tone=bad css=bad %}{% plate bad kind=bad size=bad %}"
        "{% countdown due bad pill=bad %}{% icon bad bad bad %}{% badge 'ready' safe %}",
        bad=BAD,
        due=due.isoformat(),
        safe=SafeString("<b>1</b>"),
    )
    assert "<script>" not in html
    assert '"&x' not in html
    assert "<b>1</b>" in html


def test_a_component_draws_what_its_tag_draws(draw: Callable[..., str]) -> None:
    def plain(html: str) -> str:
        return re.sub(r"\s+(?=>)", "", html).strip()

    due = datetime.now(UTC) + timedelta(minutes=200, seconds=30)
    values = {"due": due, "number": "沪A·12345"}
    pairs = (
        ('<c-badge state="ready" text="x" />', '{% badge "ready" "x" %}'),
        ('<c-plate :number="number" size="lg" />', '{% plate number size="lg" %}'),
        ('<c-countdown :due="due" pill="yes" />', '{% countdown due pill="yes" %}'),
        ('<c-countdown due="" />', '{% countdown "" %}'),
    )
    for component, tag in pairs:
        assert plain(draw(component, **values)) == plain(draw("{% load web %}" + tag, **values))
    assert 'data-x="1"' in draw('<c-badge text="x" data-x="1" />')
    assert pieces.icon("") == ""
