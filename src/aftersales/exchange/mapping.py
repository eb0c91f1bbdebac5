"""Which column of a file is what: recognised by headings, chosen on the page, or read from a mapping file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import InputRefused
from aftersales.exchange.choices import ImportKind
from aftersales.exchange.columns import Column, folded, recognised
from aftersales.exchange.readers import Row, Table
from aftersales.exchange.storage import refused
from aftersales.exchange.values import strptime_form

SHIPPED = Path(__file__).parent / "mappings"
HEADINGS_WITHIN = 10
LARGEST_MAPPING_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """`columns` is {our column: place in the file}, `heading_row` the number of the row with the headings.

    `date_format` such as DD-MM-YY is the file's way to write days ('' tries the usual ones); `options` are the kind's.
    """

    columns: Mapping[str, int]
    heading_row: int
    date_format: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the map as the job keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return the map a job has kept."""
        return cls(kept["columns"], kept["heading_row"], kept.get("date_format", ""), kept.get("options", {}))


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping file: the kind it is for, {our column: heading in the file}, and the options."""

    kind: str
    columns: Mapping[str, str]
    date_format: str
    options: Mapping[str, Any]

    def applied_to(self, table: Table) -> ColumnMap:
        """Return the map for a file; InputRefused naming the headings the file does not have."""
        wanted = {folded(heading) for heading in self.columns.values()}
        row = next(
            (row for row in table.rows[:HEADINGS_WITHIN] if wanted <= {folded(cell) for cell in row.cells}), None
        )
        if row is None:
            first = {folded(cell) for cell in table.rows[0].cells} if table.rows else set()
            missing = [heading for heading in self.columns.values() if folded(heading) not in first]
            raise refused(
                _("The file lacks these columns of the mapping: %(columns)s.") % {"columns": ", ".join(missing)},
                "columns_missing",
            )
        places = {folded(cell): place for place, cell in reversed(list(enumerate(row.cells)))}
        return ColumnMap(
            {name: places[folded(heading)] for name, heading in self.columns.items()},
            row.number,
            self.date_format,
            self.options,
        )


def read_mapping(text: str) -> MappingFile:
    """Return a mapping file (TOML); InputRefused (field `mapping`) for what is none."""
    try:
        if len(text) > LARGEST_MAPPING_BYTES:
            raise ValueError("too long")
        raw = tomllib.loads(text)
        columns = {str(name): str(heading) for name, heading in raw["columns"].items()}
        date_format = str(raw.get("date_format", ""))
        if date_format:
            strptime_form(date_format)
        kind = ImportKind(raw["kind"])
        options = dict(raw.get("options", {}))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        sentence = _("The mapping file cannot be read: it needs a kind and a table of columns.")
        raise InputRefused(sentence, code="mapping_unreadable", fields={"mapping": sentence}) from error
    return MappingFile(str(kind), columns, date_format, options)


def heading_row(columns: Sequence[Column], table: Table) -> Row:
    """Return the row of headings: among the first ten, the one in which most headings are known; else the first."""
    if not table.rows:
        raise refused(_("The file holds no rows."), "file_holds_no_rows")
    return max(table.rows[:HEADINGS_WITHIN], key=lambda row: len(recognised(columns, row.cells)))


def guessed(columns: Sequence[Column], table: Table) -> ColumnMap:
    """Return the map that the headings suggest; it may lack columns."""
    row = heading_row(columns, table)
    return ColumnMap(recognised(columns, row.cells), row.number)


def missing_columns(columns: Sequence[Column], mapped: ColumnMap) -> list[Column]:
    """Return the columns the kind cannot do without and the map does not name."""
    return [column for column in columns if column.is_required and column.name not in mapped.columns]
