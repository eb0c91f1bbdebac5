"""The search box's two answers: suggestions while typing, and the page with all results. A barcode scan comes through
here too."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from aftersales.core.actor import Actor
from aftersales.search.kinds import registered_kinds
from aftersales.search.queries import Hit, find
from aftersales.web.htmx import is_htmx, page

SUGGESTED = 6
LISTED = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One result with the address of its page, empty while the kind has none."""

    title: str
    subtitle: str
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one kind."""

    label: Any
    icon: str
    lines: list[Line]


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Answer htmx with suggestions, everybody else with the page; `kind` narrows to one kind."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "")[:80]
    wanted = request.GET.get("kind", "")
    kinds = [kind.name for kind in registered_kinds() if not wanted or kind.name == wanted]
    is_suggestion = is_htmx(request) and request.headers.get("HX-Target") == "search-results"
    hits = find(actor, text, kinds=kinds, limit=SUGGESTED if is_suggestion else LISTED)
    context = {"text": text, "groups": _groups(hits), "count": len(hits)}
    if is_suggestion:
        return page(request, "search/suggestions.html", context)
    return page(request, "search/search.html", context)


def _groups(hits: list[Hit]) -> list[Group]:
    """Return the hits by kind, in the order of the kinds."""
    return [
        Group(kind.label, kind.icon, [Line(hit.title, hit.subtitle, hit.number, _address(hit)) for hit in rows])
        for kind, rows in groupby(hits, key=lambda hit: hit.kind)
    ]


def _address(hit: Hit) -> str:
    """Return the address of a hit's page."""
    try:
        return reverse(hit.kind.url_name, args=[hit.number])
    except NoReverseMatch:
        return ""
