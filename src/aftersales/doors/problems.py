"""Refusals as problem+json, in the caller's language, with code and clause."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from aftersales.core.errors import Refusal

CONTENT_TYPE = "application/problem+json"


def problem(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    detail: Any,
    clause: str = "",
    fields: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Return one problem: `detail` is the sentence, `fields` a sentence for each input that is wrong."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "status": status,
        "code": code,
        "title": str(detail),
        "detail": str(detail),
    }
    if clause:
        body["clause"] = clause
    if fields:
        body["fields"] = {name: str(sentence) for name, sentence in fields.items()}
    body["request_id"] = getattr(request, "request_id", "")
    return HttpResponse(orjson.dumps(body), status=status, content_type=CONTENT_TYPE, headers=headers)


def refusal_problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return a refusal as a problem; a busy record asks to come back in a second."""
    headers = {"Retry-After": "1"} if refusal.code in ("busy", "in_flight") else None
    return problem(
        request,
        status=refusal.status,
        code=refusal.code,
        detail=refusal.sentence,
        clause=refusal.clause,
        fields=refusal.fields,
        headers=headers,
    )
