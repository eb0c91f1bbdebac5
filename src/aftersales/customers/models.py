"""Customers and what hangs below them: phones and consents."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import Document
from aftersales.core.money import MoneyField
from aftersales.customers.choices import Channel, CustomerKind, PhoneLabel, Purpose

NEXT_NUMBER = Func(
    Value("customers_number"),
    function="nextval",
    template="('C' || lpad(%(function)s(%(expressions)s)::text, 8, '0'))",
    output_field=models.CharField(),
)


class Customer(Document):
    """A person or a company as one station knows it: one customer, one archive (CRM-02)."""

    number = models.CharField(max_length=20, unique=True, db_default=NEXT_NUMBER, editable=False)
    kind = models.CharField(max_length=10, choices=CustomerKind, default=CustomerKind.PERSON)
    name = models.CharField(_("Name"), max_length=100)
    name_pinyin = models.CharField(max_length=400, blank=True)
    name_initials = models.CharField(max_length=100, blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    region_code = models.CharField(_("District"), max_length=6, blank=True)
    preferred_channel = models.CharField(
        _("Preferred channel"), max_length=10, choices=Channel, default=Channel.PHONE, blank=True
    )
    notes = models.TextField(_("Notes"), max_length=2000, blank=True)
    on_account = models.BooleanField(_("May pay on account"), default=False)
    credit_limit = MoneyField(_("Credit limit (yuan)"), default=0)
    credit_days = models.PositiveSmallIntegerField(_("Credit term (days)"), default=0)
    visited_on = models.DateField(_("Date of visit"), null=True, blank=True)
    services_wished = models.CharField(_("Services wished for"), max_length=300, blank=True)
    next_contact_on = models.DateField(_("Next contact on"), null=True, blank=True)
    next_contact_about = models.CharField(_("Content of the next contact"), max_length=300, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from")

    class Meta(Document.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_a_name"),
            models.CheckConstraint(condition=Q(credit_limit__gte=0), name="customer_credit_not_negative"),
            models.CheckConstraint(
                condition=Q(on_account=True) | Q(credit_limit=0), name="customer_credit_only_on_account"
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="customer_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(region_code="") | Q(region_code__regex=r"^[1-9][0-9]{5}$"), name="customer_region_code_form"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "name"], name="customer_by_name"),
            models.Index(fields=["station", "name_pinyin"], name="customer_by_pinyin"),
            models.Index(
                fields=["station", "next_contact_on"],
                condition=Q(next_contact_on__isnull=False),
                name="customer_to_contact",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CustomerPhone(models.Model):
    """A number the customer is reached at, kept as +, country code and digits; below its customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="phones", db_index=False)
    number = models.CharField(_("Phone"), max_length=16)
    extension = models.CharField(_("Extension"), max_length=8, blank=True)
    label = models.CharField(max_length=10, choices=PhoneLabel, default=PhoneLabel.MOBILE)
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_primary", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "number", "extension"],
                name="customer_phone_once",
                violation_error_message=_("The customer already has this phone number."),
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_primary=True), name="customer_phone_one_primary"
            ),
            models.CheckConstraint(condition=Q(number__regex=r"^\+[1-9][0-9]{6,14}$"), name="customer_phone_form"),
        ]
        indexes = [models.Index(fields=["number"], name="customer_phone_number")]

    def __str__(self) -> str:
        return self.number


class Consent(models.Model):
    """What a customer agreed to, for which purpose and channel, with the evidence; withdrawn, never deleted (PIPL
    13-15)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=12, choices=Purpose)
    channel = models.CharField(max_length=10, choices=Channel, blank=True)  # "" agrees to every channel
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    evidence = models.CharField(_("Evidence"), max_length=200)

    class Meta:
        ordering = ["-granted_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("granted_at")),
                name="consent_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["customer", "purpose", "channel"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_live_once",
            ),
            models.CheckConstraint(
                condition=models.lookups.GreaterThan(Length("evidence"), 0), name="consent_has_evidence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.channel}".strip()
