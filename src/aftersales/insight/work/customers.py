"""What customers wait for: bookings, follow-up calls, cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.appointments.choices import AppointmentState
from aftersales.appointments.models import Appointment
from aftersales.appointments.permissions import P as Bookings
from aftersales.care.permissions import P as Care
from aftersales.care.queries import calls_to_make, open_cases
from aftersales.insight.work.desk import BOOKING, MOST, Desk, WorkRow, row_of
from aftersales.repairs.permissions import P as Orders


def bookings(desk: Desk) -> Iterator[WorkRow]:
    """Requests to confirm (APPT-03), who comes today, whom to reconfirm (APPT-08), parts to put ready (APPT-07)."""
    books = desk.holds(Bookings.BOOK, Bookings.RECEIVE) or desk.holds(Bookings.BOOK, Care.CALL)
    picks = desk.holds(Bookings.ACKNOWLEDGE, Orders.ISSUE_PARTS)
    if not books and not picks:
        return
    coming = Q(
        state=AppointmentState.CONFIRMED,
        arrives_at__gte=desk.midnight,
        arrives_at__lt=desk.midnight + timedelta(days=2),
    )
    wanted = coming | Q(state=AppointmentState.REQUESTED) if books else coming & Q(parts_ready_at__isnull=True)
    rows = Appointment.objects.visible_to(desk.actor, Bookings.VIEW).filter(wanted)
    for booking in rows.order_by("arrives_at", "created_at", "pk")[:MOST]:
        if shown := _booking(desk, booking, books=books):
            kind, title, icon, url, action, due_at = shown
            yield row_of(
                desk,
                kind=kind,
                title=title,
                icon=icon,
                url=url,
                action=action,
                plate=booking.plate,
                who=booking.contact_name,
                note=booking.number,
                due_at=due_at,
            )


def _booking(desk: Desk, row: Appointment, *, books: bool) -> tuple[str, str, str, str, str, datetime | None] | None:
    page = reverse("appointments:booking", args=[row.number])
    if not books:
        return "prepick", _("Parts to put ready for a booking"), "package", page, _("Put ready"), row.arrives_at
    if row.state == AppointmentState.REQUESTED:
        due_at = desk.due(BOOKING, row.pk, "APPT-03")
        return "confirm", _("Booking request to confirm"), "calendar-plus", page, _("Confirm"), due_at
    if row.arrives_at is not None and row.arrives_at < desk.midnight + timedelta(days=1):
        if not desk.holds(Orders.RECEIVE):
            return None
        desk_url = f"{reverse('repairs:reception')}?appointment={row.number}"
        return "arrival", _("Comes today"), "car", desk_url, _("Receive"), row.arrives_at
    if row.reconfirmed_at is None:
        due_at = desk.due(BOOKING, row.pk, "APPT-08")
        return "reconfirm", _("To reconfirm"), "phone-call", page, _("Reconfirm"), due_at or row.arrives_at
    return None


def calls(desk: Desk) -> Iterator[WorkRow]:
    if not desk.holds(Care.CALL) or desk.actor.staff_member_id is None:
        return
    for row in calls_to_make(desk.actor, desk.at, desk.midnight.date()):
        if row.is_open:
            call = row.follow_up
            yield row_of(
                desk,
                kind="call",
                title=call.get_kind_display(),
                icon="phone-call",
                url=reverse("care:call", args=[call.number]),
                action=_("Call"),
                plate=call.plate,
                who=call.contact_name,
                note=call.about,
                due_at=call.due_at,
            )


def cases(desk: Desk) -> Iterator[WorkRow]:
    """Cases of the reader, and for whom names handlers those that nobody has yet."""
    if not desk.holds(Care.CASE_HANDLE):
        return
    mine = desk.actor.staff_member_id
    for row in open_cases(desk.actor, desk.at):
        case = row.case
        if case.handler_id == mine and mine is not None:
            title = _("Case in your hands")
        elif case.handler_id is None and desk.holds(Care.CASE_ASSIGN):
            title = _("Case without a handler")
        else:
            continue
        yield row_of(
            desk,
            kind="case",
            title=title,
            icon="message-report",
            url=reverse("care:case", args=[case.number]),
            action=_("Look"),
            plate=case.plate,
            who=case.complainant,
            note=case.number,
            due_at=case.due_at if case.solved_at is None else None,
        )
