"""Small pieces of HTML that pages draw by the hundred: what a component of that name draws, at a tenth of its price.

The components `<c-badge>`, `<c-plate>` and `<c-countdown>` draw the same thing through these functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from aftersales.web import assets, formats, plates
from aftersales.web.tones import tone_of


def _text(value: Any) -> str:
    """Return a value as HTML: escaped, unless it says that it is HTML already."""
    own = getattr(value, "__html__", None)
    return str(own()) if own is not None else escape(str(value))


@lru_cache(maxsize=1024)
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """Return an icon of frontend/src/icons.txt; silent to screen readers unless it has a label; '' for no name."""
    if not name:
        return SafeString("")
    meaning = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    paint = 'fill="currentColor"' if name.endswith("-filled") else 'fill="none" stroke="currentColor"'
    return SafeString(
        f'<svg class="icon {escape(css)}" viewBox="0 0 24 24" {paint} stroke-linecap="round" stroke-linejoin="round" '
        f"{meaning}>{assets.icon_drawing(name)}</svg>"
    )


def badge(state: Any, text: Any = "", tone: str = "", css: str = "", rest: Any = "") -> SafeString:
    """Return a badge in the tone of the state, or in the tone named; `rest` are further attributes as HTML."""
    head = f'<span class="badge-state{f" {escape(css)}" if css else ""}" data-tone="{escape(tone or tone_of(state))}"'
    return SafeString(f"{head}{f' {rest}' if rest else ''}>{_text(text)}</span>")


@lru_cache(maxsize=4096)
def _plate(number: str, kind: str, size: str) -> tuple[str, str]:
    shown = plates.plate(number, kind)
    classes = f"plate plate-{escape(shown.kind)}{f' plate-{escape(size)}' if size else ''}"
    if not shown.head:
        return classes, ""
    tail = f"·{escape(shown.tail)}" if shown.tail else ""
    last = f'<span class="plate-last">{escape(shown.last)}</span>' if shown.last else ""
    return classes, f"{escape(shown.head)}{tail}{last}"


def plate(number: Any, kind: str = "", size: str = "", rest: Any = "") -> SafeString:
    """Return a number plate in its colour; 'No plate' in words where there is none."""
    classes, shown = _plate(str(number or ""), kind, size)
    words = shown or escape(gettext("No plate"))
    return SafeString(f'<span class="{classes}"{f" {rest}" if rest else ""}>{words}</span>')


def countdown_parts(due: Any, now: datetime, warn: Any = 60, stopped_at: Any = None) -> dict[str, Any]:
    """Return what a countdown shows at this moment: state ok, soon or over, its words, and the instant for the script.

    `due` is a datetime or ISO text; `warn` how many minutes before it turns amber.
    """
    at = parse_datetime(due) if isinstance(due, str) else due
    if not isinstance(at, datetime):
        return {"iso": "", "state": "ok", "words": formats.DASH, "title": ""}
    if timezone.is_naive(at):
        at = timezone.make_aware(at)
    stop = parse_datetime(stopped_at) if isinstance(stopped_at, str) else stopped_at
    left = int((at - (stop or now)).total_seconds() // 60)
    state = "over" if left < 0 else "soon" if left <= int(warn) else "ok"
    words = gettext("{span} over") if left < 0 else gettext("{span} left")
    return {
        "iso": at.isoformat(),
        "state": state,
        "words": words.format(span=formats.duration(abs(left))),
        "title": formats.moment_full(at),
    }


def countdown(
    due: Any, now: datetime, warn: Any = 60, stopped_at: Any = None, *, pill: object = "", rest: Any = ""
) -> SafeString:
    """Return the time left until `due`, which the browser goes on counting; a dash for no time at all."""
    parts = countdown_parts(due, now, warn, stopped_at)
    if not parts["iso"]:
        return SafeString(f'<span class="text-secondary">{formats.DASH}</span>')
    return SafeString(
        f'<time class="countdown{" pill" if pill else ""}" data-countdown data-state="{parts["state"]}" '
        f'data-warn="{escape(str(warn))}"{" data-stopped" if stopped_at else ""} datetime="{escape(parts["iso"])}" '
        f'title="{escape(parts["title"])}"{f" {rest}" if rest else ""}>{icon("clock", "icon-sm")}'
        f"<span data-countdown-text>{escape(parts['words'])}</span></time>"
    )


def _attributes(given: Mapping[str, Any]) -> str:
    """Return a widget's attributes with a blank before each; False leaves one out, True gives it no value."""
    return "".join(
        f" {escape(name)}" if value is True else f' {escape(name)}="{_text(value)}"'
        for name, value in given.items()
        if value is not False
    )


def input_field(widget: Mapping[str, Any]) -> SafeString:
    """Return the <input> of a form's widget (`Widget.get_context()["widget"]`)."""
    value = widget["value"]
    shown = "" if value is None else f' value="{_text(value)}"'
    head = f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"{shown}'
    return SafeString(f"{head}{_attributes(widget['attrs'])}>")


def select_field(widget: Mapping[str, Any]) -> SafeString:
    """Return the <select> of a form's widget (`Select.get_context()["widget"]`) with its options."""
    inner = []
    for group, options, _index in widget["optgroups"]:
        drawn = "".join(map(_option, options))
        inner.append(f'\n  <optgroup label="{_text(group)}">{drawn}\n  </optgroup>' if group else drawn)
    head = f'<select name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>'
    return SafeString(f"{head}{''.join(inner)}\n</select>")


def _option(option: Mapping[str, Any]) -> str:
    head = f'<option value="{_text(option["value"])}"{_attributes(option["attrs"])}>'
    return f"\n  {head}{_text(option['label'])}</option>"
