"""Reads on imports."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from aftersales.core.actor import Actor
from aftersales.exchange.choices import ImportState
from aftersales.exchange.kinds import KINDS, Kind, kind_named
from aftersales.exchange.mapping import ColumnMap, missing_columns
from aftersales.exchange.models import ImportJob
from aftersales.exchange.permissions import P
from aftersales.network.models import Station

SILENT_FOR = timedelta(seconds=60)


def imports_visible_to(actor: Actor) -> QuerySet[ImportJob]:
    """Return the imports of the stations where the actor may import, newest first."""
    return ImportJob.objects.visible_to(actor, P.IMPORT).select_related("station").order_by("-pk")


def import_visible(actor: Actor, job_id: int) -> ImportJob:
    """Return one import; NotVisible alike for foreign and missing ones."""
    return ImportJob.objects.select_related("station").get_visible(actor, P.IMPORT, pk=job_id)


def kinds_for(actor: Actor) -> list[Kind]:
    """Return the kinds of file the actor may import somewhere."""
    return [kind for kind in KINDS if actor.may_anywhere(P.IMPORT) and actor.may_anywhere(kind.right)]


def stations_for(actor: Actor) -> QuerySet[Station]:
    """Return the stations at which the actor may import."""
    stations = actor.stations_with(P.IMPORT)
    rows = Station.objects.order_by("code")
    return rows if stations is None else rows.filter(pk__in=stations)


def unfinished_import_of(job: ImportJob) -> ImportJob | None:
    """Return the import of the very same file with the same columns that was begun and not finished, or None."""
    return (
        ImportJob.objects.at_station(job.station_id)
        .select_related("station")
        .filter(
            sha256=job.sha256,
            kind=job.kind,
            mapping=job.mapping,
            state__in=(ImportState.COMMITTING, ImportState.FAILED),
            units_total=job.units_total,
        )
        .exclude(pk=job.pk)
        .order_by("-pk")
        .first()
    )


def is_mapped(job: ImportJob) -> bool:
    """Tell whether every column the kind cannot do without has been found in the file."""
    return not missing_columns(kind_named(job.kind).columns, ColumnMap.from_json(job.mapping))


def is_silent(job: ImportJob, at: datetime) -> bool:
    """Tell whether nobody seems to be writing any more: the worker was killed, or none runs."""
    return job.state == ImportState.COMMITTING and at - job.moved_at > SILENT_FOR
