"""Real connections racing for the same shelves."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from django.db import connection

from aftersales.catalog.models import Part
from aftersales.core.errors import Refusal, TransitionRefused
from aftersales.inventory import services, transitions
from aftersales.inventory.ledger import Consumer
from aftersales.inventory.models import StockAlert, StockMove
from aftersales.inventory.proofs import prove_invariants
from aftersales.inventory.tests.conftest import AT, ORDER, furnish
from aftersales.seeds.cast import Cast

D = Decimal


def race(count: int, command: Callable[[int], str]) -> list[str]:
    """Run the command in that many threads at once, each with its own connection, and return the outcomes."""
    start, outcomes = threading.Barrier(count), [""] * count

    def run(n: int) -> None:
        try:
            start.wait(60)
            outcomes[n] = command(n)
        except TransitionRefused as refused:
            outcomes[n] = refused.code
        except Exception as error:
            outcomes[n] = repr(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_S2_of_64_racers_for_the_last_seven_units_exactly_seven_succeed(cast: Cast) -> None:
    room = furnish(cast)
    services.set_policy(cast.sun, AT, station=cast.station, part_id=room.filter.pk, reorder_point=D(3))
    StockAlert.objects.everywhere().delete()
    room.receive(room.filter, "7", "70.07")

    def command(n: int) -> str:
        if n % 2:
            room.issue(room.filter, "1", order=n)
            return "issued"
        return "issued" if room.reserve(room.filter, "1", Consumer(ORDER, n)).reserved else "stock_short"

    outcomes = race(64, command)
    assert sorted(set(outcomes)) == ["issued", "stock_short"]
    assert outcomes.count("issued") == 7
    assert prove_invariants() == []
    assert StockAlert.objects.everywhere().filter(state="open").count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_C2_random_overlapping_baskets_never_deadlock(cast: Cast) -> None:
    room = furnish(cast)
    parts: Sequence[Part] = [
        *(room.filter, room.pads, room.wiper),
        *(Part.objects.create(number=f"X-{n}", name="螺栓", part_class="common") for n in range(5)),
    ]
    for part in parts:
        room.receive(part, "500", "500.00")
    outcomes: list[str] = []

    def command(n: int) -> str:
        rng = random.Random(n)
        for turn in range(6):
            basket = rng.sample(parts, 4)
            order = Consumer(ORDER, n * 100 + turn)
            wants = [services.Want(part.pk, D(1), line) for line, part in enumerate(basket)]
            services.reserve(cast.sun, AT, station=cast.station, consumer=order, wants=wants)
            rng.shuffle(basket)
            lines = [services.IssueLine(line, part.pk, D(1)) for line, part in enumerate(basket)]
            services.issue(cast.sun, AT, station=cast.station, consumer=order, lines=lines)
            services.release(cast.sun, AT, consumer=order)
        return "done"

    outcomes = race(16, command)
    assert outcomes == ["done"] * 16
    assert prove_invariants() == []


@pytest.mark.django_db(transaction=True)
def test_one_issue_is_returned_once_although_eight_try(cast: Cast) -> None:
    room = furnish(cast)
    room.receive(room.filter, "2", "20.00")
    room.issue(room.filter, "1")
    outcomes = race(8, lambda _n: "returned" if room.give_back(room.filter, "1") else "")
    assert outcomes.count("returned") == 1
    assert set(outcomes) == {"returned", "return_exceeds_issue"}
    assert StockMove.objects.everywhere().filter(kind="return").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_posting_the_same_receipt_one_wins(cast: Cast) -> None:
    room = furnish(cast)
    items = [services.ReceiptItem(room.filter.pk, D(1), D(10), room.shelf.pk)]
    receipt = transitions.draft_receipt(cast.sun, AT, station=cast.station, items=items, supplier_name="供应商")

    def command(_n: int) -> str:
        try:
            transitions.post_receipt(receipt, cast.sun, AT)
        except Refusal as refused:
            return refused.code
        return "posted"

    assert sorted(race(2, command)) == ["posted", "wrong_state"]
    assert room.balance(room.filter)[0] == 1
