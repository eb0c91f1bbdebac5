"""Vehicle identification numbers: one written form, check digit, model year, maker. Plain Python."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

VIN = re.compile("[A-HJ-NPR-Z0-9]{17}")
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7, "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}  # fmt: skip
YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"  # 1980 or 2010 is A
CHECKED_REGIONS = frozenset("LH12345")  # China (GB 16735) and North America demand the check digit
CHECK_DIGIT = "vin_check_digit"
MAKER_UNKNOWN = "vin_maker_unknown"


class ImpossibleVin(ValueError):
    """What was typed is not a VIN; `code` says why: length, letters_i_o_q, foreign_letters."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Vin:
    """A VIN in its one written form, what it tells, and what is odd about it (codes; odd is kept, not refused)."""

    text: str
    built_year: int | None
    maker: str
    oddities: tuple[str, ...]


def normalise_vin(text: str) -> str:
    """Return the VIN as it is kept: NFKC, upper case, without blanks, hyphens and invisible characters; judges
    nothing."""
    folded = unicodedata.normalize("NFKC", text[:60]).upper()
    if folded.isalnum():  # letters and digits alone: nothing to leave out
        return folded
    return "".join(
        char for char in folded if char not in "-* ·." and not char.isspace() and unicodedata.category(char) != "Cf"
    )


def parse_vin(text: str, year_now: int) -> Vin:
    """Return the VIN with its model year, maker and oddities; ImpossibleVin when it cannot be one.

    Letters that only look Latin are refused, not folded. `year_now` decides between 1980-2009 and 2010-2039.
    """
    vin = normalise_vin(text)
    if any(not (char.isascii() and char.isalnum()) for char in vin):
        raise ImpossibleVin("foreign_letters")
    if len(vin) != 17:
        raise ImpossibleVin("length")
    if not VIN.fullmatch(vin):
        raise ImpossibleVin("letters_i_o_q")
    oddities = []
    if vin[0] in CHECKED_REGIONS and check_digit(vin) != vin[8]:
        oddities.append(CHECK_DIGIT)
    maker = maker_of(vin)
    if vin[0] in "LH" and not maker:
        oddities.append(MAKER_UNKNOWN)
    return Vin(vin, model_year(vin, year_now), maker, tuple(oddities))


def check_digit(vin: str) -> str:
    """Return the ninth character that GB 16735 and 49 CFR 565 compute from the other sixteen."""
    rest = sum(VALUES[char] * weight for char, weight in zip(vin, WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def model_year(vin: str, year_now: int) -> int | None:
    """Return the model year of the tenth character, the latest that is not after next year; None where it tells
    none."""
    place = YEAR_CODES.find(vin[9])
    if place < 0:
        return None
    return next((year for year in (2010 + place, 1980 + place) if year <= year_now + 1), None)


@cache
def makers() -> dict[str, str]:
    """Return {world manufacturer identifier: name} for codes beginning with L or H: known if any of four lists names
    it."""
    with (Path(__file__).parent / "data" / "wmi_china.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table))[1:]
    return {wmi: next((name.strip() for name in names if name.strip()), "") for wmi, *names in rows}


def maker_of(vin: str) -> str:
    """Return the maker's name by the first three characters (six for small makers), or an empty text."""
    known = makers()
    if name := known.get(vin[:3], ""):
        return name
    if vin[0] in "LH":
        return ""
    from vininfo import Vin as Decoded  # the world outside China: a library's table

    return str(Decoded(vin).manufacturer or "")
