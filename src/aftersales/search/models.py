"""Two tables: what can be found, and the terms it is found by."""

from __future__ import annotations

from django.db import models

from aftersales.core.documents import StationRow


class SearchEntry(StationRow):
    """One findable document as a line of results; `station` is empty for masters of the whole network."""

    station = models.ForeignKey(  # type: ignore[assignment]  # the network's own masters have none
        "network.Station", on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    subtitle = models.CharField(max_length=200, blank=True)

    class Meta(StationRow.Meta):
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class SearchTerm(models.Model):
    """One term of one entry. The primary key is the prefix index itself: byte order, read from left to right.

    `station_key` is the station's id, 0 for the whole network. No foreign key is checked: `search.services` writes
    both tables in
    one statement, and a bulk import writes hundreds of thousands of terms.
    """

    pk = models.CompositePrimaryKey("station_key", "kind_code", "term", "entry_id")
    station_key = models.BigIntegerField()
    kind_code = models.SmallIntegerField()
    term = models.CharField(max_length=40, db_collation="C")
    entry = models.ForeignKey(
        SearchEntry, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="terms"
    )

    class Meta:
        # A second word is checked at the entries that the first one found, by this index alone.
        indexes = [models.Index(fields=["entry", "term"], name="search_terms_of_entry")]

    def __str__(self) -> str:
        return self.term
