"""What this app declares at start-up: its search result, its personal columns, its share of a vehicle's page."""

from django.utils.translation import gettext_lazy as _

from aftersales.customers import personal_data as pd
from aftersales.repairs.permissions import P
from aftersales.search.kinds import Kind, register_kind
from aftersales.vehicles.panels import register_history, register_panel

SEARCH_KIND = Kind("repair_order", 4, _("Repair order"), P.VIEW, "repairs:order", "clipboard")
ORDER = "repairs.repairorder"
KEPT = pd.YEARS_AFTER_LAST_REPAIR


def declare_all() -> None:
    """Enter the search box's register, and say who knows a vehicle's repairs."""
    from aftersales.repairs.queries.history import past_repairs, visits_of_vehicle

    register_kind(SEARCH_KIND)
    register_history(past_repairs)
    register_panel("repairs", _("Repairs at this station"), visits_of_vehicle, "repairs/parts/visits.html")
