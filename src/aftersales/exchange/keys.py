"""The book of imported keys at one station."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aftersales.customers.bulk import copy_rows
from aftersales.exchange.models import ImportedKey


class StationKeys:
    """Which record a source's key became at the station (`repairs.imports_writing.KeyBook`)."""

    def __init__(self, station_id: int) -> None:
        self.station_id = station_id

    def known(self, kind: str, keys: Iterable[str]) -> Mapping[str, int]:
        """Return {key: record id} for the keys that have been imported."""
        rows = ImportedKey.objects.at_station(self.station_id).filter(kind=kind, key__in=list(keys))
        return dict(rows.values_list("key", "object_id"))

    def note(self, kind: str, ids: Mapping[str, int]) -> None:
        """Remember new keys."""
        copy_rows(
            "exchange_importedkey",
            ("station_id", "kind", "key", "object_id"),
            ((self.station_id, kind, key, object_id) for key, object_id in ids.items()),
        )
