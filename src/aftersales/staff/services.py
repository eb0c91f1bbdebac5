"""Writes on people, what they can do and when they work (HR-, SAFE-06)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from aftersales.accounts.models import User
from aftersales.core import records
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import lock_fresh, record_entry
from aftersales.network.models import Station, Team
from aftersales.network.validity import refuse_invalid, taken
from aftersales.staff.models import Certificate, Shift, Skill, StaffMember
from aftersales.staff.permissions import P


def register_member(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    employee_number: str,
    name: str,
    post: str,
    team: Team | None = None,
    user: User | None = None,
    badge: str = "",
) -> StaffMember:
    """Enter a person of the station."""
    member = StaffMember(
        station=station, employee_number=employee_number, name=name, post=post, team=team, user=user, badge=badge
    )
    _refuse_foreign_team(station.pk, team)
    refuse_invalid(member)
    try:
        return records.register(member, actor, at, right=P.CHANGE)
    except IntegrityError as error:
        raise taken(error) from None


def change_member(member: StaffMember, actor: Actor, at: datetime, **values: Any) -> StaffMember:
    """Set a person's name, number, post, team, badge, user or whether they still work here."""
    _refuse_foreign_team(member.station_id, values.get("team"))
    if "team" in values:
        team = values.pop("team")
        values["team_id"] = team.pk if team else None
    if "user" in values:
        user = values.pop("user")
        values["user_id"] = user.pk if user else None
    for name, value in values.items():
        setattr(member, name, value)
    refuse_invalid(member)
    try:
        return records.change(member, actor, at, right=P.CHANGE, **values)
    except IntegrityError as error:
        raise taken(error) from None


def _refuse_foreign_team(station_id: int, team: Team | None) -> None:
    if team is not None and team.station_id != station_id:
        sentence = _("This team belongs to another station.")
        raise InputRefused(sentence, code="foreign_team", fields={"team": sentence})


def set_skills(member: StaffMember, actor: Actor, at: datetime, codes: Iterable[str]) -> StaffMember:
    """Say what a person can do, by skill codes; the journal keeps what was there before."""
    wanted = sorted(set(codes))

    def command() -> StaffMember:
        fresh = lock_fresh(member)
        records.require_right(actor, P.CHANGE, fresh.station_id)
        skills = list(Skill.objects.filter(code__in=wanted))
        if len(skills) != len(wanted):
            sentence = _("Choose skills from the list.")
            raise InputRefused(sentence, code="unknown_skill", fields={"skills": sentence})
        before = sorted(fresh.skills.values_list("code", flat=True))
        if before != wanted:
            fresh.skills.set(skills)
            record_entry(fresh, step="skills_set", actor=actor, at=at, changes={"skills": [before, wanted]})
        return fresh

    return run_in_transaction(command)


def add_certificate(
    member: StaffMember,
    actor: Actor,
    at: datetime,
    *,
    kind: str,
    number: str = "",
    valid_from: date,
    valid_until: date,
) -> Certificate:
    """Enter a licence or training record, valid from one day up to but not including another (SAFE-06)."""
    certificate = Certificate(
        staff_member=member, kind=kind, number=number, valid_from=valid_from, valid_until=valid_until
    )
    refuse_invalid(certificate, exclude={"staff_member"})
    return records.register(certificate, actor, at, right=P.CHANGE)


def change_certificate(certificate: Certificate, actor: Actor, at: datetime, **values: Any) -> Certificate:
    """Correct or prolong a certificate."""
    for name, value in values.items():
        setattr(certificate, name, value)
    refuse_invalid(certificate, exclude={"staff_member"})
    return records.change(certificate, actor, at, right=P.CHANGE, **values)


def set_week(
    member: StaffMember,
    actor: Actor,
    at: datetime,
    *,
    from_at: datetime,
    until_at: datetime,
    shifts: Iterable[tuple[datetime, datetime]],
) -> list[Shift]:
    """Set a person's shifts that begin in a span of time (usually a week); they may not overlap."""
    wanted = sorted(shifts)
    for (_start, end), (following, _until) in pairwise(wanted):
        if following < end:
            raise InputRefused(_("Two shifts of the same person overlap."), code="shifts_overlap")
    if any(end <= start or not from_at <= start < until_at for start, end in wanted):
        raise InputRefused(_("A shift ends after it begins and begins in the week shown."), code="shift_times")

    def command() -> list[Shift]:
        fresh = lock_fresh(member)
        records.require_right(actor, P.CHANGE, fresh.station_id)
        stored = Shift.objects.filter(staff_member=fresh, starts_at__gte=from_at, starts_at__lt=until_at)
        before = [f"{row.starts_at:%Y-%m-%d %H:%M}–{row.ends_at:%H:%M}" for row in stored]
        stored.delete()
        rows = Shift.objects.bulk_create(
            Shift(staff_member=fresh, starts_at=start, ends_at=end) for start, end in wanted
        )
        after = [f"{row.starts_at:%Y-%m-%d %H:%M}–{row.ends_at:%H:%M}" for row in rows]
        if before != after:
            record_entry(fresh, step="shifts_set", actor=actor, at=at, changes={"shifts": [before, after]})
        return rows

    return run_in_transaction(command)
