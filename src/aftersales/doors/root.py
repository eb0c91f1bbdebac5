"""The API's own frame: parsing and rendering by orjson, who may come in, and every error as a problem."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.urls import ResolverMatch, URLPattern, URLResolver, re_path
from django.urls.resolvers import RoutePattern
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation
from ninja.params.models import HeaderModel
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.utils import check_csrf

from aftersales.core.errors import Refusal
from aftersales.doors.commands import Unacceptable, key_required, version_required
from aftersales.doors.numerals import narrow_figures
from aftersales.doors.openapi import OpenApi
from aftersales.doors.problems import problem, refusal_problem
from aftersales.doors.wording import sentence_for

MISSING_HEADERS = {"if-match": version_required, "idempotency-key": key_required}
FOREIGN_KEY_VIOLATION = "23503"
LOG = logging.getLogger("aftersales.api")
type View = Callable[..., Any]


class KeyTwice(ValueError):
    """A JSON object names the same field twice; which of them was meant nobody knows."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _value in pairs}) != len(pairs):
        raise KeyTwice


class OrjsonParser(Parser):
    """Strict JSON: no NaN, no lone surrogates, bounded depth, no field twice; a parameter named twice is refused."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise ValueError("not JSON")
        body = request.body
        parsed = orjson.loads(body)
        json.loads(body, object_pairs_hook=_once)
        return parsed

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        for name, values in data.lists():
            if len(values) > 1 and name not in list_fields:
                raise Unacceptable(
                    _("“%(name)s” is given more than once. Send it once.") % {"name": name[:60]}, code="repeated"
                )
        return super().parse_querydict(data, list_fields, request)


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str)


class SignedIn:
    """Lets in whoever the middleware found: a token, or a browser session with its CSRF token."""

    openapi_security_schema: Any = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of an account for other systems. A browser session with its CSRF token is let in too.",
    }

    def __call__(self, request: HttpRequest) -> Any:
        actor = getattr(request, "actor", None)
        if actor is None:
            return None
        by_token = request.META.get("HTTP_AUTHORIZATION", "").startswith("Bearer ")
        if not by_token and request.method not in ("GET", "HEAD", "OPTIONS") and check_csrf(request):
            return None
        return actor


class Api(NinjaAPI):
    """The API with answers for what has no operation: HEAD as GET without a body, unknown methods and addresses."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenApi:
        return OpenApi(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)

    def operations(self) -> Iterator[Operation]:
        """Yield every operation of every router."""
        for _prefix, router in self._routers:
            for view in router.path_operations.values():
                yield from view.operations

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        models = [model for operation in self.operations() for model in operation.models]
        narrow_figures(models)
        read_headers_from_environment(models)
        patterns: list[URLResolver | URLPattern] = super()._get_urls()
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _framed(pattern.callback)
        # An address of our own words comes before one that takes any word there: /users/machine-accounts, /users/7.
        patterns.sort(key=lambda one: [part.startswith("<") for part in str(one.pattern).split("/")])
        unknown = re_path(r"^.*$", _nothing_here, name="unknown")
        return [*patterns, unknown]


def read_headers_from_environment(models: Iterable[Any]) -> None:
    """Let the operations' header parameters be looked up where the server put them, instead of in a dictionary of all
    headers made anew for every request."""

    def looked_up(model: Any) -> Any:
        places = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in model.__ninja_flatten_map__}

        def get_request_data(request: HttpRequest, _api: Any, _path: Any) -> dict[str, str]:
            return {name: request.META[place] for name, place in places.items() if place in request.META}

        return staticmethod(get_request_data)

    for model in models:
        if issubclass(model, HeaderModel):
            model.get_request_data = looked_up(model)


class Addresses(URLResolver):
    """The API's addresses, looked up word by word; Django's own resolver would try several hundred one after another.

    What is not found here is left to Django, which tries them all.
    """

    def resolve(self, path: str) -> ResolverMatch:
        """Return what answers at the path. Raises Resolver404."""
        begun: Any = self.pattern.match(str(path))
        for pattern in _reached(self._shelves, begun[0].split("/")) if begun else ():
            found = pattern.resolve(begun[0])
            if found:
                return ResolverMatch(
                    found.func,
                    found.args,
                    {**begun[2], **found.kwargs},
                    found.url_name,
                    [self.app_name, *found.app_names],
                    [self.namespace, *found.namespaces],
                    f"{self.pattern}{found.route}",
                    None,
                    captured_kwargs=found.kwargs,
                    extra_kwargs=dict(self.default_kwargs),
                )
        return super().resolve(path)

    @cached_property
    def _shelves(self) -> dict[str, Any]:
        shelves: dict[str, Any] = {}
        for pattern in self.url_patterns:
            if isinstance(pattern, URLPattern) and isinstance(pattern.pattern, RoutePattern):
                shelf = shelves
                for word in str(pattern.pattern).split("/"):
                    shelf = shelf.setdefault(_ANY if word.startswith("<") else word, {})
                shelf.setdefault(_HERE, []).append(pattern)
        return shelves


