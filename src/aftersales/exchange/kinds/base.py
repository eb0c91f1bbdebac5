"""The shape of a kind: columns, right, judging, writing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from aftersales.core.actor import Actor
from aftersales.core.errors import Text
from aftersales.customers.imports import Oddity, Written
from aftersales.exchange.columns import DATE, TEXT, WHOLE, Column
from aftersales.exchange.mapping import ColumnMap
from aftersales.exchange.readers import CELL_CHARACTERS, Table
from aftersales.exchange.values import DateReader, whole
from aftersales.exchange.wording import sentence_for
from aftersales.network.models import Station

type Figures = dict[str, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """One strange thing about one row, `row` as the file counts; `is_refused` rows are not written."""

    row: int
    kind: str
    field: str
    value: str
    sentence: Text
    is_refused: bool


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a file under our names, with what judging needs. `cells` is {our column: text}."""

    rows: Sequence[tuple[int, dict[str, str]]]
    dates: DateReader
    on: date
    station: Station
    options: dict[str, Any]


@dataclass(slots=True)
class Prepared:
    """What is to be written, unit by unit in the order of the file, and every oddity. `weight` is a unit's rows."""

    units: list[Any] = field(default_factory=list)
    oddities: list[Judged] = field(default_factory=list)
    figures: Figures = field(default_factory=dict)
    weight: Callable[[Any], int] = lambda unit: 1


type Write = Callable[[Actor, datetime, Station, Sequence[Any], dict[str, Any]], Written]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file. `right` is what its records need besides the right to import; `batch` units share a
    transaction."""

    name: str
    columns: tuple[Column, ...]
    right: str
    prepare: Callable[[Source], Prepared]
    write: Write
    batch: int
    is_network: bool = False
    sheet_name: str = ""

    def column(self, name: str) -> Column | None:
        """Return the column of that name."""
        return next((column for column in self.columns if column.name == name), None)


def source_of(table: Table, mapped: ColumnMap, *, on: date, station: Station) -> Source:
    """Return the file's rows below its headings under our names."""
    rows = []
    for row in table.rows:
        if row.number <= mapped.heading_row:
            continue
        width = len(row.cells)
        cells = {name: row.cells[place] for name, place in mapped.columns.items() if place < width}
        if any(cells.values()):
            rows.append((row.number, cells))
    return Source(rows, DateReader(mapped.date_format, table.epoch), on, station, dict(mapped.options))


def typed_row(
    columns: Sequence[Column], number: int, cells: dict[str, str], dates: DateReader, oddities: list[Judged]
) -> dict[str, Any]:
    """Return a row with dates and whole numbers read; a cell that is none is left out, with an oddity."""
    values: dict[str, Any] = {}
    for column in columns:
        text = cells.get(column.name)
        if not text or text.isspace():
            continue
        if (kind := unstorable(text)) is not None:
            oddities.append(Judged(number, kind, column.name, text[:40], sentence_for(kind), is_refused=True))
            values[column.name] = text
        elif column.form == TEXT:
            values[column.name] = text
        elif column.form == DATE:
            day = dates.read(text)
            kind = "date_unreadable" if day is None else "date_serial" if dates.is_serial(text) else None
            if kind is not None:
                oddities.append(Judged(number, kind, column.name, text, sentence_for(kind), is_refused=False))
            if day is not None:
                values[column.name] = day
        elif column.form == WHOLE:
            count = whole(text)
            if count is None:
                said = sentence_for("number_unreadable")
                oddities.append(Judged(number, "number_unreadable", column.name, text, said, is_refused=False))
            else:
                values[column.name] = count
        else:
            values[column.name] = text.strip()
    return values


def unstorable(text: str) -> str | None:
    """Return what keeps a text out of the database, or None; asked for every cell, so no character is looked at."""
    if "\x00" in text:
        return "text_unstorable"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "text_unstorable"
    return "text_too_long" if len(text) > CELL_CHARACTERS else None


def padded(rows: Sequence[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the rows so that counting from 1 gives each its number in the file; the gaps are empty rows."""
    filled: list[dict[str, Any]] = [{}] * (rows[-1][0] if rows else 0)
    for number, values in rows:
        filled[number - 1] = values
    return filled


def judged(oddities: Sequence[Oddity], cells: dict[int, dict[str, str]]) -> list[Judged]:
    """Return what an app said about rows, for the rows that are in the file."""
    return [
        Judged(
            oddity.row,
            f"{oddity.field}_refused" if oddity.is_refused else f"{oddity.field}_noted",
            oddity.field,
            cells[oddity.row].get(oddity.field, ""),
            oddity.sentence,
            oddity.is_refused,
        )
        for oddity in oddities
        if oddity.row in cells
    ]
