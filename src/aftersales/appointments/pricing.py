"""What a booking's work will cost and whether its parts are there: typed codes become priced lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from aftersales.appointments.rules import ItemDraft, Totals, totals
from aftersales.catalog.choices import LineKind
from aftersales.catalog.models import LabourOperation
from aftersales.catalog.queries import LineAsked, package_lines, part_ids_by_number, price_lines
from aftersales.core.errors import InputRefused
from aftersales.core.money import ZERO, to_fen
from aftersales.inventory.queries import available
from aftersales.standards.binding import fulfils

type PartWanted = tuple[str, Decimal]  # part number, quantity


@dataclass(frozen=True, slots=True)
class Offer:
    """Priced lines with what stock can give: `short` maps a part's id to the quantity missing now."""

    items: tuple[ItemDraft, ...]
    totals: Totals
    short: dict[int, Decimal]
    unpriced: tuple[str, ...]

    @property
    def rows(self) -> list[tuple[ItemDraft, Decimal]]:
        """Each line with the quantity missing now."""
        return [(item, self.short.get(item.part_id or 0, Decimal(0))) for item in self.items]


@fulfils("APPT-05")
def priced_offer(
    *,
    station_id: int,
    on: date,
    operation_codes: Sequence[str] = (),
    parts: Sequence[PartWanted] = (),
    package_id: int | None = None,
    vehicle_model_id: int | None = None,
) -> Offer:
    """Return the work and parts with today's reviewed prices and what is missing in stock.

    Raises InputRefused naming unknown operation codes or part numbers. Source: APPT-05, EST-04.
    """
    operations = dict(
        LabourOperation.objects.filter(code__in=operation_codes, is_active=True).values_list("code", "pk")
    )
    part_ids = part_ids_by_number([number for number, _quantity in parts])
    refused = {}
    if unknown := [code for code in operation_codes if code not in operations]:
        refused["operations"] = _("Unknown operation: %(codes)s") % {"codes": ", ".join(unknown)}
    if unknown := [number for number, _quantity in parts if number not in part_ids]:
        refused["parts"] = _("Unknown part number: %(numbers)s") % {"numbers": ", ".join(unknown)}
    if refused:
        raise InputRefused(next(iter(refused.values())), code="unknown_item", fields=refused)
    asked = package_lines(package_id) if package_id else []
    asked += [LineAsked(LineKind.LABOUR, operations[code]) for code in dict.fromkeys(operation_codes)]
    asked += [LineAsked(LineKind.PART, part_ids[number], quantity) for number, quantity in parts]
    priced = price_lines(asked, station_id=station_id, on=on, vehicle_model_id=vehicle_model_id)
    items = tuple(
        ItemDraft(
            text=line.name[:200],
            operation_id=line.id if line.kind == LineKind.LABOUR else None,
            part_id=line.id if line.kind == LineKind.PART else None,
            quantity=Decimal(1) if line.kind == LineKind.LABOUR else line.amount,
            hours=line.amount if line.kind == LineKind.LABOUR else Decimal(0),
            price=to_fen(line.unit_gross * line.amount) if line.unit_gross is not None else ZERO,
        )
        for line in priced
    )
    return Offer(
        items=items,
        totals=totals(items),
        short=_missing(station_id, items),
        unpriced=tuple(line.name for line in priced if line.unit_gross is None),
    )


def _missing(station_id: int, items: Sequence[ItemDraft]) -> dict[int, Decimal]:
    wanted: dict[int, Decimal] = {}
    for item in items:
        if item.part_id is not None:
            wanted[item.part_id] = wanted.get(item.part_id, Decimal(0)) + item.quantity
    there = available(station_id, wanted)
    return {part_id: quantity - there[part_id] for part_id, quantity in wanted.items() if quantity > there[part_id]}
