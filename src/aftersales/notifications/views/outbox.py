"""What was sent, what waits, what is parked: for those who oversee it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden
from aftersales.notifications import services
from aftersales.notifications.choices import Channel, MessageState
from aftersales.notifications.models import Message
from aftersales.notifications.permissions import P
from aftersales.web.htmx import go_to, page


@require_safe
def outbox_page(request: HttpRequest) -> HttpResponse:
    """List the messages of the stations the actor oversees, by state."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may_anywhere(P.OUTBOX):
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    wanted = request.GET.get("state", MessageState.PARKED)
    state = wanted if wanted in MessageState.values else MessageState.PARKED
    messages = (
        Message.objects.visible_to(actor, P.OUTBOX)
        .filter(state=state)
        .exclude(channel=Channel.IN_APP)
        .select_related("station", "endpoint")
        .order_by("-id")
    )
    shown = Paginator(messages, 50).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "state": state,
        "states": MessageState.choices,
        "can_retry": state in ("parked", "failed"),
    }
    return page(request, "notifications/outbox.html", context)


@require_POST
def send_again(request: HttpRequest, message_id: int) -> HttpResponse:
    """Put a parked message back into the queue."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    message = Message.objects.get_visible(actor, P.OUTBOX, pk=message_id)
    services.send_again(actor, timezone.now(), message=message)
    return go_to(request, reverse("notifications:outbox"))
