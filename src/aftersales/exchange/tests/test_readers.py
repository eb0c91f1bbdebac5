"""Files of every kind become the same rows; hostile ones are refused with a sentence before memory is taken."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from aftersales.core.errors import InputRefused
from aftersales.exchange.readers import EPOCH_1904, Table, read_table
from aftersales.exchange.values import DateReader

TEXT = '客户姓名,电话,车型\r\n陈建国,13800138000,朗逸\r\n欧阳娜娜,021-5555 1234,"宝来, 1.4T"\r\n'
ROWS = [("客户姓名", "电话", "车型"), ("陈建国", "13800138000", "朗逸"), ("欧阳娜娜", "021-5555 1234", "宝来, 1.4T")]


def table_of(tmp_path: Path, data: bytes) -> Table:
    place = tmp_path / "upload"
    place.write_bytes(data)
    return read_table(place)


def book(tmp_path: Path, fill: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as made:
        fill(made, made.add_worksheet())
    return out.getvalue()


def rezipped(data: bytes, changed: dict[str, bytes]) -> bytes:
    """Return an xlsx in which some members are replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, changed.get(member.filename, old.read(member.filename)))
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    data = TEXT.encode(encoding)
    assert [row.cells for row in table_of(tmp_path, data).rows] == ROWS
    assert [row.cells for row in table_of(tmp_path, gzip.compress(data)).rows] == ROWS


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_delimiters_are_recognised(tmp_path: Path, mark: str) -> None:
    rows = table_of(tmp_path, f"姓名{mark}电话\n王芳{mark}139\n".encode()).rows
    assert [row.cells for row in rows] == [("姓名", "电话"), ("王芳", "139")]


def test_a_workbook_gives_text_days_and_whole_numbers_and_keeps_its_row_numbers(tmp_path: Path) -> None:
    def fill(made: Any, sheet: Any) -> None:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(2, 1, ["姓名", "电话", "日期", "里程", "价"])
        sheet.write_row(4, 1, ["陈", 13800138000.0])
        sheet.write_datetime(4, 3, datetime(2021, 5, 18), day)
        sheet.write_row(4, 4, [35210, 28.5])

    table = table_of(tmp_path, book(tmp_path, fill))
    assert [(row.number, row.cells) for row in table.rows] == [
        (3, ("", "姓名", "电话", "日期", "里程", "价")),
        (5, ("", "陈", "13800138000", "2021-05-18", "35210", "28.5")),
    ]


def test_bare_date_serials_are_read_by_the_workbooks_epoch(tmp_path: Path) -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["日期"])
        sheet.write_row(1, 0, [44334])

    assert DateReader("", table_of(tmp_path, book(tmp_path, fill)).epoch).read("44334") == date(2021, 5, 18)
    since_1904 = table_of(tmp_path, book(tmp_path, fill, date_1904=True))
    assert since_1904.epoch == EPOCH_1904
    assert DateReader("", since_1904.epoch).read("42872") == date(2021, 5, 18)


def test_cells_merged_downwards_are_filled_and_named(tmp_path: Path) -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["客户", "项目"])
        sheet.merge_range(1, 0, 3, 0, "陈建国")
        for row, text in enumerate(("机油", "机滤", "工时"), start=1):
            sheet.write_string(row, 1, text)

    table = table_of(tmp_path, book(tmp_path, fill))
    assert [row.cells for row in table.rows[1:]] == [("陈建国", "机油"), ("陈建国", "机滤"), ("陈建国", "工时")]
    assert table.merged == frozenset({3, 4})


def test_a_million_empty_rows_are_no_rows(tmp_path: Path) -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["客户", "电话"])
        sheet.write_row(1, 0, ["陈", "1"])
        sheet.set_row(1_048_575, 30)

    assert len(table_of(tmp_path, book(tmp_path, fill)).rows) == 2


