"""What every station document has: a station, a version, and the time it was made."""

from __future__ import annotations

from typing import Any

from django.db import models

from aftersales.core.actor import Actor
from aftersales.core.fences import FencedQuerySet


class StationRow(models.Model):
    """A row that belongs to one station and is seen only through the fence."""

    # No index of its own: a table read by station has one that begins with the station and goes on.
    station = models.ForeignKey("network.Station", on_delete=models.PROTECT, related_name="+", db_index=False)
    station_id: int

    objects = FencedQuerySet.as_manager()

    class Meta:
        abstract = True


class Document(StationRow):
    """A station row that people change: it carries the version that refuses lost updates."""

    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta(StationRow.Meta):
        abstract = True


def subject_kind(document: models.Model | type[models.Model]) -> str:
    """Return the stable name of a document's kind, such as `repairs.repairorder`."""
    return document._meta.label_lower


def seen_as[M: models.Model](model: type[M], actor: Actor, number: str, version: int) -> M:
    """Return a stand-in for the document of that number, for a step that locks and reads it itself.

    Nothing is read yet: the step raises NotVisible for a foreign number as for a missing one, and StaleVersion.
    """
    stand_in: Any = model.__new__(model)
    stand_in.visible_as = (number, actor.stations_with())
    stand_in.expected_version = version
    return stand_in  # type: ignore[no-any-return]


def held(document: Any, version: int | None) -> Any:
    """Mark the version the caller has seen; the next command on the document refuses if somebody changed it since."""
    document.expected_version = version
    return document
