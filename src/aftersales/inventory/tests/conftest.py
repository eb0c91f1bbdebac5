"""A parts room: two shelves kept by Sun, three parts, and a few verbs that keep the tests short."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from aftersales.catalog.models import Part
from aftersales.core.actor import system_actor
from aftersales.inventory import services
from aftersales.inventory.ledger import Consumer
from aftersales.inventory.models import Location, Receipt, StockBalance
from aftersales.seeds.cast import Cast

AT = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
ORDER = "repairs.repairorder"
APPOINTMENT = "appointments.appointment"
PROGRAM = system_actor("test")


@dataclass
class Room:
    """The parts room of the cast's station."""

    cast: Cast
    shelf: Location
    second_shelf: Location
    filter: Part
    pads: Part
    wiper: Part

    def receive(self, part: Part, quantity: str, value: str, shelf: Location | None = None) -> Receipt:
        item = services.ReceiptItem(part.pk, Decimal(quantity), Decimal(value), (shelf or self.shelf).pk)
        return services.receive(
            self.cast.sun, AT, station=self.cast.station, items=[item], supplier_name="上海配件公司"
        )

    def issue(self, part: Part, quantity: str, order: int = 1, line: int = 1) -> list[services.Issued]:
        return services.issue(
            self.cast.sun,
            AT,
            station=self.cast.station,
            consumer=Consumer(ORDER, order, f"RO-{order}"),
            lines=[services.IssueLine(line, part.pk, Decimal(quantity))],
        )

    def give_back(self, part: Part, quantity: str | None, order: int = 1, line: int = 1) -> list[services.Returned]:
        return services.return_parts(
            self.cast.sun,
            AT,
            station=self.cast.station,
            consumer=Consumer(ORDER, order),
            lines=[services.ReturnLine(line, part.pk, None if quantity is None else Decimal(quantity))],
        )

    def reserve(
        self, part: Part, quantity: str, consumer: Consumer, line: int = 1, priority: int = 20
    ) -> services.Promise:
        return services.reserve(
            self.cast.sun,
            AT,
            station=self.cast.station,
            consumer=consumer,
            wants=[services.Want(part.pk, Decimal(quantity), line)],
            priority=priority,
        )[0]

    def balance(self, part: Part, shelf: Location | None = None) -> tuple[Decimal, Decimal, Decimal]:
        row = StockBalance.objects.everywhere().get(part=part, location=shelf or self.shelf)
        return row.on_hand, row.reserved, row.value


def furnish(cast: Cast) -> Room:
    """Open the shelves and enter the parts; usable in tests with real commits too."""
    keeper = cast.staff["sun"]
    first = services.open_location(
        cast.sun, AT, station=cast.station, code="A01", name="一号货架", bin="A01-03", keeper=keeper
    )
    second = services.open_location(cast.sun, AT, station=cast.station, code="B01", name="二号货架")
    return Room(
        cast,
        first,
        second,
        Part.objects.create(number="OF-1001", name="机油滤清器", part_class="common"),
        Part.objects.create(number="BP-2001", name="前制动片", part_class="common", handling="wear"),
        Part.objects.create(number="WB-3001", name="冬季雨刮", part_class="seasonal"),
    )


@pytest.fixture
def room(cast: Cast) -> Room:
    return furnish(cast)
