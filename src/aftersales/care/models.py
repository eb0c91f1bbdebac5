"""Tables of customer care: follow-ups, calls, letters, who looks after whom, and cases."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.care.choices import (
    CallPurpose,
    CaseChannel,
    CaseKind,
    CaseState,
    ContentClass,
    Direction,
    FollowUpKind,
    FollowUpState,
    LetterKind,
    Level,
    ScriptTopic,
    SolutionKind,
)
from aftersales.core.documents import Document, StationRow

RATING = Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5)


class CareHolder(Document):
    """Who looks after a customer: exactly one acting holder at every moment (ORG-12)."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+")
    staff_member = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    stand_in = models.ForeignKey(
        "staff.StaffMember", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    stand_in_until = models.DateField(_("stand-in until"), null=True, blank=True)

    class Meta(Document.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                name="care_holder_once_per_customer",
                violation_error_message=_("This customer already has somebody who looks after them."),
            ),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True, stand_in_until__isnull=True)
                | Q(stand_in__isnull=False, stand_in_until__isnull=False),
                name="care_stand_in_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.staff_member_id}"


class FollowUp(Document):
    """A call to make after a visit: from `due_from_on`, before `due_at` (FUP-01, FUP-02)."""

    number = models.CharField(_("number"), max_length=40)
    kind = models.CharField(max_length=16, choices=FollowUpKind)
    state = models.CharField(_("state"), max_length=12, choices=FollowUpState, default=FollowUpState.PLANNED)
    order = models.ForeignKey(
        "repairs.RepairOrder", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    appointment = models.ForeignKey(
        "appointments.Appointment", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    vehicle = models.ForeignKey(
        "vehicles.Vehicle", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    assignee = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=40)  # the number of the order or booking
    contact_name = models.CharField(max_length=120)
    contact_phone = models.CharField(max_length=32, blank=True)
    plate = models.CharField(max_length=20, blank=True)
    due_from_on = models.DateField()
    due_at = models.DateTimeField()
    attempt_count = models.PositiveSmallIntegerField(default=0)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True)
    recommendation = models.PositiveSmallIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.CharField(max_length=500, blank=True)

    class Meta(Document.Meta):
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="follow_up_number_once"),
            models.UniqueConstraint(
                fields=["order", "kind"], name="follow_up_once_per_order", condition=Q(order__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["appointment"], name="follow_up_once_per_booking", condition=Q(appointment__isnull=False)
            ),
            models.CheckConstraint(condition=RATING, name="follow_up_rating_is_1_to_5"),
            models.CheckConstraint(
                condition=Q(recommendation__isnull=True) | Q(recommendation__lte=10), name="recommendation_is_0_to_10"
            ),
            models.CheckConstraint(
                condition=~Q(state=FollowUpState.SKIPPED) | ~Q(closing_reason=""), name="skipped_call_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[FollowUpState.CALLED]) | Q(reached_at__isnull=False),
                name="called_follow_up_was_reached",
            ),
        ]
        indexes = [
            models.Index(
                fields=["station", "due_at"], name="follow_up_to_call", condition=Q(state=FollowUpState.PLANNED)
            ),
            models.Index(fields=["customer", "-created_at"], name="follow_up_of_customer"),
            models.Index(fields=["station", "-created_at"], name="follow_up_register"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.about}"


class ServiceCase(Document):
    """A complaint or another matter to answer: received, investigated, solved, told, rated (CPL-03 to CPL-08)."""

    number = models.CharField(_("case number"), max_length=32)
    state = models.CharField(_("state"), max_length=12, choices=CaseState, default=CaseState.OPENED)
    kind = models.CharField(_("kind"), max_length=12, choices=CaseKind, default=CaseKind.COMPLAINT)
    content_class = models.CharField(
        _("content class"), max_length=16, choices=ContentClass, default=ContentClass.AFTER_SALES
    )
    level = models.CharField(_("level"), max_length=12, choices=Level, default=Level.GENERAL)
    channel = models.CharField(_("channel"), max_length=16, choices=CaseChannel)
    complainant = models.CharField(_("complainant"), max_length=120)
    complainant_phone = models.CharField(_("phone"), max_length=32, blank=True)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    vehicle = models.ForeignKey("vehicles.Vehicle", models.PROTECT, null=True, blank=True, related_name="+")
    order = models.ForeignKey("repairs.RepairOrder", models.PROTECT, null=True, blank=True, related_name="+")
    follow_up = models.ForeignKey(FollowUp, models.PROTECT, null=True, blank=True, related_name="+")
    plate = models.CharField(_("plate"), max_length=20, blank=True)
    model_name = models.CharField(_("vehicle model"), max_length=100, blank=True)
    description = models.TextField(_("problem"), max_length=4000)
    handler = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(_("to be solved before"))
    problem_exists = models.BooleanField(_("problem exists"), null=True, blank=True)
    cause = models.TextField(_("cause"), max_length=2000, blank=True)
    investigated_at = models.DateTimeField(null=True, blank=True)
    reported_up_at = models.DateTimeField(null=True, blank=True)
    solution_kind = models.CharField(_("kind of solution"), max_length=16, choices=SolutionKind, blank=True)
    solution = models.TextField(_("solution"), max_length=2000, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    carried_out_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    talk = models.TextField(_("what was said"), max_length=2000, blank=True)
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopen_count = models.PositiveSmallIntegerField(default=0)
    rework = models.ForeignKey("appointments.Appointment", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Document.Meta):
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="case_number_once"),
            models.CheckConstraint(condition=RATING, name="case_rating_is_1_to_5"),
            models.CheckConstraint(condition=~Q(description="") & ~Q(complainant=""), name="case_says_who_and_what"),
            models.CheckConstraint(
                condition=~Q(state__in=[CaseState.ASSIGNED, CaseState.SOLVED, CaseState.CLOSED])
                | Q(handler__isnull=False),
                name="case_in_hand_has_a_handler",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[CaseState.SOLVED, CaseState.CLOSED])
                | (~Q(solution="") & Q(investigated_at__isnull=False)),
                name="solved_case_was_investigated",
            ),
            models.CheckConstraint(
                condition=~Q(state=CaseState.CLOSED)
                | Q(carried_out_at__isnull=False, told_at__isnull=False, satisfaction__isnull=False),
                name="closed_case_was_told_and_rated",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "due_at"], name="case_open", condition=~Q(state=CaseState.CLOSED)),
            models.Index(fields=["customer", "-created_at"], name="case_of_customer"),
            models.Index(fields=["station", "-created_at"], name="case_register"),
        ]

    def __str__(self) -> str:
        return self.number


