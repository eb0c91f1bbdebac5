"""Parts of a booking: put by as far as stock reaches, short ones flagged, free again after a no-show (PREP-04)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from aftersales.appointments import metrics, services, transitions
from aftersales.appointments.events import AppointmentPartsShort, ShortPart
from aftersales.appointments.tests.conftest import NOW, TOMORROW_TEN, Workshop, later
from aftersales.core import events
from aftersales.core.errors import TransitionRefused
from aftersales.inventory.models import Location, Reservation, StockBalance

pytestmark = pytest.mark.django_db
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def on_shelf(workshop: Workshop, quantity: int) -> StockBalance:
    shelf, _made = Location.objects.everywhere().get_or_create(
        station=workshop.station, code="A1", defaults={"name": "A1"}
    )
    balance, _made = StockBalance.objects.everywhere().update_or_create(
        station=workshop.station, part=workshop.filter, location=shelf, defaults={"on_hand": Decimal(quantity)}
    )
    return balance


def reserved(balance: StockBalance) -> Decimal:
    return StockBalance.objects.everywhere().get(pk=balance.pk).reserved


def test_PREP_04_confirmation_puts_the_parts_by(workshop: Workshop) -> None:
    balance = on_shelf(workshop, 5)
    booking = workshop.booked()
    assert not booking.parts_short
    assert reserved(balance) == 2
    promise = Reservation.objects.everywhere().get()
    assert (promise.consumer_kind, promise.consumer_id, promise.needed_at) == (
        "appointments.appointment",
        booking.pk,
        TOMORROW_TEN,
    )


def test_PREP_04_missing_parts_are_flagged_and_told_to_purchasing(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[events.Event] = []
    monkeypatch.setattr(events, "_SUBSCRIPTIONS", {AppointmentPartsShort: (told.append,)})
    balance = on_shelf(workshop, 1)
    booking = transitions.confirm(
        transitions.tell_terms(workshop.requested(), workshop.lin, NOW, documents_to_bring="行驶证"), workshop.lin, NOW
    )
    assert booking.parts_short
    assert reserved(balance) == 1
    (event,) = told
    assert isinstance(event, AppointmentPartsShort)
    assert event.short == (ShortPart(workshop.filter.pk, Decimal(1)),)
    assert booking.items.get(part=workshop.filter).short_quantity == 1


def test_PREP_04_parts_that_come_after_the_customer_flag_the_booking(workshop: Workshop) -> None:
    booking = workshop.booked()
    assert booking.parts_short
    booking = transitions.expect_parts(booking, workshop.lin, NOW, expected_at=TOMORROW_TEN + timedelta(hours=1))
    assert booking.parts_come_too_late
    booking = transitions.expect_parts(booking, workshop.lin, NOW, expected_at=TOMORROW_TEN - timedelta(hours=1))
    assert not booking.parts_come_too_late


def test_PREP_04_parts_that_have_come_are_reserved_in_a_second_try(workshop: Workshop) -> None:
    booking = workshop.booked()
    balance = on_shelf(workshop, 2)
    booking = transitions.reserve_parts(booking, workshop.lin, later(hours=1))
    assert not booking.parts_short
    assert reserved(balance) == 2
    with pytest.raises(TransitionRefused):
        transitions.reserve_parts(booking, workshop.lin, later(hours=2))


def test_PREP_04_the_share_of_bookings_with_complete_parts_is_measured(workshop: Workshop) -> None:
    assert metrics.complete_parts(None, *MARCH).value is None
    workshop.booked()
    on_shelf(workshop, 2)
    workshop.booked(arrives_at=TOMORROW_TEN + timedelta(hours=3))
    assert metrics.complete_parts((workshop.station.pk,), *MARCH).value == Decimal("50.00")
    assert metrics.complete_parts((workshop.other_station.pk,), *MARCH).value is None


def test_a_no_show_gives_the_parts_back(workshop: Workshop) -> None:
    balance = on_shelf(workshop, 5)
    booking = workshop.booked()
    assert reserved(balance) == 2
    transitions.mark_no_show(booking, workshop.lin, TOMORROW_TEN + timedelta(hours=1))
    assert reserved(balance) == 0


def test_changed_work_changes_what_is_put_by(workshop: Workshop) -> None:
    balance = on_shelf(workshop, 5)
    booking = workshop.booked()
    transitions.change(booking, workshop.lin, NOW, items=workshop.items()[:1], terms_told=True)
    assert reserved(balance) == 0


def test_APPT_10_waiting_load_and_revenue_are_measured(workshop: Workshop) -> None:
    here = (workshop.station.pk,)
    assert metrics.load_unevenness(here, *MARCH).value is None
    assert metrics.booked_waiting(here, *MARCH).value is None
    booking = workshop.booked()
    workshop.booked(arrives_at=TOMORROW_TEN + timedelta(days=1), duration_minutes=270)
    services.note_arrival(workshop.lin, TOMORROW_TEN, station=workshop.station, appointment=booking)
    transitions.arrive(booking, workshop.lin, TOMORROW_TEN + timedelta(minutes=4))
    walk_in = services.note_arrival(workshop.lin, TOMORROW_TEN, station=workshop.station, plate="沪B1")
    services.note_served(TOMORROW_TEN + timedelta(minutes=30), station_id=workshop.station.pk, arrival_id=walk_in.pk)
    assert metrics.booked_waiting(here, *MARCH).value == Decimal("4.00")
    assert metrics.walk_in_waiting(here, *MARCH).value == Decimal("30.00")
    assert metrics.booked_revenue(here, *MARCH).value == Decimal("460.00")
    assert metrics.load_unevenness(here, *MARCH).value == Decimal("50.00")  # 1.5 h and 4.5 h: deviation 1.5, mean 3
    assert metrics.reconfirmed_share(here, *MARCH).value == 0
