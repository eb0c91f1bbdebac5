"""What this app declares at start-up: its kind of search result and its personal columns."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from aftersales.customers import personal_data as pd
from aftersales.customers.panels import register_panel
from aftersales.search.kinds import Kind, register_kind
from aftersales.search.services import Finding
from aftersales.search.sources import register_source
from aftersales.vehicles.choices import PartyRole
from aftersales.vehicles.drafts import finding
from aftersales.vehicles.permissions import P
from aftersales.vehicles.queries import archive_form, every_vehicle

VEHICLE = "vehicles.vehicle"
KEPT = pd.YEARS_AFTER_LAST_REPAIR

SEARCH_KIND = Kind("vehicle", 2, _("Vehicle"), P.VIEW, "vehicles:vehicle", "car")

COLUMNS = (
    pd.PersonalColumn(
        VEHICLE, "vin", "vehicle", _("Identity of the vehicle in contract, warranty and recall."), KEPT, pd.unmasked
    ),
    pd.PersonalColumn(VEHICLE, "plate", "vehicle", _("Recognising the vehicle at the station."), KEPT, pd.unmasked),
    pd.PersonalColumn(VEHICLE, "engine_number", "vehicle", _("Warranty and recall."), KEPT, pd.unmasked),
    pd.PersonalColumn(VEHICLE, "notes", "free_text", _("What the service advisor must know."), KEPT, pd.unmasked),
    pd.PersonalColumn("vehicles.plateholding", "plate", "vehicle", _("History of the vehicle."), KEPT, pd.unmasked),
    pd.PersonalColumn("vehicles.odometerreading", "reason", "free_text", _("Why a reading fell."), KEPT, pd.unmasked),
)
NOT_PERSONAL = (
    (VEHICLE, "number"), (VEHICLE, "model_name"), (VEHICLE, "colour"), (VEHICLE, "power_type"), (VEHICLE, "maker_name"),
    ("vehicles.plateholding", "plate_kind"), ("vehicles.party", "role"), ("vehicles.odometerreading", "source"),
    ("vehicles.vehiclemodel", "brand"), ("vehicles.vehiclemodel", "series"), ("vehicles.vehiclemodel", "name"),
    ("vehicles.vehiclemodel", "maker_code"), ("vehicles.vehiclemodel", "power_type"),
)  # fmt: skip


def findings() -> Iterator[Finding]:
    """Yield what search keeps of every vehicle."""
    for vehicle in every_vehicle():
        owner = next((party.customer.name for party in vehicle.parties.all() if party.role == PartyRole.OWNER), "")
        yield finding(vehicle, owner)


def declare_all() -> None:
    """Enter both registers, where the index is rebuilt from, and the panel on the customer page."""
    register_kind(SEARCH_KIND)
    register_source(SEARCH_KIND.name, findings)
    pd.declare(COLUMNS, not_personal=NOT_PERSONAL)
    register_panel("vehicles", _("Vehicles and archive form"), archive_form, "vehicles/customer_panel.html")
