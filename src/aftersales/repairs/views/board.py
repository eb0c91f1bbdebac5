"""The workshop board: live, by state, narrowed to an advisor, a technician, a bay or one's own cars."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden
from aftersales.doors.commands import actor_of
from aftersales.network.models import Station
from aftersales.network.queries import visible_stations
from aftersales.repairs.permissions import P
from aftersales.repairs.queries.board import Board, BoardFilter, board_of, board_version
from aftersales.standards.binding import fulfils
from aftersales.web import htmx, live

TEMPLATE = "repairs/board.html"
REGION = "workshop-board"
MOST_STATIONS = 200


def _number(request: HttpRequest, name: str) -> int | None:
    typed = request.GET.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None


def _station_id(request: HttpRequest, actor: Actor) -> tuple[int, list[Station]]:
    """Return the station shown, and the ones to choose from where there are several."""
    ids = actor.stations_with(P.VIEW)
    if ids is not None and len(ids) == 1:
        return ids[0], []
    choices = list(visible_stations(actor, P.VIEW)[:MOST_STATIONS]) if ids is None or ids else []
    if not choices:
        raise Forbidden(_("Your role does not allow seeing repair orders."), code="forbidden")
    known = {station.pk for station in choices}
    asked = _number(request, "station")
    wanted = asked if asked in known else actor.home_station_id
    return (wanted if wanted in known and wanted is not None else choices[0].pk), choices


def _filter(request: HttpRequest, actor: Actor) -> BoardFilter:
    own = request.GET.get("mine") == "1"
    return BoardFilter(
        advisor_id=_number(request, "advisor"),
        technician_id=_number(request, "technician"),
        bay_id=_number(request, "bay"),
        staff_member_id=(actor.staff_member_id or 0) if own else None,
    )


def _address(station_id: int, stations: list[Station], wanted: BoardFilter) -> str:
    asked: dict[str, Any] = {
        "advisor": wanted.advisor_id,
        "technician": wanted.technician_id,
        "bay": wanted.bay_id,
        "mine": 1 if wanted.staff_member_id is not None else None,
        "station": station_id if stations else None,
    }
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    return reverse("repairs:board") + (f"?{query}" if query else "")


def _choices(board: Board, wanted: BoardFilter) -> list[dict[str, Any]]:
    return [
        {"name": "advisor", "label": _("Service advisor"), "rows": board.advisors, "chosen": wanted.advisor_id},
        {"name": "technician", "label": _("Technician"), "rows": board.technicians, "chosen": wanted.technician_id},
        {"name": "bay", "label": _("Bay"), "rows": board.bays, "chosen": wanted.bay_id},
    ]


@require_safe
@fulfils("WORK-09", "IS-03")
def board_page(request: HttpRequest) -> HttpResponse:
    """Show the board; a polling region that already shows this version costs one cheap statement and no body."""
    actor, at = actor_of(request), timezone.now()
    station_id, stations = _station_id(request, actor)
    wanted = _filter(request, actor)
    tag = live.etag(request, station_id, wanted, *board_version(station_id))
    if unchanged := live.not_modified(request, tag):
        return unchanged

    may_give = actor.may(P.DISPATCH, station_id)

    def context() -> dict[str, Any]:
        board = board_of(actor, station_id, at, wanted)
        return {
            "may_give": may_give,
            "board": board,
            "etag": tag,
            "region_url": _address(station_id, stations, wanted),
            "choices": _choices(board, wanted),
            "stations": stations,
            "station_id": station_id,
            "mine": wanted.staff_member_id is not None,
            "is_narrowed": wanted != BoardFilter(),
            "may_receive": actor.may(P.RECEIVE, station_id),
        }

    return live.tagged(htmx.page(request, TEMPLATE, context, partials=(REGION,)), tag)
