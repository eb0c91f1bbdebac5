"""Every request gets an id: in the log lines it causes, in `request.request_id`, in the answer's header."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")


class RequestIdMiddleware:
    """Takes a well-formed `X-Request-ID` from the proxy, else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        if not response.streaming:  # otherwise the server would send the answer in chunks
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response
