"""The main job in a real browser: one vehicle through its whole visit, in Chinese, each step by whose job it is."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from aftersales.billing.models import Settlement
from aftersales.repairs.choices import OrderState
from aftersales.repairs.models import RepairOrder
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.visits import Driver

PICTURES = os.environ.get("AFTERSALES_PICTURES", "")
expect.set_options(timeout=20_000)
WIDE = {"width": 1440, "height": 900}


class House:
    """Browsers of the people of the station, each signed in."""

    def __init__(self, browser: Browser, address: str, sign_in: Callable[[str], Client]) -> None:
        self.browser, self.address, self.sign_in = browser, address, sign_in
        self.open: dict[str, Page] = {}
        self.contexts: list[BrowserContext] = []
        self.errors: list[str] = []
        self.shots = 0

    def page_of(self, person: str) -> Page:
        if person not in self.open:
            context = self.browser.new_context(viewport=WIDE, locale="zh-CN", base_url=self.address)
            cookie = self.sign_in(person).cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.address}])
            context.set_default_timeout(20_000)  # generous: the first page of a run also compiles every template
            context.set_default_navigation_timeout(40_000)
            page = context.new_page()
            page.on("pageerror", lambda error: self.errors.append(f"{person}: {error}"))
            self.contexts.append(context)
            self.open[person] = page
        return self.open[person]

    def picture(self, page: Page, name: str) -> None:
        """Keep a picture at both widths where somebody asked for them."""
        if not PICTURES:
            return
        self.shots += 1
        folder = Path(PICTURES)
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=folder / f"{self.shots:02}-{name}-{width}.png", full_page=True)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]


@pytest.fixture
def house(browser: Browser, live_server, client_of) -> Iterator[House]:  # type: ignore[no-untyped-def]
    made = House(browser, live_server.url, client_of)
    yield made
    for context in made.contexts:
        context.close()


def sign(page: Page, field: str = "[data-signature]") -> None:
    """Draw a line in the signature box."""
    box = page.locator(f"{field} canvas").first
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    assert place is not None
    x, y = place["x"] + 40, place["y"] + 60
    page.mouse.move(x, y)
    page.mouse.down()
    for n in range(1, 9):
        page.mouse.move(x + n * 15, y + (12 if n % 2 else -12))
    page.mouse.up()


# The database is made before the browser starts: Playwright's event loop in this thread would stop Django from it.
@pytest.mark.usefixtures("django_db_setup")
def test_a_vehicle_goes_through_its_whole_visit_in_the_browser(house: House, cast: Cast, goods: Goods) -> None:
    # -- 接车: a stranger with a car nobody has seen
    lin = house.page_of("lin")
    lin.goto("/reception/")
    house.picture(lin, "reception-empty")
    lin.keyboard.type("沪A12345")
    lin.keyboard.press("Enter")
    lin.locator("#id_car-vin").fill("LSVAM4187C2184847")
    lin.locator("#id_owner-name").fill("陈建国")
    lin.locator("#id_owner-phone").fill("13800138000")
    expect(lin.locator("#id_car-plate")).to_have_value("沪A12345")
    lin.locator("#id_car-model").select_option(label="明达 M5 1.5T 豪华型")
    lin.locator("#id_car-accept_oddities").check()
    lin.locator("#id_concern_1").fill("刹车的时候前面有吱吱的响声,早上冷车最明显")
    lin.locator("#id_odometer_km").fill("38500")
    lin.locator("#id_energy_percent").fill("55")
    lin.locator("#id_belongings").fill("行车记录仪\n停车卡")
    lin.locator("#id_signed_by").fill("陈建国")
    lin.get_by_role("button", name=re.compile("Confirm all|全部确认")).click()
    sign(lin)
    house.picture(lin, "reception-filled")
    lin.locator("form button[type=submit].btn-lg").click()
    lin.wait_for_url(re.compile("/repair-orders/"))
    address = lin.url
    order = RepairOrder.objects.everywhere().get()
    assert order.state == OrderState.RECEIVED
    house.picture(lin, "order-received")

    def step(person: str, name: str) -> Page:
        page = house.page_of(person)
        page.goto(address)
        page.locator(f"#ro-actions a[href$='steps/{name}/']").click()
        page.locator("#ro-form form[method=post]").wait_for()
        return page

    def tap(person: str, name: str) -> None:
        page = house.page_of(person)
        page.goto(address)
        page.locator(f"#ro-actions form[action$='steps/{name}/'] button").click()
        expect(page.locator("#messages [data-tone=success]")).to_be_visible()

    def send(page: Page, reached: str = "") -> None:
        page.locator("#ro-form form[method=post] .form-actions button[type=submit]").click()
        expect(page.locator("#messages [data-tone=success]")).to_be_visible()
        expect(page.locator("#ro-form form")).to_have_count(0)
        if reached:
            assert RepairOrder.objects.everywhere().get(pk=order.pk).state == reached

    # -- 诊断、估价、授权
    page = step("lin", "diagnose")
    page.locator("#id_c1_cause").fill("前制动片磨损到限(余2.1 mm)")
    page.locator("#id_c1_correction").fill("更换前制动片并清洁导向销")
    page.locator("#id_c1_coverage").select_option("outside")
    page.locator("#id_repair_plan").fill("更换前制动片,清洁润滑制动卡钳,路试确认")
    house.picture(page, "diagnose")
    send(page, OrderState.DIAGNOSED)

    page = step("lin", "add_lines")
    page.locator("input[name=pick][value^=labour]").first.wait_for()
    page.locator(f"[value=labour-{goods.operations['JX-101'].pk}]").check()
    house.picture(page, "add-lines")
    send(page)
    page = step("lin", "add_lines")
    page.locator("#ro-form input[name=q]").fill("ZD-FP")
    pads = page.locator(f"[value=part-{goods.parts['ZD-FP-01'].pk}]")
    pads.wait_for()
    pads.check()
    page.locator("#id_job").select_option(index=1)
    send(page)
    page = step("lin", "estimate")
    house.picture(page, "estimate")
    send(page, OrderState.ESTIMATED)

    page = step("lin", "authorize")
    page.get_by_role("button", name=re.compile("Agree to all|全部同意")).click()
    sign(page, "#ro-form [data-signature]")
    house.picture(page, "authorize")
    send(page, OrderState.AUTHORIZED)

    # -- 派工、领料、维修
    page = step("zheng", "dispatch")
    page.locator("select[name^=technician_]").select_option(label="赵强")
    page.locator("select[name^=bay_]").select_option(index=2)
    promised = timezone.localtime() + timedelta(hours=4)
    page.locator("#id_promised_at").fill(promised.strftime("%Y-%m-%dT%H:%M"))
    house.picture(page, "dispatch")
    send(page, OrderState.DISPATCHED)

    page = step("sun", "issue_parts")
    house.picture(page, "issue-parts")
    send(page)
    zhao = house.page_of("zhao")
    zhao.goto(address)
    zhao.locator("#ro-lines form[action$='steps/start_work/'] button").click()
    zhao.locator("#ro-lines form[action$='steps/finish_work/'] button").wait_for()
    house.picture(zhao, "order-in-progress")
    zhao.locator("#ro-lines form[action$='steps/finish_work/'] button").click()
    expect(zhao.locator("#ro-lines form[action$='steps/finish_work/']")).to_have_count(0)

    page = step("zhao", "complete")
    page.get_by_role("button", name=re.compile("Confirm all|全部确认")).click()
    page.locator("#id_repair_report").fill("拆检前轮,制动片余2.1 mm,已更换;路试无异响。")
    house.picture(page, "complete")
    send(page, OrderState.COMPLETED)

    # -- 终检、洗车、交车准备
    page = step("fang", "inspect")
    page.get_by_role("button", name=re.compile("Confirm all|全部确认")).click()
    page.locator("#id_road_test_km").fill("3")
    page.locator("#id_road_test_result").fill("正常")
    house.picture(page, "inspect")
    send(page, OrderState.INSPECTED)
    tap("luo", "wash")
    page = step("lin", "take_over")
    page.get_by_role("button", name=re.compile("Confirm all|全部确认")).click()
    house.picture(page, "take-over")
    send(page, OrderState.READY)
    tap("lin", "explain_items")

    # -- 结算、收款
    settle_and_pay(house, order)

    # -- 交车、归档
    page = step("lin", "release")
    page.get_by_role("button", name=re.compile("Confirm all|全部确认")).click()
    page.locator("input[name=old_parts][value=returned]").check()
    house.picture(page, "release")
    send(page, OrderState.RELEASED)
    tap("tao", "archive")
    tao = house.page_of("tao")
    expect(tao.locator("#ro-actions form")).to_have_count(0)
    assert RepairOrder.objects.everywhere().get(pk=order.pk).state == OrderState.ARCHIVED
    house.picture(tao, "order-archived")
    lin.goto("/repair-orders/?scope=all")
    house.picture(lin, "orders")
    assert house.errors == []


def settle_and_pay(house: House, order: RepairOrder) -> None:
    """The cashier finds the order at the counter, posts its sheet and takes the money."""
    he = house.page_of("he")
    he.goto("/")
    he.get_by_role("navigation", name="主导航").get_by_role("link", name="收银").click()
    he.wait_for_url("**/cashier/")
    house.picture(he, "cashier")
    he.locator("main").get_by_role("link", name=order.number).first.click()
    he.get_by_role("heading", name=order.number).wait_for()
    house.picture(he, "settlement-preview")
    he.get_by_role("button", name="结算过账").click()
    expect(he.locator("#messages [data-tone=success]")).to_be_visible()
    assert RepairOrder.objects.everywhere().get(pk=order.pk).state == OrderState.SETTLED
    sheet = Settlement.objects.everywhere().get(order=order)
    assert sheet.gross > 0
    expect(he.locator("#id_amount")).to_have_value(str(sheet.due))  # the amount stands there already
    he.locator("input[name=method][value=wechat]").check()
    he.locator("#id_reference").fill("4200001")
    house.picture(he, "take-payment")
    he.get_by_role("button", name="收款", exact=True).click()
    expect(he.locator("#messages [data-tone=success]")).to_be_visible()
    expect(he.get_by_role("button", name="收款", exact=True)).to_have_count(0)
    sheet.refresh_from_db(from_queryset=Settlement.objects.everywhere())
    assert (sheet.due, sheet.paid) == (0, sheet.gross)
    assert [payment.method for payment in sheet.payments.all()] == ["wechat"]
    house.picture(he, "paid")


@pytest.mark.usefixtures("django_db_setup")
def test_a_known_vehicle_is_checked_in_with_six_inputs(house: House, driver: Driver) -> None:
    driver.bring_to(OrderState.RELEASED)
    lin = house.page_of("lin")
    lin.goto("/reception/")
    inputs = 0

    def once(done: object) -> None:
        nonlocal inputs
        inputs += 1

    once(lin.keyboard.type("沪A12345\n"))
    lin.locator("#id_odometer_km").wait_for()
    house.picture(lin, "reception-known")
    once(lin.locator("#id_odometer_km").fill("41200"))
    once(lin.locator("#id_concern_1").fill("到了保养里程,顺便看看空调不太凉"))
    once(lin.get_by_role("button", name=re.compile("Confirm all|全部确认")).click())
    once(sign(lin))
    once(lin.locator("form button[type=submit].btn-lg").click())
    lin.wait_for_url(re.compile("/repair-orders/"))
    assert inputs <= 6
    order = RepairOrder.objects.everywhere().order_by("-pk")[0]
    assert (order.state, order.vehicle_id, order.odometer_km) == (OrderState.RECEIVED, driver.order.vehicle_id, 41_200)
    assert house.errors == []
