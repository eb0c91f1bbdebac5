"""What stands in the menu, for whom: one readable table."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aftersales.accounts.permissions import P as Accounts
from aftersales.appointments.permissions import P as Bookings
from aftersales.billing.permissions import P as Billing
from aftersales.care.permissions import P as Care
from aftersales.catalog.permissions import P as Catalog
from aftersales.core.prepared import prepared
from aftersales.customers.permissions import P as Customers
from aftersales.exchange.permissions import P as ExchangeRight
from aftersales.inventory.permissions import P as Stock
from aftersales.network.models import Station
from aftersales.network.permissions import P as Network
from aftersales.notifications.permissions import P as Messages
from aftersales.notifications.queries import unread_count
from aftersales.repairs.permissions import P as Orders
from aftersales.staff.permissions import P as Staff
from aftersales.standards.permissions import P as Standard
from aftersales.vehicles.permissions import P as Vehicles
from aftersales.web.navigation import Navigation, NavigationItem

TODAY = _("Today")
CUSTOMERS = _("Customers and vehicles")
PARTS = _("Parts and prices")
STANDARD = _("Standard and insight")
ADMINISTRATION = _("Administration")


def unread(request: HttpRequest) -> int:
    """Return the number beside the bell."""
    actor = getattr(request, "actor", None)
    return unread_count(actor) if actor is not None else 0


def station_name(request: HttpRequest) -> str:
    """Return the name of the reader's own station; empty for those who belong to none."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.home_station_id is None:
        return ""
    return next(iter(_names(actor.home_station_id)), "")


@prepared
def _names(station_id: int) -> QuerySet[Station, str]:
    return Station.objects.filter(pk=station_id).order_by().values_list("name", flat=True)


NAVIGATION = Navigation(
    # The phone's bottom bar takes the first four marked entries that the reader may use.
    items=(
        NavigationItem(_("My work"), "home", "list-check", "", TODAY, on_phone=True),
        NavigationItem(_("My jobs"), "repairs:technician", "tool", Orders.WORK, TODAY, on_phone=True),
        NavigationItem(_("Reception"), "repairs:reception", "car", Orders.RECEIVE, TODAY, on_phone=True),
        NavigationItem(_("Workshop board"), "repairs:board", "layout-kanban", Orders.VIEW, TODAY, on_phone=True),
        NavigationItem(_("Bookings"), "appointments:list", "calendar", Bookings.VIEW, TODAY, on_phone=True),
        NavigationItem(_("Repair orders"), "repairs:orders", "clipboard-list", Orders.VIEW, TODAY),
        NavigationItem(_("Cash desk"), "billing:cashier", "cash", Billing.VIEW, TODAY, on_phone=True),
        NavigationItem(_("Customers"), "customers:list", "users", Customers.VIEW, CUSTOMERS),
        NavigationItem(_("Vehicles"), "vehicles:list", "car-suv", Vehicles.VIEW, CUSTOMERS),
        NavigationItem(_("Follow-up calls"), "care:calls", "phone-call", Care.VIEW, CUSTOMERS),
        NavigationItem(_("Complaints and cases"), "care:cases", "message-report", Care.CASE_VIEW, CUSTOMERS),
        NavigationItem(_("Stock"), "inventory:stock", "packages", Stock.VIEW, PARTS, on_phone=True),
        NavigationItem(_("Goods receipts"), "inventory:receipts", "package-import", Stock.RECEIVE, PARTS),
        NavigationItem(_("Stock alerts"), "inventory:alerts", "alert-triangle", Stock.HANDLE_ALERT, PARTS),
        NavigationItem(_("Price list"), "catalog:price_list", "tags", Catalog.VIEW, PARTS),
        NavigationItem(_("Table of vehicle models"), "vehicles:models", "list-details", Vehicles.MODEL, PARTS),
        NavigationItem(_("Standard"), "standards:list", "book", Standard.READ, STANDARD),
        NavigationItem(_("Checklists"), "standards:checklists", "checklist", Standard.ATTEST, STANDARD),
        NavigationItem(_("Compliance"), "standards:compliance", "shield-check", Standard.READ, STANDARD),
        NavigationItem(_("Key figures"), "insight:board", "chart-bar", Standard.READ, STANDARD),
        NavigationItem(_("Limits and thresholds"), "standards:thresholds", "gauge", Standard.SET_THRESHOLD, STANDARD),
        NavigationItem(_("People"), "administration:members", "users-group", Staff.CHANGE, ADMINISTRATION),
        NavigationItem(_("Stations"), "administration:stations", "building-store", Network.CHANGE, ADMINISTRATION),
        NavigationItem(_("Import and export"), "exchange:imports", "file-import", ExchangeRight.EXPORT, ADMINISTRATION),
        NavigationItem(_("Messages sent"), "notifications:outbox", "send", Messages.OUTBOX, ADMINISTRATION),
        NavigationItem(_("Rules of sending"), "notifications:rules", "moon", Messages.RULES, ADMINISTRATION),
        NavigationItem(_("Webhooks"), "notifications:webhooks", "plug", Messages.WEBHOOKS, ADMINISTRATION),
        NavigationItem(_("Users"), "administration:users", "user-cog", Accounts.KEEP_USERS, ADMINISTRATION),
        NavigationItem(_("Users"), "administration:users", "user-cog", Accounts.KEEP_RIGHTS, ADMINISTRATION),
        NavigationItem(_("Roles"), "administration:roles", "shield-lock", Accounts.KEEP_RIGHTS, ADMINISTRATION),
        NavigationItem(_("Tokens"), "administration:tokens", "key", Accounts.KEEP_TOKENS, ADMINISTRATION),
        NavigationItem(_("Journal"), "administration:journal", "history", Accounts.READ_AUDIT, ADMINISTRATION),
    ),
    account_items=(
        NavigationItem(_("My sign-ins"), "account_sessions", "device-desktop"),
        NavigationItem(_("Password"), "account_change_password", "password"),
        NavigationItem(_("Second factor"), "mfa_index", "shield-lock"),
    ),
    bell=unread,
    bell_url_name="notifications:inbox",
    station=station_name,
)
