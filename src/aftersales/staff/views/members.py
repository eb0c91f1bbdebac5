"""The people's pages: who works here, what they can do, when they work."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from aftersales.core.documents import held
from aftersales.core.errors import NotVisible
from aftersales.core.transactions import run_in_transaction
from aftersales.doors.html import version_in
from aftersales.network.queries import visible_station, visible_stations
from aftersales.network.rules import business_date
from aftersales.network.screens import actor_of, answer_form, require_page_right
from aftersales.staff import queries, services
from aftersales.staff.forms import CertificateForm, MemberForm, ShiftWeekForm
from aftersales.staff.models import Certificate, StaffMember
from aftersales.staff.permissions import P

get_or_post = require_http_methods(["GET", "POST"])


@require_GET
def members(request: HttpRequest) -> HttpResponse:
    """List the people of the reader's stations."""
    actor = require_page_right(request, P.VIEW)
    context = {
        "lines": queries.member_lines(actor, business_date(timezone.now())),
        "stations": list(visible_stations(actor, P.CHANGE)),
    }
    return render(request, "staff/members.html", context)


@get_or_post
def add_member(request: HttpRequest, station_id: int) -> HttpResponse:
    """Enter a person."""
    actor = actor_of(request)
    station = visible_station(actor, station_id, P.CHANGE)
    form = MemberForm(request.POST or None, station=station)
    del form.fields["is_active"]

    def save(values: dict[str, Any]) -> None:
        skills = [skill.code for skill in values.pop("skills")]

        def command() -> None:
            at = timezone.now()
            member = services.register_member(actor, at, station=station, **values)
            services.set_skills(member, actor, at, skills)

        run_in_transaction(command)

    return answer_form(request, form, save, heading=_("New person"), back=reverse("administration:members"))


@get_or_post
def member(request: HttpRequest, member_id: int) -> HttpResponse:
    """Show and change a person, with certificates below."""
    actor = actor_of(request)
    row = StaffMember.objects.select_related("station").get_visible(actor, P.CHANGE, pk=member_id)
    initial = {
        "employee_number": row.employee_number,
        "name": row.name,
        "post": row.post,
        "team": row.team_id,
        "user": row.user_id,
        "badge": row.badge,
        "is_active": row.is_active,
        "skills": [skill.code for skill in row.skills.all()],
    }

    def save(values: dict[str, Any]) -> None:
        skills = [skill.code for skill in values.pop("skills")]

        def command() -> None:
            at = timezone.now()
            services.change_member(held(row, version_in(request)), actor, at, **values)
            services.set_skills(StaffMember(pk=row.pk), actor, at, skills)

        run_in_transaction(command)

    on = business_date(timezone.now())
    certificates = [
        (certificate, queries.certificate_state(certificate.valid_until, on)) for certificate in row.certificates.all()
    ]
    return answer_form(
        request,
        MemberForm(request.POST or None, initial=initial, station=row.station),
        save,
        heading=row.name,
        back=reverse("administration:members"),
        version=row.version,
        template="staff/member.html",
        extra={"member": row, "certificates": certificates},
    )


@get_or_post
def add_certificate(request: HttpRequest, member_id: int) -> HttpResponse:
    """Enter a certificate of a person."""
    actor = actor_of(request)
    row = StaffMember.objects.get_visible(actor, P.CHANGE, pk=member_id)
    return answer_form(
        request,
        CertificateForm(request.POST or None),
        lambda values: services.add_certificate(row, actor, timezone.now(), **values),
        heading=_("New certificate of %(name)s") % {"name": row.name},
        back=reverse("administration:member", args=[row.pk]),
    )


@get_or_post
def change_certificate(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Correct or prolong a certificate."""
    actor = actor_of(request)
    row = Certificate.objects.select_related("staff_member").filter(pk=certificate_id).first()
    if row is None or not actor.may(P.CHANGE, row.station_id):
        raise NotVisible
    initial = {
        "kind": row.kind,
        "number": row.number,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }
    return answer_form(
        request,
        CertificateForm(request.POST or None, initial=initial),
        lambda values: services.change_certificate(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=_("Certificate of %(name)s") % {"name": row.staff_member.name},
        back=reverse("administration:member", args=[row.staff_member_id]),
        version=row.version,
    )


def _monday_of(typed: str, today: date) -> date:
    try:
        asked = date.fromisoformat(typed)
    except ValueError:
        asked = today
    if not 2000 <= asked.year <= 2200:
        asked = today
    return asked - timedelta(days=asked.weekday())


@get_or_post
def shifts(request: HttpRequest, member_id: int) -> HttpResponse:
    """Set one person's week; `?week=` names any day of it."""
    actor = actor_of(request)
    row = StaffMember.objects.select_related("station").get_visible(actor, P.CHANGE, pk=member_id)
    zone = row.station.time_zone
    monday = _monday_of(request.GET.get("week", ""), business_date(timezone.now(), zone))
    from_at = datetime.combine(monday, time.min, ZoneInfo(zone))
    until_at = datetime.combine(monday + timedelta(days=7), time.min, ZoneInfo(zone))
    form = ShiftWeekForm(request.POST or None, monday=monday, time_zone=zone)
    form.initial = form.initial_of(queries.shifts_between([row.pk], from_at, until_at).get(row.pk, []))
    here = reverse("administration:shifts", args=[row.pk])
    return answer_form(
        request,
        form,
        lambda _values: services.set_week(
            row, actor, timezone.now(), from_at=from_at, until_at=until_at, shifts=form.shifts()
        ),
        heading=_("Shifts of %(name)s") % {"name": row.name},
        back=f"{here}?week={monday}",
        template="staff/shifts.html",
        extra={
            "days": [(form[f"starts_{day}"], form[f"ends_{day}"]) for day in range(7)],
            "here": here,
            "monday": monday,
            "last_week": monday - timedelta(days=7),
            "next_week": monday + timedelta(days=7),
            "people": reverse("administration:member", args=[row.pk]),
        },
    )
