"""What an xlsx file really unpacks to, measured before any library believes it."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from aftersales.exchange.storage import refused

EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
UNPACKED_BYTES_AT_MOST = 300 * 1024 * 1024
RATIO_AT_MOST = 200
RATIO_COUNTS_FROM_BYTES = 20 * 1024 * 1024
MEMBERS_AT_MOST = 2_000
CELLS_AT_MOST = 6_000_000
CHUNK = 1 << 20
OVERLAP = 2_048
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL = re.compile(rb'<c\s[^>]*?\br="([A-Za-z]{1,3})([0-9]{1,7})"[^>]*[^/]>')
_NAMELESS_CELL = re.compile(rb"<c(?![A-Za-z])(?![^>]*\br=)[^>]*(?<!/)>")
_ROW = re.compile(rb'<row\s[^>]*?\br="([0-9]{1,7})"')
_DATE_1904 = re.compile(rb'date1904="(?:1|true)"')


def check_workbook(place: Path) -> date:
    """Return day 0 of the workbook's date serials after measuring it.

    Raises InputRefused for what is no xlsx, unpacks to more than 300 MB or 200 times its size, or spreads a few cells
    over a sheet so wide and high that reading it would fill the memory.
    """
    epoch, total = EPOCH_1900, 0
    try:
        with zipfile.ZipFile(place) as archive, place.open("rb") as file:
            members = archive.infolist()
            if "xl/workbook.xml" not in archive.NameToInfo:
                raise refused(_("This is not a table. Send an xlsx, xls or csv file."), "file_is_no_table")
            if len(members) > MEMBERS_AT_MOST:
                raise _bomb()
            for member in members:
                extent = _Extent() if _SHEET.fullmatch(member.filename) else None
                size, tail = 0, b""
                for chunk in _unpacked(file, member):
                    size += len(chunk)
                    total += len(chunk)
                    if total > UNPACKED_BYTES_AT_MOST:
                        raise _bomb()
                    if size > RATIO_COUNTS_FROM_BYTES and size > member.compress_size * RATIO_AT_MOST:
                        raise _bomb()
                    if extent is not None:
                        extent.look(tail + chunk)
                        tail = chunk[-OVERLAP:]
                    elif member.filename == "xl/workbook.xml" and _DATE_1904.search(chunk):
                        epoch = EPOCH_1904
                if extent is not None:
                    extent.require_room()
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError) as error:
        raise refused(_("The spreadsheet is damaged or of an unknown kind."), "file_damaged") from error
    return epoch


def _bomb() -> Exception:
    return refused(_("The file unpacks to more than a table can hold. It was not read."), "file_unpacks_too_large")


def _unpacked(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a member really unpacks to, whatever the archive's directory says."""
    file.seek(member.header_offset)
    header = file.read(30)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    file.seek(name_length + extra_length, 1)
    left = member.compress_size
    if member.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise ValueError("packed in an unknown way")
    unpacker = zlib.decompressobj(-15)
    while left > 0 and (packed := file.read(min(CHUNK, left))):
        left -= len(packed)
        while packed:
            if chunk := unpacker.decompress(packed, CHUNK):
                yield chunk
            packed = unpacker.unconsumed_tail


class _Extent:
    """How far the filled cells of a sheet reach."""

    def __init__(self) -> None:
        self.widest = self.highest_row = self.highest_nameless = 0
        self.has_nameless = False

    def look(self, xml: bytes) -> None:
        """Take note of the cells in a piece of the sheet; pieces overlap, so that no cell is cut in two."""
        found = _CELL.findall(xml)
        for letters in {letters for letters, _row in found}:
            self.widest = max(self.widest, _column_number(letters))
        if found:
            self.highest_row = max(self.highest_row, *(int(row) for _letters, row in found))
        self.has_nameless = self.has_nameless or _NAMELESS_CELL.search(xml) is not None
        if rows := _ROW.findall(xml):
            self.highest_nameless = max(self.highest_nameless, *map(int, rows))

    def require_room(self) -> None:
        """Raise InputRefused when the smallest rectangle around the cells is larger than memory should hold."""
        height = max(self.highest_row, self.highest_nameless) if self.has_nameless else self.highest_row
        width = max(self.widest, 16_384) if self.has_nameless and height > 1_000_000 else self.widest
        if height * width > CELLS_AT_MOST:
            raise refused(
                _("Cells far outside the table hold something. Delete the empty rows and columns."), "too_many_cells"
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
