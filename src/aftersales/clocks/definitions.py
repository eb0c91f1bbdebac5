"""Which steps start, pause, resume and stop which clock: the rows of `standards/data/clocks.toml`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from aftersales.standards.catalogue import read_table, speaks_chinese

VERBS = ("starts", "stops", "voids", "pauses", "resumes", "moves")


@dataclass(frozen=True, slots=True)
class Definition:
    """One clock of the standard.

    `subject` is the document's kind; `starts` … `moves` are names of its workflow's steps (`voids` ends the clock
    without a verdict, `moves` reads the due field again). The due instant is `limit` (a figure of the clause) counted
    by `counting` from the start in `unit`, or the document's `due_field`, less `lead` if named. `earliest` is the
    figure before which stopping is too soon; `when` the values a column must have. `warns` and `escalates_to` are role
    codes.
    """

    code: str
    clause: str
    subject: str
    title_zh: str
    title_en: str
    counting: str
    unit: str
    limit: str
    earliest: str
    due_field: str
    lead: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    voids: tuple[str, ...]
    pauses: tuple[str, ...]
    resumes: tuple[str, ...]
    moves: tuple[str, ...]
    when: tuple[tuple[str, frozenset[str]], ...]
    warn_before_minutes: int
    warns: str
    escalates_to: str

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_zh if speaks_chinese() else self.title_en

    def fits(self, read: Callable[[str], Any]) -> bool:
        """Tell whether the clock is meant for a document; `read(column)` returns the document's value."""
        return all(str(read(name)) in values for name, values in self.when)

    @property
    def steps(self) -> frozenset[str]:
        """Every step this clock listens to."""
        return frozenset(step for verb in VERBS for step in getattr(self, verb))


def read_definition(row: Mapping[str, Any]) -> Definition:
    """Return one row of the table as a definition."""
    return Definition(
        code=row["code"],
        clause=row["clause"],
        subject=row["subject"],
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        counting=row["counting"],
        unit=row.get("unit", "hour"),
        limit=row.get("limit", ""),
        earliest=row.get("earliest", ""),
        due_field=row.get("due_field", ""),
        lead=row.get("lead", ""),
        starts=tuple(row["starts"]),
        stops=tuple(row["stops"]),
        voids=tuple(row.get("voids", ())),
        pauses=tuple(row.get("pauses", ())),
        resumes=tuple(row.get("resumes", ())),
        moves=tuple(row.get("moves", ())),
        when=tuple((name, frozenset(values)) for name, values in row.get("when", {}).items()),
        warn_before_minutes=row.get("warn_before_minutes", 0),
        warns=row.get("warns", ""),
        escalates_to=row["escalates_to"],
    )


@cache
def all_definitions() -> Mapping[str, Definition]:
    """Return every definition by its code."""
    return {row["code"]: read_definition(row) for row in read_table("clocks.toml")["clock"]}


@cache
def by_step() -> Mapping[tuple[str, str], tuple[Definition, ...]]:
    """Return the definitions that listen to a step, by (kind of document, step)."""
    table: dict[tuple[str, str], list[Definition]] = defaultdict(list)
    for definition in all_definitions().values():
        for step in definition.steps:
            table[definition.subject, step].append(definition)
    return {key: tuple(rows) for key, rows in table.items()}
