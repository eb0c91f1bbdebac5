"""When a message may go and when it is tried again: plain Python, no Django, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
MOST_TRIES = 8
WEBHOOK_RETRIED_FOR = timedelta(hours=24)
LEASE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Sending:
    """The rules in force at a station; the defaults are this product's proposal."""

    quiet_from: time = time(21, 0)
    quiet_until: time = time(8, 0)
    care_messages_a_day: int = 2


def quiet_end(local: datetime, sending: Sending) -> datetime | None:
    """Return when the quiet hours that the station-local moment lies in end, or None outside them.

    The hours may run over midnight; equal times mean there are none.
    """
    start, end = sending.quiet_from, sending.quiet_until
    now = local.time()
    if start == end:
        return None
    is_quiet = start <= now < end if start < end else now >= start or now < end
    if not is_quiet:
        return None
    ends_tomorrow = start > end and now >= start
    day = local.date() + timedelta(days=1) if ends_tomorrow else local.date()
    return datetime.combine(day, end, tzinfo=local.tzinfo)


def next_try_at(at: datetime, tries: int) -> datetime:
    """Return when a failed message is tried again: 30 s doubled with every try, at most an hour."""
    doublings: int = 2 ** min(tries - 1, 10)
    return at + min(FIRST_RETRY * doublings, LONGEST_RETRY)


def matches(event_name: str, patterns: list[str]) -> bool:
    """Tell whether an event is subscribed: by its whole name, by a prefix such as `repairs.*`, or by `*`."""
    return any(
        pattern in (event_name, "*") or (pattern.endswith(".*") and event_name.startswith(pattern[:-1]))
        for pattern in patterns
    )


def subscriptions_of(event_name: str) -> list[str]:
    """Return every pattern that subscribes to the event: `*`, `repairs.*`, `repairs.repairorder.*`, the name itself."""
    parts = event_name.split(".")
    return ["*", *(".".join(parts[:count]) + ".*" for count in range(1, len(parts))), event_name]
