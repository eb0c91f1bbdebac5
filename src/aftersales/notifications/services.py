"""Putting messages into the outbox, reading the inbox, sending parked ones again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.documents import held, subject_kind
from aftersales.core.errors import InputRefused, StaleVersion, TransitionRefused
from aftersales.core.records import change, register, require_right
from aftersales.core.statements import Hot, ask
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import record_entry
from aftersales.notifications.choices import Channel, MessageState, Purpose
from aftersales.notifications.models import InboxLine, Message, SendingRules
from aftersales.notifications.permissions import P

# One statement: the message and, for the program's own inbox, a line for each person it is for.
_TOLD = """
WITH told AS (
    INSERT INTO notifications_message (station_id, channel, purpose, template, language, to_user_id, to_role,
        customer_id, address, subject_kind, subject_id, payload, dedupe_key, lane, state, tries, next_try_at,
        created_at, sent_at, error)
    VALUES (%(station_id)s, %(channel)s, %(purpose)s, %(template)s, %(language)s, %(to_user_id)s, %(to_role)s,
        %(customer_id)s, %(address)s, %(subject_kind)s, %(subject_id)s, %(payload)s::jsonb, %(dedupe_key)s, %(lane)s,
        %(state)s, 0, %(due_at)s, %(at)s, %(sent_at)s, '')
    ON CONFLICT (station_id, dedupe_key) WHERE dedupe_key <> '' DO NOTHING
    RETURNING id
)"""
_LINE_FOR_USER = """, lines AS (
    INSERT INTO notifications_inboxline (message_id, user_id) SELECT id, %(to_user_id)s FROM told RETURNING 1
)"""
_LINES_FOR_ROLE = """, lines AS (
    INSERT INTO notifications_inboxline (message_id, user_id)
    SELECT DISTINCT told.id, held.user_id
    FROM told, accounts_membership held
    JOIN accounts_role role ON role.id = held.role_id
    JOIN accounts_user person ON person.id = held.user_id AND person.is_active
    WHERE role.code = %(to_role)s
      AND held.since_on <= %(on)s AND (held.until_on IS NULL OR held.until_on > %(on)s)
      AND (held.station_id = %(station_id)s
           OR held.region_id = (SELECT region_id FROM network_station WHERE id = %(station_id)s)
           OR (held.station_id IS NULL AND held.region_id IS NULL))
    RETURNING 1
)"""


def enqueue(
    at: datetime,
    *,
    station_id: int,
    template: str,
    payload: Mapping[str, Any] | None = None,
    to_user: int | None = None,
    to_role: str = "",
    to_customer: int | None = None,
    to_address: str = "",
    document: Any = None,
    channel: Channel | None = None,
    purpose: Purpose = Purpose.SERVICE,
    language: str = "zh-hans",
    dedupe_key: str = "",
    due_at: datetime | None = None,
) -> int | None:
    """Write a message into the outbox with one INSERT in the caller's transaction; it leaves only if that commits.

    `template` is "<app>.<code>" for the file `<app>/notices/<code>.txt`, its first line the subject. Name one receiver:
    `to_user` and `to_customer` are ids, `to_role` a role's code at the station, `to_address` an address of the given
    channel. Without `channel`, users and roles get it in the program and customers in any way they can be reached.
    Consent, quiet hours and the daily limit are asked when it is sent. Returns the message's id, or None when the
    station already has a message with that `dedupe_key`. Raises ValueError unless exactly one receiver is named.
    """
    receivers = (to_user is not None, bool(to_role), to_customer is not None, bool(to_address))
    if sum(receivers) != 1:
        raise ValueError("name exactly one receiver: to_user, to_role, to_customer or to_address")
    chosen = channel or (Channel.ANY if to_customer is not None else Channel.IN_APP)
    if chosen == Channel.IN_APP and not (to_user or to_role):
        raise ValueError("only users and roles have an inbox in the program")
    if to_role and chosen != Channel.IN_APP:
        raise ValueError("a role is told in the program")
    in_app = chosen == Channel.IN_APP
    kind, subject_id = (subject_kind(document), document.pk) if document is not None else ("", None)
    receiver = to_user or to_customer or to_address
    facts = {
        "station_id": station_id,
        "channel": str(chosen),
        "purpose": str(purpose),
        "template": template,
        "language": language,
        "to_user_id": to_user,
        "to_role": to_role,
        "customer_id": to_customer,
        "address": to_address[:300],
        "subject_kind": kind,
        "subject_id": subject_id,
        "payload": json.dumps(dict(payload or {}), cls=DjangoJSONEncoder, allow_nan=False).replace("\\u0000", ""),
        "dedupe_key": dedupe_key,
        "lane": f"{kind}:{subject_id}:{chosen}:{receiver}"[:160] if kind and not in_app else "",
        "state": str(MessageState.SENT if in_app else MessageState.QUEUED),
        "due_at": due_at or at,
        "at": at,
        "sent_at": at if in_app else None,
        "on": at.date(),
    }
    lines = "" if not in_app else _LINE_FOR_USER if to_user is not None else _LINES_FOR_ROLE
    told = ask(Hot(f"{_TOLD}{lines} SELECT id FROM told"), facts)  # noqa: S608 - three constants of this module
    return int(told[0][0]) if told else None


def mark_read(actor: Actor, at: datetime, *, lines: list[int] | None = None) -> int:
    """Mark lines of the actor's own inbox as read (all of them without `lines`); return how many were unread."""
    unread = InboxLine.objects.filter(user_id=actor.user_id or 0, read_at__isnull=True)
    if lines is not None:
        unread = unread.filter(pk__in=lines)
    return unread.update(read_at=at)


