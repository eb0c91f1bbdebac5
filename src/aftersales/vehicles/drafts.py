"""From what was typed to what is written: VIN, plate and columns checked, terms prepared. No writes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import InputRefused, Text
from aftersales.customers.names import UnwritableText, tidy
from aftersales.search.rules import fold, plate_terms, vin_terms
from aftersales.search.services import Finding
from aftersales.vehicles.choices import PowerType
from aftersales.vehicles.models import ODOMETER_LIMIT_KM, Vehicle
from aftersales.vehicles.plates import ImpossiblePlate, Plate, display_plate, parse_plate
from aftersales.vehicles.vins import CHECK_DIGIT, MAKER_UNKNOWN, ImpossibleVin, Vin, parse_vin

LENGTHS = {"model_name": 120, "colour": 30, "engine_number": 40, "notes": 2000}
DATES = ("sold_on", "warranty_starts_on", "next_service_on")
NUMBERS = {
    "warranty_months": 600,
    "warranty_km": ODOMETER_LIMIT_KM,
    "interval_km": 200_000,
    "interval_months": 120,
    "next_service_km": ODOMETER_LIMIT_KM,
}
POWER_TYPES = frozenset(PowerType.values)  # an enumeration lists its values anew each time it is asked
EARLIEST = date(1950, 1, 1)
LATEST = date(2099, 12, 31)
VIN_SENTENCES: dict[str, Text] = {
    "length": _("A VIN has exactly 17 characters."),
    "letters_i_o_q": _("A VIN never holds the letters I, O and Q. Check for 1 and 0."),
    "foreign_letters": _("The VIN holds a character that only looks like a Latin letter. Type it again."),
}
PLATE_SENTENCES: dict[str, Text] = {
    "letters_i_o": _("The serial of a plate never holds the letters I and O. Check for 1 and 0."),
    "foreign_letters": _("The plate holds a character that no plate has, or that only looks like a Latin letter."),
    "form": _("This is not a number plate. Enter one such as 京A12345 or 京AD12345."),
}
ODDITY_SENTENCES: dict[str, Text] = {
    CHECK_DIGIT: _("The check digit of the VIN does not fit; compare it with the vehicle licence."),
    MAKER_UNKNOWN: _("No list knows the maker code at the beginning of the VIN."),
}


@dataclass(frozen=True, slots=True)
class VehicleDraft:
    """A checked vehicle, not yet written."""

    vin: Vin | None
    plate: Plate | None
    values: dict[str, Any]

    def columns(self) -> dict[str, Any]:
        """Return the columns to write."""
        known = {"plate": self.plate.text if self.plate else ""}
        if self.vin:
            known |= vin_columns(self.vin)
        return self.values | known


def vin_columns(vin: Vin) -> dict[str, Any]:
    """Return what a VIN fills in."""
    return {
        "vin": vin.text,
        "built_year": vin.built_year,
        "maker_name": vin.maker,
        "oddities": list(vin.oddities),
    }


def checked_vin(text: str, year_now: int, accepted: Collection[str] | bool = False) -> Vin:
    """Return the VIN; InputRefused when it cannot be one, or is odd and the person has not accepted that."""
    try:
        vin = parse_vin(text, year_now)
    except ImpossibleVin as error:
        sentence = VIN_SENTENCES[error.code]
        raise InputRefused(sentence, code=f"vin_{error.code}", fields={"vin": sentence}) from None
    if vin.oddities and not accepted:
        sentence = ODDITY_SENTENCES[vin.oddities[0]]
        raise InputRefused(
            _("%(oddity)s If it is right all the same, confirm it.") % {"oddity": sentence},
            code="vin_odd",
            fields={"vin": sentence, "accept_oddities": _("Confirm that the VIN is right.")},
        )
    return vin


def checked_plate(text: str) -> Plate:
    """Return the plate and its kind; InputRefused when it is none."""
    try:
        return parse_plate(text)
    except ImpossiblePlate as error:
        sentence = PLATE_SENTENCES[error.code]
        raise InputRefused(sentence, code=f"plate_{error.code}", fields={"plate": sentence}) from None


def vehicle_values(**values: Any) -> dict[str, Any]:
    """Check the plain columns of a vehicle; InputRefused with a sentence for each field, TypeError for an unknown
    column."""
    unknown = values.keys() - LENGTHS.keys() - set(DATES) - NUMBERS.keys() - {"power_type", "model"}
    if unknown:
        raise TypeError(f"not columns of a vehicle: {sorted(unknown)}")
    cleaned: dict[str, Any] = dict(values)
    fields: dict[str, Text] = {}
    for field in values.keys() & LENGTHS.keys():
        try:
            cleaned[field] = tidy(values[field], lines=field == "notes")
        except UnwritableText:
            fields[field] = _("The text contains invisible control characters. Type it again without them.")
            continue
        if len(cleaned[field]) > LENGTHS[field]:
            fields[field] = _("At most %(count)s characters.") % {"count": LENGTHS[field]}
    for field in DATES:
        if (day := values.get(field)) is not None and not EARLIEST <= day <= LATEST:
            fields[field] = _("Enter a date between 1950 and 2099.")
    for field, limit in NUMBERS.items():
        if (number := values.get(field)) is not None and not 0 <= number <= limit:
            fields[field] = _("Enter a whole number from 0 to %(limit)s.") % {"limit": limit}
    if values.get("power_type", PowerType.FUEL) not in POWER_TYPES:
        fields["power_type"] = _("Choose a power type from the list.")
    if fields:
        raise InputRefused(_("Please check the marked fields."), code="vehicle_fields", fields=fields)
    if (model := cleaned.get("model")) is not None:
        cleaned.setdefault("model_name", str(model))
        cleaned["model_name"] = cleaned["model_name"] or str(model)
    return cleaned


def vehicle_draft(
    *, vin: str, plate: str, at_year: int, accept_oddities: bool, is_imported_history: bool = False, **values: Any
) -> VehicleDraft:
    """Check everything typed about a new vehicle. A vehicle without VIN is allowed only for imported history with a
    plate."""
    parsed_plate = checked_plate(plate) if plate.strip() else None
    if not vin.strip():
        if not (is_imported_history and parsed_plate):
            sentence = _("Enter the VIN. It stands on the vehicle licence and below the windscreen.")
            raise InputRefused(sentence, code="vin_missing", fields={"vin": sentence})
        return VehicleDraft(None, parsed_plate, vehicle_values(**values) | {"is_imported_history": True})
    parsed_vin = checked_vin(vin, at_year, accept_oddities)
    cleaned = vehicle_values(**values) | {"is_imported_history": is_imported_history}
    if "power_type" not in values and parsed_plate and parsed_plate.kind.startswith("new_energy"):
        cleaned["power_type"] = PowerType.ELECTRIC if parsed_plate_is_electric(parsed_plate) else PowerType.PLUG_IN
    return VehicleDraft(parsed_vin, parsed_plate, cleaned)


def parsed_plate_is_electric(plate: Plate) -> bool:
    """Tell by the letter of a new-energy plate (A-E) that the vehicle is purely electric (GA 36-2018)."""
    letter = plate.text[2] if plate.kind == "new_energy_small" else plate.text[-1]
    return letter in "ABCDE"


def checked_km(km: int) -> int:
    """Return an odometer reading that can be; InputRefused otherwise."""
    if not 0 <= km <= ODOMETER_LIMIT_KM:
        sentence = _("Enter the odometer as a whole number from 0 to %(limit)s km.") % {"limit": ODOMETER_LIMIT_KM}
        raise InputRefused(sentence, code="odometer_range", fields={"odometer_km": sentence})
    return km


def finding(vehicle: Vehicle, owner_name: str = "") -> Finding:
    """Return what search keeps of a vehicle: every piece of the plate, the VIN and its endings, its number."""
    terms = [*plate_terms(vehicle.plate), *vin_terms(vehicle.vin), fold(vehicle.number)]
    title = display_plate(vehicle.plate) or vehicle.vin
    subtitle = " · ".join(part for part in (vehicle.model_name, owner_name, vehicle.vin) if part)
    return Finding(vehicle.station_id, "vehicle", vehicle.pk, title, vehicle.number, terms, subtitle)
