"""People of a station, what they can do and when they work."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import StationRow
from aftersales.staff.choices import CertificateKind, Post


class Skill(models.Model):
    """A skill that a labour operation may ask for."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class StaffMember(StationRow):
    """A person who works at a station; may have a user to sign in with."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="staff_member"
    )
    employee_number = models.CharField(max_length=24)
    name = models.CharField(max_length=60)
    post = models.CharField(max_length=20, choices=Post)
    team = models.ForeignKey("network.Team", on_delete=models.SET_NULL, null=True, blank=True, related_name="members")
    skills = models.ManyToManyField(Skill, blank=True, related_name="members")
    badge = models.CharField(max_length=24, blank=True, default="")
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("station_id", "employee_number")
        constraints = (
            models.UniqueConstraint(
                fields=("station", "employee_number"),
                name="employee_number_once_a_station",
                violation_error_message=_("This employee number is already in use at the station."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Certificate(models.Model):
    """A licence or training record, valid on the days from `valid_from` up to but not including `valid_until`."""

    staff_member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="certificates")
    kind = models.CharField(max_length=24, choices=CertificateKind)
    number = models.CharField(max_length=40, blank=True, default="")
    valid_from = models.DateField()
    valid_until = models.DateField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("staff_member_id", "kind", "valid_until")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")),
                name="certificate_ends_after_start",
                violation_error_message=_("The certificate must end after it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def station_id(self) -> int:
        """The station of its holder: rights are asked and journal entries are filed there."""
        return self.staff_member.station_id


class Shift(models.Model):
    """One person's working time on one day."""

    staff_member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ("starts_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="shift_ends_after_start",
                violation_error_message=_("The shift must end after it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.starts_at}–{self.ends_at}"
