"""What the API of catalog takes and shows: the shapes, apart from what is done with them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field

from aftersales.catalog.choices import OperationCategory, PartClass, PartHandling, PartOrigin, PayType, PriceState
from aftersales.catalog.models import (
    GOODS_TAX,
)
from aftersales.core.quantity import Unit
from aftersales.doors.masters import (
    Given,
    Identity,
    Short,
    Wanted,
)

Code = Annotated[str, Field(min_length=1, max_length=40)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Hours = Annotated[Decimal, Field(gt=0, le=1000, max_digits=5, decimal_places=1)]
Yuan = Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=2)]
Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3)]
TaxCode = Annotated[str, Field(min_length=1, max_length=20)]


class ModelHoursOut(Schema):
    """Standard hours on one vehicle model."""

    vehicle_model_id: int
    hours: Decimal


class LabourOperationOut(Schema):
    """A labour operation; hours in tenths."""

    id: int
    code: str
    name: str
    name_en: str
    category: str
    skill: str
    required_certificate: str
    standard_hours: Decimal
    tax_code: str
    is_active: bool
    model_hours: list[ModelHoursOut]
    version: int


class LabourOperationWanted(Wanted):
    """Which operations."""

    code: Code | None = None
    category: OperationCategory | None = None
    skill: Annotated[str, Field(max_length=40)] | None = None
    is_active: bool | None = None


class LabourOperationIn(Given):
    """A labour operation with its standard hours."""

    code: Code
    name: Name
    category: OperationCategory
    standard_hours: Hours
    name_en: Short = ""
    skill: Annotated[str, Field(max_length=40)] = ""
    required_certificate: Annotated[str, Field(max_length=40)] = ""
    tax_code: TaxCode = GOODS_TAX


class OperationInUseIn(LabourOperationIn):
    """What of an operation is changed."""

    is_active: bool


class ModelHoursIn(Given):
    """Hours on one model; null goes back to the operation's own."""

    vehicle_model_id: Identity
    hours: Hours | None


class PartOut(Schema):
    """A part or material as the network knows it."""

    id: int
    number: str
    name: str
    name_en: str
    unit: str
    part_class: str
    origin: str
    handling: str
    quality_evidence: str
    alternative_to_id: int | None
    superseded_by_id: int | None
    barcode: str
    is_serialised: bool
    tax_code: str
    is_active: bool
    version: int


class PartWanted(Wanted):
    """Which parts."""

    number: Code | None = None
    barcode: Annotated[str, Field(max_length=60)] | None = None
    part_class: PartClass | None = None
    origin: PartOrigin | None = None
    handling: PartHandling | None = None
    is_active: bool | None = None


class PartIn(Given):
    """A part; an alternative one needs evidence of its quality (PART-11)."""

    number: Code
    name: Name
    part_class: PartClass
    name_en: Short = ""
    unit: Unit = Unit.PIECE
    origin: PartOrigin = PartOrigin.ORIGINAL
    handling: PartHandling = PartHandling.ORDINARY
    quality_evidence: Annotated[str, Field(max_length=200)] = ""
    alternative_to_id: Identity | None = None
    barcode: Annotated[str, Field(max_length=60)] = ""
    is_serialised: bool = False
    tax_code: TaxCode = GOODS_TAX


class PartInUseIn(PartIn):
    """What of a part is changed; succession has its own verb."""

    is_active: bool


class SupersedeIn(Given):
    """The part that follows; null: none."""

    successor_id: Identity | None
    reason: Annotated[str, Field(max_length=200)] = ""


class PackageItemOut(Schema):
    """An operation or a part of a package."""

    position: int
    operation_id: int | None
    hours: Decimal | None
    part_id: int | None
    quantity: Decimal | None


class ServicePackageOut(Schema):
    """A set of operations and parts; without models it fits every model."""

    id: int
    code: str
    name: str
    name_en: str
    is_active: bool
    items: list[PackageItemOut]
    vehicle_model_ids: list[int]
    version: int


class ServicePackageWanted(Wanted):
    """Which packages."""

    code: Code | None = None
    is_active: bool | None = None


class PackageItemIn(Given):
    """An operation (hours left out: the standard ones), or a part with its quantity."""

    operation_id: Identity | None = None
    hours: Hours | None = None
    part_id: Identity | None = None
    quantity: Amount | None = None


class ServicePackageIn(Given):
    """A package."""

    code: Code
    name: Name
    items: Annotated[list[PackageItemIn], Field(max_length=200)]
    vehicle_model_ids: Annotated[list[Identity], Field(max_length=500)] = []
    name_en: Short = ""


class PackageInUseIn(ServicePackageIn):
    """What of a package is changed; lines and models are replaced as a whole."""

    is_active: bool


class TaxRateOut(Schema):
    """Value-added tax in percent from a day on."""

    id: int
    code: str
    rate: Decimal
    effective_from: date


class TaxRateWanted(Wanted):
    """Which rates."""

    code: TaxCode | None = None


class TaxRateIn(Given):
    """A rate; earlier ones stay for earlier days."""

    code: TaxCode
    rate: Annotated[Decimal, Field(ge=0, lt=100, max_digits=4, decimal_places=2)]
    effective_from: date


class PriceRowOut(Schema):
    """Where, for whom and from when a price holds, and how far its review has come."""

    id: int
    station_id: int | None
    payer: str
    effective_from: date
    market_reference: Decimal | None
    state: str
    created_at: datetime
    proposed_by_name: str
    reviewed_by_name: str
    reviewed_at: datetime | None
    is_above_market: bool
    version: int


class PartPriceOut(PriceRowOut):
    """The price of a part, yuan with tax per unit."""

    part_id: int
    gross_price: Decimal


class LabourRateOut(PriceRowOut):
    """The price of a labour hour, yuan with tax."""

    category: str
    gross_per_hour: Decimal


class PriceWanted(Wanted):
    """Which prices."""

    state: PriceState | None = None
    station_id: Identity | None = None
    payer: PayType | None = None
    in_force_on: date | None = None


class PartPriceWanted(PriceWanted):
    """Which prices of parts."""

    part_id: Identity | None = None


class LabourRateWanted(PriceWanted):
    """Which labour rates."""

    category: OperationCategory | None = None


class PriceIn(Given):
    """Where, for whom and from when; left out: everywhere, for every payer."""

    effective_from: date
    station_id: Identity | None = None
    payer: PayType | None = None
    market_reference: Yuan | None = None


class PartPriceIn(PriceIn):
    """A price to be reviewed by somebody else."""

    part_id: Identity
    gross_price: Yuan


class LabourRateIn(PriceIn):
    """A labour rate to be reviewed by somebody else."""

    gross_per_hour: Yuan
    category: OperationCategory | None = None
