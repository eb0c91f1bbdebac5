"""Inputs of the attack table (reliability, section 5) against the API: refused with a sentence, or kept unchanged."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.seeds.visits import Driver, confirmed

KEYS = (f"attack-key-{n:07d}" for n in itertools.count())
JSON = "application/json"


def post(client: Client, path: str, body: bytes, content_type: str = JSON, **headers: str) -> Any:
    return client.generic(
        "POST", path, body, content_type=content_type, headers={"Idempotency-Key": next(KEYS), **headers}
    )


def refused(answer: Any) -> None:
    """A refusal: 4xx, a problem, and a sentence in it."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.content[:300])
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(answer.json()["title"]) > 4


def customer(cast: Cast, **values: Any) -> bytes:
    return json.dumps({"station_id": cast.station.pk, "name": "陈建国", **values}).encode()


BODIES: dict[str, bytes] = {
    "a NUL in the name": b'{"station_id": %d, "name": "a\\u0000b"}',
    "a lone surrogate": b'{"station_id": %d, "name": "\\ud800"}',
    "NaN": b'{"station_id": NaN, "name": "x", "unused": %d}',
    "Infinity": b'{"station_id": Infinity, "name": "x", "unused": %d}',
    "1e400": b'{"station_id": 1e400, "name": "x", "unused": %d}',
    "2^63": b'{"station_id": 9223372036854775808, "name": "x", "unused": %d}',
    "2^70": b'{"station_id": 1180591620717411303424, "name": "x", "unused": %d}',
    "5,000 digits": b'{"station_id": ' + b"9" * 5000 + b', "name": "x", "unused": %d}',
    "a field twice": b'{"station_id": %d, "name": "x", "name": "y"}',
    "an unknown field": b'{"station_id": %d, "name": "x", "number": "C1"}',
    "a server's field": b'{"station_id": %d, "name": "x", "version": 7, "on_account": true}',
    "an array for an object": b'[{"station_id": %d}]',
    "a text for a list": b'{"station_id": %d, "name": "x", "phones": "13800138000"}',
    "a byte order mark": b'\xef\xbb\xbf{"station_id": %d, "name": "x"}',
    "bytes that are not UTF-8": b'{"station_id": %d, "name": "\xff\xfe"}',
    "a half body": b'{"station_id": %d, "name": "x"',
    "nothing": b"",
    "a number": b"%d",
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_cannot_be_is_refused(what: str, cast: Cast, api_of: ClientOf) -> None:
    body = BODIES[what]
    refused(post(api_of("lin"), "/api/customers", body % cast.station.pk if b"%d" in body else body))


def test_deep_wide_and_heavy_bodies_are_refused(cast: Cast, api_of: ClientOf) -> None:
    client = api_of("lin")
    refused(post(client, "/api/customers", b"[" * 100_000 + b"]" * 100_000))
    refused(post(client, "/api/customers", b'{"a":' * 100_000 + b"1" + b"}" * 100_000))
    wide = b"{" + b",".join(b'"k%d":1' % n for n in range(200_000)) + b"}"
    refused(post(client, "/api/customers", wide))
    heavy = post(client, "/api/customers", b'{"name": "' + b"x" * (50 * 1024 * 1024) + b'"}')
    refused(heavy)
    assert heavy.status_code == 413


def test_only_json_in_utf_8_is_read(cast: Cast, api_of: ClientOf) -> None:
    client, body = api_of("lin"), customer(cast)
    refused(post(client, "/api/customers", body, "text/plain"))
    refused(post(client, "/api/customers", body, "application/x-www-form-urlencoded"))
    refused(post(client, "/api/customers", body, "application/xml"))
    refused(post(client, "/api/customers", body.decode().encode("utf-16"), JSON))
    assert post(client, "/api/customers", body, "application/json; charset=utf-8").status_code == 201


def test_methods(cast: Cast, api_of: ClientOf) -> None:
    client = api_of("lin")
    for method in ("TRACE", "CONNECT", "DELETE", "PUT", "PROPFIND", "GETT"):
        answer = client.generic(method, "/api/customers")
        refused(answer)
        assert answer.status_code == 405
    # A header that claims another method changes nothing: this stays a POST without a body.
    refused(post(client, "/api/customers", b"", **{"X-HTTP-Method-Override": "GET"}))
    head, got = client.head("/api/customers"), client.get("/api/customers")
    assert (head.status_code, got.status_code) == (200, 200)
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_addresses_and_parameters(cast: Cast, api_of: ClientOf) -> None:
    client = api_of("lin")
    refused(client.get("/api/nothing-here"))
    refused(client.get("/api/customers/" + "x" * 5000))
    refused(client.get("/api/customers/%00"))
    refused(client.get("/api/customers/../../etc/passwd"))
    refused(client.get("/api/customers?name=" + "x" * 20_000))
    refused(client.get("/api/customers?size=1&size=2"))
    refused(client.get("/api/customers?ordering=station__secret"))
    refused(client.get("/api/parts?part__supplier__price__gt=1"))
    refused(client.get("/api/customers?size=201"))
    refused(client.get("/api/customers?size=１２.５"))
    for size in ("1_0", "٣", "１２", "NaN", "1e1"):
        refused(client.get("/api/customers", {"size": size}))
    refused(client.get("/api/customers?cursor=abc"))
    refused(client.get("/api/customers?cursor=WyJhZnRlciIsIngiXQ"))
    refused(client.get("/api/customers?station_id=9223372036854775808"))
    assert client.get("/api/customers?name=%27%20OR%201%3D1--").json()["rows"] == []


def test_headers(cast: Cast, api_of: ClientOf) -> None:
    client, body = api_of("lin"), customer(cast)
    refused(post(client, "/api/customers", body, **{"Idempotency-Key": "short"}))
    refused(post(client, "/api/customers", body, **{"Idempotency-Key": "x" * 100_000}))
    made = post(client, "/api/customers", body).json()
    for version in ("x", '"-1"', "*", "1e3", "9" * 40):
        answer = client.patch(
            f"/api/customers/{made['number']}",
            b"{}",
            content_type=JSON,
            headers={"Idempotency-Key": next(KEYS), "If-Match": version},
        )
        refused(answer)
    strange = Client(headers={"Authorization": "Bearer as_" + "x" * 50_000})
    assert strange.get("/api/customers").status_code == 401


def test_figures(goods: Goods, cast: Cast, api_of: ClientOf) -> None:
    client = api_of("sun")
    shelf = client.get("/api/locations?kind=storage").json()["rows"][0]["id"]
    part = goods.parts["LF-OF-01"].pk
    sent = {"station_id": cast.station.pk, "part_id": part, "location_id": shelf, "reason": "盘点"}
    for quantity in (
        "0",
        "-0",
        "1e400",
        "NaN",
        "Infinity",
        "0.0001",
        "9" * 30,
        "1e9",
        "1_000",
        "-1_0",
        "٣",
        "１２",
        "-Infinity",
        "0x10",
        "1,000",
        "",
        None,
        [],
        True,
    ):
        refused(post(client, "/api/adjustments", json.dumps({**sent, "quantity": quantity}).encode()))
    for name in ("part_id", "location_id", "station_id"):
        for identity in ("1_0", "٣", "1e0", "NaN"):
            answer = post(client, "/api/adjustments", json.dumps({**sent, "quantity": "1", name: identity}).encode())
            refused(answer)
            assert answer.json()["fields"][name], (name, identity)
    for quantity, kept in (("-0.5", "-0.500"), (" 3 ", "3.000"), (-10, "-10.000"), ("+2.50", "2.500")):
        made = post(client, "/api/adjustments", json.dumps({**sent, "quantity": quantity}).encode())
        assert (made.status_code, made.json()["quantity"]) == (201, kept)


def _kept_or_refused(answer: Any, told: Any, text: str) -> None:
    if answer.status_code in (200, 201):
        kept = told()
        assert kept == text or kept == text.strip(), (text, kept)
    else:
        refused(answer)


@pytest.mark.slow
def test_naughty_strings_come_back_unchanged_or_are_refused(
    shared_data: Path, driver: Driver, cast: Cast, api_of: ClientOf
) -> None:
    """Every string as a customer's name, and every fourth as his words: what comes back is what was sent."""
    naughty = [text for text in json.loads((shared_data / "naughty-strings.json").read_text("utf-8")) if text]
    assert len(naughty) > 400
    client = api_of("lin")
    order = driver.check_in()
    version, path = order.version, f"/api/repair-orders/{order.number}"
    for text in naughty:
        answer = post(
            client, "/api/customers", json.dumps({"station_id": cast.station.pk, "name": text[:100]}).encode()
        )
        if answer.status_code == 201:
            assert answer.json()["name"].split() == text[:100].split(), text
        else:
            refused(answer)
    for text in naughty[::4]:
        body = json.dumps({"customer_words": text}).encode()
        answer = post(client, f"{path}/steps/record-concern", body, **{"If-Match": f'"{version}"'})
        version = answer.json().get("version", version)
        _kept_or_refused(answer, lambda: client.get(path).json()["concerns"][-1]["customer_words"], text)


@pytest.mark.slow
def test_naughty_strings_in_cause_plan_and_names_of_a_visit(
    shared_data: Path, driver: Driver, api_of: ClientOf
) -> None:
    naughty = [text for text in json.loads((shared_data / "naughty-strings.json").read_text("utf-8")) if text]
    client = api_of("lin")
    order = driver.check_in()
    path, version = f"/api/repair-orders/{order.number}", order.version
    for text in naughty[::6]:
        finding = {
            "position": 1,
            "cause": text,
            "correction": text,
            "coverage": "outside",
            "confirmed_with": text[:100],
        }
        body = json.dumps({"findings": [finding], "repair_plan": text}).encode()
        answer = post(client, f"{path}/steps/diagnose", body, **{"If-Match": f'"{version}"'})
        if answer.status_code == 200:
            shown = client.get(path).json()
            concern = shown["concerns"][0]
            assert (concern["cause"], shown["repair_plan"]) in ((text, text), (text.strip(), text.strip()))
            version = shown["version"]
        else:
            refused(answer)


def test_checklist_answers_may_hold_any_text(driver: Driver, api_of: ClientOf) -> None:
    """Belongings and remarks of the receiving form are the customer's words: kept as they are."""
    words = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "{{7*7}}", "𠮷野家の鍵", "买买提·吐尔逊", "🎒" * 10]
    order = driver.check_in(belongings=words, findings=confirmed("RECP-20"))
    assert order.number
    assert api_of("lin").get(f"/api/repair-orders/{order.number}").status_code == 200


def test_what_is_wrong_with_a_field_is_told_in_the_callers_language(cast: Cast, api_of: ClientOf) -> None:
    body = b'{"station_id": "x", "visited_on": "soon", "unknown": 1}'
    english = post(api_of("lin"), "/api/customers", body, **{"Accept-Language": "en"}).json()["fields"]
    assert english == {
        "station_id": "Enter a whole number.",
        "visited_on": "Enter a date such as 2026-03-05.",
        "name": "Please fill in.",
        "unknown": "There is no such field, or only the server writes it.",
    }
