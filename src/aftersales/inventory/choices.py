"""The closed lists of the stock room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LocationKind(models.TextChoices):
    """Where stock can be: shelves hold balances, all other places are the edges that moves come from or go to."""

    STORAGE = "storage", _("Shelf")
    IN_TRANSIT = "in_transit", _("In transit")
    SUPPLIER = "supplier", _("Supplier")
    WORKSHOP = "workshop", _("Workshop")
    CUSTOMER = "customer", _("Customer")
    ADJUSTMENT = "adjustment", _("Stock difference")
    SCRAP = "scrap", _("Scrap")


STOCKED = (LocationKind.STORAGE, LocationKind.IN_TRANSIT)


class MoveKind(models.TextChoices):
    """Why a part moved."""

    RECEIPT = "receipt", _("Receipt")
    ISSUE = "issue", _("Issue")
    RETURN = "return", _("Return to stock")
    ADJUSTMENT = "adjustment", _("Adjustment")
    TRANSFER = "transfer", _("Transfer")
    REVERSAL = "reversal", _("Reversal")


class Priority(models.IntegerChoices):
    """Whose promise yields: a higher number may take over from a lower one, never from its equal."""

    APPOINTMENT = 10, _("Appointment")
    ORDER = 20, _("Repair order")
    URGENT = 30, _("Vehicle off the road")


class ReceiptState(models.TextChoices):
    DRAFTED = "drafted", _("Drafted")
    POSTED = "posted", _("Posted")
    CANCELLED = "cancelled", _("Cancelled")


class AdjustmentState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class AlertState(models.TextChoices):
    OPEN = "open", _("Open")
    HANDLED = "handled", _("Handled")


class AlertProposal(models.TextChoices):
    """What the alert proposes (PART-05)."""

    PURCHASE = "purchase", _("Purchase")
    TRANSFER = "transfer", _("Transfer from another station")
