"""The lines of a repair order, priced and agreed one by one, and the hours worked on them."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.money import MoneyField
from aftersales.core.quantity import QuantityField
from aftersales.repairs.choices import Consent, LineKind, PauseReason, PayType, WorkState
from aftersales.staff.choices import CertificateKind


class OrderLine(models.Model):
    """One labour operation, one part, or one line of a historical record.

    `quantity` is hours for labour and pieces (or litres …) for parts. Prices include tax; `gross = net + tax`.
    A part line belongs to the labour line it is fitted by, when there is one.
    """

    order = models.ForeignKey("repairs.RepairOrder", on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=LineKind)
    concern = models.ForeignKey(
        "repairs.Concern", on_delete=models.PROTECT, null=True, blank=True, related_name="lines", db_index=False
    )
    job = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="part_lines", db_index=False
    )
    operation = models.ForeignKey(
        "catalog.LabourOperation", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    part = models.ForeignKey(
        "catalog.Part", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    code = models.CharField(max_length=40, blank=True, default="")
    text = models.CharField(max_length=300)
    unit = models.CharField(max_length=4, blank=True, default="")
    payer = models.CharField(max_length=12, choices=PayType, default=PayType.CUSTOMER)

    quantity = QuantityField(default=Decimal("1.000"))
    list_quantity = QuantityField(null=True, blank=True)
    quantity_reason = models.CharField(max_length=200, blank=True, default="")
    unit_price = MoneyField(default=Decimal("0.00"))
    list_price = MoneyField(null=True, blank=True)
    price_reason = models.CharField(max_length=200, blank=True, default="")
    discount = MoneyField(default=Decimal("0.00"))
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("13.00"))
    net = MoneyField(default=Decimal("0.00"))
    tax = MoneyField(default=Decimal("0.00"))
    gross = MoneyField(default=Decimal("0.00"))

    required_certificate = models.CharField(max_length=40, blank=True, default="")
    is_added = models.BooleanField(default=False)
    consent = models.CharField(max_length=10, choices=Consent, default=Consent.PENDING)
    declined_reason = models.CharField(max_length=200, blank=True, default="")
    resolved_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="resolves", db_index=False
    )

    work_state = models.CharField(max_length=10, choices=WorkState, default=WorkState.WAITING)
    technician = models.ForeignKey(
        "staff.StaffMember", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    bay = models.ForeignKey(
        "network.Bay", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    rework_count = models.PositiveSmallIntegerField(default=0)
    failure_reason = models.CharField(max_length=300, blank=True, default="")

    issued_quantity = QuantityField(default=Decimal("0.000"))
    issued_cost = MoneyField(default=Decimal("0.00"))

    class Meta:
        ordering = ("order_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("order", "position"), name="line_position_once"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="line_adds_up"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) | Q(kind=LineKind.RECORD),
                name="line_quantity_is_positive",
                violation_error_message=_("The quantity must be more than zero."),
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, discount__gte=0, gross__gte=0), name="line_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(issued_quantity__gte=0) & Q(issued_quantity__lte=F("quantity")),
                name="line_issue_within_quantity",
            ),
            models.CheckConstraint(
                condition=Q(issued_quantity=0) | Q(consent=Consent.AGREED), name="only_agreed_parts_are_issued"
            ),
            models.CheckConstraint(
                condition=Q(work_state=WorkState.WAITING) | Q(consent=Consent.AGREED), name="only_agreed_work_is_done"
            ),
            models.CheckConstraint(
                condition=Q(kind=LineKind.LABOUR, part__isnull=True)
                | Q(kind=LineKind.PART, part__isnull=False, operation__isnull=True)
                | Q(kind=LineKind.RECORD, part__isnull=True, operation__isnull=True),
                name="line_is_of_one_kind",
            ),
        )
        indexes = (
            models.Index(
                fields=("technician", "work_state"), name="lines_of_technician", condition=Q(technician__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.text

    @property
    def certificate_label(self) -> str:
        return str(dict(CertificateKind.choices).get(self.required_certificate, self.required_certificate))

    @property
    def is_labour(self) -> bool:
        return self.kind == LineKind.LABOUR

    @property
    def is_part(self) -> bool:
        return self.kind == LineKind.PART

    @property
    def is_agreed(self) -> bool:
        return self.consent == Consent.AGREED


class WorkSession(models.Model):
    """From clock on to clock off of one technician on one labour line; a technician is clocked on once at a time."""

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="sessions")
    technician = models.ForeignKey("staff.StaffMember", on_delete=models.PROTECT, related_name="work_sessions")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=10, choices=PauseReason, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("technician",),
                condition=Q(ended_at__isnull=True),
                name="technician_works_on_one_line",
                violation_error_message=_("The technician is still clocked on at another job."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="session_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.technician_id}: {self.started_at}–{self.ended_at or ''}"
