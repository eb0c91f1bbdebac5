"""Vehicles from a spreadsheet: judge the rows without the database, then write them in bulk, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.core import records
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused
from aftersales.core.transactions import run_in_transaction
from aftersales.customers.bulk import copied, copy_journal, copy_models, copy_rows, take_numbers
from aftersales.customers.imports import Oddity, Plan, Written, by_phone
from aftersales.customers.models import Customer
from aftersales.customers.phones import ImpossiblePhone, parse_phone
from aftersales.network.models import Station
from aftersales.search.services import index_new
from aftersales.standards.binding import fulfils
from aftersales.vehicles.choices import PartyRole, ReadingSource
from aftersales.vehicles.drafts import (
    ODDITY_SENTENCES,
    POWER_TYPES,
    VehicleDraft,
    checked_plate,
    finding,
    vehicle_draft,
)
from aftersales.vehicles.models import ODOMETER_LIMIT_KM, PlateHolding, Vehicle
from aftersales.vehicles.permissions import P
from aftersales.vehicles.services import opening_changes

BATCH = 2500
COLUMNS = (
    "vin", "plate", "model_name", "colour", "power_type", "engine_number", "sold_on", "warranty_starts_on",
    "warranty_months",
    "warranty_km", "interval_months", "interval_km", "next_service_on", "next_service_km", "odometer_km", "owner_name",
    "owner_phone", "notes",
)  # fmt: skip
_TEXTS = ("model_name", "colour", "engine_number", "notes")
_DATES = ("sold_on", "warranty_starts_on", "next_service_on")
_NUMBERS = ("warranty_months", "warranty_km", "interval_months", "interval_km", "next_service_km")


@dataclass(frozen=True, slots=True)
class VehicleRow:
    """A judged row: the vehicle, its odometer, and by whom it is owned (name, kept phone number)."""

    row: int
    draft: VehicleDraft
    odometer_km: int | None
    owner: tuple[str, str]

    @property
    def key(self) -> str:
        """What makes two rows the same vehicle: the VIN, or the plate where there is none."""
        return self.draft.vin.text if self.draft.vin else f"*{self.draft.plate.text if self.draft.plate else ''}"


def plan_rows(rows: Iterable[Mapping[str, Any]], *, on: date) -> Plan[VehicleRow]:
    """Judge rows with the columns of `COLUMNS` (text, dates, whole numbers) and change nothing.

    Odd VINs are kept with an oddity; a row without VIN needs a plate; a plate that cannot be is dropped if there is a
    VIN.
    """
    plan: Plan[VehicleRow] = Plan()
    seen: dict[str, int] = {}
    plates: dict[str, int] = {}
    for number, raw in enumerate(rows, start=1):
        try:
            judged = _judge(number, raw, on, plan)
        except InputRefused as refusal:
            fields = refusal.fields or {"vin": refusal.sentence}
            plan.oddities += [Oddity(number, name, said, True) for name, said in fields.items()]
            continue
        if (first := seen.setdefault(judged.key, number)) != number:
            plan.oddities.append(Oddity(number, "vin", _("The same vehicle is in row %(row)s.") % {"row": first}, True))
            continue
        plate = judged.draft.plate
        if plate and (first := plates.setdefault(plate.text, number)) != number:
            said = _("Row %(row)s has the same plate; it stays there.") % {"row": first}
            plan.oddities.append(Oddity(number, "plate", said, judged.draft.vin is None))
            if judged.draft.vin is None:
                continue
            judged = VehicleRow(
                number, VehicleDraft(judged.draft.vin, None, judged.draft.values), judged.odometer_km, judged.owner
            )
        plan.rows.append(judged)
    return plan


def _judge(number: int, raw: Mapping[str, Any], on: date, plan: Plan[VehicleRow]) -> VehicleRow:
    vin, plate = str(raw.get("vin") or ""), str(raw.get("plate") or "")
    if vin.strip() and plate.strip():
        try:
            checked_plate(plate)
        except InputRefused as refusal:
            plan.oddities.append(Oddity(number, "plate", refusal.sentence, False))
            plate = ""
    values: dict[str, Any] = {name: str(raw.get(name) or "") for name in _TEXTS}
    values |= {name: day for name in _DATES if isinstance(day := raw.get(name), date)}
    values |= {name: whole for name in _NUMBERS if isinstance(whole := raw.get(name), int)}
    if raw.get("power_type") in POWER_TYPES:
        values["power_type"] = raw["power_type"]
    draft = vehicle_draft(
        vin=vin, plate=plate, at_year=on.year, accept_oddities=True, is_imported_history=not vin.strip(), **values
    )
    if draft.vin:
        plan.oddities += [Oddity(number, "vin", ODDITY_SENTENCES[code], False) for code in draft.vin.oddities]
    km = raw.get("odometer_km")
    if not isinstance(km, int) or not 0 < km <= ODOMETER_LIMIT_KM:
        if km not in (None, "", 0):
            plan.oddities.append(Oddity(number, "odometer_km", _("The odometer reading cannot be; left empty."), False))
        km = None
    try:
        phone = parse_phone(str(raw.get("owner_phone") or "")).number
    except ImpossiblePhone:
        phone = ""
    return VehicleRow(number, draft, km, (str(raw.get("owner_name") or "").strip(), phone))


@fulfils("IS-02")
def write_rows(actor: Actor, at: datetime, station: Station, rows: Sequence[VehicleRow]) -> Written:
    """Write judged vehicles with plates, owners, readings, journal entries and search terms; known ones are left alone.

    Owners are found among the station's customers by phone, else by name. One transaction for each batch. Raises
    Forbidden.
    """
    records.require_right(actor, P.REGISTER, station.pk)
    created = 0
    for batch in batched(rows, BATCH, strict=False):
        created += run_in_transaction(lambda batch=batch: _write_batch(actor, at, station, batch))  # type: ignore[misc]
    return Written(created, len(rows) - created)


def _write_batch(actor: Actor, at: datetime, station: Station, rows: Sequence[VehicleRow]) -> int:
    known_vins, taken_plates = _on_file(station.pk, rows)
    fresh = [row for row in rows if row.key not in known_vins and row.key.removeprefix("*") not in taken_plates]
    if not fresh:
        return 0
    today = timezone.localdate(at)
    numbers = take_numbers(Vehicle, "vehicles_number", "V", len(fresh))
    pattern = Vehicle(station=station, created_at=at)
    written = [
        (_vehicle(pattern, at, row, taken_plates, pk=pk, number=number), row)
        for (pk, number), row in zip(numbers, fresh, strict=True)
    ]
    vehicles = [car for car, _row in written]
    copy_models(vehicles)
    copy_rows(
        "vehicles_plateholding",
        ("station_id", "vehicle_id", "plate", "plate_kind", "since_on"),
        (
            (station.pk, car.pk, car.plate, row.draft.plate.kind, today)
            for car, row in written
            if row.draft.plate and car.plate
        ),
    )
    owners = _owners(station.pk, fresh)
    owned = {car.pk: owner for car, row in written if (owner := owners.get(row.owner[1]) or owners.get(row.owner[0]))}
    copy_rows(
        "vehicles_party",
        ("vehicle_id", "customer_id", "role", "since_on"),
        ((car_id, owner_id, str(PartyRole.OWNER), today) for car_id, (owner_id, _name) in owned.items()),
    )
    copy_rows(
        "vehicles_odometerreading",
        ("vehicle_id", "km", "at", "source", "is_anomaly", "reason"),
        (
            (car.pk, row.odometer_km, at, str(ReadingSource.IMPORT), False, "")
            for car, row in written
            if row.odometer_km is not None
        ),
    )
    copy_journal(((car, opening_changes(car)) for car in vehicles), step="imported", actor=actor, at=at)
    index_new(finding(car, owned[car.pk][1] if car.pk in owned else "") for car in vehicles)
    return len(vehicles)


def _vehicle(
    pattern: Vehicle, at: datetime, row: VehicleRow, taken: frozenset[str], *, pk: int, number: str
) -> Vehicle:
    """Return the unsaved vehicle; a plate that another vehicle carries stays there."""
    columns = row.draft.columns()
    if columns["plate"] in taken:
        columns["plate"] = ""
    odometer = {} if row.odometer_km is None else {"odometer_km": row.odometer_km, "odometer_at": at}
    return copied(pattern, {"id": pk, "number": number} | columns | odometer)


def _on_file(station_id: int, rows: Sequence[VehicleRow]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the VINs and the carried plates the station already has, in two statements."""
    vins = [row.draft.vin.text for row in rows if row.draft.vin]
    plates = [row.draft.plate.text for row in rows if row.draft.plate]
    mine = Vehicle.objects.at_station(station_id).filter(vin__in=vins).values_list("vin", flat=True)
    carried = PlateHolding.objects.at_station(station_id).filter(plate__in=plates, until_on=None)
    return frozenset(mine), frozenset(carried.values_list("plate", flat=True))


def _owners(station_id: int, rows: Sequence[VehicleRow]) -> dict[str, tuple[int, str]]:
    """Return (id, name) of the station's customers by phone number, and by name where that is unambiguous. Three
    statements."""
    phones = {row.owner[1] for row in rows} - {""}
    mine = Customer.objects.at_station(station_id).filter(merged_into=None)
    # Whoever came first has a shared number.
    found = {number: (pk, name) for pk, name, number in sorted(by_phone(mine, phones), reverse=True)}
    names = {row.owner[0] for row in rows if row.owner[1] not in found} - {""}
    namesakes: dict[str, list[int]] = {}
    for pk, name in mine.filter(name__in=names).values_list("pk", "name"):
        namesakes.setdefault(name, []).append(pk)
    return found | {name: (pks[0], name) for name, pks in namesakes.items() if len(pks) == 1}
