"""The screens of the visit, as the people of the station use them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from aftersales.repairs import transitions
from aftersales.repairs.choices import Consent, OrderState
from aftersales.repairs.forms import ONE_TAP, STEP_FORMS
from aftersales.repairs.models import ProgressNotice, ReceivingForm, RepairOrder
from aftersales.repairs.queries import declined_work
from aftersales.repairs.services.pricing import LineWish
from aftersales.repairs.transitions import WORKFLOW
from aftersales.repairs.views import listing
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.visits import STRAIGHT_WAY, Driver
from aftersales.standards import checklists

type ClientOf = Callable[..., Client]
STATEMENTS_OF_THE_ORDER_PAGE = 34
STATEMENTS_OF_THE_LIST = 12
STATEMENTS_OF_THE_DESK = 30


def step_url(order: RepairOrder, name: str) -> str:
    return reverse("repairs:step", args=[order.number, name])


def ticked(field: str, clause: str) -> dict[str, str]:
    return {f"{field}-{item.code}": "1" for item in checklists.items(clause)}


def signed() -> str:
    import base64

    picture = Image.new("RGB", (120, 40), "white")
    for n in range(20, 100):
        for m in range(18, 22):
            picture.putpixel((n, m), (0, 0, 0))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def newcomer(**changes: str) -> dict[str, str]:
    """Return the reception's form for a customer and a car nobody has seen."""
    return {
        "new": "1",
        "idempotency_key": "reception-one",
        "owner-name": "陈建国",
        "owner-phone": "13800138000",
        "owner-kind": "person",
        "car-plate": "沪A12345",
        "car-vin": "LSVAM4187C2184847",
        "car-accept_oddities": "on",
        "concern_1": " 刹车时前面有吱吱声 ",
        "odometer_km": "３８５００",
        "energy_percent": "55",
        "visit_type": "repair",
        "papers": ["vehicle_licence", "maintenance_manual"],  # type: ignore[dict-item]
        **ticked("covers", "RECP-09"),
        **ticked("walkaround", "RECP-10"),
        **ticked("findings", "RECP-20"),
        "findings-tyres-note": "右前胎花纹 2.8 mm",
        "belongings": "行车记录仪\n停车卡",
        "damages-0-position": "left_front_door",
        "damages-0-kind": "scratch",
        "damages-0-note": "5 cm",
        "signed_by": "陈建国",
        "signed_on_paper": "on",
        **changes,
    }


@pytest.fixture
def desk(cast: Cast, goods: Goods, client_of: ClientOf) -> Callable[..., Any]:
    client = client_of("lin")

    def send(**changes: str) -> Any:
        return client.post(reverse("repairs:reception"), newcomer(advisor=str(cast.staff["lin"].pk), **changes))

    return send


# -- reception ---------------------------------------------------------------------------------------------------


def test_RECP_13_a_stranger_is_checked_in_on_one_page_with_nothing_retyped(desk: Callable[..., Any]) -> None:
    answer = desk(signature=signed())
    order = RepairOrder.objects.everywhere().get()
    assert answer.status_code == 303
    assert answer["Location"] == reverse("repairs:order", args=[order.number])
    form = ReceivingForm.objects.get(order=order)
    assert (order.plate, order.odometer_km, order.customer_name) == ("沪A12345", 38_500, "陈建国")
    assert form.belongings == ["行车记录仪", "停车卡"]
    assert form.findings["tyres"] == "右前胎花纹 2.8 mm"
    assert form.damages == [{"x": 0.39, "y": 0.8, "position": "left_front_door", "kind": "scratch", "note": "5 cm"}]
    assert form.signature is not None


def test_DIAG_01_the_customers_words_are_kept_as_they_were_said(desk: Callable[..., Any]) -> None:
    desk()
    assert RepairOrder.objects.everywhere().get().concerns.get().customer_words == " 刹车时前面有吱吱声 "


def test_a_form_sent_twice_makes_one_order(desk: Callable[..., Any]) -> None:
    first, second = desk(), desk()
    assert first["Location"] == second["Location"]
    assert RepairOrder.objects.everywhere().count() == 1


@pytest.mark.parametrize(
    ("missing", "clause"),
    [("covers-seat_cover", "RECP-09"), ("walkaround-body", "RECP-10"), ("papers", "RECP-11")],
)
def test_RECP_11_nothing_ticked_is_said_with_its_clause_and_what_was_typed_stays(
    missing: str, clause: str, desk: Callable[..., Any]
) -> None:
    answer = desk(**{missing: [] if missing == "papers" else ""})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert clause in page
    assert "LSVAM4187C2184847" in page
    assert "停车卡" in page
    assert not RepairOrder.objects.everywhere().exists()


def test_RECP_10_without_signature_no_car_is_taken_over(desk: Callable[..., Any]) -> None:
    answer = desk(signed_on_paper="")
    assert answer.status_code == 422
    assert not RepairOrder.objects.everywhere().exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("odometer_km", "NaN"),
        ("odometer_km", "9" * 40),
        ("energy_percent", "101"),
        ("concern_1", "\x00"),
        ("car-vin", "短"),
    ],
)
def test_impossible_input_is_said_at_its_field_and_never_an_error_page(
    field: str, value: str, desk: Callable[..., Any]
) -> None:
    answer = desk(**{field: value})
    assert answer.status_code == 422
    assert "field-errors" in answer.content.decode()


