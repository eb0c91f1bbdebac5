"""The repair order and what hangs on it: one vehicle's visit from check-in to archive."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.documents import Document
from aftersales.core.rows import children_of
from aftersales.repairs.choices import (
    CheckKind,
    Coverage,
    HoldReason,
    IntakeOutcome,
    OldParts,
    OrderState,
    PaymentState,
    VisitType,
)
from aftersales.repairs.models.lines import OrderLine, WorkSession


class RepairOrder(Document):
    """One visit of one vehicle. One advisor is answerable for it from intake to delivery (RECP-08)."""

    number = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=OrderState, default=OrderState.RECEIVED)
    payment_state = models.CharField(max_length=12, choices=PaymentState, default=PaymentState.UNSETTLED)
    hold_reason = models.CharField(max_length=24, choices=HoldReason, blank=True, default="")
    visit_type = models.CharField(max_length=16, choices=VisitType, default=VisitType.REPAIR)
    intake_outcome = models.CharField(max_length=16, choices=IntakeOutcome, blank=True, default="")
    is_historical = models.BooleanField(default=False)

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="repair_orders", db_index=False
    )
    vehicle = models.ForeignKey(
        "vehicles.Vehicle", on_delete=models.PROTECT, related_name="repair_orders", db_index=False
    )
    appointment = models.OneToOneField(
        "appointments.Appointment", on_delete=models.PROTECT, null=True, blank=True, related_name="repair_order"
    )
    comeback_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="comebacks", db_index=False
    )
    advisor = models.ForeignKey("staff.StaffMember", on_delete=models.PROTECT, null=True, related_name="+")
    # What the board, the lists and the papers show without a join; frozen at check-in.
    customer_name = models.CharField(max_length=120)
    contact_phone = models.CharField(max_length=32, blank=True, default="")
    plate = models.CharField(max_length=16, blank=True, default="")
    model_name = models.CharField(max_length=80, blank=True, default="")

    received_at = models.DateTimeField()
    odometer_km = models.PositiveIntegerField(null=True, blank=True)
    repair_plan = models.TextField(blank=True, default="")
    estimate_version = models.PositiveSmallIntegerField(default=0)
    promised_at = models.DateTimeField(null=True, blank=True)
    wash_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    work_started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    repair_report = models.TextField(blank=True, default="")
    inspection_round = models.PositiveSmallIntegerField(default=0)
    washed_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    items_explained_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    received_by = models.CharField(max_length=120, blank=True, default="")
    old_parts = models.CharField(max_length=16, choices=OldParts, blank=True, default="")
    next_visit_on = models.DateField(null=True, blank=True)
    next_visit_km = models.PositiveIntegerField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("station", "number"), name="repair_order_number_once"),
            models.CheckConstraint(
                condition=~Q(state=OrderState.RELEASED)
                | Q(released_at__isnull=False, payment_state__in=(PaymentState.PAID, PaymentState.ON_ACCOUNT)),
                name="released_order_is_paid_or_on_account",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(OrderState.DISPATCHED, OrderState.IN_PROGRESS)) | Q(promised_at__isnull=False),
                name="dispatched_order_has_a_promise",
            ),
            # A car stands in one workshop at a time: two open orders for it would bill the same visit twice.
            models.UniqueConstraint(
                fields=("vehicle",),
                condition=Q(is_historical=False)
                & ~Q(
                    state__in=(
                        OrderState.RELEASED,
                        OrderState.ARCHIVED,
                        OrderState.CLOSED,
                        OrderState.CANCELLED,
                    )
                ),
                name="one_open_order_a_vehicle",
                violation_error_message=_("This vehicle already has an open repair order."),
            ),
        )
        indexes = (
            models.Index(fields=("station", "-received_at", "-id"), name="orders_by_arrival"),
            models.Index(fields=("station", "state", "promised_at"), name="orders_by_state"),
            models.Index(fields=("vehicle", "-received_at"), name="orders_of_vehicle"),
            models.Index(fields=("customer", "-received_at"), name="orders_of_customer"),
            models.Index(fields=("station", "released_at"), name="orders_by_release"),
            models.Index(fields=("comeback_of",), name="comebacks_of_order", condition=Q(comeback_of__isnull=False)),
        )

    def __str__(self) -> str:
        return self.number

    def all_lines(self) -> list[OrderLine]:
        """Return the order's lines by position, read once for this instance."""
        if "_lines" not in self.__dict__:
            self._lines = children_of(OrderLine, parent="order_id", pk=self.pk, order="position")
            for line in self._lines:
                line.order = self
        return self._lines

    def forget_lines(self) -> None:
        """Read the lines anew when they are next asked for: new ones get their keys on the way to the database."""
        self.__dict__.pop("_lines", None)

    def all_concerns(self) -> list[Concern]:
        """Return the customer's concerns by position, read once for this instance."""
        if "_concerns" not in self.__dict__:
            self._concerns = children_of(Concern, parent="order_id", pk=self.pk, order="position")
        return self._concerns

    def line_or_none(self, line_id: int) -> OrderLine | None:
        return next((line for line in self.all_lines() if line.pk == line_id), None)

    def receiving_forms(self) -> list[ReceivingForm]:
        """Return the order's receiving form, in a list as it is read; a historical order has none."""
        if "_forms" not in self.__dict__:
            self._forms = list(ReceivingForm.objects.filter(order=self))
        return self._forms

    def all_departures(self) -> list[Departure]:
        """Return the departures a superior has authorised on the order, read once for this instance."""
        if "_departures" not in self.__dict__:
            self._departures = list(Departure.objects.filter(order=self))
        return self._departures

    def worker_ids(self) -> set[int]:
        """Return the technicians assigned to or clocked on at this order's lines."""
        assigned = {line.technician_id for line in self.all_lines() if line.technician_id}
        if "_sessions" not in self.__dict__:
            self._sessions = list(WorkSession.objects.filter(line__order=self))
        return assigned | {session.technician_id for session in self._sessions}


