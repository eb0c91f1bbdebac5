"""Strictness: what is tolerable in a browser tab is a failure here.

Warnings are errors and undefined template variables fail (both set in pyproject.toml). A GET that writes fails.
"""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse

hypothesis.settings.register_profile("house", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("house")

_WRITES = re.compile(
    r"^\s*(?:WITH\b.*?\)\s*)?(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|COPY|CREATE|ALTER|DROP)\b", re.I | re.S
)
# Kept by the frameworks around the view, not by the view.
_BOOKKEEPING = re.compile(r'"(django_session|axes_\w+|django_ox_\w+)"')


class _Guard:
    """What GETs wrote during the running test."""

    allowed = False
    seen: list[str] = []


def _refuse_writes(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    text = str(sql)
    if not _Guard.allowed and _WRITES.match(text) and not _BOOKKEEPING.search(text):
        _Guard.seen.append(text[:300])
        raise AssertionError(f"a GET wrote: {text[:300]}")
    return execute(sql, params, many, context)


class ReadOnlyGetMiddleware:
    """Innermost middleware of the test settings: views asked by GET or HEAD may only read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with connection.execute_wrapper(_refuse_writes):
            return self.get_response(request)


@pytest.fixture(autouse=True)
def _get_only_reads(request: pytest.FixtureRequest) -> Iterator[None]:
    """Also fails a test whose view swallowed the refusal; `writes_on_get` lifts it."""
    _Guard.allowed = request.node.get_closest_marker("writes_on_get") is not None
    _Guard.seen = []
    yield
    if _Guard.seen:
        pytest.fail("a GET wrote: " + "; ".join(_Guard.seen))
