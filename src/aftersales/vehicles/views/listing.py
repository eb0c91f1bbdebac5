"""The list of vehicles."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aftersales.core.records import require_right
from aftersales.doors.commands import actor_of
from aftersales.search.queries import find
from aftersales.vehicles.permissions import P
from aftersales.vehicles.queries import vehicles_visible_to
from aftersales.web.htmx import page

PAGE = 50
LARGEST_ID = 2**62


@require_safe
def vehicles_page(request: HttpRequest) -> HttpResponse:
    """List the vehicles, newest first, 50 a page, or those that the search text finds."""
    actor = actor_of(request)
    if not actor.may_anywhere(P.VIEW):
        require_right(actor, P.VIEW, None)
    text = request.GET.get("q", "")[:80]
    rows = vehicles_visible_to(actor).select_related("model", "station")
    more = ""
    if text.strip():
        ids = [hit.object_id for hit in find(actor, text, kinds=["vehicle"], limit=PAGE)]
        found = {vehicle.pk: vehicle for vehicle in rows.filter(pk__in=ids)}
        listed = [found[pk] for pk in ids if pk in found]
    else:
        before = request.GET.get("before", "")
        if before.isascii() and before.removeprefix("V").isdigit() and len(before) <= 20:
            rows = rows.filter(number__lt=before)
        listed = list(rows.order_by("-number")[: PAGE + 1])
        if len(listed) > PAGE:
            listed = listed[:PAGE]
            more = f"{reverse('vehicles:list')}?before={listed[-1].number}"
    context = {
        "vehicles": listed,
        "text": text,
        "more": more,
        "may_register": actor.may_anywhere(P.REGISTER),
        "may_models": actor.may_anywhere(P.MODEL),
    }
    return page(request, "vehicles/list.html", context, partials=("vehicles-rows",))
