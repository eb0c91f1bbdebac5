"""`{% load web %}`: formats, icons, built assets, step buttons, and what forms need."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django import template
from django.forms import BaseForm
from django.middleware.csrf import get_token
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from aftersales.web import assets, formats, pieces, plates
from aftersales.web.forms import entries_of
from aftersales.web.navigation import drawn
from aftersales.web.tones import tone_of

register = template.Library()

for _function in (
    formats.money,
    formats.quantity,
    formats.km,
    formats.hours,
    formats.percent,
    formats.duration,
    formats.mask_phone,
    formats.mask_name,
    formats.moment_full,
    formats.day,
    formats.clock_time,
):
    register.filter(_function.__name__, _function)
register.filter("moment", lambda value: formats.moment(value, timezone.now()))
register.filter("tone", tone_of)
register.filter("iso", lambda value: value.isoformat() if hasattr(value, "isoformat") else "")
register.filter("is_negative", formats.is_negative)


def _chrome(context: Context) -> Any:
    return context.get("chrome")


def _now(context: Context) -> datetime:
    chrome = _chrome(context)
    now: datetime = chrome.now if chrome is not None else timezone.now()
    return now


@register.filter
def unlocalize_number(value: Any) -> str:
    """A number for a program, whatever the language."""
    return str(value)


@register.simple_tag
def html_lang() -> str:
    """The language of the page as browsers name it; it also picks the Chinese form of shared characters."""
    return "zh-CN" if (get_language() or "zh").startswith("zh") else "en"


@register.simple_tag(takes_context=True)
def theme_attributes(context: Context) -> SafeString:
    """The theme on <html>; also right where no request is at hand (the page for error 500)."""
    chrome = _chrome(context)
    choice = chrome.theme_choice if chrome is not None else "auto"
    theme = chrome.theme if chrome is not None else "light"
    return format_html('data-bs-theme="{}" data-theme-choice="{}"', theme, choice)


@register.simple_tag(takes_context=True)
def csrf_attribute(context: Context) -> SafeString:
    """`data-csrf` for <body>, from where scripts and htmx take the token of a POST."""
    request = context.get("request")
    return format_html('data-csrf="{}"', get_token(request)) if request is not None else SafeString("")


@register.simple_tag(takes_context=True)
def entry(context: Context, name: str) -> SafeString:
    """Styles and script of one vite entry: app, charts, board, signature, damage, photo."""
    chrome = _chrome(context)
    return assets.entry_tags(name, chrome.nonce if chrome is not None else None)


@register.simple_tag(takes_context=True)
def blocking_entry(context: Context, name: str) -> SafeString:
    chrome = _chrome(context)
    return assets.blocking_script(name, chrome.nonce if chrome is not None else None)


@register.simple_tag(takes_context=True)
def form_entries(context: Context, *forms: BaseForm) -> SafeString:
    """The entries that the forms' drawn fields need, each once."""
    names = sorted({name for form in forms for name in entries_of(form)})
    return format_html_join("\n", "{}", ((entry(context, name),) for name in names))


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of frontend/src/icons.txt; silent to screen readers unless it has a label."""
    return pieces.icon(str(name), str(css), str(label))


@register.simple_tag
def badge(state: Any, text: Any = "", tone: str = "", css: str = "", rest: Any = "") -> SafeString:
    """What `<c-badge>` draws, for pages with many."""
    return pieces.badge(state, text, tone, css, rest)


@register.simple_tag
def plate(number: Any, kind: str = "", size: str = "", rest: Any = "") -> SafeString:
    """What `<c-plate>` draws, for pages with many."""
    return pieces.plate(number, kind, size, rest)


@register.simple_tag(takes_context=True)
def countdown(
    context: Context, due: Any, stopped_at: Any = None, warn: Any = 60, pill: object = "", rest: Any = ""
) -> SafeString:
    """What `<c-countdown>` draws, for pages with many."""
    return pieces.countdown(due, _now(context), warn, stopped_at, pill=pill, rest=rest)


@register.simple_tag(takes_context=True)
def navigation_list(context: Context) -> str:
    """The entries of the navigation, as the side and the phone's panel show them."""
    chrome = _chrome(context)
    return drawn(chrome.navigation if chrome is not None else (), get_language() or "")


@register.simple_tag
def form_keys(version: object = "") -> SafeString:
    """The hidden fields of a writing form: a fresh idempotency key, and the document's version if it has one."""
    key = format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid.uuid4().hex)
    if version in ("", None):
        return key
    return format_html('{}<input type="hidden" name="version" value="{}">', key, version)


@register.simple_tag
def texts_script(chrome: Any) -> SafeString:
    """The sentences that scripts say, as data."""
    return json_script(chrome.texts, "web-texts")


@register.simple_tag
def chart_data(option: dict[str, Any], element_id: str) -> SafeString:
    return json_script(option, element_id)


@register.simple_tag(takes_context=True)
def countdown_parts(context: Context, due: Any, warn: Any, stopped_at: Any) -> dict[str, Any]:
    """What a countdown shows at this moment, for a page that draws its own."""
    return pieces.countdown_parts(due, _now(context), warn, stopped_at)


@register.inclusion_tag("web/step_buttons.html", takes_context=True)
def step_buttons(
    context: Context,
    offers: Iterable[Any],
    steps_url: str,
    target: str = "",
    with_form: Collection[str] = (),
    version: object = "",
    primary: str = "",
) -> dict[str, Any]:
    """A button for each offered step (`core.workflow.Offer`); a refused one is grey and says why.

    A step POSTs to `<steps_url><name>/`. Names in `with_form` open their form instead (GET of the same address).
    `primary` names the step that stands out; without it the first one that is open.
    """
    rows = sorted(offers, key=lambda offer: offer.refusal is not None)  # what can be done comes first
    first = primary or next((offer.step.name for offer in rows if offer.refusal is None), "")
    return {
        "offers": [
            {
                "name": offer.step.name,
                "label": offer.step.label,
                "url": f"{steps_url}{offer.step.name}/",
                "why": offer.refusal.sentence if offer.refusal else "",
                "clause": offer.refusal.clause if offer.refusal else "",
                "open": offer.refusal is None,
                "primary": offer.step.name == first,
                "asks": offer.step.name in with_form,
            }
            for offer in rows
        ],
        "target": target,
        "version": version,
        "csrf_token": context.get("csrf_token", ""),
    }


@register.inclusion_tag("web/step_buttons.html", takes_context=True)
def step_button(context: Context, offer: Any, steps_url: str, target: str = "", **options: Any) -> dict[str, Any]:
    """One button of `step_buttons`."""
    shown: dict[str, Any] = step_buttons(context, [offer], steps_url, target, **options)
    return shown


@register.simple_tag
def plate_parts(number: Any, kind: str = "") -> plates.Plate:
    return plates.plate(str(number or ""), kind)


@register.simple_tag
def compact_json(value: Any) -> str:
    """JSON for a data attribute (the template escapes it)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
