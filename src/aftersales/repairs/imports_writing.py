"""Writing the planned visits of earlier years: customers, vehicles, readings, orders and lines by COPY, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import connection, models

from aftersales.core import records
from aftersales.core.actor import Actor
from aftersales.core.money import TaxedAmount
from aftersales.core.workflow import plain, snapshot
from aftersales.customers.bulk import copy_journal, copy_models, copy_rows, take_numbers
from aftersales.customers.choices import CustomerKind
from aftersales.customers.drafts import PhoneDraft, customer_values, phone_drafts
from aftersales.customers.drafts import finding as customer_finding
from aftersales.customers.imports import COMPANY_MARKS, Written
from aftersales.customers.models import Customer, CustomerPhone
from aftersales.customers.services import opening_changes as customer_opening
from aftersales.network.models import Station
from aftersales.repairs.choices import Consent, LineKind, OrderState, PaymentState, WorkState
from aftersales.repairs.imports import ODDITIES, HistoryOrder
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.repairs.permissions import P
from aftersales.repairs.services.intake import order_finding
from aftersales.search.services import index_new
from aftersales.standards.binding import fulfils
from aftersales.vehicles.choices import PartyRole, PowerType, ReadingSource
from aftersales.vehicles.drafts import finding as vehicle_finding
from aftersales.vehicles.drafts import vin_columns
from aftersales.vehicles.models import PlateHolding, Vehicle
from aftersales.vehicles.services import opening_changes as vehicle_opening
from aftersales.vehicles.vins import parse_vin

ORDERS, CUSTOMERS, VEHICLES = "order", "customer", "vehicle"
TAX_RATE = Decimal("13.00")
STEP = "imported"


class KeyBook(Protocol):
    """Remembers which record a source's key became; kept in the transaction that writes the records."""

    def known(self, kind: str, keys: Iterable[str]) -> Mapping[str, int]:
        """Return {key: record id} for the keys that have been imported."""
        ...

    def note(self, kind: str, ids: Mapping[str, int]) -> None:
        """Remember new keys."""
        ...


@fulfils("IS-04", "IS-10")
def write_orders(
    actor: Actor, at: datetime, station: Station, orders: Sequence[HistoryOrder], keys: KeyBook
) -> Written:
    """Write visits as archived historical orders with all their lines; those imported before are left alone.

    Customers and vehicles are found by the source's keys, then by phone, VIN or plate at the station, else registered.
    Only the day of a visit is known: it is kept as noon at the station. Runs inside the caller's transaction, which
    must hold the station's import lock. About 20 statements for any number of orders. Raises Forbidden.
    """
    records.require_right(actor, P.IMPORT_HISTORY, station.pk)
    known = keys.known(ORDERS, [order.key for order in orders])
    fresh = [order for order in orders if order.key not in known]
    if fresh:
        customers = _customers(actor, at, station, fresh, keys)
        vehicles = _vehicles(actor, at, station, fresh, customers, keys)
        _write(actor, at, station, fresh, customers, vehicles, keys)
    return Written(len(fresh), len(orders) - len(fresh))


