"""Writes on vehicles: register, change, plates, parties, odometer, next service."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.core import records
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, NotVisible
from aftersales.core.events import publish
from aftersales.core.rows import insert_later, update_columns
from aftersales.core.statements import Hot
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import lock_fresh, plain, record_entry, snapshot
from aftersales.customers.models import Customer
from aftersales.customers.names import UnwritableText, tidy
from aftersales.network.models import Station
from aftersales.search import services as search
from aftersales.standards.binding import fulfils
from aftersales.vehicles.choices import PartyRole, ReadingSource
from aftersales.vehicles.drafts import (
    checked_km,
    checked_plate,
    checked_vin,
    finding,
    vehicle_draft,
    vehicle_values,
    vin_columns,
)
from aftersales.vehicles.events import PlateMoved, ServicePlanned
from aftersales.vehicles.models import OdometerReading, Party, PlateHolding, Vehicle, VehicleModel
from aftersales.vehicles.permissions import P
from aftersales.vehicles.plates import Plate
from aftersales.vehicles.rules import next_service


def vin_taken() -> InputRefused:
    """Return the refusal of a VIN that the station already has."""
    sentence = _("A vehicle with this VIN is already on file.")
    return InputRefused(sentence, code="vin_taken", fields={"vin": sentence})


@fulfils("IS-02", "CRM-02")
def register_vehicle(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    vin: str = "",
    plate: str = "",
    model: VehicleModel | None = None,
    owner: Customer | None = None,
    accept_oddities: bool = False,
    is_imported_history: bool = False,
    **values: Any,
) -> Vehicle:
    """Enter a vehicle with its plate and owner and make it findable; at most 6 statements.

    `values`: model_name, colour, power_type, engine_number, sold_on, warranty_*, interval_*, next_service_*, notes.
    Model year and
    maker come from the VIN. A plate that another vehicle of the station carries moves on the same day.
    Raises InputRefused (fields vin, plate, …; `vin_odd` until `accept_oddities`), Forbidden.
    """
    today = timezone.localdate(at)
    draft = vehicle_draft(
        vin=vin,
        plate=plate,
        at_year=today.year,
        accept_oddities=accept_oddities,
        is_imported_history=is_imported_history,
        model=model,
        **values,
    )

    def command() -> Vehicle:
        records.require_right(actor, P.REGISTER, station.pk)
        if owner is not None and owner.station_id != station.pk:
            raise NotVisible
        vehicle = Vehicle(station=station, created_at=at, **draft.columns())
        save_new(vehicle)
        if draft.plate:
            hang_plate(vehicle, draft.plate, today, actor, at)
        if owner is not None:
            Party.objects.create(vehicle=vehicle, customer=owner, role=PartyRole.OWNER, since_on=today)
        record_entry(vehicle, step="registered", actor=actor, at=at, changes=opening_changes(vehicle))
        search.index_many([finding(vehicle, owner.name if owner else "")])
        return vehicle

    return run_in_transaction(command)


def opening_changes(vehicle: Vehicle) -> dict[str, Any]:
    """Return what the journal keeps of a new vehicle: every filled column."""
    return {name: plain(value) for name, value in snapshot(vehicle).items() if value or value not in (None, "", [], {})}


def save_new(vehicle: Vehicle) -> None:
    """Insert a vehicle; InputRefused when a racing command entered the same VIN first."""
    try:
        with transaction.atomic():
            vehicle.save(force_insert=True)
    except IntegrityError as error:
        if "vehicle_vin_once_a_station" in str(error):
            raise vin_taken() from None
        raise


def hang_plate(vehicle: Vehicle, plate: Plate, on: date, actor: Actor, at: datetime) -> None:
    """Put the plate on the vehicle from that day; whoever carried it at the station loses it that day.

    Two commands that race for one plate are put in order by the row of its present holder or by the unique index; the
    later one
    is refused. The caller holds the vehicle's lock.
    """
    holder = (
        PlateHolding.objects.at_station(vehicle.station_id)
        .select_for_update(of=("self",))
        .filter(plate=plate.text, until_on=None)
        .first()
    )
    if holder is not None and holder.vehicle_id == vehicle.pk:
        return
    if holder is not None:
        _take_plate(holder, on, actor, at)
    try:
        with transaction.atomic():
            PlateHolding.objects.create(
                station_id=vehicle.station_id, vehicle=vehicle, plate=plate.text, plate_kind=plate.kind, since_on=on
            )
    except IntegrityError as error:
        if "plate_on_one_vehicle" not in str(error):
            raise
        sentence = _("This plate is on another vehicle at that time.")
        raise InputRefused(sentence, code="plate_taken", fields={"plate": sentence}) from None
    if holder is not None:
        publish(PlateMoved(actor=actor, at=at, vehicle=vehicle, plate=plate.text, on=on))


def _take_plate(holder: PlateHolding, on: date, actor: Actor, at: datetime) -> None:
    """End the holding and clear the plate of the vehicle that carried it, journalled there."""
    if holder.since_on > on:
        sentence = _("The plate came to its present vehicle only after that day.")
        raise InputRefused(sentence, code="plate_date", fields={"since_on": sentence})
    holder.until_on = on
    holder.save(update_fields=["until_on"])
    former = lock_fresh(Vehicle(pk=holder.vehicle_id))
    if former.plate == holder.plate:
        former.plate = ""
        former.version += 1
        former.save(update_fields=["plate", "version"])
    changes = {"plate": [holder.plate, ""]}
    record_entry(former, step="plate_taken", actor=actor, at=at, changes=changes)
    search.index_many([finding(former)])


@fulfils("IS-02", "CRM-04")
def change_vehicle(
    vehicle: Vehicle,
    actor: Actor,
    at: datetime,
    *,
    vin: str | None = None,
    accept_oddities: bool = False,
    reason: str = "",
    **values: Any,
) -> Vehicle:
    """Change columns of a vehicle; the journal keeps old values. A plate has its own verb (`give_plate`).

    Raises InputRefused, StaleVersion, Forbidden, NotVisible.
    """
    cleaned = vehicle_values(**values)
    model = cleaned.pop("model", None) if "model" in cleaned else vehicle.model_id
    if "model" in values:
        cleaned["model_id"] = model.pk if isinstance(model, VehicleModel) else None
    if vin is not None and vin.strip() and vin != vehicle.vin:
        cleaned |= vin_columns(checked_vin(vin, timezone.localdate(at).year, accept_oddities))

    def command() -> Vehicle:
        try:
            with transaction.atomic():
                changed = records.change(vehicle, actor, at, right=P.CHANGE, reason=reason, **cleaned)
        except IntegrityError as error:
            if "vehicle_vin_once_a_station" in str(error):
                raise vin_taken() from None
            raise
        if changed.version != vehicle.version:
            search.index_many([finding(changed, owner_name(changed))])
        return changed

    return run_in_transaction(command)


def owner_name(vehicle: Vehicle) -> str:
    """Return the present owner's name, or an empty text."""
    party = vehicle.parties.filter(role=PartyRole.OWNER, until_on=None).select_related("customer").first()
    return party.customer.name if party else ""


