"""Nothing happens twice: the same key with the same body gets the stored answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import Busy, InputRefused, Refusal
from aftersales.core.statements import Hot, jsonb, run_later, send_waiting
from aftersales.core.transactions import run_in_transaction
from aftersales.journal.models import CommandAnswer

KEPT_FOR = timedelta(days=7)
_SWEPT_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door answered: status, headers worth repeating, body; `is_repeated` when it comes from the store."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    is_repeated: bool = False


# Refuses in the database, so that nothing sent along with it is carried out: by an advisory lock, which says "this key
# is being worked on" without waiting for the other transaction to end.
_CLAIM = Hot("SELECT claim_command(%s, %s)")
_IN_FLIGHT, _ANSWERED = "AS001", "AS002"
_STORED = "SELECT fingerprint, status, headers::text, body FROM journal_commandanswer WHERE actor_id = %s AND key = %s"
_KEEP = Hot("""
INSERT INTO journal_commandanswer (actor_id, key, fingerprint, status, headers, body, at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
""")


def fingerprint_of(method: str, path: str, body: bytes) -> str:
    """Return what makes two commands the same command."""
    return hashlib.sha256(b"\x1f".join((method.encode(), path.encode(), body))).hexdigest()


def answer_once(*, actor_id: int, key: str, fingerprint: str, at: datetime, produce: Callable[[], Answer]) -> Answer:
    """Carry out a command under its key, or return the answer it already got.

    The answer commits in the transaction of the effect; a refused command leaves no key behind and may be tried again.
    Raises Busy (409) while the same key is in flight and InputRefused (422) when the key was used for another command.
    """

    def command() -> Answer:
        run_later([(_CLAIM, [actor_id, key])])
        try:
            answer = produce()
        except Refusal:
            # What was answered once is answered so again, even if today it would be refused without a look at the data.
            send_waiting()
            raise
        kept: list[Any] = [actor_id, key, fingerprint, answer.status, jsonb(answer.headers), answer.body, at]
        run_later([(_KEEP, kept)])
        return answer

    try:
        return run_in_transaction(command)
    except DatabaseError as error:
        sqlstate = getattr(error.__cause__, "sqlstate", None)
        if sqlstate == _ANSWERED and (stored := _stored(actor_id, key)):
            return _repeated(stored, fingerprint)
        if sqlstate in (_IN_FLIGHT, _ANSWERED):
            raise Busy(_("The same request is being carried out at this moment."), code="in_flight") from None
        raise


def _stored(actor_id: int, key: str) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [actor_id, key])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _repeated(stored: tuple[Any, ...], fingerprint: str) -> Answer:
    known, status, headers, body = stored
    if known != fingerprint:
        raise InputRefused(
            _("This idempotency key was already used for another request. Use a new key."), code="key_reused"
        )
    return Answer(status=status, body=bytes(body), headers=json.loads(headers), is_repeated=True)


def sweep_answers(at: datetime, *, kept_for: timedelta = KEPT_FOR) -> int:
    """Delete answers older than a week, a few thousand a statement, and return how many."""
    swept = 0
    while True:
        old = CommandAnswer.objects.filter(at__lt=at - kept_for).order_by("at").values("pk")[:_SWEPT_AT_ONCE]
        gone = CommandAnswer.objects.filter(pk__in=old).delete()[0]
        swept += gone
        if gone < _SWEPT_AT_ONCE:
            return swept
