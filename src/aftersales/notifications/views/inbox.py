"""A person's own inbox."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from aftersales.core.actor import Actor
from aftersales.notifications import queries, services
from aftersales.web.htmx import go_to, page

MOST_LINES = 200


@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    """List the actor's messages, newest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    number = request.GET.get("page", "1")
    shown, rows = queries.inbox_page(actor, int(number) if _is_count(number) else 1, get_language() or "zh-hans")
    return page(
        request,
        "notifications/inbox.html",
        {"rows": rows, "shown": shown, "unread": any(not row.is_read for row in rows)},
        partials=("inbox-lines",),
    )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """Mark the named lines as read, or all of them when none is named."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    named = [int(line) for line in request.POST.getlist("line")[:MOST_LINES] if line.isascii() and line.isdigit()]
    wanted = [line for line in named if line < 2**63]
    services.mark_read(actor, timezone.now(), lines=wanted if request.POST.getlist("line") else None)
    return go_to(request, reverse("notifications:inbox"))


def bell(request: HttpRequest) -> int:
    """Return the number beside the bell; named in the navigation's table."""
    return queries.unread_count(request.actor)  # type: ignore[attr-defined]
