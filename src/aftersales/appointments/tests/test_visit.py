"""From confirmation to arrival: desks ready, reconfirmed, prepared, arrived or missed (APPT-07, -08, RECP-07)."""

from datetime import date, timedelta

import pytest

from aftersales.appointments import queries, services, transitions
from aftersales.appointments.choices import AppointmentState, Desk, SlotState
from aftersales.appointments.events import AppointmentArrived, AppointmentConfirmed, AppointmentMissed
from aftersales.appointments.models import Arrival, Slot
from aftersales.appointments.tests.conftest import NOW, TOMORROW_TEN, Workshop, later
from aftersales.core import events
from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.notifications.models import Message

pytestmark = pytest.mark.django_db
TOMORROW = date(2026, 3, 3)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[events.Event]:
    told: list[events.Event] = []
    kinds = (AppointmentConfirmed, AppointmentArrived, AppointmentMissed)
    monkeypatch.setattr(events, "_SUBSCRIPTIONS", {kind: (told.append,) for kind in kinds})
    return told


def test_APPT_07_confirmation_is_told_and_each_desk_acknowledges(workshop: Workshop, heard: list[events.Event]) -> None:
    booking = workshop.booked()
    assert [type(event) for event in heard] == [AppointmentConfirmed]
    assert booking.desks_missing == list(Desk)
    for desk in Desk.values:
        booking = transitions.acknowledge(booking, workshop.lin, later(minutes=3), desk=desk)
    assert booking.is_ready
    assert (booking.workshop_ready_at, booking.workshop_ready_by) == (later(minutes=3), "Lin")
    with pytest.raises(InputRefused):
        transitions.acknowledge(booking, workshop.lin, NOW, desk="nobody")


def test_APPT_07_a_request_cannot_be_acknowledged(workshop: Workshop) -> None:
    with pytest.raises(TransitionRefused):
        transitions.acknowledge(workshop.requested(), workshop.lin, NOW, desk=Desk.PARTS)


def test_APPT_08_the_day_list_flags_bookings_not_reconfirmed(workshop: Workshop) -> None:
    booking = workshop.booked()
    (row,) = queries.day_rows(workshop.lin, workshop.station, TOMORROW, NOW)
    assert row.needs_reconfirming
    assert not row.is_late
    transitions.reconfirm(booking, workshop.lin, later(hours=2))
    (row,) = queries.day_rows(workshop.lin, workshop.station, TOMORROW, TOMORROW_TEN + timedelta(minutes=1))
    assert not row.needs_reconfirming
    assert row.is_late


def test_APPT_08_moving_a_booking_asks_for_reconfirmation_and_readiness_anew(workshop: Workshop) -> None:
    booking = transitions.reconfirm(workshop.booked(), workshop.lin, NOW)
    booking = transitions.acknowledge(booking, workshop.lin, NOW, desk=Desk.PARTS)
    booking = transitions.reschedule(
        booking, workshop.lin, NOW, arrives_at=TOMORROW_TEN + timedelta(hours=3), reason="客户改期"
    )
    assert booking.reconfirmed_at is None
    assert booking.parts_ready_at is None
    assert booking.reschedule_count == 1
    held = Slot.objects.everywhere().filter(state=SlotState.HELD).order_by("pk")
    assert {slot.during.lower for slot in held} == {TOMORROW_TEN + timedelta(hours=3)}
    assert len(held) == 2


def test_PREP_03_the_briefing_is_recorded_before_arrival(workshop: Workshop) -> None:
    booking = workshop.booked()
    with pytest.raises(InputRefused) as refused:
        transitions.prepare(booking, workshop.lin, NOW, briefing="")
    assert refused.value.clause == "PREP-03"
    booking = transitions.prepare(booking, workshop.lin, NOW, briefing="上次更换前刹车片", prepicked=True)
    assert (booking.prepared_at, booking.prepicked) == (NOW, True)


