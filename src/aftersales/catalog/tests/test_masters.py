"""Operations, parts, packages: entered once, changed with a journal, followed by successors without circles."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from aftersales.catalog import queries, services
from aftersales.catalog.models import LabourOperation, Part
from aftersales.catalog.tests.conftest import AT, PriceList
from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, InputRefused, Refusal, StaleVersion
from aftersales.journal.models import JournalEntry
from aftersales.search.models import SearchEntry
from aftersales.seeds.cast import Cast

D = Decimal


def test_PART_02_every_part_has_one_of_three_classes(price_list: PriceList) -> None:
    part = services.register_part(price_list.cast.sun, AT, number="WB-3001", name="冬季雨刮", part_class="seasonal")
    assert [row.number for row in queries.parts_matching("", part_class="seasonal")] == ["WB-3001"]
    services.change_part(part, price_list.cast.sun, AT, part_class="uncommon")
    entry = JournalEntry.objects.everywhere().get(subject_kind="catalog.part", subject_id=part.pk, step="changed")
    assert entry.changes["part_class"] == ["seasonal", "uncommon"]


def test_numbers_are_kept_in_one_form_and_taken_once(price_list: PriceList) -> None:
    assert price_list.filter.number == "OF-1001"
    with pytest.raises(InputRefused) as refused:
        services.register_part(price_list.cast.sun, AT, number=" ｏｆ-１００１", name="x", part_class="common")
    assert refused.value.code == "number_taken"


@pytest.mark.parametrize("number", ["", "\x00", "\ud800", "x" * 41, "a\nb", "a\u202eb"])
def test_a_number_that_cannot_be_is_refused(price_list: PriceList, number: str) -> None:
    with pytest.raises(InputRefused):
        services.register_part(price_list.cast.sun, AT, number=number, name="x", part_class="common")


def test_PART_11_an_alternative_part_needs_evidence_of_its_quality(price_list: PriceList) -> None:
    wish = {"number": "ALT-1", "name": "副厂滤清器", "part_class": "common", "origin": "alternative"}
    with pytest.raises(InputRefused) as refused:
        services.register_part(price_list.cast.sun, AT, **wish)
    assert refused.value.clause == "PART-11"
    part = services.register_part(
        price_list.cast.sun, AT, quality_evidence="质检报告", alternative_to=price_list.filter, **wish
    )
    assert part.needs_consent
    with pytest.raises(IntegrityError), transaction.atomic():
        Part.objects.filter(pk=part.pk).update(quality_evidence="")


def test_a_technician_does_not_change_the_catalogue(price_list: PriceList) -> None:
    with pytest.raises(Forbidden):
        services.change_part(price_list.filter, price_list.cast.zhao, AT, name="x")
    with pytest.raises(Forbidden):
        services.register_operation(price_list.cast.lin, AT, code="X", name="x", category="body", standard_hours=D(1))


def test_a_lost_update_is_refused(price_list: PriceList) -> None:
    services.change_part(price_list.filter, price_list.cast.sun, AT, name="机油滤芯")
    with pytest.raises(StaleVersion):
        services.change_part(held(price_list.filter, 1), price_list.cast.sun, AT, name="滤清器")


def test_S6_supersession_makes_chains_and_never_a_circle(price_list: PriceList) -> None:
    sun = price_list.cast.sun
    a, b = price_list.filter, price_list.pads
    c = services.register_part(sun, AT, number="C", name="丙", part_class="common")
    services.supersede(a, sun, AT, successor=b, reason="厂家换号")
    services.supersede(b, sun, AT, successor=c)
    assert queries.successors([a.pk, b.pk, c.pk]) == {a.pk: [b.pk, c.pk], b.pk: [c.pk]}
    for part in (c, a):
        with pytest.raises(InputRefused) as refused:
            services.supersede(c, sun, AT, successor=a if part is c else c)
        assert refused.value.code == "succession_circle"
    services.supersede(b, sun, AT, successor=None)
    assert queries.successors([a.pk]) == {a.pk: [b.pk]}


@pytest.mark.django_db(transaction=True)
def test_two_people_cannot_close_a_circle_from_both_ends(cast: Cast) -> None:
    a = Part.objects.create(number="A", name="甲", part_class="common")
    b = Part.objects.create(number="B", name="乙", part_class="common")
    start, codes = threading.Barrier(2), []

    def run(part: Part, successor: Part) -> None:
        try:
            start.wait(30)
            services.supersede(part, cast.sun, AT, successor=successor)
            codes.append("done")
        except Refusal as refused:
            codes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in ((a, b), (b, a))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(codes) == ["done", "succession_circle"]


def test_packages_become_lines_ready_to_be_priced(price_list: PriceList) -> None:
    gu = price_list.cast.gu
    items = [
        services.PackageItem(operation_id=price_list.oil_change.pk),
        services.PackageItem(part_id=price_list.filter.pk, quantity=D(1)),
    ]
    package = services.register_package(gu, AT, code="S10", name="一万公里保养", items=items)
    lines = queries.package_lines(package.pk)
    assert [(line.kind, line.id, line.amount) for line in lines] == [
        ("labour", price_list.oil_change.pk, None),
        ("part", price_list.filter.pk, D(1)),
    ]
    assert [found.code for found in queries.packages_for(None)] == ["S10"]
    services.change_package(package, gu, AT, is_active=False)
    assert queries.packages_for(None) == []
    with pytest.raises(InputRefused):
        services.change_package(package, gu, AT, items=[services.PackageItem(part_id=price_list.filter.pk)])


@pytest.mark.parametrize("hours", ["0", "-1", "NaN", "0.25", "1001"])
def test_hours_that_cannot_be_are_refused(price_list: PriceList, hours: str) -> None:
    with pytest.raises(InputRefused):
        services.register_operation(
            price_list.cast.gu, AT, code="X", name="x", category="body", standard_hours=D(hours)
        )
    assert not LabourOperation.objects.filter(code="X").exists()


def test_parts_are_found_by_the_search_box(price_list: PriceList) -> None:
    entry = SearchEntry.objects.everywhere().get(kind="part", object_id=price_list.filter.pk)
    assert (entry.number, entry.title, entry.station_id) == ("OF-1001", "机油滤清器", None)
