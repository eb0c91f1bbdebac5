"""Settlement sheets, payments and day closes: posted once, never changed; a correction is a reversal plus a new one."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.billing.choices import PaymentKind, PaymentMethod, SettlementKind, SettlementState
from aftersales.billing.rules import Balance
from aftersales.core.documents import Document, StationRow
from aftersales.core.money import MoneyField
from aftersales.core.quantity import QuantityField
from aftersales.repairs.choices import PayType

NOTHING = Decimal("0.00")


class Settlement(Document):
    """What one payer owes for one order (SETL-01). Amounts include tax; `gross = net + tax`.

    A reversal is a sheet of its own that takes back the sheet it `reverses`.
    """

    number = models.CharField(max_length=32)
    kind = models.CharField(max_length=12, choices=SettlementKind, default=SettlementKind.SETTLEMENT)
    state = models.CharField(max_length=10, choices=SettlementState, default=SettlementState.POSTED)
    order = models.ForeignKey("repairs.RepairOrder", on_delete=models.PROTECT, related_name="settlements")
    payer = models.CharField(max_length=12, choices=PayType)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="settlements")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal")
    posted_at = models.DateTimeField()
    posted_on = models.DateField()
    posted_by = models.CharField(max_length=120)
    estimated_gross = MoneyField(null=True, blank=True)
    discount = MoneyField(default=NOTHING)
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()
    paid = MoneyField(default=NOTHING)
    refunded = MoneyField(default=NOTHING)
    on_account = MoneyField(default=NOTHING)
    collected = MoneyField(default=NOTHING)
    due_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("station", "number"), name="settlement_number_once"),
            models.UniqueConstraint(
                fields=("order", "payer"),
                condition=Q(state=SettlementState.POSTED, kind=SettlementKind.SETTLEMENT),
                name="one_settlement_a_payer",
            ),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="settlement_adds_up"),
            models.CheckConstraint(condition=Q(gross__gte=0, discount__gte=0), name="settlement_is_not_negative"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, refunded__gte=0, on_account__gte=0, collected__gte=0)
                & Q(refunded__lte=F("paid"))
                & Q(collected__lte=F("on_account"))
                & Q(gross__gte=F("paid") - F("refunded") + F("on_account")),
                name="settlement_is_never_overpaid",
                violation_error_message=_("More than the amount due cannot be paid."),
            ),
            models.CheckConstraint(
                condition=Q(kind=SettlementKind.SETTLEMENT, reverses__isnull=True)
                | Q(kind=SettlementKind.REVERSAL, reverses__isnull=False),
                name="reversal_reverses_something",
            ),
        )
        indexes = (
            models.Index(fields=("station", "-posted_at", "-id"), name="settlements_by_posting"),
            models.Index(
                fields=("customer",), name="settlements_on_account", condition=Q(on_account__gt=F("collected"))
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def balance(self) -> Balance:
        return Balance(self.gross, self.paid, self.refunded, self.on_account, self.collected)

    @property
    def due(self) -> Decimal:
        return self.balance.due if self.state == SettlementState.POSTED else NOTHING


class SettlementLine(models.Model):
    """One line of the sheet as it was posted: equal to the order's line to the fen. Append-only."""

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey("repairs.OrderLine", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=40, blank=True, default="")
    text = models.CharField(max_length=300)
    unit = models.CharField(max_length=4, blank=True, default="")
    quantity = QuantityField()
    unit_price = MoneyField()
    discount = MoneyField()
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2)
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()

    class Meta:
        ordering = ("settlement_id", "position")
        constraints = (models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="settlement_line_adds_up"),)

    def __str__(self) -> str:
        return self.text


class Payment(StationRow):
    """Money taken, given back, or collected on an account. Append-only; the amount is always positive."""

    number = models.CharField(max_length=32)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=12, choices=PaymentKind)
    method = models.CharField(max_length=10, choices=PaymentMethod)
    amount = MoneyField()
    reference = models.CharField(max_length=80, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()
    on = models.DateField()
    taken_by = models.CharField(max_length=120)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("station", "number"), name="payment_number_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_positive"),
        )
        indexes = (models.Index(fields=("station", "on"), name="payments_of_day"),)

    def __str__(self) -> str:
        return self.number


class DayClose(StationRow):
    """The day's receipts by method against the drawer; nothing posts into a closed day. Append-only."""

    number = models.CharField(max_length=32)
    on = models.DateField()
    totals = models.JSONField(default=dict)
    cash_expected = MoneyField()
    cash_counted = MoneyField()
    difference = MoneyField()
    reason = models.CharField(max_length=200, blank=True, default="")
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=120)

    class Meta:
        ordering = ("-on",)
        constraints = (
            models.UniqueConstraint(
                fields=("station", "on"),
                name="day_closed_once",
                violation_error_message=_("This day is already closed."),
            ),
            models.CheckConstraint(
                condition=Q(difference=F("cash_counted") - F("cash_expected")), name="day_close_adds_up"
            ),
            models.CheckConstraint(condition=Q(difference=0) | ~Q(reason=""), name="drawer_difference_has_a_reason"),
        )

    def __str__(self) -> str:
        return self.number
