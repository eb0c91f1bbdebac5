from django.db import models
from django.utils.translation import gettext_lazy as _


class StationKind(models.TextChoices):
    SERVICE_STATION = "service_station", _("service station")
    CENTRAL_WAREHOUSE = "central_warehouse", _("central parts warehouse")


class BayKind(models.TextChoices):
    GENERAL = "general", _("general repair bay")
    LIFT = "lift", _("two-post lift bay")
    ALIGNMENT = "alignment", _("wheel alignment bay")
    HIGH_VOLTAGE = "high_voltage", _("high-voltage bay")
    BODY = "body", _("body bay")
    PAINT = "paint", _("paint booth")
    CONSULTATION = "consultation", _("consultation bay")
    WASH = "wash", _("wash bay")
    INSPECTION = "inspection", _("inspection bay")


class Weekday(models.IntegerChoices):
    """The days of the week as Python counts them."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")
