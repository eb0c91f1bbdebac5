"""The figures of settlement."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales.billing import metrics, services
from aftersales.network.rules import business_date
from aftersales.seeds.cast import Cast
from aftersales.seeds.visits import Driver

pytestmark = pytest.mark.django_db


def test_SETL_02_reversed_sheets_are_errors_and_the_preparation_is_timed(cast: Cast, driver: Driver) -> None:
    on = business_date(driver.at)
    assert metrics.error_rate(None, on, on).value is None
    driver.bring_to("ready")
    ready_at = driver.order.ready_at
    driver.settle()
    first = driver.settlements[0]
    services.reverse_settlement(driver.order, cast.wu, driver.tick(), reason="录入错误")
    driver.order, _sheets = services.settle_order(driver.order, cast.he, driver.tick())
    with CaptureQueriesContext(connection) as seen:
        found = metrics.error_rate((cast.station.pk,), on, on)
    assert len(seen) == 1
    assert (found.value, found.numerator, found.denominator) == (Decimal("50.00"), 1, 2)
    assert [sheet.number for sheet in metrics.taken_back(None, on, on)] == [first.number]
    assert metrics.error_rate((cast.other_station.pk,), on, on).value is None
    minutes = [(sheet.posted_at - ready_at).total_seconds() / 60 for sheet in metrics.slow_sheets(None, on, on)]
    assert minutes == sorted(minutes, reverse=True)
    assert metrics.preparation_minutes(None, on, on).value == Decimal(sum(minutes) / 2).quantize(Decimal("0.01"))
