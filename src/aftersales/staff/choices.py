from django.db import models
from django.utils.translation import gettext_lazy as _


class Post(models.TextChoices):
    """The post a person holds at the station."""

    MANAGER = "manager", _("station manager")
    SERVICE_ADVISOR = "service_advisor", _("service advisor")
    TECHNICIAN = "technician", _("technician")
    INSPECTOR = "inspector", _("quality inspector")
    FOREMAN = "foreman", _("workshop foreman")
    PARTS_KEEPER = "parts_keeper", _("parts keeper")
    CASHIER = "cashier", _("cashier")
    WARRANTY_CLERK = "warranty_clerk", _("warranty clerk")
    TRACKING_CLERK = "tracking_clerk", _("tracking clerk")
    CLEANER = "cleaner", _("wash worker")
    OTHER = "other", _("other")


class CertificateKind(models.TextChoices):
    INSPECTOR = "inspector", _("quality inspector's certificate")
    HIGH_VOLTAGE = "high_voltage", _("high-voltage electrician's certificate")
    LOW_VOLTAGE = "electrician", _("electrician's licence")
    WELDER = "welder", _("welder's licence")
    DRIVER = "driver", _("driving licence for road tests")
    SAFETY_TRAINING = "safety_training", _("safety training record")
