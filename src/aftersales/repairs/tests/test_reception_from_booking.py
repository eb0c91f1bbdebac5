"""The reception opened from a booking (`?appointment=`): what was told on the telephone is not asked again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from aftersales.appointments import transitions as bookings
from aftersales.appointments.models import Appointment, Slot
from aftersales.appointments.rules import ItemDraft
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.tests.test_pages import ticked
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.pytest_cast import CAST_AT, ClientOf
from aftersales.seeds.visits import Driver

DESK = reverse("repairs:reception")
ARRIVES_AT = CAST_AT + timedelta(days=1, hours=2)
AT_THE_CAR = {
    "energy_percent": "60",
    "papers": ["vehicle_licence", "maintenance_manual"],
    **ticked("covers", "RECP-09"),
    **ticked("walkaround", "RECP-10"),
    **ticked("findings", "RECP-20"),
    "signed_on_paper": "on",
}


class Filled(HTMLParser):
    """What a browser would send of the page's last form, with nothing typed."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.area, self.select = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, kind = found.get("name") or "", found.get("type") or "text"
        if tag == "form":
            self.values = {}
        elif tag == "textarea":
            self.area = name
            self.values[name] = [""]
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in found or self.select not in self.values):
            self.values[self.select] = [found.get("value") or ""]
        elif tag == "input" and name and kind not in ("submit", "button", "file"):
            is_sent = kind not in ("checkbox", "radio") or "checked" in found
            self.values.setdefault(name, []).extend([found.get("value") or ""] if is_sent else [])

    def handle_endtag(self, tag: str) -> None:
        self.area = "" if tag == "textarea" else self.area
        self.select = "" if tag == "select" else self.select
        self.values = {name: sent for name, sent in self.values.items() if sent or tag != "form"}

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] = [self.values[self.area][0] + data.removeprefix("\n")]


def as_sent(client: Client, number: str) -> dict[str, list[str]]:
    """Return the check-in form of the page as it stands, ready to be posted."""
    page = client.get(DESK, {"appointment": number})
    assert page.status_code == 200
    text = page.content.decode()
    begin = text.index(f'<form method="post" action="{DESK}"')
    filled = Filled()
    filled.feed(text[begin : text.index("</form>", begin)])
    return filled.values


def booked(cast: Cast, **terms: Any) -> Appointment:
    return bookings.book(
        cast.lin,
        CAST_AT,
        station=cast.station,
        concern="刹车有吱吱声,冷车明显",
        items=[ItemDraft(text="检查刹车", hours=Decimal(1), price=Decimal("200.00"))],
        arrives_at=ARRIVES_AT,
        duration_minutes=60,
        bay=cast.bays["A2"],
        technician=cast.staff["zhao"],
        advisor=cast.staff["wu"],
        documents_to_bring="行驶证",
        terms_told=True,
        **terms,
    )


@pytest.fixture
def known(driver: Driver) -> Appointment:
    """A booking of a car that has been here before, taken from the customer's page."""
    driver.at = CAST_AT - timedelta(days=30)
    driver.bring_to("released")
    order = driver.order
    return booked(
        driver.cast, customer=order.customer, vehicle=order.vehicle, contact_name="陈建国",
        contact_phone="13800138000", plate=order.plate, model_name="M5",
    )  # fmt: skip


def test_RECP_13_a_known_visitor_with_a_booking_types_the_odometer_only(
    known: Appointment, client_of: ClientOf
) -> None:
    with time_machine.travel(ARRIVES_AT, tick=True):
        lin = client_of("lin")
        form = as_sent(lin, known.number)
        assert form["concern_1"] == ["刹车有吱吱声,冷车明显"]
        assert form["advisor"] == [str(known.advisor_id)]
        assert not [name for name in form if name.startswith("car-")]  # the car is on file: nothing to fill in
        assert form["customer"] == [known.customer.number]
        answer = lin.post(DESK, form | AT_THE_CAR | {"odometer_km": ["41200"]})
        assert answer.status_code == 303, answer.content.decode()
    order = RepairOrder.objects.everywhere().get(appointment=known)
    known.refresh_from_db()
    assert (known.state, order.state) == ("arrived", "received")
    assert (order.customer_id, order.vehicle_id) == (known.customer_id, known.vehicle_id)
    assert (order.advisor_id, order.contact_phone) == (known.advisor_id, "13800138000")
    assert order.concerns.get().customer_words == "刹车有吱吱声,冷车明显"
    held = Slot.objects.everywhere().filter(state="held", holder_id=order.pk, holder_kind="repairs.repairorder")
    assert {slot.bay_id or slot.technician_id for slot in held} == {known.bay_id, known.technician_id}


def test_RECP_13_what_a_stranger_told_on_the_telephone_stands_in_the_form(
    cast: Cast, goods: Goods, client_of: ClientOf
) -> None:
    booking = booked(cast, contact_name="王丽", contact_phone="13911112222", plate="沪C34567", model_name="M5 1.5T")
    with time_machine.travel(ARRIVES_AT, tick=True):
        lin = client_of("lin")
        form = as_sent(lin, booking.number)
        told = {
            "owner-name": "王丽", "owner-phone": "13911112222", "car-plate": "沪C34567", "car-model_name": "M5 1.5T",
            "concern_1": "刹车有吱吱声,冷车明显", "signed_by": "王丽",
        }  # fmt: skip
        assert {name: form[name] for name in told} == {name: [text] for name, text in told.items()}
        licence = {"car-vin": ["LSVAM4187C2184847"], "car-accept_oddities": ["on"], "odometer_km": ["38500"]}
        assert lin.post(DESK, form | AT_THE_CAR | licence).status_code == 303
    order = RepairOrder.objects.everywhere().get(appointment=booking)
    assert (order.customer_name, order.plate) == ("王丽", "沪C34567")


def test_a_foreign_booking_opens_no_reception(known: Appointment, client_of: ClientOf) -> None:
    foreign = client_of("ma").get(DESK, {"appointment": known.number})
    missing = client_of("ma").get(DESK, {"appointment": "SH01-AP26-99999"})
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert known.contact_phone not in foreign.content.decode()


def test_the_checklists_of_the_desk_speak_the_readers_language(cast: Cast, client_of: ClientOf) -> None:
    lin = client_of("lin")
    chinese = lin.get(DESK, {"new": "1"}).content.decode()
    lin.cookies["django_language"] = "en"
    english = lin.get(DESK, {"new": "1"}).content.decode()
    for title, title_en in (("环车检查", "Walk-around inspection"), ("车辆防护三件套", "Three-piece protective set")):
        assert (title in chinese, title_en in chinese) == (True, False)
        assert (title in english, title_en in english) == (False, True)
