"""Messages through the API: one's own inbox, the outbox, the rules of sending, webhooks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Body, Path, Query, Router, Schema
from pydantic import Field

from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible
from aftersales.doors.commands import actor_of, answer_command
from aftersales.doors.masters import (
    Given,
    Identity,
    LocalTime,
    Master,
    Verb,
    Wanted,
    add_change,
    add_list,
    add_opening,
    add_reading,
    add_verbs,
    columns,
    json_answer,
    page_schema,
    require_anywhere,
)
from aftersales.doors.openapi import listed
from aftersales.doors.pages import page_of
from aftersales.doors.steps import PROBLEMS, IdempotencyKey
from aftersales.network.models import Station
from aftersales.notifications import services, webhooks
from aftersales.notifications.choices import Channel, MessageState
from aftersales.notifications.models import InboxLine, Message, SendingRules, WebhookEndpoint
from aftersales.notifications.notices import notice_of
from aftersales.notifications.permissions import P
from aftersales.notifications.queries import endpoints_for

inbox_router = Router(tags=["inbox"])
message_router = Router(tags=["message"])
rules_router = Router(tags=["sending_rules"])
webhook_router = Router(tags=["webhook"])
SentBy = Annotated[Channel, listed(Channel)]


class InboxLineOut(Schema):
    """A message to me, in my language."""

    id: int
    subject: str
    text: str
    told_at: datetime
    read_at: datetime | None
    subject_kind: str
    subject_id: int | None


class MarkReadIn(Given):
    """Which lines I have read; left out: all of them."""

    line_ids: Annotated[list[Identity], Field(max_length=200)] | None = None


class MarkedOut(Schema):
    """How many lines were unread."""

    marked: int


def _line(line: InboxLine, _actor: Actor) -> Mapping[str, Any]:
    message = line.message
    notice = notice_of(message.template, message.payload, get_language() or "zh-hans")
    return {
        "id": line.pk,
        "subject": notice.subject,
        "text": notice.text,
        "told_at": message.created_at,
        "read_at": line.read_at,
        "subject_kind": message.subject_kind,
        "subject_id": message.subject_id,
    }


add_list(
    inbox_router,
    Master(
        name="inbox",
        model=InboxLine,
        shows=InboxLineOut,
        scope=lambda actor: InboxLine.objects.filter(user_id=actor.user_id or 0).select_related("message"),
        show=_line,
    ),
)


@inbox_router.post(
    "/mark-read", response={200: MarkedOut, **PROBLEMS}, operation_id="inbox_mark_read", summary="Mark as read"
)
def mark_read(
    request: HttpRequest, idempotency_key: IdempotencyKey, payload: Annotated[MarkReadIn, Body()]
) -> HttpResponse:
    """Mark lines of one's own inbox as read; ids of other people's lines do nothing."""

    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        return {"marked": services.mark_read(actor, at, lines=payload.line_ids)}

    return answer_command(request, command)


class MessageOut(Schema):
    """A message of the outbox."""

    id: int
    station_id: int
    channel: str
    purpose: str
    template: str
    state: str
    tries: int
    next_try_at: datetime
    created_at: datetime
    sent_at: datetime | None
    error: str
    subject_kind: str
    subject_id: int | None
    endpoint_id: int | None
    version: int


class MessageWanted(Wanted):
    """Which messages."""

    station_id: Identity | None = None
    state: MessageState | None = None
    channel: SentBy | None = None
    endpoint_id: Identity | None = None


def send_again(message: Message, actor: Actor, at: datetime) -> Message:
    """Put a parked or refused message back into the queue."""
    return services.send_again(actor, at, message=message)


MESSAGES = Master(name="message", model=Message, right=P.OUTBOX, shows=MessageOut, wanted=MessageWanted)
add_reading(message_router, MESSAGES)
add_verbs(message_router, MESSAGES, Verb(name="send_again", service=send_again))


class SendingRulesOut(Schema):
    """Quiet hours and the daily limit of a station, or of the network."""

    id: int
    station_id: int | None
    quiet_from: LocalTime
    quiet_until: LocalTime
    care_messages_a_day: int
    version: int


class SendingRulesIn(Given):
    """Setting them again replaces them; no station: for the network."""

    station_id: Identity | None = None
    quiet_from: LocalTime
    quiet_until: LocalTime
    care_messages_a_day: Annotated[int, Field(ge=0, le=20)]


def _own_or_network(model: Any) -> Any:
    def scope(actor: Actor) -> Any:
        stations = actor.stations_with()
        rows = model.objects.all()
        return rows if stations is None else rows.filter(Q(station__isnull=True) | Q(station_id__in=stations))

    return scope


def set_rules(actor: Actor, at: datetime, *, station: Station | None = None, **values: Any) -> SendingRules:
    """Set quiet hours and the daily limit; equal times mean no quiet hours."""
    return services.set_sending_rules(actor, at, station_id=station.pk if station else None, **values)


RULES = Master(name="sending_rules", model=SendingRules, shows=SendingRulesOut, scope=_own_or_network(SendingRules))
add_list(rules_router, RULES)
add_opening(rules_router, RULES, Verb(name="set", service=set_rules, takes=SendingRulesIn, rows={"station": Station}))


# -- webhooks ------------------------------------------------------------------------------------------------


class WebhookOut(Schema):
    """An address told about events, signed with HMAC; the secret is told once."""

    id: int
    station_id: int | None
    name: str
    url: str
    events: list[str]
    is_active: bool
    created_at: datetime
    version: int


class WebhookSecretOut(WebhookOut):
    """With the new signing secret; told once and not kept with the idempotency key."""

    secret: str = ""


Events = Annotated[list[Annotated[str, Field(max_length=80)]], Field(min_length=1, max_length=50)]


class WebhookIn(Given):
    """Where to call, and about what: `repairs.repairorder.release`, `repairs.*` or `*`."""

    station_id: Identity | None = None
    name: Annotated[str, Field(min_length=1, max_length=60)]
    url: Annotated[str, Field(min_length=1, max_length=300)]
    events: Events


class WebhookChange(Given):
    """What is left out stays as it is."""

    name: Annotated[str, Field(min_length=1, max_length=60)] = Field(default_factory=str)
    url: Annotated[str, Field(min_length=1, max_length=300)] = Field(default_factory=str)
    events: Events = Field(default_factory=list)
    is_active: bool = True


def _endpoints(actor: Actor) -> Any:
    require_anywhere(actor, P.WEBHOOKS)
    return WebhookEndpoint.objects.filter(pk__in=[row.pk for row in endpoints_for(actor, P.WEBHOOKS)])


def register_webhook(actor: Actor, at: datetime, *, station_id: int | None = None, **values: Any) -> WebhookEndpoint:
    """Set up a webhook with a new secret."""
    if station_id is not None and not Station.objects.filter(pk=station_id).exists():
        raise NotVisible
    return webhooks.register_endpoint(actor, at, station_id=station_id, **values)


def change_webhook(endpoint: WebhookEndpoint, actor: Actor, at: datetime, **values: Any) -> WebhookEndpoint:
    """Change where and about what a webhook tells, or switch it off."""
    kept = {name: getattr(endpoint, name) for name in ("name", "url", "events", "is_active")}
    return webhooks.change_endpoint(actor, at, endpoint=endpoint, **(kept | values))


def roll_secret(endpoint: WebhookEndpoint, actor: Actor, at: datetime) -> WebhookEndpoint:
    """Give the webhook a new secret; calls are signed with the last one too until the next roll."""
    return webhooks.roll_secret(actor, at, endpoint=endpoint)


def _with_secret(row: WebhookEndpoint, _actor: Actor) -> dict[str, Any]:
    return {**columns(row, WebhookOut), "secret": ""}


WEBHOOKS = Master(name="webhook", model=WebhookEndpoint, shows=WebhookOut, scope=_endpoints)
add_reading(webhook_router, WEBHOOKS)
add_opening(
    webhook_router,
    WEBHOOKS,
    Verb(
        name="register",
        service=register_webhook,
        takes=WebhookIn,
        shows=WebhookSecretOut,
        answers=_with_secret,
        secret=lambda row: {"secret": row.secret},
        status=201,
    ),
)
add_change(webhook_router, WEBHOOKS, Verb(name="change", service=change_webhook, takes=WebhookChange))
add_verbs(
    webhook_router,
    WEBHOOKS,
    Verb(
        name="roll_secret",
        service=roll_secret,
        shows=WebhookSecretOut,
        answers=_with_secret,
        secret=lambda row: {"secret": row.secret},
    ),
)


@webhook_router.get(
    "/{key}/deliveries",
    response={200: page_schema(MessageOut), **PROBLEMS},
    operation_id="webhook_deliveries",
    summary="Deliveries of a webhook",
)
def deliveries(request: HttpRequest, key: Annotated[int, Path(ge=1, le=2**53)], wanted: Query[Wanted]) -> HttpResponse:
    """Return what was sent to a webhook, newest first, by cursor."""
    actor = actor_of(request)
    endpoint = WEBHOOKS.find(actor, key)
    rows = Message.objects.everywhere().filter(endpoint=endpoint)
    stations = actor.stations_with(P.WEBHOOKS)
    if stations is not None and not actor.may(P.WEBHOOKS, None):
        rows = rows.filter(station_id__in=stations)
    page = page_of(rows, order=("-id",), cursor=wanted.cursor, size=wanted.size)
    shown = [columns(row, MessageOut) for row in page.rows]
    return json_answer({"rows": shown, "next_cursor": page.next_cursor, "previous_cursor": page.previous_cursor})