def test_RECP_07_the_queue_keeps_the_order_of_coming_and_marks_booked_customers(workshop: Workshop) -> None:
    booking = workshop.booked()
    services.note_arrival(
        workshop.lin, TOMORROW_TEN - timedelta(minutes=20), station=workshop.station, plate="苏B88888"
    )
    services.note_arrival(
        workshop.lin, TOMORROW_TEN - timedelta(minutes=5), station=workshop.station, appointment=booking
    )
    services.note_arrival(workshop.lin, TOMORROW_TEN, station=workshop.station, appointment=booking)
    rows = queries.arrivals_on(workshop.lin, workshop.station, TOMORROW, TOMORROW_TEN)
    assert [(row.position, row.is_booked, row.advisor, row.waiting_minutes) for row in rows] == [
        (1, False, "", 20),
        (2, True, "林顾问", 5),
    ]


def test_RECP_07_receiving_the_customer_ends_the_waiting(workshop: Workshop, heard: list[events.Event]) -> None:
    booking = workshop.booked()
    came = services.note_arrival(
        workshop.lin, TOMORROW_TEN - timedelta(minutes=5), station=workshop.station, appointment=booking
    )
    booking = transitions.arrive(booking, workshop.lin, TOMORROW_TEN)
    assert (booking.state, booking.arrived_at) == (AppointmentState.ARRIVED, TOMORROW_TEN)
    assert Arrival.objects.everywhere().get(pk=came.pk).served_at == TOMORROW_TEN
    assert type(heard[-1]) is AppointmentArrived
    with pytest.raises(TransitionRefused):
        transitions.arrive(booking, workshop.lin, TOMORROW_TEN)


def test_a_booked_customer_checked_in_at_once_stands_in_the_queue_too(workshop: Workshop) -> None:
    booking = transitions.arrive(workshop.booked(), workshop.lin, TOMORROW_TEN)
    arrival = Arrival.objects.everywhere().get(appointment=booking)
    assert (arrival.arrived_at, arrival.served_at) == (TOMORROW_TEN, TOMORROW_TEN)


def test_a_walk_in_may_leave_unserved(workshop: Workshop) -> None:
    arrival = services.note_arrival(workshop.lin, NOW, station=workshop.station, contact_name="王女士")
    services.note_left(arrival, workshop.lin, later(minutes=30))
    with pytest.raises(TransitionRefused):
        services.note_left(arrival, workshop.lin, later(minutes=31))
    assert services.note_served(later(minutes=40), station_id=workshop.station.pk, arrival_id=arrival.pk) == 0


def test_a_no_show_frees_the_time_and_calls_for_a_call(workshop: Workshop, heard: list[events.Event]) -> None:
    booking = workshop.booked()
    with pytest.raises(TransitionRefused):
        transitions.mark_no_show(booking, workshop.lin, NOW)
    booking = transitions.mark_no_show(booking, workshop.lin, TOMORROW_TEN + timedelta(hours=1))
    assert booking.state == AppointmentState.MISSED
    assert not Slot.objects.everywhere().filter(state=SlotState.HELD).exists()
    assert type(heard[-1]) is AppointmentMissed
    again = workshop.booked()
    assert again.state == AppointmentState.CONFIRMED


def test_cancel_and_decline_need_a_reason(workshop: Workshop) -> None:
    for step in (transitions.cancel, transitions.decline):
        booking = workshop.requested()
        with pytest.raises(TransitionRefused):
            step(booking, workshop.lin, NOW, reason=" ")
        assert step(booking, workshop.lin, NOW, reason="客户不来").closing_reason == "客户不来"


def test_slots_pass_to_the_repair_order(workshop: Workshop) -> None:
    booking = workshop.booked()
    moved = services.hand_over_slots(
        from_kind=transitions.KIND, from_id=booking.pk, holder_kind="repairs.repairorder", holder_id=7, label="RO7"
    )
    assert moved == 2
    assert set(Slot.objects.everywhere().values_list("holder_kind", "holder_id", "label")) == {
        ("repairs.repairorder", 7, "RO7")
    }


def test_APPT_07_reception_workshop_and_parts_desk_find_the_booking_in_their_inbox(workshop: Workshop) -> None:
    booking = workshop.booked()
    told = Message.objects.everywhere().filter(subject_kind="appointments.appointment", subject_id=booking.pk)
    assert sorted(row.to_role for row in told if row.template == "appointments.confirmed") == [
        "foreman",
        "parts_keeper",
        "service_advisor",
    ]
    short = told.get(template="appointments.parts_short")
    assert short.payload["lacking"] == "F-001 × 2"
