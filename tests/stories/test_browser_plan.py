"""Drag and drop in a real browser: a booking on the day's plan, a card on the workshop board; refusals put it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from aftersales.appointments import transitions as bookings
from aftersales.appointments.models import Appointment
from aftersales.appointments.rules import ItemDraft
from aftersales.appointments.tests.test_screens import tomorrow_ten
from aftersales.repairs.choices import OrderState
from aftersales.repairs.models import OrderLine
from aftersales.seeds.cast import Cast
from aftersales.seeds.visits import Driver
from tests.stories.test_browser_visit import House, house

__all__ = ["house"]


def booked(cast: Cast, plate: str, at: datetime, bay: str, technician: str) -> Appointment:
    return bookings.book(
        cast.lin,
        timezone.now(),
        station=cast.station,
        contact_name="陈先生",
        contact_phone="13812345678",
        plate=plate,
        model_name="M5",
        concern="刹车异响",
        items=[ItemDraft(text="检查刹车", hours=Decimal(1), price=Decimal("200.00"))],
        arrives_at=at,
        duration_minutes=60,
        bay=cast.bays[bay],
        technician=cast.staff[technician],
        advisor=cast.staff["lin"],
        documents_to_bring="行驶证",
        terms_told=True,
    )


def drag(page: Page, what: Locator, x: float, y: float) -> None:
    """Take it in the middle and put it down `x`, `y` pixels further."""
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    from_x, from_y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(from_x, from_y)
    page.mouse.down()
    page.mouse.move(from_x + x / 2, from_y + y / 2, steps=4)
    page.mouse.move(from_x + x, from_y + y, steps=8)
    page.mouse.up()


def between(one: Locator, other: Locator) -> tuple[float, float]:
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    return b["x"] - a["x"], b["y"] - a["y"]


@pytest.mark.usefixtures("django_db_setup")
def test_APPT_09_a_booking_is_dragged_to_another_bay_and_a_taken_one_refuses_it(house: House, cast: Cast) -> None:
    moving = booked(cast, "沪A12345", tomorrow_ten(), "A1", "zhao")
    booked(cast, "沪B88888", tomorrow_ten() + timedelta(hours=2), "A2", "zhou")
    page = house.page_of("lin")
    page.goto(f"/appointments/?day={tomorrow_ten():%Y-%m-%d}")
    mine = page.locator(".ec-event", has_text="沪A12345").first
    taken = page.locator(".ec-event", has_text="沪B88888").first
    taken.wait_for()
    ask, reason = page.locator("#booking-move"), page.locator("#booking-move-reason")

    # dropped, but thought better of
    drag(page, mine, *between(mine, taken))
    expect(ask.locator("[data-dialog-words]")).to_contain_text("12:00–13:00")
    ask.get_by_role("button", name="不移动").click()
    expect(mine).to_contain_text("10:00")

    # onto the other booking: the step's sentence with its clause, and back again
    before = mine.bounding_box()
    drag(page, mine, *between(mine, taken))
    reason.fill("换工位")
    reason.press("Enter")
    expect(page.locator("#messages")).to_contain_text("APPT-09")
    assert mine.bounding_box() == before
    assert Appointment.objects.everywhere().get(pk=moving.pk).reschedule_count == 0

    # an hour later in the other bay
    x, y = between(mine, taken)
    drag(page, mine, x / 2, y)
    reason.fill("客户改时间")
    reason.press("Enter")
    expect(page.locator("#messages")).to_contain_text("已移动")
    expect(mine).to_contain_text("11:00")
    moved = Appointment.objects.everywhere().get(pk=moving.pk)
    assert (moved.bay, moved.technician) == (cast.bays["A2"], cast.staff["zhao"])
    assert (moved.arrives_at, moved.reschedule_count) == (tomorrow_ten() + timedelta(hours=1), 1)

    # the keyboard's way: Enter opens the booking, its list line the form
    mine.press("Enter")
    page.wait_for_url(f"**/appointments/{moving.number}/")
    assert house.errors == []


@pytest.mark.usefixtures("django_db_setup")
def test_WORK_04_a_card_of_the_board_is_dragged_to_another_technician(house: House, driver: Driver) -> None:
    driver.at = timezone.now() - timedelta(minutes=30)
    driver.bring_to(OrderState.DISPATCHED)
    page = house.page_of("zheng")
    page.goto("/board/")
    card, zhou = page.locator("a[data-give]"), page.locator("[data-tray] [data-place]", has_text="周立")
    zhou.wait_for(state="attached")
    expect(page.locator("[data-tray]")).to_be_hidden()
    box = card.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=4)
    place = zhou.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 20, place["y"] + 20, steps=6)
    page.mouse.up()
    expect(page.locator("#messages")).to_contain_text("派工")
    expect(page.locator("#workshop-board")).to_contain_text("周立")
    jobs = OrderLine.objects.filter(order=driver.order, kind="labour", consent="agreed")
    assert {line.technician_id for line in jobs} == {driver.cast.staff["zhou"].pk}

    # put down beside the tray nothing happens, and a click is still a link
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] - 20, steps=4)
    page.mouse.up()
    expect(page.locator("[data-tray]")).to_be_hidden()
    card.click()
    page.wait_for_url(f"**/repair-orders/{driver.order.number}/")
    assert house.errors == []
