"""The lists of this house that can be taken out."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.catalog.models import Part
from aftersales.catalog.permissions import P as CatalogRight
from aftersales.core.actor import Actor
from aftersales.customers.models import Customer
from aftersales.customers.names import mask_address
from aftersales.customers.permissions import P as CustomerRight
from aftersales.customers.phones import mask_phone, national_digits
from aftersales.exchange.exports import Exporter, register_exporter
from aftersales.exchange.sheets import Cell
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.permissions import P as RepairRight
from aftersales.vehicles.models import Vehicle
from aftersales.vehicles.permissions import P as VehicleRight

CHUNK = 2000


def masked_vin(vin: str) -> str:
    """Return a VIN of which the maker and the last four characters are seen."""
    return f"{vin[:3]}**********{vin[-4:]}" if len(vin) == 17 else vin


def _unmask_stations(actor: Actor, unmasked: bool) -> tuple[int, ...] | None:
    """Return the stations whose personal data may be shown in full; None is every station."""
    return actor.stations_with(CustomerRight.UNMASK) if unmasked else ()


def _is_full(station_id: int, stations: tuple[int, ...] | None) -> bool:
    return stations is None or station_id in stations


def customer_rows(actor: Actor, unmasked: bool) -> Iterator[tuple[Cell, ...]]:
    """Yield the customers of the actor's stations."""
    full = _unmask_stations(actor, unmasked)
    rows = Customer.objects.visible_to(actor, CustomerRight.VIEW).filter(merged_into=None)
    for row in rows.select_related("station").prefetch_related("phones").order_by("pk").iterator(chunk_size=CHUNK):
        plain = _is_full(row.station_id, full)
        phones = " / ".join(
            national_digits(phone.number) if plain else mask_phone(phone.number) for phone in row.phones.all()
        )
        yield (
            row.station.code, row.number, row.get_kind_display(), row.name, phones,
            row.address if plain else mask_address(row.address), row.region_code, row.visited_on,
        )  # fmt: skip


def vehicle_rows(actor: Actor, unmasked: bool) -> Iterator[tuple[Cell, ...]]:
    """Yield the vehicles of the actor's stations."""
    full = _unmask_stations(actor, unmasked)
    rows = Vehicle.objects.visible_to(actor, VehicleRight.VIEW).select_related("station").order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        yield (
            row.station.code, row.number, row.plate,
            row.vin if _is_full(row.station_id, full) else masked_vin(row.vin), row.model_name,
            row.get_power_type_display(), row.odometer_km, row.sold_on, row.next_service_on, row.next_service_km,
        )  # fmt: skip


def order_rows(actor: Actor, unmasked: bool) -> Iterator[tuple[Cell, ...]]:
    """Yield the repair orders of the actor's stations."""
    rows = RepairOrder.objects.visible_to(actor, RepairRight.VIEW).select_related("station").order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        yield (
            row.station.code, row.number, row.get_state_display(), row.get_visit_type_display(), row.plate,
            row.model_name, row.customer_name, row.odometer_km, row.received_at, row.promised_at, row.released_at,
            row.get_payment_state_display(),
        )  # fmt: skip


def part_rows(actor: Actor, unmasked: bool) -> Iterator[tuple[Cell, ...]]:
    """Yield the parts of the catalogue."""
    for row in Part.objects.filter(~Q(number="")).order_by("number").iterator(chunk_size=CHUNK):
        yield (
            row.number, row.name, row.name_en, row.get_unit_display(), row.get_part_class_display(),
            row.get_origin_display(), row.get_handling_display(), row.barcode,
        )  # fmt: skip


def register_all() -> None:
    """Enter the register of lists."""
    station, number = _("Station"), _("Number")
    register_exporter(
        Exporter(
            "customers", _("Customers"), CustomerRight.VIEW,
            (station, number, _("Kind"), _("Name"), _("Phone"), _("Address"), _("District"), _("Date of visit")),
            customer_rows, holds_personal_data=True,
        )
    )  # fmt: skip
    register_exporter(
        Exporter(
            "vehicles", _("Vehicles"), VehicleRight.VIEW,
            (station, number, _("Plate"), _("VIN"), _("Model"), _("Power type"), _("Odometer (km)"), _("Sold on"),
             _("Next service on"), _("Next service at (km)")),
            vehicle_rows, holds_personal_data=True,
        )
    )  # fmt: skip
    register_exporter(
        Exporter(
            "orders", _("Repair orders"), RepairRight.VIEW,
            (station, number, _("State"), _("Visit type"), _("Plate"), _("Model"), _("Customer"), _("Odometer (km)"),
             _("Received at"), _("Promised at"), _("Released at"), _("Payment")),
            order_rows,
        )
    )  # fmt: skip
    register_exporter(
        Exporter(
            "parts", _("Parts"), CatalogRight.VIEW,
            (_("Part number"), _("Name"), _("English name"), _("Unit"), _("Class"), _("Origin"), _("Handling"),
             _("Barcode")),
            part_rows,
        )
    )  # fmt: skip
