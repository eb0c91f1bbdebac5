"""What people type: every naughty number and text is either read or refused with a sentence, never a crash."""

import base64
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from aftersales.web import damage, fields, typed

READ = [
    ("12.5", "12.5"), ("１２.５", "12.5"), ("１２．５", "12.5"), (" 7 ", "7"), ("\u30007", "7"), ("-3", "-3"),
    ("－３", "-3"), ("+4", "4"), (".5", "0.5"), ("5.", "5"), ("1,234.50", "1234.50"), ("１，２３４", "1234"),
    ("007", "7"), ("0", "0"), ("123456789012345678", "123456789012345678"),
]  # fmt: skip
REFUSED = [
    "1_000", "1e3", "1E5", "NaN", "nan", "sNaN", "Infinity", "-inf", "٣", "۳", "१२", "1,2", "12,34.5", "1,,234",
    "1.2.3",
    "--1", "一百", "0x10", "½", "²",
    "1 000", "¥5", "5元", "1-2", "\u200b5", "1234567890123456789", "9" * 5000,
    "+", ".", "1\x00",
]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), READ)
def test_number_is_read(written: str, meant: str) -> None:
    assert fields.DecimalField().clean(written) == Decimal(meant)


@pytest.mark.parametrize("written", REFUSED)
@pytest.mark.parametrize("field", [fields.DecimalField(), fields.IntegerField()])
def test_naughty_number_is_refused_with_a_sentence(field: Any, written: str) -> None:
    with pytest.raises(ValidationError) as refused:
        field.clean(written)
    assert len(str(refused.value.messages[0])) > 5


def test_whole_numbers() -> None:
    field = fields.IntegerField()
    assert field.clean("１２") == 12
    assert field.clean("12.0") == 12
    for wrong in ("12.5", "3000000000", "-3000000000"):
        with pytest.raises(ValidationError):
            field.clean(wrong)


def test_digits_of_the_column_still_count() -> None:
    with pytest.raises(ValidationError):
        fields.DecimalField(max_digits=4, decimal_places=1).clean("1234.56")


@given(st.text())
def test_a_number_field_never_crashes(written: str) -> None:
    for field in (fields.DecimalField(required=False), fields.IntegerField(required=False)):
        try:
            value = field.clean(written)
        except ValidationError:
            continue
        assert value is None or Decimal(value).is_finite()


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\x00")))
def test_text_is_kept_as_written(written: str) -> None:
    assert fields.CharField(strip=False, required=False).clean(written) == written


@pytest.mark.parametrize("written", ["a\x00b", "\ud800", "x\udfffy"])
def test_text_that_cannot_be_stored_is_refused(written: str) -> None:
    with pytest.raises(ValidationError) as refused:
        fields.CharField().clean(written)
    assert refused.value.messages[0]


@pytest.mark.parametrize("written", ["2026-11-21", "2026/11/21", "２０２６-１１-２１", "2026年11月21日", "20261121"])
def test_dates_are_read(written: str) -> None:
    assert fields.DateField().clean(written) == date(2026, 11, 21)


@pytest.mark.parametrize("written", ["٢٠٢٦-11-21", "2026-02-30", "0001-01-01", "9999-12-31", "21.11.", "\x00"])
def test_dates_are_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        fields.DateField().clean(written)


def test_half_width_leaves_other_characters_alone() -> None:
    assert typed.half_width("ＡＢ１２三") == "ＡＢ12三"


def test_signature_must_be_a_png() -> None:
    field = fields.SignatureField()
    png = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()
    assert field.clean(png).startswith(b"\x89PNG")
    for wrong in ("", "data:image/svg+xml;base64,PHN2Zy8+", "data:image/png;base64,@@@", "data:image/png;base64,AAAA"):
        with pytest.raises(ValidationError):
            field.clean(wrong)


def test_damage_from_the_drawing_and_from_plain_rows_is_the_same() -> None:
    field = fields.DamageField()
    files: MultiValueDict[str, Any] = MultiValueDict()
    drawn = field.widget.value_from_datadict(
        {"d": '[{"position":"hood","kind":"dent","note":"","x":1,"y":2}]'}, files, "d"
    )
    plain = field.widget.value_from_datadict(
        {"d": "", "d-0-position": "hood", "d-0-kind": "dent", "d-0-note": " ", "d-0-x": "1", "d-0-y": "2",
         "d-1-position": "", "d-1-kind": "", "d-1-note": ""},
        files, "d",
    )  # fmt: skip
    assert field.clean(drawn) == field.clean(plain) == [damage.Mark("hood", "dent", "", 1.0, 2.0)]


@pytest.mark.parametrize(
    "sent",
    ["{}", "[1]", '[{"position":"moon","kind":"dent"}]', '[{"position":"hood","kind":"dent","x":101}]', "[" * 9999],
)
def test_damage_that_is_none_is_refused(sent: str) -> None:
    with pytest.raises(ValidationError):
        fields.DamageField().clean(sent)
