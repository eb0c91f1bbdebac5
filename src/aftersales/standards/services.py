"""Writes on the standard: set a threshold, sign a checklist."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused
from aftersales.core.records import register
from aftersales.network.models import Station
from aftersales.standards import checklists
from aftersales.standards.binding import UnknownClause, fulfils
from aftersales.standards.models import Attestation, Threshold
from aftersales.standards.permissions import P
from aftersales.standards.queries import figure, forget_thresholds

LARGEST = Decimal(10) ** 9


def set_threshold(
    actor: Actor,
    at: datetime,
    *,
    clause: str,
    value: Decimal,
    effective_from: date,
    source: str,
    code: str = "value",
    station: Station | None = None,
) -> Threshold:
    """Set a figure of the standard from a date on, for one station or (station None) the network, and journal it.

    Raises InputRefused for a figure the clause does not have, a bad value, a missing reason, or a day already set.
    """
    try:
        today = figure(clause, code, station_id=station.pk if station else None, on=effective_from)
    except (LookupError, UnknownClause):
        raise InputRefused(
            _("The standard has no such limit."), code="no_such_threshold", fields={"clause": _("Choose a limit.")}
        ) from None
    if not value.is_finite() or not 0 <= value < LARGEST:
        sentence = _("Enter a number from 0 up.")
        raise InputRefused(sentence, code="bad_value", clause=clause, fields={"value": sentence})
    if not source.strip():
        sentence = _("Say where the limit comes from: a decision, a contract, a rule.")
        raise InputRefused(sentence, code="no_source", clause=clause, fields={"source": sentence})
    row = Threshold(
        clause=clause,
        code=code,
        station=station,
        value=value,
        unit=today.unit,
        effective_from=effective_from,
        source=source.strip(),
    )
    try:
        with transaction.atomic():
            register(row, actor, at, right=P.SET_THRESHOLD, step="threshold_set")
    except IntegrityError:
        sentence = _("This limit has already been set from that day on.")
        raise InputRefused(sentence, code="set_already", clause=clause, fields={"effective_from": sentence}) from None
    transaction.on_commit(forget_thresholds)
    return row


@fulfils("PREP-01", "PREP-02", "RECP-01", "SAFE-07", "NET-03")
def attest(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    checklist: str,
    on: date,
    answers: Mapping[str, Any],
    remark: str = "",
) -> Attestation:
    """Store a day's checklist signed by the actor; every item must be confirmed.

    `answers` maps item codes to True or to a note; the row keeps who, when and each answer. Raises InputRefused naming
    the items left open, or when this person has already signed the list for that day.
    """
    rows = checklists.items(checklist)
    if not rows:
        sentence = _("There is no such checklist.")
        raise InputRefused(sentence, code="no_such_checklist", fields={"checklist": sentence})
    if left := checklists.missing(checklist, answers):
        open_rows = {row.code: row for row in rows if row.code in left}
        raise InputRefused(
            _("Confirm every item of the checklist. Still open: %(items)s.")
            % {"items": "、".join(row.text for row in open_rows.values())},
            code="checklist_open",
            clause=checklist,
            fields={code: _("Not confirmed yet.") for code in open_rows},
        )
    row = Attestation(
        station=station,
        checklist=checklist,
        on=on,
        signed_by_id=actor.user_id,
        signed_by_name=actor.name,
        signed_at=at,
        answers={item.code: answers[item.code] for item in rows},
        remark=remark,
    )
    try:
        with transaction.atomic():
            return register(row, actor, at, right=P.ATTEST, step="checklist_signed")
    except IntegrityError:
        sentence = _("You have already signed this checklist today.")
        raise InputRefused(sentence, code="signed_already", clause=checklist) from None
