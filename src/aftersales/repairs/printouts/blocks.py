"""What the papers of an order share: customer, vehicle, lines, the guarantee."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _now

from aftersales.core.money import ZERO, total
from aftersales.core.quantity import Unit
from aftersales.printing.papers import CustomerLines, LabourLine, NamedAmount, PartLine, VehicleLines, yuan
from aftersales.repairs.choices import PayType
from aftersales.repairs.models import Concern, OrderLine, RepairOrder
from aftersales.standards.queries import threshold


def figure_text(quantity: Decimal) -> str:
    """Return a quantity without zeros at its end: 1.500 → 1.5, 4.000 → 4."""
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_text(code: str) -> str:
    """Return a unit's name in the paper's language."""
    return str(dict(Unit.choices).get(code, code))


def payer_text(payer: str) -> str:
    """Return who pays a line, '' for the customer: that is what a paper takes for granted."""
    return "" if payer == PayType.CUSTOMER else str(PayType(payer).label)


def lines_of(order: RepairOrder) -> list[OrderLine]:
    """Return the order's lines by position with technician and bay; one statement."""
    rows = OrderLine.objects.filter(order_id=order.pk).select_related("technician__team", "bay").order_by("position")
    return list(rows.fetch_mode(models.FETCH_RAISE))


def concerns_of(order: RepairOrder) -> list[Concern]:
    return list(Concern.objects.filter(order_id=order.pk).order_by("position"))


def customer_lines(order: RepairOrder) -> CustomerLines:
    """Return the customer as the order names him; the phone is the one given for this visit."""
    return {
        "name": order.customer_name,
        "contact": "",
        "phone": order.contact_phone,
        "address": order.customer.address,
    }


def vehicle_lines(order: RepairOrder) -> VehicleLines:
    car: Any = order.vehicle
    return {
        "plate": order.plate,
        "vin": car.vin,
        "model": order.model_name or car.model_name,
        "colour": car.colour,
        "engine_number": car.engine_number,
        "odometer_km": order.odometer_km,
    }


@dataclass(frozen=True, slots=True)
class PricedBlock:
    """The lines of a paper and their sums; amounts before discount, in yuan with tax."""

    labour: list[LabourLine]
    parts: list[PartLine]
    others: list[NamedAmount]
    labour_total: str
    parts_total: str
    others_total: str
    discount: str
    gross: Decimal


def priced_block(
    lines: Iterable[Any],
    *,
    technicians: Mapping[int, str] | None = None,
    payers: Mapping[int, str] | None = None,
    taken_back: bool = False,
) -> PricedBlock:
    """Return lines (of an order or of a settlement sheet) as a paper shows them, to the fen.

    `technicians` and `payers` map a line's id to a name; `taken_back` turns every amount round (a reversal).
    """
    sign = -1 if taken_back else 1
    told, worked_by = payers or {}, technicians or {}
    labour: list[LabourLine] = []
    parts: list[PartLine] = []
    others: list[NamedAmount] = []
    sums = {"labour": Decimal("0.00"), "part": Decimal("0.00"), "record": Decimal("0.00")}
    rows = list(lines)
    for line in rows:
        full = sign * (line.gross + line.discount)
        sums[line.kind] += full
        if line.kind == "labour":
            labour.append(
                {
                    "code": line.code,
                    "name": line.text,
                    "hours": figure_text(line.quantity),
                    "amount": yuan(full),
                    "payer": told.get(line.pk, ""),
                    "technician": worked_by.get(line.pk, ""),
                }
            )
        elif line.kind == "part":
            parts.append(
                {
                    "number": line.code,
                    "name": line.text,
                    "quantity": figure_text(line.quantity),
                    "unit": unit_text(line.unit),
                    "price": yuan(line.unit_price),
                    "amount": yuan(full),
                    "payer": told.get(line.pk, ""),
                }
            )
        else:
            others.append({"name": line.text, "amount": yuan(full)})
    return PricedBlock(
        labour=labour,
        parts=parts,
        others=others,
        labour_total=yuan(sums["labour"]),
        parts_total=yuan(sums["part"]),
        others_total=yuan(sums["record"]),
        discount=yuan(ZERO - sign * total(line.discount for line in rows)),
        gross=sign * total(line.gross for line in rows),
    )


def order_block(lines: Sequence[OrderLine]) -> PricedBlock:
    """Return an order's own lines as a paper shows them, with who works and who pays."""
    return priced_block(
        lines,
        technicians={line.pk: line.technician.name for line in lines if line.technician},
        payers={line.pk: payer_text(line.payer) for line in lines},
    )


@dataclass(frozen=True, slots=True)
class GuaranteeTerm:
    """How long finished work is guaranteed: days and kilometres from the release, and the last day."""

    days: int
    km: int
    until: date


def guarantee_of(station_id: int, released_on: date) -> GuaranteeTerm:
    """Return the guarantee on repairs in force at the station on that day (SVC-06)."""
    days = int(threshold("SVC-06", "guarantee_days", station_id=station_id, on=released_on))
    km = int(threshold("SVC-06", "guarantee_km", station_id=station_id, on=released_on))
    return GuaranteeTerm(days, km, released_on + timedelta(days=days))


def guarantee_words(term: GuaranteeTerm) -> str:
    """Return the guarantee as one sentence of a paper."""
    return _now("Repairs: %(days)s days or %(km)s km from the hand-over, whichever comes first.") % {
        "days": term.days,
        "km": f"{term.km:,}",
    }
