"""Nobody changes the journal: not through the program, not through SQL; who drops the triggers is found out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from aftersales.core.actor import Actor, system_actor
from aftersales.core.workflow import record_entry
from aftersales.journal import verification
from aftersales.journal.models import JournalEntry
from aftersales.network.models import Headquarters

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
LIN = Actor(user_id=7, name="林晓", role="service_advisor", request_id="r-1")


@pytest.fixture
def document() -> Headquarters:
    """A document with five entries, beside another with one."""
    other = Headquarters.objects.create(code="OTHER", name="其他")
    record_entry(other, step="registered", actor=system_actor("test"), at=AT)
    row = Headquarters.objects.create(code="HQ", name="总部")
    for number in range(5):
        record_entry(
            row, step="changed", actor=LIN, at=AT, changes={"name": [f"旧{number}", f"新{number}"]}, reason="改名"
        )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as a commit would have done
    return row


def as_administrator_of_the_database(statement: str, *params: object) -> None:
    """Run SQL with the triggers off, as only the owner of the tables can."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_journalentry DISABLE TRIGGER USER")
        cursor.execute(statement, params)
        cursor.execute("ALTER TABLE journal_journalentry ENABLE TRIGGER USER")


def faults(document: Headquarters) -> list[tuple[int, str]]:
    found = verification.broken_entries()
    assert {finding.subject_id for finding in found} <= {document.pk}
    return [(finding.sequence, finding.fault) for finding in found]


def test_an_untouched_journal_is_whole(document: Headquarters) -> None:
    assert faults(document) == []
    entries = list(JournalEntry.objects.everywhere().filter(subject_id=document.pk).order_by("sequence"))
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous_hash for entry in entries] == ["", *(entry.hash for entry in entries[:-1])]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_journalentry SET reason = 'x'",
        "UPDATE journal_journalentry SET reason = reason",
        "DELETE FROM journal_journalentry",
        "TRUNCATE journal_journalentry",
    ],
)
def test_sql_cannot_change_it(document: Headquarters, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_program_cannot_change_it(document: Headquarters) -> None:
    entry = JournalEntry.objects.everywhere().filter(subject_id=document.pk).first()
    assert entry is not None
    entry.reason = "nachgebessert"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        JournalEntry.objects.everywhere().update(actor_name="somebody else")


def test_the_hash_is_not_the_writers_to_choose(document: Headquarters) -> None:
    entry = JournalEntry.objects.create(
        subject_kind="network.headquarters",
        subject_id=document.pk,
        sequence=99,
        step="forged",
        actor_name="x",
        actor_role="x",
        at=AT,
        hash="f" * 64,
        previous_hash="e" * 64,
    )
    stored = JournalEntry.objects.everywhere().get(pk=entry.pk)
    assert stored.sequence == 6
    assert stored.hash != "f" * 64
    assert faults(document) == []


@pytest.mark.parametrize(
    "assignment",
    [
        "reason = 'anders'",
        "actor_name = '别人'",
        "at = at + interval '1 second'",
        "changes = '{}'",
        "step = 'removed'",
        "after = 'closed'",
        "request_id = ''",
        "station_id = NULL, actor_id = 8",
    ],
)
def test_an_edited_entry_is_found(document: Headquarters, assignment: str) -> None:
    as_administrator_of_the_database(
        f"UPDATE journal_journalentry SET {assignment} WHERE subject_id = %s AND sequence = 3",
        document.pk,
    )
    assert faults(document) == [(3, "edited")]


def test_an_edit_with_a_fresh_hash_is_found_at_the_next_entry(document: Headquarters) -> None:
    as_administrator_of_the_database(
        "UPDATE journal_journalentry SET reason = 'anders' WHERE subject_id = %s AND sequence = 3", document.pk
    )
    as_administrator_of_the_database(
        "UPDATE journal_journalentry e SET hash = journal_digest(e) WHERE subject_id = %s AND sequence = 3", document.pk
    )
    assert faults(document) == [(4, "unchained")]


def test_a_removed_entry_is_found(document: Headquarters) -> None:
    as_administrator_of_the_database(
        "DELETE FROM journal_journalentry WHERE subject_id = %s AND sequence = 2", document.pk
    )
    assert faults(document) == [(3, "gap")]


def test_a_removed_first_entry_is_found(document: Headquarters) -> None:
    as_administrator_of_the_database(
        "DELETE FROM journal_journalentry WHERE subject_id = %s AND sequence = 1", document.pk
    )
    assert faults(document) == [(2, "gap")]


def test_reordered_entries_are_found(document: Headquarters) -> None:
    for before, after in ((2, 92), (3, 2), (92, 3)):
        as_administrator_of_the_database(
            "UPDATE journal_journalentry SET sequence = %s WHERE subject_id = %s AND sequence = %s",
            after,
            document.pk,
            before,
        )
    assert {sequence for sequence, _fault in faults(document)} >= {2, 3}


def test_a_cut_tail_is_found_against_the_kept_heads(document: Headquarters, tmp_path: Path) -> None:
    kept = tmp_path / "heads.jsonl"
    assert verification.write_heads(kept) == 2
    assert verification.missing_tails(kept) == []
    as_administrator_of_the_database(
        "DELETE FROM journal_journalentry WHERE subject_id = %s AND sequence >= 4", document.pk
    )
    assert faults(document) == []  # what is left hangs together: only the kept copy tells
    missing = verification.missing_tails(kept)
    assert [(finding.subject_id, finding.sequence, finding.fault) for finding in missing] == [
        (document.pk, 5, "cut_tail")
    ]


def test_a_chain_written_anew_is_found_against_the_kept_heads(document: Headquarters, tmp_path: Path) -> None:
    kept = tmp_path / "heads.jsonl"
    verification.write_heads(kept)
    as_administrator_of_the_database("DELETE FROM journal_journalentry WHERE subject_id = %s", document.pk)
    for number in range(5):
        record_entry(document, step="changed", actor=LIN, at=AT, changes={"name": [f"假{number}", "假"]})
    assert faults(document) == []
    assert [finding.sequence for finding in verification.missing_tails(kept)] == [5]


def test_new_entries_do_not_disturb_the_kept_heads(document: Headquarters, tmp_path: Path) -> None:
    kept = tmp_path / "heads.jsonl"
    verification.write_heads(kept)
    record_entry(document, step="changed", actor=LIN, at=AT)
    assert verification.missing_tails(kept) == []


@pytest.mark.parametrize("odd", ["", "a\x1fb", "\ufeff", "𠮷", "x" * 100_000, "'\"\\", "\n\r\t"])
def test_odd_reasons_are_stored_unchanged_and_chained(document: Headquarters, odd: str) -> None:
    record_entry(document, step="changed", actor=LIN, at=AT, reason=odd, changes={"text": odd})
    last = JournalEntry.objects.everywhere().filter(subject_id=document.pk).order_by("-sequence")[0]
    assert (last.reason, last.changes["text"]) == (odd, odd)
    assert faults(document) == []
