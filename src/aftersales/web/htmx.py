"""Pages with named parts: one template serves the whole page, each part of it, and the answer to a POST."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.contrib.messages import get_messages
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

type Context = Mapping[str, Any] | Callable[[], Mapping[str, Any]]

SEE_OTHER = 303
REFUSED_FROM = 400
_ROOT = re.compile(r"^\s*(?:<!--.*?-->\s*)*<([a-zA-Z][\w-]*)((?:\s[^>]*)?)>", re.DOTALL)


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether htmx wants a fragment; a restored history page wants the whole page again."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def wanted_part(request: HttpRequest, partials: Collection[str]) -> str | None:
    """Return the declared part that HX-Target names, or None for the whole page."""
    target = request.headers.get("HX-Target", "")
    return target if is_htmx(request) and target in partials else None


def page(
    request: HttpRequest, template: str, context: Context, partials: Collection[str] = (), status: int = 200
) -> HttpResponse:
    """Answer a GET with the page, or with the declared part that htmx asks for; an undeclared target gets the page."""
    part = wanted_part(request, partials)
    name = f"{template}#{part}" if part else template
    response = render(request, name, dict(_resolved(context)), status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def fragments(
    request: HttpRequest, template: str, parts: Sequence[str], context: Context, status: int = 200
) -> HttpResponse:
    """Answer a POST with parts of a page: the first is the target, the rest find their place by their id.

    Waiting messages ride along. Raises ImproperlyConfigured when a part's outermost element does not carry the part's
    name as its id, because then htmx would put it nowhere.
    """
    values = dict(_resolved(context))
    target, *others = parts
    pieces: list[str] = [render_to_string(f"{template}#{target}", values, request)]
    pieces += [_out_of_band(render_to_string(f"{template}#{part}", values, request), part) for part in others]
    if waiting := list(get_messages(request)):
        pieces.append(render_to_string("web/messages.html#message-lines", {"message_lines": waiting}, request))
    response = HttpResponse("\n".join(pieces), status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def redirect_or_fragments(
    request: HttpRequest,
    *,
    to: str,
    template: str,
    parts: Sequence[str],
    context: Context,
    status: int = 200,
) -> HttpResponse:
    """Answer a POST for both kinds of browser: parts for htmx; else 303 to `to`, or the page with a refusal.

    `context` may be a function, so that nothing is read for an answer that only redirects.
    """
    if is_htmx(request):
        return fragments(request, template, parts, context, status)
    if status >= REFUSED_FROM:
        return page(request, template, context, status=status)
    response = HttpResponseRedirect(to, status=SEE_OTHER)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to another page after a POST: 303, or HX-Redirect when htmx posted it."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url, status=SEE_OTHER)


def _resolved(context: Context) -> Mapping[str, Any]:
    return context() if callable(context) else context


def _out_of_band(html: str, part: str) -> str:
    root = _ROOT.match(html)
    if root is None or f'id="{part}"' not in root.group(2):
        raise ImproperlyConfigured(f'the outermost element of part "{part}" must have id="{part}"')
    at = root.end(1)
    return f'{html[:at]} hx-swap-oob="true"{html[at:]}'
