"""The outbox, the inboxes, the rules of sending, and who is told by webhook."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import StationRow
from aftersales.notifications.choices import Channel, MessageState, Purpose


class WebhookEndpoint(models.Model):
    """An address of another system told about events of one station, or (station empty) of the whole network."""

    station = models.ForeignKey(
        "network.Station", verbose_name=_("station"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=60)
    url = models.URLField(_("address"), max_length=300)
    events = ArrayField(models.CharField(max_length=80), verbose_name=_("events"))
    secret = models.CharField(_("secret"), max_length=80)
    previous_secret = models.CharField(_("previous secret"), max_length=80, blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ("name", "id")
        indexes = [GinIndex(fields=["events"], name="webhook_events")]
        constraints = [
            models.CheckConstraint(condition=Q(events__len__gte=1), name="webhook_subscribes_to_something"),
            models.CheckConstraint(condition=~Q(secret=""), name="webhook_has_a_secret"),
        ]

    def __str__(self) -> str:
        return self.name


class Message(StationRow):
    """One message in the outbox. Its row exists only if the command that caused it was committed."""

    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose, default=Purpose.SERVICE)
    template = models.CharField(_("notice"), max_length=80)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("to user"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    to_role = models.CharField(_("to role"), max_length=40, blank=True, default="")
    customer_id = models.BigIntegerField(_("to customer"), null=True)
    address = models.CharField(_("address"), max_length=300, blank=True, default="")
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        verbose_name=_("webhook"),
        on_delete=models.CASCADE,
        null=True,
        related_name="deliveries",
        db_index=False,
    )
    subject_kind = models.CharField(_("kind of document"), max_length=80, blank=True, default="")
    subject_id = models.BigIntegerField(_("document"), null=True)
    payload = models.JSONField(_("content"), default=dict)
    dedupe_key = models.CharField(_("key against doubles"), max_length=120, blank=True, default="")
    # Messages of one lane leave in the order they were written; an empty lane keeps no order.
    lane = models.CharField(_("lane"), max_length=160, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.QUEUED)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try at"))
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True, default="")

    class Meta(StationRow.Meta):
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="queued"), name="message_due"),
            models.Index(fields=["lane", "id"], condition=Q(state="queued") & ~Q(lane=""), name="message_lane"),
            models.Index(fields=["station", "state", "-id"], name="message_by_state"),
            models.Index(
                fields=["customer_id", "sent_at"], condition=Q(customer_id__isnull=False), name="message_customer"
            ),
            models.Index(fields=["subject_kind", "subject_id"], condition=~Q(subject_kind=""), name="message_subject"),
            models.Index(fields=["endpoint", "-id"], condition=Q(endpoint__isnull=False), name="message_endpoint"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "dedupe_key"], condition=~Q(dedupe_key=""), name="message_told_once"
            ),
            models.CheckConstraint(
                condition=Q(state="sent") | Q(sent_at__isnull=True), name="message_sent_at_when_sent"
            ),
            models.CheckConstraint(
                condition=Q(to_user__isnull=False)
                | ~Q(to_role="")
                | Q(customer_id__isnull=False)
                | ~Q(address="")
                | Q(endpoint__isnull=False),
                name="message_has_a_receiver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.channel})"


class InboxLine(models.Model):
    """An in-app message in one person's inbox."""

    message = models.ForeignKey(Message, verbose_name=_("message"), on_delete=models.CASCADE, related_name="lines")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.PROTECT, related_name="inbox_lines"
    )
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("inbox line")
        verbose_name_plural = _("inbox lines")
        indexes = [
            models.Index(fields=["user", "-message"], name="inbox_of_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="inbox_unread"),
        ]
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="inbox_line_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.message_id}"


class SendingRules(models.Model):
    """Quiet hours and the daily limit, of one station or (station empty) of the network."""

    station = models.OneToOneField(
        "network.Station", verbose_name=_("station"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quiet_from = models.TimeField(_("quiet from"), default=time(21, 0))
    quiet_until = models.TimeField(_("quiet until"), default=time(8, 0))
    care_messages_a_day = models.PositiveSmallIntegerField(
        _("care messages a customer gets in 24 hours at most"), default=2
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("rules of sending")
        verbose_name_plural = _("rules of sending")
        constraints = [
            models.UniqueConstraint(fields=["station"], nulls_distinct=False, name="sending_rules_once"),
            models.CheckConstraint(
                condition=Q(care_messages_a_day__lte=20),
                name="sending_limit_is_sane",
                violation_error_message=_("At most 20 messages a day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiet_from}–{self.quiet_until}"
