"""Parts and operations from a spreadsheet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from aftersales.catalog import imports
from aftersales.catalog.models import LabourOperation, Part
from aftersales.catalog.tests.conftest import AT, PriceList
from aftersales.core.errors import Forbidden
from aftersales.journal.models import JournalEntry
from aftersales.search.models import SearchEntry

PARTS = [
    {"number": "ab-1", "name": "火花塞", "part_class": "常用", "unit": "个", "handling": "易损件"},
    {"number": "ab-2", "name": "空调滤芯", "part_class": "seasonal"},
    {"number": "AB-1", "name": "重复"},
    {"number": "", "name": "无号"},
    {"number": "ab-3", "name": "副厂件", "origin": "替代件"},
    {"number": "ab-4", "name": "x", "part_class": "稀有"},
    {"number": "ab-5\x00", "name": "\ud800"},
]


def test_parts_are_judged_row_by_row_and_written_once(price_list: PriceList) -> None:
    plan = imports.plan_parts(PARTS)
    assert [row.key for row in plan.rows] == ["AB-1", "AB-2"]
    assert {oddity.row for oddity in plan.oddities} == {3, 4, 5, 6, 7}
    assert imports.write_parts(price_list.cast.sun, AT, plan.rows) == imports.Written(2, 0)
    assert imports.write_parts(price_list.cast.sun, AT, plan.rows) == imports.Written(0, 2)
    part = Part.objects.get(number="AB-1")
    assert (part.part_class, part.unit, part.handling) == ("common", "C62", "wear")
    assert JournalEntry.objects.everywhere().filter(subject_kind="catalog.part", step="imported").count() == 2
    assert SearchEntry.objects.everywhere().filter(kind="part", number="AB-2").exists()
    with pytest.raises(Forbidden):
        imports.write_parts(price_list.cast.zhao, AT, plan.rows)


def test_operations_are_judged_row_by_row_and_written_once(price_list: PriceList) -> None:
    rows = [
        {"code": "en-1", "name": "更换火花塞", "category": "机修", "standard_hours": "０.8"},
        {"code": "en-2", "name": "x", "standard_hours": "NaN"},
        {"code": "en-3", "name": "x", "standard_hours": "0.25"},
    ]
    plan = imports.plan_operations(rows)
    assert [row.key for row in plan.rows] == ["EN-1"]
    assert imports.write_operations(price_list.cast.gu, AT, plan.rows) == imports.Written(1, 0)
    assert LabourOperation.objects.get(code="EN-1").standard_hours == Decimal("0.8")
