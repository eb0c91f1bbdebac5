"""Emptying the outbox: claim with a lease, send outside any transaction, note what became of it.

At least once: a sender that dies between sending and noting leaves the lease to run out, and the message goes again
with the same reference. In order: within a lane only the oldest waiting message may be claimed. Only committed rows
can be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from aftersales.notifications import delivery, rules
from aftersales.notifications.choices import Channel, MessageState
from aftersales.notifications.egress import NotConfigured, PermanentFailure, TemporaryFailure
from aftersales.notifications.models import Message

BATCH = 50
FINAL: dict[type[Exception], MessageState] = {
    delivery.NotAllowed: MessageState.SUPPRESSED,
    NotConfigured: MessageState.PARKED,
    PermanentFailure: MessageState.FAILED,
}

_CLAIM = """
UPDATE notifications_message SET tries = tries + 1, next_try_at = %(lease)s
WHERE id IN (
    SELECT due.id FROM notifications_message due
    WHERE due.state = 'queued' AND due.next_try_at <= %(at)s
      AND NOT EXISTS (
          SELECT 1 FROM notifications_message earlier
          WHERE due.lane <> '' AND earlier.lane = due.lane AND earlier.lane <> ''
            AND earlier.state = 'queued' AND earlier.id < due.id)
    ORDER BY due.next_try_at, due.id LIMIT %(limit)s
    FOR UPDATE OF due SKIP LOCKED)
RETURNING id
"""


def send_due(clock: Callable[[], datetime], *, most: int = 500) -> int:
    """Send what is due, at most that many messages; return how many were taken. Called by a task outside any
    transaction.

    `clock` tells the time of each round: sending takes long, and a retry counts from when it failed.
    """
    taken = 0
    while taken < most:
        ids = claim(clock(), limit=min(BATCH, most - taken))
        if not ids:
            break
        for message in _claimed(ids):
            send_one(message, clock())
        taken += len(ids)
    return taken


def claim(at: datetime, *, limit: int = BATCH) -> list[int]:
    """Take due messages for 90 seconds; two senders at once never take the same one."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"at": at, "lease": at + rules.LEASE, "limit": limit})
        return sorted(row[0] for row in cursor.fetchall())


def _claimed(ids: list[int]) -> list[Message]:
    rows = Message.objects.everywhere().filter(pk__in=ids).select_related("station", "to_user", "endpoint")
    return list(rows.order_by("id"))


def send_one(message: Message, at: datetime) -> MessageState:
    """Send a claimed message now and note what became of it: sent, postponed, retried, refused, parked, barred."""
    try:
        delivery.deliver(message, at)
    except delivery.Postponed as postponed:
        # Waiting is not a failed try: quiet hours and the daily limit must not use tries up.
        return _note(message, MessageState.QUEUED, next_try_at=postponed.until, tries=message.tries - 1)
    except (delivery.NotAllowed, NotConfigured, PermanentFailure) as reason:
        return _note(message, FINAL[type(reason)], error=str(reason))
    except TemporaryFailure as reason:
        if _is_exhausted(message, at):
            return _note(message, MessageState.PARKED, error=str(reason))
        later = rules.next_try_at(at, message.tries)
        return _note(message, MessageState.QUEUED, next_try_at=later, error=str(reason))
    return _note(message, MessageState.SENT, sent_at=at)


def _is_exhausted(message: Message, at: datetime) -> bool:
    if message.channel == Channel.WEBHOOK:
        return at - message.created_at >= rules.WEBHOOK_RETRIED_FOR
    return message.tries >= rules.MOST_TRIES


def _note(message: Message, state: MessageState, *, error: str = "", **values: object) -> MessageState:
    values |= {"state": state, "error": error.replace("\x00", "")[:300], "channel": message.channel}
    # Guarded: a sender whose lease ran out must not overwrite what the next one has noted.
    Message.objects.everywhere().filter(pk=message.pk, state=MessageState.QUEUED).update(**values)
    return state