@fulfils("IS-02", "CRM-04")
def give_plate(
    vehicle: Vehicle,
    actor: Actor,
    at: datetime,
    *,
    plate: str,
    since_on: date | None = None,
    keeps_former: bool = False,
) -> Vehicle:
    """Put a plate on the vehicle from a day (today if empty); its former plate ends that day unless `keeps_former`.

    A plate that another vehicle of the station carries moves on the same day. Raises InputRefused, Forbidden,
    StaleVersion.
    """
    parsed = checked_plate(plate)
    on = since_on or timezone.localdate(at)
    if on > timezone.localdate(at):
        sentence = _("A plate cannot begin in the future.")
        raise InputRefused(sentence, code="plate_future", fields={"since_on": sentence})

    def command() -> Vehicle:
        fresh = lock_fresh(vehicle)
        records.require_right(actor, P.CHANGE, fresh.station_id)
        if fresh.plate == parsed.text:
            return fresh
        if not keeps_former:
            for holding in fresh.plates.filter(until_on=None):
                holding.until_on = max(on, holding.since_on)
                holding.save(update_fields=["until_on"])
        hang_plate(fresh, parsed, on, actor, at)
        before, fresh.plate = fresh.plate, parsed.text
        fresh.version += 1
        fresh.save(update_fields=["plate", "version"])
        record_entry(fresh, step="plate_given", actor=actor, at=at, changes={"plate": [before, parsed.text]})
        search.index_many([finding(fresh, owner_name(fresh))])
        return fresh

    return run_in_transaction(command)


