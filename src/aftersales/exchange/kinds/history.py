"""The history of repair orders: one row for each line of a visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from aftersales.core.actor import Actor
from aftersales.customers.imports import Written
from aftersales.exchange.keys import StationKeys
from aftersales.exchange.kinds.base import Judged, Prepared, Source, unstorable
from aftersales.exchange.values import amount, whole
from aftersales.exchange.wording import sentence_for
from aftersales.network.models import Station
from aftersales.repairs.imports import HistoryOrder, RawLine, checked_amount, plan_history, rules_from
from aftersales.repairs.imports_writing import write_orders


def prepare(source: Source) -> Prepared:
    """Group the lines into visits and name what is odd about them."""
    prepared = Prepared(weight=lambda order: len(order.lines))
    plan = plan_history(_lines(source, prepared.oddities), rules_from(source.options))
    sentences = {kind: sentence_for(kind) for kind in {oddity.kind for oddity in plan.oddities}}
    prepared.units = list(plan.orders)
    prepared.oddities += [
        Judged(oddity.row, oddity.kind, oddity.field, oddity.value, sentences[oddity.kind], oddity.is_refused)
        for oddity in plan.oddities
    ]
    prepared.figures = plan.figures
    return prepared


def _lines(source: Source, oddities: list[Judged]) -> Iterator[RawLine]:
    for number, texts in source.rows:
        if (kind := next(filter(None, map(unstorable, texts.values())), None)) is not None:
            oddities.append(Judged(number, kind, "", "", sentence_for(kind), is_refused=True))
            continue
        for name in ("received_on", "invoiced_on"):
            if source.dates.is_serial(texts.get(name, "")):
                oddities.append(Judged(number, "date_serial", name, texts[name], sentence_for("date_serial"), False))
        yield RawLine(
            row=number,
            texts=texts,
            received_on=source.dates.read(texts.get("received_on", "")),
            invoiced_on=source.dates.read(texts.get("invoiced_on", "")),
            odometer_km=whole(texts.get("odometer_km", "")),
            amount=checked_amount(amount(texts.get("amount", ""))),
        )


def write(
    actor: Actor, at: datetime, station: Station, units: Sequence[HistoryOrder], options: dict[str, Any]
) -> Written:
    """Write the visits; joins the caller's transaction."""
    return write_orders(actor, at, station, units, StationKeys(station.pk))
