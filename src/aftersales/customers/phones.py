"""Telephone numbers: one written form for every way a number is typed in China. Plain Python."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"0(10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}")
SERVICE = re.compile(r"[48]00[0-9]{7}")
FOREIGN = re.compile(r"\+[1-9][0-9]{6,14}")
EXTENSION = re.compile(r"(?:转|轉|分机|EXT\.?|X|#|,|;|P)\s*[:.]?\s*([0-9]{1,8})$")
VIRTUAL_PREFIXES = ("162", "165", "167", "170", "171")
_TYPED = re.compile(r"[\s()\-–—－.·/]+")


class ImpossiblePhone(ValueError):
    """What was typed cannot be a telephone number."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as it is kept: `number` is + and digits (E.164), `extension` digits or empty."""

    number: str
    extension: str = ""

    @property
    def national(self) -> str:
        """The digits people dial at home: 13800138000, 01065551234, 4008001234; foreign numbers with their country
        code."""
        return national_digits(self.number)

    @property
    def is_virtual(self) -> bool:
        """Tell whether it is a number of a virtual operator (162, 165, 167, 170, 171)."""
        return self.number.startswith("+86") and self.number[3:6] in VIRTUAL_PREFIXES


@lru_cache(maxsize=32768)  # an import reads every number twice: for the customer and for the owner of the vehicle
def parse_phone(text: str) -> Phone:
    """Return the number in its one written form; ImpossiblePhone when it cannot be dialled.

    Understands +86, 0086 and 86 prefixes, full-width digits, blanks, hyphens, brackets and extensions. A landline
    needs its area code.
    """
    if len(text) > 60:
        raise ImpossiblePhone
    if text.isascii() and MOBILE.fullmatch(text):
        return Phone(f"+86{text}")
    folded = unicodedata.normalize("NFKC", text).upper()
    folded = "".join(char for char in folded if unicodedata.category(char) not in {"Cf", "Cc"} or char == "\t").strip()
    extension = ""
    if found := EXTENSION.search(folded):
        extension, folded = found.group(1), folded[: found.start()]
    digits = _TYPED.sub("", folded)
    if not digits.isascii() or not re.fullmatch(r"\+?[0-9]{7,17}", digits):
        raise ImpossiblePhone
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    national = digits.removeprefix("+86")
    if digits.startswith("86") and len(digits) in (12, 13, 14):
        national = digits[2:]
    if MOBILE.fullmatch(national) or SERVICE.fullmatch(national):
        return Phone(f"+86{national}", extension)
    if digits != national and not national.startswith("0"):
        national = f"0{national}"  # +86 10 6555 1234 leaves out the 0 of the area code
    if LANDLINE.fullmatch(national):
        return Phone(f"+86{national[1:]}", extension)
    if FOREIGN.fullmatch(digits) and not digits.startswith("+86"):
        return Phone(digits, extension)
    raise ImpossiblePhone


def national_digits(number: str) -> str:
    """Return the digits of a kept number as people dial them at home."""
    if not number.startswith("+86"):
        return number.removeprefix("+")
    rest = number[3:]
    return rest if MOBILE.fullmatch(rest) or SERVICE.fullmatch(rest) else f"0{rest}"


def mask_phone(number: str) -> str:
    """Return a kept number fit for the screen: 138****5678, 010****1234."""
    digits = national_digits(number)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else f"****{digits[-2:]}"