_ANY, _HERE = "<any>", "<here>"


def _reached(shelf: dict[str, Any], words: Sequence[str]) -> Iterator[URLPattern]:
    """Yield the addresses these words may lead to: at every step our own word before a place for any word."""
    if not words:
        yield from shelf.get(_HERE, ())
        return
    for word in (words[0], _ANY):
        if word in shelf:
            yield from _reached(shelf[word], words[1:])


def _framed(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **values: Any) -> Any:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = view(request, *args, **values)
        if response.status_code == 405:
            allowed = {"Allow": response.headers["Allow"]}
            response = problem(
                request,
                status=405,
                code="method_not_allowed",
                detail=_("This address does not answer that method."),
                headers=allowed,
            )
        if is_head:
            request.method = "HEAD"
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]
    return answer


def _nothing_here(request: HttpRequest) -> HttpResponse:
    return problem(request, status=404, code="not_found", detail=_("There is no such record."))


_nothing_here.csrf_exempt = True  # type: ignore[attr-defined]


def make_api(**options: Any) -> NinjaAPI:
    """Return the API object with parser, renderer, sign-in and problem answers installed."""
    api = Api(parser=OrjsonParser(), renderer=OrjsonRenderer(), auth=SignedIn(), **options)

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
            ".".join(str(part)[:60] for part in one["loc"] if part not in ("body", "payload", "query")): sentence_for(
                one
            )
            for one in error.errors[:50]
        }
        return problem(
            request,
            status=422,
            code="invalid_input",
            detail=_("Some of the input cannot be used as it is."),
            fields=fields,
        )

    @api.exception_handler(HttpError)
    def malformed(request: HttpRequest, error: HttpError) -> HttpResponse:
        if error.status_code != 400:
            return problem(request, status=error.status_code, code="bad_request", detail=str(error))
        detail = _("The body is not JSON that can be read. Send it as application/json in UTF-8.")
        if isinstance(error.__cause__, KeyTwice):
            detail = _("An object in the body names the same field twice.")
        return problem(request, status=400, code="bad_request", detail=detail)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, _error: Http404) -> HttpResponse:
        return problem(request, status=404, code="not_found", detail=_("There is no such record."))

    def out_of_range(request: HttpRequest, _error: Exception) -> HttpResponse:
        # What typing lets through and a column cannot hold: too long, too large, a NUL character.
        return problem(
            request,
            status=422,
            code="out_of_range",
            detail=_(
                "A text is too long, a figure too large, or a character cannot be stored. Please shorten or correct it."
            ),
        )

    _add_mishaps(api)
    for kind in (DataError, OverflowError, ArithmeticError, UnicodeError):
        api.add_exception_handler(kind, out_of_range)  # type: ignore[arg-type]
    return api


def _add_mishaps(api: NinjaAPI) -> None:
    """Install the answers to what goes wrong below the input's own checks."""

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
        return problem(request, status=413, code="too_big", detail=_("The body is too big. Send at most 10 MB."))

    @api.exception_handler(UnreadablePostError)
    def broken_off(request: HttpRequest, _error: UnreadablePostError) -> HttpResponse:
        return problem(request, status=400, code="bad_request", detail=_("The body broke off before its end."))

    @api.exception_handler(IntegrityError)
    def contradicts(request: HttpRequest, error: IntegrityError) -> HttpResponse:
        # What a service lets through and the database refuses: a reference into nowhere, a double, a broken rule.
        if getattr(error.__cause__, "sqlstate", "") == FOREIGN_KEY_VIOLATION:
            detail, status, code = _("The input names a record that does not exist."), 422, "unknown_reference"
        else:
            detail, status, code = _("This contradicts what is already on file."), 409, "contradiction"
        LOG.warning("refused by the database", exc_info=error)
        return problem(request, status=status, code=code, detail=detail)
