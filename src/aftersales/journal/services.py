"""Writing the journal: called by the workflow engine and by `core.records`, by nobody else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, models
from psycopg.types.json import Jsonb

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind

_INSERT = """
INSERT INTO journal_journalentry (station_id, subject_kind, subject_id, sequence, step, before, after, changes, reason,
                                  actor_id, actor_name, actor_role, request_id, at, previous_hash, hash)
VALUES (%s, %s, %s, 0, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '')
"""


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
) -> None:
    """Append one entry about the document; the database numbers and chains it.

    The caller holds the document's row lock, so the chain of a document never forks.
    """
    station_id = getattr(document, "station_id", None)
    if subject_kind(document) == "network.station":
        station_id = document.pk
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                station_id,
                subject_kind(document),
                document.pk,
                step,
                before,
                after,
                Jsonb(changes),
                reason,
                actor.user_id,
                actor.name,
                actor.role,
                actor.request_id,
                at,
            ],
        )
