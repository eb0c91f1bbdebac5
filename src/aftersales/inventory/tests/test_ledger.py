"""Issue, return, reversal, correction: quantities and fen are exact, and posted moves stay as they are."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, NotVisible, TransitionRefused
from aftersales.core.transactions import run_in_transaction
from aftersales.inventory import services, transitions
from aftersales.inventory.ledger import Consumer
from aftersales.inventory.models import StockBalance, StockMove
from aftersales.inventory.proofs import prove_invariants, stock_report
from aftersales.inventory.queries import available
from aftersales.inventory.tests.conftest import AT, ORDER, Room

D = Decimal


def test_issue_takes_moving_average_and_the_last_unit_takes_the_rest(room: Room) -> None:
    room.receive(room.filter, "3", "100.00")
    values = [room.issue(room.filter, "1", line=line)[0].value for line in (1, 2, 3)]
    assert values == [D("33.33"), D("33.34"), D("33.33")]
    assert room.balance(room.filter) == (D(0), D(0), D(0))
    assert prove_invariants() == []


def test_issue_names_the_part_and_what_is_missing(room: Room) -> None:
    room.receive(room.filter, "2", "20.00")
    with pytest.raises(TransitionRefused) as refused:
        room.issue(room.filter, "5")
    assert refused.value.code == "stock_short"
    assert "OF-1001 机油滤清器" in str(refused.value)
    assert "3" in str(refused.value)
    with pytest.raises(TransitionRefused) as never_stocked:
        room.issue(room.wiper, "1")
    assert "WB-3001" in str(never_stocked.value)
    assert room.balance(room.filter)[0] == 2


def test_a_part_that_does_not_exist_is_not_visible(room: Room) -> None:
    with pytest.raises(NotVisible):
        services.issue(
            room.cast.sun,
            AT,
            station=room.cast.station,
            consumer=Consumer(ORDER, 1),
            lines=[services.IssueLine(1, 2**40, D(1))],
        )


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "-1", "0", "0.0001", "1e400", "9999999999"])
def test_a_quantity_that_cannot_be_is_refused_with_a_sentence(room: Room, quantity: str) -> None:
    room.receive(room.filter, "2", "20.00")
    with pytest.raises(InputRefused) as refused:
        room.issue(room.filter, quantity)
    assert refused.value.fields["quantity"]


def test_issue_spreads_over_shelves_only_where_one_does_not_hold_enough(room: Room) -> None:
    room.receive(room.filter, "2", "20.00", room.shelf)
    room.receive(room.filter, "3", "60.00", room.second_shelf)
    assert [move.quantity for move in room.issue(room.filter, "3")] == [D(3)]
    room.receive(room.filter, "1", "20.00", room.second_shelf)
    moves = room.issue(room.filter, "3", line=2)
    assert sorted(move.quantity for move in moves) == [D(1), D(2)]
    assert sum(move.value for move in moves) == D("40.00")
    assert prove_invariants() == []


def test_a_command_on_five_parts_costs_three_statements(room: Room, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    room.receive(room.filter, "5", "50.00")
    room.receive(room.wiper, "5", "50.00")
    consumer = Consumer(ORDER, 9)
    lines = [services.IssueLine(n, part.pk, D(1)) for n, part in enumerate((room.filter, room.wiper), start=1)]
    wants = [services.Want(part.pk, D(1), n) for n, part in enumerate((room.filter, room.wiper), start=1)]

    def commands() -> None:  # inside one command, as the steps of an order call them
        with django_assert_num_queries(2):
            services.issue(room.cast.sun, AT, station=room.cast.station, consumer=consumer, lines=lines)
        with django_assert_num_queries(3):
            services.reserve(room.cast.sun, AT, station=room.cast.station, consumer=consumer, wants=wants)
        with django_assert_num_queries(3):
            services.issue(room.cast.sun, AT, station=room.cast.station, consumer=consumer, lines=lines)

    run_in_transaction(commands)


def test_S4_a_full_return_restores_exactly_what_the_issue_took_although_prices_moved_since(room: Room) -> None:
    room.receive(room.filter, "3", "100.00")
    taken = room.issue(room.filter, "2")[0].value
    room.receive(room.filter, "7", "1.01")
    before = room.balance(room.filter)
    first = room.give_back(room.filter, "0.333")[0].value
    rest = room.give_back(room.filter, None)[0].value
    assert first + rest == taken
    assert room.balance(room.filter) == (before[0] + 2, D(0), before[2] + taken)
    with pytest.raises(TransitionRefused):
        room.give_back(room.filter, "0.001")
    assert prove_invariants() == []


def test_S4_an_issue_is_reversed_once_and_exactly(room: Room) -> None:
    room.receive(room.filter, "3", "100.00")
    issued = room.issue(room.filter, "2")[0]
    room.receive(room.filter, "4", "9.99")
    before = room.balance(room.filter)
    services.reverse_issue(room.cast.sun, AT, station=room.cast.station, move_id=issued.move_id, reason="领错料")
    after = room.balance(room.filter)
    assert (after[0] - before[0], after[2] - before[2]) == (D(2), issued.value)
    with pytest.raises(TransitionRefused) as refused:
        services.reverse_issue(room.cast.sun, AT, station=room.cast.station, move_id=issued.move_id, reason="again")
    assert refused.value.code == "already_reversed"
    with pytest.raises(TransitionRefused):
        room.give_back(room.filter, "1")
    assert prove_invariants() == []


def test_S4_a_receipt_is_cancelled_exactly_or_refused_once_its_cost_has_gone_on(room: Room) -> None:
    room.receive(room.filter, "10", "100.00")
    second = room.receive(room.filter, "10", "300.00")
    before = room.balance(room.filter)
    room.receive(room.wiper, "1", "5.00")
    cancelled = transitions.cancel_receipt(second, room.cast.sun, AT, reason="送错货")
    assert cancelled.state == "cancelled"
    assert room.balance(room.filter) == (before[0] - 10, D(0), before[2] - D("300.00"))
    third = room.receive(room.filter, "10", "300.00")
    room.issue(room.filter, "10")
    with pytest.raises(TransitionRefused) as refused:
        transitions.cancel_receipt(third, room.cast.sun, AT, reason="x")
    assert refused.value.code == "cost_gone_on"
    assert prove_invariants() == []


def test_S5_moving_average_matches_an_oracle_in_whole_fen(room: Room) -> None:
    """One history against the database; ten thousand against the rule follow below."""
    rng = random.Random(7)
    oracle_quantity, oracle_fen, issued = 0, 0, []
    for n in range(60):
        if rng.random() < 0.45 or oracle_quantity == 0:
            quantity, fen = rng.randint(1, 9000), rng.randint(0, 50_000)
            room.receive(room.filter, str(D(quantity) / 1000), str(D(fen) / 100))
            oracle_quantity, oracle_fen = oracle_quantity + quantity, oracle_fen + fen
        elif rng.random() < 0.3 and issued:
            line, quantity, fen = issued.pop(rng.randrange(len(issued)))
            room.give_back(room.filter, None, line=line)
            oracle_quantity, oracle_fen = oracle_quantity + quantity, oracle_fen + fen
        else:
            quantity = rng.randint(1, oracle_quantity)
            fen = (
                oracle_fen
                if quantity == oracle_quantity
                else (2 * oracle_fen * quantity + oracle_quantity) // (2 * oracle_quantity)
            )
            value = room.issue(room.filter, str(D(quantity) / 1000), line=n)[0].value
            assert value == D(fen) / 100
            oracle_quantity, oracle_fen = oracle_quantity - quantity, oracle_fen - fen
            issued.append((n, quantity, fen))
        on_hand, _reserved, worth = room.balance(room.filter)
        assert (on_hand, worth) == (D(oracle_quantity) / 1000, D(oracle_fen) / 100)
    assert prove_invariants() == []


def test_M10_moves_refuse_update_delete_and_truncate_by_orm_and_by_sql(room: Room) -> None:
    room.receive(room.filter, "1", "1.00")
    rows = StockMove.objects.everywhere()
    move = rows.get()
    for attempt in (lambda: rows.update(quantity=5), rows.delete, move.save):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    with connection.cursor() as cursor:  # the deferred foreign keys would refuse the TRUNCATE before the trigger does
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in (
        "UPDATE inventory_stockmove SET value = 0",
        "DELETE FROM inventory_stockmove",
        "TRUNCATE inventory_stockmove CASCADE",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert rows.get().quantity == 1


def test_S2_the_database_itself_refuses_impossible_balances(room: Room) -> None:
    room.receive(room.filter, "2", "2.00")
    rows = StockBalance.objects.everywhere().filter(part=room.filter)
    for broken in ({"on_hand": -1}, {"reserved": -1}, {"reserved": 3}, {"value": -1}, {"on_hand": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**broken)


def test_S1_a_balance_changed_behind_the_ledger_is_found(room: Room) -> None:
    room.receive(room.filter, "2", "2.00")
    StockBalance.objects.everywhere().filter(part=room.filter).update(on_hand=3)
    assert {flaw.invariant for flaw in prove_invariants()} == {"S1"}


def test_transfer_moves_quantity_and_cost_between_shelves(room: Room) -> None:
    room.receive(room.filter, "3", "100.00")
    services.transfer(
        room.cast.sun,
        AT,
        station=room.cast.station,
        part_id=room.filter.pk,
        source=room.shelf,
        destination=room.second_shelf,
        quantity=D(1),
    )
    assert room.balance(room.filter, room.second_shelf) == (D(1), D(0), D("33.33"))
    assert room.balance(room.filter) == (D(2), D(0), D("66.67"))
    assert available(room.cast.station.pk, [room.filter.pk]) == {room.filter.pk: D(3)}
    assert prove_invariants() == []


def test_small_corrections_book_at_once_and_large_ones_wait_for_another_person(room: Room) -> None:
    room.receive(room.filter, "10", "1000.00")
    small = _adjust(room, room.cast.sun, "-1")
    assert small.state == "approved"
    assert room.balance(room.filter)[0] == 9
    large = _adjust(room, room.cast.sun, "-6")
    assert large.state == "proposed"
    assert room.balance(room.filter)[0] == 9
    with pytest.raises(TransitionRefused) as own_limit:
        transitions.book_adjustment(large, room.cast.sun, AT)
    assert own_limit.value.clause == "PART-08"
    approved = transitions.approve_adjustment(large, room.cast.wu, AT)
    assert approved.decided_by_name == room.cast.wu.name
    assert room.balance(room.filter) == (D(3), D(0), D("300.00"))
    assert prove_invariants() == []


def test_four_eyes_nobody_approves_the_own_correction_not_even_with_the_right(room: Room) -> None:
    room.receive(room.filter, "10", "1000.00")
    both = Actor(
        user_id=room.cast.sun.user_id,
        name="孙静",
        role="parts_keeper",
        rights={
            room.cast.station.pk: frozenset({"inventory.adjustment:propose", "inventory.adjustment:approve"}),
        },
    )
    large = _adjust(room, both, "6")
    with pytest.raises(TransitionRefused) as refused:
        transitions.approve_adjustment(large, both, AT)
    assert refused.value.code == "approver_is_another"
    rejected = transitions.reject_adjustment(large, room.cast.wu, AT, reason="盘点有误")
    assert rejected.state == "rejected"
    assert room.balance(room.filter)[0] == 10


def test_a_correction_needs_a_reason(room: Room) -> None:
    room.receive(room.filter, "10", "1000.00")
    with pytest.raises(InputRefused):
        _adjust(room, room.cast.sun, "-1", reason="  ")


def test_the_stranger_reaches_no_shelf_of_this_station(room: Room) -> None:
    room.receive(room.filter, "2", "2.00")
    ma, station = room.cast.ma, room.cast.station
    consumer = Consumer(ORDER, 1)
    with pytest.raises(NotVisible):
        services.issue(ma, AT, station=station, consumer=consumer, lines=[services.IssueLine(1, room.filter.pk, D(1))])
    with pytest.raises(NotVisible):
        services.reserve(ma, AT, station=station, consumer=consumer, wants=[services.Want(room.filter.pk, D(1))])
    with pytest.raises(NotVisible):
        services.return_parts(
            ma, AT, station=station, consumer=consumer, lines=[services.ReturnLine(1, room.filter.pk)]
        )
    room.reserve(room.filter, "1", consumer)
    with pytest.raises(NotVisible):
        services.release(ma, AT, consumer=consumer)
    with pytest.raises(NotVisible):
        services.transfer_reservations(ma, AT, from_consumer=consumer, to_consumer=Consumer(ORDER, 2), mapping={})
    assert room.balance(room.filter) == (D(2), D(1), D("2.00"))


def test_PART_08_opening_plus_receipts_minus_issues_is_closing_for_every_part(room: Room) -> None:
    room.receive(room.filter, "10", "100.00")
    room.issue(room.filter, "4")
    room.give_back(room.filter, "1")
    _adjust(room, room.cast.sun, "-2")
    rows = stock_report(room.cast.station.pk, AT, AT.replace(day=4))
    (row,) = [line for line in rows if line.part_id == room.filter.pk]
    assert (row.opening, row.received, row.issued, row.adjusted, row.closing) == (D(0), D(10), D(3), D(-2), D(5))
    assert row.is_balanced
    later = stock_report(room.cast.station.pk, AT.replace(day=4), AT.replace(day=5))
    assert [(line.opening, line.closing) for line in later] == [(D(5), D(5))]
    assert prove_invariants() == []


def test_IS_05_stock_lies_per_location_with_receipts_issues_reservations_and_alert_lines(room: Room) -> None:
    services.set_policy(
        room.cast.sun, AT, station=room.cast.station, part_id=room.filter.pk, reorder_point=D(1), order_up_to=D(9)
    )
    room.receive(room.filter, "4", "40.00", room.shelf)
    room.receive(room.filter, "2", "22.00", room.second_shelf)
    room.reserve(room.filter, "3", Consumer(ORDER, 5))
    room.issue(room.filter, "1", order=6)
    shelves = {row.location_id: row for row in StockBalance.objects.everywhere().filter(part=room.filter)}
    assert shelves[room.shelf.pk].on_hand + shelves[room.second_shelf.pk].on_hand == 5
    assert sum(row.reserved for row in shelves.values()) == 3
    assert available(room.cast.station.pk, [room.filter.pk])[room.filter.pk] == 2


def _adjust(room: Room, actor: Actor, quantity: str, reason: str = "盘点差异"):  # type: ignore[no-untyped-def]
    return services.adjust(
        actor,
        AT,
        station=room.cast.station,
        part_id=room.filter.pk,
        location=room.shelf,
        quantity=D(quantity),
        reason=reason,
    )
