"""Rights on the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    """The codes of this room."""

    VIEW = permission("catalog.item:view", _("May look at operations, parts, packages and the published prices."))
    MAINTAIN_OPERATIONS = permission(
        "catalog.operation:maintain", _("May register and change labour operations and standard hours.")
    )
    MAINTAIN_PARTS = permission("catalog.part:maintain", _("May register, change and supersede parts."))
    MAINTAIN_PACKAGES = permission("catalog.package:maintain", _("May register and change service packages."))
    MAINTAIN_TAX = permission("catalog.tax:maintain", _("May enter tax rates with their effective date."))
    PROPOSE_PRICE = permission("catalog.price:propose", _("May propose part prices and labour rates."))
    REVIEW_PRICE = permission(
        "catalog.price:review", _("May review, reject and withdraw prices that somebody else has proposed (finance).")
    )
    DEPART_FROM_LIST = permission(
        "catalog.price:depart", _("May charge a price or hours other than the list's, with a written reason.")
    )
