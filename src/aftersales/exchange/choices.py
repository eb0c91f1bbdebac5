from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportKind(models.TextChoices):
    """What a file brings."""

    CUSTOMERS_VEHICLES = "customers_vehicles", _("Customers and vehicles")
    PARTS = "parts", _("Parts")
    OPERATIONS = "operations", _("Labour operations")
    OPENING_STOCK = "opening_stock", _("Opening stock")
    HISTORY = "history", _("History of repair orders")


class ImportState(models.TextChoices):
    """Where an import stands."""

    UPLOADED = "uploaded", _("uploaded")
    CHECKED = "checked", _("checked")
    COMMITTING = "committing", _("being written")
    COMMITTED = "committed", _("written")
    FAILED = "failed", _("stopped by a fault")
    CANCELLED = "cancelled", _("cancelled")
