"""Pages, parts, answers to POST, polling."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.test import Client

from aftersales.web import htmx, live

PARTS = "web/tests/parts.html"


@pytest.fixture(autouse=True)
def _parts_template(settings: Any) -> None:
    source = (
        '<html>{% partialdef a inline %}<p id="a">A{{ n }}</p>{% endpartialdef %}'
        '{% partialdef b inline %}\n<tr class="x" id="b"><td>B</td></tr>{% endpartialdef %}'
        "{% partialdef lost %}<p>nowhere</p>{% endpartialdef %}</html>"
    )
    options = dict(settings.TEMPLATES[0]["OPTIONS"])
    options["loaders"] = [("django.template.loaders.locmem.Loader", {PARTS: source}), *options["loaders"]]
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"OPTIONS": options}]


def test_page_answers_with_the_whole_page(get: Callable[..., HttpRequest]) -> None:
    response = htmx.page(get(), PARTS, {"n": 1}, partials=("a",))
    assert b"<html>" in response.content
    assert "HX-Target" in response["Vary"]


def test_page_answers_with_the_declared_part(get: Callable[..., HttpRequest]) -> None:
    assert htmx.page(get(htmx="a"), PARTS, lambda: {"n": 2}, partials=("a",)).content == b'<p id="a">A2</p>'


def test_an_undeclared_target_and_a_restored_history_get_the_page(get: Callable[..., HttpRequest]) -> None:
    assert b"<html>" in htmx.page(get(htmx="b"), PARTS, {"n": 1}, partials=("a",)).content
    restored = get(htmx="a", **{"HX-History-Restore-Request": "true"})
    assert b"<html>" in htmx.page(restored, PARTS, {"n": 1}, partials=("a",)).content


def test_fragments_put_the_rest_out_of_band(get: Callable[..., HttpRequest]) -> None:
    html = htmx.fragments(get(htmx="a"), PARTS, ["a", "b"], {"n": 3}, status=409)
    assert html.status_code == 409
    assert '<p id="a">A3</p>' in html.text
    assert '<tr hx-swap-oob="true" class="x" id="b">' in html.text


def test_a_part_without_its_id_is_a_programming_error(get: Callable[..., HttpRequest]) -> None:
    with pytest.raises(ImproperlyConfigured):
        htmx.fragments(get(htmx="a"), PARTS, ["a", "lost"], {"n": 3})


def test_without_javascript_the_same_view_redirects_or_shows_the_page(get: Callable[..., HttpRequest]) -> None:
    def never() -> dict[str, Any]:
        raise AssertionError("a redirect must not read the page's data")

    moved = htmx.redirect_or_fragments(get(), to="/x/", template=PARTS, parts=["a"], context=never)
    assert (moved.status_code, moved["Location"]) == (303, "/x/")
    refused = htmx.redirect_or_fragments(get(), to="/x/", template=PARTS, parts=["a"], context={"n": 1}, status=422)
    assert refused.status_code == 422
    assert b"<html>" in refused.content
    swapped = htmx.redirect_or_fragments(get(htmx="a"), to="/x/", template=PARTS, parts=["a"], context={"n": 1})
    assert swapped.content == b'<p id="a">A1</p>'


def test_polling_costs_an_empty_304_while_nothing_changed(get: Callable[..., HttpRequest]) -> None:
    tag = live.etag(get(), 7)
    assert live.etag(get(), 8) != tag
    asked = get(htmx="board", **{"If-None-Match": tag})
    unchanged = live.not_modified(asked, tag)
    assert unchanged is not None
    assert unchanged.status_code == 304
    assert live.not_modified(asked, live.etag(get(), 8)) is None
    assert live.not_modified(get(**{"If-None-Match": tag}), tag) is None, "a page opened by hand is always drawn"


@pytest.mark.parametrize("choice", ["light", "dark", "auto"])
def test_theme_is_kept_in_a_cookie_and_drawn_by_the_server(client: Client, choice: str) -> None:
    response = client.post("/web/theme/", {"theme": choice, "next": "/orders/"})
    assert (response.status_code, response["Location"]) == (303, "/orders/")
    assert response.cookies["theme"].value == choice
    page = client.get("/web/styleguide/")
    drawn = "light" if choice == "auto" else choice
    assert f'data-bs-theme="{drawn}" data-theme-choice="{choice}"' in page.text


def test_theme_refuses_foreign_addresses_and_unknown_themes(client: Client) -> None:
    response = client.post("/web/theme/", {"theme": "pink", "next": "https://evil.example/"})
    assert response["Location"] == "/"
    assert "theme" not in response.cookies
