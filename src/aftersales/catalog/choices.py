"""The closed lists of the catalogue."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OperationCategory(models.TextChoices):
    """What kind of work a labour operation is; labour rates may differ by it."""

    MAINTENANCE = "maintenance", _("Maintenance")
    DIAGNOSIS = "diagnosis", _("Diagnosis")
    MECHANICAL = "mechanical", _("Mechanical")
    ELECTRICAL = "electrical", _("Electrical")
    HIGH_VOLTAGE = "high_voltage", _("High voltage")
    BODY = "body", _("Body work")
    PAINT = "paint", _("Paint work")


class PartClass(models.TextChoices):
    """How a part sells, which decides how it is stocked (PART-02)."""

    COMMON = "common", _("Common")
    UNCOMMON = "uncommon", _("Uncommon")
    SEASONAL = "seasonal", _("Seasonal")


class PartOrigin(models.TextChoices):
    """Original parts are the default; an alternative needs quality evidence and the customer's consent (PART-11)."""

    ORIGINAL = "original", _("Original part")
    ALTERNATIVE = "alternative", _("Alternative part")


class PartHandling(models.TextChoices):
    """Parts that need one named keeper in the stock record (SAFE-12)."""

    ORDINARY = "ordinary", _("Ordinary")
    WEAR = "wear", _("Wear part")
    FRAGILE = "fragile", _("Fragile")
    VALUABLE = "valuable", _("Valuable")


class PayType(models.TextChoices):
    """Who pays a line."""

    CUSTOMER = "customer", _("Customer")
    WARRANTY = "warranty", _("Warranty claim")
    INSURANCE = "insurance", _("Insurance")
    INTERNAL = "internal", _("Internal")


class PriceState(models.TextChoices):
    """A price is used only after another person has reviewed it (PART-12)."""

    PROPOSED = "proposed", _("Proposed")
    REVIEWED = "reviewed", _("Reviewed")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Out of force")


class LineKind(models.TextChoices):
    """What a priced line asks for."""

    LABOUR = "labour", _("Labour")
    PART = "part", _("Part")
