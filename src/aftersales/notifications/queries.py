"""What is in an inbox, what waits, what is parked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.prepared import prepared
from aftersales.notifications.choices import MessageState
from aftersales.notifications.models import InboxLine, Message, WebhookEndpoint
from aftersales.notifications.notices import Notice, notice_of

MOST_COUNTED = 99


def unread_count(actor: Actor) -> int:
    """Return how many lines of the actor's inbox are unread, 99 at most: one index read, for the bell on every page."""
    if actor.user_id is None:
        return 0
    return len(_unread(actor.user_id))


@prepared
def _unread(user_id: int) -> QuerySet[InboxLine, int]:
    rows = InboxLine.objects.filter(user_id=user_id, read_at__isnull=True)
    return rows.order_by().values_list("pk", flat=True)[:MOST_COUNTED]


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A line of the inbox in the reader's language."""

    line_id: int
    notice: Notice
    station_name: str
    told_at: datetime
    is_read: bool
    subject_kind: str
    subject_id: int | None
    url: str


def inbox_page(actor: Actor, number: int, language: str, size: int = 50) -> tuple[Page[Any], list[InboxRow]]:
    """Return a page of the actor's inbox, newest first."""
    lines = (
        InboxLine.objects.filter(user_id=actor.user_id or 0).select_related("message__station").order_by("-message_id")
    )
    page = Paginator(lines, size).get_page(number)
    rows = [
        InboxRow(
            line_id=line.pk,
            notice=notice_of(line.message.template, line.message.payload, language),
            station_name=line.message.station.name,
            told_at=line.message.created_at,
            is_read=line.read_at is not None,
            subject_kind=line.message.subject_kind,
            subject_id=line.message.subject_id,
            url=_own_address(line.message.payload.get("url")),
        )
        for line in page
    ]
    return page, rows


def _own_address(url: object) -> str:
    """Return a link inside the program; anything else is not linked."""
    return url if isinstance(url, str) and url.startswith("/") and not url.startswith(("//", "/\\")) else ""


def messages_about(actor: Actor, document: Any) -> list[Message]:
    """Return the visible messages about a document, oldest first."""
    rows = Message.objects.visible_to(actor).filter(subject_kind=subject_kind(document), subject_id=document.pk)
    return list(rows.order_by("id"))


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    """What doctor and the administrator want to know."""

    queued: int
    overdue: int  # queued and due for more than five minutes: nobody is sending
    parked: int


def outbox_health(at: datetime) -> OutboxHealth:
    """Return how the outbox of the whole network stands; one statement."""
    late = at - timedelta(minutes=5)
    counted = (
        Message.objects.everywhere()
        .filter(state__in=(MessageState.QUEUED, MessageState.PARKED))
        .aggregate(
            queued=Count("id", filter=Q(state=MessageState.QUEUED)),
            overdue=Count("id", filter=Q(state=MessageState.QUEUED, next_try_at__lt=late)),
            parked=Count("id", filter=Q(state=MessageState.PARKED)),
        )
    )
    return OutboxHealth(**counted)


def endpoints_for(actor: Actor, code: str) -> list[WebhookEndpoint]:
    """Return the webhooks the actor may keep: of stations where the code is held, and the network's with its right."""
    stations = actor.stations_with(code)
    rows = WebhookEndpoint.objects.select_related("station")
    if stations is not None:
        allowed = Q(station_id__in=stations)
        rows = rows.filter(allowed | Q(station__isnull=True) if actor.may(code, None) else allowed)
    return list(rows.order_by("name", "id"))
