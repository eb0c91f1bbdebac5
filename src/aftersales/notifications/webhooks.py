"""Telling other systems what has happened: signed calls through the outbox, retried for a day, then parked."""

from __future__ import annotations

import json
import re
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, InputRefused
from aftersales.core.records import require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import lock_fresh, record_entry
from aftersales.notifications import egress, rules, signing
from aftersales.notifications.models import Message, WebhookEndpoint
from aftersales.notifications.permissions import P

FRESH_SECONDS = 10
TEMPLATE = "webhook"
EVENT = re.compile(r"^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)$")

# One statement for all endpoints that subscribe; the rows themselves are asked, whatever this process remembers.
_PUBLISH = """
INSERT INTO notifications_message (station_id, channel, purpose, template, language, to_role, address, endpoint_id,
    subject_kind, subject_id, payload, dedupe_key, lane, state, tries, next_try_at, created_at, error)
SELECT %(station_id)s, 'webhook', 'service', %(template)s, '', '', '', id, %(subject_kind)s, %(subject_id)s,
    %(payload)s::jsonb, '', left(%(subject_kind)s || ':' || coalesce(%(subject_id)s::text, '') || ':webhook:' || id,
    160), 'queued', 0, %(at)s, %(at)s, ''
FROM notifications_webhookendpoint
WHERE is_active AND (station_id IS NULL OR station_id = %(station_id)s) AND events && %(patterns)s::varchar[]
"""


class _Known:
    """Which events anybody subscribes to, as this process last read it: most networks have no webhook at all."""

    patterns: frozenset[str] | None = None
    read_at: datetime | None = None


def forget_subscriptions() -> None:
    """Drop this process's memory; called when an endpoint was changed here."""
    _Known.patterns = None


def _is_anybody_listening(patterns: Sequence[str], at: datetime) -> bool:
    known, read_at = _Known.patterns, _Known.read_at
    if known is None or read_at is None or abs((at - read_at).total_seconds()) > FRESH_SECONDS:
        rows = WebhookEndpoint.objects.filter(is_active=True).values_list("events", flat=True)
        known = frozenset(pattern for events in rows for pattern in events)
        _Known.patterns, _Known.read_at = known, at
    return not known.isdisjoint(patterns)


def publish(
    at: datetime,
    event_name: str,
    station_id: int,
    body: Mapping[str, Any],
    *,
    kind: str = "",
    subject_id: int | None = None,
) -> int:
    """Queue a call to every active endpoint that subscribes to the event, in the caller's transaction; return how many.

    No statement at all while nobody subscribes (a new endpoint elsewhere is noticed within ten seconds), else one.
    Calls about the same subject reach an endpoint in order. The body must hold no personal data.
    """
    patterns = rules.subscriptions_of(event_name)
    if not _is_anybody_listening(patterns, at):
        return 0
    payload = {"event": event_name, "at": at.isoformat(), "station_id": station_id, "body": dict(body)}
    facts: dict[str, Any] = {
        "station_id": station_id,
        "template": f"{TEMPLATE}:{event_name}"[:80],
        "subject_kind": kind,
        "subject_id": subject_id,
        "payload": json.dumps(payload, cls=DjangoJSONEncoder, allow_nan=False),
        "patterns": patterns,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISH, facts)
        return int(cursor.rowcount)


