"""What the journal keeps about signing in: in, failed, locked out, out, passwords and second factors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aftersales.accounts.actors import actor_for
from aftersales.accounts.models import User
from aftersales.core.actor import Actor
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import record_entry
from aftersales.network.rules import business_date


def note_about(user: User, step: str, at: datetime, *, request_id: str = "", **details: Any) -> None:
    """Journal something a user did about their own sign-in."""
    actor = actor_for(user, on=business_date(at), request_id=request_id)
    _record(user.pk, step, actor, at, details)


def note_failure(username: str, step: str, at: datetime, *, request_id: str = "", **details: Any) -> bool:
    """Journal a failed attempt under the user it was meant for; False when there is no such user."""
    if "\x00" in username:
        return False
    user_id = User.objects.filter(username=username).values_list("pk", flat=True).first()
    if user_id is None:
        return False
    stranger = Actor(user_id=None, name=username[:120], role="stranger", request_id=request_id)
    _record(user_id, step, stranger, at, details)
    return True


def _record(user_id: int, step: str, actor: Actor, at: datetime, details: dict[str, Any]) -> None:
    def command() -> None:
        # The row lock keeps the chain of this user's entries in one line when two browsers sign in at once.
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        record_entry(user, step=step, actor=actor, at=at, changes=details)

    run_in_transaction(command)
