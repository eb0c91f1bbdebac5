"""What can be found: every kind of document behind the one search box, with its right and its page."""

from __future__ import annotations

from dataclasses import dataclass

from aftersales.core.errors import Text
from aftersales.core.permissions import Permission


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document in the index.

    Shape: `code` is the small number kept in every term row and never reused; `right` is what the reader must hold at
    the row's
    station; `url_name` is reversed with the row's number; `is_network` marks masters that belong to no station.
    """

    name: str
    code: int
    label: Text
    right: Permission
    url_name: str
    icon: str
    is_network: bool = False


_KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> Kind:
    """Add a kind to the search box; a name or code used twice is an error."""
    if any(known.name == kind.name or known.code == kind.code for known in _KINDS.values()):
        raise RuntimeError(f"search kind {kind.name} ({kind.code}) is registered twice")
    _KINDS[kind.name] = kind
    return kind


def kind_named(name: str) -> Kind:
    """Return the kind; KeyError for one that no app has registered."""
    return _KINDS[name]


def registered_kinds() -> tuple[Kind, ...]:
    """Return every kind in the order shown to people: by code."""
    return tuple(sorted(_KINDS.values(), key=lambda kind: kind.code))
