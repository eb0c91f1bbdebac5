"""The first page after signing in: what needs me now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from aftersales.appointments.permissions import P as Bookings
from aftersales.doors.commands import actor_of
from aftersales.insight.my_work import work_of
from aftersales.insight.work.house import doors_of, stations_today
from aftersales.notifications.services import mark_read
from aftersales.repairs.permissions import P as Orders
from aftersales.standards.permissions import P as Standard
from aftersales.web import htmx, live

TEMPLATE = "insight/my_work.html"
REGION = "my-work"
SHOWN = 60


def _context(request: HttpRequest) -> dict[str, Any]:
    """Return what the page shows; its tag is made of that, so nothing shown can change unnoticed."""
    actor, at = actor_of(request), timezone.now()
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = work_of(actor, at, midnight)
    stations = stations_today(at) if actor.sees_network and Standard.READ in actor.network_rights else []
    return {
        "rows": rows[:SHOWN],
        "more": max(len(rows) - SHOWN, 0),
        "late": sum(row.is_late and row.line_id is None for row in rows),
        "doors": doors_of(actor),
        "stations": stations,
        "may_receive": actor.may_anywhere(Orders.RECEIVE),
        "may_book": actor.may_anywhere(Bookings.BOOK) and bool(actor.rights),
        "may_see_board": actor.may_anywhere(Orders.VIEW),
        "etag": live.etag(request, rows, stations),
    }


@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """Show what the reader has to do, by clock; a polling region that shows it already gets no body."""
    context = _context(request)
    tag = context["etag"]
    if unchanged := live.not_modified(request, tag):
        return unchanged
    return live.tagged(htmx.page(request, TEMPLATE, context, partials=(REGION,)), tag)


@require_POST
def put_away(request: HttpRequest, line_id: int) -> HttpResponse:
    """Put a call from the bay away: it stays in the inbox, read. Done twice it does nothing more."""
    mark_read(actor_of(request), timezone.now(), lines=[line_id])
    return htmx.redirect_or_fragments(
        request, to="/", template=TEMPLATE, parts=(REGION,), context=lambda: _context(request)
    )
