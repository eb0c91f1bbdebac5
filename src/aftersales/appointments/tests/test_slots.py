"""The time of bays and technicians: no overlap, working hours, free starts, load (APPT-09, APPT-10)."""

import threading
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg.types.range import TimestamptzRange

from aftersales.appointments import queries, services
from aftersales.appointments.choices import ResourceKind
from aftersales.appointments.models import Slot
from aftersales.appointments.tests.conftest import NOW, TOMORROW_TEN, Workshop, build_workshop, later
from aftersales.core.errors import Forbidden, InputRefused, Refusal, TransitionRefused
from aftersales.network.models import CalendarDay
from aftersales.staff.models import Shift

TOMORROW = date(2026, 3, 3)


def hold(workshop: Workshop, starts_at: datetime = TOMORROW_TEN, hours: int = 1, **changed: object) -> list[Slot]:
    values: dict[str, object] = {
        "station_id": workshop.station.pk,
        "holder_kind": "appointments.appointment",
        "holder_id": 1,
        "label": "沪A12345",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=hours),
        "bay_id": workshop.bays[0].pk,
        "technician_id": workshop.technicians[0].pk,
    } | changed
    return services.hold_slots(workshop.lin, NOW, **values)  # type: ignore[arg-type]


def test_APPT_09_overlapping_time_of_bay_or_technician_is_refused(workshop: Workshop) -> None:
    hold(workshop)
    half_past = TOMORROW_TEN + timedelta(minutes=30)
    with pytest.raises(TransitionRefused) as refused:
        hold(workshop, half_past, technician_id=workshop.technicians[1].pk)
    assert refused.value.clause == "APPT-09"
    assert "沪A12345" in str(refused.value.sentence)
    with pytest.raises(TransitionRefused):
        hold(workshop, half_past, bay_id=workshop.bays[1].pk)
    assert len(hold(workshop, half_past, bay_id=workshop.bays[1].pk, technician_id=workshop.technicians[1].pk)) == 2
    assert len(hold(workshop, TOMORROW_TEN + timedelta(hours=1))) == 2  # half-open: back to back is no overlap


def test_APPT_09_confirming_over_a_taken_bay_is_refused_and_changes_nothing(workshop: Workshop) -> None:
    workshop.booked()
    with pytest.raises(TransitionRefused) as refused, transaction.atomic():
        workshop.booked()
    assert refused.value.code == "slot_taken"
    assert Slot.objects.everywhere().count() == 2


def test_APPT_09_the_database_itself_refuses_the_overlap(workshop: Workshop) -> None:
    hold(workshop)
    rogue = Slot(
        station=workshop.station,
        resource_kind=ResourceKind.BAY,
        bay=workshop.bays[0],
        during=TimestamptzRange(TOMORROW_TEN, TOMORROW_TEN + timedelta(minutes=1)),
        holder_kind="x",
        holder_id=2,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        rogue.save()


@pytest.mark.django_db(transaction=True)
def test_APPT_09_of_32_racers_for_one_bay_exactly_one_wins() -> None:
    workshop = build_workshop()
    start = threading.Barrier(32)
    outcomes: list[str] = []

    def race(n: int) -> None:
        try:
            start.wait()
            hold(workshop, holder_id=n, technician_id=workshop.technicians[n % 2].pk)
            outcomes.append("held")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(outcomes)) == ["held", "slot_taken"]
    assert outcomes.count("held") == 1
    assert Slot.objects.everywhere().count() == 2


def test_APPT_09_time_outside_opening_hours_needs_a_right_and_a_reason(workshop: Workshop) -> None:
    evening = datetime.combine(TOMORROW, datetime.min.time(), NOW.tzinfo) + timedelta(hours=9, minutes=30)  # 17:30
    with pytest.raises(TransitionRefused) as refused:
        hold(workshop, evening)
    assert refused.value.code == "outside_hours"
    with pytest.raises(Forbidden):
        hold(workshop, evening, override_reason="加班")
    slots = services.hold_slots(
        workshop.wu,
        NOW,
        station_id=workshop.station.pk,
        holder_kind="x",
        holder_id=1,
        label="",
        starts_at=evening,
        ends_at=evening + timedelta(hours=2),
        bay_id=workshop.bays[0].pk,
        override_reason="加班",
    )
    assert [slot.override_reason for slot in slots] == ["加班"]


