"""The catalogue through the API: operations, parts, packages, tax rates, prices and labour rates with their review."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from ninja import Router

from aftersales.catalog import services, transitions
from aftersales.catalog.models import (
    LabourOperation,
    LabourRate,
    Part,
    PartPrice,
    ServicePackage,
    TaxRate,
)
from aftersales.catalog.permissions import P
from aftersales.catalog.schemas import (
    LabourOperationIn,
    LabourOperationOut,
    LabourOperationWanted,
    LabourRateIn,
    LabourRateOut,
    LabourRateWanted,
    ModelHoursIn,
    ModelHoursOut,
    OperationInUseIn,
    PackageInUseIn,
    PackageItemOut,
    PartIn,
    PartInUseIn,
    PartOut,
    PartPriceIn,
    PartPriceOut,
    PartPriceWanted,
    PartWanted,
    ServicePackageIn,
    ServicePackageOut,
    ServicePackageWanted,
    SupersedeIn,
    TaxRateIn,
    TaxRateOut,
    TaxRateWanted,
)
from aftersales.catalog.services import PackageItem
from aftersales.core.actor import Actor
from aftersales.doors.masters import (
    Master,
    Verb,
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


# -- operations ----------------------------------------------------------------------------------------------


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


TAX_RATES = Master(name="tax_rate", model=TaxRate, right=P.VIEW, shows=TaxRateOut, wanted=TaxRateWanted)
add_reading(tax_router, TAX_RATES)
add_opening(tax_router, TAX_RATES, Verb(name="enter", service=services.enter_tax_rate, takes=TaxRateIn, status=201))


# -- prices and rates ----------------------------------------------------------------------------------------


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
