"""Building the whole index anew from the documents."""

from __future__ import annotations

from collections.abc import Callable
from itertools import batched

from django.db import connection, transaction

from aftersales.search.services import index_new
from aftersales.search.sources import sources

BATCH = 2500


def reindex_all(progress: Callable[[str, int], None] = lambda _kind, _done: None) -> int:
    """Empty the index and fill it from every source in one transaction; readers see the old index until then.

    `progress(kind, done)` is told after every batch. Returns how many documents are findable.
    """
    total = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_searchterm")
            cursor.execute("DELETE FROM search_searchentry")
        for kind, source in sources().items():
            done = 0
            for findings in batched(source(), BATCH, strict=False):
                done += index_new(findings)
                progress(kind, done)
            total += done
    return total
