"""A small price list: two operations, two parts, rates and prices reviewed by finance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from aftersales.catalog import services, transitions
from aftersales.catalog.models import LabourOperation, LabourRate, Part, PartPrice
from aftersales.seeds.cast import Cast

AT = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 3)
D = Decimal


@dataclass
class PriceList:
    cast: Cast
    oil_change: LabourOperation
    battery: LabourOperation
    filter: Part
    pads: Part

    def price(self, part: Part, gross: str, effective_from: date = TODAY, **where: Any) -> PartPrice:
        proposed = transitions.propose_part_price(
            self.cast.gu, AT, part=part, gross_price=D(gross), effective_from=effective_from, **where
        )
        return transitions.review_part_price(proposed, self.cast.cai, AT)

    def rate(self, gross: str, effective_from: date = TODAY, **where: Any) -> LabourRate:
        proposed = transitions.propose_labour_rate(
            self.cast.gu, AT, gross_per_hour=D(gross), effective_from=effective_from, **where
        )
        return transitions.review_labour_rate(proposed, self.cast.cai, AT)


@pytest.fixture
def price_list(cast: Cast) -> PriceList:
    for code, rate in (("goods", "13"), ("service", "6")):
        services.enter_tax_rate(cast.cai, AT, code=code, rate=D(rate), effective_from=date(2019, 4, 1))
    return PriceList(
        cast,
        services.register_operation(
            cast.gu, AT, code="mt-001", name="更换机油", category="maintenance", standard_hours=D("0.5")
        ),
        services.register_operation(
            cast.gu, AT, code="HV-001", name="高压电池检测", category="high_voltage", standard_hours=D("1.5"),
            required_certificate="high_voltage",
        ),
        services.register_part(cast.gu, AT, number="of-1001", name="机油滤清器", part_class="common"),
        services.register_part(cast.sun, AT, number="BP-2001", name="前制动片", part_class="common", handling="wear"),
    )  # fmt: skip
