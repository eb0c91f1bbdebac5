"""Tables from files: xlsx, xls and csv (UTF-8, UTF-16 or GB18030, also gzipped) become rows of text.

Nothing is believed about a file: its kind is told by its first bytes, what it unpacks to is counted before a library
reads it, and cells far outside the data are refused before memory is taken for the empty space between.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.exchange.archives import check_workbook
from aftersales.exchange.storage import refused

ROWS_AT_MOST = 200_000
COLUMNS_AT_MOST = 200
CELLS_AT_MOST = 5_000_000
TEXT_BYTES_AT_MOST = 160 * 1024 * 1024
CELL_CHARACTERS = 20_000
MERGED_CELLS_AT_MOST = 200_000
_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"
EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)

type Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number in the file, counted from 1 as spreadsheets do; empty cells are empty texts."""

    number: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Table:
    """A file as text. `epoch` is the day 0 of bare date serials; `merged` the rows filled from a merged cell above."""

    rows: tuple[Row, ...]
    epoch: date = EPOCH_1900
    merged: frozenset[int] = frozenset()


def read_table(place: Path) -> Table:
    """Return the rows of a file that hold anything.

    Raises InputRefused (field `file`) with a sentence for what is no table, is damaged, or would unpack to too much.
    """
    with place.open("rb") as file:
        head = file.read(8)
    if head.startswith(_ZIP):
        return _workbook(place, check_workbook(place))
    if head.startswith(_OLE):
        return _workbook(place, EPOCH_1900)
    data = _gunzip(place) if head.startswith(_GZIP) else place.read_bytes()
    return _text_table(data)


def _gunzip(place: Path) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(place.read_bytes(), TEXT_BYTES_AT_MOST + 1)
    except zlib.error:
        raise refused(_("The packed file is damaged."), "file_damaged") from None
    if len(data) > TEXT_BYTES_AT_MOST:
        raise refused(_("The file unpacks to more than a table can hold. It was not read."), "file_unpacks_too_large")
    if not unpacker.eof:
        raise refused(_("The packed file is damaged."), "file_damaged")
    return data


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refused(
        _("The text of the file is neither UTF-8 nor GB18030. Save it as “CSV UTF-8” or as xlsx."), "file_encoding"
    )


def _text_table(data: bytes) -> Table:
    text = _decoded(data)
    if text.count("\x00") > len(text) // 100:
        raise refused(_("This is not a table. Send an xlsx, xls or csv file."), "file_is_no_table")
    first = text[:4000].lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    rows: list[Row] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if any(cells):
                _require_room(len(rows), len(cells))
                rows.append(Row(number, tuple(cells)))
    except csv.Error:
        raise refused(
            _("The file is not written as a table: a cell is too long or never ends."), "file_damaged"
        ) from None
    return Table(tuple(rows))


def _require_room(rows: int, columns: int) -> None:
    if rows >= ROWS_AT_MOST:
        raise refused(
            _("The table has more than %(limit)s rows. Please split it.") % {"limit": ROWS_AT_MOST}, "too_many_rows"
        )
    if columns > COLUMNS_AT_MOST:
        raise refused(_("The table has more than %(limit)s columns.") % {"limit": COLUMNS_AT_MOST}, "too_many_columns")


def _workbook(place: Path, epoch: date) -> Table:
    import python_calamine as calamine

    try:
        with calamine.load_workbook(str(place)) as book:
            for meta in book.sheets_metadata:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet or meta.visible != calamine.SheetVisibleEnum.Visible:
                    continue
                sheet = book.get_sheet_by_name(meta.name)
                if sheet.total_height and sheet.total_width:
                    return _sheet(sheet, epoch)
    except calamine.PasswordError:
        raise refused(_("The file is protected with a password. Save it without one."), "file_protected") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise refused(_("The spreadsheet is damaged or of an unknown kind."), "file_damaged") from error
    return Table((), epoch)


def _sheet(sheet: Any, epoch: date) -> Table:
    width = int(sheet.total_width)
    if int(sheet.total_height) * width > CELLS_AT_MOST * 4:
        raise refused(
            _("Cells far outside the table hold something. Delete the empty rows and columns."), "too_many_cells"
        )
    filled = _merged_cells(sheet.merged_cell_ranges or ())
    anchors: dict[tuple[int, int], str] = {}
    anchored = set(filled.values())
    rows: list[Row] = []
    merged: set[int] = set()
    first_row = sheet.start[0] if sheet.start else 0
    for place, raw in enumerate(sheet.to_python(skip_empty_area=True) if sheet.height else (), start=first_row):
        left = sheet.start[1] if sheet.start else 0
        cells = [""] * left + [text_of(value) for value in raw]
        for column in range(len(cells)) if filled else ():
            if (place, column) in anchored:
                anchors[place, column] = cells[column]
            elif (anchor := filled.get((place, column))) is not None and anchors.get(anchor):
                cells[column] = anchors[anchor]
                merged.add(place + 1)
        if any(cells):
            _require_room(len(rows), len(cells))
            rows.append(Row(place + 1, tuple(cells)))
    return Table(tuple(rows), epoch, frozenset(merged))


def _merged_cells(ranges: Sequence[Any]) -> dict[tuple[int, int], tuple[int, int]]:
    """Return {cell: the cell that holds its value} for cells merged downwards; titles merged across stay."""
    filled: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, right) in ranges:
        if bottom == top:
            continue
        if len(filled) + (bottom - top + 1) * (right - left + 1) > MERGED_CELLS_AT_MOST:
            raise refused(
                _("Too many merged cells. Undo the merging and send the file again."), "too_many_merged_cells"
            )
        for row in range(top, bottom + 1):
            if row != top:
                filled[row, left] = (top, left)
    return filled


def text_of(value: object) -> str:
    """Return a cell as text: whole numbers without a point, days as 2026-11-21, nothing as ''."""
    if isinstance(value, str):
        return value[: CELL_CHARACTERS + 1]
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    return "" if value is None else str(value)
