"""The station fence: a query on station rows that has not said whose rows it may see raises instead of answering."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible, UnscopedQuery


class FencedQuerySet[M: models.Model](models.QuerySet[M, M]):
    """A queryset over station rows; evaluate it only after `visible_to`, `at_station` or `everywhere`."""

    _scoped = False

    def visible_to(self, actor: Actor, code: str | None = None) -> Self:
        """Keep the rows of the stations the actor belongs to (and holds `code` at, if named)."""
        stations = actor.stations_with(code)
        scoped = self.all() if stations is None else self.filter(station_id__in=stations)
        scoped._scoped = True
        return scoped

    def at_station(self, station_id: int) -> Self:
        """Keep the rows of one station that the caller has already shown to be visible."""
        scoped = self.filter(station_id=station_id)
        scoped._scoped = True
        return scoped

    def at_stations(self, station_ids: tuple[int, ...]) -> Self:
        """Keep the rows of the stations whose rows the caller may see."""
        scoped = self.filter(station_id__in=station_ids)
        scoped._scoped = True
        return scoped

    def everywhere(self) -> Self:
        """Lift the fence for the program's own work: clocks, workers, proofs, network-wide metrics."""
        scoped = self.all()
        scoped._scoped = True
        return scoped

    def get_visible(self, actor: Actor, code: str | None = None, **lookup: Any) -> M:
        """Return the one visible row; a foreign and a missing one raise the same NotVisible."""
        try:
            return self.visible_to(actor, code).get(**lookup)
        except ObjectDoesNotExist:
            raise NotVisible from None

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone  # type: ignore[no-any-return]

    def _require_scope(self) -> None:
        # Rows reached through a row already in hand (order.settlements) carry the parent as a hint and are fenced by
        # it.
        if not self._scoped and "instance" not in self._hints:  # type: ignore[attr-defined]
            raise UnscopedQuery(f"{self.model.__name__}: say visible_to(actor), at_station(id) or everywhere() first")

    def _fetch_all(self) -> None:
        self._require_scope()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[M]:
        self._require_scope()
        return super().iterator(chunk_size)

    def count(self) -> int:
        self._require_scope()
        return super().count()

    def exists(self) -> bool:
        self._require_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._require_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._require_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require_scope()
        return super().delete()
