"""The demo dealer in a real browser, on a Wednesday at twenty to twelve: the pictures of the README."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, Page

from aftersales.accounts.actors import forget_rights
from aftersales.repairs.models import RepairOrder
from aftersales.seeds.cast import Cast
from aftersales.seeds.demo import load

AT = datetime(2026, 11, 18, 3, 40, tzinfo=UTC)
IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDE = (1440, 900)
PHONE = (390, 844)
LARGEST_BYTES = 300_000

pytestmark = [pytest.mark.slow, pytest.mark.browser]


class Picture(NamedTuple):
    name: str
    person: str
    address: Callable[[], str]
    shows: str
    size: tuple[int, int]


def _order_in_work() -> str:
    order = RepairOrder.objects.everywhere().filter(state="in_progress", lines__is_added=True).distinct().get()
    return reverse("repairs:order", args=[order.number])


PICTURES = (
    Picture("reception", "lin", lambda: reverse("repairs:reception"), "接车", WIDE),
    Picture("board", "zheng", lambda: reverse("repairs:board"), "沪", WIDE),
    Picture("order", "lin", _order_in_work, "增项", WIDE),
    Picture("standard", "wu", lambda: reverse("standards:compliance"), "WORK-08", WIDE),
    Picture("phone", "zhao", lambda: reverse("repairs:technician"), "沪", PHONE),
)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The people of the demo instead of the tests' own; `client_of` signs them in."""
    forget_rights()
    cache.clear()
    return load(AT)


def test_pictures_of_the_demo(browser: Browser, live_server, client_of, request: pytest.FixtureRequest) -> None:
    kept = request.config.getoption("--screenshots", default=False)
    with time_machine.travel(AT, tick=True):
        for picture in PICTURES:
            width, height = picture.size
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", base_url=live_server.url
            )
            context.set_default_timeout(60_000)
            cookie = client_of(picture.person).cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
            page = context.new_page()
            answer = page.goto(picture.address())
            assert answer is not None
            assert answer.status == 200, picture.name
            assert picture.shows in page.inner_text("body"), picture.name
            taken = _small(page)
            assert len(taken) <= LARGEST_BYTES, picture.name
            if kept:
                (IMAGES / f"{picture.name}.png").write_bytes(taken)
            context.close()


def _small(page: Page) -> bytes:
    """Return the visible part as a PNG of 256 colours."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    out = io.BytesIO()
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
