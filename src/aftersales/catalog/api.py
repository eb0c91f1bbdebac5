"""The catalogue through the API: operations, parts, packages, tax rates, prices and labour rates with their review."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Q
from ninja import Router, Schema
from pydantic import Field

from aftersales.catalog import services, transitions
from aftersales.catalog.choices import OperationCategory, PartClass, PartHandling, PartOrigin, PayType, PriceState
from aftersales.catalog.models import (
    GOODS_TAX,
    LabourOperation,
    LabourRate,
    Part,
    PartPrice,
    ServicePackage,
    TaxRate,
)
from aftersales.catalog.permissions import P
from aftersales.catalog.services import PackageItem
from aftersales.core.actor import Actor
from aftersales.core.quantity import Unit
from aftersales.doors.masters import (
    Given,
    Identity,
    Master,
    Short,
    Verb,
    Wanted,
    add_change,
    add_get,
    add_list,
    add_opening,
    add_reading,
    add_verbs,
    changing,
    columns,
    require_anywhere,
)
from aftersales.doors.steps import add_steps, visible_row
from aftersales.network.models import Station
from aftersales.vehicles.models import VehicleModel

operation_router = Router(tags=["labour_operation"])
part_router = Router(tags=["part"])
package_router = Router(tags=["service_package"])
tax_router = Router(tags=["tax_rate"])
price_router = Router(tags=["part_price"])
rate_router = Router(tags=["labour_rate"])
Code = Annotated[str, Field(min_length=1, max_length=40)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Hours = Annotated[Decimal, Field(gt=0, le=1000, max_digits=5, decimal_places=1)]
Yuan = Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=2)]
Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3)]
TaxCode = Annotated[str, Field(min_length=1, max_length=20)]


# -- operations ----------------------------------------------------------------------------------------------


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


OPERATIONS = Master(
    name="labour_operation",
    model=LabourOperation,
    right=P.VIEW,
    shows=LabourOperationOut,
    wanted=LabourOperationWanted,
    fetch=lambda rows: rows.prefetch_related("model_hours"),
    show=lambda row, _actor: columns(
        row, LabourOperationOut, model_hours=[columns(hours, ModelHoursOut) for hours in row.model_hours.all()]
    ),
)
add_reading(operation_router, OPERATIONS)
add_opening(
    operation_router,
    OPERATIONS,
    Verb(name="register", service=services.register_operation, takes=LabourOperationIn, status=201),
)
add_change(
    operation_router,
    OPERATIONS,
    Verb(name="change", service=services.change_operation, takes=changing(OperationInUseIn, leave_out=("code",))),
)
add_verbs(
    operation_router,
    OPERATIONS,
    Verb(
        name="set_model_hours",
        service=services.set_model_hours,
        takes=ModelHoursIn,
        rows={"vehicle_model_id": VehicleModel},
    ),
)


# -- parts ---------------------------------------------------------------------------------------------------


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


PARTS = Master(name="part", model=Part, right=P.VIEW, shows=PartOut, wanted=PartWanted)
add_reading(part_router, PARTS)
add_opening(
    part_router,
    PARTS,
    Verb(name="register", service=services.register_part, takes=PartIn, rows={"alternative_to_id": Part}, status=201),
)
add_change(
    part_router,
    PARTS,
    Verb(
        name="change",
        service=services.change_part,
        takes=changing(PartInUseIn, leave_out=("number",)),
        rows={"alternative_to_id": Part},
    ),
)
add_verbs(
    part_router,
    PARTS,
    Verb(name="supersede", service=services.supersede, takes=SupersedeIn, rows={"successor": Part}),
)


# -- packages ------------------------------------------------------------------------------------------------


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


def _package_values(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    if values.get("items") is not None:
        items = [item.model_dump() for item in values["items"]]
        for item in items:
            for column, model in (("operation_id", LabourOperation), ("part_id", Part)):
                if item[column] is not None:
                    visible_row(model, actor, item[column])
        values["items"] = [PackageItem(**item) for item in items]
    for model_id in values.get("vehicle_model_ids") or ():
        visible_row(VehicleModel, actor, model_id)
    return values


def register_package(actor: Actor, at: datetime, **values: Any) -> ServicePackage:
    """Enter a service package."""
    return services.register_package(actor, at, **_package_values(actor, values))


def change_package(package: ServicePackage, actor: Actor, at: datetime, **values: Any) -> ServicePackage:
    """Change a package, its lines and models."""
    return services.change_package(package, actor, at, **_package_values(actor, values))


PACKAGES = Master(
    name="service_package",
    model=ServicePackage,
    right=P.VIEW,
    shows=ServicePackageOut,
    wanted=ServicePackageWanted,
    fetch=lambda rows: rows.prefetch_related("lines", "vehicle_models"),
    show=lambda row, _actor: columns(
        row,
        ServicePackageOut,
        items=[columns(line, PackageItemOut) for line in row.lines.all()],
        vehicle_model_ids=sorted(model.pk for model in row.vehicle_models.all()),
    ),
)
add_reading(package_router, PACKAGES)
add_opening(
    package_router, PACKAGES, Verb(name="register", service=register_package, takes=ServicePackageIn, status=201)
)
add_change(
    package_router,
    PACKAGES,
    Verb(name="change", service=change_package, takes=changing(PackageInUseIn, leave_out=("code",))),
)


# -- tax -----------------------------------------------------------------------------------------------------


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


TAX_RATES = Master(name="tax_rate", model=TaxRate, right=P.VIEW, shows=TaxRateOut, wanted=TaxRateWanted)
add_reading(tax_router, TAX_RATES)
add_opening(tax_router, TAX_RATES, Verb(name="enter", service=services.enter_tax_rate, takes=TaxRateIn, status=201))


# -- prices and rates ----------------------------------------------------------------------------------------


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


def _own_prices(model: Any) -> Any:
    """Return the reader of prices: those of the network, and those of the stations the actor belongs to."""

    def scope(actor: Actor) -> Any:
        require_anywhere(actor, P.VIEW)
        stations = actor.stations_with()
        rows = model.objects.all()
        return rows if stations is None else rows.filter(Q(station__isnull=True) | Q(station_id__in=stations))

    return scope


def propose_part_price(actor: Actor, at: datetime, *, payer: str | None = None, **values: Any) -> PartPrice:
    """Propose an outbound price; it is used only after somebody else has reviewed it (PART-12)."""
    return transitions.propose_part_price(actor, at, payer=payer or "", **values)


def propose_labour_rate(
    actor: Actor, at: datetime, *, payer: str | None = None, category: str | None = None, **values: Any
) -> LabourRate:
    """Propose the price of a labour hour; it is used only after somebody else has reviewed it (PART-12)."""
    return transitions.propose_labour_rate(actor, at, payer=payer or "", category=category or "", **values)


PRICES = Master(
    name="part_price",
    model=PartPrice,
    shows=PartPriceOut,
    wanted=PartPriceWanted,
    narrow={"in_force_on": "effective_from__lte"},
    scope=_own_prices(PartPrice),
    workflow=transitions.WORKFLOW,
)
RATES = Master(
    name="labour_rate",
    model=LabourRate,
    shows=LabourRateOut,
    wanted=LabourRateWanted,
    narrow={"in_force_on": "effective_from__lte"},
    scope=_own_prices(LabourRate),
    workflow=transitions.RATE_WORKFLOW,
)
add_list(price_router, PRICES)
add_get(price_router, PRICES)
add_opening(
    price_router,
    PRICES,
    Verb(
        name="propose",
        service=propose_part_price,
        takes=PartPriceIn,
        rows={"part": Part, "station": Station},
        status=201,
    ),
)
add_steps(
    price_router,
    transitions.WORKFLOW,
    PartPrice,
    {name: getattr(transitions, name) for name in transitions.WORKFLOW.by_name},
    find=PRICES.find,
)
add_list(rate_router, RATES)
add_get(rate_router, RATES)
add_opening(
    rate_router,
    RATES,
    Verb(name="propose", service=propose_labour_rate, takes=LabourRateIn, rows={"station": Station}, status=201),
)
add_steps(
    rate_router,
    transitions.RATE_WORKFLOW,
    LabourRate,
    {name: getattr(transitions, name) for name in transitions.RATE_WORKFLOW.by_name},
    find=RATES.find,
)
