"""Plates, VINs and due dates: plain Python, no database."""

from datetime import date

import pytest

from aftersales.vehicles.plates import ImpossiblePlate, display_plate, parse_plate
from aftersales.vehicles.rules import ServiceDue, add_months, next_service, service_is_due, warranty_runs
from aftersales.vehicles.vins import CHECK_DIGIT, MAKER_UNKNOWN, ImpossibleVin, check_digit, parse_vin


@pytest.mark.parametrize(
    ("typed", "text", "kind"),
    [
        ("京A12345", "京A12345", "civil"),
        ("京Ａ１２３４５", "京A12345", "civil"),
        ("京A·12345", "京A12345", "civil"),
        ("京a 12345", "京A12345", "civil"),
        ("京A12345\u200b", "京A12345", "civil"),
        ("\ufeff京A-12345", "京A12345", "civil"),
        ("京AD12345", "京AD12345", "new_energy_small"),
        ("京AKA2345", "京AKA2345", "new_energy_small"),
        ("京A12345D", "京A12345D", "new_energy_large"),
        ("粤Z1234港", "粤Z1234港", "hong_kong"),
        ("粤Z1234澳", "粤Z1234澳", "macau"),
        ("川A1234学", "川A1234学", "learner"),
        ("京A1234警", "京A1234警", "police"),
        ("京A1234挂", "京A1234挂", "trailer"),
        ("沪A1234领", "沪A1234领", "consulate"),
        ("使014578", "使014578", "embassy"),
        ("WJ京1234X", "WJ京1234X", "armed_police"),
        ("VA12345", "VA12345", "military"),
        ("京X1234应急", "京X1234应急", "emergency"),
        ("临沪A12345", "临沪A12345", "temporary"),
    ],
)
def test_every_form_of_a_plate_has_one_written_form(typed: str, text: str, kind: str) -> None:
    plate = parse_plate(typed)
    assert (plate.text, plate.kind) == (text, kind)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("京А12345", "foreign_letters"),  # Cyrillic А
        ("京AI2345", "letters_i_o"),
        ("京A1234O", "letters_i_o"),
        ("京AL12345", "form"),  # L is not a letter of new-energy plates
        ("京A1234", "form"),
        ("京A123456", "form"),
        ("ABC123", "form"),
        ("台A12345", "foreign_letters"),
        ("' OR 1=1--", "foreign_letters"),
        ("", "form"),
        ("京A" + "1" * 5000, "form"),
    ],
)
def test_what_is_no_plate_is_refused_with_a_reason(typed: str, code: str) -> None:
    with pytest.raises(ImpossiblePlate) as refusal:
        parse_plate(typed)
    assert refusal.value.code == code


def test_a_plate_tells_its_city_and_is_painted_with_a_dot() -> None:
    assert parse_plate("沪C12345").city == "上海市"
    assert display_plate("沪C12345") == "沪C·12345"


def test_a_vin_has_one_written_form_and_tells_year_and_maker() -> None:
    vin = parse_vin(" lsval41z8 82104202\u200b", 2026)
    assert (vin.text, vin.built_year, vin.oddities) == ("LSVAL41Z882104202", 2008, ())
    assert "Volkswagen" in vin.maker
    assert parse_vin("1M8GDM9AXKP042788", 2026).oddities == ()
    assert check_digit("1M8GDM9AXKP042788") == "X"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("LSVAL41Z88210420", "length"),
        ("LSVAL41Z8821042022", "length"),
        ("LSVAL41Z88210420O", "letters_i_o_q"),
        ("ISVAL41Z882104202", "letters_i_o_q"),
        ("QSVAL41Z882104202", "letters_i_o_q"),
        ("LSVА\u200bL41Z882104202", "foreign_letters"),
        ("\ud800" * 17, "foreign_letters"),
    ],
)
def test_what_is_no_vin_is_refused_with_a_reason(typed: str, code: str) -> None:
    with pytest.raises(ImpossibleVin) as refusal:
        parse_vin(typed, 2026)
    assert refusal.value.code == code


def test_an_odd_vin_is_told_not_refused() -> None:
    assert parse_vin("LSVAL41Z982104202", 2026).oddities == (CHECK_DIGIT,)
    assert MAKER_UNKNOWN in parse_vin("L9900000000000000", 2026).oddities
    assert parse_vin("WVWZZZ1KZAW000001", 2026).oddities == ()  # Europe has no check digit


def test_SVC_04_the_next_service_is_due_by_date_or_distance_whichever_comes_first() -> None:
    due = next_service(date(2027, 8, 31), 20_000, 6, 10_000)
    assert due == ServiceDue(date(2028, 2, 29), 30_000)
    assert service_is_due(due, date(2028, 2, 29), 21_000)
    assert service_is_due(due, date(2027, 9, 1), 30_000)
    assert not service_is_due(due, date(2028, 2, 28), 29_999)


def test_months_end_with_the_month() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)


def test_a_warranty_covers_its_months_and_kilometres() -> None:
    start = date(2024, 2, 29)
    assert warranty_runs(start, 36, 100_000, date(2027, 2, 27), 99_999) is True
    assert warranty_runs(start, 36, 100_000, date(2027, 2, 28), 10) is False
    assert warranty_runs(start, 36, 100_000, date(2025, 1, 1), 100_001) is False
    assert warranty_runs(None, 36, None, date(2025, 1, 1), None) is None
