"""Telling people about clocks: the warning to who can still act, the breach to who must know."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps

from aftersales.clocks.calendars import calendar_of
from aftersales.clocks.definitions import all_definitions
from aftersales.clocks.models import Clock
from aftersales.notifications.services import enqueue


def announce_warning(clock: Clock, at: datetime) -> None:
    """Put a warning for the clock's warned role into the outbox."""
    definition = all_definitions().get(clock.definition)
    if definition is not None and definition.warns:
        _announce(clock, at, template="clocks.warning", role=definition.warns)


def announce_breach(clock: Clock, at: datetime) -> None:
    """Put the escalation of a broken clock for its escalation role into the outbox."""
    definition = all_definitions().get(clock.definition)
    if definition is not None:
        _announce(clock, at, template="clocks.breach", role=definition.escalates_to)


def _announce(clock: Clock, at: datetime, *, template: str, role: str) -> None:
    definition = all_definitions()[clock.definition]
    enqueue(
        at,
        station_id=clock.station_id,
        template=template,
        payload={
            "title": definition.title_zh,
            "title_en": definition.title_en,
            "clause": clock.clause,
            "number": clock.subject_number,
            "due": clock.due_at.astimezone(calendar_of(clock.station_id).zone).strftime("%Y-%m-%d %H:%M")
            if clock.due_at
            else "",
        },
        to_role=role,
        document=apps.get_model(clock.subject_kind)(pk=clock.subject_id),
        dedupe_key=f"{template}:{clock.pk}",
    )
