"""Every operation of the API against a stranger, a missing record, a missing and a stale version (A1, A3, C1)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from aftersales.seeds.pytest_cast import ClientOf
from tests.access.openapi import Operation, document, is_multipart, operations, send
from tests.access.world import SECRET, World

# Masters of the whole network: there is no foreign record, everybody with the right sees the same rows.
NETWORK = {
    "/clauses", "/headquarters", "/labour-operations", "/parts", "/regions", "/service-packages", "/skills",
    "/tax-rates", "/vehicle-models", "/exports",
}  # fmt: skip
# Kept by the three administrators, who belong to no station; nobody else may ask at all.
ADMINISTRATION = {"/memberships", "/roles", "/tokens", "/users", "/webhooks"}
OF_THE_NETWORK = {
    "part_id", "alternative_to_id", "successor_id", "operation_id", "vehicle_model_id", "model_id", "region_id",
    "headquarters_id", "user_id",
}  # fmt: skip
STRANGERS = ("ma", "lu")  # every right at the other station; an ordinary service advisor there
KEYED = [one for one in operations() if one.has_key]


def missing_key(operation: Operation, world: World) -> Any:
    key = world.keys[operation.prefix]
    if isinstance(key, int):
        return 2**40 + 7
    return uuid4() if not isinstance(key, str) else "SH01-XX26-99999"[: max(len(key), 4)]


def same(foreign: Any, missing: Any) -> bool:
    keep = ("Content-Type", "Cache-Control", "WWW-Authenticate", "ETag", "Allow", "Vary")
    return (
        foreign.status_code == missing.status_code
        and foreign.content == missing.content
        and [foreign.headers.get(name) for name in keep] == [missing.headers.get(name) for name in keep]
    )


def counts() -> dict[str, int]:
    """Rows in every table that a command could write to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'django_%'"
            " AND tablename NOT IN ('axes_accessattempt', 'accounts_signinsession')"
        )
        names = sorted(name for (name,) in cursor.fetchall())
        union = " UNION ALL ".join(
            f"SELECT '{name}', count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM {name} t" for name in names
        )
        cursor.execute(union)
        return {name: (count, digest) for name, count, digest in cursor.fetchall()}


def test_every_kind_of_record_is_in_the_world(world: World) -> None:
    assert sorted({one.prefix for one in KEYED} - world.keys.keys()) == []


def test_the_description_has_no_name_for_two_things_and_no_operation_twice() -> None:
    from aftersales.config.api import api

    described = api.get_openapi_schema(path_prefix="/api/")
    assert described.conflicts == set()
    names = [one.name for one in operations()]
    assert sorted(name for name in names if names.count(name) > 1) == []


def test_every_operation_says_how_it_refuses() -> None:
    wanted = {400, 401, 403, 404, 409, 412, 422, 428}
    silent = [str(one) for one in operations() if wanted - one.spec["responses"].keys()]
    assert silent == []
    media = {kind for one in operations() for code in wanted for kind in one.spec["responses"][code]["content"]}
    assert media == {"application/problem+json"}


def test_every_command_takes_an_idempotency_key_and_no_list_is_unbounded() -> None:
    for one in operations():
        names = {parameter["name"] for parameter in one.spec["parameters"]}
        if one.method == "GET":
            assert not names & {"ordering", "include", "fields"}, str(one)
            sizes = [p["schema"].get("maximum") for p in one.spec["parameters"] if p["name"] in ("size", "limit")]
            assert all(size is not None and size <= 200 for size in sizes), str(one)
        else:
            assert "Idempotency-Key" in names, str(one)


def test_nobody_without_an_account_gets_an_answer(world: World) -> None:
    client = Client()
    for one in operations():
        address = one.address(world.keys[one.prefix]) if one.has_key else one.path
        answer = send(client, one, address, world)
        assert answer.status_code == 401, str(one)
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.slow
@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_reads_and_writes_nothing_of_another_station(
    who: str, world: World, strangers: None, api_of: ClientOf
) -> None:
    """A1 and A3: foreign and missing ids answer alike, byte for byte, and no row changes."""
    stranger = api_of(who)
    before = counts()
    leaks, unlike = [], []
    for one in KEYED:
        if one.prefix in NETWORK:
            continue
        foreign = send(stranger, one, one.address(world.keys[one.prefix]), world, **{"If-Match": '"1"'})
        missing = send(stranger, one, one.address(missing_key(one, world)), world, **{"If-Match": '"1"'})
        if foreign.status_code < 400 or SECRET in foreign.content.decode("utf-8", "replace"):
            leaks.append(f"{one} {foreign.status_code}")
        if not same(foreign, missing):
            unlike.append(
                f"{one}: {foreign.status_code} {foreign.content[:160]!r}"
                f" / {missing.status_code} {missing.content[:160]!r}"
            )
    assert leaks == []
    assert unlike == []
    after = counts()
    assert {name: (before[name], after[name]) for name in after if before[name] != after[name]} == {}


