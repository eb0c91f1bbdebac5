"""Promises: never more than lies there, handed on, taken over, given back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from aftersales.core import events
from aftersales.core.errors import Forbidden, Refusal, TransitionRefused
from aftersales.inventory import services
from aftersales.inventory.choices import Priority
from aftersales.inventory.events import ReservationTakenOver
from aftersales.inventory.ledger import Consumer
from aftersales.inventory.models import Reservation
from aftersales.inventory.proofs import prove_invariants
from aftersales.inventory.queries import available, open_reservations_of, reserved_for
from aftersales.inventory.tests.conftest import APPOINTMENT, AT, ORDER, Room
from aftersales.journal.models import JournalEntry

D = Decimal


def test_a_promise_reaches_as_far_as_stock_does_and_tells_what_is_short(room: Room) -> None:
    room.receive(room.filter, "3", "30.00")
    promise = room.reserve(room.filter, "5", Consumer(ORDER, 1))
    assert (promise.reserved, promise.short) == (D(3), D(2))
    nothing = room.reserve(room.filter, "1", Consumer(ORDER, 2))
    assert (nothing.reserved, nothing.short) == (D(0), D(1))
    assert available(room.cast.station.pk, [room.filter.pk]) == {room.filter.pk: D(0)}


def test_issue_takes_the_own_promise_and_never_somebody_elses(room: Room) -> None:
    room.receive(room.filter, "3", "30.00")
    room.reserve(room.filter, "2", Consumer(ORDER, 1))
    with pytest.raises(TransitionRefused):
        room.issue(room.filter, "2", order=2)
    room.issue(room.filter, "1", order=2)
    room.issue(room.filter, "2", order=1)
    assert room.balance(room.filter) == (D(0), D(0), D(0))
    assert Reservation.objects.everywhere().get().state == "consumed"
    assert prove_invariants() == []


def test_issue_mixes_promised_and_free_stock_of_one_shelf(room: Room) -> None:
    room.receive(room.filter, "5", "50.00")
    room.reserve(room.filter, "2", Consumer(ORDER, 1))
    (move,) = room.issue(room.filter, "4", order=1)
    assert move.quantity == 4
    assert room.balance(room.filter) == (D(1), D(0), D("10.00"))


def test_release_gives_back_by_line_and_as_a_whole(room: Room) -> None:
    room.receive(room.filter, "5", "50.00")
    consumer = Consumer(ORDER, 1)
    room.reserve(room.filter, "2", consumer, line=1)
    room.reserve(room.filter, "1", consumer, line=2)
    assert services.release(room.cast.sun, AT, consumer=consumer, line_ids=[2]) == 1
    assert reserved_for(ORDER, 1) == {1: D(2)}
    assert services.release(room.cast.sun, AT, consumer=consumer) == 2
    assert services.release(room.cast.sun, AT, consumer=consumer) == 0
    assert room.balance(room.filter)[1] == 0
    assert prove_invariants() == []


def test_an_appointments_promises_pass_to_its_order(room: Room) -> None:
    room.receive(room.filter, "5", "50.00")
    appointment, order = Consumer(APPOINTMENT, 7), Consumer(ORDER, 1, "RO-1")
    room.reserve(room.filter, "2", appointment, line=71, priority=Priority.APPOINTMENT)
    room.reserve(room.filter, "1", appointment, line=72, priority=Priority.APPOINTMENT)
    handed = services.transfer_reservations(
        room.cast.lin, AT, from_consumer=appointment, to_consumer=order, mapping={71: 11}
    )
    assert handed == 2
    assert reserved_for(ORDER, 1) == {11: D(2), 0: D(1)}
    assert {row.priority for row in Reservation.objects.everywhere()} == {Priority.ORDER}
    # Line 11 takes its own two and the one that belongs to the order as a whole.
    room.issue(room.filter, "3", order=1, line=11)
    assert room.balance(room.filter)[:2] == (D(2), D(0))
    assert prove_invariants() == []


def test_a_more_urgent_order_takes_over_from_an_appointment_and_the_loser_is_told(room: Room) -> None:
    room.receive(room.filter, "3", "30.00")
    appointment, urgent = Consumer(APPOINTMENT, 7), Consumer(ORDER, 1)
    room.reserve(room.filter, "2", appointment, line=71, priority=Priority.APPOINTMENT)
    told: list[ReservationTakenOver] = []
    wired = dict(events._SUBSCRIPTIONS)
    events.wire({**wired, ReservationTakenOver: [told.append]})
    try:
        promise = services.take_over(
            room.cast.wu,
            AT,
            station=room.cast.station,
            consumer=urgent,
            want=services.Want(room.filter.pk, D(2), 11),
            priority=Priority.ORDER,
            reason="客户等车",
        )
    finally:
        events.wire(wired)
    assert promise.reserved == 2
    assert reserved_for(APPOINTMENT, 7) == {71: D(1)}
    assert reserved_for(ORDER, 1) == {11: D(2)}
    assert [(event.consumer_id, event.quantity) for event in told] == [(7, D(1))]
    assert JournalEntry.objects.everywhere().get(step="taken_over").reason == "客户等车"
    assert prove_invariants() == []


def test_nobody_takes_over_from_an_equal_or_without_the_right(room: Room) -> None:
    room.receive(room.filter, "1", "10.00")
    room.reserve(room.filter, "1", Consumer(ORDER, 1))
    wish = {
        "station": room.cast.station,
        "consumer": Consumer(ORDER, 2),
        "want": services.Want(room.filter.pk, D(1)),
        "reason": "急",
    }
    with pytest.raises(TransitionRefused):
        services.take_over(room.cast.wu, AT, priority=Priority.ORDER, **wish)
    with pytest.raises(Forbidden):
        services.take_over(room.cast.zhao, AT, priority=Priority.URGENT, **wish)
    assert reserved_for(ORDER, 1) == {1: D(1)}


def test_open_promises_are_listed_for_the_own_station_only(room: Room) -> None:
    room.receive(room.filter, "1", "10.00")
    room.reserve(room.filter, "1", Consumer(ORDER, 1))
    assert len(open_reservations_of(room.cast.sun, room.filter.pk)) == 1
    assert open_reservations_of(room.cast.ma, room.filter.pk) == []


@pytest.mark.slow
def test_S3_promises_of_all_consumers_never_exceed_the_stock(room: Room) -> None:  # noqa: C901 - one machine
    room.receive(room.filter, "20", "123.45")
    consumers = st.sampled_from(
        [Consumer(ORDER, 1), Consumer(ORDER, 2), Consumer(APPOINTMENT, 1), Consumer("purchasing.transfer", 1)]
    )
    quantities = st.decimals("0.5", "12", places=1)
    lines = st.integers(0, 2)

    class StockMachine(RuleBasedStateMachine):
        """Orders, appointments and transfers compete for one part."""

        def __init__(self) -> None:
            super().__init__()
            self.block = transaction.atomic()
            self.block.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

        def attempt(self, command) -> None:  # type: ignore[no-untyped-def]
            try:
                with transaction.atomic():
                    command()
            except Refusal:
                return

        @rule(consumer=consumers, quantity=quantities, line=lines)
        def reserve(self, consumer: Consumer, quantity: Decimal, line: int) -> None:
            free = available(room.cast.station.pk, [room.filter.pk])[room.filter.pk]
            promise = room.reserve(room.filter, str(quantity), consumer, line=line)
            assert promise.reserved == min(free, quantity)

        @rule(consumer=consumers, line=st.none() | lines)
        def release(self, consumer: Consumer, line: int | None) -> None:
            lines_given = None if line is None else [line]
            services.release(room.cast.sun, AT, consumer=consumer, line_ids=lines_given)

        @rule(order=st.integers(1, 2), quantity=quantities, line=lines)
        def issue(self, order: int, quantity: Decimal, line: int) -> None:
            self.attempt(lambda: room.issue(room.filter, str(quantity), order=order, line=line))

        @rule(order=st.integers(1, 2), quantity=st.none() | quantities, line=lines)
        def give_back(self, order: int, quantity: Decimal | None, line: int) -> None:
            text = None if quantity is None else str(quantity)
            self.attempt(lambda: room.give_back(room.filter, text, order=order, line=line))

        @rule(quantity=quantities)
        def receive(self, quantity: Decimal) -> None:
            room.receive(room.filter, str(quantity), "7.77", room.second_shelf)

        @rule(giver=consumers, taker=consumers)
        def hand_over(self, giver: Consumer, taker: Consumer) -> None:
            services.transfer_reservations(room.cast.sun, AT, from_consumer=giver, to_consumer=taker, mapping={1: 2})

        @rule(consumer=consumers, quantity=quantities, priority=st.sampled_from([10, 20, 30]))
        def take_over(self, consumer: Consumer, quantity: Decimal, priority: int) -> None:
            self.attempt(
                lambda: services.take_over(
                    room.cast.wu,
                    AT,
                    station=room.cast.station,
                    consumer=consumer,
                    want=services.Want(room.filter.pk, quantity, 1),
                    priority=priority,
                    reason="急",
                )
            )

        @invariant()
        def everything_adds_up(self) -> None:
            assert prove_invariants() == []

    run_state_machine_as_test(
        StockMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
