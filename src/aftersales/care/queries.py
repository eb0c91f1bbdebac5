"""Reads of customer care: calls to make, registers, histories, cases, who looks after whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from aftersales.accounts.models import Membership
from aftersales.care.choices import OPEN_CASE_STATES, CaseKind, FollowUpState, Level
from aftersales.care.models import CallRecord, CareHolder, FollowUp, Letter, ServiceCase
from aftersales.care.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible
from aftersales.core.prepared import prepared
from aftersales.network.models import Station
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember
from aftersales.standards.binding import fulfils

COMPLAINT_OWNER = "complaint_handler"  # the role that owns complaints at a station (ORG-18)
PAGE = 200


def acting_holder(holder: CareHolder, on: date) -> StaffMember:
    """Return who looks after the customer on that day: the stand-in until its last day is over, else the holder."""
    if holder.stand_in is not None and holder.stand_in_until is not None and on < holder.stand_in_until:
        return holder.stand_in
    return holder.staff_member


def holder_of(station_id: int, customer_id: int) -> CareHolder | None:
    """Return who holds the customer's care at the station, with both people fetched."""
    return next(iter(_holders(station_id, customer_id)), None)


@prepared
def _holders(station_id: int, customer_id: int) -> QuerySet[CareHolder]:
    held = CareHolder.objects.at_station(station_id).filter(customer_id=customer_id)
    return held.select_related("staff_member", "stand_in").order_by("pk")


@prepared
def _clerks(station_id: int) -> QuerySet[StaffMember]:
    clerks = StaffMember.objects.at_station(station_id).filter(is_active=True, post=Post.TRACKING_CLERK)
    return clerks.order_by("employee_number")


def least_busy_clerk(station_id: int) -> StaffMember | None:
    """Return the active tracking clerk who looks after the fewest customers, or None where there is none."""
    clerks = _clerks(station_id)
    if len(clerks) < 2:
        return clerks[0] if clerks else None
    held = dict(
        CareHolder.objects.at_station(station_id)
        .filter(staff_member__in=clerks)
        .order_by("staff_member_id")
        .values_list("staff_member_id")
        .annotate(count=Count("pk"))
    )
    return min(clerks, key=lambda clerk: held.get(clerk.pk, 0))


def complaint_owner(station_id: int, on: date) -> StaffMember | None:
    """Return the person who owns complaint handling at the station (ORG-18): the role's holder, else the manager."""
    owners = Membership.objects.filter(
        role__code=COMPLAINT_OWNER, station_id=station_id, since_on__lte=on, user__staff_member__is_active=True
    ).filter(Q(until_on__isnull=True) | Q(until_on__gt=on))
    owner_id = owners.order_by("pk").values_list("user__staff_member__pk", flat=True).first()
    people = StaffMember.objects.at_station(station_id).filter(is_active=True)
    wanted = people.filter(pk=owner_id) if owner_id else people.filter(post=Post.MANAGER)
    return wanted.order_by("employee_number").first()


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call to make: `is_open` from its first day on, `is_overdue` after its last."""

    follow_up: FollowUp
    is_open: bool
    is_overdue: bool


@fulfils("FUP-01", "FUP-02")
def calls_to_make(
    actor: Actor, at: datetime, on: date, *, only_mine: bool = True, station_id: int | None = None
) -> list[CallRow]:
    """Return the planned calls, most urgent first: one's own, or all that are visible (at the station, if named)."""
    rows = FollowUp.objects.visible_to(actor, P.VIEW).filter(state=FollowUpState.PLANNED)
    if station_id is not None:
        rows = rows.filter(station_id=station_id)
    if only_mine:
        rows = rows.filter(assignee_id=actor.staff_member_id) if actor.staff_member_id else rows.none()
    return [
        CallRow(row, row.due_from_on <= on, row.due_at <= at)
        for row in rows.select_related("assignee").order_by("due_at", "pk")[:PAGE]
    ]


@fulfils("FUP-04")
def previous_calls(actor: Actor, follow_up: FollowUp) -> Sequence[CallRecord]:
    """Return earlier calls with the same customer or on the same visit, newest first, for the caller to read."""
    same = Q(follow_up=follow_up)
    if follow_up.follows_id:
        same |= Q(follow_up_id=follow_up.follows_id)
    if follow_up.customer_id:
        same |= Q(customer_id=follow_up.customer_id)
    return list(CallRecord.objects.visible_to(actor, P.VIEW).filter(same).order_by("-at", "-pk")[:50])


@fulfils("FUP-09")
def call_register(actor: Actor, station: Station, since: datetime, until: datetime) -> list[CallRecord]:
    """Return the register of calls of a station (跟踪服务电话登记表), newest first; `until` is exclusive."""
    _require(actor, P.VIEW, station)
    rows = CallRecord.objects.at_station(station.pk).filter(at__gte=since, at__lt=until)
    return list(rows.select_related("follow_up", "case", "customer").order_by("-at", "-pk")[:1000])


@fulfils("FUP-10")
def letter_register(actor: Actor, station: Station, since: datetime, until: datetime) -> list[Letter]:
    """Return the register of letters of a station (跟踪服务信函登记表), newest first; `until` is exclusive."""
    _require(actor, P.VIEW, station)
    rows = Letter.objects.at_station(station.pk).filter(sent_at__gte=since, sent_at__lt=until)
    return list(rows.select_related("customer", "case").order_by("-sent_at", "-pk")[:1000])


@dataclass(frozen=True, slots=True)
class CaseRow:
    case: ServiceCase
    is_overdue: bool


_GRAVITY = {Level.EXTRA_MAJOR: 0, Level.MAJOR: 1, Level.GENERAL: 2}


@fulfils("CPL-05", "ORG-18")
def open_cases(actor: Actor, at: datetime, *, station_id: int | None = None) -> list[CaseRow]:
    """Return the visible cases (of the station, if named) that are not closed: complaints before other matters, then by
    gravity and limit."""
    rows = ServiceCase.objects.visible_to(actor, P.CASE_VIEW).filter(state__in=OPEN_CASE_STATES)
    if station_id is not None:
        rows = rows.filter(station_id=station_id)
    ranked = sorted(
        rows.select_related("handler").order_by("due_at", "pk")[:PAGE],
        key=lambda case: (case.kind != CaseKind.COMPLAINT, _GRAVITY.get(Level(case.level), 9), case.due_at),
    )
    return [CaseRow(case, case.solved_at is None and case.due_at <= at) for case in ranked]


def calls_of_case(case: ServiceCase) -> list[CallRecord]:
    """Return the communications of a case, newest first."""
    return list(case.calls.order_by("-at", "-pk"))


def _require(actor: Actor, code: str, station: Station) -> None:
    if not actor.may(code, station.pk):
        raise NotVisible
