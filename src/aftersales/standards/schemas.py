"""What the API of standards takes and shows: the shapes, apart from what is done with them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from aftersales.doors.masters import (
    Given,
    Identity,
    Wanted,
)


class ClauseRow(Schema):
    """A clause of the standard, what keeps it, and whether that is proved."""

    id: str
    area: str
    kind: str
    title_zh: str
    title_en: str
    target: str
    bindings: list[str]
    live: bool


class ClauseOut(ClauseRow):
    """The whole clause."""

    requirement_zh: str
    requirement_en: str
    sources: list[str]
    inferred: bool
    note: str
    tests: list[str]


class ClauseWanted(Wanted):
    """Which clauses; `cursor` is the id of the last one seen."""

    area: Annotated[str, Field(max_length=8)] = ""
    kind: Annotated[str, Field(max_length=20)] = ""
    live: bool | None = None


class MetricOut(Schema):
    """A measured value; null when there was nothing to measure; `kept` null when there is no target."""

    code: str
    clause: str
    name: str
    unit: str
    owner: str
    window: str
    formula: str
    value: Decimal | None
    numerator: Decimal
    denominator: Decimal
    kept: bool | None
    has_rows: bool


class MetricsOut(Schema):
    """Measured values over the days asked for."""

    start: date
    end: date
    rows: list[MetricOut]
    next_cursor: str
    previous_cursor: str


class PeriodWanted(Wanted):
    """Which days (left out: this month so far), which station; `cursor` is the code of the last one seen."""

    from_on: date | None = None
    until_on: date | None = None
    station_id: Identity | None = None


class MetricWanted(PeriodWanted):
    """Which metrics."""

    clause: Annotated[str, Field(max_length=10)] = ""


class MetricRowsOut(Schema):
    """The rows behind a number, at most 500; `more` tells that there are others."""

    metric: MetricOut
    headings: list[str]
    rows: list[list[str]]
    more: bool


class RowsWanted(PeriodWanted):
    """Which metric, which days."""

    metric: Annotated[str, Field(min_length=1, max_length=40)]


class ThresholdOut(Schema):
    """A figure of the standard from a day on, for the network or one station."""

    id: int
    clause: str
    code: str
    station_id: int | None
    value: Decimal
    unit: str
    effective_from: date
    source: str


class ThresholdWanted(Wanted):
    """Which limits."""

    clause: Annotated[str, Field(max_length=10)] | None = None
    station_id: Identity | None = None


class ThresholdIn(Given):
    """A new figure with where it comes from."""

    clause: Annotated[str, Field(min_length=1, max_length=10)]
    code: Annotated[str, Field(min_length=1, max_length=40)] = "value"
    station_id: Identity | None = None
    value: Annotated[Decimal, Field(ge=0, max_digits=13, decimal_places=4)]
    effective_from: date
    source: Annotated[str, Field(min_length=1, max_length=200)]


class ChecklistItemOut(Schema):
    """One item."""

    code: str
    text_zh: str
    text_en: str
    critical: bool
    optional: bool


class ChecklistOut(Schema):
    """A checklist of the standard; `daily` ones are signed every day."""

    clause: str
    title_zh: str
    title_en: str
    daily: bool
    items: list[ChecklistItemOut]


class AttestationOut(Schema):
    """A checklist signed by a named person for one day."""

    id: int
    station_id: int
    checklist: str
    on: date
    signed_by_id: int | None
    signed_by_name: str
    signed_at: datetime
    answers: dict[str, Any]
    remark: str


class AttestationWanted(Wanted):
    """Which signatures."""

    station_id: Identity | None = None
    checklist: Annotated[str, Field(max_length=10)] | None = None
    on: date | None = None


class AttestationIn(Given):
    """Every item confirmed: true, or a note."""

    station_id: Identity
    checklist: Annotated[str, Field(min_length=1, max_length=10)]
    on: date
    answers: Annotated[dict[str, bool | Annotated[str, Field(max_length=1000)]], Field(max_length=200)]
    remark: Annotated[str, Field(max_length=500)] = ""
