"""Enumerations of bookings."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The door through which a booking reached us (APPT-01)."""

    PHONE = "phone", _("phone")
    COUNTER = "counter", _("counter")
    WECHAT = "wechat", _("WeChat")
    WEB = "web", _("website")
    CALL_CENTRE = "call_centre", _("call centre")
    OTHER = "other", _("other")


class AppointmentState(models.TextChoices):
    """Where a booking stands."""

    REQUESTED = "requested", _("requested")
    CONFIRMED = "confirmed", _("confirmed")
    ARRIVED = "arrived", _("arrived")
    MISSED = "missed", _("no-show")
    CANCELLED = "cancelled", _("cancelled")
    DECLINED = "declined", _("declined")


class ItemKind(models.TextChoices):
    """What a line of a booking asks for."""

    LABOUR = "labour", _("labour")
    PART = "part", _("part")


class Desk(models.TextChoices):
    """The people who must be ready before a booked customer arrives (APPT-07)."""

    RECEPTION = "reception", _("reception")
    WORKSHOP = "workshop", _("workshop")
    PARTS = "parts", _("parts desk")


class MobilityWish(models.TextChoices):
    """How the customer wants to get on while the car is here."""

    NONE = "none", _("none")
    WAITS = "waits", _("waits here")
    PICK_UP = "pick_up", _("collection and return of the car")
    LOAN_CAR = "loan_car", _("loan car")
    TAXI = "taxi", _("taxi")


class ResourceKind(models.TextChoices):
    """What a slot takes the time of."""

    BAY = "bay", _("bay")
    TECHNICIAN = "technician", _("technician")


class SlotState(models.TextChoices):
    """Whether a slot still takes the time."""

    HELD = "held", _("held")
    RELEASED = "released", _("released")


OPEN_STATES = (AppointmentState.REQUESTED, AppointmentState.CONFIRMED)
