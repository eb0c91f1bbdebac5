"""The API as its own description tells it: every operation, and a body that its schema accepts."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.test import Client

from tests.access.world import World

KEYS: Iterator[str] = (f"matrix-key-{n:07d}" for n in itertools.count())


@dataclass(frozen=True)
class Operation:
    """One operation of the API."""

    path: str
    method: str
    spec: Any

    @property
    def name(self) -> str:
        return str(self.spec["operationId"])

    @property
    def has_key(self) -> bool:
        return "{" in self.path

    @property
    def needs_version(self) -> bool:
        return any(one["name"] == "If-Match" for one in self.spec["parameters"])

    @property
    def prefix(self) -> str:
        """The address up to the record's key."""
        return self.path[len("/api") : self.path.index("/{")] if self.has_key else self.path[len("/api") :]

    def address(self, key: Any) -> str:
        begin, end = self.path.index("{"), self.path.index("}")
        return f"{self.path[:begin]}{key}{self.path[end + 1 :]}"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def document() -> dict[str, Any]:
    from aftersales.config.api import api

    return dict(api.get_openapi_schema(path_prefix="/api/"))


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(
        Operation(path, method.upper(), spec)
        for path, methods in document()["paths"].items()
        for method, spec in methods.items()
    )


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if len(schema.get("allOf", [])) == 1:
        return resolve(schema["allOf"][0])
    return schema


def sample(schema: dict[str, Any], ids: dict[str, Any], name: str = "") -> Any:  # noqa: PLR0911
    """Return the smallest value the schema accepts; ids of records are taken from `ids`."""
    schema = resolve(schema)
    if name in ids:
        return ids[name]
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], ids, name)
    kind = schema.get("type")
    if kind == "object":
        required = schema.get("required", [])
        return {one: sample(schema["properties"][one], ids, one) for one in required}
    if kind == "array":
        return [sample(schema["items"], ids) for _n in range(schema.get("minItems", 0))]
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        floor = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in schema else 0)
        return max(int(floor), 0) if kind == "integer" else max(float(floor), 0)
    return _text(schema, name)


def _text(schema: dict[str, Any], name: str) -> str:
    formats = {
        "date": "2026-11-03",
        "date-time": "2026-11-03T08:00:00+08:00",
        "time": "08:00:00",
        "uuid": "00000000-0000-4000-8000-000000000000",
    }
    if schema.get("format") in formats:
        return formats[schema["format"]]
    if "pattern" in schema and "A-Z0-9" in schema["pattern"]:
        return "ZZ99"
    if name == "plate":
        return "沪C34567"
    if name == "number":
        return "13700137000"
    return "x" * max(schema.get("minLength", 1), 1)


def body_of(operation: Operation, world: World) -> Any:
    content = operation.spec.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return {}
    return sample(content["application/json"]["schema"], world.ids)


def is_multipart(operation: Operation) -> bool:
    return "multipart/form-data" in operation.spec.get("requestBody", {}).get("content", {})


def query_of(operation: Operation, world: World, *, only_required: bool = True) -> dict[str, Any]:
    return {
        one["name"]: sample(one["schema"], world.ids, one["name"])
        for one in operation.spec["parameters"]
        if one["in"] == "query" and (one["required"] or not only_required)
    }


def send(client: Client, operation: Operation, address: str, world: World, **headers: str) -> Any:
    """Ask the operation with the smallest body and query it accepts; a version only if given."""
    named = {"X-Request-ID": "matrix-0001", "Idempotency-Key": next(KEYS), **headers}
    if operation.method == "GET":
        return client.get(address, query_of(operation, world), headers=named)
    if is_multipart(operation):
        return client.post(address, {}, headers=named)
    body = json.dumps(body_of(operation, world))
    return client.generic(operation.method, address, body, content_type="application/json", headers=named)
