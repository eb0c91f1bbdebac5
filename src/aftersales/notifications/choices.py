"""Channels, purposes and states of messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The way a message goes; `any` is settled when it is sent, by what the customer can be reached with."""

    IN_APP = "in_app", _("In the program")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    WECOM = "wecom", _("WeCom")
    ANY = "any", _("Any way the customer can be reached")
    WEBHOOK = "webhook", _("Webhook")


class Purpose(models.TextChoices):
    """Why a customer is contacted: consent and the daily limit differ."""

    SERVICE = "service", _("About a visit in progress")
    CARE = "care", _("Follow-up and reminders")
    OFFER = "offer", _("Offers and activities")


class MessageState(models.TextChoices):
    """Where a message stands."""

    QUEUED = "queued", _("Waiting to be sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Refused by the receiver")
    PARKED = "parked", _("Parked: needs attention")
    SUPPRESSED = "suppressed", _("Not sent: not allowed")
