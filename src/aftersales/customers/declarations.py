"""What this app declares at start-up: its kind of search result and its personal columns."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from aftersales.customers import personal_data as pd
from aftersales.customers.drafts import finding
from aftersales.customers.permissions import P
from aftersales.customers.queries import every_customer
from aftersales.search.kinds import Kind, register_kind
from aftersales.search.services import Finding
from aftersales.search.sources import register_source

CUSTOMER = "customers.customer"
KEPT = pd.YEARS_AFTER_LAST_REPAIR

SEARCH_KIND = Kind("customer", 1, _("Customer"), P.VIEW, "customers:customer", "user")

COLUMNS = (
    pd.PersonalColumn(CUSTOMER, "name", "identity", _("Contract and archive of repairs."), KEPT, pd.unmasked),
    pd.PersonalColumn(CUSTOMER, "name_pinyin", "identity", _("Finding the archive."), KEPT, pd.hide),
    pd.PersonalColumn(CUSTOMER, "name_initials", "identity", _("Finding the archive."), KEPT, pd.hide),
    pd.PersonalColumn(
        CUSTOMER, "address", "contact", _("Rescue, pick-up and delivery, archive form."), KEPT, pd.mask_address
    ),
    pd.PersonalColumn(CUSTOMER, "region_code", "location", _("Analysis by district."), KEPT, pd.unmasked),
    pd.PersonalColumn(CUSTOMER, "notes", "free_text", _("What the service advisor must know."), KEPT, pd.unmasked),
    pd.PersonalColumn(CUSTOMER, "services_wished", "free_text", _("Archive form."), KEPT, pd.unmasked),
    pd.PersonalColumn(CUSTOMER, "next_contact_about", "free_text", _("Plan of the next contact."), KEPT, pd.unmasked),
    pd.PersonalColumn("customers.customerphone", "number", "contact", _("Reaching the customer."), KEPT, pd.mask_phone),
    pd.PersonalColumn("customers.customerphone", "extension", "contact", _("Reaching the customer."), KEPT, pd.hide),
    pd.PersonalColumn("customers.consent", "evidence", "free_text", _("Proof of consent."), 3, pd.unmasked),
    pd.PersonalColumn("search.searchentry", "title", "identity", _("Finding documents."), KEPT, pd.unmasked),
    pd.PersonalColumn(
        "search.searchentry", "subtitle", "contact", _("Finding documents; masked as written."), KEPT, pd.unmasked
    ),
    pd.PersonalColumn("search.searchterm", "term", "contact", _("Finding documents; never shown."), KEPT, pd.hide),
)
NOT_PERSONAL = (
    (CUSTOMER, "number"), (CUSTOMER, "kind"), (CUSTOMER, "preferred_channel"),
    ("customers.customerphone", "label"), ("customers.consent", "purpose"), ("customers.consent", "channel"),
    ("search.searchentry", "kind"), ("search.searchentry", "number"),
)  # fmt: skip


def findings() -> Iterator[Finding]:
    """Yield what search keeps of every customer."""
    return (finding(customer, [phone.number for phone in customer.phones.all()]) for customer in every_customer())


def declare_all() -> None:
    """Enter both registers, and where the index is rebuilt from."""
    register_kind(SEARCH_KIND)
    register_source(SEARCH_KIND.name, findings)
    pd.declare(COLUMNS, not_personal=NOT_PERSONAL)
