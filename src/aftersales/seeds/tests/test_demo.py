"""The demo is loaded once and looked at from all sides: it must be believable and nothing in it may be out of order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import transaction

from aftersales.accounts.actors import forget_rights
from aftersales.appointments.choices import AppointmentState
from aftersales.appointments.models import Appointment
from aftersales.billing.models import DayClose, Settlement
from aftersales.care.models import FollowUp, ServiceCase
from aftersales.clocks.models import Clock
from aftersales.clocks.services import Drift, rebuild
from aftersales.customers.models import Customer
from aftersales.inventory.models import StockAlert
from aftersales.inventory.proofs import prove_invariants
from aftersales.journal.queries import entries_of
from aftersales.journal.verification import broken_entries
from aftersales.repairs.choices import HoldReason, OrderState
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.seeds import hours
from aftersales.seeds.cast import Cast
from aftersales.seeds.demo import VISITS, load
from aftersales.vehicles.models import Vehicle

AT = datetime(2026, 11, 18, 3, 40, tzinfo=UTC)  # a Wednesday, 11:40 in Shanghai

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("demo")]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker) -> Iterator[Cast]:
    """The demo, loaded once for this module and taken back afterwards."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        forget_rights()
        cache.clear()
        try:
            yield load(AT)
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
            forget_rights()
            cache.clear()


def test_the_journal_is_whole() -> None:
    assert broken_entries() == []


def test_the_stock_adds_up() -> None:
    assert prove_invariants() == []


def test_the_clocks_agree_with_the_journal() -> None:
    assert Clock.objects.everywhere().count() > 100
    assert rebuild() == Drift()


def test_cars_stand_in_every_state() -> None:
    states = Counter(RepairOrder.objects.everywhere().values_list("state", flat=True))
    assert set(states) == set(OrderState.values) - {OrderState.WASHED, OrderState.CANCELLED}
    assert states[OrderState.ARCHIVED] >= VISITS - 5
    held = set(RepairOrder.objects.everywhere().exclude(hold_reason="").values_list("hold_reason", flat=True))
    assert {HoldReason.WAITING_FOR_PARTS, HoldReason.WAITING_FOR_RULING} <= held
    assert OrderLine.objects.filter(is_added=True, consent="pending").exists()
    assert OrderLine.objects.filter(rework_count=1).exclude(failure_reason="").exists()
    assert OrderLine.objects.filter(consent="declined").count() > 3


def test_bookings_are_waiting_in_every_state() -> None:
    states = Counter(Appointment.objects.everywhere().values_list("state", flat=True))
    assert states[AppointmentState.REQUESTED] >= 3
    assert states[AppointmentState.CONFIRMED] >= 6
    assert {AppointmentState.ARRIVED, AppointmentState.MISSED, AppointmentState.CANCELLED} <= states.keys()
    assert Appointment.objects.everywhere().filter(state="confirmed", reconfirmed_at__isnull=False).count() == 2


def test_money_has_been_taken_reversed_and_closed() -> None:
    assert Settlement.objects.everywhere().filter(kind="reversal").count() == 1
    assert DayClose.objects.everywhere().get().difference == 0
    assert {"cash", "wechat"} <= set(
        Settlement.objects.everywhere().filter(payments__isnull=False).values_list("payments__method", flat=True)
    )


def test_customers_were_called_and_one_complained() -> None:
    assert FollowUp.objects.everywhere().filter(state="closed").count() > 80
    assert FollowUp.objects.everywhere().filter(state="unreachable").exists()
    missed = FollowUp.objects.everywhere().get(kind="missed_booking")
    assert [entry.step for entry in entries_of(missed)] == ["plan_missed"]
    states = set(ServiceCase.objects.everywhere().values_list("state", flat=True))
    assert {"closed", "assigned"} <= states


def test_limits_were_kept_and_broken() -> None:
    for clause in ("APPT-03", "WORK-08", "CRM-01", "FUP-01"):
        rows = Clock.objects.everywhere().filter(clause=clause)
        assert rows.filter(breached=True).exists(), clause
        assert rows.filter(breached=False, stopped_at__isnull=False).count() > 3, clause


def test_some_parts_are_low() -> None:
    assert StockAlert.objects.everywhere().filter(state="open").count() >= 2
    assert StockAlert.objects.everywhere().filter(state="handled").count() >= 2


def test_every_vin_is_right_and_electric_cars_have_their_plates() -> None:
    vehicles = list(Vehicle.objects.everywhere())
    assert len(vehicles) == 46
    assert [car.vin for car in vehicles if car.oddities] == []
    electric = [car.plate for car in vehicles if car.power_type == "electric" or len(car.plate) == 8]
    assert len(electric) >= 8
    assert all(len(plate) == 8 for plate in electric)
    assert Customer.objects.everywhere().filter(kind="company").count() == 2


def test_everybody_has_a_password_of_their_own(demo: Cast) -> None:
    assert len(set(demo.passwords.values())) == len(demo.users)
    assert all(user.check_password(demo.passwords[key]) for key, user in list(demo.users.items())[:2])


@pytest.mark.parametrize("minutes", [1, 400, 3000])
def test_working_time_goes_forward_and_back(minutes: int) -> None:
    lasting = timedelta(minutes=minutes)
    later = hours.forward(AT, lasting)
    assert hours.back(later, lasting) == AT
    assert hours.is_open(later.astimezone(hours.ZONE).date())
