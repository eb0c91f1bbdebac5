"""Everything the page of one repair order shows, as rows that no template can query through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import NotVisible, Text
from aftersales.core.prepared import prepared
from aftersales.core.quantity import Unit
from aftersales.journal.models import JournalEntry
from aftersales.repairs.choices import (
    CheckKind,
    Consent,
    ConsentMethod,
    Coverage,
    LineKind,
    PayType,
    WorkState,
)
from aftersales.repairs.models import (
    Concern,
    ConsentRecord,
    Departure,
    Estimate,
    OrderLine,
    ProgressNotice,
    QualityCheck,
    ReceivingForm,
    RepairOrder,
    WorkSession,
)
from aftersales.repairs.permissions import P
from aftersales.repairs.queries.order_rows import (
    CONSENT_TONES,
    COVERAGE_TONES,
    WORK_TONES,
    Answer,
    CheckRow,
    ConcernRow,
    ConsentRow,
    DamageRow,
    DepartureRow,
    EstimateRow,
    LineRow,
    NoticeRow,
    PayerTotal,
    ReceivingRow,
)
from aftersales.standards import checklists
from aftersales.web.damage import Kind as DamageKind
from aftersales.web.damage import Position

ENTRIES_SHOWN = 200
CHANNEL_LABELS: dict[str, Text] = {
    "phone": _("by phone"),
    "in_person": _("in person"),
    "sms": _("text message"),
    "wecom": _("WeCom"),
}


def order_numbered(actor: Actor, number: str) -> RepairOrder:
    """Return the order with the rows its page names; one statement. Raises NotVisible, alike for foreign and missing.

    A number is given once a station: who sees several stations gets the newest of that number.
    """
    if not number or len(number) > 40 or "\x00" in number:
        raise NotVisible
    found = _orders_numbered(actor.stations_with(P.VIEW), number)
    if not found:
        raise NotVisible
    return found[0]


@prepared
def _orders_numbered(stations: tuple[int, ...] | None, number: str) -> models.QuerySet[RepairOrder]:
    rows = RepairOrder.objects.everywhere() if stations is None else RepairOrder.objects.at_stations(stations)
    # Every further table multiplies the ways in which PostgreSQL could join them, and so the time it takes to choose.
    named = rows.select_related("station", "customer", "vehicle__model", "advisor")
    return named.filter(number=number).order_by("-received_at")[:1]


def load_lines(order: RepairOrder) -> list[OrderLine]:
    """Read the order's lines with technician, bay and part into the instance, once; one statement."""
    if "_lines" not in order.__dict__:
        order._lines = _lines(order.pk)
        for line in order._lines:
            line.order = order
    return order._lines


@prepared
def _lines(order_id: int) -> models.QuerySet[OrderLine]:
    rows = OrderLine.objects.filter(order_id=order_id).select_related("technician", "bay").order_by("position")
    return rows.fetch_mode(models.FETCH_RAISE)


def load_concerns(order: RepairOrder) -> list[Concern]:
    """Read the order's concerns with who diagnosed them into the instance, once; one statement."""
    if "_concerns" not in order.__dict__:
        order._concerns = _concerns(order.pk)
    return order._concerns


@prepared
def _concerns(order_id: int) -> models.QuerySet[Concern]:
    rows = Concern.objects.filter(order_id=order_id).select_related("diagnosed_by").order_by("position")
    return rows.fetch_mode(models.FETCH_RAISE)


@prepared
def _receiving_forms(order_id: int) -> models.QuerySet[ReceivingForm]:
    return ReceivingForm.objects.filter(order_id=order_id)


@prepared
def _estimates(order_id: int) -> models.QuerySet[Estimate]:
    return Estimate.objects.filter(order_id=order_id).order_by("-version")


@prepared
def _consents(order_id: int) -> models.QuerySet[ConsentRecord]:
    return ConsentRecord.objects.filter(order_id=order_id).order_by("-pk")


@prepared
def _checks(order_id: int) -> models.QuerySet[QualityCheck]:
    return QualityCheck.objects.filter(order_id=order_id).select_related("checked_by").order_by("-pk")


@prepared
def _notices(order_id: int) -> models.QuerySet[ProgressNotice]:
    return ProgressNotice.objects.filter(order_id=order_id).order_by("-pk")


@prepared
def _departures(order_id: int) -> models.QuerySet[Departure]:
    return Departure.objects.filter(order_id=order_id).order_by("-pk")


