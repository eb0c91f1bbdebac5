"""One workshop with two bays, two technicians, opening hours from eight to six, and its people as actors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

from aftersales.appointments import transitions
from aftersales.appointments.models import Appointment
from aftersales.appointments.permissions import P
from aftersales.appointments.rules import ItemDraft
from aftersales.catalog.models import LabourOperation, Part
from aftersales.core.actor import Actor
from aftersales.network.choices import BayKind
from aftersales.network.models import Bay, Headquarters, OpeningHours, Region, Station
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # Monday 09:30 in Shanghai
TOMORROW_TEN = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # Tuesday 10:00
ALL = frozenset({P.VIEW, P.BOOK, P.ACKNOWLEDGE, P.PREPARE, P.RECEIVE})


@dataclass
class Workshop:
    station: Station
    other_station: Station
    bays: list[Bay]
    technicians: list[StaffMember]
    advisor: StaffMember
    oil_change: LabourOperation
    filter: Part
    lin: Actor = field(init=False)
    wu: Actor = field(init=False)
    ma: Actor = field(init=False)

    def __post_init__(self) -> None:
        here, there = self.station.pk, self.other_station.pk
        self.lin = Actor(user_id=None, name="Lin", role="service_advisor", rights={here: ALL})
        self.wu = Actor(user_id=None, name="Wu", role="manager", rights={here: ALL | {P.OVERRIDE_HOURS}})
        self.ma = Actor(user_id=None, name="Ma", role="service_advisor", rights={there: ALL})

    def items(self) -> list[ItemDraft]:
        return [
            ItemDraft(
                text="Oil change", operation_id=self.oil_change.pk, hours=Decimal("0.8"), price=Decimal("160.00")
            ),
            ItemDraft(text="Oil filter", part_id=self.filter.pk, quantity=Decimal(2), price=Decimal("70.00")),
        ]

    def wanted(self, **changed: Any) -> dict[str, Any]:
        return {
            "station": self.station,
            "contact_name": "陈先生",
            "contact_phone": "13812345678",
            "plate": "沪A12345",
            "model_name": "Model 3",
            "concern": "保养,刹车有异响",
        } | changed

    def agreed(self, **changed: Any) -> dict[str, Any]:
        return (
            self.wanted(
                items=self.items(),
                arrives_at=TOMORROW_TEN,
                duration_minutes=90,
                bay=self.bays[0],
                technician=self.technicians[0],
                advisor=self.advisor,
                documents_to_bring="行驶证、保养手册",
            )
            | changed
        )

    def booked(self, **changed: Any) -> Appointment:
        return transitions.book(self.lin, NOW, terms_told=True, **self.agreed(**changed))

    def requested(self, **changed: Any) -> Appointment:
        return transitions.request(self.lin, NOW, **self.agreed(**changed))


def build_workshop() -> Workshop:
    headquarters = Headquarters.objects.create(code="HQ", name="总部")
    region = Region.objects.create(headquarters=headquarters, code="EAST", name="华东")
    station = Station.objects.create(region=region, code="SH01", name="浦东站")
    other = Station.objects.create(region=region, code="SH02", name="虹桥站")
    for weekday in range(6):
        OpeningHours.objects.create(station=station, weekday=weekday, opens=time(8), closes=time(18))
    bays = [Bay.objects.create(station=station, code=f"B{n}", name=f"{n}号工位", kind=BayKind.LIFT) for n in (1, 2)]
    people = [
        StaffMember.objects.create(station=station, employee_number=f"T{n}", name=name, post=Post.TECHNICIAN)
        for n, name in enumerate(("赵师傅", "钱师傅"), start=1)
    ]
    advisor = StaffMember.objects.create(
        station=station, employee_number="A1", name="林顾问", post=Post.SERVICE_ADVISOR
    )
    operation = LabourOperation.objects.create(
        code="OIL-01", name="更换机油", category="maintenance", standard_hours=Decimal("0.8")
    )
    part = Part.objects.create(number="F-001", name="机油滤清器", part_class="wear")
    return Workshop(station, other, bays, people, advisor, operation, part)


@pytest.fixture(autouse=True, scope="session")
def _append_only_tables_can_be_emptied_between_tests() -> Iterator[None]:
    # Race tests commit for real and Django empties the tables afterwards, which the journal's trigger rightly refuses.
    before = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, statements: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 32 <> 0"
            )
            kept = [name for (name,) in cursor.fetchall()]
        before(
            self,
            [
                *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in kept),
                *statements,
                *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in kept),
            ],
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
        yield


@pytest.fixture
def workshop(db: None) -> Workshop:
    return build_workshop()


def later(**span: int) -> datetime:
    return NOW + timedelta(**span)
