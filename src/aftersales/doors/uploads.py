"""Commands that bring a file: multipart instead of JSON, but once for their key like every other command."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden
from aftersales.doors.commands import actor_of
from aftersales.journal.idempotency import Answer, answer_once


def answer_upload(
    request: HttpRequest,
    *,
    key: str,
    told: str,
    upload: UploadedFile[Any],
    command: Callable[[Actor, datetime], Mapping[str, Any]],
) -> HttpResponse:
    """Carry out a command that brings a file under its key; `told` is what was said besides the file. Answers 201."""
    actor, at = actor_of(request), timezone.now()
    if actor.user_id is None:
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    digest = hashlib.sha256(f"{request.path}\x1f{told}\x1f".encode("utf-8", "surrogatepass"))
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    answer = answer_once(
        actor_id=actor.user_id,
        key=key,
        fingerprint=digest.hexdigest(),
        at=at,
        produce=lambda: Answer(201, orjson.dumps(command(actor, at), default=str)),
    )
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    if answer.is_repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response