def test_a_cell_in_the_last_corner_takes_no_memory(tmp_path: Path) -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["客户", "电话"])
        sheet.write_string(1_048_575, 16_383, "x")

    with pytest.raises(InputRefused) as caught:
        table_of(tmp_path, book(tmp_path, fill))
    assert caught.value.code == "too_many_cells"


def test_a_corner_hidden_behind_nameless_cells_is_refused(tmp_path: Path) -> None:
    data = book(tmp_path, lambda made, sheet: sheet.write_string(0, 0, "x"))
    xml = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'
        b'<row r="1048576"><c><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(InputRefused) as caught:
        table_of(tmp_path, rezipped(data, {"xl/worksheets/sheet1.xml": xml}))
    assert caught.value.code == "too_many_cells"


def test_a_zip_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    data = book(tmp_path, lambda made, sheet: sheet.write_string(0, 0, "x"))
    bomb = rezipped(data, {"xl/worksheets/sheet1.xml": b" " * 60_000_000})
    assert len(bomb) < 200_000
    with pytest.raises(InputRefused) as caught:
        table_of(tmp_path, bomb)
    assert caught.value.code == "file_unpacks_too_large"
    with pytest.raises(InputRefused) as caught:
        table_of(tmp_path, gzip.compress(b"a," * 100_000_000))
    assert caught.value.code == "file_unpacks_too_large"


def test_a_zip_that_lies_about_its_size_is_measured(tmp_path: Path) -> None:
    data = book(tmp_path, lambda made, sheet: sheet.write_string(0, 0, "x"))
    bomb = bytearray(rezipped(data, {"xl/worksheets/sheet1.xml": b" " * 60_000_000}))
    size = (60_000_000).to_bytes(4, "little")
    while (place := bomb.find(size)) >= 0:
        bomb[place : place + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(InputRefused) as caught:
        table_of(tmp_path, bytes(bomb))
    assert caught.value.code == "file_unpacks_too_large"


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    data = book(tmp_path, lambda made, sheet: sheet.write_string(0, 0, "x"))
    xml = (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "lollollol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="str"><v>&b;</v></c></row></sheetData></worksheet>'
    )
    try:
        table = table_of(tmp_path, rezipped(data, {"xl/worksheets/sheet1.xml": xml}))
    except InputRefused:
        return
    assert "lol" not in "".join(cell for row in table.rows for cell in row.cells)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\xff\xfe\xff\x00" * 40, "file_encoding"),
        (b"PK\x03\x04 broken", "file_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_damaged"),
        (b"\x1f\x8b\x08\x00broken", "file_damaged"),
        (b"a,b\n" + b'"' + b"x" * 200_000, "file_damaged"),
        (b"a\x00" * 100, "file_is_no_table"),
        (("," * 300 + "\n").encode() + b"x" + b"," * 300, "too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        table_of(tmp_path, data)
    assert caught.value.code == code
    assert str(caught.value.fields["file"])


def test_a_zip_without_a_workbook_is_no_table(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("evil.exe", b"MZ")
    with pytest.raises(InputRefused) as caught:
        table_of(tmp_path, out.getvalue())
    assert caught.value.code == "file_is_no_table"


@pytest.mark.parametrize(
    ("written", "text", "day"),
    [
        ("", "2026-11-21", date(2026, 11, 21)),
        ("", "2026/1/5", date(2026, 1, 5)),
        ("", "２０２６年１月５日", date(2026, 1, 5)),
        ("", "20260105", date(2026, 1, 5)),
        ("DD-MM-YY", "31-05-17", date(2017, 5, 31)),
        ("DD-MM-YY", "31-13-17", None),
        ("", "31-05-17", None),
        ("", "٣-٣-٢٠٢٦", None),
        ("", "0001-01-01", None),
    ],
)
def test_days_are_read_as_written(written: str, text: str, day: date | None) -> None:
    assert DateReader(written, date(1899, 12, 30)).read(text) == day