def test_RECP_12_a_falling_odometer_needs_its_reason(driver: Driver, cast: Cast, client_of: ClientOf) -> None:
    driver.bring_to(OrderState.ARCHIVED)
    form = newcomer(advisor=str(cast.staff["lin"].pk), vehicle=driver.order.vehicle.number, odometer_km="38000")
    for name in [name for name in form if name.startswith(("owner-", "car-"))]:
        del form[name]
    lin = client_of("lin")
    assert lin.post(reverse("repairs:reception"), form).status_code == 422
    form |= {"odometer_reason": "更换组合仪表", "idempotency_key": "reception-two"}
    assert lin.post(reverse("repairs:reception"), form).status_code == 303


def test_EST_09_declined_work_survives_and_is_offered_again(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to(OrderState.ESTIMATED)
    line = driver.order.all_lines()[0]
    driver.authorize({line.pk: Consent.DECLINED.value})
    for move in ("dispatch", "issue", "work", "complete", "inspect", "wash", "take_over", "settle", "pay", "release"):
        getattr(driver, move)()
    lin = client_of("lin")
    page = lin.get(reverse("repairs:reception"), {"vehicle": driver.order.vehicle.number}).content.decode()
    assert line.text in page
    assert "客户下次再做" in page
    assert [work.text for work in declined_work(driver.cast.lin, driver.order.vehicle_id)] == [line.text]

    driver.check_in(customer=driver.order.customer, vehicle=driver.order.vehicle, odometer_km=39_000)
    driver.diagnose()
    offered = declined_work(driver.cast.lin, driver.order.vehicle_id, besides=driver.order)[0]
    answer = lin.post(
        step_url(driver.order, "add_lines"),
        {"pick": f"declined-{offered.line_id}", "payer": "customer", "version": driver.order.version},
    )
    assert answer.status_code == 303
    assert driver.order.lines.get().text == line.text
    assert declined_work(driver.cast.lin, driver.order.vehicle_id, besides=driver.order) == []


def test_RECP_07_the_search_finds_a_plate_and_opens_its_card(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to(OrderState.RELEASED)
    answer = client_of("lin").get(reverse("repairs:reception"), {"q": "沪A12345"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain
    assert driver.order.vehicle.vin in page
    assert driver.order.number in page


def test_the_desk_costs_the_same_however_long_the_history(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to(OrderState.RELEASED)
    lin = client_of("lin")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        lin.get(reverse("repairs:reception"), {"vehicle": driver.order.vehicle.number})
    assert len(seen) <= STATEMENTS_OF_THE_DESK, [query["sql"][:120] for query in seen.captured_queries]


def test_the_desk_is_for_those_who_receive(cast: Cast, client_of: ClientOf) -> None:
    assert client_of("he").get(reverse("repairs:reception")).status_code == 403


# -- one order ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state, _moves in STRAIGHT_WAY])
def test_WORK_09_the_page_shows_the_visit_in_every_state(state: str, driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(state)
    for person in ("lin", "zhao", "sun", "he", "wu"):
        client = client_of(person)
        answer = client.get(reverse("repairs:order", args=[order.number]))
        assert answer.status_code == 200, person
        assert order.number in answer.content.decode()
        for offer in WORKFLOW.offers(order, driver.cast.actors[person]):
            if offer.step.name in STEP_FORMS:
                asked = client.get(step_url(order, offer.step.name))
                assert asked.status_code == 200, (person, offer.step.name)


def test_every_step_has_a_form_and_every_form_a_step() -> None:
    by_billing = {"settle", "reopen_settlement", "note_payment"}
    assert set(STEP_FORMS) | by_billing >= set(WORKFLOW.by_name) - {"request_parts", "report_finding"}
    assert set(WORKFLOW.by_name) >= ONE_TAP


def test_a_foreign_and_a_missing_order_look_alike(driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(OrderState.RECEIVED)
    ma = client_of("ma")
    foreign = ma.get(reverse("repairs:order", args=[order.number]))
    missing = ma.get(reverse("repairs:order", args=["SH01-RO26-99999"]))
    assert foreign.status_code == missing.status_code == 404
    strip = re.compile(r'(nonce|value|content|data-csrf)="[^"]*"|RO26-\d+')
    assert strip.sub("", foreign.content.decode()) == strip.sub("", missing.content.decode())
    assert ma.post(step_url(order, "diagnose"), {}).status_code == 404


def test_the_order_page_costs_the_same_for_two_lines_and_for_forty(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to(OrderState.DIAGNOSED)
    lin = client_of("lin")
    address = reverse("repairs:order", args=[driver.order.number])

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            lin.get(address)
        return len(seen)

    lin.get(address)
    driver.order = transitions.add_lines(
        driver.order, driver.cast.lin, driver.tick(), wishes=[LineWish("labour", driver.goods.operations["JX-101"].pk)]
    )
    few = cost()
    driver.order = transitions.add_lines(
        driver.order,
        driver.cast.lin,
        driver.tick(),
        wishes=[LineWish("labour", driver.goods.operations["JX-102"].pk)] * 40,
    )
    assert cost() == few
    assert few <= STATEMENTS_OF_THE_ORDER_PAGE


def test_a_refusal_cites_the_clause_and_keeps_what_was_typed(driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(OrderState.COMPLETED)
    answer = client_of("fang").post(
        step_url(order, "inspect"),
        {"inspector_id": driver.cast.staff["fang"].pk, "road_test_result": "怠速平稳", "version": order.version},
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "QC-06" in page
    assert "怠速平稳" in page
    assert RepairOrder.objects.everywhere().get(pk=order.pk).state == OrderState.COMPLETED


def test_a_stale_form_is_refused_with_what_changed_and_keeps_its_input(driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(OrderState.RECEIVED)
    seen = order.version
    transitions.tell_progress(order, driver.cast.lin, driver.tick(), text="已拆检")
    answer = client_of("lin").post(
        step_url(order, "tell_progress"), {"text": "配件已到", "channel": "phone", "version": seen}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "配件已到" in page
    assert "已拆检" in page
    assert ProgressNotice.objects.count() == 1


def test_htmx_gets_the_form_alone_and_after_it_the_changed_regions(driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(OrderState.RECEIVED)
    client = client_of("lin", **{"HX-Request": "true", "HX-Target": "ro-form"})
    part = client.get(step_url(order, "tell_progress")).content.decode()
    assert part.lstrip().startswith('<div id="ro-form"')
    done = client.post(
        step_url(order, "tell_progress"), {"text": "配件已到", "channel": "phone", "version": order.version}
    )
    page = done.content.decode()
    assert done.status_code == 200
    for region in ("ro-state", "ro-journal"):
        assert re.search(rf'<div hx-swap-oob="true" id="{region}"', page), region
    assert "配件已到" in page


def test_EST_02_the_customer_signs_on_the_screen(driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(OrderState.ESTIMATED)
    answers = {f"line_{line.pk}": "agreed" for line in order.all_lines()}
    form = {"given_by": "陈建国", "method": "signature", "version": order.version, **answers}
    lin = client_of("lin")
    assert lin.post(step_url(order, "authorize"), form).status_code == 422
    assert lin.post(step_url(order, "authorize"), form | {"signature": signed()}).status_code == 303
    fresh = RepairOrder.objects.everywhere().get(pk=order.pk)
    assert fresh.state == OrderState.AUTHORIZED
    assert all(record.signature_id for record in fresh.consents.all())


def test_EST_01_an_undecided_line_holds_the_car_back(driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(OrderState.ESTIMATED)
    form = {"given_by": "陈建国", "method": "paper", "version": order.version}
    answer = client_of("lin").post(step_url(order, "authorize"), form)
    assert answer.status_code == 409
    assert "EST-01" in answer.content.decode()


def test_photos_are_kept_with_the_order_and_other_files_refused(driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(OrderState.RECEIVED)
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(out, "JPEG")
    out.name = "车头.jpg"
    zhao = client_of("zhao")
    address = reverse("repairs:photos", args=[order.number])
    out.seek(0)
    assert zhao.post(address, {"photos": out, "caption": "左前轮"}).status_code == 303
    assert "左前轮" in zhao.get(reverse("repairs:order", args=[order.number])).content.decode()
    fake = io.BytesIO(b"<svg onload=alert(1)>")
    fake.name = "x.svg"
    assert zhao.post(address, {"photos": fake}).status_code == 422


# -- the list ----------------------------------------------------------------------------------------------------


def test_WORK_01_the_list_filters_and_costs_the_same_for_many(driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(OrderState.DIAGNOSED)
    lin = client_of("lin")
    address = reverse("repairs:orders")
    for query in ({}, {"q": "沪A12345"}, {"q": order.number}, {"state": "diagnosed"}, {"scope": "all"}):
        assert order.number in lin.get(address, query).content.decode(), query
    for query in ({"scope": "historical"}, {"state": "washed"}, {"q": "粤B99999"}, {"received_from": "2030-01-01"}):
        assert order.number not in lin.get(address, query).content.decode(), query
    assert order.number not in client_of("ma").get(address).content.decode()
    with CaptureQueriesContext(connection) as seen:
        lin.get(address, {"cursor": "nonsense", "received_from": "٣", "advisor": "x"})
    assert len(seen) <= STATEMENTS_OF_THE_LIST


def test_the_list_goes_on_by_key_from_either_end(
    driver: Driver, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(listing, "PAGE_SIZE", 1)
    first = driver.bring_to(OrderState.RELEASED)
    driver.check_in(customer=first.customer, vehicle=first.vehicle, odometer_km=39_000)
    lin = client_of("lin")
    page = lin.get(reverse("repairs:orders"), {"scope": "all"}).content.decode()
    assert driver.order.number in page
    assert first.number not in page
    last = lin.get(reverse("repairs:orders"), {"scope": "all", "last": "1"}).content.decode()
    assert first.number in last
    assert driver.order.number not in last