class CallRecord(StationRow):
    """One call, in or out, reached or not: the call record form and a row of the register (FUP-05, FUP-09)."""

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, null=True, blank=True, related_name="calls")
    case = models.ForeignKey(ServiceCase, models.PROTECT, null=True, blank=True, related_name="calls")
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    direction = models.CharField(max_length=4, choices=Direction)
    purpose = models.CharField(max_length=16, choices=CallPurpose)
    contact_name = models.CharField(max_length=120, blank=True)
    contact_phone = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=100)
    is_reached = models.BooleanField()
    topics = ArrayField(models.CharField(max_length=20, choices=ScriptTopic), default=list, blank=True)
    points = models.TextField(_("points of the call"), max_length=4000, blank=True)
    requests = models.TextField(_("requests"), max_length=2000, blank=True)
    wishes = models.TextField(_("wishes"), max_length=2000, blank=True)
    complaints = models.TextField(_("complaints"), max_length=2000, blank=True)
    answered_at_once = models.BooleanField(_("answered in the call"), default=True)
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True)
    recommendation = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta(StationRow.Meta):
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=RATING, name="call_rating_is_1_to_5"),
            models.CheckConstraint(condition=Q(is_reached=False) | ~Q(points=""), name="call_reached_has_points"),
        ]
        indexes = [
            models.Index(fields=["station", "-at"], name="call_register"),
            models.Index(fields=["customer", "-at"], name="call_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.contact_name}"


class Letter(StationRow):
    """A letter sent to a customer: a row of the letter register (FUP-10)."""

    kind = models.CharField(max_length=12, choices=LetterKind)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, null=True, blank=True, related_name="+")
    case = models.ForeignKey(ServiceCase, models.PROTECT, null=True, blank=True, related_name="letters")
    addressee = models.CharField(_("addressee"), max_length=120)
    subject = models.CharField(_("subject"), max_length=200)
    content = models.TextField(_("content"), max_length=4000, blank=True)
    sent_at = models.DateTimeField()
    by_name = models.CharField(max_length=100)

    class Meta(StationRow.Meta):
        ordering = ["-sent_at", "-id"]
        indexes = [models.Index(fields=["station", "-sent_at"], name="letter_register")]

    def __str__(self) -> str:
        return self.subject
