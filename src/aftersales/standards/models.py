"""Thresholds that stations may override, and signed daily checklists."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import StationRow
from aftersales.standards.binding import fulfils


class Threshold(models.Model):
    """A figure of the standard from a date on, for the network (station null) or one station; newest date wins."""

    clause = models.CharField(_("clause"), max_length=10)
    code = models.CharField(_("figure"), max_length=40, default="value")
    station = models.ForeignKey("network.Station", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    station_id: int | None
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=60)
    effective_from = models.DateField(_("effective from"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        ordering = ("clause", "code", "effective_from")
        constraints = [
            models.UniqueConstraint(
                fields=("clause", "code", "station", "effective_from"),
                name="threshold_once_a_day",
                nulls_distinct=False,
                violation_error_message=_("This limit has already been set from that day on."),
            ),
            models.CheckConstraint(condition=~models.Q(source=""), name="threshold_has_source"),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="threshold_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.clause} {self.code} = {self.value} {self.unit}"


@fulfils("PREP-02")
class Attestation(StationRow):
    """A checklist answered and signed by a named person for one day: opening checks, uniform, protective gear."""

    checklist = models.CharField(_("checklist"), max_length=10)
    on = models.DateField(_("day"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_by_id: int | None
    signed_by_name = models.CharField(_("signed by"), max_length=100)
    signed_at = models.DateTimeField(_("signed at"))
    answers: models.JSONField[Any, Any] = models.JSONField(_("answers"))
    remark = models.CharField(_("remark"), max_length=500, blank=True, default="")

    class Meta(StationRow.Meta):
        ordering = ("-on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("station", "checklist", "on", "signed_by"),
                name="attestation_once_a_day",
                violation_error_message=_("You have already signed this checklist today."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checklist} {self.on} {self.signed_by_name}"
