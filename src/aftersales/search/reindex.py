"""Building the whole index anew from the documents."""

from __future__ import annotations

from collections.abc import Callable
from itertools import batched

from django.db import connection, transaction

from aftersales.search.kinds import kind_named
from aftersales.search.services import index_new
from aftersales.search.sources import sources

BATCH = 2500


def reindex_all(progress: Callable[[str, int], None] = lambda _kind, _done: None) -> int:
    """Renew the index of every kind that has a source, in one transaction; readers see the old index until then.

    `progress(kind, done)` is told after every batch. Returns how many documents are findable.
    """
    total = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            kinds = list(sources())
            cursor.execute(
                "DELETE FROM search_searchterm WHERE kind_code = ANY(%s)", [[kind_named(kind).code for kind in kinds]]
            )
            cursor.execute("DELETE FROM search_searchentry WHERE kind = ANY(%s)", [kinds])
        for kind, source in sources().items():
            done = 0
            for findings in batched(source(), BATCH, strict=False):
                done += index_new(findings)
                progress(kind, done)
            total += done
    return total
