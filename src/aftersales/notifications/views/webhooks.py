"""Setting up webhooks and looking at their deliveries."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, NotVisible, Refusal
from aftersales.network.models import Station
from aftersales.notifications import queries, webhooks
from aftersales.notifications.models import Message, WebhookEndpoint
from aftersales.notifications.permissions import P
from aftersales.web.htmx import go_to, page

KEPT = ("name", "url", "events")


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may_anywhere(P.WEBHOOKS):
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    return actor


def _stations(actor: Actor) -> list[Station]:
    allowed = actor.stations_with(P.WEBHOOKS)
    rows = Station.objects.filter(is_active=True)
    return list(rows if allowed is None else rows.filter(pk__in=allowed))


def _entered(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": request.POST.get("name", ""),
        "url": request.POST.get("url", ""),
        "events": request.POST.get("events", "").replace(",", " ").split(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def webhooks_page(request: HttpRequest) -> HttpResponse:
    """List the webhooks; on POST set up a new one."""
    actor = _actor(request)
    context: dict[str, Any] = {
        "stations": _stations(actor),
        "may_network": actor.may(P.WEBHOOKS, None),
        "entered": {"name": "", "url": "", "events": ""},
    }
    status = 200
    if request.method == "POST":
        entered = _entered(request)
        try:
            endpoint = webhooks.register_endpoint(
                actor, timezone.now(), station_id=_station_id(request.POST.get("station", ""), context), **entered
            )
            return go_to(request, reverse("notifications:webhook", args=(endpoint.pk,)))
        except Refusal as refusal:
            context |= {"refusal": refusal, "entered": {**entered, "events": " ".join(entered["events"])}}
            status = refusal.status
    context["endpoints"] = queries.endpoints_for(actor, P.WEBHOOKS)
    return page(request, "notifications/webhooks.html", context, status=status)


def _station_id(named: str, context: dict[str, Any]) -> int | None:
    if named == "" and context["may_network"]:
        return None
    for station in context["stations"]:
        if str(station.pk) == named:
            return int(station.pk)
    raise NotVisible


def _endpoint(actor: Actor, endpoint_id: int) -> WebhookEndpoint:
    allowed = actor.stations_with(P.WEBHOOKS)
    rows = WebhookEndpoint.objects.select_related("station")
    if allowed is not None:
        mine = Q(station_id__in=allowed)
        rows = rows.filter(mine | Q(station__isnull=True) if actor.may(P.WEBHOOKS, None) else mine)
    try:
        return rows.get(pk=endpoint_id)
    except WebhookEndpoint.DoesNotExist:
        raise NotVisible from None


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_page(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Show a webhook with its secrets and last deliveries; on POST change it."""
    actor = _actor(request)
    endpoint = _endpoint(actor, endpoint_id)
    context: dict[str, Any] = {"endpoint": endpoint, "events": " ".join(endpoint.events)}
    status = 200
    if request.method == "POST":
        version = request.POST.get("version", "")
        held(endpoint, int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1)
        try:
            is_active = request.POST.get("is_active") == "on"
            webhooks.change_endpoint(actor, timezone.now(), endpoint=endpoint, is_active=is_active, **_entered(request))
            return go_to(request, reverse("notifications:webhook", args=(endpoint.pk,)))
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
    deliveries = Message.objects.everywhere().filter(endpoint=endpoint).select_related("station").order_by("-id")[:50]
    allowed = actor.stations_with(P.WEBHOOKS)
    context["deliveries"] = list(
        deliveries if allowed is None else [row for row in deliveries if row.station_id in allowed]
    )
    return page(request, "notifications/webhook.html", context, status=status)


@require_POST
def roll_secret(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Give the webhook a new secret; the last one stays valid."""
    actor = _actor(request)
    endpoint = webhooks.roll_secret(actor, timezone.now(), endpoint=_endpoint(actor, endpoint_id))
    return go_to(request, reverse("notifications:webhook", args=(endpoint.pk,)))
