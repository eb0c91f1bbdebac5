"""Vehicles through the API: register, change, plates, parties, odometer, next service; the table of models."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import Prefetch
from ninja import Router, Schema
from pydantic import Field

from aftersales.core.actor import Actor
from aftersales.customers.models import Customer
from aftersales.doors.masters import (
    Given,
    Identity,
    Master,
    Verb,
    Wanted,
    add_change,
    add_opening,
    add_reading,
    add_verbs,
    changing,
    columns,
)
from aftersales.network.models import Station
from aftersales.vehicles import model_table, services
from aftersales.vehicles.choices import PartyRole, PowerType, ReadingSource
from aftersales.vehicles.models import Party, Vehicle, VehicleModel
from aftersales.vehicles.permissions import P

router = Router(tags=["vehicle"])
model_router = Router(tags=["vehicle_model"])
Km = Annotated[int, Field(ge=0, le=3_000_000)]
Months = Annotated[int, Field(ge=0, le=600)]


class PlateOut(Schema):
    """A plate and the days it was on the vehicle."""

    plate: str
    plate_kind: str
    since_on: date
    until_on: date | None


class PartyOut(Schema):
    """Who a customer is to the vehicle."""

    id: int
    customer_id: int
    customer_name: str
    role: str
    since_on: date
    until_on: date | None


class VehicleOut(Schema):
    """A vehicle as a station knows it; distances in km."""

    id: int
    number: str
    station_id: int
    vin: str
    plate: str
    model_id: int | None
    model_name: str
    colour: str
    power_type: str
    engine_number: str
    built_year: int | None
    maker_name: str
    oddities: list[str]
    is_imported_history: bool
    sold_on: date | None
    warranty_starts_on: date | None
    warranty_months: int | None
    warranty_km: int | None
    interval_km: int | None
    interval_months: int | None
    next_service_on: date | None
    next_service_km: int | None
    odometer_km: int | None
    odometer_at: datetime | None
    notes: str
    plates: list[PlateOut]
    parties: list[PartyOut]
    version: int


class VehicleWanted(Wanted):
    """Which vehicles."""

    station_id: Identity | None = None
    vin: Annotated[str, Field(max_length=17)] | None = None
    plate: Annotated[str, Field(max_length=12)] | None = None
    model_id: Identity | None = None
    customer_id: Identity | None = None
    service_due_until: date | None = None


class FactsIn(Given):
    """The plain columns of a vehicle."""

    model_id: Identity | None = None
    model_name: Annotated[str, Field(max_length=120)] = ""
    colour: Annotated[str, Field(max_length=30)] = ""
    power_type: PowerType = PowerType.FUEL
    engine_number: Annotated[str, Field(max_length=40)] = ""
    sold_on: date | None = None
    warranty_starts_on: date | None = None
    warranty_months: Months | None = None
    warranty_km: Km | None = None
    interval_km: Annotated[int, Field(ge=0, le=200_000)] | None = None
    interval_months: Annotated[int, Field(ge=0, le=120)] | None = None
    next_service_on: date | None = None
    next_service_km: Km | None = None
    notes: Annotated[str, Field(max_length=2000)] = ""


class VehicleIn(FactsIn):
    """A new vehicle; `accept_oddities` confirms a VIN that looks wrong and is right."""

    station_id: Identity
    vin: Annotated[str, Field(max_length=40)]
    plate: Annotated[str, Field(max_length=40)] = ""
    owner_id: Identity | None = None
    accept_oddities: bool = False


class ChangeableIn(FactsIn):
    """What of a vehicle is changed; the plate has its own verb."""

    vin: Annotated[str, Field(max_length=40)]
    accept_oddities: bool
    reason: Annotated[str, Field(max_length=200)]


VehicleChange = changing(ChangeableIn)


class PlateIn(Given):
    """The plate and the day from which it is on the vehicle."""

    plate: Annotated[str, Field(min_length=1, max_length=40)]
    since_on: date | None = None
    keeps_former: bool = False


class PartyIn(Given):
    """Who becomes owner, driver or payer."""

    customer_id: Identity
    role: PartyRole
    since_on: date | None = None


class EndPartyIn(Given):
    """Whose role ends, and when."""

    party_id: Identity
    until_on: date | None = None


class ReadingIn(Given):
    """What the odometer shows; a falling reading needs its reason."""

    km: Km
    source: ReadingSource = ReadingSource.CHECK_IN
    override_reason: Annotated[str, Field(max_length=200)] = ""


class ServiceDoneIn(Given):
    """From what the next service is counted."""

    done_on: date | None = None
    done_km: Km | None = None


class VehicleModelOut(Schema):
    """A model as the maker sells it."""

    id: int
    brand: str
    series: str
    name: str
    maker_code: str
    power_type: str
    interval_km: int | None
    interval_months: int | None
    warranty_months: int | None
    warranty_km: int | None
    is_active: bool
    version: int


class VehicleModelWanted(Wanted):
    """Which models."""

    brand: Annotated[str, Field(max_length=60)] | None = None
    power_type: PowerType | None = None
    is_active: bool | None = None


class VehicleModelIn(Given):
    """A model; interval and warranty in months and km."""

    brand: Annotated[str, Field(min_length=1, max_length=60)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    series: Annotated[str, Field(max_length=60)] = ""
    maker_code: Annotated[str, Field(max_length=40)] = ""
    power_type: PowerType = PowerType.FUEL
    interval_km: Annotated[int, Field(ge=1, le=200_000)] | None = None
    interval_months: Annotated[int, Field(ge=1, le=120)] | None = None
    warranty_months: Months | None = None
    warranty_km: Km | None = None
    is_active: bool = True


def shown(vehicle: Vehicle, _actor: Actor) -> Mapping[str, Any]:
    """Return a vehicle with its plates and who is who to it."""
    return columns(
        vehicle,
        VehicleOut,
        plates=[columns(row, PlateOut) for row in vehicle.plates.all()],
        parties=[columns(row, PartyOut, customer_name=row.customer.name) for row in vehicle.parties.all()],
    )


VEHICLES = Master(
    name="vehicle",
    model=Vehicle,
    right=P.VIEW,
    shows=VehicleOut,
    wanted=VehicleWanted,
    narrow={"customer_id": "parties__customer_id", "service_due_until": "next_service_on__lte"},
    key="number",
    fetch=lambda rows: rows.prefetch_related(
        "plates", Prefetch("parties", Party.objects.select_related("customer"))
    ).distinct(),
    show=shown,
)
add_reading(router, VEHICLES)
add_opening(
    router,
    VEHICLES,
    Verb(
        name="register",
        service=services.register_vehicle,
        takes=VehicleIn,
        rows={"station": Station, "model": VehicleModel, "owner": Customer},
        status=201,
    ),
)
add_change(
    router,
    VEHICLES,
    Verb(name="change", service=services.change_vehicle, takes=VehicleChange, rows={"model": VehicleModel}),
)
add_verbs(
    router,
    VEHICLES,
    Verb(name="give_plate", service=services.give_plate, takes=PlateIn),
    Verb(name="add_party", service=services.add_party, takes=PartyIn, rows={"customer": Customer}),
    Verb(name="end_party", service=services.end_party, takes=EndPartyIn),
    Verb(name="note_odometer", service=services.note_odometer, takes=ReadingIn),
    Verb(name="plan_next_service", service=services.plan_next_service, takes=ServiceDoneIn),
)

MODELS = Master(
    name="vehicle_model", model=VehicleModel, right=P.VIEW, shows=VehicleModelOut, wanted=VehicleModelWanted
)
add_reading(model_router, MODELS)
add_opening(
    model_router,
    MODELS,
    Verb(name="register", service=model_table.register_model, takes=VehicleModelIn, status=201),
)
add_change(model_router, MODELS, Verb(name="change", service=model_table.change_model, takes=changing(VehicleModelIn)))
