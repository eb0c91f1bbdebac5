"""Kinds of customers, phones, channels and purposes of contact."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CustomerKind(models.TextChoices):
    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")


class PhoneLabel(models.TextChoices):
    MOBILE = "mobile", _("Mobile")
    HOME = "home", pgettext_lazy("phone", "Home")
    WORK = "work", pgettext_lazy("phone", "Work")
    OTHER = "other", pgettext_lazy("phone", "Other")


class Channel(models.TextChoices):
    PHONE = "phone", _("Phone call")
    SMS = "sms", _("Text message")
    WECHAT = "wechat", _("WeChat")
    EMAIL = "email", _("E-mail")
    VISIT = "visit", _("Visit")


class Purpose(models.TextChoices):
    """Why a customer is contacted or data are used; `SERVICE` rests on the repair contract, the others on consent
    (PIPL 13)."""

    SERVICE = "service", _("Handling the repair in hand")
    REMINDER = "reminder", _("Service reminders")
    SURVEY = "survey", _("Satisfaction survey")
    MARKETING = "marketing", _("Offers and activities")
    PHOTO = "photo", _("Photos of the vehicle with persons in them")
    LOCATION = "location", _("Location at a roadside rescue")
    MAKER = "maker", _("Passing data on to the manufacturer")
