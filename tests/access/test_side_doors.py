"""A2: doors beside the pages and lists obey the same fence: replayed messages, other systems' calls, imported rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from aftersales.customers.models import Customer
from aftersales.customers.services import register_customer
from aftersales.exchange import services, writing
from aftersales.exchange.models import ImportJob
from aftersales.exchange.services import Upload
from aftersales.notifications import webhooks
from aftersales.notifications.choices import MessageState
from aftersales.notifications.models import Message, WebhookEndpoint
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import CAST_AT, ClientOf
from aftersales.seeds.visits import Driver
from aftersales.vehicles.models import Vehicle
from aftersales.vehicles.services import register_vehicle
from tests.access.openapi import KEYS
from tests.access.test_operations import STRANGERS, same
from tests.access.world import SECRET, World


@pytest.fixture(autouse=True)
def _no_memory() -> Iterator[None]:
    webhooks.forget_subscriptions()
    yield
    webhooks.forget_subscriptions()


@pytest.mark.parametrize("who", STRANGERS)
def test_A2_nobody_replays_another_stations_message(
    who: str, world: World, strangers: None, client_of: ClientOf, api_of: ClientOf
) -> None:
    key = world.keys["/messages"]
    before = Message.objects.everywhere().get(pk=key)
    assert before.state == MessageState.PARKED
    page, api = client_of(who), api_of(who)
    answers = []
    for message in (key, 2**40 + 7):
        posted = page.post(f"/inbox/outbox/{message}/send-again/", headers={"X-Request-ID": "side-door-1"})
        headers = {"X-Request-ID": "side-door-1", "Idempotency-Key": next(KEYS), "If-Match": '"1"'}
        asked = api.post(f"/api/messages/{message}/send-again", "{}", content_type="application/json", headers=headers)
        answers.append((posted, asked))
    (posted, asked), (posted_nowhere, asked_nowhere) = answers
    assert posted.status_code == posted_nowhere.status_code
    assert posted.status_code in (403, 404)
    assert same(asked, asked_nowhere)
    assert asked.status_code in (403, 404)
    after = Message.objects.everywhere().get(pk=key)
    assert (after.state, after.tries, after.next_try_at) == (before.state, before.tries, before.next_try_at)


def test_A2_an_endpoint_of_one_station_hears_nothing_of_another(driver: Driver, cast: Cast) -> None:
    """Also what its deliveries replay: there is no message of another station to send again."""
    here, there, everywhere = (
        WebhookEndpoint.objects.create(
            name=name, url=f"https://{name}.example.com/", events=["*"], secret="whsec_x", created_at=CAST_AT,
            station=station,
        )
        for name, station in (("here", cast.station), ("there", cast.other_station), ("all", None))
    )  # fmt: skip
    webhooks.forget_subscriptions()
    driver.bring_to("diagnosed")
    told = Message.objects.everywhere().filter(channel="webhook", subject_kind="repairs.repairorder")
    assert told.filter(endpoint=here).exists()
    assert told.filter(endpoint=everywhere).exists()
    assert not told.filter(endpoint=there).exists()


def rows_of(station_id: int) -> dict[str, list[str]]:
    """Every row of the station's customers and vehicles as text, with phones, plates and people."""
    with connection.cursor() as cursor:
        told: dict[str, list[str]] = {}
        for table, hangs_by in (
            ("customers_customer", "station_id = %s"),
            ("customers_customerphone", "customer_id IN (SELECT id FROM customers_customer WHERE station_id = %s)"),
            ("vehicles_vehicle", "station_id = %s"),
            ("vehicles_plateholding", "vehicle_id IN (SELECT id FROM vehicles_vehicle WHERE station_id = %s)"),
            ("vehicles_party", "vehicle_id IN (SELECT id FROM vehicles_vehicle WHERE station_id = %s)"),
        ):
            cursor.execute(f"SELECT t::text FROM {table} t WHERE {hangs_by} ORDER BY 1", [station_id])
            told[table] = [row for (row,) in cursor.fetchall()]
    return told


def test_A2_rows_of_an_import_neither_find_nor_change_another_stations_records(
    cast: Cast, settings: Any, tmp_path: Path, client_of: ClientOf, api_of: ClientOf
) -> None:
    """The same person with the same car is on file at the other station: the import does not know it."""
    settings.MEDIA_ROOT = tmp_path
    theirs = register_customer(
        cast.ma, CAST_AT, station=cast.other_station, name="陈建国", phones=["13800138000"], address=SECRET
    )
    register_vehicle(
        cast.ma, CAST_AT, station=cast.other_station, vin="LSVAM4187C2184847", plate="沪A12345", owner=theirs,
        notes=SECRET, accept_oddities=True,
    )  # fmt: skip
    before = rows_of(cast.other_station.pk)
    table = "客户姓名,电话,车架号,车牌号,车型,行驶里程\n陈建国,13800138000,LSVAM4187C2184847,沪A12345,朗逸,35210\n"
    sent = Upload("a.csv", iter([table.encode()]))
    job = services.upload(cast.wu, CAST_AT, station=cast.station, kind="customers_vehicles", file=sent)
    job = services.start(services.check(job, cast.wu, CAST_AT), cast.wu, CAST_AT, in_background=False)
    job = writing.write(job, cast.wu, lambda: CAST_AT + timedelta(minutes=1))
    assert (job.state, job.known_count) == ("committed", 0)  # nothing of theirs was recognised …
    assert rows_of(cast.other_station.pk) == before  # … or touched
    own = Customer.objects.at_station(cast.station.pk).get(name="陈建国")
    assert own.pk != theirs.pk
    assert SECRET not in own.address
    assert Vehicle.objects.at_station(cast.station.pk).get().notes == ""
    told = [sentence for sentence in job.oddities.values_list("value", flat=True) if SECRET in sentence]
    assert told == []
    # Nor does the other station see the import, its rows or its report.
    assert not ImportJob.objects.visible_to(cast.ma).exists()
    stranger = api_of("ma")
    for rest in ("", "/oddities", "/report"):
        foreign = stranger.get(f"/api/imports/{job.pk}{rest}", headers={"X-Request-ID": "side-door-2"})
        missing = stranger.get(f"/api/imports/{job.pk + 10**6}{rest}", headers={"X-Request-ID": "side-door-2"})
        assert foreign.status_code == 404, rest
        assert same(foreign, missing), rest
    page = client_of("ma")
    assert page.get(f"/exchange/{job.pk}/").status_code == 404
