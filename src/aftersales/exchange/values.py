"""Cells read strictly: dates in the ways Chinese offices write them, bare date serials, whole numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from aftersales.web import typed

DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M",
                "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M")  # fmt: skip
EARLIEST, LATEST = date(1950, 1, 1), date(2099, 12, 31)
_TOKENS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}
_SERIAL = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")


@dataclass(slots=True)
class DateReader:
    """Reads the dates of one file: `written` such as `DD-MM-YY` is its own way, `epoch` day 0 of bare serials."""

    written: str
    epoch: date
    _known: dict[str, date | None] = field(default_factory=dict)

    def read(self, text: str) -> date | None:
        """Return the day, or None for what is none or lies outside 1950 to 2099."""
        if text not in self._known:
            self._known[text] = self._parsed(text)
        return self._known[text]

    def is_serial(self, text: str) -> bool:
        """Tell whether the cell is a bare number of days, as a date without its format arrives."""
        return _SERIAL.fullmatch(text.strip()) is not None and self.read(text) is not None

    def _parsed(self, text: str) -> date | None:
        plain = typed.half_width(text).replace("／", "/").strip()
        if not plain.isascii() and not re.fullmatch(r"[0-9年月日]+", plain):
            return None
        for form in (strptime_form(self.written),) if self.written else DATE_FORMATS:
            try:
                day = datetime.strptime(plain, form).date()  # noqa: DTZ007  # a day has no zone
            except ValueError:
                continue
            return day if EARLIEST <= day <= LATEST else None
        # Also with a format of the file's own: Excel turns some cells of a column into serials and leaves others.
        if _SERIAL.fullmatch(plain):
            day = self.epoch + timedelta(days=int(float(plain)))
            return day if EARLIEST <= day <= LATEST else None
        return None


def strptime_form(written: str) -> str:
    """Return `DD-MM-YY` as `%d-%m-%y`; ValueError for a form that names no day, month or year or one twice."""
    form = re.sub("YYYY|YY|MM|DD", lambda found: _TOKENS[found[0]], written.upper().replace("%", "%%"))
    named = re.findall("%[dmyY]", form)
    if sorted(name.lower() for name in named) != ["%d", "%m", "%y"] or len(written) > 20:
        raise ValueError(written)
    return form


def whole(text: str) -> int | None:
    """Return a whole number, or None for what is none."""
    try:
        return typed.whole_number(text)
    except typed.Unreadable:
        return None


def amount(text: str) -> Decimal | None:
    """Return a decimal number, or None for what is none."""
    try:
        return typed.number(text)
    except typed.Unreadable:
        return None