def _take_ids(model: type[models.Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _customers(
    actor: Actor, at: datetime, station: Station, orders: Sequence[HistoryOrder], keys: KeyBook
) -> dict[str, tuple[int, str]]:
    """Return {customer key: (id, name)}, registering those the station does not know."""
    first = {order.customer_key: order for order in reversed(orders)}
    ids = dict(keys.known(CUSTOMERS, first))
    phones = {order.phone for key, order in first.items() if key not in ids and order.phone}
    if phones:
        rows = CustomerPhone.objects.filter(
            customer__station=station, customer__merged_into=None, number__in=phones
        ).values_list("number", "customer__name", "customer_id")
        on_file = {(number, name): pk for number, name, pk in rows}
        found = {
            key: pk
            for key, order in first.items()
            if key not in ids and (pk := on_file.get((order.phone, order.texts["customer_name"].strip())))
        }
        keys.note(CUSTOMERS, found)
        ids |= found
    fresh = [(key, order) for key, order in first.items() if key not in ids]
    ids |= _register_customers(actor, at, station, fresh)
    keys.note(CUSTOMERS, {key: ids[key] for key, _order in fresh})
    return {key: (ids[key], order.texts["customer_name"].strip()) for key, order in first.items()}


def _register_customers(
    actor: Actor, at: datetime, station: Station, fresh: Sequence[tuple[str, HistoryOrder]]
) -> dict[str, int]:
    if not fresh:
        return {}
    written: list[tuple[Customer, list[PhoneDraft]]] = []
    for (pk, number), (_key, order) in zip(
        take_numbers(Customer, "customers_number", "C", len(fresh)), fresh, strict=True
    ):
        name = order.texts["customer_name"].strip()
        kind = CustomerKind.COMPANY if any(mark in name for mark in COMPANY_MARKS) else CustomerKind.PERSON
        values = customer_values(name=name, kind=kind)
        customer = Customer(id=pk, number=number, station=station, created_at=at, **values)
        written.append((customer, phone_drafts([order.phone]) if order.phone else []))
    copy_models([customer for customer, _phones in written])
    copy_rows(
        "customers_customerphone",
        ("customer_id", "number", "extension", "label", "is_primary"),
        (
            (customer.pk, phone.number, phone.extension, phone.label, place == 0)
            for customer, phones in written
            for place, phone in enumerate(phones)
        ),
    )
    copy_journal(
        ((customer, customer_opening(customer, phones)) for customer, phones in written), step=STEP, actor=actor, at=at
    )
    index_new(customer_finding(customer, [phone.number for phone in phones]) for customer, phones in written)
    return {key: customer.pk for (key, _order), (customer, _phones) in zip(fresh, written, strict=True)}


def _vehicles(
    actor: Actor,
    at: datetime,
    station: Station,
    orders: Sequence[HistoryOrder],
    customers: Mapping[str, tuple[int, str]],
    keys: KeyBook,
) -> dict[str, int]:
    """Return {vehicle key: id}, registering those the station does not know."""
    first = {order.vehicle_key: order for order in reversed(orders)}
    ids = dict(keys.known(VEHICLES, first))
    found = _on_file(station, {key: order for key, order in first.items() if key not in ids})
    keys.note(VEHICLES, found)
    ids |= found
    fresh: dict[str, HistoryOrder] = {}
    same: dict[str, str] = {}  # two keys of the source that carry one VIN or one plate are one vehicle
    told: dict[str, str] = {}
    for key, order in first.items():
        if key in ids:
            continue
        identity = order.vin or (order.plate if order.plate_kind else "")
        if identity and identity in told:
            same[key] = told[identity]
        else:
            told[identity] = key
            fresh[key] = order
    registered = _register_vehicles(actor, at, station, list(fresh.items()), customers)
    registered |= {key: registered[other] for key, other in same.items()}
    keys.note(VEHICLES, registered)
    return ids | registered


def _on_file(station: Station, wanted: Mapping[str, HistoryOrder]) -> dict[str, int]:
    """Return the vehicles the station has by VIN, else by a plate they carry or carried. At most two statements."""
    vins = {order.vin for order in wanted.values() if order.vin}
    plates = {order.plate for order in wanted.values() if order.plate_kind}
    mine = Vehicle.objects.at_station(station.pk)
    by_vin = dict(mine.filter(vin__in=vins).values_list("vin", "pk")) if vins else {}
    by_plate: dict[str, int] = {}
    if plates:
        # The present holder comes last and wins.
        held = PlateHolding.objects.at_station(station.pk).filter(plate__in=plates)
        by_plate = dict(held.order_by(models.F("until_on").asc(nulls_last=True)).values_list("plate", "vehicle_id"))
    found = {}
    for key, order in wanted.items():
        pk = by_vin.get(order.vin) or (by_plate.get(order.plate) if not order.vin else None)
        if pk is not None:
            found[key] = pk
    return found


def _register_vehicles(
    actor: Actor,
    at: datetime,
    station: Station,
    fresh: Sequence[tuple[str, HistoryOrder]],
    customers: Mapping[str, tuple[int, str]],
) -> dict[str, int]:
    if not fresh:
        return {}
    plates = {order.plate for _key, order in fresh if order.plate_kind}
    taken = set(PlateHolding.objects.at_station(station.pk).filter(plate__in=plates).values_list("plate", flat=True))
    written: list[tuple[Vehicle, HistoryOrder]] = []
    for (pk, number), (_key, order) in zip(
        take_numbers(Vehicle, "vehicles_number", "V", len(fresh)), fresh, strict=True
    ):
        known = vin_columns(parse_vin(order.vin, order.received_on.year)) if order.vin else {"oddities": []}
        plate = "" if order.plate in taken else order.plate
        if order.plate_kind:
            taken.add(order.plate)
        elif plate:
            known["oddities"] = [*known["oddities"], "plate_as_written"]
        car = Vehicle(
            id=pk,
            number=number,
            station=station,
            created_at=at,
            plate=plate,
            model_name=order.texts.get("model_name", "").strip(),
            power_type=order.power_type if order.power_type in PowerType.values else PowerType.FUEL,
            is_imported_history=True,
            **known,
        )
        written.append((car, order))
    copy_models([car for car, _order in written])
    copy_rows(
        "vehicles_plateholding",
        ("station_id", "vehicle_id", "plate", "plate_kind", "since_on"),
        (
            (station.pk, car.pk, car.plate, order.plate_kind, order.received_on)
            for car, order in written
            if car.plate and order.plate_kind
        ),
    )
    copy_rows(
        "vehicles_party",
        ("vehicle_id", "customer_id", "role", "since_on"),
        ((car.pk, customers[order.customer_key][0], str(PartyRole.OWNER), order.received_on) for car, order in written),
    )
    copy_journal(((car, vehicle_opening(car)) for car, _order in written), step=STEP, actor=actor, at=at)
    index_new(vehicle_finding(car, customers[order.customer_key][1]) for car, order in written)
    return {key: car.pk for (key, _order), (car, _same) in zip(fresh, written, strict=True)}


def _write(
    actor: Actor,
    at: datetime,
    station: Station,
    fresh: Sequence[HistoryOrder],
    customers: Mapping[str, tuple[int, str]],
    vehicles: Mapping[str, int],
    keys: KeyBook,
) -> None:
    """Copy the orders with readings, lines, journal entries and search terms."""
    zone = ZoneInfo(station.time_zone)
    pairs = [
        (_order(pk, at, station, order, customers[order.customer_key], vehicles[order.vehicle_key], zone), order)
        for pk, order in zip(_take_ids(RepairOrder, len(fresh)), fresh, strict=True)
    ]
    copy_models([row for row, _order in pairs])
    _copy_lines(pairs)
    read = [(row, order) for row, order in pairs if order.odometer_km is not None]
    copy_rows(
        "vehicles_odometerreading",
        ("vehicle_id", "km", "at", "source", "is_anomaly", "reason"),
        (
            (
                row.vehicle_id,
                order.odometer_km,
                row.received_at,
                str(ReadingSource.IMPORT),
                bool(order.odometer_anomaly),
                str(ODDITIES[order.odometer_anomaly][1])[:200] if order.odometer_anomaly else "",
            )
            for row, order in read
        ),
    )
    _raise_odometers([(row, order) for row, order in read if not order.odometer_anomaly])
    copy_journal(((row, _changes(row, order)) for row, order in pairs), step=STEP, actor=actor, at=at)
    index_new(order_finding(row) for row, _order in pairs)
    keys.note(ORDERS, {order.key: row.pk for row, order in pairs})


def noon(day: date, zone: ZoneInfo) -> datetime:
    """Return noon of a day at the station: the day is right in every zone, the hour is nobody's claim."""
    return datetime.combine(day, time(12), tzinfo=zone)


def _order(
    pk: int,
    at: datetime,
    station: Station,
    order: HistoryOrder,
    customer: tuple[int, str],
    vehicle_id: int,
    zone: ZoneInfo,
) -> RepairOrder:
    invoiced = noon(order.invoiced_on, zone)
    return RepairOrder(
        id=pk,
        station=station,
        # Not from the gapless series: the source's orders were numbered elsewhere.
        number=f"H{pk:08d}",
        created_at=at,
        state=OrderState.ARCHIVED,
        payment_state=PaymentState.PAID,
        is_historical=True,
        customer_id=customer[0],
        customer_name=customer[1],
        contact_phone=order.phone,
        vehicle_id=vehicle_id,
        plate=order.plate,
        model_name=order.texts.get("model_name", "").strip(),
        received_at=noon(order.received_on, zone),
        odometer_km=order.odometer_km,
        repair_report=order.texts.get("reference", "").strip(),
        completed_at=invoiced,
        settled_at=invoiced,
        released_at=invoiced,
        archived_at=at,
    )


def _copy_lines(pairs: Sequence[tuple[RepairOrder, HistoryOrder]]) -> None:
    """Copy every line word for word, in the order of the file, as done and agreed."""
    blank = OrderLine(
        kind=LineKind.RECORD, position=0, text="", consent=Consent.AGREED, work_state=WorkState.FINISHED,
        tax_rate=TAX_RATE,
    )  # fmt: skip
    names = [field.attname for field in OrderLine._meta.concrete_fields if field.attname != "id"]
    columns = [str(field.column) for field in OrderLine._meta.concrete_fields if field.attname != "id"]
    base = [blank.__dict__[name] for name in names]
    place = {name: names.index(name) for name in ("order_id", "position", "text", "unit_price", "net", "tax", "gross")}

    def rows() -> Iterable[list[Any]]:
        for row, order in pairs:
            for position, (_number, text, gross) in enumerate(order.lines, start=1):
                values = base.copy()
                values[place["order_id"]], values[place["position"]] = row.pk, position
                values[place["text"]] = text
                if gross:
                    taxed = TaxedAmount.from_gross(gross, TAX_RATE)
                    values[place["unit_price"]] = values[place["gross"]] = taxed.gross
                    values[place["net"]], values[place["tax"]] = taxed.net, taxed.tax
                yield values

    copy_rows(OrderLine._meta.db_table, columns, rows())


_RAISE = """
UPDATE vehicles_vehicle v SET odometer_km = d.km, odometer_at = d.at
  FROM (SELECT DISTINCT ON (vehicle_id) vehicle_id, km, at
          FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[]) AS r (vehicle_id, km, at)
         ORDER BY vehicle_id, at DESC, km DESC) d
 WHERE v.id = d.vehicle_id AND (v.odometer_at IS NULL OR v.odometer_at < d.at)
"""


def _raise_odometers(read: Sequence[tuple[RepairOrder, HistoryOrder]]) -> None:
    """Give each vehicle its latest believable reading, unless it has a later one."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RAISE,
            [
                [row.vehicle_id for row, _order in read],
                [order.odometer_km for _row, order in read],
                [row.received_at for row, _order in read],
            ],
        )


def _changes(row: RepairOrder, order: HistoryOrder) -> dict[str, Any]:
    """Return what the journal keeps of an imported order: its columns, and which rows of the file it comes from."""
    changes = {name: plain(value) for name, value in snapshot(row).items() if value not in (None, "", [], {})}
    return changes | {"rows": [number for number, _text, _gross in order.lines]}
