"""What this app declares at start-up: its kind of search result and its personal columns."""

from django.utils.translation import gettext_lazy as _

from aftersales.customers import personal_data as pd
from aftersales.repairs.permissions import P
from aftersales.search.kinds import Kind, register_kind

SEARCH_KIND = Kind("repair_order", 4, _("Repair order"), P.VIEW, "repairs:order", "clipboard")
ORDER = "repairs.repairorder"
KEPT = pd.YEARS_AFTER_LAST_REPAIR


def declare_all() -> None:
    """Enter the search box's register."""
    register_kind(SEARCH_KIND)
