"""Reads on vehicles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.customers.models import Customer, CustomerPhone
from aftersales.customers.queries import Gap, own_gaps
from aftersales.standards.binding import fulfils
from aftersales.vehicles.models import Party, Vehicle
from aftersales.vehicles.panels import PastVisit, past_visits
from aftersales.vehicles.permissions import P
from aftersales.vehicles.plates import normalise_plate
from aftersales.vehicles.vins import normalise_vin


def vehicle_numbered(actor: Actor, number: str) -> Vehicle:
    """Return the vehicle with model, plates, parties, readings; NotVisible alike for foreign and missing ones. 5
    statements."""
    return (
        Vehicle.objects.select_related("model", "station")
        .prefetch_related("plates", "readings", _parties())
        .get_visible(actor, P.VIEW, number=number)
    )


def vehicles_visible_to(actor: Actor) -> QuerySet[Vehicle]:
    """Return the vehicles the actor may see with model and present parties, newest first."""
    return (
        Vehicle.objects.visible_to(actor, P.VIEW)
        .select_related("model")
        .prefetch_related(_parties(live_only=True))
        .order_by("-pk")
    )


def _parties(*, live_only: bool = False) -> Prefetch[str]:
    """Return the parties with customers and their phones fetched along."""
    phones = Prefetch("customer__phones", CustomerPhone.objects.order_by("-is_primary", "pk"))
    rows = Party.objects.select_related("customer").prefetch_related(phones)
    return Prefetch("parties", rows.filter(until_on=None) if live_only else rows)


def vehicle_known(actor: Actor, station_id: int, *, vin: str = "", plate: str = "") -> Vehicle | None:
    """Return the station's vehicle with that VIN, else the one that carries the plate now, else None. 1 statement."""
    wanted_vin, wanted_plate = normalise_vin(vin), normalise_plate(plate)
    same = Q()
    if wanted_vin:
        same |= Q(vin=wanted_vin)
    if wanted_plate:
        same |= Q(plate=wanted_plate)
    if not same:
        return None
    found = list(Vehicle.objects.visible_to(actor, P.VIEW).filter(same, station_id=station_id).order_by("pk")[:2])
    return next((vehicle for vehicle in found if vehicle.vin == wanted_vin), found[0] if found else None)


def same_vehicle_elsewhere(actor: Actor, vin: str) -> QuerySet[Vehicle]:
    """Return the rows of one VIN at every station the actor may see: headquarters joins stations by VIN."""
    return Vehicle.objects.visible_to(actor, P.VIEW).filter(vin=vin).exclude(vin="").order_by("station_id")


@fulfils("CRM-05", "IS-02")
def vehicles_of(customer: Customer) -> list[Party]:
    """Return the customer's live roles with vehicle and model, the vehicles he owns first. 1 statement."""
    rows = Party.objects.filter(customer=customer, until_on=None).select_related("vehicle__model")
    return list(rows.order_by("-role", "pk"))


def every_vehicle() -> Iterator[Vehicle]:
    """Yield every vehicle of the network with its present parties, in chunks: for rebuilding the search index."""
    rows = Vehicle.objects.everywhere().prefetch_related(_parties(live_only=True)).order_by("pk")
    return rows.iterator(chunk_size=2000)


@fulfils("SVC-04")
def services_due(actor: Actor, on: date, *, within_km: int = 0) -> QuerySet[Vehicle]:
    """Return the vehicles whose next service has come by date or by distance (SVC-04), the longest due first."""
    reached = Q(next_service_on__lte=on) | Q(odometer_km__gte=F("next_service_km") - within_km)
    return (
        Vehicle.objects.visible_to(actor, P.VIEW)
        .select_related("model")
        .filter(reached)
        .order_by("next_service_on", "pk")
    )


@dataclass(frozen=True, slots=True)
class ArchiveForm:
    """The basic customer archive form 客户档案基本资料表 (CRM-02), with what is still missing."""

    customer: Customer
    vehicles: Sequence[Vehicle]
    visits: Sequence[PastVisit]
    gaps: Sequence[Gap]

    @property
    def is_complete(self) -> bool:
        return not self.gaps


@fulfils("CRM-02", "CRM-05", "IS-02")
def archive_form(actor: Actor, customer: Customer) -> ArchiveForm:
    """Return the archive form of a customer already shown to be visible: person, vehicles, work done, what is
    missing."""
    vehicles = list({party.vehicle_id: party.vehicle for party in vehicles_of(customer)}.values())
    visits = past_visits(actor, [vehicle.pk for vehicle in vehicles])
    return ArchiveForm(customer, vehicles, visits, _gaps(customer, vehicles, visits))


@fulfils("CRM-02")
def archive_gaps(actor: Actor, customer: Customer) -> Sequence[Gap]:
    """Return the mandatory fields still empty; while there is one, the archive is incomplete (CRM-02)."""
    return archive_form(actor, customer).gaps


def _gaps(customer: Customer, vehicles: Sequence[Vehicle], visits: Sequence[PastVisit]) -> list[Gap]:
    gaps = own_gaps(customer)
    if not vehicles:
        gaps.append(Gap("vehicle", _("Vehicle")))
    wanted: tuple[tuple[str, Any, Callable[[Vehicle], Any]], ...] = (
        ("model", _("Model"), lambda vehicle: vehicle.model_id or vehicle.model_name),
        ("plate", _("Plate"), lambda vehicle: vehicle.plate),
        ("power_type", _("Power type"), lambda vehicle: vehicle.power_type),
        (
            "interval",
            _("Maintenance interval"),
            lambda vehicle: (
                vehicle.interval_months
                or vehicle.interval_km
                or (vehicle.model and (vehicle.model.interval_months or vehicle.model.interval_km))
            ),
        ),
        ("next_service", _("Next service"), lambda vehicle: vehicle.next_service_on or vehicle.next_service_km),
    )
    gaps += [Gap(name, label) for name, label, value in wanted if vehicles and not all(value(car) for car in vehicles)]
    # A customer who has visited must show what was done; a new one has no history yet.
    if customer.visited_on and vehicles and not visits:
        gaps.append(Gap("work_items", _("Work items and repair history")))
    return gaps
