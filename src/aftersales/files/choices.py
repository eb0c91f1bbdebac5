"""What an attachment is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AttachmentKind(models.TextChoices):
    """Why the picture is kept."""

    PHOTO = "photo", _("Photo")
    SIGNATURE = "signature", _("Signature")
    PAPER = "paper", _("Paper")