def set_sending_rules(
    actor: Actor,
    at: datetime,
    *,
    station_id: int | None,
    quiet_from: time,
    quiet_until: time,
    care_messages_a_day: int,
    version: int | None = None,
) -> SendingRules:
    """Set the quiet hours and the daily limit of a station, or (None) of the network; equal times mean no quiet hours.

    `version` is what the caller has seen of them (0: there were none). Raises Forbidden without
    `notifications.rules:set`, InputRefused for a limit outside 0 to 20, StaleVersion when somebody was quicker.
    """
    if not 0 <= care_messages_a_day <= 20:
        sentence = _("At most 20 messages a day.")
        raise InputRefused(sentence, code="care_messages_a_day", fields={"care_messages_a_day": sentence})
    values: dict[str, Any] = {
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "care_messages_a_day": care_messages_a_day,
    }

    def command() -> SendingRules:
        mine = Q(station__isnull=True) if station_id is None else Q(station_id=station_id)
        kept = SendingRules.objects.filter(mine).first()
        if kept is not None:
            changed: SendingRules = change(held(kept, version), actor, at, right=P.RULES, **values)
            return changed
        try:
            with transaction.atomic():
                return register(SendingRules(station_id=station_id, **values), actor, at, right=P.RULES)
        except IntegrityError:
            raise StaleVersion(
                _("Somebody else has just set these rules. Look at them, then save again."), code="stale"
            ) from None

    return run_in_transaction(command)


def move_messages(*, from_customer_id: int, to_customer_id: int) -> int:
    """Let the messages of a customer whose archive was merged count as the other's; return how many."""
    return Message.objects.everywhere().filter(customer_id=from_customer_id).update(customer_id=to_customer_id)


def send_again(actor: Actor, at: datetime, *, message: Message) -> Message:
    """Put a parked or refused message back into the queue; it is tried as if it were new.

    Raises Forbidden without `notifications.message:oversee`, TransitionRefused when it is neither parked nor refused.
    """

    def command() -> Message:
        require_right(actor, P.OUTBOX, message.station_id)
        requeued = (
            Message.objects.at_station(message.station_id)
            .filter(pk=message.pk, state__in=(MessageState.PARKED, MessageState.FAILED))
            .update(state=MessageState.QUEUED, tries=0, next_try_at=at, created_at=at, error="")
        )
        if not requeued:
            raise TransitionRefused(_("Only parked or refused messages can be sent again."), code="not_parked")
        record_entry(message, step="send_again", actor=actor, at=at, before=message.state, after=MessageState.QUEUED)
        message.refresh_from_db(from_queryset=Message.objects.at_station(message.station_id))
        return message

    return run_in_transaction(command)
