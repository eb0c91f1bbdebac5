"""The whole life cycle through the API alone, by the people whose job each step is."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from aftersales.repairs.models import RepairOrder
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.seeds.visits import confirmed

KEYS: Iterator[str] = (f"story-key-{n:06d}" for n in itertools.count())


class Api:
    """One visit through the API: who says what, with key and version."""

    def __init__(self, api_of: ClientOf) -> None:
        self.clients: dict[str, Client] = {}
        self.api_of = api_of
        self.number = ""
        self.version = 0

    def client(self, name: str) -> Client:
        if name not in self.clients:
            self.clients[name] = self.api_of(name)
        return self.clients[name]

    def post(self, name: str, path: str, body: dict[str, Any] | None = None, *, version: int | None = None) -> Any:
        headers = {"Idempotency-Key": next(KEYS)}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = self.client(name).post(
            f"/api{path}", json.dumps(body or {}, default=str), content_type="application/json", headers=headers
        )
        assert answer.status_code in (200, 201), answer.content.decode()
        return answer.json()

    def step(self, name: str, step: str, **body: Any) -> None:
        shown = self.post(name, f"/repair-orders/{self.number}/steps/{step}", body, version=self.version)
        self.version = shown["version"]

    def order(self, name: str = "lin") -> Any:
        return self.client(name).get(f"/api/repair-orders/{self.number}").json()


@pytest.fixture
def checked_in(cast: Cast, goods: Goods, api_of: ClientOf) -> Api:
    api = Api(api_of)
    shown = api.post(
        "lin",
        "/repair-orders",
        {
            "station_id": cast.station.pk,
            "advisor_id": cast.staff["lin"].pk,
            "customer": {"name": "陈建国", "phones": ["13800138000"]},
            "vehicle": {
                "vin": "LSVAM4187C2184847",
                "plate": "沪A12345",
                "model_id": goods.models["M5 1.5T 豪华型"].pk,
                "accept_oddities": True,
            },
            "odometer_km": 38500,
            "energy_percent": 60,
            "concerns": ["刹车的时候前面有吱吱的响声"],
            "covers": confirmed("RECP-09"),
            "papers_checked": ["vehicle_licence", "maintenance_manual"],
            "walkaround": confirmed("RECP-10"),
            "damages": [{"x": 0.2, "y": 0.3, "kind": "scratch", "note": "左前门"}],
            "belongings": ["行车记录仪"],
            "signed_by": "陈建国",
        },
    )
    api.number, api.version = shown["number"], shown["version"]
    return api


def test_the_whole_life_cycle_runs_through_the_api(cast: Cast, goods: Goods, checked_in: Api) -> None:
    api = checked_in
    zhao, fang = cast.staff["zhao"].pk, cast.staff["fang"].pk
    api.step(
        "lin",
        "diagnose",
        findings=[
            {
                "position": 1,
                "cause": "前制动片磨损",
                "correction": "更换前制动片",
                "coverage": "outside",
                "confirmed_with": "陈建国",
            }
        ],
        repair_plan="更换前制动片,路试",
        technician_id=zhao,
    )
    api.step(
        "lin",
        "estimate",
        minutes_low=90,
        minutes_high=150,
        wishes=[
            {"kind": "labour", "item_id": goods.operations["JX-110"].pk},
            {"kind": "labour", "item_id": goods.operations["JX-101"].pk},
            {"kind": "part", "item_id": goods.parts["ZD-FP-01"].pk, "quantity": "1", "job": 1},
            {"kind": "part", "item_id": goods.parts["LF-OF-01"].pk, "quantity": "1", "job": 1},
            {"kind": "part", "item_id": goods.parts["LF-0W20-4L"].pk, "quantity": "4", "job": 1},
        ],
    )
    lines = api.order()["lines"]
    labour = [line["id"] for line in lines if line["kind"] == "labour"]
    api.step(
        "lin",
        "authorize",
        given_by="陈建国",
        method="signature",
        decisions={str(line["id"]): "agreed" for line in lines},
    )
    api.step(
        "zheng",
        "dispatch",
        assignments=[{"line_id": line, "technician_id": zhao, "bay_id": cast.bays["A2"].pk} for line in labour],
        promised_at=(datetime.now(UTC) + timedelta(hours=4)).isoformat(),
        wash_minutes=30,
    )
    api.step("sun", "issue-parts")
    for line in labour:
        api.step("zhao", "start-work", line_id=line)
        api.step("zhao", "finish-work", line_id=line)
    api.step(
        "zhao", "complete", technician_id=zhao, answers=confirmed("QC-01"), repair_report="已更换前制动片,路试正常。"
    )
    api.step("fang", "inspect", inspector_id=fang, answers=confirmed("QC-06"), road_test={"km": 3})
    api.step("luo", "wash")
    api.step(
        "lin", "take-over", cleanliness=confirmed("DELV-02"), condition=confirmed("DELV-03"), belongings=["行车记录仪"]
    )
    api.step("lin", "explain-items")
    settled = api.post("he", f"/settlements/for-order/{api.number}", version=api.version)
    sheet = settled["settlements"][0]
    paid = api.post(
        "he",
        f"/settlements/{sheet['number']}/steps/pay",
        {"means": [{"method": "cash", "amount": "9.00"}, {"method": "wechat", "amount": "1000.00"}]},
        version=sheet["version"],
    )
    assert paid["version"] == 2
    api.version = api.order()["version"]
    api.step(
        "lin",
        "release",
        received_by="陈建国",
        answers=confirmed("DELV-05") | confirmed("DELV-06") | confirmed("DELV-07") | confirmed("DELV-09"),
        old_parts="returned",
        next_visit_km=48500,
    )
    api.step("tao", "archive")
    order = RepairOrder.objects.visible_to(cast.actors["lin"]).get(number=api.number)
    assert (order.state, order.payment_state) == ("archived", "paid")


def test_the_api_refuses_with_sentence_code_and_clause(checked_in: Api) -> None:
    client = checked_in.client("lin")
    headers = {"Idempotency-Key": next(KEYS), "If-Match": '"1"', "Accept-Language": "en"}
    answer = client.post(
        f"/api/repair-orders/{checked_in.number}/steps/diagnose",
        json.dumps(
            {"findings": [{"position": 1, "cause": "", "correction": "", "confirmed_with": ""}], "repair_plan": ""}
        ),
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (told["code"], told["clause"]) == ("symptom_is_confirmed_together", "DIAG-04")
    assert told["detail"] == "Say with whom of the customer's side each symptom was confirmed."


def test_a_step_needs_a_version_and_refuses_a_stale_one(checked_in: Api) -> None:
    client, path = checked_in.client("lin"), f"/api/repair-orders/{checked_in.number}/steps/record-concern"
    body = json.dumps({"customer_words": "顺便换雨刮"})

    def post(**headers: str) -> int:
        headers["Idempotency-Key"] = next(KEYS)
        return client.post(path, body, content_type="application/json", headers=headers).status_code

    assert post() == 428
    assert post(**{"If-Match": '"1"'}) == 200
    assert post(**{"If-Match": '"1"'}) == 412


def test_the_same_key_gets_the_same_answer_and_nothing_happens_twice(checked_in: Api) -> None:
    client, path = checked_in.client("lin"), f"/api/repair-orders/{checked_in.number}/steps/record-concern"
    headers = {"Idempotency-Key": "one-and-the-same", "If-Match": '"1"'}
    body = json.dumps({"customer_words": "顺便换雨刮"})
    first = client.post(path, body, content_type="application/json", headers=headers)
    second = client.post(path, body, content_type="application/json", headers=headers)
    assert first.content == second.content
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(checked_in.order()["concerns"]) == 2
    other = client.post(path, json.dumps({"customer_words": "别的"}), content_type="application/json", headers=headers)
    assert other.status_code == 422


def test_a_stranger_gets_the_same_answer_for_a_foreign_and_a_missing_order(checked_in: Api) -> None:
    client = checked_in.client("ma")
    foreign = client.get(f"/api/repair-orders/{checked_in.number}", headers={"X-Request-ID": "same-id-1234"})
    missing = client.get("/api/repair-orders/SH01-RO26-99999", headers={"X-Request-ID": "same-id-1234"})
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
