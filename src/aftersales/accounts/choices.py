from django.db import models
from django.utils.translation import gettext_lazy as _


class Tier(models.TextChoices):
    STATION = "station", _("station")
    HEADQUARTERS = "headquarters", _("headquarters")
    ADMINISTRATION = "administration", _("administration")


class AdministratorKind(models.TextChoices):
    """The three administrators that no person may combine."""

    SYSTEM = "system", _("system administrator")
    SECURITY = "security", _("security administrator")
    AUDIT = "audit", _("audit administrator")
