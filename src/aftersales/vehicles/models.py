"""Vehicles and what hangs below them: plates, parties, odometer readings."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import Document, StationRow
from aftersales.vehicles.choices import PartyRole, PlateKind, PowerType, ReadingSource

ODOMETER_LIMIT_KM = 3_000_000
NEXT_NUMBER = Func(
    Value("vehicles_number"),
    function="nextval",
    template="('V' || lpad(%(function)s(%(expressions)s)::text, 8, '0'))",
    output_field=models.CharField(),
)


class VehicleModel(models.Model):
    """A model as the maker sells it, with its maintenance interval and warranty; one table for the network (SVC-04)."""

    brand = models.CharField(_("Brand"), max_length=60)
    series = models.CharField(_("Series"), max_length=60, blank=True)
    name = models.CharField(_("Model"), max_length=100)
    maker_code = models.CharField(_("Maker's model code"), max_length=40, blank=True)
    power_type = models.CharField(_("Power type"), max_length=20, choices=PowerType, default=PowerType.FUEL)
    interval_km = models.PositiveIntegerField(_("Maintenance interval (km)"), null=True, blank=True)
    interval_months = models.PositiveSmallIntegerField(_("Maintenance interval (months)"), null=True, blank=True)
    warranty_months = models.PositiveSmallIntegerField(_("Warranty (months)"), null=True, blank=True)
    warranty_km = models.PositiveIntegerField(_("Warranty (km)"), null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["brand", "series", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "series", "name"],
                name="vehicle_model_once",
                violation_error_message=_("This model is already in the table."),
            ),
            models.CheckConstraint(condition=~Q(brand="") & ~Q(name=""), name="vehicle_model_has_a_name"),
        ]

    def __str__(self) -> str:
        # Many makers repeat the series in the model's own name: “M5” and “M5 1.5T”.
        series = "" if self.name.startswith(self.series) else self.series
        return " ".join(part for part in (self.brand, series, self.name) if part)


class Vehicle(Document):
    """A vehicle as one station knows it. Headquarters joins the stations' rows by VIN.

    `plate` is the plate it carries now; the dated truth is in `PlateHolding`, and the services keep both in one
    transaction.
    """

    number = models.CharField(max_length=20, unique=True, db_default=NEXT_NUMBER, editable=False)
    vin = models.CharField(_("VIN"), max_length=17, blank=True)
    plate = models.CharField(_("Plate"), max_length=12, blank=True)
    model = models.ForeignKey(VehicleModel, on_delete=models.PROTECT, null=True, blank=True, related_name="vehicles")
    model_name = models.CharField(_("Model"), max_length=120, blank=True)
    colour = models.CharField(_("Colour"), max_length=30, blank=True)
    power_type = models.CharField(_("Power type"), max_length=20, choices=PowerType, default=PowerType.FUEL)
    engine_number = models.CharField(_("Engine or motor number"), max_length=40, blank=True)
    built_year = models.PositiveSmallIntegerField(_("Model year"), null=True, blank=True)
    maker_name = models.CharField(_("Maker by VIN"), max_length=120, blank=True)
    oddities = models.JSONField(default=list, blank=True)
    is_imported_history = models.BooleanField(default=False)
    sold_on = models.DateField(_("Sold on"), null=True, blank=True)
    warranty_starts_on = models.DateField(_("Warranty starts on"), null=True, blank=True)
    warranty_months = models.PositiveSmallIntegerField(_("Warranty (months)"), null=True, blank=True)
    warranty_km = models.PositiveIntegerField(_("Warranty (km)"), null=True, blank=True)
    interval_km = models.PositiveIntegerField(_("Maintenance interval (km)"), null=True, blank=True)
    interval_months = models.PositiveSmallIntegerField(_("Maintenance interval (months)"), null=True, blank=True)
    next_service_on = models.DateField(_("Next service on"), null=True, blank=True)
    next_service_km = models.PositiveIntegerField(_("Next service at (km)"), null=True, blank=True)
    odometer_km = models.PositiveIntegerField(_("Odometer (km)"), null=True, blank=True)
    odometer_at = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(_("Notes"), max_length=2000, blank=True)

    class Meta(Document.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["station", "vin"],
                condition=~Q(vin=""),
                name="vehicle_vin_once_a_station",
                violation_error_message=_("A vehicle with this VIN is already on file."),
            ),
            models.CheckConstraint(
                condition=Q(vin="") | Q(vin__regex=r"^[A-HJ-NPR-Z0-9]{17}$"),
                name="vehicle_vin_form",
                violation_error_message=_("A VIN has 17 letters and digits, without I, O and Q."),
            ),
            models.CheckConstraint(
                condition=~Q(vin="") | Q(is_imported_history=True), name="vehicle_without_vin_is_history"
            ),
            models.CheckConstraint(
                condition=Q(odometer_km__isnull=True) | Q(odometer_km__lte=ODOMETER_LIMIT_KM),
                name="vehicle_odometer_range",
            ),
        ]
        indexes = [
            models.Index(fields=["vin"], condition=~Q(vin=""), name="vehicle_by_vin"),
            models.Index(fields=["station", "plate"], name="vehicle_by_plate"),
            models.Index(
                fields=["station", "next_service_on"],
                condition=Q(next_service_on__isnull=False),
                name="vehicle_service_due",
            ),
        ]

    def __str__(self) -> str:
        return self.plate or self.vin or self.number


class PlateHolding(StationRow):
    """A plate on a vehicle from one day until before another; at a station a plate is on one vehicle at a time."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="plates")
    plate = models.CharField(_("Plate"), max_length=12)
    plate_kind = models.CharField(max_length=20, choices=PlateKind)
    since_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta(StationRow.Meta):
        ordering = ["-since_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "plate"],
                condition=Q(until_on__isnull=True),
                name="plate_on_one_vehicle_now",
                violation_error_message=_("This plate is on another vehicle."),
            ),
            ExclusionConstraint(
                name="plate_on_one_vehicle_at_a_time",
                expressions=[
                    (F("station"), RangeOperators.EQUAL),
                    (F("plate"), RangeOperators.EQUAL),
                    (
                        Func(F("since_on"), F("until_on"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This plate was on another vehicle at that time."),
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("since_on")), name="plate_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.plate


class Party(models.Model):
    """Who a customer is to a vehicle: owner, driver or payer, with dates; below its vehicle."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="parties")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(max_length=10, choices=PartyRole)
    since_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["role", "-since_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "customer", "role"],
                condition=Q(until_on__isnull=True),
                name="party_once",
                violation_error_message=_("This customer already has this role for the vehicle."),
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("since_on")), name="party_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.customer_id}"


class OdometerReading(models.Model):
    """What the odometer showed; never changed, an anomaly keeps its reason; below its vehicle."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="readings", db_index=False)
    km = models.PositiveIntegerField(_("Odometer (km)"))
    at = models.DateTimeField()
    source = models.CharField(max_length=12, choices=ReadingSource)
    is_anomaly = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(km__lte=ODOMETER_LIMIT_KM), name="odometer_range"),
            models.CheckConstraint(condition=Q(is_anomaly=False) | ~Q(reason=""), name="odometer_anomaly_has_a_reason"),
        ]
        indexes = [models.Index(fields=["vehicle", "-at"], name="odometer_by_vehicle")]

    def __str__(self) -> str:
        return f"{self.km} km"
