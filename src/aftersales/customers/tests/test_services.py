"""The archive: written once, fenced, journalled, findable."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, InputRefused, NotVisible, StaleVersion, TransitionRefused
from aftersales.customers import imports, merging, personal_data, services
from aftersales.customers.models import Customer
from aftersales.customers.permissions import P
from aftersales.customers.queries import (
    contactable,
    contacts_due,
    may_contact,
    own_gaps,
    possible_duplicates,
    region_code,
)
from aftersales.journal.queries import entries_of
from aftersales.search.queries import find
from aftersales.seeds.cast import Cast

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def chen(cast: Cast) -> Customer:
    return services.register_customer(
        cast.lin,
        AT,
        station=cast.station,
        name="陈小明",
        phones=["13812345678", "021-62334455"],
        address="世纪大道100号",
    )


def test_a_new_customer_is_found_by_every_piece(cast: Cast, chen: Customer) -> None:
    for text in (
        "陈小明",
        "小明",
        "cxm",
        "chenxiaoming",
        "xiaoming",
        "13812345678",
        "5678",
        "62334455",
        chen.number,
        " １３８ 1234 ",
    ):
        assert [hit.object_id for hit in find(cast.lin, text, kinds=["customer"])] == [chen.pk], text


def test_the_stranger_finds_and_sees_nothing(cast: Cast, chen: Customer) -> None:
    assert find(cast.ma, "13812345678") == []
    with pytest.raises(NotVisible):
        Customer.objects.get_visible(cast.ma, P.VIEW, number=chen.number)
    with pytest.raises(Forbidden):
        services.change_customer(chen, cast.ma, AT, name="X")
    with pytest.raises(Forbidden):
        services.unmask(chen, cast.ma, AT, reason="curious")


def test_CRM_02_missing_mandatory_fields_keep_the_archive_incomplete(cast: Cast, chen: Customer) -> None:
    assert {gap.field for gap in own_gaps(chen)} == {"visited_on", "services_wished"}
    changed = services.change_customer(chen, cast.lin, AT, services_wished="保养提醒", visited_on=date(2026, 11, 2))
    assert own_gaps(changed) == []


def test_CRM_04_a_change_keeps_old_value_author_and_time(cast: Cast, chen: Customer) -> None:
    changed = services.change_customer(chen, cast.lin, AT, name="陈晓明")
    entry = entries_of(changed)[0]
    assert entry.changes["name"] == ["陈小明", "陈晓明"]
    assert (entry.actor_name, entry.at) == (cast.lin.name, AT)
    assert [hit.title for hit in find(cast.lin, "陈晓明")] == ["陈晓明"]
    assert find(cast.lin, "陈小明") == []


def test_a_stale_version_is_refused(cast: Cast, chen: Customer) -> None:
    services.change_customer(chen, cast.lin, AT, notes="first")
    with pytest.raises(StaleVersion):
        services.change_customer(held(chen, 1), cast.lin, AT, notes="second")


def test_CRM_06_the_next_contact_has_content_and_day(cast: Cast, chen: Customer) -> None:
    services.change_customer(
        chen, cast.lin, AT, next_contact_on=date(2026, 12, 1), next_contact_about="提醒更换冬季轮胎"
    )
    assert [row.pk for row in contacts_due(cast.lin, date(2026, 12, 1))] == [chen.pk]
    assert not contacts_due(cast.lin, date(2026, 11, 30)).exists()
    assert not contacts_due(cast.ma, date(2026, 12, 1)).exists()


def test_IS_02_duplicates_are_shown_before_a_second_archive_is_made(cast: Cast, chen: Customer) -> None:
    found = possible_duplicates(cast.station.pk, name="别人", phones=["+86 138 1234 5678"])
    assert [(row.customer.pk, row.reason) for row in found] == [(chen.pk, "phone")]
    assert possible_duplicates(cast.other_station.pk, name="陈小明", phones=["13812345678"]) == []


def test_IS_02_two_archives_of_one_customer_are_merged(cast: Cast, chen: Customer) -> None:
    twin = services.register_customer(
        cast.lin, AT, station=cast.station, name="陈小明", phones=["13900000000"], services_wished="洗车"
    )
    kept = merging.merge_customers(chen, cast.wu, AT, dropped=twin, reason="同一人")
    assert {phone.number for phone in kept.phones.all()} == {"+8613812345678", "+862162334455", "+8613900000000"}
    assert kept.services_wished == "洗车"
    assert [hit.object_id for hit in find(cast.lin, "13900000000")] == [chen.pk]
    with pytest.raises(TransitionRefused):
        merging.merge_customers(chen, cast.wu, AT, dropped=twin, reason="noch einmal")


def test_CRM_07_personal_data_are_shown_in_full_only_with_a_reason_that_is_kept(cast: Cast, chen: Customer) -> None:
    with pytest.raises(InputRefused):
        services.unmask(chen, cast.lin, AT, reason=" ")
    shown = services.unmask(chen, cast.lin, AT, reason="客户要求回电")
    assert [phone.number for phone in shown["phones"]] == ["+8613812345678", "+862162334455"]
    assert (entries_of(chen)[0].step, entries_of(chen)[0].reason) == ("unmasked", "客户要求回电")
    with pytest.raises(Forbidden):
        services.unmask(chen, cast.zhao, AT, reason="just looking")


def test_P4_a_withdrawn_consent_stops_the_purpose(cast: Cast, chen: Customer) -> None:
    assert not may_contact(chen, "marketing", "sms")
    services.grant_consent(chen, cast.lin, AT, purpose="marketing", channel="", evidence="签字单 0031")
    services.grant_consent(chen, cast.lin, AT, purpose="marketing", channel="", evidence="again")
    assert chen.consents.count() == 1
    assert contactable([chen.pk], "marketing", "sms") == {chen.pk}
    services.withdraw_consent(chen, cast.lin, AT, purpose="marketing", channel="sms")
    assert contactable([chen.pk], "marketing", "phone") == frozenset()
    assert may_contact(chen, "service", "phone")
    with pytest.raises(InputRefused):
        services.grant_consent(chen, cast.lin, AT, purpose="survey", evidence="  ")


def test_phones_are_added_once_and_the_first_leads(cast: Cast, chen: Customer) -> None:
    with pytest.raises(InputRefused):
        services.add_phone(chen, cast.lin, AT, number="+86 138-1234-5678")
    added = services.add_phone(chen, cast.lin, AT, number="13911112222", is_primary=True)
    assert [phone.number for phone in chen.phones.all() if phone.is_primary] == ["+8613911112222"]
    services.remove_phone(chen, cast.lin, AT, phone_id=added.pk)
    assert chen.phones.filter(is_primary=True).count() == 1
    assert find(cast.lin, "13911112222") == []


def test_credit_needs_its_own_right(cast: Cast, chen: Customer) -> None:
    with pytest.raises(Forbidden):
        services.grant_credit(chen, cast.lin, AT, on_account=True, credit_limit=Decimal(5000), credit_days=30)
    granted = services.grant_credit(chen, cast.wu, AT, on_account=True, credit_limit=Decimal(5000), credit_days=30)
    assert granted.on_account
    for limit in (Decimal("NaN"), Decimal("-1"), Decimal("1e400"), Decimal("0.001")):
        with pytest.raises(InputRefused):
            services.grant_credit(chen, cast.wu, AT, on_account=True, credit_limit=limit, credit_days=30)


@pytest.mark.parametrize("phone", ["123", "abc", "٣٣٣٣٣٣٣٣٣٣٣"])
def test_an_impossible_phone_is_refused_with_a_sentence(cast: Cast, phone: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        services.register_customer(cast.lin, AT, station=cast.station, name="王", phones=[phone])
    assert "phones" in refusal.value.fields


def test_naughty_strings_are_refused_or_stored_unchanged(cast: Cast, shared_data: Path) -> None:
    strings = json.loads((shared_data / "naughty-strings.json").read_text("utf-8"))
    kept = refused = 0
    for text in [
        *strings,
        "\x00",
        "\ud800",
        "\u202egpj.exe",
        "e" + "\u0301" * 10_000,
        "买买提·吐尔逊",
        "𠮷",
        "名" * 50,
    ]:
        try:
            customer = services.register_customer(cast.lin, AT, station=cast.station, name=text)
        except InputRefused as refusal:
            refused += bool(str(refusal.fields["name"]))
        else:
            customer.refresh_from_db()
            assert customer.name == text.strip()
            find(cast.lin, text)
            kept += 1
    assert kept > 300
    assert refused > 10
    assert kept + refused == len(strings) + 7


def test_districts_are_known_by_code_and_by_name() -> None:
    assert region_code("310115") == "310115"
    assert region_code("浦东新区") == "310115"
    assert region_code("鼓楼区") is None  # several cities have one
    assert region_code("江苏省南京市鼓楼区") == "320106"


def test_P1_every_text_column_is_judged_personal_or_not() -> None:
    for label in ("customers", "vehicles", "search"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, models.CharField | models.TextField):
                    assert personal_data.is_classified(model._meta.label_lower, field.name), f"{model}.{field.name}"
    assert all(column.purpose and column.retention_years for column in personal_data.register())


def test_an_import_writes_every_row_once(cast: Cast, django_assert_max_num_queries) -> None:
    sheet = [
        {"name": "王伟", "phones": "13800000001/021-62334455", "address": "南京路1号"},
        {"name": "王伟", "phones": "13800000002"},
        {"name": "王伟", "phones": "13800000001"},
        {"name": "", "phones": "13800000003"},
        {"name": "上海某某汽车公司", "phones": "hello"},
    ]
    plan = imports.plan_rows(sheet)
    assert [row.row for row in plan.rows] == [1, 2, 5]
    assert {(oddity.row, oddity.is_refused) for oddity in plan.oddities} == {(3, True), (4, True), (5, False)}
    assert plan.rows[2].values["kind"] == "company"
    with django_assert_max_num_queries(14):
        assert imports.write_rows(cast.lin, AT, cast.station, plan.rows) == imports.Written(3, 0)
    assert imports.write_rows(cast.lin, AT, cast.station, plan.rows) == imports.Written(0, 3)
    assert len(find(cast.lin, "王伟")) == 2
    imported = Customer.objects.at_station(cast.station.pk).get(phones__number="+8613800000002")
    assert entries_of(imported)[0].step == "imported"
    with pytest.raises(Forbidden):
        imports.write_rows(cast.ma, AT, cast.station, plan.rows)
