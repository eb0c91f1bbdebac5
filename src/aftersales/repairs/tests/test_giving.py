"""A card dropped on the workshop board gives the order's work to somebody else, by the step its form takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from aftersales.repairs.models import RepairOrder
from aftersales.seeds.pytest_cast import CAST_AT, ClientOf
from aftersales.seeds.visits import Driver


@pytest.fixture(autouse=True)
def _on_the_day_of_the_visit() -> Iterator[None]:
    """A promise made during the visit must still lie ahead when the card is dropped."""
    with time_machine.travel(CAST_AT + timedelta(hours=1), tick=True):
        yield


def test_WORK_04_a_dropped_card_changes_technician_or_bay_and_nothing_else(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to("dispatched")
    order, people, bays = driver.order, driver.cast.staff, driver.cast.bays
    foreman, address = client_of("zheng"), f"/board/{driver.order.number}/give/"
    jobs = {line.pk: line.bay_id for line in order.lines.filter(kind="labour", consent="agreed")}
    promised = order.promised_at
    version = RepairOrder.objects.everywhere().get(pk=order.pk).version
    keys = {"version": version, "idempotency_key": "drop-0001"}
    given = foreman.post(address, {"technician": people["zhou"].pk, **keys})
    again = foreman.post(address, {"technician": people["zhou"].pk, **keys})
    assert (given.status_code, again.content) == (200, given.content)  # the same movement sent twice is one
    now = RepairOrder.objects.everywhere().get(pk=order.pk)
    assert (now.version, now.state, now.promised_at) == (version + 1, "dispatched", promised)
    assert {line.technician_id for line in now.lines.filter(pk__in=jobs)} == {people["zhou"].pk}
    assert {line.pk: line.bay_id for line in now.lines.filter(pk__in=jobs)} == jobs
    assert foreman.post(address, {"bay": bays["A3"].pk, "version": now.version}).status_code == 200
    assert {line.bay_id for line in now.lines.filter(pk__in=jobs)} == {bays["A3"].pk}
    assert {line.technician_id for line in now.lines.filter(pk__in=jobs)} == {people["zhou"].pk}


def test_a_dropped_card_is_refused_with_the_sentence_of_the_step(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to("dispatched")
    people, number = driver.cast.staff, driver.order.number
    version = RepairOrder.objects.everywhere().get(pk=driver.order.pk).version
    foreman = client_of("zheng")

    def drop(person: str = "zheng", number: str = number, **fields: int) -> tuple[int, dict[str, str]]:
        answer = (foreman if person == "zheng" else client_of(person)).post(f"/board/{number}/give/", fields)
        return answer.status_code, answer.json() if answer.headers["Content-Type"].endswith("json") else {}

    assert drop(technician=people["zhou"].pk, version=version - 1)[0] == 412  # somebody else was quicker
    assert drop(technician=people["lin"].pk + 10**6, version=version)[0] == 422
    assert drop(version=version)[0] == 422  # dropped on nothing
    assert drop("zhao", technician=people["zhou"].pk, version=version)[0] == 403
    assert drop("ma", technician=people["zhou"].pk, version=version)[0] == 404
    assert drop("ma", "SH01-RO26-99999", technician=people["zhou"].pk, version=version)[0] == 404
    line = driver.order.lines.filter(kind="labour", consent="agreed").first()
    line.required_certificate = "high_voltage"
    line.save(update_fields=["required_certificate"])
    status, told = drop(technician=people["zhou"].pk, version=version)
    assert (status, told["clause"]) == (409, "SAFE-06")
    assert RepairOrder.objects.everywhere().get(pk=driver.order.pk).version == version


def test_WORK_08_a_first_dispatch_goes_on_in_its_form_where_the_promise_is_made(
    driver: Driver, client_of: ClientOf
) -> None:
    driver.bring_to("authorized")
    zhou, bay = driver.cast.staff["zhou"], driver.cast.bays["A3"]
    foreman = client_of("zheng")
    answer = foreman.post(f"/board/{driver.order.number}/give/", {"technician": zhou.pk, "bay": bay.pk})
    form = foreman.get(answer.json()["form"]).content.decode()
    assert f'<option value="{zhou.pk}" selected>' in form
    assert f'<option value="{bay.pk}" selected>' in form
    assert RepairOrder.objects.everywhere().get(pk=driver.order.pk).state == "authorized"


def test_work_under_way_is_not_taken_out_of_somebodys_hands(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to("in_progress")
    order = RepairOrder.objects.everywhere().get(pk=driver.order.pk)
    order.lines.filter(kind="labour").exclude(work_state="started").update(work_state="finished")
    order.lines.filter(kind="labour").update(work_state="started")
    answer = client_of("zheng").post(
        f"/board/{order.number}/give/", {"technician": driver.cast.staff["zhou"].pk, "version": order.version}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_to_give")


@pytest.mark.parametrize(("person", "may"), [("zheng", True), ("lin", True), ("zhao", False), ("gu", False)])
def test_only_who_may_dispatch_can_take_a_card(person: str, may: bool, driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to("dispatched")
    page = client_of(person).get("/board/", {"station": driver.cast.station.pk}).content.decode()
    assert driver.order.number in page
    assert ("data-give" in page, "data-tray" in page) == (may, may)
    tray = client_of(person).get("/board/tray/", {"station": driver.cast.station.pk})
    assert tray.status_code == (200 if may else 403)
    assert (driver.cast.staff["zhou"].name in tray.content.decode()) == may


def test_the_tray_names_nobody_of_another_station(driver: Driver, client_of: ClientOf) -> None:
    tray = client_of("ma").get("/board/tray/", {"station": driver.cast.station.pk}).content.decode()
    assert f'data-key="{driver.cast.other_bays["A1"].pk}"' in tray
    assert f'data-key="{driver.cast.bays["A1"].pk}"' not in tray
    assert driver.cast.staff["zhou"].name not in tray
