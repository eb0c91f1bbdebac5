"""Phones, names and consent rules: plain Python, no database."""

from datetime import UTC, datetime

import pytest

from aftersales.customers.names import UnwritableText, mask_address, mask_name, spell, tidy
from aftersales.customers.phones import ImpossiblePhone, mask_phone, parse_phone
from aftersales.customers.rules import ConsentFact, contact_is_allowed

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "number", "extension"),
    [
        ("13800138000", "+8613800138000", ""),
        ("+86 138 0013 8000", "+8613800138000", ""),
        ("8613800138000", "+8613800138000", ""),
        ("008613800138000", "+8613800138000", ""),
        ("１３８００１３８０００", "+8613800138000", ""),
        ("138-0013-8000", "+8613800138000", ""),
        ("138\u200b0013\ufeff8000", "+8613800138000", ""),
        ("17012345678", "+8617012345678", ""),
        ("16212345678", "+8616212345678", ""),
        ("010-65551234", "+861065551234", ""),
        ("(021) 6233 4455 转 8001", "+862162334455", "8001"),
        ("0755-83331234 ext. 12", "+8675583331234", "12"),
        ("+86 10 6555 1234", "+861065551234", ""),
        ("400-800-1234", "+864008001234", ""),
        ("+852 2345 6789", "+85223456789", ""),
    ],
)
def test_a_phone_has_one_written_form(typed: str, number: str, extension: str) -> None:
    phone = parse_phone(typed)
    assert (phone.number, phone.extension) == (number, extension)
    assert parse_phone(phone.number) == parse_phone(number)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "12345678901",
        "1380013800",
        "138001380001",
        "65551234",
        "+8612",
        "٣٣٣٣٣٣٣٣٣٣٣",
        "\ud800",
        "1" * 5000,
        "-1",
        "NaN",
    ],
)
def test_a_number_nobody_can_dial_is_refused(typed: str) -> None:
    with pytest.raises(ImpossiblePhone):
        parse_phone(typed)


def test_virtual_numbers_are_told() -> None:
    assert parse_phone("17012345678").is_virtual
    assert not parse_phone("13800138000").is_virtual


def test_masks_show_enough_and_no_more() -> None:
    assert mask_phone("+8613812345678") == "138****5678"
    assert mask_phone("+861065551234") == "010****1234"
    assert mask_name("陈小明") == "陈*明"
    assert mask_address("上海市浦东新区世纪大道100号") == "上海市浦东新****"


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("单雄信", "shanxiongxin", "sxx"),
        ("曾国藩", "zengguofan", "zgf"),
        ("仇英", "qiuying", "qy"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("王伟", "wangwei", "ww"),
        ("买买提·吐尔逊", "maimaitituerxun", "mmttex"),
        ("John Smith", "johnsmith", "js"),
        ("𠮷", "", ""),
    ],
)
def test_surnames_are_spelled_by_their_own_sound(name: str, pinyin: str, initials: str) -> None:
    assert spell(name) == (pinyin, initials)


def test_a_company_is_not_spelled_as_a_surname() -> None:
    assert spell("重庆汽车公司", is_person=False)[0] == "chongqingqichegongsi"


def test_text_stays_as_written_or_is_refused() -> None:
    for text in ("ﬁ ㎏ ① Ⅷ", "買買提", "zero\u200bwidth", "e\u0301" * 30, "<script>", "{{7*7}}", "=cmd|' /C calc'!A0"):
        assert tidy(f" {text} ") == text
    for text in ("\x00", "a\ud800b", "\u202egpj.exe", "a\x1bb", "a\nb"):
        with pytest.raises(UnwritableText):
            tidy(text)
    assert tidy("a\nb", lines=True) == "a\nb"


def test_only_a_live_consent_for_the_purpose_and_channel_allows_contact() -> None:
    granted = ConsentFact("marketing", "sms", AT, None)
    ended = ConsentFact("survey", "", AT, AT)
    assert contact_is_allowed([], "service", "phone")
    assert contact_is_allowed([granted], "marketing", "sms")
    assert not contact_is_allowed([granted], "marketing", "phone")
    assert not contact_is_allowed([granted], "survey", "sms")
    assert not contact_is_allowed([ended], "survey", "phone")
