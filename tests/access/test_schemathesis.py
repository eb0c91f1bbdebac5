"""The whole API against inputs made from its own description: no 5xx, and every answer as described (W4).

AFTERSALES_SCHEMATHESIS=100 asks for so many examples an operation instead of the few of an ordinary run.
"""

from __future__ import annotations

import os
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from aftersales.seeds.pytest_cast import ClientOf
from tests.access.world import World

EXAMPLES = int(os.environ.get("AFTERSALES_SCHEMATHESIS") or 1)
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
ADMINISTRATION = ("/api/users", "/api/roles", "/api/memberships", "/api/tokens", "/api/webhooks", "/api/journal")


def who_asks(path: str) -> str:
    return "admin_sec" if path.startswith(ADMINISTRATION) else "wu"


@pytest.mark.slow
@pytest.mark.writes_on_get  # bookkeeping of the tokens only; the views' own GETs are watched by the other tests
def test_no_input_breaks_the_api_and_every_answer_is_as_described(
    world: World, api_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = {name: api_of(name).defaults["HTTP_AUTHORIZATION"] for name in ("wu", "admin_sec")}
    application = get_wsgi_application()
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda _connection: None)
    schema: Any = schemathesis.openapi.from_wsgi(
        "/api/openapi.json", application, headers={"Authorization": tokens["wu"], "Host": "localhost"}
    )
    failures: list[str] = []
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        headers = {"Authorization": tokens[who_asks(operation.path)], "Host": "localhost"}

        @hypothesis.settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            derandomize=EXAMPLES < 10,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def one(case: Any) -> None:
            nonlocal asked
            asked += 1
            key = world.keys.get(case.path.split("/{")[0].removeprefix("/api"))
            for name in case.path_parameters or {}:
                if asked % 2 and key is not None:
                    case.path_parameters[name] = str(key)
            if "If-Match" in (case.headers or {}):
                case.headers["If-Match"], case.headers["Idempotency-Key"] = '"1"', f"schema-key-{asked:07d}"
            mark = transaction.savepoint_create()
            try:
                answer = case.call(headers=headers)  # noqa: B023 - called within this turn of the loop
                case.validate_response(answer, checks=CHECKS)
            except BaseExceptionGroup as group:
                failures.extend(f"{case.method} {case.path}: {str(error)[:600]}" for error in group.exceptions)
            finally:
                transaction.savepoint_rollback(mark)

        one()
    assert asked >= 250
    assert failures == [], "\n".join(failures)
