"""Parts and labour operations from a spreadsheet: judge the rows without the database, then write them in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import batched
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from aftersales.catalog import rules, services
from aftersales.catalog.choices import OperationCategory, PartClass, PartHandling, PartOrigin
from aftersales.catalog.models import LabourOperation, Part
from aftersales.catalog.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.quantity import Unit
from aftersales.core.records import require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import plain, snapshot
from aftersales.customers.bulk import copy_journal
from aftersales.customers.imports import Oddity, Plan, Written
from aftersales.search.services import index_new
from aftersales.web import typed

BATCH = 2500
PART_COLUMNS = (
    "number", "name", "name_en", "unit", "part_class", "origin", "handling", "quality_evidence", "barcode"
)  # fmt: skip
OPERATION_COLUMNS = ("code", "name", "name_en", "category", "standard_hours", "skill", "required_certificate")
# What Chinese parts lists write in these columns.
WORDS = {
    "常用": "common", "非常用": "uncommon", "季节性": "seasonal", "原厂": "original", "原厂件": "original",
    "替代件": "alternative", "副厂件": "alternative", "普通": "ordinary", "易损": "wear", "易损件": "wear",
    "易碎": "fragile", "贵重": "valuable", "件": "C62", "个": "C62", "只": "C62", "套": "SET", "升": "LTR",
    "公斤": "KGM", "千克": "KGM", "米": "MTR", "瓶": "BO", "盒": "BX", "箱": "BX", "保养": "maintenance",
    "诊断": "diagnosis", "机修": "mechanical", "机电": "mechanical", "电气": "electrical", "电工": "electrical",
    "高压": "high_voltage", "钣金": "body", "喷漆": "paint", "油漆": "paint",
}  # fmt: skip
TEXT_LENGTHS = {"name": 120, "name_en": 120, "quality_evidence": 200, "barcode": 60, "skill": 40}


@dataclass(frozen=True, slots=True)
class MasterRow:
    """A judged row of a part or an operation: its number and the columns ready to write."""

    row: int
    key: str
    values: dict[str, Any]


def plan_parts(rows: Iterable[Mapping[str, Any]]) -> Plan[MasterRow]:
    """Judge rows with the columns of `PART_COLUMNS` and change nothing.

    Rows that repeat an earlier one or cannot be are refused, each with a sentence; an unknown class, unit, origin or
    handling is refused too. Empty ones are common, piece, original, ordinary.
    """
    plan: Plan[MasterRow] = Plan()
    seen: set[str] = set()
    for row, raw in enumerate(rows, start=1):
        faults: list[Oddity] = []
        values = _texts(row, raw, ("name", "name_en", "quality_evidence", "barcode"), faults)
        values["part_class"] = _choice(row, raw, "part_class", PartClass, PartClass.COMMON, faults)
        values["unit"] = _choice(row, raw, "unit", Unit, Unit.PIECE, faults)
        values["origin"] = _choice(row, raw, "origin", PartOrigin, PartOrigin.ORIGINAL, faults)
        values["handling"] = _choice(row, raw, "handling", PartHandling, PartHandling.ORDINARY, faults)
        if values["origin"] == PartOrigin.ALTERNATIVE and not values["quality_evidence"]:
            sentence = _("An alternative part needs evidence of its quality.")
            faults.append(Oddity(row, "quality_evidence", sentence, True))
        _judge(plan, seen, row, str(raw.get("number") or ""), "number", values, faults)
    return plan


def plan_operations(rows: Iterable[Mapping[str, Any]]) -> Plan[MasterRow]:
    """Judge rows with the columns of `OPERATION_COLUMNS` and change nothing; an empty category is mechanical."""
    plan: Plan[MasterRow] = Plan()
    seen: set[str] = set()
    for row, raw in enumerate(rows, start=1):
        faults: list[Oddity] = []
        values = _texts(row, raw, ("name", "name_en", "skill", "required_certificate"), faults)
        values["category"] = _choice(row, raw, "category", OperationCategory, OperationCategory.MECHANICAL, faults)
        try:
            hours = typed.number(str(raw.get("standard_hours") or ""))
        except typed.Unreadable:
            hours = Decimal(0)
        if not 0 < hours <= services.MAX_HOURS or hours != round(hours, 1):
            faults.append(Oddity(row, "standard_hours", _("Enter hours between 0.1 and 1,000, in tenths."), True))
        values["standard_hours"] = hours
        _judge(plan, seen, row, str(raw.get("code") or ""), "code", values, faults)
    return plan


def _texts(row: int, raw: Mapping[str, Any], names: Sequence[str], faults: list[Oddity]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in names:
        text, limit = str(raw.get(name) or "").strip(), TEXT_LENGTHS.get(name, 40)
        if len(text) > limit or not rules.is_storable(text) or (name == "name" and not text):
            sentence = _("Enter at most %(limit)s readable characters.") % {"limit": limit}
            faults.append(Oddity(row, name, sentence, True))
        values[name] = text
    return values


def _choice(
    row: int,
    raw: Mapping[str, Any],
    name: str,
    choices: type[models.TextChoices],
    default: str,
    faults: list[Oddity],
) -> str:
    text = str(raw.get(name) or "").strip()
    value = WORDS.get(text, text) or default
    if value not in choices.values:
        faults.append(Oddity(row, name, _("“%(value)s” is not one of the choices.") % {"value": text[:40]}, True))
    return str(value)


def _judge(
    plan: Plan[MasterRow],
    seen: set[str],
    row: int,
    raw_key: str,
    key_name: str,
    values: dict[str, Any],
    faults: list[Oddity],
) -> None:
    key = rules.normal_number(raw_key)
    if not key or len(key) > 40 or not key.isprintable():
        faults.append(Oddity(row, key_name, _("Enter a number of 1 to 40 readable characters."), True))
    elif key in seen:
        faults.append(Oddity(row, key_name, _("“%(number)s” is already taken.") % {"number": key}, True))
    seen.add(key)
    plan.oddities += faults
    if not faults:
        plan.rows.append(MasterRow(row, key, values))


def write_parts(actor: Actor, at: datetime, rows: Sequence[MasterRow]) -> Written:
    """Write judged parts with journal and search terms; numbers already there are left alone. Raises Forbidden.

    One transaction for each batch of 2,500 rows, so an interrupted import is taken up by running it again.
    """
    require_right(services.for_network(actor, P.MAINTAIN_PARTS), P.MAINTAIN_PARTS, None)

    def write(batch: Sequence[MasterRow]) -> int:
        known = set(Part.objects.filter(number__in=[row.key for row in batch]).values_list("number", flat=True))
        parts = Part.objects.bulk_create(Part(number=row.key, **row.values) for row in batch if row.key not in known)
        _journal(actor, at, parts)
        index_new(services.finding_of(part) for part in parts)
        return len(parts)

    return _in_batches(rows, write)


def write_operations(actor: Actor, at: datetime, rows: Sequence[MasterRow]) -> Written:
    """Write judged labour operations with their journal; codes already there are left alone. Raises Forbidden."""
    require_right(services.for_network(actor, P.MAINTAIN_OPERATIONS), P.MAINTAIN_OPERATIONS, None)

    def write(batch: Sequence[MasterRow]) -> int:
        keys = [row.key for row in batch]
        known = set(LabourOperation.objects.filter(code__in=keys).values_list("code", flat=True))
        operations = LabourOperation.objects.bulk_create(
            LabourOperation(code=row.key, **row.values) for row in batch if row.key not in known
        )
        _journal(actor, at, operations)
        return len(operations)

    return _in_batches(rows, write)


def _journal(actor: Actor, at: datetime, records: Sequence[models.Model]) -> None:
    entries = (
        (record, {name: plain(value) for name, value in snapshot(record).items() if value not in (None, "")})
        for record in records
    )
    copy_journal(entries, step="imported", actor=actor, at=at)


def _in_batches(rows: Sequence[MasterRow], write: Any) -> Written:
    def alone(batch: Sequence[MasterRow]) -> int:
        with connection.cursor() as cursor:
            # Two imports of the same list at once: the second waits and then finds every number known.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('catalog.import'))")
        return int(write(batch))

    created = 0
    for batch in batched(rows, BATCH, strict=False):
        created += run_in_transaction(lambda batch=batch: alone(batch))  # type: ignore[misc]
    return Written(created, len(rows) - created)
