"""Papers and their copies; both only ever grow."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import StationRow


class PaperLanguage(models.TextChoices):
    """The language of a paper's labels."""

    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")


class Paper(StationRow):
    """A paper as it was issued: its content is frozen, and the database refuses to change or remove it."""

    version: ClassVar[int] = 1  # what was issued never changes, so nobody can have seen an older one

    reference = models.UUIDField(_("reference"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    template = models.CharField(_("template"), max_length=60)
    subject_kind = models.CharField(_("kind of document"), max_length=80)
    subject_id = models.BigIntegerField(_("document"))
    number = models.CharField(_("number"), max_length=40, blank=True, default="")
    language = models.CharField(_("language"), max_length=2, choices=PaperLanguage, default=PaperLanguage.CHINESE)
    payload = models.JSONField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("issued by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    issued_by_name = models.CharField(_("issued by"), max_length=150)
    issued_at = models.DateTimeField(_("issued at"))

    class Meta(StationRow.Meta):
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        indexes = [models.Index(fields=["subject_kind", "subject_id", "issued_at"], name="paper_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}".strip()


class PaperCopy(models.Model):
    """One reprint: the n-th copy, who asked for it, when and why."""

    paper = models.ForeignKey(Paper, verbose_name=_("paper"), on_delete=models.PROTECT, related_name="copies")
    copy_number = models.PositiveSmallIntegerField(_("copy number"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_by_name = models.CharField(_("made by"), max_length=150)
    made_at = models.DateTimeField(_("made at"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("copy")
        verbose_name_plural = _("copies")
        ordering = ("paper_id", "copy_number")
        constraints = [
            models.UniqueConstraint(fields=["paper", "copy_number"], name="paper_copy_numbered_once"),
            models.CheckConstraint(condition=models.Q(copy_number__gte=1), name="paper_copy_counts_from_one"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="paper_copy_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} #{self.copy_number}"