@fulfils("IS-02", "CRM-05")
def add_party(
    vehicle: Vehicle, actor: Actor, at: datetime, *, customer: Customer, role: str, since_on: date | None = None
) -> Party:
    """Make a customer owner, driver or payer of the vehicle; a new owner ends the former ownership that day.

    Raises InputRefused when the customer has the role already; NotVisible for a customer of another station.
    """
    on = since_on or timezone.localdate(at)
    if role not in PartyRole.values:
        raise InputRefused(_("Choose owner, driver or payer."), code="party_role")

    def command() -> Party:
        fresh = lock_fresh(vehicle)
        records.require_right(actor, P.CHANGE, fresh.station_id)
        if customer.station_id != fresh.station_id:
            raise NotVisible
        live = list(fresh.parties.filter(role=role, until_on=None))
        if any(party.customer_id == customer.pk for party in live):
            sentence = _("This customer already has this role for the vehicle.")
            raise InputRefused(sentence, code="party_twice", fields={"customer": sentence})
        if role == PartyRole.OWNER:
            for former in live:
                former.until_on = max(on, former.since_on)
                former.save(update_fields=["until_on"])
        party = fresh.parties.create(customer=customer, role=role, since_on=on)
        _touched(fresh, actor, at, step="party_added", changes={role: [None, customer.number]})
        if role == PartyRole.OWNER:
            search.index_many([finding(fresh, customer.name)])
        return party

    return run_in_transaction(command)


@fulfils("IS-02")
def end_party(vehicle: Vehicle, actor: Actor, at: datetime, *, party_id: int, until_on: date | None = None) -> Party:
    """End a customer's role towards the vehicle from a day on; an ended one stays as it is. Raises NotVisible."""
    on = until_on or timezone.localdate(at)

    def command() -> Party:
        fresh = lock_fresh(vehicle)
        records.require_right(actor, P.CHANGE, fresh.station_id)
        party = fresh.parties.select_related("customer").filter(pk=party_id).first()
        if party is None:
            raise NotVisible
        if party.until_on is None:
            party.until_on = max(on, party.since_on)
            party.save(update_fields=["until_on"])
            _touched(fresh, actor, at, step="party_ended", changes={party.role: [party.customer.number, None]})
        return party

    return run_in_transaction(command)


def _touched(vehicle: Vehicle, actor: Actor, at: datetime, *, step: str, changes: dict[str, Any]) -> None:
    """Raise the version of a vehicle whose child rows changed, and journal it."""
    vehicle.version += 1
    vehicle.save(update_fields=["version"])
    record_entry(vehicle, step=step, actor=actor, at=at, changes=changes)


