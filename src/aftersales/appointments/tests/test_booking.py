"""From request to confirmation: what a booking must say, what must be agreed and told (APPT-02, -04, -05)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales.appointments import drafts, queries, transitions
from aftersales.appointments.choices import AppointmentState, Channel
from aftersales.appointments.models import Appointment, Slot
from aftersales.appointments.tests.conftest import NOW, TOMORROW_TEN, Workshop, later
from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, InputRefused, NotVisible, StaleVersion, TransitionRefused

pytestmark = pytest.mark.django_db


def test_APPT_01_every_channel_takes_a_request(workshop: Workshop) -> None:
    for n, channel in enumerate(Channel.values):
        booking = transitions.request(workshop.lin, NOW, channel=channel, **workshop.wanted(plate=f"沪A1234{n}"))
        assert (booking.channel, booking.state) == (channel, AppointmentState.REQUESTED)
    numbers = list(Appointment.objects.everywhere().order_by("pk").values_list("number", flat=True))
    assert numbers[:2] == ["SH01-AP26-00001", "SH01-AP26-00002"]


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        ({"plate": ""}, "plate"),
        ({"model_name": "  "}, "model_name"),
        ({"concern": ""}, "concern"),
        ({"contact_phone": ""}, "contact_phone"),
        ({"contact_name": ""}, "contact_name"),
    ],
)
def test_APPT_02_a_request_without_vehicle_work_or_contact_is_refused(
    workshop: Workshop, left_out: dict[str, str], named: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        transitions.request(workshop.lin, NOW, **workshop.wanted(**left_out))
    assert refused.value.clause == "APPT-02"
    assert set(refused.value.fields) == {named}
    assert not Appointment.objects.everywhere().exists()


def test_APPT_02_the_concern_is_kept_in_the_customers_words(workshop: Workshop) -> None:
    words = "刹车“吱吱”响 🚗 <b>急</b> {{7*7}} 𠮷"
    booking = transitions.request(workshop.lin, NOW, **workshop.wanted(concern=words))
    assert Appointment.objects.everywhere().get(pk=booking.pk).concern == words


def test_APPT_03_requests_wait_with_a_deadline_of_24_hours(workshop: Workshop) -> None:
    transitions.request(workshop.lin, NOW, **workshop.wanted())
    (row,) = queries.waiting_requests(workshop.lin, later(hours=23))
    assert row.due_at == NOW + timedelta(hours=24)
    assert not row.is_overdue
    assert queries.waiting_requests(workshop.lin, later(hours=25))[0].is_overdue
    assert queries.waiting_requests(workshop.ma, later(hours=1)) == []


@pytest.mark.parametrize("lacking", ["arrives_at", "duration_minutes", "bay", "technician"])
def test_APPT_04_time_place_and_work_must_be_agreed_before_confirmation(workshop: Workshop, lacking: str) -> None:
    booking = workshop.requested()
    booking = transitions.tell_terms(booking, workshop.lin, NOW, documents_to_bring="行驶证")
    booking = transitions.change(booking, workshop.lin, NOW, **{lacking: None})
    with pytest.raises(TransitionRefused) as refused:
        transitions.confirm(booking, workshop.lin, NOW)
    assert refused.value.clause == "APPT-04"
    assert not Slot.objects.everywhere().exists()


def test_APPT_04_a_booking_without_work_items_is_not_confirmed(workshop: Workshop) -> None:
    booking = workshop.requested(items=[])
    with pytest.raises(TransitionRefused) as refused:
        transitions.confirm(booking, workshop.lin, NOW)
    assert refused.value.clause == "APPT-04"


def test_APPT_04_an_arrival_in_the_past_is_refused(workshop: Workshop) -> None:
    with pytest.raises(TransitionRefused) as refused:
        workshop.booked(arrives_at=NOW - timedelta(hours=1))
    assert refused.value.clause == "APPT-04"


def test_APPT_05_terms_must_be_told_before_confirmation(workshop: Workshop) -> None:
    booking = workshop.requested()
    with pytest.raises(TransitionRefused) as refused:
        transitions.confirm(booking, workshop.lin, NOW)
    assert refused.value.clause == "APPT-05"
    told = transitions.tell_terms(booking, workshop.lin, NOW, documents_to_bring="行驶证", special_care="免费洗车")
    assert (told.told_at, told.told_by) == (NOW, "Lin")
    assert (told.labour_price, told.parts_price) == (Decimal("160.00"), Decimal("70.00"))
    assert (told.price_low, told.price_high) == (Decimal("230.00"), Decimal("230.00"))
    assert told.special_care == "免费洗车"
    assert transitions.confirm(told, workshop.lin, later(minutes=5)).state == AppointmentState.CONFIRMED


def test_APPT_05_new_work_must_be_told_anew(workshop: Workshop) -> None:
    booking = transitions.tell_terms(workshop.requested(), workshop.lin, NOW, documents_to_bring="行驶证")
    booking = transitions.change(booking, workshop.lin, NOW, items=workshop.items()[:1])
    assert booking.told_at is None
    assert booking.parts_price == 0
    confirmed = workshop.booked(bay=workshop.bays[1], technician=workshop.technicians[1])
    with pytest.raises(TransitionRefused) as refused:
        transitions.change(confirmed, workshop.lin, NOW, items=workshop.items()[:1])
    assert refused.value.clause == "APPT-05"
    changed = transitions.change(confirmed, workshop.lin, later(minutes=1), items=workshop.items()[:1], terms_told=True)
    assert changed.told_at == later(minutes=1)
    assert changed.price_high == Decimal("160.00")


def test_APPT_05_the_documents_to_bring_are_part_of_what_is_told(workshop: Workshop) -> None:
    with pytest.raises(InputRefused) as refused:
        transitions.tell_terms(workshop.requested(), workshop.lin, NOW, documents_to_bring=" ")
    assert "documents_to_bring" in refused.value.fields


def test_a_price_range_in_the_wrong_order_is_refused(workshop: Workshop) -> None:
    with pytest.raises(InputRefused) as refused:
        transitions.tell_terms(
            workshop.requested(),
            workshop.lin,
            NOW,
            documents_to_bring="x",
            price_low=Decimal(500),
            price_high=Decimal(100),
        )
    assert "price_low" in refused.value.fields


def test_booking_at_once_refuses_what_confirmation_refuses(workshop: Workshop) -> None:
    with pytest.raises(TransitionRefused) as refused:
        transitions.book(workshop.lin, NOW, **workshop.agreed())
    assert refused.value.clause == "APPT-05"
    with pytest.raises(TransitionRefused) as refused:
        transitions.book(workshop.lin, NOW, terms_told=True, **workshop.agreed(bay=None))
    assert refused.value.clause == "APPT-04"
    assert not Appointment.objects.everywhere().exists()


def test_the_time_of_a_confirmed_booking_changes_only_by_moving_it(workshop: Workshop) -> None:
    booking = workshop.booked()
    with pytest.raises(TransitionRefused) as refused:
        transitions.change(booking, workshop.lin, NOW, arrives_at=TOMORROW_TEN + timedelta(hours=1))
    assert refused.value.code == "use_reschedule"
    assert transitions.change(booking, workshop.lin, NOW, concern="另加检查").concern == "另加检查"


def test_a_stranger_sees_and_does_nothing(workshop: Workshop) -> None:
    booking = workshop.booked()
    with pytest.raises(NotVisible):
        Appointment.objects.get_visible(workshop.ma, number=booking.number)
    with pytest.raises(NotVisible):
        queries.day_rows(workshop.ma, workshop.station, TOMORROW_TEN.date(), NOW)
    with pytest.raises(Forbidden):
        transitions.cancel(booking, workshop.ma, NOW, reason="x")
    with pytest.raises(Forbidden):
        transitions.request(workshop.ma, NOW, **workshop.wanted())


def test_a_booking_changed_meanwhile_is_not_overwritten(workshop: Workshop) -> None:
    booking = workshop.booked()
    transitions.reconfirm(booking, workshop.lin, NOW)
    with pytest.raises(StaleVersion):
        transitions.change(held(booking, 1), workshop.lin, NOW, concern="x")


def test_a_foreign_bay_is_refused(workshop: Workshop) -> None:
    foreign = workshop.bays[0]
    foreign.station_id = workshop.other_station.pk
    foreign.save()
    with pytest.raises(InputRefused) as refused:
        workshop.booked(bay=foreign)
    assert "bay" in refused.value.fields


def test_guards_answer_with_the_missing_facts(workshop: Workshop) -> None:
    sentence = drafts.time_place_and_work_are_agreed(Appointment(station=workshop.station))
    assert sentence is not None
    assert drafts.time_place_and_work_are_agreed(workshop.requested()) is None
