"""The table of an import: uploaded, mapped, checked, written batch by batch, finished."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Text
from aftersales.core.workflow import Guard, Opening, Step, Workflow
from aftersales.exchange.choices import ImportState
from aftersales.exchange.kinds import Judged, kind_named
from aftersales.exchange.mapping import ColumnMap, missing_columns
from aftersales.exchange.models import ImportJob
from aftersales.exchange.oddities import replace_oddities
from aftersales.exchange.permissions import P
from aftersales.exchange.storage import Stored

S = ImportState


def every_required_column_is_mapped(job: ImportJob) -> Text | None:
    """A file without its required columns cannot be judged."""
    missing = missing_columns(kind_named(job.kind).columns, ColumnMap.from_json(job.mapping))
    if missing:
        return _("Choose the columns of %(columns)s first.") % {"columns": "、".join(column.zh for column in missing)}
    return None


def something_is_to_be_written(job: ImportJob) -> Text | None:
    """A file in which every row is refused is not written."""
    return None if job.units_total else _("There is nothing to write: every row is refused.")


WORKFLOW: Workflow[ImportJob] = Workflow(
    field="state",
    opening=Opening("upload_file", _("Upload file"), S.UPLOADED, P.IMPORT),
    steps=[
        Step("choose_mapping", _("Choose columns"), (S.UPLOADED, S.CHECKED), S.UPLOADED, P.IMPORT),
        Step(
            "check_file",
            _("Check"),
            (S.UPLOADED, S.CHECKED),
            S.CHECKED,
            P.IMPORT,
            guards=(Guard("IS-10", every_required_column_is_mapped),),
            clauses=("IS-10",),
        ),
        Step(
            "start_writing",
            _("Write"),
            (S.CHECKED, S.FAILED),
            S.COMMITTING,
            P.IMPORT,
            guards=(Guard("IS-10", something_is_to_be_written),),
        ),
        Step("resume_writing", _("Resume"), (S.COMMITTING,), S.COMMITTING, P.IMPORT),
        Step("save_progress", _("Batch written"), (S.COMMITTING,), S.COMMITTING, P.IMPORT),
        Step("finish_writing", _("Finish"), (S.COMMITTING,), S.COMMITTED, P.IMPORT),
        Step("stop_writing", _("Stopped by a fault"), (S.COMMITTING,), S.FAILED, P.IMPORT),
        Step(
            "cancel_import", _("Cancel import"), (S.UPLOADED, S.CHECKED, S.COMMITTING, S.FAILED), S.CANCELLED, P.IMPORT
        ),
    ],
)


@WORKFLOW.opens
def upload_file(
    actor: Actor,
    at: datetime,
    *,
    station: Any,
    kind: str,
    file_name: str,
    stored: Stored,
    headings: Sequence[str],
    mapping: ColumnMap,
    rows_total: int,
) -> ImportJob:
    """Enter a file that has been stored and read once; what its headings suggest is its first mapping."""
    return ImportJob.objects.create(
        station=station,
        created_at=at,
        moved_at=at,
        kind=kind,
        file_name=file_name,
        path=stored.path,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        headings=list(headings),
        mapping=mapping.as_json(),
        rows_total=rows_total,
        uploaded_by_id=actor.user_id,
        uploaded_by_name=actor.name,
    )


@WORKFLOW.step
def choose_mapping(job: ImportJob, actor: Actor, at: datetime, *, mapping: ColumnMap, headings: Sequence[str]) -> None:
    """Say which column of the file is what."""
    job.mapping, job.headings, job.moved_at = mapping.as_json(), list(headings), at
    job.units_total = job.units_done = 0
    job.report = {}


@WORKFLOW.step
def check_file(
    job: ImportJob,
    actor: Actor,
    at: datetime,
    *,
    oddities: Sequence[Judged],
    report: dict[str, Any],
    units: int,
    rows: int,
) -> None:
    """Keep what the dry run found: every oddity by row, and the summary, which the journal keeps, too."""
    replace_oddities(job, oddities)
    job.report, job.units_total, job.rows_total, job.moved_at = report, units, rows, at


@WORKFLOW.step
def start_writing(job: ImportJob, actor: Actor, at: datetime) -> None:
    """Begin to write, or take up again what a fault has stopped."""
    job.failure, job.moved_at = "", at


@WORKFLOW.step
def resume_writing(job: ImportJob, actor: Actor, at: datetime) -> None:
    """Take up a writing whose worker has died."""
    job.moved_at = at


@WORKFLOW.step
def save_progress(
    job: ImportJob, actor: Actor, at: datetime, *, units: int, rows: int, created: int, known: int
) -> None:
    """Count a batch in the transaction that writes it, so that a killed import goes on exactly where it was."""
    job.units_done += units
    job.rows_done = min(job.rows_done + rows, job.rows_total)
    job.created_count += created
    job.known_count += known
    job.moved_at = at


@WORKFLOW.step
def finish_writing(job: ImportJob, actor: Actor, at: datetime) -> None:
    """Every unit is in: the rest of the rows are the refused ones of the report."""
    job.rows_done, job.moved_at = job.rows_total, at


@WORKFLOW.step
def stop_writing(job: ImportJob, actor: Actor, at: datetime, *, failure: str) -> None:
    """Keep why the writing stopped; the batch it stopped in has left nothing."""
    job.failure, job.moved_at = failure[:500], at


@WORKFLOW.step
def cancel_import(job: ImportJob, actor: Actor, at: datetime) -> None:
    """Give the import up; batches written before stay."""
    job.moved_at = at
