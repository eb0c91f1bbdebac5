"""What may be done with a customer's data, and what an archive still lacks. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

ALWAYS_ALLOWED = frozenset({"service"})  # needed to carry out the contract (PIPL 13 no. 2)


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """A consent as the rule looks at it; `channel` empty means every channel."""

    purpose: str
    channel: str
    granted_at: datetime
    withdrawn_at: datetime | None


def contact_is_allowed(consents: Iterable[ConsentFact], purpose: str, channel: str) -> bool:
    """Tell whether the customer may be contacted: the repair in hand always, anything else by a consent not
    withdrawn."""
    if purpose in ALWAYS_ALLOWED:
        return True
    return any(
        fact.withdrawn_at is None and fact.purpose == purpose and fact.channel in ("", channel) for fact in consents
    )
