"""Who may do what on which day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from aftersales.staff.models import Certificate, StaffMember


def holds_certificate(staff_member_id: int, kind: str, on: date) -> bool:
    """Tell whether the person holds a certificate of that kind valid on that day (SAFE-06, QC-02)."""
    return Certificate.objects.filter(
        staff_member_id=staff_member_id, kind=kind, valid_from__lte=on, valid_until__gt=on
    ).exists()


def certificates_held(staff_member_ids: Iterable[int], on: date) -> dict[int, frozenset[str]]:
    """Return the kinds of certificate each person holds on that day, in one statement."""
    held: dict[int, set[str]] = {}
    rows = Certificate.objects.filter(
        staff_member_id__in=list(staff_member_ids), valid_from__lte=on, valid_until__gt=on
    ).values_list("staff_member_id", "kind")
    for staff_member_id, kind in rows:
        held.setdefault(staff_member_id, set()).add(kind)
    return {staff_member_id: frozenset(kinds) for staff_member_id, kinds in held.items()}


def active_members(station_id: int, *posts: str) -> list[StaffMember]:
    """Return the active people of a station, of the given posts if any, by employee number."""
    members = StaffMember.objects.at_station(station_id).filter(is_active=True)
    if posts:
        members = members.filter(post__in=posts)
    return list(members.order_by("employee_number"))
