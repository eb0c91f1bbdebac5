"""Who may do what on which day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aftersales.core.actor import Actor
from aftersales.core.statements import Hot, ask
from aftersales.staff.models import Certificate, Shift, StaffMember
from aftersales.staff.permissions import P

EXPIRY_WARNING_DAYS = 60


def holds_certificate(staff_member_id: int, kind: str, on: date) -> bool:
    """Tell whether the person holds a certificate of that kind valid on that day (SAFE-06, QC-02)."""
    return Certificate.objects.filter(
        staff_member_id=staff_member_id, kind=kind, valid_from__lte=on, valid_until__gt=on
    ).exists()


def certificates_held(station_id: int, staff_member_ids: Iterable[int], on: date) -> dict[int, frozenset[str]]:
    """Return the kinds of certificate each person at work at the station holds on that day, in one statement."""
    held: dict[int, set[str]] = {}
    for staff_member_id, kind in ask(_HELD, {"station": station_id, "people": list(staff_member_ids), "on": on}):
        held.setdefault(staff_member_id, set()).add(kind)
    return {staff_member_id: frozenset(kinds) for staff_member_id, kinds in held.items()}


_HELD = Hot("""
SELECT c.staff_member_id, c.kind FROM staff_certificate c JOIN staff_staffmember s ON s.id = c.staff_member_id
WHERE s.station_id = %(station)s AND s.is_active AND c.staff_member_id = ANY(%(people)s::bigint[])
      AND c.valid_from <= %(on)s AND c.valid_until > %(on)s
""")


def active_members(station_id: int, *posts: str) -> list[StaffMember]:
    """Return the active people of a station, of the given posts if any, by employee number."""
    members = StaffMember.objects.at_station(station_id).filter(is_active=True)
    if posts:
        members = members.filter(post__in=posts)
    return list(members.order_by("employee_number"))


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A person in the list, with how their certificates stand: `expired`, `soon` (within 60 days) or empty."""

    member: StaffMember
    skills: tuple[str, ...]
    certificate_state: str
    next_expiry_on: date | None


def member_lines(actor: Actor, on: date) -> list[MemberLine]:
    """Return the people of the visible stations with their skills and the next certificate to run out."""
    members = (
        StaffMember.objects.visible_to(actor, P.VIEW)
        .select_related("station", "team")
        .prefetch_related("skills", "certificates")
        .order_by("station__code", "-is_active", "employee_number")
    )
    return [_line(member, on) for member in members]


def _line(member: StaffMember, on: date) -> MemberLine:
    # Of each kind only the longest-running certificate counts: a renewed one replaces the old.
    latest: dict[str, date] = {}
    for certificate in member.certificates.all():
        latest[certificate.kind] = max(certificate.valid_until, latest.get(certificate.kind, certificate.valid_until))
    first = min(latest.values(), default=None)
    return MemberLine(
        member=member,
        skills=tuple(skill.name for skill in member.skills.all()),
        certificate_state=certificate_state(first, on),
        next_expiry_on=first,
    )


def certificate_state(valid_until: date | None, on: date) -> str:
    """Tell how a certificate stands on a day: `expired`, `soon` or an empty text."""
    if valid_until is None:
        return ""
    if valid_until <= on:
        return "expired"
    return "soon" if valid_until <= on + timedelta(days=EXPIRY_WARNING_DAYS) else ""


def shifts_between(staff_member_ids: Iterable[int], from_at: datetime, until_at: datetime) -> dict[int, list[Shift]]:
    """Return each person's shifts that begin in a span of time, in order."""
    found: dict[int, list[Shift]] = {}
    rows = Shift.objects.filter(
        staff_member_id__in=list(staff_member_ids), starts_at__gte=from_at, starts_at__lt=until_at
    ).order_by("starts_at")
    for row in rows:
        found.setdefault(row.staff_member_id, []).append(row)
    return found
