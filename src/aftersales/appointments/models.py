"""Tables of bookings: the appointment and its lines, the slots that rule out double-booking, the queue at the door."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.appointments.choices import (
    AppointmentState,
    Channel,
    Desk,
    ItemKind,
    MobilityWish,
    ResourceKind,
    SlotState,
)
from aftersales.core.documents import Document, StationRow
from aftersales.core.money import MoneyField
from aftersales.core.quantity import QuantityField


class Appointment(Document):
    """A booking: vehicle, work wanted and contact (APPT-02), then time, place and work agreed (APPT-04).

    Units: `duration_minutes` of bay time; prices in yuan with tax as told to the customer.
    """

    number = models.CharField(_("booking number"), max_length=32)
    state = models.CharField(_("state"), max_length=16, choices=AppointmentState, default=AppointmentState.REQUESTED)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel, default=Channel.PHONE)

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    vehicle = models.ForeignKey(
        "vehicles.Vehicle", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    contact_name = models.CharField(_("contact"), max_length=100)
    contact_phone = models.CharField(_("phone"), max_length=32)
    plate = models.CharField(_("plate"), max_length=20, blank=True)
    model_name = models.CharField(_("vehicle model"), max_length=100, blank=True)

    concern = models.TextField(_("concern in the customer's words"), max_length=4000, blank=True)
    special_care = models.TextField(_("special care promised"), max_length=1000, blank=True)
    mobility = models.CharField(_("mobility"), max_length=16, choices=MobilityWish, default=MobilityWish.NONE)
    documents_to_bring = models.CharField(_("documents to bring"), max_length=500, blank=True)

    wanted_at = models.DateTimeField(_("wanted time"), null=True, blank=True)
    arrives_at = models.DateTimeField(_("agreed arrival"), null=True, blank=True)
    duration_minutes = models.PositiveIntegerField(_("duration in minutes"), null=True, blank=True)
    bay = models.ForeignKey("network.Bay", models.PROTECT, null=True, blank=True, related_name="+")
    technician = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, blank=True, related_name="+")
    advisor = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, blank=True, related_name="+")

    item_count = models.PositiveSmallIntegerField(default=0)
    labour_price = MoneyField(_("labour price"), default=0)
    parts_price = MoneyField(_("parts price"), default=0)
    price_low = MoneyField(_("lowest total told"), null=True, blank=True)
    price_high = MoneyField(_("highest total told"), null=True, blank=True)
    parts_short = models.BooleanField(_("parts missing"), default=False)
    parts_expected_at = models.DateTimeField(_("missing parts expected"), null=True, blank=True)

    told_at = models.DateTimeField(_("terms told"), null=True, blank=True)
    told_by = models.CharField(max_length=100, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    reconfirmed_at = models.DateTimeField(_("reconfirmed"), null=True, blank=True)
    reception_ready_at = models.DateTimeField(null=True, blank=True)
    reception_ready_by = models.CharField(max_length=100, blank=True)
    workshop_ready_at = models.DateTimeField(null=True, blank=True)
    workshop_ready_by = models.CharField(max_length=100, blank=True)
    parts_ready_at = models.DateTimeField(null=True, blank=True)
    parts_ready_by = models.CharField(max_length=100, blank=True)
    prepared_at = models.DateTimeField(_("prepared"), null=True, blank=True)
    briefing = models.TextField(_("briefing"), max_length=2000, blank=True)
    prepicked = models.BooleanField(_("parts pre-picked"), default=False)
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.CharField(_("reason"), max_length=500, blank=True)
    reschedule_count = models.PositiveSmallIntegerField(default=0)

    class Meta(Document.Meta):
        ordering = ["arrives_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="appointment_number_once"),
            models.CheckConstraint(
                condition=~Q(contact_name="") & ~Q(contact_phone=""), name="appointment_has_contact"
            ),
            models.CheckConstraint(
                condition=Q(duration_minutes__isnull=True) | Q(duration_minutes__gte=5, duration_minutes__lte=20160),
                name="appointment_duration_is_possible",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AppointmentState.CONFIRMED, AppointmentState.ARRIVED])
                | Q(
                    arrives_at__isnull=False,
                    duration_minutes__isnull=False,
                    bay__isnull=False,
                    technician__isnull=False,
                    told_at__isnull=False,
                    confirmed_at__isnull=False,
                    item_count__gt=0,
                ),
                name="appointment_confirmed_is_agreed",
            ),
            models.CheckConstraint(
                condition=Q(price_low__isnull=True)
                | Q(price_high__isnull=True)
                | Q(price_low__lte=models.F("price_high")),
                name="appointment_price_range_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "arrives_at"], name="appointment_day"),
            models.Index(fields=["station", "created_at"], name="appointment_waiting", condition=Q(state="requested")),
            models.Index(fields=["vehicle", "-created_at"], name="appointment_of_vehicle"),
            models.Index(fields=["customer", "-created_at"], name="appointment_of_customer"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def leaves_at(self) -> datetime | None:
        """The end of the agreed bay time (exclusive), or None before a time is agreed."""
        if self.arrives_at is None or self.duration_minutes is None:
            return None
        return self.arrives_at + timedelta(minutes=self.duration_minutes)

    @property
    def parts_come_too_late(self) -> bool:
        """Missing parts are expected only after the customer comes: the advisor has to call (PREP-04)."""
        expected, arrival = self.parts_expected_at, self.arrives_at
        return self.parts_short and expected is not None and arrival is not None and expected > arrival

    @property
    def is_ready(self) -> bool:
        """Every desk has acknowledged readiness (APPT-07)."""
        return not self.desks_missing

    @property
    def desks_missing(self) -> list[Desk]:
        """The desks that have not yet acknowledged."""
        return [desk for desk in Desk if getattr(self, f"{desk.value}_ready_at") is None]


class AppointmentItem(models.Model):
    """A line of work or a part the customer wants; reached only through its appointment.

    Units: `hours` standard labour hours, `quantity` in the part's unit, `price` yuan with tax for the whole line.
    """

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=8, choices=ItemKind)
    operation = models.ForeignKey("catalog.LabourOperation", models.PROTECT, null=True, blank=True, related_name="+")
    part = models.ForeignKey("catalog.Part", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(_("description"), max_length=200)
    quantity = QuantityField(_("quantity"), default=1)
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2, default=0)
    price = MoneyField(_("price"), default=0)
    short_quantity = QuantityField(_("missing quantity"), default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="appointment_item_quantity_positive"),
            models.CheckConstraint(
                condition=Q(hours__gte=0, price__gte=0), name="appointment_item_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(kind=ItemKind.PART, part__isnull=False, operation__isnull=True)
                | Q(kind=ItemKind.LABOUR, part__isnull=True),
                name="appointment_item_names_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(short_quantity__gte=0) & Q(short_quantity__lte=models.F("quantity")),
                name="appointment_item_short_within_quantity",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Slot(StationRow):
    """The time of one bay or one technician, held for one holder; the database refuses overlaps (APPT-09).

    Shape: `during` is a half-open range; `holder_kind` and `holder_id` name the document (a booking, a repair order's
    job) and `label` is what a board shows for it.
    """

    resource_kind = models.CharField(max_length=12, choices=ResourceKind)
    bay = models.ForeignKey("network.Bay", models.PROTECT, null=True, blank=True, related_name="+")
    technician = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, blank=True, related_name="+")
    during = DateTimeRangeField()
    state = models.CharField(max_length=10, choices=SlotState, default=SlotState.HELD)
    holder_kind = models.CharField(max_length=64)
    holder_id = models.BigIntegerField()
    label = models.CharField(max_length=64, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta(StationRow.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resource_kind=ResourceKind.BAY, bay__isnull=False, technician__isnull=True)
                | Q(resource_kind=ResourceKind.TECHNICIAN, bay__isnull=True, technician__isnull=False),
                name="slot_names_one_resource",
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="slot_has_length"),
            models.CheckConstraint(
                condition=Q(state=SlotState.HELD, released_at__isnull=True)
                | Q(state=SlotState.RELEASED, released_at__isnull=False),
                name="slot_release_has_time",
            ),
            ExclusionConstraint(
                name="slot_bay_once",
                expressions=[("bay", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(state=SlotState.HELD, bay__isnull=False),
                violation_error_message=_("The bay is taken at that time."),
            ),
            ExclusionConstraint(
                name="slot_technician_once",
                expressions=[("technician", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(state=SlotState.HELD, technician__isnull=False),
                violation_error_message=_("The technician is taken at that time."),
            ),
        ]
        indexes = [
            models.Index(fields=["holder_kind", "holder_id"], name="slot_holder", condition=Q(state=SlotState.HELD)),
            models.Index(fields=["station", "-id"], name="slots_held_at", condition=Q(state=SlotState.HELD)),
        ]

    def __str__(self) -> str:
        return f"{self.resource_kind} {self.during}"


class Arrival(StationRow):
    """A customer at the door, booked or not, from coming to being served (RECP-07, APPT-10)."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, null=True, blank=True, related_name="+")
    plate = models.CharField(_("plate"), max_length=20, blank=True)
    contact_name = models.CharField(_("contact"), max_length=100, blank=True)
    arrived_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta(StationRow.Meta):
        ordering = ["arrived_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"], name="arrival_once_per_appointment", condition=Q(appointment__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(served_at__isnull=True) | Q(served_at__gte=models.F("arrived_at")),
                name="arrival_served_after_coming",
            ),
            models.CheckConstraint(
                condition=Q(served_at__isnull=True) | Q(left_at__isnull=True), name="arrival_served_or_left"
            ),
        ]
        indexes = [models.Index(fields=["station", "arrived_at"], name="arrival_day")]

    def __str__(self) -> str:
        return f"{self.plate} {self.arrived_at}"
