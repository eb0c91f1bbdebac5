"""Damage marks on the outline of a car: where, what, and the words beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_MARKS = 60
MAX_NOTE = 200


class Position(models.TextChoices):
    FRONT_BUMPER = "front_bumper", _("Front bumper")
    HOOD = "hood", _("Hood")
    WINDSHIELD = "windshield", _("Windshield")
    ROOF = "roof", _("Roof")
    REAR_WINDOW = "rear_window", _("Rear window")
    TAILGATE = "tailgate", _("Tailgate")
    REAR_BUMPER = "rear_bumper", _("Rear bumper")
    LEFT_FRONT_FENDER = "left_front_fender", _("Left front fender")
    LEFT_FRONT_DOOR = "left_front_door", _("Left front door")
    LEFT_REAR_DOOR = "left_rear_door", _("Left rear door")
    LEFT_REAR_FENDER = "left_rear_fender", _("Left rear fender")
    LEFT_MIRROR = "left_mirror", _("Left mirror")
    LEFT_FRONT_WHEEL = "left_front_wheel", _("Left front wheel")
    LEFT_REAR_WHEEL = "left_rear_wheel", _("Left rear wheel")
    RIGHT_FRONT_FENDER = "right_front_fender", _("Right front fender")
    RIGHT_FRONT_DOOR = "right_front_door", _("Right front door")
    RIGHT_REAR_DOOR = "right_rear_door", _("Right rear door")
    RIGHT_REAR_FENDER = "right_rear_fender", _("Right rear fender")
    RIGHT_MIRROR = "right_mirror", _("Right mirror")
    RIGHT_FRONT_WHEEL = "right_front_wheel", _("Right front wheel")
    RIGHT_REAR_WHEEL = "right_rear_wheel", _("Right rear wheel")


class Kind(models.TextChoices):
    SCRATCH = "scratch", _("Scratch")
    DENT = "dent", _("Dent")
    CRACK = "crack", _("Crack")
    MISSING = "missing", _("Part missing")
    PAINT = "paint", _("Paint damage")


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark; `x` and `y` are percent of the drawing, None when it was entered without it."""

    position: str
    kind: str
    note: str = ""
    x: float | None = None
    y: float | None = None


class NotMarks(ValueError):
    """The text is not a list of damage marks."""


def read_marks(text: str) -> list[Mark]:
    """Return the marks kept in a JSON text; an empty text has none. Raises NotMarks."""
    if not text.strip():
        return []
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotMarks from error
    if not isinstance(rows, list) or len(rows) > MAX_MARKS:
        raise NotMarks
    return [_mark(row) for row in rows]


def written_marks(marks: list[Mark]) -> str:
    """Return the marks as the JSON text that read_marks takes."""
    return json.dumps([asdict(mark) for mark in marks], ensure_ascii=False)


def _mark(row: Any) -> Mark:
    if not isinstance(row, dict):
        raise NotMarks
    position, kind, note = row.get("position"), row.get("kind"), row.get("note") or ""
    if position not in Position.values or kind not in Kind.values or not isinstance(note, str) or len(note) > MAX_NOTE:
        raise NotMarks
    return Mark(position, kind, note, _percent(row.get("x")), _percent(row.get("y")))


def _percent(value: Any) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise NotMarks
    return float(value)
