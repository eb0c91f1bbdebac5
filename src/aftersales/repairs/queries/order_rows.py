"""The rows the repair-order page draws: frozen, named by what they show, with nothing left to ask the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from aftersales.core.errors import Text
from aftersales.repairs.choices import (
    Consent,
    Coverage,
    WorkState,
)

CONSENT_TONES = {
    Consent.PENDING: "amber",
    Consent.AGREED: "green",
    Consent.DECLINED: "red",
    Consent.DEFERRED: "orange",
}
WORK_TONES = {
    WorkState.WAITING: "neutral",
    WorkState.STARTED: "azure",
    WorkState.PAUSED: "amber",
    WorkState.FINISHED: "green",
}
COVERAGE_TONES = {
    Coverage.UNDECIDED: "amber",
    Coverage.INSIDE: "green",
    Coverage.OUTSIDE: "neutral",
    Coverage.PENDING: "violet",
}


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line as the table shows it. Amounts in yuan with tax; `worked_minutes` is the closed clock time on labour."""

    pk: int
    position: int
    kind: str
    is_labour: bool
    is_part: bool
    code: str
    text: str
    quantity: Decimal
    list_quantity: Decimal | None
    unit: Text
    payer: str
    payer_label: Text
    unit_price: Decimal
    list_price: Decimal | None
    discount: Decimal
    gross: Decimal
    consent: str
    consent_label: Text
    consent_tone: str
    is_agreed: bool
    is_added: bool
    why: tuple[str, ...]
    concern_position: int | None
    job_position: int | None
    work_state: str
    work_label: Text
    work_tone: str
    technician: str
    bay: str
    worked_minutes: int
    started_at: datetime | None
    issued_quantity: Decimal
    is_touched: bool
    rework_count: int
    failure_reason: str
    certificate: str

    @property
    def missing_quantity(self) -> Decimal:
        """What is agreed and not issued yet."""
        return self.quantity - self.issued_quantity if self.is_part and self.is_agreed else Decimal(0)

    @property
    def differs_from_list(self) -> bool:
        return (self.list_quantity is not None and self.list_quantity != self.quantity) or (
            self.list_price is not None and self.list_price != self.unit_price
        )


@dataclass(frozen=True, slots=True)
class PayerTotal:
    """What one payer owes: what is agreed, and what the customer has not decided about yet; yuan with tax."""

    payer: str
    label: Text
    agreed: Decimal
    undecided: Decimal


@dataclass(frozen=True, slots=True)
class ConcernRow:
    pk: int
    position: int
    customer_words: str
    interpretation: str
    cause: str
    correction: str
    coverage: str
    coverage_label: Text
    coverage_tone: str
    coverage_reason: str
    confirmed_with: str
    confirmed_at: datetime | None
    diagnosed_by: str


@dataclass(frozen=True, slots=True)
class DamageRow:
    number: int
    where: Text
    kind: str
    kind_label: Text
    note: str
    x: float | None
    y: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One point of a checklist with what was noted."""

    text: str
    is_confirmed: bool
    note: str


@dataclass(frozen=True, slots=True)
class ReceivingRow:
    """The receiving form as it was signed."""

    energy_percent: int | None
    belongings: tuple[str, ...]
    damages: tuple[DamageRow, ...]
    remarks: tuple[Answer, ...]
    confirmed_points: int
    signed_by: str
    signed_at: datetime
    signature_id: Any


@dataclass(frozen=True, slots=True)
class EstimateRow:
    version: int
    cost_low: Decimal
    cost_high: Decimal
    minutes_low: int
    minutes_high: int
    issued_at: datetime
    issued_by: str
    shortages: tuple[str, ...]
    lines: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class ConsentRow:
    line: str
    decision: str
    decision_label: Text
    tone: str
    gross: Decimal
    given_by: str
    method_label: Text
    signature_id: Any
    recorded_by: str
    reason: str
    estimate_version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CheckRow:
    kind_label: Text
    round: int
    checked_by: str
    passed: bool
    answers: tuple[Answer, ...]
    road_test: str
    failures: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class NoticeRow:
    channel_label: Text
    text: str
    told_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DepartureRow:
    clause: str
    reason: str
    authorised_by: str
    at: datetime
