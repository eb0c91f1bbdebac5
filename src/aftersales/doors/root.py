"""The API's own frame: parsing and rendering by orjson, who may come in, and every error as a problem."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.utils import check_csrf

from aftersales.core.errors import Refusal
from aftersales.doors.commands import key_required, version_required
from aftersales.doors.problems import problem, refusal_problem


MISSING_HEADERS = {"if-match": version_required, "idempotency-key": key_required}


class OrjsonParser(Parser):
    """Strict JSON: no NaN, no lone surrogates, bounded depth; NUL is refused because no column can hold it."""

    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str)


class SignedIn:
    """Lets in whoever the middleware found: a token, or a browser session with its CSRF token."""

    openapi_security_schema: Any = None

    def __call__(self, request: HttpRequest) -> Any:
        actor = getattr(request, "actor", None)
        if actor is None:
            return None
        by_token = request.headers.get("Authorization", "").startswith("Bearer ")
        if not by_token and request.method not in ("GET", "HEAD", "OPTIONS") and check_csrf(request):
            return None
        return actor


def make_api(**options: Any) -> NinjaAPI:
    """Return the API object with parser, renderer, sign-in and problem answers installed."""
    api = NinjaAPI(parser=OrjsonParser(), renderer=OrjsonRenderer(), auth=SignedIn(), **options)

    @api.exception_handler(Refusal)
    def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
        return refusal_problem(request, refusal)

    @api.exception_handler(AuthenticationError)
    def stranger(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
        return problem(
            request,
            status=401,
            code="not_signed_in",
            detail=_("Sign in, or send a token in the Authorization header."),
            headers={"WWW-Authenticate": "Bearer"},
        )

    @api.exception_handler(ValidationError)
    def misfilled(request: HttpRequest, error: ValidationError) -> HttpResponse:
        for one in error.errors:
            if one["loc"][0] == "header" and (missing := MISSING_HEADERS.get(str(one["loc"][-1]).lower())):
                return refusal_problem(request, missing())
        fields = {
            ".".join(str(part) for part in one["loc"] if part not in ("body", "payload", "query")): one["msg"]
            for one in error.errors
        }
        return problem(
            request, status=422, code="invalid_input", detail=_("Some of the input cannot be used as it is."), fields=fields
        )

    @api.exception_handler(HttpError)
    def malformed(request: HttpRequest, error: HttpError) -> HttpResponse:
        detail = _("The body is not JSON that can be read.") if error.status_code == 400 else str(error)  # noqa: PLR2004
        return problem(request, status=error.status_code, code="bad_request", detail=detail)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, _error: Http404) -> HttpResponse:
        return problem(request, status=404, code="not_found", detail=_("There is no such record."))

    def out_of_range(request: HttpRequest, _error: Exception) -> HttpResponse:
        # What typing lets through and a column cannot hold: too long, too large, a NUL character.
        return problem(
            request,
            status=422,
            code="out_of_range",
            detail=_("A text is too long, a figure too large, or a character cannot be stored. Please shorten or correct it."),
        )

    for kind in (DataError, OverflowError, ArithmeticError, UnicodeError):
        api.add_exception_handler(kind, out_of_range)
    return api
