"""Headquarters, regions, stations and what a station has: bays, teams, hours, number series."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import StationRow
from aftersales.network.choices import BayKind, StationKind, Weekday


class Headquarters(models.Model):
    """The maker's after-sales department that steers the network."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A sales region with its regional manager."""

    headquarters = models.ForeignKey(Headquarters, on_delete=models.PROTECT, related_name="regions")
    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class Station(models.Model):
    """One authorised service station, or the central parts warehouse: the unit of the fence."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="stations")
    code = models.CharField(max_length=12, unique=True, help_text=_("Short code; part of every document number."))
    kind = models.CharField(max_length=20, choices=StationKind, default=StationKind.SERVICE_STATION)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=32, blank=True, default="")
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9]{2,12}$"),
                name="station_code_is_plain",
                violation_error_message=_("Use 2 to 12 capital letters or digits for the station code."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Bay(StationRow):
    """A work bay: what can be done there is its kind and its equipment."""

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=16, choices=BayKind, default=BayKind.GENERAL)
    equipment = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("station_id", "code")
        constraints = (models.UniqueConstraint(fields=("station", "code"), name="bay_code_once_a_station"),)

    def __str__(self) -> str:
        return self.name


class Team(StationRow):
    """A group of technicians under a leader."""

    name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("station_id", "name")
        constraints = (models.UniqueConstraint(fields=("station", "name"), name="team_name_once_a_station"),)

    def __str__(self) -> str:
        return self.name


class OpeningHours(StationRow):
    """When the station works on one weekday; no row means closed. 0 is Monday."""

    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()
    break_starts = models.TimeField(null=True, blank=True)
    break_ends = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ("station_id", "weekday")
        constraints = (
            models.UniqueConstraint(fields=("station", "weekday"), name="opening_hours_once_a_weekday"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_is_0_to_6"),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="closes_after_opening",
                violation_error_message=_("The closing time must be after the opening time."),
            ),
            models.CheckConstraint(
                condition=Q(break_starts__isnull=True, break_ends__isnull=True)
                | Q(break_starts__gte=F("opens"), break_ends__gt=F("break_starts"), break_ends__lte=F("closes")),
                name="break_lies_within_hours",
                violation_error_message=_("The lunch break must lie within the opening hours."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.weekday}: {self.opens}–{self.closes}"


class CalendarDay(models.Model):
    """A day that differs from the week: a holiday, or a weekend day worked in exchange (调休). No station: for all."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    on = models.DateField()
    is_workday = models.BooleanField()
    name = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("on",)
        constraints = (
            models.UniqueConstraint(fields=("station", "on"), nulls_distinct=False, name="calendar_day_once"),
        )

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class NumberSeries(models.Model):
    """The last number given in a series of one station and year; moves only in `next_number`."""

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    series = models.CharField(max_length=24)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("station", "series", "year"), name="number_series_once"),)

    def __str__(self) -> str:
        return f"{self.station_id} {self.series} {self.year}: {self.last}"
