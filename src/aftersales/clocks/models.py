"""Clocks as rows: a view of the journal that can be asked quickly and computed again."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import StationRow


class Clock(StationRow):
    """One run of one definition on one document; `stopped_at` null while it runs, `paused_at` set while it waits."""

    definition = models.CharField(_("clock"), max_length=60)
    clause = models.CharField(_("clause"), max_length=10)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=40, blank=True, default="")
    started_at = models.DateTimeField(_("started at"))
    earliest_at = models.DateTimeField(null=True, blank=True)
    promised_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_for = models.DurationField(default=timedelta)
    stopped_at = models.DateTimeField(null=True, blank=True)
    voided = models.BooleanField(default=False)
    breached = models.BooleanField(default=False)
    warned_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta(StationRow.Meta):
        ordering = ("due_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("definition", "subject_kind", "subject_id"),
                condition=Q(stopped_at__isnull=True),
                name="clock_runs_once",
            ),
            models.CheckConstraint(condition=Q(paused_for__gte=timedelta(0)), name="clock_pause_not_negative"),
            models.CheckConstraint(
                condition=Q(voided=False) | Q(stopped_at__isnull=False), name="void_clock_has_ended"
            ),
        ]
        indexes = [
            models.Index(fields=("subject_kind", "subject_id"), name="clock_subject"),
            models.Index(
                fields=("due_at",),
                name="clock_to_escalate",
                condition=Q(stopped_at=None, paused_at=None, escalated_at=None),
            ),
            models.Index(
                fields=("warn_at",), name="clock_to_warn", condition=Q(stopped_at=None, paused_at=None, warned_at=None)
            ),
            models.Index(F("clause"), F("station"), F("due_at"), name="clock_compliance"),
            models.Index(fields=("station", "due_at"), name="clock_running", condition=Q(stopped_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.definition} {self.subject_number}"
