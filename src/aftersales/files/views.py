"""Serving stored pictures: every byte passes the station fence first (F3)."""

from __future__ import annotations

import re
import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible
from aftersales.files import storage
from aftersales.files.models import Attachment

ONE_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


@require_safe
def attachment(request: HttpRequest, attachment_id: uuid.UUID) -> HttpResponse:
    """Answer the picture itself."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = Attachment.objects.get_visible(actor, pk=attachment_id)
    return _answer(request, row.path, row.content_type, f"{row.sha256[:32]}")


@require_safe
def thumbnail(request: HttpRequest, attachment_id: uuid.UUID) -> HttpResponse:
    """Answer the small picture."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = Attachment.objects.get_visible(actor, pk=attachment_id)
    return _answer(request, row.thumbnail_path, "image/jpeg", f"t{row.sha256[:32]}")


def _answer(request: HttpRequest, path: str, content_type: str, mark: str) -> HttpResponse:
    etag = f'"{mark}"'
    if request.headers.get("If-None-Match") == etag:
        # The browser may show its own copy again, but only after the fence above has been asked.
        return _guarded(HttpResponse(status=304), etag)
    data = storage.read(path)
    if data is None:
        raise NotVisible
    response = _part(request.headers.get("Range", ""), data)
    response["Content-Type"] = content_type
    response["Content-Disposition"] = "inline"
    response["Accept-Ranges"] = "bytes"
    return _guarded(response, etag)


def _guarded(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache, must-revalidate"
    return response


def _part(wanted: str, data: bytes) -> HttpResponse:
    """Answer one byte range when one valid range is asked for, otherwise everything; never more than is there."""
    match = ONE_RANGE.match(wanted)
    if match is None or match.groups() == ("", ""):
        return HttpResponse(data)
    first, last = match.groups()
    size = len(data)
    if first:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    else:
        start, end = max(size - int(last), 0), size - 1
    if start >= size or start > end:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    response = HttpResponse(data[start : end + 1], status=206)
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response
