"""Where stock lies, what moved, what is promised, and the documents that move it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import Document, StationRow
from aftersales.core.money import ZERO, MoneyField, to_fen
from aftersales.core.quantity import NONE, QuantityField
from aftersales.inventory.choices import (
    AdjustmentState,
    AlertProposal,
    AlertState,
    LocationKind,
    MoveKind,
    Priority,
    ReceiptState,
)


class Location(StationRow):
    """A shelf, or an edge of the station where parts come from and go to."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=LocationKind, default=LocationKind.STORAGE)
    bin = models.CharField(max_length=40, blank=True)
    keeper = models.ForeignKey("staff.StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(StationRow.Meta):
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "code"],
                name="location_code_once_per_station",
                violation_error_message=_("This code is already taken at this station."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class StockBalance(StationRow):
    """What lies of a part at one shelf: moved only together with a StockMove, by `ledger`.

    Units: `on_hand` and `reserved` in the part's unit, `value` yuan at moving average of this shelf.
    """

    part = models.ForeignKey("catalog.Part", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    on_hand = QuantityField(default=NONE)
    reserved = QuantityField(default=NONE)
    value = MoneyField(default=ZERO)

    class Meta(StationRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["station", "part", "location"], name="balance_once_per_shelf"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="on_hand_not_negative"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="reserved_not_negative"),
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="reserved_lies_on_hand"),
            models.CheckConstraint(condition=Q(value__gte=0), name="stock_value_not_negative"),
            models.CheckConstraint(condition=Q(on_hand__gt=0) | Q(value=0), name="empty_shelf_has_no_value"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}@{self.location_id}: {self.on_hand}"

    @property
    def available(self) -> Decimal:
        free: Decimal = self.on_hand - self.reserved
        return free


class StockMove(StationRow):
    """One movement of one part; append-only (a trigger refuses every change). `id` is the ledger's sequence.

    `origin_*` name the document line that caused it. `reverses`: the move this one undoes as a whole; `returns`: the
    issue this one brings back, whole or in part.
    """

    id = models.BigAutoField(primary_key=True)
    part = models.ForeignKey("catalog.Part", on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    destination = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = QuantityField()
    value = MoneyField()
    kind = models.CharField(max_length=12, choices=MoveKind)
    origin_kind = models.CharField(max_length=60, blank=True)
    origin_id = models.BigIntegerField(default=0)
    origin_line_id = models.BigIntegerField(default=0)
    origin_number = models.CharField(max_length=40, blank=True)
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")
    returns = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="returned_by")
    reason = models.CharField(max_length=200, blank=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta(StationRow.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="move_moves_something"),
            models.CheckConstraint(condition=Q(value__gte=0), name="move_value_not_negative"),
            models.CheckConstraint(condition=~Q(source=F("destination")), name="move_goes_elsewhere"),
        ]
        indexes = [
            models.Index(fields=["origin_kind", "origin_id"], name="move_by_origin"),
            models.Index(fields=["station", "part", "at"], name="move_by_part"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.quantity}"

    @property
    def unit_cost(self) -> Decimal:
        """Yuan per unit, rounded to the fen for reading; the exact figure is `value`."""
        return to_fen(self.value / self.quantity)


class Reservation(StationRow):
    """A promise of stock to the line of a consumer. Σ open = the balance's `reserved` (S3).

    The open quantity is what has neither been consumed by an issue nor released.
    """

    part = models.ForeignKey("catalog.Part", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = QuantityField()
    consumed = QuantityField(default=NONE)
    released = QuantityField(default=NONE)
    consumer_kind = models.CharField(max_length=60)
    consumer_id = models.BigIntegerField()
    consumer_line_id = models.BigIntegerField(default=0)
    consumer_number = models.CharField(max_length=40, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.ORDER)
    needed_at = models.DateTimeField(null=True, blank=True)
    reserved_at = models.DateTimeField()
    actor_name = models.CharField(max_length=120)

    class Meta(StationRow.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_holds_something"),
            models.CheckConstraint(
                condition=Q(consumed__gte=0, released__gte=0) & Q(quantity__gte=F("consumed") + F("released")),
                name="reservation_not_overdrawn",
            ),
        ]
        indexes = [
            models.Index(
                fields=["consumer_kind", "consumer_id"],
                condition=Q(quantity__gt=F("consumed") + F("released")),
                name="reservation_open_of",
            ),
            models.Index(
                fields=["part", "location"],
                condition=Q(quantity__gt=F("consumed") + F("released")),
                name="reservation_open_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer_kind} {self.consumer_id}: {self.quantity}"

    @property
    def open_quantity(self) -> Decimal:
        still_open: Decimal = self.quantity - self.consumed - self.released
        return still_open

    @property
    def state(self) -> str:
        """`active`, `consumed` or `released`, read off the quantities."""
        if self.open_quantity > 0:
            return "active"
        return "consumed" if self.consumed > 0 else "released"


class StockPolicy(StationRow):
    """The reorder line of a part at a station and its named keeper (PART-05, SAFE-12)."""

    part = models.ForeignKey("catalog.Part", on_delete=models.PROTECT, related_name="+")
    reorder_point = QuantityField(null=True, blank=True)
    order_up_to = QuantityField(null=True, blank=True)
    keeper = models.ForeignKey("staff.StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta(StationRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["station", "part"], name="stock_policy_once"),
            models.CheckConstraint(
                condition=Q(reorder_point__isnull=True) | Q(reorder_point__gte=0), name="reorder_point_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(order_up_to__isnull=True) | Q(order_up_to__gt=F("reorder_point")),
                name="order_up_to_above_line",
                violation_error_message=_("The target stock lies above the reorder line."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.reorder_point}"


class StockAlert(Document):
    """Available stock fell to its line; open until somebody says what was done (PART-05)."""

    part = models.ForeignKey("catalog.Part", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=AlertState, default=AlertState.OPEN)
    available = QuantityField()
    reorder_point = QuantityField()
    proposal = models.CharField(max_length=10, choices=AlertProposal)
    proposed_quantity = QuantityField()
    handled_at = models.DateTimeField(null=True)
    handled_by_name = models.CharField(max_length=120, blank=True)
    handled_note = models.CharField(max_length=200, blank=True)

    class Meta(Document.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "part"], condition=Q(state=AlertState.OPEN), name="one_open_alert_per_part"
            )
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.available}"


class Receipt(Document):
    """Parts that have arrived from a supplier; numbered without gaps when posted."""

    number = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=ReceiptState, default=ReceiptState.DRAFTED)
    supplier_name = models.CharField(max_length=120)
    document_ref = models.CharField(max_length=60, blank=True)
    posted_at = models.DateTimeField(null=True)
    posted_by_name = models.CharField(max_length=120, blank=True)
    value = MoneyField(default=ZERO)

    class Meta(Document.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "number"], condition=~Q(number=""), name="receipt_number_once"),
            models.CheckConstraint(
                condition=Q(state=ReceiptState.DRAFTED) | ~Q(number=""), name="posted_receipt_is_numbered"
            ),
        ]
        indexes = [models.Index(fields=["station", "-id"], name="receipt_register")]

    def __str__(self) -> str:
        return self.number or f"({self.pk})"


class ReceiptLine(models.Model):
    """One part of a receipt. Units: `value` is the line's net cost in yuan as the supplier charges it."""

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines")
    part = models.ForeignKey("catalog.Part", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()
    value = MoneyField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="receipt_line_holds_something"),
            models.CheckConstraint(condition=Q(value__gte=0), name="receipt_value_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id}: {self.part_id} × {self.quantity}"


class Adjustment(Document):
    """A correction of stock; above the limit another person decides (four eyes). `quantity` is signed."""

    number = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=AdjustmentState, default=AdjustmentState.PROPOSED)
    part = models.ForeignKey("catalog.Part", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()
    estimated_value = MoneyField(default=ZERO)
    limit = MoneyField(default=ZERO)
    reason = models.CharField(max_length=200)
    proposed_by_id = models.BigIntegerField(null=True)
    proposed_by_name = models.CharField(max_length=120)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta(Document.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "number"], name="adjustment_number_once"),
            models.CheckConstraint(condition=~Q(quantity=0), name="adjustment_changes_something"),
            models.CheckConstraint(condition=~Q(reason=""), name="adjustment_has_reason"),
            models.CheckConstraint(
                condition=~Q(state=AdjustmentState.APPROVED)
                | Q(proposed_by_id__isnull=True)
                | Q(estimated_value__lte=F("limit"))
                | ~Q(decided_by_id=F("proposed_by_id")),
                name="large_adjustment_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number
