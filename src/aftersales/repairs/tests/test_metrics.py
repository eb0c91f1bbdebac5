"""The figures of the visit, counted by hand beside them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales.appointments.models import Arrival
from aftersales.network.rules import business_date
from aftersales.repairs import metrics
from aftersales.repairs import transitions as visit
from aftersales.repairs.models import RepairOrder
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.pytest_cast import CAST_AT
from aftersales.seeds.visits import Driver, Visitor
from aftersales.standards.metrics import metric_of

pytestmark = pytest.mark.django_db

ON = business_date(CAST_AT)


def another(cast: Cast, goods: Goods, n: int, **overrides: object) -> Driver:
    someone = Visitor(
        name=f"客户{n}", phone=f"1380013{n:04d}", plate=f"沪A0000{n}", vin=f"LSVAM4187C21848{n:02d}", **overrides,  # type: ignore[arg-type]
    )  # fmt: skip
    return Driver(cast, goods, CAST_AT + timedelta(minutes=n), visitor=someone)


def test_QC_04_a_car_sent_back_by_the_inspection_was_not_right_the_first_time(
    cast: Cast, goods: Goods, driver: Driver
) -> None:
    driver.bring_to("released")
    bad = another(cast, goods, 1)
    bad.bring_to("completed")
    line = next(line for line in bad.order.all_lines() if line.is_labour)
    bad.order = visit.fail_inspection(
        bad.order, cast.fang, bad.tick(), inspector_id=cast.staff["fang"].pk, failures={line.pk: "仍有异响"}
    )
    for move in ("work", "complete", "inspect", "wash", "take_over", "settle", "pay", "release"):
        getattr(bad, move)()
    with CaptureQueriesContext(connection) as seen:
        found = metrics.first_time_fix_rate((cast.station.pk,), ON, ON)
    assert len(seen) <= 2
    assert (found.value, found.numerator, found.denominator) == (Decimal("50.00"), 1, 2)
    assert [row.number for row in metrics.not_right_first_time(None, ON, ON)] == [bad.order.number]
    assert metrics.first_time_fix_rate((cast.other_station.pk,), ON, ON).value is None
    assert metrics.first_time_fix_rate(None, ON + timedelta(days=1), ON + timedelta(days=2)).value is None


@pytest.mark.parametrize(("days_later", "value"), [(30, Decimal("0.00")), (31, Decimal("100.00"))])
def test_QC_04_a_comeback_counts_within_the_window_only(
    cast: Cast, driver: Driver, days_later: int, value: Decimal
) -> None:
    first = driver.bring_to("released")
    assert first.released_at is not None
    again = RepairOrder(
        station=cast.station, number="SH01-RO26-09999", customer_id=first.customer_id, vehicle_id=first.vehicle_id,
        customer_name=first.customer_name, created_at=first.released_at, comeback_of=first,
        received_at=first.released_at + timedelta(days=days_later),
    )  # fmt: skip
    again.save(force_insert=True)
    assert metrics.first_time_fix_rate((cast.station.pk,), ON, ON).value == value


def test_RECP_03_the_wait_from_arrival_to_first_contact_is_measured(cast: Cast) -> None:
    for minutes in (2, 8, None):
        Arrival.objects.create(
            station=cast.station,
            arrived_at=CAST_AT,
            served_at=CAST_AT + timedelta(minutes=minutes) if minutes else None,
        )
    found = metrics.minutes_to_first_contact((cast.station.pk,), ON, ON)
    assert (found.value, found.denominator) == (Decimal("5.00"), 2)
    registered = metric_of("RECP-03")
    assert registered is not None
    assert registered.rows is not None
    assert len(list(registered.rows(None, ON, ON))) == 2


def test_CRM_03_the_share_of_customers_with_an_archive(cast: Cast, goods: Goods, driver: Driver) -> None:
    driver.bring_to("archived")
    waiting = another(cast, goods, 1)
    waiting.bring_to("released")
    found = metrics.archive_rate((cast.station.pk,), ON, ON)
    assert (found.value, found.numerator, found.denominator) == (Decimal("50.00"), 1, 2)
    assert [row.number for row in metrics.not_archived(None, ON, ON)] == [waiting.order.number]
