"""Fields that only the server writes are refused in every change (A4); reading stays within its statements."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales.seeds.pytest_cast import ClientOf
from tests.access.openapi import KEYS, document, operations, resolve
from tests.access.world import World

CHANGES = [one for one in operations() if one.method == "PATCH"]
ADMIN = {"/users": "admin_sys", "/roles": "admin_sec", "/webhooks": "admin_sys"}


@pytest.mark.slow
def test_what_only_the_server_writes_is_refused_in_every_change(world: World, api_of: ClientOf) -> None:
    clients = {name: api_of(name) for name in ("wu", "gu", "admin_sys", "admin_sec")}
    tried, taken = 0, []
    for one in CHANGES:
        taken_in = resolve(one.spec["requestBody"]["content"]["application/json"]["schema"])
        shown = resolve(one.spec["responses"][200]["content"]["application/json"]["schema"])
        assert taken_in["additionalProperties"] is False, str(one)
        client = clients[ADMIN.get(one.prefix, "wu")]
        for name in sorted(shown["properties"].keys() - taken_in["properties"].keys()):
            tried += 1
            answer = client.patch(
                one.address(world.keys[one.prefix]),
                json.dumps({name: 1}),
                content_type="application/json",
                headers={"Idempotency-Key": next(KEYS), "If-Match": '"1"'},
            )
            if answer.status_code != 422 or name not in answer.json().get("fields", {}):
                taken.append(f"{one} {name}: {answer.status_code}")
    assert tried > 60
    assert taken == []


def test_inputs_are_closed_everywhere() -> None:
    schemas = document()["components"]["schemas"]
    wide = []
    for one in operations():
        content = one.spec.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None and resolve(content["schema"]).get("additionalProperties") is not False:
            wide.append(str(one))
    assert wide == []
    assert len(schemas) > 100


@pytest.mark.slow
def test_lists_take_a_handful_of_statements_however_long(world: World, api_of: ClientOf) -> None:
    clients = {name: api_of(name) for name in ("wu", "admin_sys", "admin_aud")}
    slow = []
    for one in operations():
        names = {parameter["name"] for parameter in one.spec["parameters"]}
        if one.method != "GET" or one.has_key or "cursor" not in names or one.path.startswith("/api/metrics"):
            continue
        who = "admin_aud" if one.path == "/api/journal" else ADMIN.get(one.prefix, "wu")
        who = "admin_sys" if who == "admin_sec" or one.prefix in ("/memberships", "/tokens") else who
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer: Any = clients[who].get(one.path)
        if answer.status_code != 200 or len(seen) > 8:
            slow.append(f"{one}: {answer.status_code}, {len(seen)} statements")
    assert slow == []


def test_the_documentation_is_for_those_signed_in_and_loads_nothing_from_elsewhere(
    world: World, client_of: ClientOf
) -> None:
    from django.test import Client

    assert Client().get("/api/docs").status_code == 302
    assert Client().get("/api/openapi.json").status_code == 302
    page = client_of("lin").get("/api/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "http://" not in text
    assert "https://" not in text
    assert "<script>" not in text
    assert client_of("lin").get("/api/openapi.json").json()["openapi"].startswith("3.1")
    from django.contrib.staticfiles import finders

    for name in ("ninja/swagger-ui.css", "ninja/swagger-ui-bundle.js", "config/api_docs.js"):
        assert finders.find(name), name
