"""Writing the journal: called by the workflow engine and by `core.records`, by nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.statements import Hot, Statement, jsonb, run_later

_INSERT = Hot("""
INSERT INTO journal_journalentry (station_id, subject_kind, subject_id, sequence, step, before, after, changes, reason,
                                  actor_id, actor_name, actor_role, request_id, at, previous_hash, hash)
VALUES (%s, %s, %s, 0, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '')
""")


def record(
    *,
    document: models.Model,
    step: str,
    before: str,
    after: str,
    changes: dict[str, Any],
    actor: Actor,
    at: datetime,
    reason: str = "",
    after_writing: Statement | None = None,
) -> None:
    """Append one entry about the document; the database numbers and chains it.

    The caller holds the document's row lock, so the chain of a document never forks. `after_writing` is the caller's
    own last statement, which goes first.
    """
    station_id = getattr(document, "station_id", None)
    if subject_kind(document) == "network.station":
        station_id = document.pk
    entry: Statement = (
        _INSERT,
        [
            station_id,
            subject_kind(document),
            document.pk,
            step,
            before,
            after,
            jsonb(changes),
            reason,
            actor.user_id,
            actor.name,
            actor.role,
            actor.request_id,
            at,
        ],
    )
    run_later([entry] if after_writing is None else [after_writing, entry])


_INSERT_MANY = """
INSERT INTO journal_journalentry (station_id, subject_kind, subject_id, sequence, step, before, after, changes, reason,
                                  actor_id, actor_name, actor_role, request_id, at, previous_hash, hash)
SELECT station_id, subject_kind, subject_id, 0, %s, '', '', changes, '', %s, %s, %s, %s, %s, '', ''
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::jsonb[]) AS d (station_id, subject_kind, subject_id, changes)
"""


def record_many(
    entries: Sequence[tuple[models.Model, Mapping[str, Any]]], *, step: str, actor: Actor, at: datetime
) -> None:
    """Append one entry for each (document, changes) in one statement: bulk imports, and commands that make several
    documents."""
    if not entries:
        return
    documents = [document for document, _changes in entries]
    parameters = [
        step,
        actor.user_id,
        actor.name,
        actor.role,
        actor.request_id,
        at,
        [getattr(document, "station_id", None) for document in documents],
        [subject_kind(document) for document in documents],
        [document.pk for document in documents],
        [jsonb(dict(changes)) for _document, changes in entries],
    ]
    run_later([(_INSERT_MANY, parameters)])
