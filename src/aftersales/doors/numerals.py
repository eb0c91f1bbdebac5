"""Figures sent as text have one writing only: ASCII digits with at most one point.

Python's own reading is wider: it takes 1_000 for a thousand, digits of any script, NaN and Infinity, which the sender
hardly meant and the forms refuse as well. The narrower reading is put into the compiled check of every operation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import PydanticKnownError, SchemaValidator, core_schema

# Asked for thousands of times; a text longer than this is no figure of ours.
LONGEST: Final = 60
_WRITTEN: Final = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)\s*", re.ASCII)
_REFUSED: Final = {"int": "int_parsing", "decimal": "decimal_parsing", "float": "float_parsing"}
_NOT_SCHEMAS: Final = frozenset({"metadata", "serialization", "default", "expected"})


def _read_by(kind: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, str) and (len(value) > LONGEST or not _WRITTEN.fullmatch(value)):
            raise PydanticKnownError(_REFUSED[kind])  # type: ignore[arg-type]
        return value

    return read


_DONE: Final[set[type[BaseModel]]] = set()
_READ: Final = {kind: _read_by(kind) for kind in _REFUSED}


def _narrowed(schema: Any) -> Any:
    """Return a copy of a core schema in which every figure passes `_READ` first."""
    if isinstance(schema, list):
        return [_narrowed(one) for one in schema]
    if isinstance(schema, tuple):
        return tuple(_narrowed(one) for one in schema)
    if not isinstance(schema, dict):
        return schema
    copied = {name: value if name in _NOT_SCHEMAS else _narrowed(value) for name, value in schema.items()}
    kind = schema.get("type")
    if kind not in _READ:
        return copied
    named = {"ref": copied.pop("ref")} if "ref" in copied else {}
    return core_schema.no_info_before_validator_function(_READ[kind], copied, **named)


def _models_in(schema: Any) -> Iterator[type[BaseModel]]:
    if isinstance(schema, list | tuple):
        for one in schema:
            yield from _models_in(one)
    elif isinstance(schema, dict):
        if schema.get("type") == "model":
            yield schema["cls"]
        for name, value in schema.items():
            if name not in _NOT_SCHEMAS:
                yield from _models_in(value)


@contextmanager
def _compiled_anew(models: Iterable[type[BaseModel]]) -> Iterator[None]:
    """Keep the compiler from taking a model within a model as it was compiled before."""
    finished = {model for model in models if model.__pydantic_complete__}
    for model in finished:
        model.__pydantic_complete__ = False
    try:
        yield
    finally:
        for model in finished:
            model.__pydantic_complete__ = True


def narrow_figures(inputs: Iterable[type[BaseModel]]) -> None:
    """Make the input models refuse figures written as `1_000`, `٣`, `NaN`, `Infinity` or `1e400`, with a sentence."""
    for model in inputs:
        if model not in _DONE:
            _DONE.add(model)
            schema = model.__pydantic_core_schema__
            with _compiled_anew(_models_in(schema)):
                model.__pydantic_validator__ = SchemaValidator(_narrowed(schema), None)
