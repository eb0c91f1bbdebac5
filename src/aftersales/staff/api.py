"""People through the API: members with skills, certificates and shifts."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from aftersales.accounts.models import User
from aftersales.core.actor import Actor
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import (
    Given,
    Identity,
    Master,
    Verb,
    Wanted,
    add_change,
    add_opening,
    add_reading,
    add_verbs,
    changing,
    columns,
    json_answer,
)
from aftersales.doors.steps import PROBLEMS
from aftersales.network.models import Station, Team
from aftersales.staff import services
from aftersales.staff.choices import CertificateKind, Post
from aftersales.staff.models import Certificate, Shift, Skill, StaffMember
from aftersales.staff.permissions import P

member_router = Router(tags=["staff_member"])
certificate_router = Router(tags=["certificate"])
skill_router = Router(tags=["skill"])


class StaffMemberOut(Schema):
    """A person of a station."""

    id: int
    station_id: int
    user_id: int | None
    employee_number: str
    name: str
    post: str
    team_id: int | None
    badge: str
    is_active: bool
    skills: list[str]
    version: int


class StaffMemberWanted(Wanted):
    """Which people."""

    station_id: Identity | None = None
    post: Post | None = None
    team_id: Identity | None = None
    skill: Annotated[str, Field(max_length=32)] | None = None
    is_active: bool | None = None


class StaffMemberIn(Given):
    """A person; `user_id` is the account to sign in with."""

    station_id: Identity
    employee_number: Annotated[str, Field(min_length=1, max_length=24)]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    post: Post
    team_id: Identity | None = None
    user_id: Identity | None = None
    badge: Annotated[str, Field(max_length=24)] = ""


class StaffMemberInUseIn(StaffMemberIn):
    """What of a person is changed."""

    is_active: bool


class SkillsIn(Given):
    """What the person can do, by skill codes; replaces what was there."""

    codes: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=100)]


class CertificateIn(Given):
    """A licence or training record, valid until but not on the last day."""

    kind: CertificateKind
    number: Annotated[str, Field(max_length=40)] = ""
    valid_from: date
    valid_until: date


class ShiftIn(Given):
    """Working time of one day."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime


class ShiftsIn(Given):
    """The shifts that begin in a span of time; they replace what was there."""

    from_at: AwareDatetime
    until_at: AwareDatetime
    shifts: Annotated[list[ShiftIn], Field(max_length=62)]


class ShiftOut(Schema):
    """Working time of one day."""

    id: int
    staff_member_id: int
    starts_at: datetime
    ends_at: datetime


class CertificateOut(Schema):
    """A licence or training record."""

    id: int
    staff_member_id: int
    kind: str
    number: str
    valid_from: date
    valid_until: date
    version: int


class CertificateWanted(Wanted):
    """Which certificates."""

    staff_member_id: Identity | None = None
    kind: CertificateKind | None = None
    ends_until: date | None = None


class SkillOut(Schema):
    """A skill that an operation may ask for."""

    id: int
    code: str
    name: str
    name_en: str


class ShiftWanted(Schema):
    """Of whom, in which span of time."""

    staff_member_id: Identity
    from_at: AwareDatetime
    until_at: AwareDatetime


def set_skills(member: StaffMember, actor: Actor, at: datetime, *, codes: list[str]) -> StaffMember:
    """Say what a person can do."""
    return services.set_skills(member, actor, at, codes)


def set_shifts(
    member: StaffMember, actor: Actor, at: datetime, *, from_at: datetime, until_at: datetime, shifts: list[ShiftIn]
) -> list[Shift]:
    """Set the person's shifts that begin in a span of time."""
    wanted = [(shift.starts_at, shift.ends_at) for shift in shifts]
    return services.set_week(member, actor, at, from_at=from_at, until_at=until_at, shifts=wanted)


def _member(row: StaffMember, _actor: Actor) -> Mapping[str, Any]:
    return columns(row, StaffMemberOut, skills=sorted(skill.code for skill in row.skills.all()))


MEMBERS = Master(
    name="staff_member",
    model=StaffMember,
    right=P.VIEW,
    shows=StaffMemberOut,
    wanted=StaffMemberWanted,
    narrow={"skill": "skills__code"},
    fetch=lambda rows: rows.prefetch_related("skills"),
    show=_member,
)
add_reading(member_router, MEMBERS)
add_opening(
    member_router,
    MEMBERS,
    Verb(
        name="register",
        service=services.register_member,
        takes=StaffMemberIn,
        rows={"station": Station, "team": Team, "user": User},
        status=201,
    ),
)
add_change(
    member_router,
    MEMBERS,
    Verb(
        name="change",
        service=services.change_member,
        takes=changing(StaffMemberInUseIn, leave_out=("station_id",)),
        rows={"team": Team, "user": User},
    ),
)
add_verbs(
    member_router,
    MEMBERS,
    Verb(name="set_skills", service=set_skills, takes=SkillsIn),
    Verb(
        name="add_certificate",
        service=services.add_certificate,
        takes=CertificateIn,
        shows=CertificateOut,
        answers=lambda made, _actor: columns(made, CertificateOut),
        status=201,
    ),
    Verb(name="set_shifts", service=set_shifts, takes=ShiftsIn),
)


@member_router.get(
    "/shifts/between",
    response={200: list[ShiftOut], **PROBLEMS},
    operation_id="staff_member_shifts",
    summary="Shifts of a person",
)
def shifts(request: HttpRequest, wanted: Query[ShiftWanted]) -> HttpResponse:
    """Return a person's shifts that begin in a span of time, in order, at most 200."""
    member = MEMBERS.find(actor_of(request), wanted.staff_member_id)
    rows = Shift.objects.filter(
        staff_member=member, starts_at__gte=wanted.from_at, starts_at__lt=wanted.until_at
    ).order_by("starts_at")[:200]
    return json_answer([columns(row, ShiftOut) for row in rows])


def _certificates(actor: Actor) -> Any:
    members = StaffMember.objects.visible_to(actor, P.VIEW)
    return Certificate.objects.filter(staff_member__in=members.values("pk")).select_related("staff_member")


CERTIFICATES = Master(
    name="certificate",
    model=Certificate,
    shows=CertificateOut,
    wanted=CertificateWanted,
    narrow={"ends_until": "valid_until__lte"},
    scope=_certificates,
)
add_reading(certificate_router, CERTIFICATES)
add_change(
    certificate_router,
    CERTIFICATES,
    Verb(name="change", service=services.change_certificate, takes=changing(CertificateIn)),
)
add_reading(skill_router, Master(name="skill", model=Skill, right=P.VIEW, shows=SkillOut))
