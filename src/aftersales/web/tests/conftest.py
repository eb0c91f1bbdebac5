"""The kit is tested without a database: a request, an actor, and templates that fail on an undefined variable."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory

from aftersales.web.context import Chrome


class Undefined(str):
    """As `string_if_invalid`: drawing an undefined variable fails the test."""

    def __contains__(self, key: object) -> bool:
        return True

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined template variable: {name}")


class Lin:
    name = "林顾问"
    role = "服务顾问"

    def may_anywhere(self, code: str) -> bool:
        return code != "nobody.may"


@pytest.fixture(autouse=True)
def _kit(settings: Any) -> None:
    settings.FORM_RENDERER = "aftersales.web.forms.Renderer"
    settings.WEB_NAVIGATION = "aftersales.web.tests.urls.NAVIGATION"
    settings.ROOT_URLCONF = "aftersales.web.tests.urls"
    settings.WEB_STYLEGUIDE = True
    options = settings.TEMPLATES[0]["OPTIONS"] | {
        "string_if_invalid": Undefined("undefined %s"),
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.messages.context_processors.messages",
            "aftersales.web.context.chrome",
        ],
    }
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"OPTIONS": options}]


@pytest.fixture
def get(rf: RequestFactory) -> Callable[..., HttpRequest]:
    """A GET by advisor Lin; `htmx` names the region that asks."""

    def make(path: str = "/", *, htmx: str = "", **headers: str) -> HttpRequest:
        asked = {"HX-Request": "true", "HX-Target": htmx} if htmx else {}
        request = rf.get(path, headers=asked | headers)
        request.actor = Lin()
        request._messages = []
        return request

    return make


@pytest.fixture
def draw(get: Callable[..., HttpRequest]) -> Callable[..., str]:
    """Draws template source as a page would: components, tags and chrome."""

    def render(source: str, **values: Any) -> str:
        from django.template import engines
        from django_cotton.compiler_regex import CottonCompiler

        request = get()
        template: Template = engines["django"].engine.from_string(CottonCompiler().process(source))
        return template.render(Context(values | {"chrome": Chrome(request), "request": request, "csrf_token": "t"}))

    return render
