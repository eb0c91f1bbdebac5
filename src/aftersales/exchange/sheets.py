"""Writing tables: xlsx with every text typed as text, csv in which no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from aftersales.exchange.oddities import storable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
CONTENT_TYPES = {"xlsx": XLSX, "csv": CSV}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST_CELL = 32_000
WIDTHS = (8, 60)

type Cell = str | int | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, headings and rows."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def written(form: str, sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets as `xlsx`, or the first of them as `csv`."""
    return _workbook(sheets) if form == "xlsx" else _text(sheets[0])


def _workbook(sheets: Sequence[Sheet]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#e8eef7"})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name[:31])
            page.freeze_panes(1, 0)
            for column, heading in enumerate(sheet.headings):
                page.write_string(0, column, heading, bold)
                page.set_column(column, column, min(max(WIDTHS[0], len(heading) * 2 + 4), WIDTHS[1]), text)
            for number, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    if isinstance(value, int | Decimal):
                        page.write_number(number, column, value)
                    elif isinstance(value, date) and not isinstance(value, datetime):
                        page.write_datetime(number, column, value, day)
                    elif value is not None:
                        # write_string never makes a formula of a text, whatever it begins with.
                        page.write_string(number, column, storable(shown(value))[:LONGEST_CELL], text)
    return out.getvalue()


def _text(sheet: Sheet) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(heading) for heading in sheet.headings])
    writer.writerows([[cell(value) for value in row] for row in sheet.rows])
    # With the mark at the front Excel takes the file for UTF-8.
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "backslashreplace")


def cell(value: Cell) -> str:
    """Return a value as a csv cell: numbers as they are, texts harmless."""
    if isinstance(value, int | Decimal):
        return str(value)
    return "" if value is None else harmless(storable(shown(value)))


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: a quotation mark stands before = + - @."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def shown(value: str | date | datetime) -> str:
    """Return a text, a day as 2026-11-21, an instant to the minute."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value if isinstance(value, str) else value.isoformat()
