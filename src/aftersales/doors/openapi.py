"""The OpenAPI document: ninja's, with refusals in their own media type and no name that means two things."""

from __future__ import annotations

from typing import Any

from ninja.openapi.schema import OpenAPISchema
from pydantic import WithJsonSchema

from aftersales.doors.problems import CONTENT_TYPE


def listed(choices: Any) -> WithJsonSchema:
    """Return how choices are described on the spot, for a class whose name another app uses too."""
    return WithJsonSchema({"type": "string", "enum": [str(value) for value in choices.values]})


class OpenApi(OpenAPISchema):
    """Also keeps `conflicts`: names that two different schemas claim; a test expects none."""

    def __init__(self, api: Any, path_prefix: str) -> None:
        self.conflicts: set[str] = set()
        super().__init__(api, path_prefix)
        for methods in self["paths"].values():
            for operation in methods.values():
                _mend(operation)

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        self.conflicts |= {
            name for name, definition in definitions.items() if self.schemas.get(name, definition) != definition
        }
        super().add_schema_definitions(definitions)


def _mend(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            answer["content"] = {CONTENT_TYPE: content["application/json"]}
    for parameter in operation.get("parameters", []):
        # A parameter that may be left out is left out; there is no way to write null into an address.
        schema = parameter["schema"]
        kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
        if len(kinds) == 1 and len(schema["anyOf"]) == 2:
            rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
            parameter["schema"] = kinds[0] if "$ref" in kinds[0] else rest | kinds[0]
