"""The register of personal columns: class, purpose, retention and mask of each (PIPL 6, 51; reliability rows P1-P2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aftersales.core.errors import Text
from aftersales.customers.names import mask_address, mask_name
from aftersales.customers.phones import mask_phone

YEARS_AFTER_LAST_REPAIR = 2  # repair archives are kept at least two years (机动车维修管理规定)


@dataclass(frozen=True, slots=True)
class PersonalColumn:
    """One column that tells of a person.

    Shape: `model` is the label in lower case; `data_class` is identity, contact, location, vehicle, finance or
    free_text;
    `purpose` is one sentence; `retention_years` counts from the last repair; `mask` makes the value fit for the screen.
    """

    model: str
    column: str
    data_class: str
    purpose: Text
    retention_years: int
    mask: Callable[[str], str]


_REGISTER: dict[tuple[str, str], PersonalColumn] = {}
_NOT_PERSONAL: set[tuple[str, str]] = set()


def declare(columns: Iterable[PersonalColumn], *, not_personal: Iterable[tuple[str, str]] = ()) -> None:
    """Enter an app's personal columns, and its text columns that tell nothing of a person; called from
    AppConfig.ready."""
    for column in columns:
        _REGISTER[column.model, column.column] = column
    _NOT_PERSONAL.update(not_personal)


def register() -> tuple[PersonalColumn, ...]:
    """Return every declared personal column, ordered by model and column."""
    return tuple(_REGISTER[key] for key in sorted(_REGISTER))


def is_classified(model: str, column: str) -> bool:
    """Tell whether the column has been judged, personal or not."""
    return (model, column) in _REGISTER or (model, column) in _NOT_PERSONAL


def hide(_value: str) -> str:
    """Mask a whole value."""
    return "****"


def unmasked(value: str) -> str:
    """Show the value: the counter works with it, the fence of the station protects it."""
    return value


__all__ = [
    "PersonalColumn", "declare", "hide", "is_classified", "mask_address", "mask_name", "mask_phone", "register",
    "unmasked",
]  # fmt: skip
