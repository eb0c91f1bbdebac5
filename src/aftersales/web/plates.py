"""How a Chinese number plate looks on screen: its colour and where the dot stands."""

from __future__ import annotations

from dataclasses import dataclass

NEW_ENERGY_LENGTH = 8
KINDS = ("blue", "green", "yellow", "white", "black", "none")


@dataclass(frozen=True, slots=True)
class Plate:
    """`kind` is one of KINDS; `head` the province and letter, `tail` the rest, `last` a closing character in red."""

    kind: str
    head: str
    tail: str
    last: str = ""


def plate(number: str, kind: str = "") -> Plate:
    """Return how to draw the plate; yellow ones of large vehicles cannot be told by the number, so `kind` overrides."""
    text = "".join(str(number or "").split()).upper().replace("·", "").replace("-", "")
    if not text:
        return Plate("none", "", "")
    drawn = kind if kind in KINDS else _kind(text)
    head, tail = text[:2], text[2:]
    if tail.endswith("警"):
        return Plate(drawn, head, tail[:-1], tail[-1])
    return Plate(drawn, head, tail)


def _kind(text: str) -> str:
    if not "\u4e00" <= text[0] <= "\u9fff":
        return "white" if text[:2].isalpha() and len(text) >= 7 else "none"
    if text[0] == "使" or text[-1] in "使领港澳":
        return "black"
    if text[-1] == "警" or text.startswith("WJ"):
        return "white"
    if text[-1] in "学挂":
        return "yellow"
    if "临" in text[:2]:
        return "none"
    return "green" if len(text) == NEW_ENERGY_LENGTH else "blue"
