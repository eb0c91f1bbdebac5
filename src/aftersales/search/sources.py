"""Where the index can be rebuilt from: every app that puts documents into it names a source at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aftersales.search.services import Finding

type Source = Callable[[], Iterable[Finding]]

_SOURCES: dict[str, Source] = {}


def register_source(kind: str, source: Source) -> None:
    """Say which function yields the finding of every document of a kind; a kind named twice keeps the later one."""
    _SOURCES[kind] = source


def sources() -> dict[str, Source]:
    """Return {kind: source}."""
    return dict(_SOURCES)
