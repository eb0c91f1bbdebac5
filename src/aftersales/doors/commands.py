"""One command of one request: its time, its key, its version."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, Refusal
from aftersales.journal.idempotency import Answer, answer_once, fingerprint_of

_KEY = re.compile(r"[!-~]{8,80}")
_ETAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')


class VersionRequired(Refusal):
    """A change without `If-Match`: the caller must say which version it has seen."""

    status = 428


class Unacceptable(Refusal):
    """A request that is not formed as the door asks."""

    status = 400


def version_required() -> VersionRequired:
    return VersionRequired(_("Send the version you have seen in the If-Match header."), code="version_required")


def key_required() -> Unacceptable:
    return Unacceptable(
        _("Send an Idempotency-Key header of 8 to 80 characters, a new one for every command."), code="key_required"
    )


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts; the middleware has put it on the request."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def version_seen(request: HttpRequest) -> int:
    """Return the version in `If-Match`. Raises VersionRequired without one, Unacceptable for what is none."""
    header = request.META.get("HTTP_IF_MATCH", "")
    if not header:
        raise version_required()
    found = _ETAG.fullmatch(header.strip())
    if found is None:
        raise Unacceptable(_('If-Match carries the version as a number, such as "3".'), code="version_unreadable")
    return int(found[1])


def answer_command(
    request: HttpRequest,
    command: Callable[[Actor, datetime], Mapping[str, Any]],
    *,
    status: int = 200,
) -> HttpResponse:
    """Carry out an API command under its `Idempotency-Key` and answer with what it returns, as JSON.

    A repeated key gets the stored answer and the header `Idempotency-Replayed`. Raises Unacceptable without a key.
    """
    actor, at = actor_of(request), timezone.now()
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not _KEY.fullmatch(key):
        raise key_required()
    if actor.user_id is None:
        raise InputRefused(_("Only users send commands."), code="no_user")

    def produce() -> Answer:
        shown = command(actor, at)
        headers = {"ETag": f'"{shown["version"]}"'} if "version" in shown else {}
        return Answer(status=status, body=orjson.dumps(shown, default=str), headers=headers)

    answer = answer_once(
        actor_id=actor.user_id,
        key=key,
        fingerprint=fingerprint_of(request.method or "", request.path, request.body),
        at=at,
        produce=produce,
    )
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json", headers=answer.headers)
    if answer.is_repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response
