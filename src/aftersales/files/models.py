"""Attachments: one row for every stored picture."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import StationRow
from aftersales.files.choices import AttachmentKind


class Attachment(StationRow):
    """A picture that belongs to a document; its bytes are the ones this program encoded, never the ones it was sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_kind = models.CharField(_("kind of document"), max_length=80)
    subject_id = models.BigIntegerField(_("document"))
    kind = models.CharField(_("kind"), max_length=12, choices=AttachmentKind)
    original_name = models.CharField(_("file name"), max_length=120)
    caption = models.CharField(_("caption"), max_length=200, blank=True, default="")
    path = models.CharField(_("path"), max_length=200, unique=True)
    content_type = models.CharField(_("content type"), max_length=40)
    size_bytes = models.PositiveIntegerField(_("size"))
    width_pixels = models.PositiveIntegerField(_("width"))
    height_pixels = models.PositiveIntegerField(_("height"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    signed_by = models.CharField(_("signed by"), max_length=100, blank=True, default="")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    uploaded_by_name = models.CharField(_("uploaded by"), max_length=150)
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta(StationRow.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [models.Index(fields=["subject_kind", "subject_id", "uploaded_at"], name="attachment_subject")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=AttachmentKind.SIGNATURE) | ~Q(signed_by=""), name="attachment_signature_names_signer"
            ),
            models.CheckConstraint(
                condition=Q(content_type__in=("image/jpeg", "image/png", "image/webp")), name="attachment_is_a_picture"
            ),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def thumbnail_path(self) -> str:
        """Return where the small picture lies: beside the big one."""
        return f"{self.path}.thumb.jpg"

    @property
    def is_photo(self) -> bool:
        return self.kind == AttachmentKind.PHOTO
