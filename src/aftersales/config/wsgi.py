"""The WSGI application that the server's workers load: one door for browsers, a shorter one for programs with a
token."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
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


application = Doors()
settle_memory()
