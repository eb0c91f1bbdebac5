"""The WSGI application that the server's workers load: one door for browsers, a shorter one for programs with a
token."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aftersales.config.settings")


class Doors:
    """Sends a token's API call past what only browsers need (sessions, cookies, forms, messages); all else as usual.

    Both doors end in the same views, actors and refusals.
    """

    def __init__(self) -> None:
        self.for_browsers = get_wsgi_application()
        everything = settings.MIDDLEWARE
        settings.MIDDLEWARE = settings.TOKEN_MIDDLEWARE
        try:
            self.for_tokens = WSGIHandler()
        finally:
            settings.MIDDLEWARE = everything

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        by_token = environ.get("HTTP_AUTHORIZATION", "").startswith("Bearer as_")
        if by_token and environ.get("PATH_INFO", "").startswith("/api/"):
            return self.for_tokens(environ, start_response)
        return self.for_browsers(environ, start_response)


def settle_memory() -> None:
    """Take what is loaded now out of the garbage collector's sight, and let it look less often.

    Requests leave few cycles behind; looking through the whole program for them costs a fifth of a request.
    """
    assert get_resolver().url_patterns  # the first request would load the addresses and all behind them
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def keep_connections_by_thread() -> None:
    """Look the database connection up in the thread alone.

    Django asks first whether the caller is a coroutine, some 400 times a command; a WSGI worker has threads only.
    """
    ours: Any = threading.local()
    for connection in connections.all(initialized_only=True):
        setattr(ours, connection.alias, connection)
    connections._connections = ours  # type: ignore[attr-defined]


application = Doors()
keep_connections_by_thread()
settle_memory()
