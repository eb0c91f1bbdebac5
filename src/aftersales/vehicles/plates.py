"""Number plates: one written form, and which of the forms of GA 36-2018 it is. Plain Python."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_P = f"[{PROVINCES}]"
_L = "[A-HJ-NP-Z]"  # no I, no O
_S = "[A-HJ-NP-Z0-9]"
FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("new_energy_small", re.compile(f"{_P}{_L}[A-HJK]{_S}[0-9]{{4}}")),
    ("new_energy_large", re.compile(f"{_P}{_L}[0-9]{{5}}[A-HJK]")),
    ("armed_police", re.compile(f"WJ(?:{_P}|[0-9]{{2}})?[0-9]{{4}}{_S}")),
    ("military", re.compile("[QVKHBSLJNGCEZT][A-DJ-NPR-TVY][0-9]{5}")),
    ("embassy", re.compile("使[0-9]{6}|[0-9]{6}使")),
    ("police", re.compile(f"{_P}{_L}?{_S}{{4}}警")),
    ("learner", re.compile(f"{_P}{_L}{_S}{{4}}学")),
    ("trailer", re.compile(f"{_P}{_L}{_S}{{4}}挂")),
    ("hong_kong", re.compile(f"粤Z{_S}{{4}}港")),
    ("macau", re.compile(f"粤Z{_S}{{4}}澳")),
    ("consulate", re.compile(f"{_P}{_L}{_S}{{4}}领|领[0-9]{{6}}")),
    ("emergency", re.compile(f"{_P}[XS][0-9]{{4}}应急")),
    ("temporary", re.compile(f"(?:临{_P}{_L}{_S}{{4,5}}|{_P}{_L}{_S}{{4,5}}[临试超])")),
    ("civil", re.compile(f"{_P}{_L}(?=[A-Z0-9]*[0-9]){_S}{{5}}")),
)
HAN = frozenset(PROVINCES + "警学挂港澳使领应急临试超")
_DROPPED = frozenset("·•.・‧∙-－–—_ ")
DATA = Path(__file__).parent / "data"


class ImpossiblePlate(ValueError):
    """What was typed is not a number plate; `code` says why: letters_i_o, foreign_letters, form."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate in its one written form, such as 京A12345, with its kind (`choices.PlateKind`)."""

    text: str
    kind: str

    @property
    def city(self) -> str:
        """The city of the civil prefix, or an empty text."""
        return re.split("[(（]", cities().get(self.text.removeprefix("临")[:2], ""))[0]


def normalise_plate(text: str) -> str:
    """Return the plate as it is kept: NFKC, upper case, without dots, blanks and invisible characters; judges
    nothing."""
    folded = unicodedata.normalize("NFKC", text[:60]).upper()
    if folded.isalnum():  # letters and digits alone: nothing to leave out
        return folded
    return "".join(
        char for char in folded if char not in _DROPPED and not char.isspace() and unicodedata.category(char) != "Cf"
    )


@lru_cache(maxsize=4096)  # an import asks twice a row
def parse_plate(text: str) -> Plate:
    """Return the plate and its kind; ImpossiblePlate for anything GA 36-2018 does not issue.

    Letters that only look Latin are refused, not folded: two plates that look alike would be two vehicles.
    """
    plate = normalise_plate(text)
    for kind, form in FORMS:
        if form.fullmatch(plate):
            return Plate(plate, kind)
    if any(not (char in HAN or (char.isascii() and char.isalnum())) for char in plate):
        raise ImpossiblePlate("foreign_letters")
    if re.fullmatch(f"{_P}[A-Z][A-Z0-9]{{5,6}}|{_P}[A-Z][A-Z0-9]{{4}}[警学挂港澳领]", plate) and re.search(
        "[IO]", plate
    ):
        raise ImpossiblePlate("letters_i_o")
    raise ImpossiblePlate("form")


@cache
def cities() -> dict[str, str]:
    """Return {civil prefix: city}, such as {"沪A": "上海市"}."""
    table: dict[str, str] = json.loads((DATA / "plate_prefix_civil.json").read_text("utf-8"))
    return table


def display_plate(plate: str) -> str:
    """Return a kept plate as it is painted: 京A·12345."""
    return f"{plate[:2]}·{plate[2:]}" if plate[:1] in PROVINCES and len(plate) >= 7 else plate
