"""What stands in the menu, for whom: one readable table."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aftersales.billing.permissions import P as BillingRight
from aftersales.customers.permissions import P as CustomerRight
from aftersales.notifications.queries import unread_count
from aftersales.web.navigation import Navigation, NavigationItem


def unread(request: HttpRequest) -> int:
    actor = getattr(request, "actor", None)
    return unread_count(actor) if actor is not None else 0


NAVIGATION = Navigation(
    items=(
        NavigationItem(_("Cash desk"), "billing:cashier", "cash", BillingRight.VIEW),
        NavigationItem(_("Customers"), "customers:list", "users", CustomerRight.VIEW),
        NavigationItem(_("Standard"), "standards:list", "checklist"),
    ),
    bell=unread,
    bell_url_name="notifications:inbox",
)