@prepared
def _entries(kind: str, order_id: int) -> models.QuerySet[JournalEntry]:
    rows = JournalEntry.objects.everywhere().filter(subject_kind=kind, subject_id=order_id)
    return rows.order_by("-sequence")[:ENTRIES_SHOWN]


def entries_shown(order: RepairOrder) -> list[JournalEntry]:
    """Return the order's journal, newest first, as far as its page tells it; one statement."""
    return _entries(subject_kind(order), order.pk)


def line_rows(order: RepairOrder) -> list[LineRow]:
    """Return the lines with the time worked on them; three statements for the order's first reader."""
    lines, concerns = load_lines(order), {concern.pk: concern.position for concern in load_concerns(order)}
    positions = {line.pk: line.position for line in lines}
    worked, running = _clock_times([line.pk for line in lines if line.is_labour])
    return [_line_row(line, concerns, positions, worked, running) for line in lines]


@prepared
def _sessions(line_ids: tuple[int, ...]) -> models.QuerySet[WorkSession]:
    return WorkSession.objects.filter(line_id__in=line_ids)


def _clock_times(line_ids: Sequence[int]) -> tuple[dict[int, int], dict[int, datetime]]:
    worked: dict[int, int] = defaultdict(int)
    running: dict[int, datetime] = {}
    if not line_ids:
        return worked, running
    for session in _sessions(tuple(line_ids)):
        if session.ended_at is None:
            running[session.line_id] = session.started_at
        else:
            worked[session.line_id] += int((session.ended_at - session.started_at).total_seconds() // 60)
    return worked, running


def _line_row(
    line: OrderLine,
    concerns: Mapping[int, int],
    positions: Mapping[int, int],
    worked: Mapping[int, int],
    running: Mapping[int, datetime],
) -> LineRow:
    units = dict(Unit.choices)
    return LineRow(
        pk=line.pk,
        position=line.position,
        kind=line.kind,
        is_labour=line.is_labour,
        is_part=line.is_part,
        code=line.code,
        text=line.text,
        quantity=line.quantity,
        list_quantity=line.list_quantity,
        unit=_("hours") if line.is_labour else units.get(line.unit, line.unit),
        payer=line.payer,
        payer_label=PayType(line.payer).label,
        unit_price=line.unit_price,
        list_price=line.list_price,
        discount=line.discount,
        gross=line.gross,
        consent=line.consent,
        consent_label=Consent(line.consent).label,
        consent_tone=CONSENT_TONES[Consent(line.consent)],
        is_agreed=line.is_agreed,
        is_added=line.is_added,
        why=tuple(reason for reason in (line.quantity_reason, line.price_reason, line.declined_reason) if reason),
        concern_position=concerns.get(line.concern_id or 0),
        job_position=positions.get(line.job_id or 0),
        work_state=line.work_state,
        work_label=WorkState(line.work_state).label,
        work_tone=WORK_TONES[WorkState(line.work_state)],
        technician=line.technician.name if line.technician else "",
        bay=line.bay.name if line.bay else "",
        worked_minutes=worked.get(line.pk, 0),
        started_at=running.get(line.pk),
        issued_quantity=line.issued_quantity,
        is_touched=bool(line.issued_quantity) or line.work_state != WorkState.WAITING,
        rework_count=line.rework_count,
        failure_reason=line.failure_reason,
        certificate=line.certificate_label if line.required_certificate else "",
    )


def payer_totals(rows: Iterable[LineRow]) -> list[PayerTotal]:
    """Return what each payer owes, customers first."""
    agreed: dict[str, Decimal] = defaultdict(Decimal)
    undecided: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.kind == LineKind.RECORD or row.is_agreed:
            agreed[row.payer] += row.gross
        elif row.consent == Consent.PENDING:
            undecided[row.payer] += row.gross
    return [
        PayerTotal(payer, PayType(payer).label, agreed[payer], undecided[payer])
        for payer in PayType.values
        if payer in agreed or payer in undecided
    ]


def concern_rows(order: RepairOrder) -> list[ConcernRow]:
    """Return the concerns; the customer's words apart from what was made of them (DIAG-01)."""
    return [
        ConcernRow(
            pk=concern.pk,
            position=concern.position,
            customer_words=concern.customer_words,
            interpretation=concern.interpretation,
            cause=concern.cause,
            correction=concern.correction,
            coverage=concern.coverage,
            coverage_label=Coverage(concern.coverage).label,
            coverage_tone=COVERAGE_TONES[Coverage(concern.coverage)],
            coverage_reason=concern.coverage_reason,
            confirmed_with=concern.confirmed_with,
            confirmed_at=concern.confirmed_at,
            diagnosed_by=concern.diagnosed_by.name if concern.diagnosed_by else "",
        )
        for concern in load_concerns(order)
    ]


def answered(clause: str, answers: Mapping[str, Any]) -> tuple[Answer, ...]:
    """Return a checklist's points with what was answered; a note confirms its point too."""
    return tuple(
        Answer(
            text=item.text,
            is_confirmed=checklists.is_confirmed(answers.get(item.code)),
            note=given if isinstance(given := answers.get(item.code), str) else "",
        )
        for item in checklists.items(clause)
    )


def receiving_row(order: RepairOrder) -> ReceivingRow | None:
    """Return the receiving form, or None for a historical order; one statement."""
    forms = _receiving_forms(order.pk)
    if not forms:
        return None
    form = forms[0]
    points = (*answered("RECP-10", form.walkaround), *answered("RECP-20", form.findings))
    return ReceivingRow(
        energy_percent=form.energy_percent,
        belongings=tuple(form.belongings),
        damages=tuple(_damage(n, mark) for n, mark in enumerate(form.damages, start=1)),
        remarks=tuple(point for point in points if point.note),
        confirmed_points=sum(1 for point in points if point.is_confirmed),
        signed_by=form.signed_by,
        signed_at=form.signed_at,
        signature_id=form.signature_id,
    )


def _damage(number: int, mark: Mapping[str, Any]) -> DamageRow:
    kind = str(mark.get("kind", ""))
    return DamageRow(
        number=number,
        where=dict(Position.choices).get(str(mark.get("position", "")), ""),
        kind=kind,
        kind_label=dict(DamageKind.choices).get(kind, kind),
        note=str(mark.get("note", "")),
        x=mark.get("x"),
        y=mark.get("y"),
    )


def estimate_rows(order: RepairOrder) -> list[EstimateRow]:
    """Return every version of the estimate, the newest first (EST-08)."""
    return [
        EstimateRow(
            version=row.version,
            cost_low=row.cost_low,
            cost_high=row.cost_high,
            minutes_low=row.minutes_low,
            minutes_high=row.minutes_high,
            issued_at=row.issued_at,
            issued_by=row.issued_by,
            shortages=tuple(f"{short['text']} ({short['available']}/{short['wanted']})" for short in row.shortages),
            lines=tuple(row.lines),
        )
        for row in _estimates(order.pk)
    ]


def consent_rows(order: RepairOrder) -> list[ConsentRow]:
    """Return every decision of the customer, the newest first (EST-02, WORK-11)."""
    texts = {line.pk: line.text for line in load_lines(order)}
    return [
        ConsentRow(
            line=texts.get(row.line_id, ""),
            decision=row.decision,
            decision_label=Consent(row.decision).label,
            tone=CONSENT_TONES[Consent(row.decision)],
            gross=row.gross,
            given_by=row.given_by,
            method_label=ConsentMethod(row.method).label,
            signature_id=row.signature_id,
            recorded_by=row.recorded_by,
            reason=row.reason,
            estimate_version=row.estimate_version,
            at=row.at,
        )
        for row in _consents(order.pk)
    ]


def check_rows(order: RepairOrder) -> list[CheckRow]:
    """Return self-checks and inspections with their answers, the newest first."""
    return [_check(row) for row in _checks(order.pk)]


def _check(row: QualityCheck) -> CheckRow:
    clause = "QC-01" if row.kind == CheckKind.SELF_CHECK else "QC-06"
    driven = row.road_test or {}
    told = [f"{driven['km']} km"] if driven.get("km") else []
    told += [str(driven["result"])] if driven.get("result") else []
    return CheckRow(
        kind_label=CheckKind(row.kind).label,
        round=row.round,
        checked_by=row.checked_by.name,
        passed=row.passed,
        answers=answered(clause, row.answers),
        road_test=" · ".join(told),
        failures=tuple(f"{failure['line']}: {failure['reason']}" for failure in row.failures),
        at=row.at,
    )


def notice_rows(order: RepairOrder) -> list[NoticeRow]:
    """Return what the customer was told while the car was with us, the newest first (WORK-10)."""
    return [
        NoticeRow(CHANNEL_LABELS.get(row.channel, row.channel), row.text, row.told_by, row.at)
        for row in _notices(order.pk)
    ]


def departure_rows(order: RepairOrder) -> list[DepartureRow]:
    """Return the authorised departures from the process, the newest first."""
    return [DepartureRow(row.clause, row.reason, row.authorised_by, row.at) for row in _departures(order.pk)]
