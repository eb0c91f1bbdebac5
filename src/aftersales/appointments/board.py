"""The day board as rows of cells: bays and technicians down, the opening hours across. It works as a plain table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aftersales.appointments import rules
from aftersales.appointments.models import Slot
from aftersales.appointments.queries import LoadRow, Resources, load_of, span_of

CELL_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of a row: `width` columns, taken by the slot or free (None) from `starts_at` on."""

    width: int
    starts_at: datetime
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class BoardRow:
    load: LoadRow
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Board:
    """`hours` are the starts of the columns; no rows on a closed day."""

    hours: list[datetime]
    rows: list[BoardRow]


def board_of(found: Resources) -> Board:
    """Return the board of a day from resources already read."""
    if not found.windows:
        return Board([], [])
    begin, end = min(w[0] for w in found.windows), max(w[1] for w in found.windows)
    length = timedelta(minutes=CELL_MINUTES)
    columns = [begin + length * n for n in range(-(-int((end - begin).total_seconds()) // int(length.total_seconds())))]
    slots = [found.bay_slots.get(bay.pk, []) for bay in found.bays]
    slots += [found.technician_slots.get(person.pk, []) for person in found.technicians]
    rows = [BoardRow(load, _cells(columns, taken, length)) for load, taken in zip(load_of(found), slots, strict=True)]
    return Board(columns, rows)


def _cells(columns: Sequence[datetime], slots: Sequence[Slot], length: timedelta) -> list[Cell]:
    cells: list[Cell] = []
    for start in columns:
        span = (start, start + length)
        slot = next((slot for slot in slots if not rules.is_free(span, [span_of(slot)])), None)
        last = cells[-1] if cells else None
        if last is not None and slot is not None and last.slot is not None and last.slot.pk == slot.pk:
            cells[-1] = Cell(last.width + 1, last.starts_at, slot)
        else:
            cells.append(Cell(1, start, slot))
    return cells
