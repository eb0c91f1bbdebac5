"""The clauses as data: read from the package once, when first needed, never at start-up."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import Text

UNITS: Mapping[str, Text] = {
    "hour": pgettext_lazy("time on a clock", "hours"),
    "day": _("days"),
    "days": _("days"),
    "minute": _("minutes"),
    "minutes": _("minutes"),
    "working day": _("working days"),
    "case": _("cases"),
    "count": _("cases"),
    "CNY": _("yuan"),
    "day before event start": _("days before the event"),
    "day after departure": _("days after the car left"),
    "day after first contact": _("days after the first contact"),
    "calendar day after decision": _("calendar days after the decision"),
    "report per month (plus one per year)": _("reports a month, and one a year"),
    "o'clock local time, day after occurrence": _("o'clock on the day after"),
    "yuan per vehicle": _("yuan a vehicle"),
    "month after claim month": _("months after the month of the claim"),
    "month after review month": _("months after the month of the review"),
    "% of full score (95 of 100)": _("% of the full score"),
    "hour before the visit": _("hours before the visit"),
    "% of the line": _("% of the line"),
    "yuan at cost": _("yuan at cost"),
    "day after the missed booking": _("days after the missed booking"),
    "attempt": _("attempts"),
    "rating of 1 to 5": _("on a scale of 1 to 5"),
    "day after release": _("days after release"),
    "km after release": _("km after release"),
}
"""Units as the standard writes them, in the reader's words."""
SIGNS = {"<=": "≤", ">=": "≥", "==": "="}

KINDS = ("gate", "timer", "metric", "record", "attestation", "function", "role", "policy")


def in_figures(number: Decimal | int | None) -> str:
    """Return a number with at most two decimals and no idle zeros; a dash for none."""
    if number is None:
        return "–"
    return f"{round(Decimal(number), 2):f}".rstrip("0").rstrip(".") if number % 1 else f"{Decimal(number):.0f}"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of a clause: one `value`, or a window `minimum` … `maximum`, with unit and direction (<=, between …)."""

    value: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None
    unit: str
    direction: str
    basis: str

    def __str__(self) -> str:
        if self.direction == "between":
            return f"{self.minimum}–{self.maximum} {self.unit}"
        return f"{self.direction} {self.value} {self.unit}"

    @property
    def in_words(self) -> str:
        """The figure as a reader sees it: sign, number without idle zeros, unit in the reader's language."""
        unit = UNITS.get(self.unit, self.unit)
        if self.direction == "between":
            return f"{in_figures(self.minimum)}–{in_figures(self.maximum)} {unit}"
        return f"{SIGNS.get(self.direction, self.direction)} {in_figures(self.value)} {unit}"

    def holds(self, measured: Decimal) -> bool:
        """Tell whether a measured value keeps the target."""
        low = self.minimum if self.minimum is not None else self.value
        high = self.maximum if self.maximum is not None else self.value
        if low is None or high is None:
            return True
        checks = {
            ">=": measured >= low,
            ">": measured > low,
            "<=": measured <= high,
            "<": measured < high,
            "==": measured == low,
            "between": low <= measured <= high,
        }
        return checks[self.direction]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the standard, with its words in both languages and its sources."""

    id: str
    area: str
    kind: str
    title_zh: str
    title_en: str
    requirement_zh: str
    requirement_en: str
    sources: tuple[str, ...]
    inferred: bool
    note: str
    target: Target | None
    target_printed: Target | None

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_zh if speaks_chinese() else self.title_en

    @property
    def requirement(self) -> str:
        """The requirement in the reader's language."""
        return self.requirement_zh if speaks_chinese() else self.requirement_en


@dataclass(frozen=True, slots=True)
class Area:
    """A chapter of the standard, such as APPT 预约."""

    code: str
    title_zh: str
    title_en: str

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_zh if speaks_chinese() else self.title_en


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole standard: `clauses` and `areas` by id, in the order of the document."""

    clauses: Mapping[str, Clause]
    areas: Mapping[str, Area]
    sources: Mapping[str, str]


def speaks_chinese() -> bool:
    """Tell whether the reader's language is Chinese (also when none is active: Chinese first)."""
    return (get_language() or "zh").startswith("zh")


def read_table(name: str) -> dict[str, Any]:
    """Return a TOML file of the package's data folder; floats as Decimal, so that no figure is rounded."""
    text = files("aftersales.standards").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def _figure(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def _target(row: Mapping[str, Any] | None) -> Target | None:
    if row is None:
        return None
    return Target(
        value=_figure(row.get("value")),
        minimum=_figure(row.get("min")),
        maximum=_figure(row.get("max")),
        unit=row["unit"],
        direction=row["direction"],
        basis=row["basis"],
    )


@cache
def catalogue() -> Catalogue:
    """Return the standard; parsed on first use and kept for the life of the process."""
    data = read_table("clauses.toml")
    clauses = {
        row["id"]: Clause(
            id=row["id"],
            area=row["area"],
            kind=row["kind"],
            title_zh=row["title_zh"],
            title_en=row["title_en"],
            requirement_zh=row["requirement_zh"],
            requirement_en=row["requirement_en"],
            sources=tuple(row["sources"]),
            inferred=row["inferred"],
            note=row.get("note", ""),
            target=_target(row.get("target")),
            target_printed=_target(row.get("target_printed")),
        )
        for row in data["clause"]
    }
    areas = {row["code"]: Area(row["code"], row["title_zh"], row["title_en"]) for row in data["area"]}
    return Catalogue(clauses, areas, {row["key"]: row["title"] for row in data["source"]})


def clause_of(clause_id: str) -> Clause | None:
    """Return the clause with this id, or None."""
    return catalogue().clauses.get(clause_id)
