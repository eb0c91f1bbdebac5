"""The journal: one entry for every command, append-only, chained by hash per document."""

from __future__ import annotations

from django.db import models

from aftersales.core.fences import FencedQuerySet


class JournalEntry(models.Model):
    """What happened to one document: who, when, which step, from where to where, and which columns changed.

    `sequence`, `previous_hash` and `hash` are filled in by the database's trigger, which also refuses UPDATE, DELETE
    and TRUNCATE.
    `id` gives the order of events in the whole ledger, whatever the wall clock says.
    """

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey("network.Station", on_delete=models.PROTECT, null=True, related_name="+")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    sequence = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=60)
    before = models.CharField(max_length=40, blank=True, default="")
    after = models.CharField(max_length=40, blank=True, default="")
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True, default="")
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)
    actor_role = models.CharField(max_length=60)
    request_id = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64, blank=True, default="")

    objects = FencedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("subject_kind", "subject_id", "sequence"), name="journal_sequence_once"),
        )
        indexes = (models.Index(fields=("subject_kind", "step", "at"), name="journal_by_step"),)

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} #{self.sequence} {self.step}"


class CommandAnswer(models.Model):
    """The answer given to one idempotency key; it commits with the effect, so a repeat answers and does nothing."""

    actor_id = models.BigIntegerField()
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("actor_id", "key"), name="command_answered_once"),)

    def __str__(self) -> str:
        return self.key
