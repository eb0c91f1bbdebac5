"""Writing an import batch by batch: killed at any moment it goes on exactly where it was."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import InputRefused, Refusal, StaleVersion, Text
from aftersales.core.records import require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.exchange import storage, transitions
from aftersales.exchange.kinds import Judged, Kind, Prepared, kind_named
from aftersales.exchange.kinds.base import source_of
from aftersales.exchange.mapping import ColumnMap
from aftersales.exchange.models import ImportJob
from aftersales.exchange.permissions import P
from aftersales.exchange.readers import read_table
from aftersales.exchange.wording import sentence_for

type Progress = Callable[[ImportJob], None]
type Clock = Callable[[], datetime]


def require_kind_right(actor: Actor, kind: Kind, station_id: int) -> None:
    """Raise Forbidden unless the actor may import, and may write this kind of record."""
    require_right(actor, P.IMPORT, station_id)
    if not (kind.is_network and actor.may_anywhere(kind.right)):
        require_right(actor, kind.right, station_id)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Hundreds of thousands of rows that live until the end would be looked through again and again for rings to free:
    a third of all the work."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_without_collections()
def prepare(job: ImportJob, on: date) -> Prepared:
    """Read the job's file again and judge it; raises InputRefused when the file has gone or has been changed."""
    place = storage.place_of(job.path)
    if not place.is_file() or _sha256(place) != job.sha256:
        raise InputRefused(gettext_lazy("The uploaded file is gone or was changed. Upload it again."), code="file_gone")
    table = read_table(place)
    source = source_of(table, ColumnMap.from_json(job.mapping), on=on, station=job.station)
    prepared = kind_named(job.kind).prepare(source)
    numbers = {number for number, _cells in source.rows}
    sentence = sentence_for("merged_cells")
    prepared.oddities += [
        Judged(row, "merged_cells", "", "", sentence, is_refused=False) for row in sorted(table.merged & numbers)
    ]
    prepared.figures["rows"] = len(source.rows)
    return prepared


def _sha256(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(
    job: ImportJob, actor: Actor, clock: Clock, progress: Progress = lambda job: None, prepared: Prepared | None = None
) -> ImportJob:
    """Write what is not written yet, batch by batch, each with its count in one transaction; return the finished job.

    Killed at any moment it can be called again: nothing is lost and nothing doubled. When somebody else has taken the
    job on, or cancelled it, this returns it as it is. A batch that fails leaves nothing; the job then says why.
    """
    kind = kind_named(job.kind)
    try:
        require_kind_right(actor, kind, job.station_id)
        prepared = prepared or prepare(job, timezone.localdate(job.created_at))
        if len(prepared.units) != job.units_total:
            # Opening stock asks for parts and shelves: somebody changed them since the check.
            raise InputRefused(
                gettext_lazy("The masters have changed since the check. Check the file again."), code="changed"
            )
        while job.units_done < job.units_total:
            job = _write_batch(job, kind, prepared, actor, clock())
            progress(job)
        job = transitions.finish_writing(held(job, job.version), actor, clock())
        progress(job)
    except StaleVersion:
        job.refresh_from_db()
    except Refusal as refusal:
        job = _stop(job, actor, clock(), refusal.sentence)
    except (DatabaseError, ValueError, ArithmeticError) as error:
        job = _stop(job, actor, clock(), _("A batch could not be written: %(fault)s") % {"fault": type(error).__name__})
    return job


@_without_collections()
def _write_batch(job: ImportJob, kind: Kind, prepared: Prepared, actor: Actor, at: datetime) -> ImportJob:
    units = prepared.units[job.units_done : job.units_done + kind.batch]

    def command() -> ImportJob:
        with connection.cursor() as cursor:
            # Two imports at one station at once: the second waits for the batch and then finds its keys known.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('exchange.import'), %s)", [job.station_id])
        written = kind.write(actor, at, job.station, units, dict(job.mapping.get("options", {})))
        return transitions.save_progress(
            held(job, job.version),
            actor,
            at,
            units=len(units),
            rows=sum(map(prepared.weight, units)),
            created=written.created,
            known=written.known,
        )

    def whole_or_nothing() -> ImportJob:
        with transaction.atomic():  # a savepoint where a caller holds a transaction open
            return command()

    return run_in_transaction(whole_or_nothing)


def _stop(job: ImportJob, actor: Actor, at: datetime, sentence: Text) -> ImportJob:
    try:
        return transitions.stop_writing(job, actor, at, failure=str(sentence))
    except Refusal:  # it was cancelled meanwhile
        job.refresh_from_db()
        return job
