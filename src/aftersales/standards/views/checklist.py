"""Daily checklists: see who has signed today, and sign."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, InputRefused, NotVisible
from aftersales.network.models import Station
from aftersales.standards import checklists, services
from aftersales.standards.models import Attestation
from aftersales.standards.permissions import P
from aftersales.web.htmx import page


def _station(actor: Actor) -> Station:
    """Return the station at which the actor signs: the home station, else the first one with the right."""
    allowed = actor.stations_with(P.ATTEST)
    if actor.home_station_id is not None and (allowed is None or actor.home_station_id in allowed):
        return Station.objects.get(pk=actor.home_station_id)
    if not allowed:
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    return Station.objects.get(pk=allowed[0])


@require_safe
def checklists_page(request: HttpRequest) -> HttpResponse:
    """List the daily checklists of the actor's station with today's signatures."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    station = _station(actor)
    today = timezone.localdate()
    signed: dict[str, list[Attestation]] = {}
    for row in Attestation.objects.visible_to(actor, P.ATTEST).filter(station=station, on=today).order_by("pk"):
        signed.setdefault(row.checklist, []).append(row)
    rows = [(row, signed.get(row.clause, [])) for row in checklists.all_checklists().values() if row.daily]
    return page(request, "standards/checklists.html", {"rows": rows, "station": station, "today": today})


@require_http_methods(["GET", "HEAD", "POST"])
def checklist_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show one daily checklist, and sign it on POST."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    station = _station(actor)
    checklist = checklists.all_checklists().get(code)
    if checklist is None or not checklist.daily:
        raise NotVisible
    context = {"checklist": checklist, "station": station, "refusal": None, "ticked": ()}
    if request.method != "POST":
        return page(request, "standards/checklist.html", context)
    ticked = {item.code: True for item in checklist.items if request.POST.get(item.code) == "on"}
    now = timezone.now()
    try:
        services.attest(
            actor,
            now,
            station=station,
            checklist=code,
            on=timezone.localdate(now),
            answers=ticked,
            remark=request.POST.get("remark", "").replace("\x00", "")[:500],
        )
    except InputRefused as refusal:
        context |= {"refusal": refusal, "ticked": tuple(ticked)}
        return page(request, "standards/checklist.html", context, status=422)
    messages.success(request, _("Signed: %(title)s") % {"title": checklist.title})
    return redirect("standards:checklists")
