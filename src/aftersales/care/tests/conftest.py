"""A workshop whose car was released on Monday, with a tracking clerk, a supervisor and a stranger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from aftersales.appointments.permissions import P as AppointmentRight
from aftersales.appointments.tests.conftest import Workshop, build_workshop
from aftersales.care import handlers
from aftersales.care.models import FollowUp, ServiceCase
from aftersales.care.permissions import P
from aftersales.care.transitions import cases
from aftersales.core.actor import Actor
from aftersales.customers.models import Customer
from aftersales.repairs.choices import OrderState, PaymentState
from aftersales.repairs.events import VehicleReleased
from aftersales.repairs.models import RepairOrder
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember
from aftersales.vehicles.models import Vehicle

RELEASED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # Monday 17:00 in Shanghai
CALLS = frozenset(
    {P.VIEW, P.CALL, P.CASE_VIEW, P.CASE_OPEN, P.CASE_HANDLE, AppointmentRight.BOOK, AppointmentRight.VIEW}
)


@dataclass
class After:
    workshop: Workshop
    customer: Customer
    vehicle: Vehicle
    order: RepairOrder
    clerk: StaffMember
    manager: StaffMember
    tao: Actor = field(init=False)
    wu: Actor = field(init=False)
    ma: Actor = field(init=False)

    def __post_init__(self) -> None:
        here, there = self.workshop.station.pk, self.workshop.other_station.pk
        more = CALLS | {P.SKIP, P.HOLD, P.CASE_ASSIGN}
        self.tao = Actor(
            user_id=None, name="Tao", role="tracking_clerk", rights={here: CALLS}, staff_member_id=self.clerk.pk
        )
        self.wu = Actor(user_id=None, name="Wu", role="manager", rights={here: more})
        self.ma = Actor(user_id=None, name="Ma", role="manager", rights={there: more})

    def released(self) -> FollowUp:
        lin = self.workshop.lin
        handlers.plan_follow_ups(VehicleReleased(actor=lin, at=RELEASED, document=self.order))
        return FollowUp.objects.everywhere().get(order=self.order, kind="first")

    def case(self, **changed: Any) -> ServiceCase:
        values: dict[str, Any] = {
            "station": self.workshop.station,
            "channel": "hotline",
            "complainant": "陈先生",
            "complainant_phone": "13812345678",
            "description": "刹车仍有异响",
            "order": self.order,
            "customer": self.customer,
            "vehicle": self.vehicle,
        }
        return cases.open_case(self.tao, RELEASED, **(values | changed))


@pytest.fixture
def after(db: None) -> After:
    workshop = build_workshop()
    station = workshop.station
    clerk = StaffMember.objects.create(station=station, employee_number="K1", name="陶丽", post=Post.TRACKING_CLERK)
    manager = StaffMember.objects.create(station=station, employee_number="M1", name="吴刚", post=Post.MANAGER)
    customer = Customer.objects.create(station=station, name="陈先生", created_at=RELEASED)
    vehicle = Vehicle.objects.create(
        station=station, vin="LSVAA49J132047371", plate="沪A12345", model_name="Model 3", created_at=RELEASED
    )
    order = RepairOrder.objects.create(
        station=station,
        number="SH01-RO26-00001",
        state=OrderState.RELEASED,
        payment_state=PaymentState.PAID,
        customer=customer,
        vehicle=vehicle,
        customer_name="陈先生",
        contact_phone="13812345678",
        plate="沪A12345",
        model_name="Model 3",
        received_at=RELEASED,
        promised_at=RELEASED,
        released_at=RELEASED,
        created_at=RELEASED,
    )
    return After(workshop, customer, vehicle, order, clerk, manager)