def deliver(message: Message, at: datetime) -> None:
    """Call the endpoint once; raises TemporaryFailure or PermanentFailure.

    The body is the event with `id`, the same at every try; the signature is made for this try with both live secrets.
    """
    endpoint = message.endpoint
    if endpoint is None or not endpoint.is_active:
        raise egress.PermanentFailure("the webhook was switched off")
    body = json.dumps({"id": message.pk, **message.payload}, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        egress.post(
            endpoint.url,
            body,
            {
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "aftersales-webhook/1",
                "Aftersales-Event": str(message.payload.get("event", "")),
                "Aftersales-Delivery": str(message.pk),
                signing.HEADER: signing.sign(body, [endpoint.secret, endpoint.previous_secret], int(at.timestamp())),
            },
        )
    except egress.PermanentFailure as error:
        # A receiver that answers 4xx today may be mended within the day: everything is retried until it is parked.
        raise egress.TemporaryFailure(str(error)) from error


def new_secret() -> str:
    """Return a fresh signing secret: 32 random bytes."""
    return f"whsec_{randomness.token_urlsafe(32)}"


def register_endpoint(
    actor: Actor, at: datetime, *, station_id: int | None, name: str, url: str, events: Sequence[str]
) -> WebhookEndpoint:
    """Set up a webhook with a new secret and return it; station None tells about the whole network.

    Raises Forbidden, and InputRefused (fields `name`, `url`, `events`).
    """
    kept = _checked(name, url, events)
    endpoint = WebhookEndpoint(station_id=station_id, secret=new_secret(), created_at=at, **kept)

    def command() -> WebhookEndpoint:
        require_right(actor, P.WEBHOOKS, station_id)
        endpoint.save(force_insert=True)
        _recorded(endpoint, "register", actor, at, {name: [None, value] for name, value in kept.items()})
        return endpoint

    return run_in_transaction(command)


def change_endpoint(
    actor: Actor,
    at: datetime,
    *,
    endpoint: WebhookEndpoint,
    name: str,
    url: str,
    events: Sequence[str],
    is_active: bool,
) -> WebhookEndpoint:
    """Change where and about what a webhook tells, or switch it off; raises as `register_endpoint` and StaleVersion."""
    kept = {**_checked(name, url, events), "is_active": is_active}

    def command() -> WebhookEndpoint:
        fresh = _locked(actor, endpoint)
        changes = {name: [getattr(fresh, name), value] for name, value in kept.items() if getattr(fresh, name) != value}
        for column, value in kept.items():
            setattr(fresh, column, value)
        fresh.version += 1
        fresh.save(update_fields=[*kept, "version"])
        _recorded(fresh, "change", actor, at, changes)
        return fresh

    return run_in_transaction(command)


def roll_secret(actor: Actor, at: datetime, *, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Give the webhook a new secret; calls are signed with both the new and the last one until the next roll."""

    def command() -> WebhookEndpoint:
        fresh = _locked(actor, endpoint)
        fresh.previous_secret, fresh.secret = fresh.secret, new_secret()
        fresh.version += 1
        fresh.save(update_fields=["secret", "previous_secret", "version"])
        _recorded(fresh, "roll_secret", actor, at, {})
        return fresh

    return run_in_transaction(command)


def _locked(actor: Actor, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    fresh = lock_fresh(endpoint)
    if not actor.may(P.WEBHOOKS, fresh.station_id):
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    return fresh


def _recorded(endpoint: WebhookEndpoint, step: str, actor: Actor, at: datetime, changes: dict[str, Any]) -> None:
    # The secrets stay out of the journal.
    record_entry(endpoint, step=step, actor=actor, at=at, changes=changes)
    forget_subscriptions()
    transaction.on_commit(forget_subscriptions)


def _checked(name: str, url: str, events: Sequence[str]) -> dict[str, Any]:
    name, url = name.strip(), url.strip()
    if not name or len(name) > 60 or "\x00" in name:
        sentence = _("Please give the webhook a name of at most 60 letters.")
        raise InputRefused(sentence, code="name", fields={"name": sentence})
    egress.check_address(url)
    wanted = sorted({event.strip() for event in events if event.strip()})
    usable = all(len(event) <= 80 and EVENT.match(event) for event in wanted)
    if not wanted or len(wanted) > 50 or not usable or len(url) > 300:
        sentence = _("Name the events, such as repairs.repairorder.release, repairs.* or *.")
        raise InputRefused(sentence, code="events", fields={"events": sentence})
    return {"name": name, "url": url, "events": wanted}