@fulfils("SVC-04", "RECP-12")
def note_odometer(
    vehicle: Vehicle,
    actor: Actor,
    at: datetime,
    *,
    km: int,
    source: str = ReadingSource.CHECK_IN,
    override_reason: str = "",
    is_first: bool = False,
) -> OdometerReading:
    """Keep an odometer reading in kilometres; a lower one than the last needs a reason and stays marked as an anomaly.

    Race-safe by a guarded update: two clerks cannot both pass with readings that contradict each other. `is_first`: the
    vehicle was registered in this very command. Raises InputRefused (`odometer_falls`, `odometer_range`), Forbidden.
    """
    checked_km(km)
    try:
        why = tidy(override_reason)[:200]
    except UnwritableText:
        sentence = _("The text contains invisible control characters. Type it again without them.")
        raise InputRefused(sentence, code="unwritable_text", fields={"override_reason": sentence}) from None

    def command() -> OdometerReading:
        records.require_right(actor, P.ODOMETER, vehicle.station_id)
        if is_first:
            vehicle.odometer_km, vehicle.odometer_at = km, at
            update_columns(vehicle, ["odometer_km", "odometer_at"])
        raised = is_first or _raise_odometer(vehicle, km, at)
        if not raised:
            fresh = lock_fresh(Vehicle(pk=vehicle.pk))
            if not why:
                sentence = _(
                    "The odometer cannot fall: the last reading was %(last)s km. Check it, or give a reason "
                    "such as a replaced instrument."
                ) % {"last": fresh.odometer_km}
                raise InputRefused(sentence, code="odometer_falls", fields={"odometer_km": sentence})
            records.require_right(actor, P.ODOMETER_OVERRIDE, vehicle.station_id)
            Vehicle.objects.at_station(fresh.station_id).filter(pk=fresh.pk).update(odometer_km=km, odometer_at=at)
        reading = OdometerReading(
            vehicle_id=vehicle.pk, km=km, at=at, source=source, is_anomaly=not raised, reason="" if raised else why
        )
        insert_later([reading])
        step = "odometer_noted" if raised else "odometer_overridden"
        before = None if is_first else vehicle.odometer_km
        record_entry(vehicle, step=step, actor=actor, at=at, changes={"odometer_km": [before, km]}, reason=why)
        vehicle.odometer_km, vehicle.odometer_at = km, at
        return reading

    return run_in_transaction(command)


def _raise_odometer(vehicle: Vehicle, km: int, at: datetime) -> bool:
    """Set the reading unless it would fall; tell whether it was set. One statement, which also locks the row."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE_ODOMETER, [km, at, vehicle.pk, vehicle.station_id, km])
        return bool(cursor.rowcount)


_RAISE_ODOMETER = Hot("""
UPDATE vehicles_vehicle SET odometer_km = %s, odometer_at = %s
WHERE id = %s AND station_id = %s AND (odometer_km IS NULL OR odometer_km <= %s)
""")


@fulfils("SVC-04")
def plan_next_service(
    vehicle: Vehicle, actor: Actor, at: datetime, *, done_on: date | None = None, done_km: int | None = None
) -> Vehicle:
    """Compute the next service from the maker's interval (the vehicle's own before its model's) and keep it (SVC-04).

    Counts from `done_on` (today if empty) and `done_km` (the latest reading if empty). Raises InputRefused without an
    interval.
    """
    model = vehicle.model
    months = vehicle.interval_months or (model.interval_months if model else None)
    distance = vehicle.interval_km or (model.interval_km if model else None)
    if not months and not distance:
        raise InputRefused(
            _("The maintenance interval is not known. Enter it at the vehicle or at its model."),
            code="interval_missing",
            clause="SVC-04",
            fields={"interval_months": _("Enter months, kilometres or both.")},
        )
    last_km = done_km if done_km is not None else vehicle.odometer_km
    due = next_service(done_on or timezone.localdate(at), last_km, months, distance)

    def command() -> Vehicle:
        step, on, km = "service_planned", due.on, due.at_km
        planned = records.change(vehicle, actor, at, right=P.CHANGE, step=step, next_service_on=on, next_service_km=km)
        publish(ServicePlanned(actor=actor, at=at, vehicle=planned))
        return planned

    return run_in_transaction(command)
