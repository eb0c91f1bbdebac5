"""Proof that nobody has touched the journal: the chain of every document, and its heads against a kept copy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection


@dataclass(frozen=True, slots=True)
class Finding:
    """A break in a document's chain: `edited`, `gap` (removed or reordered), `unchained` or `cut_tail`."""

    subject_kind: str
    subject_id: int
    sequence: int
    fault: str


# One pass in the order of the chains: each entry is digested again and compared with what its neighbours say.
_BREAKS = """
WITH chained AS (
    SELECT e.subject_kind, e.subject_id, e.sequence, e.hash, e.previous_hash, journal_digest(e) AS digest,
           lag(e.sequence) OVER w AS sequence_before, lag(e.hash) OVER w AS hash_before
      FROM journal_journalentry e
    WINDOW w AS (PARTITION BY e.subject_kind, e.subject_id ORDER BY e.sequence, e.id)
)
SELECT subject_kind, subject_id, sequence,
       CASE WHEN digest <> hash THEN 'edited'
            WHEN sequence <> coalesce(sequence_before, 0) + 1 THEN 'gap'
            ELSE 'unchained' END
  FROM chained
 WHERE digest <> hash OR sequence <> coalesce(sequence_before, 0) + 1 OR previous_hash <> coalesce(hash_before, '')
 ORDER BY 1, 2, 3
"""

_HEADS = """
SELECT DISTINCT ON (subject_kind, subject_id) subject_kind, subject_id, sequence, hash
  FROM journal_journalentry ORDER BY subject_kind, subject_id, sequence DESC
"""

_ENTRY = "SELECT hash FROM journal_journalentry WHERE subject_kind = %s AND subject_id = %s AND sequence = %s"


def broken_entries() -> list[Finding]:
    """Return every entry that was edited, removed or put in another order."""
    with connection.cursor() as cursor:
        cursor.execute(_BREAKS)
        return [Finding(*row) for row in cursor.fetchall()]


def heads() -> Iterator[tuple[str, int, int, str]]:
    """Yield the last entry of every document (kind, id, sequence, hash): keep them off this machine."""
    with connection.cursor() as cursor:
        cursor.execute(_HEADS)
        yield from cursor.fetchall()


def write_heads(path: Path) -> int:
    """Write the heads to a file, one JSON array a line, and return how many documents it covers."""
    count = 0
    with path.open("w", encoding="utf-8") as kept:
        for head in heads():
            kept.write(json.dumps(head, ensure_ascii=False) + "\n")
            count += 1
    return count


def missing_tails(path: Path) -> list[Finding]:
    """Return the kept heads that the journal no longer holds: a tail cut off, or a whole chain written anew."""
    findings = []
    with path.open(encoding="utf-8") as kept, connection.cursor() as cursor:
        for line in kept:
            kind, subject_id, sequence, digest = json.loads(line)
            cursor.execute(_ENTRY, [kind, subject_id, sequence])
            row = cursor.fetchone()
            if row is None or row[0] != digest:
                findings.append(Finding(kind, subject_id, sequence, "cut_tail"))
    return findings


def count_entries() -> int:
    """Return how many entries the journal holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_journalentry")
        return int(cursor.fetchone()[0])
