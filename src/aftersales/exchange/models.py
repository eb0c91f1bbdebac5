"""One import with what was odd in its file, and the keys by which imported records are known again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import Document, StationRow
from aftersales.exchange.choices import ImportKind, ImportState


class ImportJob(Document):
    """One file on its way in: uploaded, checked, written in batches, reported.

    `mapping` says which column of the file is what; `report` is the summary of the check and of the writing. Units:
    `rows_*` are rows of the file; `units_done` counts what is written one by one (rows, or orders of a history).
    """

    kind = models.CharField(_("Kind"), max_length=24, choices=ImportKind)
    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.UPLOADED)
    file_name = models.CharField(_("File"), max_length=200)
    path = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    units_total = models.PositiveIntegerField(default=0)
    units_done = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True, default="")
    uploaded_by_id = models.BigIntegerField(null=True)
    uploaded_by_name = models.CharField(max_length=120)
    moved_at = models.DateTimeField()

    class Meta(Document.Meta):
        constraints = (
            models.CheckConstraint(
                condition=Q(rows_done__lte=F("rows_total"), units_done__lte=F("units_total")),
                name="import_progress_within_file",
            ),
            models.CheckConstraint(
                condition=~Q(state=ImportState.COMMITTED) | Q(units_done=F("units_total")),
                name="written_import_is_complete",
            ),
        )
        indexes = (
            models.Index(fields=("station", "-id"), name="imports_of_station"),
            models.Index(fields=("station", "sha256"), name="imports_by_file"),
        )

    def __str__(self) -> str:
        return self.file_name


class ImportOddity(models.Model):
    """One strange thing about one row of the file; a refused row is not written. Below its job."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="oddities")
    row = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    field = models.CharField(max_length=40, blank=True, default="")
    value = models.CharField(max_length=120, blank=True, default="")
    sentence = models.CharField(max_length=300)
    is_refused = models.BooleanField(default=False)

    class Meta:
        ordering = ("row", "id")
        indexes = (models.Index(fields=("job", "kind", "row"), name="oddities_by_kind"),)

    def __str__(self) -> str:
        return f"{self.row}: {self.kind}"


class ImportedKey(StationRow):
    """What a source calls a record that has been imported: the same key is never imported twice at a station."""

    kind = models.CharField(max_length=24)
    key = models.CharField(max_length=40)
    object_id = models.BigIntegerField()

    class Meta(StationRow.Meta):
        constraints = (models.UniqueConstraint(fields=("station", "kind", "key"), name="source_key_imported_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