class ReceivingForm(models.Model):
    """The vehicle receiving form (接车登记表): what was checked with the customer on receipt (RECP-10)."""

    order = models.OneToOneField(RepairOrder, on_delete=models.PROTECT, related_name="receiving_form")
    covers_fitted = models.BooleanField()
    papers_checked = models.JSONField(default=list)
    walkaround = models.JSONField(default=dict)
    damages = models.JSONField(default=list)
    belongings = models.JSONField(default=list)
    findings = models.JSONField(default=dict)
    energy_percent = models.PositiveSmallIntegerField(null=True)
    signed_by = models.CharField(max_length=120)
    signature = models.ForeignKey("files.Attachment", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(covers_fitted=True), name="covers_were_fitted"),
            models.CheckConstraint(
                condition=Q(energy_percent__isnull=True) | Q(energy_percent__lte=100), name="energy_is_a_percentage"
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id}"


class Concern(models.Model):
    """One thing the customer came for: his own words, and apart from them what we made of it (DIAG-01)."""

    order = models.ForeignKey(RepairOrder, on_delete=models.PROTECT, related_name="concerns", db_index=False)
    position = models.PositiveSmallIntegerField()
    customer_words = models.TextField()
    interpretation = models.TextField(blank=True, default="")
    cause = models.TextField(blank=True, default="")
    correction = models.TextField(blank=True, default="")
    coverage = models.CharField(max_length=12, choices=Coverage, default=Coverage.UNDECIDED)
    coverage_reason = models.TextField(blank=True, default="")
    confirmed_with = models.CharField(max_length=120, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    diagnosed_by = models.ForeignKey(
        "staff.StaffMember", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("order_id", "position")
        constraints = (models.UniqueConstraint(fields=("order", "position"), name="concern_position_once"),)

    def __str__(self) -> str:
        return self.customer_words[:40]


class Estimate(models.Model):
    """One issued version of the estimate, kept as it was told to the customer (EST-03, EST-08)."""

    order = models.ForeignKey(RepairOrder, on_delete=models.PROTECT, related_name="estimates", db_index=False)
    version = models.PositiveSmallIntegerField()
    cost_low = models.DecimalField(max_digits=12, decimal_places=2)
    cost_high = models.DecimalField(max_digits=12, decimal_places=2)
    minutes_low = models.PositiveIntegerField()
    minutes_high = models.PositiveIntegerField()
    lines = models.JSONField(default=list)
    shortages = models.JSONField(default=list)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=120)

    class Meta:
        ordering = ("order_id", "version")
        constraints = (
            models.UniqueConstraint(fields=("order", "version"), name="estimate_version_once"),
            models.CheckConstraint(condition=Q(cost_high__gte=F("cost_low")), name="estimate_cost_is_a_range"),
            models.CheckConstraint(condition=Q(minutes_high__gte=F("minutes_low")), name="estimate_time_is_a_range"),
        )

    def __str__(self) -> str:
        return f"v{self.version}"


class ConsentRecord(models.Model):
    """What the customer decided about one line: by whom, how, when, at which price (EST-02, WORK-11). Append-only."""

    order = models.ForeignKey(RepairOrder, on_delete=models.PROTECT, related_name="consents")
    line = models.ForeignKey("repairs.OrderLine", on_delete=models.PROTECT, related_name="consents")
    decision = models.CharField(max_length=10)
    estimate_version = models.PositiveSmallIntegerField()
    gross = models.DecimalField(max_digits=12, decimal_places=2)
    given_by = models.CharField(max_length=120)
    method = models.CharField(max_length=12)
    signature = models.ForeignKey("files.Attachment", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.CharField(max_length=120)
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering = ("order_id", "id")

    def __str__(self) -> str:
        return f"{self.line_id}: {self.decision}"


class QualityCheck(models.Model):
    """One self-check or final inspection with its answers, road test and failures (QC-01, QC-02, QC-05)."""

    order = models.ForeignKey(RepairOrder, on_delete=models.PROTECT, related_name="quality_checks")
    kind = models.CharField(max_length=12, choices=CheckKind)
    round = models.PositiveSmallIntegerField()
    checked_by = models.ForeignKey("staff.StaffMember", on_delete=models.PROTECT, related_name="+", db_index=False)
    passed = models.BooleanField()
    answers = models.JSONField(default=dict)
    road_test = models.JSONField(default=dict)
    failures = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        ordering = ("order_id", "id")

    def __str__(self) -> str:
        return f"{self.kind} {self.round}"


class ProgressNotice(models.Model):
    """What the customer was told while the car was with us (WORK-10)."""

    order = models.ForeignKey(RepairOrder, on_delete=models.PROTECT, related_name="progress_notices")
    channel = models.CharField(max_length=12)
    text = models.TextField()
    told_by = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        ordering = ("order_id", "id")

    def __str__(self) -> str:
        return self.text[:40]


class Departure(models.Model):
    """A superior's authorisation to leave the process at one clause, with the reason (SVC-02, ORG-20). Append-only."""

    order = models.ForeignKey(RepairOrder, on_delete=models.PROTECT, related_name="departures", db_index=False)
    clause = models.CharField(max_length=10)
    reason = models.TextField()
    authorised_by = models.CharField(max_length=120)
    authorised_by_user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("order_id", "id")
        constraints = (models.UniqueConstraint(fields=("order", "clause"), name="departure_once_a_clause"),)

    def __str__(self) -> str:
        return self.clause
