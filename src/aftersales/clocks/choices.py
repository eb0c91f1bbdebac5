from django.db import models
from django.utils.translation import gettext_lazy as _


class Counting(models.TextChoices):
    """What a limit counts."""

    ELAPSED = "elapsed", _("every hour")
    WORKING = "working", _("working time")
    DAYS = "days", _("calendar days")
    WORKING_DAYS = "working_days", _("working days")
