"""Every address of the pages: classified, closed to strangers, and empty for the other station (A1, A2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from aftersales.seeds.pytest_cast import ClientOf
from tests.access.urls import class_of
from tests.access.world import SECRET, World


def walk(resolver: Any, namespace: str = "", route: str = "") -> Iterator[tuple[str, str]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from walk(one, inner, route + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield f"{namespace}{one.name}", route + str(one.pattern)


PAGES = [(name, route) for name, route in walk(get_resolver()) if not route.startswith("api/")]


def test_every_address_is_classified() -> None:
    assert sorted({name for name, _route in PAGES if not class_of(name)}) == []


def values_of(world: World) -> dict[str, Any]:
    """What stands for each parameter of an address: the key of a record of the first station."""
    keys = world.keys
    return {
        "appointments:number": keys["/appointments"],
        "billing:number": keys["/settlements"],
        "care:call": keys["/follow-ups"],
        "care:number": keys["/cases"],
        "customers:number": keys["/customers"],
        "vehicles:number": keys["/vehicles"],
        "inventory:number": keys["/adjustments"],
        "repairs:number": keys["/repair-orders"],
        "attachment_id": keys["/attachments"],
        "reference": keys["/papers"],
        "station_id": world.cast.station.pk,
        "bay_id": keys["/bays"],
        "team_id": keys["/teams"],
        "region_id": keys["/regions"],
        "headquarters_id": keys["/headquarters"],
        "member_id": keys["/staff-members"],
        "certificate_id": keys["/certificates"],
        "day_id": keys["/calendar-days"],
        "user_id": keys["/users"],
        "membership_id": keys["/memberships"],
        "role_id": 1,
        "token_id": keys["/tokens"],
        "receipt_id": keys["/receipts"],
        "alert_id": keys["/stock-alerts"],
        "shelf_id": keys["/locations"],
        "price_id": keys["/part-prices"],
        "rate_id": keys["/labour-rates"],
        "message_id": keys["/messages"],
        "endpoint_id": keys["/webhooks"],
        "kind": "repairs.repairorder",
        "subject_id": world.order.pk if world.order else 0,
        "payment_number": "SH01-PY26-00001",
        "form": "csv",
        "name": "customers",
        "year": 2026,
        "clause_id": "PART-08",
        "code": "PREP-02",
        "standards:threshold:code": "adjustment_limit",
        "place": world.cast.station.pk,
        "part": "styles",
    }


def address(name: str, route: str, world: World) -> str:
    """Return the address with the first station's records in it; anything unknown becomes 1."""
    known, app = values_of(world), name.partition(":")[0]
    text = re.sub(r"\^|\$", "", route)
    text = re.sub(r"\(\?P<command>([\w-]+)[^)]*\)", r"\1", text)
    text = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", text)

    def fill(found: re.Match[str]) -> str:
        parameter = found[1].rpartition(":")[2]
        specific = f"{app}:call" if name.startswith("care:call") else f"{app}:{parameter}"
        return str(known.get(f"{name}:{parameter}", known.get(specific, known.get(parameter, 1))))

    return "/" + re.sub(r"<([^>]+)>", fill, text)


@pytest.mark.slow
def test_nobody_without_an_account_sees_a_page(world: World) -> None:
    client = Client()
    open_to_all = []
    for name, route in PAGES:
        if class_of(name) == "public":
            continue
        answer = client.get(address(name, route, world))
        if answer.status_code not in (302, 303, 401, 404, 405) or SECRET in answer.content.decode("utf-8", "replace"):
            open_to_all.append(f"{name} {answer.status_code}")
        if answer.status_code == 302 and "/accounts/" not in answer.headers["Location"]:
            open_to_all.append(f"{name} → {answer.headers['Location']}")
    assert open_to_all == []


@pytest.mark.slow
def test_the_other_station_sees_and_changes_nothing_through_any_page(world: World, client_of: ClientOf) -> None:
    """A1 for pages, with every side door (A2): no secret of the first station is in any answer, nothing answers 5xx."""
    stranger = client_of("ma")
    leaks, broken = [], []
    for name, route in PAGES:
        if name.startswith(("account_", "mfa_")) or name == "set_language":  # one's own account, by the library
            continue
        where = address(name, route, world)
        for method in ("get", "post"):
            answer = getattr(stranger, method)(where)
            told = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content
            if SECRET in told.decode("utf-8", "replace"):
                leaks.append(f"{method} {name} {answer.status_code}")
            if answer.status_code >= 500:
                broken.append(f"{method} {name} {answer.status_code}")
    assert leaks == []
    assert broken == []