def test_APPT_09_holidays_and_make_up_days_count(workshop: Workshop) -> None:
    CalendarDay.objects.create(on=TOMORROW, is_workday=False, name="假日")
    with pytest.raises(TransitionRefused):
        hold(workshop)
    sunday_ten = datetime(2026, 3, 8, 2, 0, tzinfo=NOW.tzinfo)
    with pytest.raises(TransitionRefused):
        hold(workshop, sunday_ten)
    CalendarDay.objects.create(on=date(2026, 3, 8), is_workday=True, name="调休")
    assert len(hold(workshop, sunday_ten)) == 2
    CalendarDay.objects.create(station=workshop.station, on=TOMORROW, is_workday=True, name="本站营业")
    assert len(hold(workshop)) == 2


def test_APPT_09_a_technician_off_shift_is_refused(workshop: Workshop) -> None:
    Shift.objects.create(
        staff_member=workshop.technicians[0],
        starts_at=TOMORROW_TEN + timedelta(hours=4),
        ends_at=TOMORROW_TEN + timedelta(hours=8),
    )
    with pytest.raises(TransitionRefused) as refused:
        hold(workshop)
    assert refused.value.code == "outside_hours"
    assert len(hold(workshop, TOMORROW_TEN + timedelta(hours=4))) == 2


def test_a_bay_of_another_station_or_an_empty_span_is_refused(workshop: Workshop) -> None:
    with pytest.raises(InputRefused):
        hold(workshop, station_id=workshop.other_station.pk)
    with pytest.raises(InputRefused):
        hold(workshop, hours=0)
    with pytest.raises(InputRefused):
        hold(workshop, bay_id=None, technician_id=None)


def test_APPT_09_free_starts_leave_out_what_is_taken(workshop: Workshop) -> None:
    hold(workshop, hours=2)
    hold(workshop, hours=2, bay_id=workshop.bays[1].pk, technician_id=workshop.technicians[1].pk)
    starts = queries.free_starts(workshop.station, TOMORROW, duration_minutes=60, at=NOW)
    assert starts[0].starts_at == TOMORROW_TEN - timedelta(hours=2)
    taken = {TOMORROW_TEN + timedelta(minutes=n) for n in range(0, 120, 15)}
    assert not taken & {start.starts_at for start in starts}
    assert TOMORROW_TEN + timedelta(hours=2) in {start.starts_at for start in starts}
    for start in starts[:3]:
        assert start.bay.station_id == workshop.station.pk
    late = queries.free_starts(workshop.station, TOMORROW, duration_minutes=60, at=TOMORROW_TEN + timedelta(hours=6))
    assert [start.starts_at for start in late] == [
        TOMORROW_TEN + timedelta(hours=6, minutes=15 * n) for n in (1, 2, 3, 4)
    ]
    assert queries.free_starts(workshop.station, date(2026, 3, 8), duration_minutes=60, at=NOW) == []


def test_APPT_10_the_days_load_is_shown_in_hours(workshop: Workshop) -> None:
    hold(workshop, hours=5)
    rows = {row.name: row for row in queries.day_load(workshop.lin, workshop.station, TOMORROW)}
    assert (rows["1号工位"].booked_hours, rows["1号工位"].open_hours) == (Decimal("5.00"), Decimal("10.00"))
    assert rows["赵师傅"].percent == 50
    assert rows["2号工位"].booked_hours == 0
    assert not rows["赵师傅"].is_overloaded


def test_released_time_can_be_held_again(workshop: Workshop) -> None:
    hold(workshop)
    assert services.release_slots(holder_kind="appointments.appointment", holder_id=1, at=later(hours=1)) == 2
    assert services.release_slots(holder_kind="appointments.appointment", holder_id=1, at=later(hours=1)) == 0
    assert len(hold(workshop)) == 2
