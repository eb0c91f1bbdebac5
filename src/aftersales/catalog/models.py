"""Masters of the network and the rows of the price list."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.catalog import rules
from aftersales.catalog.choices import (
    OperationCategory,
    PartClass,
    PartHandling,
    PartOrigin,
    PayType,
    PriceState,
)
from aftersales.core.money import MoneyField
from aftersales.core.quantity import QuantityField, Unit

GOODS_TAX = "goods"  # parts and repair service, general taxpayer
SERVICE_TAX = "service"  # rescue and other services


class Master(models.Model):
    """A row of the network that people change and that is never deleted, only taken out of use."""

    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class TaxRate(models.Model):
    """Value-added tax in percent by code from a date on."""

    code = models.CharField(max_length=20)
    rate = models.DecimalField(max_digits=5, decimal_places=2)
    effective_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "effective_from"],
                name="tax_rate_once_per_day",
                violation_error_message=_("There is already a rate with this code from this date."),
            ),
            models.CheckConstraint(condition=Q(rate__gte=0) & Q(rate__lt=100), name="tax_rate_is_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.rate} %"


class LabourOperation(Master):
    """A labour operation with its standard hours (EST-04)."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=20, choices=OperationCategory)
    skill = models.CharField(max_length=40, blank=True)
    required_certificate = models.CharField(max_length=40, blank=True)
    standard_hours = models.DecimalField(max_digits=6, decimal_places=1)
    tax_code = models.CharField(max_length=20, default=GOODS_TAX)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(standard_hours__gt=0) & Q(standard_hours__lte=1000), name="operation_hours_are_real"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class OperationHours(models.Model):
    """Standard hours of an operation on one vehicle model; they win over the operation's own."""

    operation = models.ForeignKey(LabourOperation, on_delete=models.CASCADE, related_name="model_hours")
    vehicle_model = models.ForeignKey("vehicles.VehicleModel", on_delete=models.CASCADE, related_name="+")
    hours = models.DecimalField(max_digits=6, decimal_places=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "vehicle_model"], name="operation_hours_once_per_model"),
            models.CheckConstraint(condition=Q(hours__gt=0) & Q(hours__lte=1000), name="model_hours_are_real"),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id}/{self.vehicle_model_id}: {self.hours}"


class Part(Master):
    """A part or material as the network knows it; stock lies in the inventory room."""

    number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=3, choices=Unit, default=Unit.PIECE)
    part_class = models.CharField(max_length=10, choices=PartClass)
    origin = models.CharField(max_length=12, choices=PartOrigin, default=PartOrigin.ORIGINAL)
    handling = models.CharField(max_length=10, choices=PartHandling, default=PartHandling.ORDINARY)
    quality_evidence = models.CharField(max_length=200, blank=True)
    alternative_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="alternatives"
    )
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )
    barcode = models.CharField(max_length=60, blank=True, db_index=True)
    is_serialised = models.BooleanField(default=False)
    tax_code = models.CharField(max_length=20, default=GOODS_TAX)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True) | ~Q(superseded_by=F("id")), name="part_not_its_own_successor"
            ),
            models.CheckConstraint(
                condition=Q(origin=PartOrigin.ORIGINAL) | ~Q(quality_evidence=""),
                name="alternative_part_has_evidence",
                violation_error_message=_("An alternative part needs evidence of its quality."),
            ),
            models.CheckConstraint(
                condition=Q(alternative_to__isnull=True) | Q(origin=PartOrigin.ALTERNATIVE),
                name="only_alternatives_stand_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def needs_keeper(self) -> bool:
        """Whether one named keeper must stand in the stock record (SAFE-12)."""
        return self.handling != PartHandling.ORDINARY

    @property
    def needs_consent(self) -> bool:
        """Whether the customer's recorded consent is needed before it is fitted (PART-11)."""
        return self.origin == PartOrigin.ALTERNATIVE


class ServicePackage(Master):
    """A named set of operations and parts, such as the 10,000 km service."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    vehicle_models = models.ManyToManyField("vehicles.VehicleModel", related_name="+", blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PackageLine(models.Model):
    """One operation (with hours, if not the standard ones) or one part with its quantity."""

    package = models.ForeignKey(ServicePackage, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    operation = models.ForeignKey(LabourOperation, null=True, on_delete=models.PROTECT, related_name="+")
    hours = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    part = models.ForeignKey(Part, null=True, on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(operation__isnull=False, part__isnull=True, quantity__isnull=True)
                | Q(operation__isnull=True, part__isnull=False, quantity__gt=0, hours__isnull=True),
                name="package_line_is_labour_or_part",
            ),
            models.UniqueConstraint(fields=["package", "position"], name="package_line_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.package_id}#{self.position}"


class PriceRow(models.Model):
    """A price with the place, payer and day it holds for; the most specific, then the most recent reviewed row wins.

    `station` None: every station. `payer` "": every payer. Prices include value-added tax.
    """

    station = models.ForeignKey("network.Station", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    payer = models.CharField(max_length=12, choices=PayType, blank=True)
    effective_from = models.DateField()
    market_reference = MoneyField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=PriceState, default=PriceState.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    proposed_by_id = models.BigIntegerField(null=True)
    proposed_by_name = models.CharField(max_length=80)
    reviewed_by_id = models.BigIntegerField(null=True)
    reviewed_by_name = models.CharField(max_length=80, blank=True)
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def gross(self) -> Decimal:
        """Yuan with tax per unit or per hour."""
        raise AttributeError("a price row is a part price or a labour rate")

    @property
    def is_above_market(self) -> bool:
        """Whether the price lies above the market price kept beside it (EST-05)."""
        return rules.is_above_market(self.gross, self.market_reference)


class PartPrice(PriceRow):
    """The outbound price of a part (PART-12)."""

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="prices")
    gross_price = MoneyField()

    class Meta:
        ordering = ["-effective_from", "-id"]
        indexes = [models.Index(fields=["part"], condition=Q(state=PriceState.REVIEWED), name="part_price_in_use")]
        constraints = [
            models.CheckConstraint(condition=Q(gross_price__gte=0), name="part_price_not_negative"),
            models.CheckConstraint(
                condition=~Q(state=PriceState.REVIEWED)
                | Q(proposed_by_id__isnull=True)
                | ~Q(reviewed_by_id=F("proposed_by_id")),
                name="part_price_reviewed_by_another",
                violation_error_message=_("A price is reviewed by somebody else than the person who proposed it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.gross_price} ({self.effective_from})"

    @property
    def gross(self) -> Decimal:
        gross: Decimal = self.gross_price
        return gross


class LabourRate(PriceRow):
    """The price of one labour hour; `category` "" holds for every category."""

    category = models.CharField(max_length=20, choices=OperationCategory, blank=True)
    gross_per_hour = MoneyField()

    class Meta:
        ordering = ["-effective_from", "-id"]
        indexes = [
            models.Index(fields=["effective_from"], condition=Q(state=PriceState.REVIEWED), name="labour_rate_in_use")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(gross_per_hour__gte=0), name="labour_rate_not_negative"),
            models.CheckConstraint(
                condition=~Q(state=PriceState.REVIEWED)
                | Q(proposed_by_id__isnull=True)
                | ~Q(reviewed_by_id=F("proposed_by_id")),
                name="labour_rate_reviewed_by_another",
                violation_error_message=_("A price is reviewed by somebody else than the person who proposed it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category or '*'}: {self.gross_per_hour} ({self.effective_from})"

    @property
    def gross(self) -> Decimal:
        gross: Decimal = self.gross_per_hour
        return gross
