"""Customers from a spreadsheet: judge the rows without the database, then write them in bulk, each once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from aftersales.core import records
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, Text
from aftersales.core.transactions import run_in_transaction
from aftersales.customers.bulk import copied, copy_journal, copy_models, copy_rows, take_numbers
from aftersales.customers.choices import CustomerKind
from aftersales.customers.drafts import KINDS, PhoneDraft, customer_values, finding, phone_drafts, phone_sentence
from aftersales.customers.models import Customer, CustomerPhone
from aftersales.customers.permissions import P
from aftersales.customers.services import opening_changes
from aftersales.network.models import Station
from aftersales.search.services import index_new
from aftersales.standards.binding import fulfils

BATCH = 2500
COLUMNS = ("name", "phones", "kind", "address", "region_code", "notes", "services_wished", "visited_on")
COMPANY_MARKS = (
    "公司",
    "集团",
    "厂",
    "局",
    "中心",
    "学校",
    "医院",
    "银行",
    "合作社",
    "事务所",
    "委员会",
    "Ltd",
    "Inc",
    "GmbH",
)


@dataclass(frozen=True, slots=True)
class Oddity:
    """What is strange about one row: `row` counts from 1; `is_refused` rows are not written, the others are."""

    row: int
    field: str
    sentence: Text
    is_refused: bool


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A judged row: columns ready to write and parsed phones."""

    row: int
    values: dict[str, Any]
    phones: tuple[PhoneDraft, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What makes two rows the same customer: the name with the first phone."""
        return self.values["name"], self.phones[0].number if self.phones else ""


@dataclass(slots=True)
class Plan[R]:
    """The result of judging: rows to write, and every oddity by row."""

    rows: list[R] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows were new and how many were already there."""

    created: int
    known: int


def plan_rows(rows: Iterable[Mapping[str, Any]]) -> Plan[CustomerRow]:
    """Judge rows with the columns of `COLUMNS` (text; phones separated by / ; , or 、) and change nothing.

    Impossible phones are dropped with an oddity, impossible rows refused, rows that repeat an earlier one left out.
    """
    plan: Plan[CustomerRow] = Plan()
    seen: dict[tuple[str, str], int] = {}
    for number, raw in enumerate(rows, start=1):
        phones = _phones(number, str(raw.get("phones") or ""), plan)
        try:
            values = customer_values(**_texts(raw))
        except InputRefused as refusal:
            plan.oddities += [Oddity(number, name, said, True) for name, said in refusal.fields.items()]
            continue
        judged = CustomerRow(number, values, phones)
        if (first := seen.setdefault(judged.key, number)) != number:
            plan.oddities.append(
                Oddity(number, "name", _("The same customer is in row %(row)s.") % {"row": first}, True)
            )
            continue
        if not phones:
            plan.oddities.append(Oddity(number, "phones", _("No telephone number."), False))
        plan.rows.append(judged)
    return plan


def _texts(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the typed columns of a row; a name that says company makes one."""
    name = str(raw.get("name") or "").strip()
    kind = str(raw.get("kind") or "")
    if kind not in KINDS:
        kind = CustomerKind.COMPANY if any(mark in name for mark in COMPANY_MARKS) else CustomerKind.PERSON
    visited = raw.get("visited_on")
    return {
        "name": name,
        "kind": kind,
        "address": str(raw.get("address") or ""),
        "region_code": str(raw.get("region_code") or ""),
        "notes": str(raw.get("notes") or ""),
        "services_wished": str(raw.get("services_wished") or ""),
        "visited_on": visited if isinstance(visited, date) else None,
    }


def _phones(row: int, typed: str, plan: Plan[CustomerRow]) -> tuple[PhoneDraft, ...]:
    """Return the phones of a cell, oddities noted."""
    parsed: list[PhoneDraft] = []
    for mark in ";；,，、|\n":
        typed = typed.replace(mark, "/")
    for piece in filter(None, (piece.strip() for piece in typed.split("/"))):
        try:
            parsed += phone_drafts([piece])
        except InputRefused:
            plan.oddities.append(Oddity(row, "phones", phone_sentence(), False))
    return tuple(dict.fromkeys(parsed))


@fulfils("IS-02")
def write_rows(actor: Actor, at: datetime, station: Station, rows: Sequence[CustomerRow]) -> Written:
    """Write judged customers with phones, journal entries and search terms; those already there are left alone.

    One transaction for each batch of 2,500 rows, so an interrupted import is taken up by running it again. Raises
    Forbidden.
    """
    records.require_right(actor, P.REGISTER, station.pk)
    created = 0
    for batch in batched(rows, BATCH, strict=False):
        created += run_in_transaction(lambda batch=batch: _write_batch(actor, at, station, batch))  # type: ignore[misc]
    return Written(created, len(rows) - created)


def _write_batch(actor: Actor, at: datetime, station: Station, rows: Sequence[CustomerRow]) -> int:
    known = keys_on_file(station.pk, rows)
    fresh = [row for row in rows if row.key not in known]
    if not fresh:
        return 0
    numbers = take_numbers(Customer, "customers_number", "C", len(fresh))
    pattern = Customer(station=station, created_at=at)
    written = [
        (copied(pattern, {"id": pk, "number": number} | row.values), row)
        for (pk, number), row in zip(numbers, fresh, strict=True)
    ]
    copy_models([customer for customer, _row in written])
    copy_rows(
        "customers_customerphone",
        ("customer_id", "number", "extension", "label", "is_primary"),
        (
            (customer.pk, phone.number, phone.extension, phone.label, place == 0)
            for customer, row in written
            for place, phone in enumerate(row.phones)
        ),
    )
    copy_journal(
        ((customer, opening_changes(customer, row.phones)) for customer, row in written),
        step="imported",
        actor=actor,
        at=at,
    )
    index_new(finding(customer, [phone.number for phone in row.phones]) for customer, row in written)
    return len(written)


def keys_on_file(station_id: int, rows: Sequence[CustomerRow]) -> frozenset[tuple[str, str]]:
    """Return those keys of the rows that the station already has, in three statements."""
    keys = [row.key for row in rows]
    mine = Customer.objects.at_station(station_id)
    with_phone = by_phone(mine, {number for _name, number in keys if number})
    names = {name for name, number in keys if not number}
    without = mine.filter(name__in=names, phones=None).values_list("name", flat=True)
    return frozenset((name, number) for _pk, name, number in with_phone) | {(name, "") for name in without}


def by_phone(customers: QuerySet[Customer], numbers: Collection[str]) -> list[tuple[int, str, str]]:
    """Return (id, name, number) of those of the customers who have one of the numbers, in two statements.

    One statement would be left to the planner, who knows nothing yet of a table that is being filled: it then compares
    every customer on file with every number.
    """
    held = list(CustomerPhone.objects.filter(number__in=numbers).values_list("customer_id", "number"))
    names = dict(customers.filter(pk__in={pk for pk, _number in held}).values_list("pk", "name"))
    return [(pk, names[pk], number) for pk, number in held if pk in names]