@pytest.mark.slow
@pytest.mark.parametrize("who", STRANGERS)
def test_lists_and_filters_show_a_stranger_nothing(who: str, world: World, strangers: None, api_of: ClientOf) -> None:
    stranger = api_of(who)
    for one in operations():
        if one.method != "GET" or one.has_key:
            continue
        asked: list[dict[str, Any]] = [{}]
        for parameter in one.spec["parameters"]:
            if parameter["name"] in world.ids:
                asked.append({parameter["name"]: world.ids[parameter["name"]]})
        required = {p["name"]: p for p in one.spec["parameters"] if p["in"] == "query" and p["required"]}
        if required:
            continue
        for query in asked:
            answer = stranger.get(one.path, query)
            told = answer.content.decode()
            assert answer.status_code < 500, f"{one} {query}"
            assert SECRET not in told, f"{one} {query}"
            if answer.status_code == 200 and "station_id" in query and '"rows"' in told:
                rows = answer.json()["rows"]
                assert all(row.get("station_id") != world.cast.station.pk for row in rows), f"{one} {query}"


@pytest.mark.slow
def test_no_command_of_a_stranger_can_name_a_foreign_record_in_its_body(world: World, api_of: ClientOf) -> None:
    """A1: openings with station_id, customer_id, … of the other station answer as for records that are not there."""
    stranger = api_of("ma")
    gone = {name: key if name in OF_THE_NETWORK else 2**40 + 7 for name, key in world.ids.items()}
    nowhere = World(world.cast, world.goods, world.at, world.driver, world.keys, gone)
    nowhere.ids["subject_number"] = "SH01-XX26-99999"
    before = counts()
    for one in operations():
        if one.method == "GET" or one.has_key or is_multipart(one) or one.prefix in NETWORK:
            continue
        schema = document()["components"]["schemas"]
        reference = one.spec["requestBody"]["content"]["application/json"]["schema"].get("$ref", "").rsplit("/", 1)[-1]
        required = set(schema.get(reference, {}).get("required", ())) & world.ids.keys() - OF_THE_NETWORK
        if not required:
            continue
        foreign = send(stranger, one, one.path, world)
        missing = send(stranger, one, one.path, nowhere)
        assert foreign.status_code >= 400, f"{one} {foreign.content!r}"
        assert same(foreign, missing), (
            f"{one}: {foreign.status_code} {foreign.content!r} / {missing.status_code} {missing.content!r}"
        )
    assert counts() == before


@pytest.mark.slow
def test_every_change_needs_a_version_and_refuses_a_stale_one(world: World, api_of: ClientOf) -> None:
    """C1 for every operation that changes a record: 428 without If-Match, 412 with an old one."""
    clients = {name: api_of(name) for name in ("wu", "admin_sys", "admin_sec", "gu")}
    changing = [one for one in KEYED if one.needs_version]
    assert len(changing) > 100
    wrong = []
    for one in changing:
        address = one.address(world.keys[one.prefix])
        asks = clients["wu"]
        if one.prefix in ADMINISTRATION:
            asks = clients["admin_sec"] if one.prefix in ("/roles", "/memberships") else clients["admin_sys"]
        without = send(asks, one, address, world)
        stale = send(asks, one, address, world, **{"If-Match": '"999999998"'})
        if (without.status_code, stale.status_code) != (428, 412):
            wrong.append(f"{one}: {without.status_code}, {stale.status_code} {stale.content.decode()[:300]}")
    assert wrong == [], "\n".join(wrong)


def test_every_write_on_a_record_that_exists_needs_its_version() -> None:
    """A command on a record without If-Match would be a lost update."""
    open_ended = {"/exports"}  # changes nothing; the journal notes who took what
    unguarded = [one for one in KEYED if one.method != "GET" and not one.needs_version]
    assert [str(one) for one in unguarded if one.prefix not in open_ended] == []
