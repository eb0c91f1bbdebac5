"""Figures in text have one writing: asked of every place of every operation where a figure may stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from aftersales.config.api import api
from aftersales.doors.numerals import narrow_figures
from aftersales.doors.wording import sentence_for

ODD = ("1_000", "٣", "１２", "NaN", "Infinity", "-inf", "1e400", "1e3", "0x10", "", "1.2.3", "9" * 5000)
type Place = tuple[str | int, ...]


def inputs() -> dict[str, type[BaseModel]]:
    assert api.urls  # the frame is put on when the addresses are made
    return {f"{one.operation_id} {model.__name__}": model for one in api.operations() for model in one.models}


def places(schema: dict[str, Any], known: dict[str, Any], above: Place = ()) -> Iterator[Place]:
    """Yield where a figure may stand in what a JSON schema describes."""
    while "$ref" in schema:
        schema = known[schema["$ref"].rsplit("/", 1)[-1]]
    for name in ("anyOf", "allOf", "oneOf"):
        for one in schema.get(name, ()):
            yield from places(one, known, above)
    if schema.get("type") in ("integer", "number"):
        yield above
    for name, one in schema.get("properties", {}).items():
        yield from places(one, known, (*above, name))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from places(schema["additionalProperties"], known, (*above, "1"))
    if "items" in schema:
        yield from places(schema["items"], known, (*above, 0))


def put(place: Place, value: Any) -> Any:
    for step in reversed(place):
        value = [value] if step == 0 else {step: value}
    return value


def test_every_figure_of_every_operation_is_refused_in_another_writing() -> None:
    tried, taken = 0, []
    for name, model in inputs().items():
        schema = model.model_json_schema(by_alias=True)
        for place in dict.fromkeys(places(schema, schema.get("$defs", {}))):
            for odd in ODD:
                tried += 1
                with pytest.raises(ValidationError) as refused:
                    model.model_validate(put(place, odd))
                told = [error for error in refused.value.errors() if error["type"].endswith("_parsing")]
                if not told or not sentence_for(told[0]):
                    taken.append((name, place, odd[:20]))
    assert tried > 3000
    assert taken == []


class Amounts(BaseModel):
    pieces: int
    price: float


class Sheet(BaseModel):
    lines: list[Amounts]
    by_line: dict[int, str] = {}


def test_plain_figures_are_read_and_a_model_within_a_model_is_narrowed_too() -> None:
    narrow_figures((Sheet,))
    narrow_figures((Sheet,))  # twice is as once
    read = Sheet.model_validate({"lines": [{"pieces": " -12 ", "price": "+0.50"}], "by_line": {"7": "a"}})
    assert (read.lines[0].pieces, read.lines[0].price, read.by_line) == (-12, 0.5, {7: "a"})
    assert Sheet.model_validate({"lines": [{"pieces": 12, "price": 1e3}]}).lines[0].price == 1000
    for odd in ({"pieces": "1_2", "price": 1}, {"pieces": 1, "price": "nan"}):
        with pytest.raises(ValidationError):
            Sheet.model_validate({"lines": [odd]})
    with pytest.raises(ValidationError):
        Sheet.model_validate({"lines": [], "by_line": {"1_0": "a"}})
