"""Upload, check, write: what is odd is said row by row, a failed batch leaves nothing, a second import adds nothing."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aftersales.catalog.models import LabourOperation, Part
from aftersales.core.errors import Forbidden, InputRefused, NotVisible, TransitionRefused
from aftersales.customers.models import Customer
from aftersales.exchange import commands, queries, services, storage, tasks, transitions, writing
from aftersales.exchange.blanks import blank
from aftersales.exchange.choices import ImportKind
from aftersales.exchange.kinds import KINDS
from aftersales.exchange.mapping import read_mapping
from aftersales.exchange.services import Upload
from aftersales.exchange.storage import place_of
from aftersales.exchange.tests.conftest import AT, csv_of
from aftersales.inventory.models import StockBalance
from aftersales.repairs.models import RepairOrder
from aftersales.vehicles.models import Party, Vehicle

HEADINGS = ("客户姓名", "电话", "车架号", "车牌号", "车型", "行驶里程")
CHEN = ("陈建国", "13800138000", "LSVAM4187C2184847", "沪A12345", "朗逸", "35210")
WANG = ("王芳", "13900139000", "LFV2A21K8A4123456", "沪B23456", "宝来", "8000")


def oddities(job: Any) -> list[tuple[int, str, bool]]:
    return list(job.oddities.values_list("row", "kind", "is_refused"))


def test_customers_and_vehicles_come_in_together_and_only_once(written_in: Any, cast: Any) -> None:
    data = csv_of(HEADINGS, CHEN, WANG, ("陈建国", "13800138000", "", "沪A54321", "途观", ""))
    job = written_in(data)
    assert (job.state, job.failure, job.created_count) == ("committed", "", 5)
    chen = Customer.objects.at_station(cast.station.pk).get(name="陈建国")
    owned = Party.objects.filter(customer=chen).values_list("vehicle__plate", flat=True)
    assert sorted(owned) == ["沪A12345", "沪A54321"]
    assert (4, "customer_repeated", False) in oddities(job)
    again = written_in(data)
    assert (again.state, again.created_count, again.known_count) == ("committed", 0, 5)
    assert (0, "same_file", False) in oddities(again)
    assert Customer.objects.everywhere().count() == 2
    assert Vehicle.objects.everywhere().count() == 3


def test_the_check_names_every_odd_row_by_its_number_in_the_file_and_writes_nothing(taken_in: Any) -> None:
    job = taken_in(
        csv_of(
            ("名单", "", "", "", "", ""),
            HEADINGS,
            CHEN,
            ("", "", "", "", "", ""),
            ("李\x07雷", "13700137000", "", "", "", ""),
            ("赵敏", "12", "LSVAM4187C218484I", "", "", "many"),
            ("", "", "", "", "只有车型", ""),
            ("a\x00b", "13600136000", "", "", "", ""),
        )
    )
    found = oddities(job)
    assert (5, "name_refused", True) in found
    assert (6, "phones_noted", False) in found
    assert (6, "vin_refused", True) in found
    assert (6, "number_unreadable", False) in found
    assert (7, "row_incomplete", True) in found
    assert (8, "text_unstorable", True) in found
    assert not any(row in (1, 2, 3, 4) for row, kind, _refused in found if kind != "vin_noted")
    assert job.report["refused_rows"] == 4
    assert (job.state, Customer.objects.everywhere().count()) == ("checked", 0)


def test_F1_a_file_without_an_import_is_swept_after_an_hour_and_no_other(taken_in: Any) -> None:
    job = taken_in(csv_of(HEADINGS, CHEN))
    orphan, fresh = (storage.keep(iter([b"left behind"])).path for _n in range(2))
    now = datetime.now(UTC)
    hours_ago = (now - timedelta(hours=2)).timestamp()
    for path in (job.path, orphan):
        os.utime(place_of(path), (hours_ago, hours_ago))
    assert tasks.remove_orphans(now) == 1
    assert [place_of(path).exists() for path in (job.path, orphan, fresh)] == [True, False, True]
    assert tasks.remove_orphans(now) == 0
    assert tasks.remove_orphans(now + timedelta(hours=2)) == 1
    assert place_of(job.path).exists()


def test_a_failed_batch_leaves_nothing_and_the_job_says_why(
    taken_in: Any, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aftersales.vehicles import imports as vehicles

    job = services.start(taken_in(csv_of(HEADINGS, CHEN, WANG)), cast.wu, AT, in_background=False)

    def broken(*_args: Any) -> None:
        raise ValueError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(vehicles, "write_rows", broken)
        job = writing.write(job, cast.wu, lambda: AT)
    assert job.state == "failed"
    assert job.failure
    assert (Customer.objects.everywhere().count(), job.units_done) == (0, 0)
    job = writing.write(services.start(job, cast.wu, AT, in_background=False), cast.wu, lambda: AT)
    assert (job.state, Customer.objects.everywhere().count(), Vehicle.objects.everywhere().count()) == (
        "committed",
        2,
        2,
    )


def test_a_worker_whose_job_was_cancelled_or_taken_over_stops(taken_in: Any, cast: Any) -> None:
    job = services.start(taken_in(csv_of(HEADINGS, CHEN)), cast.wu, AT, in_background=False)
    stale = queries.import_visible(cast.wu, job.pk)
    transitions.cancel_import(job, cast.wu, AT)
    after = writing.write(stale, cast.wu, lambda: AT)
    assert (after.state, Customer.objects.everywhere().count()) == ("cancelled", 0)


def test_a_file_that_was_changed_on_disk_is_not_written(taken_in: Any, cast: Any) -> None:
    job = services.start(taken_in(csv_of(HEADINGS, CHEN)), cast.wu, AT, in_background=False)
    place_of(job.path).write_bytes(csv_of(HEADINGS, WANG))
    assert writing.write(job, cast.wu, lambda: AT).state == "failed"
    assert Customer.objects.everywhere().count() == 0


def test_parts_operations_and_opening_stock_come_in_with_chinese_headings(
    written_in: Any, cast: Any, goods: Any
) -> None:
    parts = csv_of(
        ("配件编号", "配件名称", "单位", "来源"), ("NEW-1", "空气滤清器", "件", "原厂"), ("NEW-2", "x", "斤", "原厂")
    )
    job = written_in(parts, "parts", cast.sun)
    assert (job.state, job.created_count) == ("committed", 1)
    assert oddities(job) == [(3, "unit_refused", True)]
    assert Part.objects.get(number="NEW-1").name == "空气滤清器"
    hours = csv_of(("工时代码", "作业项目", "工种", "标准工时"), ("ZZ-900", "更换空调滤芯", "保养", "０.５"))
    assert written_in(hours, "operations", cast.wu).created_count == 1
    assert str(LabourOperation.objects.get(code="ZZ-900").standard_hours) in ("0.5", "0.50")
    stock = csv_of(("配件编号", "数量", "不含税单价"), ("NEW-1", "12", "28.50"), ("NOPE-9", "1", "1"))
    job = written_in(stock, "opening_stock", cast.sun)
    assert (job.state, job.created_count) == ("committed", 1)
    assert (3, "number_refused", True) in oddities(job)
    assert StockBalance.objects.at_station(cast.station.pk).get(part__number="NEW-1").on_hand == 12
    assert written_in(stock, "opening_stock", cast.sun).created_count == 0


def test_a_history_joins_the_customers_and_vehicles_on_file(written_in: Any, cast: Any) -> None:
    written_in(csv_of(HEADINGS, CHEN))
    headings = ("接车日期", "原工单号", "客户姓名", "电话", "车牌号", "行驶里程", "项目内容", "金额")
    data = csv_of(
        headings,
        ("2023/4/12", "RO-1", "陈建国", "13800138000", "沪A·12345", "20000", "更换机油机滤", "386.00"),
        ("2023/4/12", "RO-1", "陈建国", "13800138000", "沪A·12345", "20000", "工时", "100"),
        ("45200", "RO-2", "陈建国", "13800138000", "沪A12345", "26000", "前制动片", ""),
        ("某日", "RO-3", "陈建国", "13800138000", "沪A12345", "26000", "前制动片", ""),
    )
    job = written_in(data, "history")
    assert (job.state, job.created_count, job.rows_done) == ("committed", 2, 4)
    assert {(4, "date_serial", False), (5, "received_missing", True)} <= set(oddities(job))
    assert (Customer.objects.everywhere().count(), Vehicle.objects.everywhere().count()) == (1, 1)
    first = RepairOrder.objects.at_station(cast.station.pk).get(repair_report="RO-1")
    assert [(line.text, str(line.gross)) for line in first.lines.all()] == [
        ("更换机油机滤", "386.00"),
        ("工时", "100.00"),
    ]
    assert written_in(data, "history").created_count == 0


def test_wrong_columns_and_empty_files_are_refused_with_a_sentence(taken_in: Any) -> None:
    with pytest.raises(InputRefused) as caught:
        taken_in(csv_of(("颜色", "味道"), ("红", "甜")))
    assert caught.value.code == "columns_missing"
    assert "客户姓名" in str(caught.value)
    for data, code in (
        (b"", "file_empty"),
        (b"\r\n\r\n", "file_holds_no_rows"),
        (b"\xef\xbb\xbf", "file_holds_no_rows"),
    ):
        with pytest.raises(InputRefused) as caught:
            taken_in(data)
        assert caught.value.code == code


def test_a_check_in_which_every_row_is_refused_cannot_be_written(taken_in: Any, cast: Any) -> None:
    job = taken_in(csv_of(HEADINGS, ("", "", "BAD", "", "", "")))
    with pytest.raises(TransitionRefused):
        services.start(job, cast.wu, AT)


def test_rights_and_fence(taken_in: Any, cast: Any) -> None:
    job = taken_in(csv_of(HEADINGS, CHEN))
    with pytest.raises(NotVisible):
        queries.import_visible(cast.ma, job.pk)
    with pytest.raises(Forbidden):
        services.start(job, cast.lin, AT)
    with pytest.raises(Forbidden):
        taken_in(csv_of(("配件编号", "数量", "不含税单价"), ("A", "1", "1")), "opening_stock", cast.wu)
    with pytest.raises(Forbidden):
        taken_in(csv_of(HEADINGS, CHEN), "customers_vehicles", cast.zhao)


def test_columns_chosen_by_hand_win_and_impossible_choices_are_refused(cast: Any) -> None:
    data = csv_of(("甲", "乙"), ("陈建国", "13800138000"))
    job = services.upload(
        cast.wu, AT, station=cast.station, kind="customers_vehicles", file=Upload("a.csv", iter([data]))
    )
    for columns in ({"name": 7}, {"nonsense": 0}, {"name": 0, "phones": 0}):
        with pytest.raises(InputRefused):
            services.choose_columns(job, cast.wu, AT, columns=columns)
    job = services.check(services.choose_columns(job, cast.wu, AT, columns={"name": 0, "phones": 1}), cast.wu, AT)
    assert (job.state, job.units_total) == ("checked", 1)


@pytest.mark.parametrize("kind", [str(kind.name) for kind in KINDS])
def test_every_template_is_read_back_with_all_its_columns(kind: str, tmp_path: Path) -> None:
    from aftersales.exchange.kinds import kind_named
    from aftersales.exchange.mapping import guessed
    from aftersales.exchange.readers import read_table

    place = tmp_path / "blank.xlsx"
    place.write_bytes(blank(kind))
    columns = kind_named(kind).columns
    assert set(guessed(columns, read_table(place)).columns) == {column.name for column in columns}


@pytest.mark.parametrize("text", ["", "kind=", 'kind="history"', 'kind="war"\n[columns]\n', "x" * 70_000])
def test_a_mapping_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_mapping(text)
    assert caught.value.fields["mapping"]


def test_every_naughty_string_as_a_customer_is_stored_unchanged_or_refused_by_row(
    written_in: Any, cast: Any, shared_data: Path
) -> None:
    strings = json.loads((shared_data / "naughty-strings.json").read_text("utf-8"))
    strings = [text for text in strings if isinstance(text, str)]
    job = written_in(csv_of(("客户姓名", "电话"), *((text, f"138{n:08d}") for n, text in enumerate(strings))))
    assert job.state == "committed"
    kept = dict(
        Customer.objects.at_station(cast.station.pk).filter(phones__isnull=False).values_list("phones__number", "name")
    )
    refused = {row for row, _kind, is_refused in oddities(job) if is_refused}
    for n, text in enumerate(strings):
        stored = kept.get(f"+86138{n:08d}")
        assert stored == text.strip() if stored is not None else (n + 2 in refused or not text.strip()), repr(text)
    assert len(kept) > 300


def test_the_command_line_offers_every_kind() -> None:
    assert tuple(ImportKind.values) == commands.KINDS
