"""Regions that poll: a tag made of a cheap version query, and an empty 304 while nothing changed.

    def board(request):
        tag = live.etag(request, queries.board_version(request.actor))
        if unchanged := live.not_modified(request, tag):
            return unchanged
        response = htmx.page(request, "repairs/board.html", lambda: {"etag": tag, **...}, partials=("board",))
        return live.tagged(response, tag)

The region is `<c-live id="board" :etag="etag">`; the browser sends the tag back as If-None-Match.
"""

from __future__ import annotations

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language


def etag(request: HttpRequest, *version: object) -> str:
    """Return a weak tag for what this user sees in this language when the data has this version."""
    user = getattr(request, "user", None)
    seen = (getattr(user, "pk", None), get_language(), *version)
    return f'W/"{blake2b(repr(seen).encode(), digest_size=12).hexdigest()}"'


def not_modified(request: HttpRequest, tag: str) -> HttpResponse | None:
    """Return a 304 when a polling region already shows this tag, else None.

    Only polling is answered so: a page opened by hand is always drawn, its frame may have changed.
    """
    if request.headers.get("HX-Request") != "true":
        return None
    if _bare(tag) not in {_bare(known) for known in parse_etags(request.headers.get("If-None-Match", ""))}:
        return None
    return tagged(HttpResponseNotModified(), tag)


def tagged(response: HttpResponse, tag: str) -> HttpResponse:
    """Mark the answer for polling: its tag, and nothing kept by the browser's own cache without asking."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Region-Tag"] = tag
    patch_vary_headers(response, ("HX-Request", "HX-Target", "Cookie"))
    return response


def _bare(tag: str) -> str:
    return tag.removeprefix("W/")
