"""Writing the index: one statement for any number of documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from django.db import connection

from aftersales.core.statements import Hot, run_later
from aftersales.search.kinds import kind_named
from aftersales.search.rules import TERM_LENGTH
from aftersales.standards.binding import fulfils


@dataclass(frozen=True, slots=True)
class Finding:
    """A document as search keeps it; `terms` are folded by `search.rules`, `station_id` None means the whole
    network."""

    station_id: int | None
    kind: str
    object_id: int
    title: str
    number: str
    terms: Sequence[str] = field(default_factory=tuple)
    subtitle: str = ""


_UPSERT = Hot("""
WITH entry AS (
    INSERT INTO search_searchentry (station_id, kind, object_id, number, title, subtitle)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[])
    ON CONFLICT (kind, object_id) DO UPDATE SET
        station_id = excluded.station_id, number = excluded.number, title = excluded.title, subtitle = excluded.subtitle
    RETURNING id, coalesce(station_id, 0) AS station_key, kind, object_id
), wanted AS (
    SELECT e.station_key, w.kind_code, w.term, e.id
    FROM unnest(%s::text[], %s::smallint[], %s::bigint[], %s::text[]) AS w (kind, kind_code, object_id, term)
    JOIN entry e ON e.kind = w.kind AND e.object_id = w.object_id
), gone AS (
    DELETE FROM search_searchterm t USING entry e
    WHERE t.entry_id = e.id AND NOT EXISTS (
        SELECT 1 FROM wanted w WHERE w.id = t.entry_id AND w.term = t.term AND w.station_key = t.station_key)
)
INSERT INTO search_searchterm (station_key, kind_code, term, entry_id) SELECT * FROM wanted ON CONFLICT DO NOTHING
""")


# New documents have no old terms to take away. Their terms go in by COPY: the server enters one piece while the next is
# made, each piece sorted as the primary key wants it.
_TAKE_IDS = "SELECT nextval(pg_get_serial_sequence('search_searchentry', 'id')) FROM generate_series(1, %s)"
_COPY_ENTRIES = "COPY search_searchentry (id, station_id, kind, object_id, number, title, subtitle) FROM STDIN"
_COPY_TERMS = "COPY search_searchterm (station_key, kind_code, term, entry_id) FROM STDIN"
PIECE = 250


def index_new(findings: Iterable[Finding]) -> int:
    """Put documents that were never indexed into the index at COPY speed (imports, reindex); return how many."""
    listed = list(findings)
    if not listed:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_IDS, [len(listed)])
        entries = [(entry_id, finding) for (entry_id,), finding in zip(cursor.fetchall(), listed, strict=True)]
        with cursor.copy(_COPY_ENTRIES) as copy:
            for entry_id, one in entries:
                row = (one.station_id, one.kind, one.object_id, one.number, one.title[:120], one.subtitle[:200])
                copy.write_row((entry_id, *row))
        with cursor.copy(_COPY_TERMS) as copy:
            for some in batched(entries, PIECE, strict=False):
                copy.write("".join(sorted(line for entry_id, one in some for line in _term_lines(entry_id, one))))
    return len(listed)


def _term_lines(entry_id: int, finding: Finding) -> set[str]:
    """Return a document's terms as COPY reads them."""
    head = f"{finding.station_id or 0}\t{kind_named(finding.kind).code}\t"
    return {f"{head}{_copied(term[:TERM_LENGTH])}\t{entry_id}\n" for term in finding.terms if term}


def _copied(term: str) -> str:
    """Return a term as COPY reads it; folded text has no backslash, tab or line break, but nobody need believe that."""
    if "\\" in term or not term.isprintable():
        return term.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return term


def _entry_columns(findings: Sequence[Finding]) -> list[Any]:
    """Return the columns of the entries as arrays."""
    return [
        [finding.station_id for finding in findings],
        [finding.kind for finding in findings],
        [finding.object_id for finding in findings],
        [finding.number for finding in findings],
        [finding.title[:120] for finding in findings],
        [finding.subtitle[:200] for finding in findings],
    ]


@fulfils("IS-02")
def index_many(findings: Iterable[Finding]) -> None:
    """Put documents into the index, or renew them, in one statement; must run in the transaction that writes the
    documents."""
    rows = {(finding.kind, finding.object_id): finding for finding in findings}
    if not rows:
        return
    listed = list(rows.values())
    terms = [
        (finding.kind, kind_named(finding.kind).code, finding.object_id, term[:TERM_LENGTH])
        for finding in listed
        for term in dict.fromkeys(finding.terms)
        if term
    ]
    columns = [list(column) for column in zip(*terms, strict=True)] if terms else [[], [], [], []]
    run_later([(_UPSERT, [*_entry_columns(listed), *columns])])


def index(
    station_id: int | None,
    kind: str,
    object_id: int,
    *,
    title: str,
    number: str,
    terms: Sequence[str],
    subtitle: str = "",
) -> None:
    """Put one document into the index, or renew it, in one statement."""
    index_many([Finding(station_id, kind, object_id, title, number, terms, subtitle)])


def forget(kind: str, object_ids: Iterable[int]) -> None:
    """Take documents out of the index, such as a customer merged into another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM search_searchentry WHERE kind = %s AND object_id = ANY(%s) RETURNING id) "
            "DELETE FROM search_searchterm t USING gone WHERE t.entry_id = gone.id",
            [kind, list(object_ids)],
        )
