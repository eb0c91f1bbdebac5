"""The pipeline: upload, choose columns, check, start the writing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused
from aftersales.core.transactions import run_in_transaction
from aftersales.exchange import storage, tasks, transitions
from aftersales.exchange.choices import ImportState
from aftersales.exchange.kinds import Judged, Prepared, kind_named
from aftersales.exchange.mapping import ColumnMap, MappingFile, guessed
from aftersales.exchange.models import ImportJob
from aftersales.exchange.oddities import counts_of
from aftersales.exchange.readers import Table, read_table
from aftersales.exchange.wording import sentence_for
from aftersales.exchange.writing import prepare, require_kind_right
from aftersales.network.models import Station
from aftersales.standards.binding import fulfils


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrives: its name and its bytes in pieces."""

    name: str
    chunks: Iterable[bytes]


def upload(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    kind: str,
    file: Upload,
    mapping: MappingFile | None = None,
) -> ImportJob:
    """Take a file in: store it, read it once, suggest its columns (or apply the mapping file). Nothing is imported yet.

    Raises InputRefused (field `file` or `mapping`) with a sentence, Forbidden.
    """
    chosen = kind_named(kind)
    require_kind_right(actor, chosen, station.pk)
    if mapping is not None and mapping.kind != kind:
        sentence = _("The mapping file is for another kind of import.")
        raise InputRefused(sentence, code="mapping_of_other_kind", fields={"mapping": sentence})
    stored = storage.keep(file.chunks)
    try:
        table = read_table(storage.place_of(stored.path))
        mapped = mapping.applied_to(table) if mapping else guessed(chosen.columns, table)
        return transitions.upload_file(
            actor,
            at,
            station=station,
            kind=kind,
            file_name=shown_name(file.name),
            stored=stored,
            headings=headings_of(table, mapped),
            mapping=mapped,
            rows_total=sum(row.number > mapped.heading_row for row in table.rows),
        )
    except BaseException:
        storage.drop(stored.path)
        raise


def shown_name(name: str) -> str:
    """Return an uploaded file's own name without folders and control characters, for people to read."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(char for char in last if char.isprintable())
    return plain.encode("utf-8", "replace").decode()[:200] or "file"


def headings_of(table: Table, mapped: ColumnMap) -> list[str]:
    """Return the headings of the file, each cut to what a list can show."""
    row = next((row for row in table.rows if row.number == mapped.heading_row), None)
    return [cell.strip()[:60].replace("\x00", "") for cell in row.cells] if row else []


def choose_columns(
    job: ImportJob, actor: Actor, at: datetime, *, columns: dict[str, int], date_format: str = ""
) -> ImportJob:
    """Say which column of the file is what; places that the file does not have are refused."""
    kind = kind_named(job.kind)
    names = {column.name for column in kind.columns}
    if any(name not in names or not 0 <= place < len(job.headings) for name, place in columns.items()):
        raise InputRefused(_("Choose the columns from the list."), code="column_unknown")
    if len(set(columns.values())) != len(columns):
        raise InputRefused(_("One column of the file was chosen twice."), code="column_twice")
    before = ColumnMap.from_json(job.mapping)
    mapped = ColumnMap(columns, before.heading_row, date_format, before.options)
    return transitions.choose_mapping(job, actor, at, mapping=mapped, headings=job.headings)


@fulfils("IS-10")
def check(job: ImportJob, actor: Actor, at: datetime, *, prepared: Prepared | None = None) -> ImportJob:
    """Dry run: judge every row, keep every oddity by row and kind, write nothing else; the journal keeps the summary.

    `prepared` saves a caller that has judged the file already a second reading. Raises InputRefused (a required column
    is not mapped), TransitionRefused, Forbidden.
    """
    require_kind_right(actor, kind_named(job.kind), job.station_id)
    if refusal := transitions.every_required_column_is_mapped(job):
        raise InputRefused(refusal, code="columns_missing", clause="IS-10")
    prepared = prepared or prepare(job, timezone.localdate(job.created_at))
    earlier = ImportJob.objects.at_station(job.station_id).filter(
        sha256=job.sha256, kind=job.kind, state=ImportState.COMMITTED
    )
    if earlier.exclude(pk=job.pk).exists():
        prepared.oddities.append(Judged(0, "same_file", "", job.file_name, sentence_for("same_file"), False))
    refused_rows = {one.row for one in prepared.oddities if one.is_refused}
    report = {
        "figures": prepared.figures,
        "counts": counts_of(prepared.oddities),
        "refused_rows": len(refused_rows),
    }
    return transitions.check_file(
        job,
        actor,
        at,
        oddities=prepared.oddities,
        report=report,
        units=len(prepared.units),
        rows=prepared.figures["rows"],
    )


def start(job: ImportJob, actor: Actor, at: datetime, *, in_background: bool = True) -> ImportJob:
    """Begin to write, in the background unless the caller writes itself; also takes up what a fault has left."""

    def command() -> ImportJob:
        require_kind_right(actor, kind_named(job.kind), job.station_id)
        step = transitions.resume_writing if job.state == ImportState.COMMITTING else transitions.start_writing
        started = step(job, actor, at)
        if in_background:
            transaction.on_commit(lambda: tasks.enqueue_writing(started.pk, actor.user_id))
        return started

    return run_in_transaction(command)
