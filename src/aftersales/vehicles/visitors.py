"""The counter's command: a customer and a vehicle nobody has seen before, written together in as few statements as can
be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.core import records
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, NotVisible
from aftersales.core.rows import insert_later, insert_row
from aftersales.core.statements import Hot, ask
from aftersales.core.transactions import run_in_transaction
from aftersales.customers import drafts as customer_drafts
from aftersales.customers import services as customer_services
from aftersales.customers.models import Customer
from aftersales.customers.permissions import P as CustomerRight
from aftersales.journal.services import record_many
from aftersales.network.models import Station
from aftersales.search import services as search
from aftersales.standards.binding import fulfils
from aftersales.vehicles import services
from aftersales.vehicles.choices import PartyRole
from aftersales.vehicles.drafts import VehicleDraft, finding, vehicle_draft
from aftersales.vehicles.models import Party, PlateHolding, Vehicle
from aftersales.vehicles.permissions import P


@dataclass(frozen=True, slots=True)
class Visitors:
    """Who and what came in."""

    customer: Customer
    vehicle: Vehicle


@fulfils("RECP-12", "IS-02", "CRM-02")
def register_visitors(
    actor: Actor, at: datetime, *, station: Station, customer: Customer | Mapping[str, Any], vehicle: Mapping[str, Any]
) -> Visitors:
    """Open the archive of a customer and enter the vehicle with plate and owner, in at most eight statements.

    `customer` is one already on file, or the arguments of `register_customer`; `vehicle` holds those of
    `register_vehicle`.
    Raises InputRefused (fields of both), NotVisible for a customer of another station, Forbidden.
    """
    today = timezone.localdate(at)
    facts: dict[str, Any] = {"vin": "", "plate": "", "accept_oddities": False} | dict(vehicle)
    draft = vehicle_draft(at_year=today.year, **facts)
    new_customer, phones = _customer_draft(customer, station, at)

    def command() -> Visitors:
        records.require_right(actor, P.REGISTER, station.pk)
        if new_customer is not None:
            records.require_right(actor, CustomerRight.REGISTER, station.pk)
        moving = _look_up(station, draft)
        person = _write_customer(customer, new_customer, phones)
        car = Vehicle(station=station, created_at=at, **draft.columns())
        try:
            insert_row(car)
            if draft.plate and moving:
                services.hang_plate(car, draft.plate, today, actor, at)
            elif draft.plate:
                insert_row(
                    PlateHolding(
                        station=station,
                        vehicle=car,
                        plate=draft.plate.text,
                        plate_kind=draft.plate.kind,
                        since_on=today,
                    )
                )
        except IntegrityError as error:  # lost the race by the blink between look and write
            raise _lost_race(error) from None
        insert_later([Party(vehicle=car, customer=person, role=PartyRole.OWNER, since_on=today)])
        entries: list[tuple[Any, Mapping[str, Any]]] = [(car, services.opening_changes(car))]
        findings = [finding(car, person.name)]
        if new_customer is not None:
            entries.insert(0, (person, customer_services.opening_changes(person, phones)))
            findings.insert(0, customer_drafts.finding(person, [phone.number for phone in phones]))
        record_many(entries, step="registered", actor=actor, at=at)
        search.index_many(findings)
        return Visitors(person, car)

    return run_in_transaction(command)


def _customer_draft(
    customer: Customer | Mapping[str, Any], station: Station, at: datetime
) -> tuple[Customer | None, list[customer_drafts.PhoneDraft]]:
    """Return the unsaved customer and the parsed phones, or (None, []) for one already on file."""
    if isinstance(customer, Customer):
        if customer.station_id != station.pk:
            raise NotVisible
        return None, []
    facts = dict(customer)
    phones = customer_drafts.phone_drafts(facts.pop("phones", ()))
    values = customer_drafts.customer_values(**({"kind": "person", "name": ""} | facts))
    return Customer(station=station, created_at=at, **values), phones


def _write_customer(
    known: Customer | Mapping[str, Any], new: Customer | None, phones: list[customer_drafts.PhoneDraft]
) -> Customer:
    """Return the customer, written with phones if new."""
    if new is None:
        assert isinstance(known, Customer)
        return known
    insert_row(new)
    customer_services.write_phones(new, phones)
    return new


def _look_up(station: Station, draft: VehicleDraft) -> bool:
    """Refuse a VIN already on file; tell whether another vehicle carries the plate. One statement."""
    vin = draft.vin.text if draft.vin else ""
    plate = draft.plate.text if draft.plate else ""
    ((vin_is_known, plate_is_known),) = ask(_ON_FILE, {"station": station.pk, "vin": vin, "plate": plate})
    if vin_is_known:
        raise services.vin_taken()
    return bool(plate_is_known)


_ON_FILE = Hot("""
SELECT EXISTS (SELECT FROM vehicles_vehicle WHERE station_id = %(station)s AND vin = %(vin)s AND vin <> ''),
       EXISTS (SELECT FROM vehicles_plateholding
               WHERE station_id = %(station)s AND plate = %(plate)s AND until_on IS NULL)
""")


def _lost_race(error: IntegrityError) -> Exception:
    """Translate the index that refused into a sentence; anything else stays the error it is."""
    if "vehicle_vin_once_a_station" in str(error):
        return services.vin_taken()
    if "plate_on_one_vehicle" in str(error):
        sentence = _("This plate is on another vehicle at that time.")
        return InputRefused(sentence, code="plate_taken", fields={"plate": sentence})
    return error
