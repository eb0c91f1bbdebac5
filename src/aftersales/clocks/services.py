"""Computing the clocks again from the journal: the proof that no tick was lost, and the repair if one ever was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from aftersales.clocks.course import Course, Taken, advance, begin
from aftersales.clocks.definitions import Definition, all_definitions
from aftersales.clocks.handlers import as_instant, limits_of, put_course
from aftersales.clocks.models import Clock
from aftersales.core.transactions import run_in_transaction
from aftersales.journal.models import JournalEntry


@dataclass(frozen=True, slots=True)
class Drift:
    """What a rebuild found: rows that differed, were missing or had no history; all zero when nothing was lost."""

    changed: int = 0
    made: int = 0
    removed: int = 0

    def __add__(self, other: Drift) -> Drift:
        return Drift(self.changed + other.changed, self.made + other.made, self.removed + other.removed)


@dataclass(slots=True)
class _History:
    """A document's columns as the journal tells them so far, as far as clocks read them."""

    number: str = ""
    columns: dict[str, Any] = field(default_factory=dict)

    def take(self, entry: JournalEntry) -> None:
        for name, told in entry.changes.items():
            self.columns[name] = told[1] if isinstance(told, list) and len(told) == 2 else told
        self.number = str(self.columns.get("number") or self.number)

    def promise(self, definition: Definition) -> date | datetime | None:
        told = self.columns.get(definition.due_field) if definition.due_field else None
        if not told:
            return None
        return date.fromisoformat(told) if len(told) == len("2026-01-01") else datetime.fromisoformat(told)


def courses_of(entries: Iterable[JournalEntry], definitions: Iterable[Definition]) -> dict[str, list[Course]]:
    """Return, per definition, the courses of all clocks a document's entries (in ledger order) make."""
    history = _History()
    courses: dict[str, list[Course]] = defaultdict(list)
    for entry in entries:
        history.take(entry)
        for definition in definitions:
            if entry.step not in definition.steps or entry.station_id is None:
                continue
            made = courses[definition.code]
            running = made[-1] if made and made[-1].is_running else None
            started_at = running.started_at if running else entry.at
            limits = limits_of(definition, entry.station_id, started_at)
            promised = as_instant(history.promise(definition), limits.calendar)
            fits = definition.fits(history.columns.get)
            if running is not None:
                made[-1] = advance(running, definition, limits, Taken(entry.step, entry.at, promised, fits=fits))
            elif fits and entry.step in definition.starts:
                made.append(begin(definition, limits, entry.at, promised))
    return courses


def _documents(kinds: Iterable[str], subject_id: int | None) -> Iterator[tuple[str, int]]:
    entries = JournalEntry.objects.everywhere().filter(subject_kind__in=kinds)
    if subject_id is not None:
        entries = entries.filter(subject_id=subject_id)
    named = entries.order_by("subject_kind", "subject_id").values_list("subject_kind", "subject_id").distinct()
    yield from named.iterator(chunk_size=2000)


def rebuild(*, subject_kind: str | None = None, subject_id: int | None = None) -> Drift:
    """Compute every clock again from the journal (of one kind, or one document) and mend the rows that differ.

    What has been warned and escalated stays so. Returns the drift: all zeros when the stored rows were right.
    """
    by_kind: dict[str, list[Definition]] = defaultdict(list)
    for definition in all_definitions().values():
        if subject_kind in (None, definition.subject):
            by_kind[definition.subject].append(definition)
    drift = Drift()
    for kind, pk in _documents(by_kind.keys(), subject_id):
        drift += run_in_transaction(partial(_mend, kind, pk, by_kind[kind]))
    return drift


def _mend(kind: str, pk: int, definitions: list[Definition]) -> Drift:
    rows: dict[str, list[Clock]] = defaultdict(list)
    stored = Clock.objects.everywhere().filter(subject_kind=kind, subject_id=pk).order_by("pk")
    for clock in stored.select_for_update(of=("self",), no_key=True):
        rows[clock.definition].append(clock)
    # Read under the locks: a step taken meanwhile waits for them and then moves the mended row.
    entries = list(JournalEntry.objects.everywhere().filter(subject_kind=kind, subject_id=pk).order_by("id"))
    station_id = entries[0].station_id
    if station_id is None:
        return Drift()
    courses = courses_of(entries, definitions)
    number = _number(entries)
    changed = made = removed = 0
    for definition in definitions:
        want = {course.started_at: course for course in courses.get(definition.code, [])}
        for clock in rows[definition.code]:
            course = want.pop(clock.started_at, None)
            if course is None:
                clock.delete()
                removed += 1
                continue
            told = clock.escalated_at is not None  # a breach that has been told stays one
            if columns := put_course(clock, replace(course, breached=course.breached or told)):
                clock.save(update_fields=columns)
                changed += 1
        for course in want.values():
            clock = Clock(
                station_id=station_id,
                definition=definition.code,
                clause=definition.clause,
                subject_kind=kind,
                subject_id=pk,
                subject_number=number,
                started_at=course.started_at,
            )
            put_course(clock, course)
            clock.save(force_insert=True)
            made += 1
    return Drift(changed, made, removed)


def _number(entries: list[JournalEntry]) -> str:
    history = _History()
    for entry in entries:
        history.take(entry)
    return history.number
