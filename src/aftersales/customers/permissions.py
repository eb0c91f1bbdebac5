"""Rights on customers."""

from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    """The codes of this app."""

    VIEW = permission("customers.customer:view", _("See the customers of one's station, personal data masked."))
    REGISTER = permission("customers.customer:register", _("Open a customer archive."))
    CHANGE = permission("customers.customer:change", _("Keep a customer archive up to date."))
    CREDIT = permission(
        "customers.customer:grant_credit", _("Allow a customer to pay on account, with limit and term.")
    )
    CONSENT = permission("customers.consent:record", _("Record a customer's consent or its withdrawal."))
    UNMASK = permission("customers.customer:unmask", _("See phone and address in full, with a reason that is kept."))
    MERGE = permission("customers.customer:merge", _("Merge two archives of the same customer."))
