"""Every workflow table: step × state × role (C3), and what races for one document."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import close_old_connections, connections
from django.test import Client

from aftersales.accounts.roles import ROLES
from aftersales.core.actor import Actor
from aftersales.core.errors import UnscopedQuery
from aftersales.core.fences import FencedQuerySet
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.standards.collection import workflows

HERE = 7
ACTORS = [
    Actor(user_id=1, name=role.name_en, role=role.code, rights={HERE: frozenset(role.permissions)}) for role in ROLES
]


class Paper:
    """A document that is nothing but its state."""

    station_id = HERE

    def __init__(self, field: str, state: str) -> None:
        setattr(self, field, state)


def states_of(workflow: Any) -> set[str]:
    told = {str(state) for step in workflow.steps for state in (*step.sources, step.target) if state}
    return told | {str(row.target) for row in workflow.openings_by_name.values()}


TABLES = workflows()
ROWS = [(name, step.name) for name, workflow in TABLES.items() for step in workflow.steps]


def test_every_table_of_the_house_is_here() -> None:
    apps = {name.split(".")[0] if "." in name else name for name in TABLES}
    assert len(TABLES) >= 9, apps


@pytest.mark.parametrize(("table", "step"), ROWS)
def test_only_declared_states_and_roles_take_a_step(table: str, step: str) -> None:
    workflow: Any = TABLES[table]
    row = workflow.by_name[step]
    for state in states_of(workflow):
        document = Paper(workflow.field, state)
        for actor in ACTORS:
            if state not in row.sources:
                assert workflow.refusal(document, row, actor).code == "wrong_state"
            elif not actor.may(row.permission, HERE):
                refusal = workflow.refusal(document, row, actor)
                assert (refusal.code, refusal.status) == ("forbidden", 403)


@pytest.mark.parametrize(("table", "step"), ROWS)
def test_a_right_at_another_station_takes_no_step(table: str, step: str) -> None:
    workflow: Any = TABLES[table]
    row = workflow.by_name[step]
    stranger = Actor(user_id=2, name="Ma", role="manager", rights={HERE + 1: frozenset({row.permission})})
    refusal = workflow.refusal(Paper(workflow.field, row.sources[0]), row, stranger)
    assert refusal.code == "forbidden"


@pytest.mark.parametrize("table", TABLES)
def test_every_step_is_somebodys_and_every_state_can_be_reached(table: str) -> None:
    workflow: Any = TABLES[table]
    nobody = [row.name for row in workflow.steps if not any(actor.may(row.permission, HERE) for actor in ACTORS)]
    assert nobody == []
    reached = {str(row.target) for row in workflow.openings_by_name.values()}
    while more := {
        str(row.target)
        for row in workflow.steps
        if row.target and reached & {str(source) for source in row.sources} and str(row.target) not in reached
    }:
        reached |= more
    if workflow.openings_by_name:
        assert states_of(workflow) - reached == set()


def test_a_query_without_a_fence_raises(cast: Cast) -> None:
    """A5 for every fenced table: looking, counting, changing and deleting all ask whose rows first."""
    from django.apps import apps

    fenced: list[Any] = [
        model for model in apps.get_models() if isinstance(model._default_manager.all(), FencedQuerySet)
    ]
    assert len(fenced) > 20
    for model in fenced:
        rows = model._default_manager
        for look in (
            lambda rows=rows: list(rows.all()),
            lambda rows=rows: rows.count(),
            lambda rows=rows: rows.filter(pk=None).exists(),
            lambda rows=rows: rows.filter(pk=None).delete(),
            lambda rows=rows: rows.all()[:1].get(),
        ):
            with pytest.raises(UnscopedQuery):
                look()


def _at_once(clients: list[Client], ask: Any) -> list[int]:
    """Let every client ask at the same moment and return the statuses."""
    start, statuses = threading.Barrier(len(clients)), []

    def run(client: Client, n: int) -> None:
        close_old_connections()
        start.wait()
        try:
            statuses.append(ask(client, n).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(client, n)) for n, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_racing_changes_exactly_one_wins(transactional_db: None, cast: Cast, api_of: ClientOf) -> None:
    clients = [api_of("lin"), api_of("wu")]
    made = clients[0].post(
        "/api/customers",
        json.dumps({"station_id": cast.station.pk, "name": "陈建国"}),
        content_type="application/json",
        headers={"Idempotency-Key": "race-opening"},
    )
    number = made.json()["number"]

    def change(client: Client, n: int) -> Any:
        return client.patch(
            f"/api/customers/{number}",
            json.dumps({"address": f"{n}号"}),
            content_type="application/json",
            headers={"Idempotency-Key": f"race-change-{n}", "If-Match": '"1"'},
        )

    assert _at_once(clients, change) == [200, 412]

    def book(client: Client, n: int) -> Any:
        bay = cast.bays["A1"].pk
        return client.patch(
            f"/api/bays/{bay}",
            json.dumps({"name": f"快修{n}"}),
            content_type="application/json",
            headers={"Idempotency-Key": f"race-bay-{n}", "If-Match": '"1"'},
        )

    assert _at_once([api_of("wu"), api_of("wu")], book) == [200, 412]
