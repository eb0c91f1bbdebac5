from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderState(models.TextChoices):
    """Where the vehicle's visit stands; only the workflow engine moves it."""

    RECEIVED = "received", _("received")
    DIAGNOSED = "diagnosed", _("diagnosed")
    ESTIMATED = "estimated", _("estimated")
    AUTHORIZED = "authorized", _("authorized")
    DISPATCHED = "dispatched", _("dispatched")
    IN_PROGRESS = "in_progress", _("in progress")
    COMPLETED = "completed", _("work completed")
    INSPECTED = "inspected", _("inspected")
    WASHED = "washed", _("washed")
    READY = "ready", _("ready for pick-up")
    SETTLED = "settled", _("settled")
    RELEASED = "released", pgettext_lazy("repair order", "released")
    ARCHIVED = "archived", _("archived")
    CLOSED = "closed", _("closed without repair")
    CANCELLED = "cancelled", _("cancelled")


OPEN_STATES = (
    OrderState.RECEIVED,
    OrderState.DIAGNOSED,
    OrderState.ESTIMATED,
    OrderState.AUTHORIZED,
    OrderState.DISPATCHED,
    OrderState.IN_PROGRESS,
    OrderState.COMPLETED,
    OrderState.INSPECTED,
    OrderState.WASHED,
    OrderState.READY,
    OrderState.SETTLED,
)
"""The vehicle is with us."""


class HoldReason(models.TextChoices):
    WAITING_FOR_PARTS = "waiting_for_parts", _("waiting for parts")
    WAITING_FOR_CONSENT = "waiting_for_consent", _("waiting for consent")
    WAITING_FOR_CUSTOMER = "waiting_for_customer", _("waiting for the customer")
    WAITING_FOR_RULING = "waiting_for_ruling", _("waiting for a warranty ruling")


class PaymentState(models.TextChoices):
    UNSETTLED = "unsettled", _("not settled")
    UNPAID = "unpaid", _("unpaid")
    PART_PAID = "part_paid", _("partly paid")
    PAID = "paid", _("paid")
    ON_ACCOUNT = "on_account", _("on account")


class VisitType(models.TextChoices):
    """What the customer comes for."""

    REPAIR = "repair", _("repair")
    MAINTENANCE = "maintenance", _("maintenance")
    BODY = "body", _("body and paint")
    WARRANTY = "warranty", _("warranty repair")
    REWORK = "rework", _("rework")
    INSURANCE = "insurance", _("insurance repair")
    CONSULTATION = "consultation", _("consultation")


class IntakeOutcome(models.TextChoices):
    """How intake ends (RECP-16)."""

    WORKSHOP = "workshop", _("enters the workshop")
    BOOKED_LATER = "booked_later", _("repair booked for later")
    QUOTATION_ONLY = "quotation_only", _("diagnosis or quotation only")


class LineKind(models.TextChoices):
    LABOUR = "labour", _("labour")
    PART = "part", _("part")
    RECORD = "record", _("historical record")


class PayType(models.TextChoices):
    """Who pays a line."""

    CUSTOMER = "customer", _("customer")
    WARRANTY = "warranty", _("warranty")
    INTERNAL = "internal", _("internal")
    INSURANCE = "insurance", _("insurance")


class Consent(models.TextChoices):
    PENDING = "pending", _("not asked yet")
    AGREED = "agreed", _("agreed")
    DECLINED = "declined", pgettext_lazy("consent", "declined")
    DEFERRED = "deferred", _("deferred")


class ConsentMethod(models.TextChoices):
    """How the customer said so; the first three are writing (EST-02)."""

    SIGNATURE = "signature", _("signed on screen")
    PAPER = "paper", _("signed on paper")
    MESSAGE = "message", _("written message")
    PHONE = "phone", _("by phone")


class WorkState(models.TextChoices):
    """Where the work on one labour line stands."""

    WAITING = "waiting", _("waiting")
    STARTED = "started", _("started")
    PAUSED = "paused", _("paused")
    FINISHED = "finished", _("finished")


class PauseReason(models.TextChoices):
    PARTS = "parts", _("waiting for parts")
    CONSENT = "consent", _("waiting for consent")
    TOOL = "tool", _("tool or bay not free")
    HELP = "help", _("needs help")
    BREAK = "break", _("break")
    OTHER_JOB = "other_job", _("called to another job")
    SHIFT_END = "shift_end", _("end of shift")


class Coverage(models.TextChoices):
    """Whether the fault lies inside the quality guarantee (DIAG-08)."""

    UNDECIDED = "undecided", _("not decided yet")
    INSIDE = "inside", _("inside warranty")
    OUTSIDE = "outside", _("outside warranty")
    PENDING = "pending", _("pending the maker's ruling")


class CheckKind(models.TextChoices):
    SELF_CHECK = "self_check", _("technician's self-check")
    INSPECTION = "inspection", _("final inspection")


class OldParts(models.TextChoices):
    """What becomes of replaced parts."""

    NONE = "none", _("no parts replaced")
    RETURNED = "returned", _("shown and given back")
    LEFT = "left", _("shown and left for disposal")
    KEPT_FOR_CLAIM = "kept_for_claim", _("shown and kept for the warranty claim")
