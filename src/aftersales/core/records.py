"""Commands on masters and settings, which have no workflow: one right, one transaction, one journal entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden
from aftersales.core.rows import update_columns
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import changed_columns, lock_fresh, plain, record_entry, snapshot


def require_right(actor: Actor, code: str, station_id: int | None) -> None:
    """Raise Forbidden unless the actor holds the code at the station (None: for the whole network)."""
    if not actor.may(code, station_id):
        raise Forbidden(_("Your role does not allow this."), code="forbidden")


def register[M: models.Model](record: M, actor: Actor, at: datetime, *, right: str, step: str = "registered") -> M:
    """Save a new record and journal it; the right is asked at the record's station."""

    def command() -> M:
        require_right(actor, right, getattr(record, "station_id", None))
        record.save(force_insert=True)
        values = {name: plain(value) for name, value in snapshot(record).items() if value not in (None, "", [], {})}
        record_entry(record, step=step, actor=actor, at=at, changes=values)
        return record

    return run_in_transaction(command)


def change[M: models.Model](
    record: M, actor: Actor, at: datetime, *, right: str, step: str = "changed", reason: str = "", **values: Any
) -> M:
    """Set columns of a record under lock and journal old and new values (CRM-04); no difference, no entry.

    Raises Forbidden, NotVisible, or StaleVersion when the record was `held` at an older version.
    """

    def command() -> M:
        fresh = lock_fresh(record)
        require_right(actor, right, getattr(fresh, "station_id", None))
        before = snapshot(fresh)
        for name, value in values.items():
            setattr(fresh, name, value)
        changes = changed_columns(before, fresh)
        if not changes:
            return fresh
        if hasattr(fresh, "version"):
            fresh.version += 1
            update_columns(fresh, [*changes, "version"])
        else:
            update_columns(fresh, list(changes))
        record_entry(fresh, step=step, actor=actor, at=at, changes=changes, reason=reason)
        return fresh

    return run_in_transaction(command)
