"""Attestation checklists: items a named person confirms at a named step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from aftersales.standards.catalogue import read_table, speaks_chinese


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One point to confirm. `critical` points come first; `optional` ones need no answer."""

    code: str
    text_zh: str
    text_en: str
    critical: bool = False
    optional: bool = False

    @property
    def text(self) -> str:
        """The text in the reader's language."""
        return self.text_zh if speaks_chinese() else self.text_en


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist of one clause. `daily` lists are signed once a day; the others belong to a step of a document."""

    clause: str
    title_zh: str
    title_en: str
    daily: bool
    items: tuple[ChecklistItem, ...]

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_zh if speaks_chinese() else self.title_en


@cache
def all_checklists() -> dict[str, Checklist]:
    """Return every checklist by its clause."""
    return {
        row["clause"]: Checklist(
            clause=row["clause"],
            title_zh=row["title_zh"],
            title_en=row["title_en"],
            daily=row.get("daily", False),
            items=tuple(
                ChecklistItem(
                    code=item["code"],
                    text_zh=item["zh"],
                    text_en=item["en"],
                    critical=item.get("critical", False),
                    optional=item.get("optional", False),
                )
                for item in row["items"]
            ),
        )
        for row in read_table("checklists.toml")["checklist"]
    }


def items(clause: str) -> tuple[ChecklistItem, ...]:
    """Return the items of a clause's checklist in the order they are asked; empty when it has none."""
    found = all_checklists().get(clause)
    return found.items if found else ()


def is_confirmed(answer: Any) -> bool:
    """Tell whether an answer confirms its item: True, or a note with words in it."""
    return answer is True or (isinstance(answer, str) and bool(answer.strip()))


def missing(clause: str, answers: Mapping[str, Any]) -> list[str]:
    """Return the codes of the items that the answers (item code to True or a note) do not confirm."""
    return [item.code for item in items(clause) if not item.optional and not is_confirmed(answers.get(item.code))]


def missing_texts(clause: str, answers: Mapping[str, Any]) -> list[str]:
    """Return the same as `missing`, in words of the reader's language, for the sentence of a refusal."""
    left = set(missing(clause, answers))
    return [item.text for item in items(clause) if item.code in left]
