"""A phone in the hand: the technician's day in the bay and the advisor's first page, at 390 px, in Chinese."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from aftersales.repairs.models import RepairOrder, WorkSession
from aftersales.repairs.tests.many import fill_the_house
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.visits import Driver

PICTURES = os.environ.get("AFTERSALES_PICTURES", "")
PHONE = {"width": 390, "height": 844}

type PhoneOf = Callable[[str], Page]


@pytest.fixture
def phone_of(browser: Browser, live_server, client_of) -> Iterator[PhoneOf]:  # type: ignore[no-untyped-def]
    contexts = []

    def open_phone(person: str) -> Page:
        context = browser.new_context(
            viewport=PHONE,
            locale="zh-CN",
            base_url=live_server.url,
            has_touch=True,  # type: ignore[arg-type]
        )
        cookie = client_of(person).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        context.set_default_timeout(20_000)  # generous: the first page of a run also compiles every template
        context.set_default_navigation_timeout(40_000)
        contexts.append(context)
        return context.new_page()

    yield open_phone
    for context in contexts:
        context.close()


def picture(page: Page, name: str) -> None:
    """Keep pictures at both widths, light and dark, where somebody asked for them."""
    if not PICTURES:
        return
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
        for width, height in ((390, 844), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(PICTURES) / f"phone-{name}-{width}-{theme}.png", full_page=True)
    page.evaluate("document.documentElement.dataset.bsTheme = 'light'")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]


def no_wider_than_the_phone(page: Page) -> None:
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


# The database is made before the browser starts: Playwright's event loop in this thread would stop Django from it.
@pytest.mark.usefixtures("django_db_setup")
def test_the_technicians_day_on_a_phone(phone_of: PhoneOf, cast: Cast, goods: Goods) -> None:
    driver = Driver(cast, goods, timezone.now() - timedelta(minutes=50))
    order = driver.bring_to("dispatched")
    page = phone_of("zhao")
    page.goto("/")
    expect(page.locator(".work-row")).to_have_count(2)
    page.get_by_role("link", name="我的工单").first.click()
    expect(page.locator(".job-card")).to_have_count(1)
    no_wider_than_the_phone(page)
    picture(page, "jobs")
    start = page.get_by_role("button", name="开工").first
    box = start.bounding_box()
    assert box is not None
    assert box["height"] >= 48  # a thumb in a glove
    start.tap()
    expect(page.get_by_role("button", name="完工").first).to_be_visible()
    page.locator(".bay-job.is-running summary", has_text="暂停").tap()
    picture(page, "jobs-pause")
    page.locator(".bay-reasons button").first.tap()
    page.get_by_role("button", name="继续").tap()
    for _job in range(2):
        expect(page.locator(".bay-job.is-running")).to_have_count(1)
        page.get_by_role("button", name="完工").first.tap()
        expect(page.locator(".bay-job.is-running")).to_have_count(0)
        if page.get_by_role("button", name="开工").count():
            page.get_by_role("button", name="开工").first.tap()
    page.get_by_role("link", name="自检交验").tap()
    expect(page.locator("#id_repair_report")).to_be_visible()
    no_wider_than_the_phone(page)
    for tick in page.locator("#complete input[type=checkbox]").all():
        tick.check()
    page.locator("#id_repair_report").fill("前制动片余2.1 mm,已更换,路试无异响。")
    picture(page, "job")
    page.locator("#complete button[type=submit]").tap()
    expect(page).to_have_url(re.compile(r"/workshop/$"))
    assert RepairOrder.objects.everywhere().get(pk=order.pk).state == "completed"
    assert WorkSession.objects.filter(ended_at__isnull=True).count() == 0


@pytest.mark.usefixtures("django_db_setup")
def test_the_advisors_phone_my_work_and_the_board(phone_of: PhoneOf, cast: Cast, goods: Goods) -> None:
    driver = Driver(cast, goods, timezone.now() - timedelta(minutes=50))
    order = driver.bring_to("dispatched")
    copies = fill_the_house(order, 14)
    rows = RepairOrder.objects.everywhere()
    states = (
        "received",
        "diagnosed",
        "estimated",
        "authorized",
        "completed",
        "inspected",
        "washed",
        "ready",
        "in_progress",
    )
    for n, copy in enumerate(copies):
        promised = timezone.now() + timedelta(minutes=40 * n - 60)
        rows.filter(pk=copy.pk).update(state=states[n % len(states)], promised_at=promised)
    page = phone_of("lin")
    page.goto("/")
    expect(page.locator(".work-row").first).to_be_visible()
    no_wider_than_the_phone(page)
    picture(page, "my-work")
    page.get_by_role("navigation", name=re.compile("快捷|Quick")).get_by_role("link", name="车间看板").tap()
    expect(page.locator(".board-card")).to_have_count(15)
    no_wider_than_the_phone(page)
    picture(page, "board")
    page.locator(".board-chip").first.tap()
    page.locator(".board-card").first.tap()
    expect(page).to_have_url(re.compile(r"/repair-orders/"))
