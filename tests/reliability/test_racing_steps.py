"""C2, C3: several people at one order, and several orders at one shelf, at the same instant.

That no bay, technician or booking is taken twice (C4) is raced in `appointments/tests/test_slots.py`, the last unit on
a shelf (S2) in `inventory/tests/test_races.py`.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from bench.life_cycle import vin_of
from django.db import connection

from aftersales.accounts.actors import forget_rights
from aftersales.care.models import CareHolder, FollowUp
from aftersales.care.services import ensure_holder
from aftersales.core import rows
from aftersales.core.documents import held, subject_kind
from aftersales.core.errors import StaleVersion, TransitionRefused
from aftersales.inventory.models import Location, StockMove
from aftersales.inventory.proofs import prove_invariants
from aftersales.inventory.services import ReceiptItem, receive
from aftersales.journal.models import JournalEntry
from aftersales.journal.verification import broken_entries
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import OrderState
from aftersales.repairs.models import RepairOrder
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.pytest_cast import CAST_AT, ClientOf
from aftersales.seeds.visits import Driver, confirmed
from aftersales.staff.models import StaffMember
from aftersales.standards.queries import forget_thresholds, proposed_figures
from tests.reliability.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4
SEED = 20261102


def steps_of(order: RepairOrder) -> list[str]:
    entries = JournalEntry.objects.everywhere().filter(subject_kind=subject_kind(order), subject_id=order.pk)
    return list(entries.order_by("sequence").values_list("step", flat=True))


def drivers(cast: Cast, goods: Goods, count: int) -> list[Driver]:
    """Return visits of different customers, each with a vehicle of its own."""
    made = []
    for place in range(count):
        driver = Driver(cast, goods, CAST_AT)
        driver.visitor = replace(
            driver.visitor,
            name=f"客户{place}",
            phone=f"1390000{place:04d}",
            plate=f"沪B{place:05d}",
            vin=vin_of(place + 1),
        )
        made.append(driver)
    return made


def test_C3_of_two_different_steps_at_the_same_instant_exactly_one_is_taken(cast: Cast, goods: Goods) -> None:
    for driver in drivers(cast, goods, ROUNDS):
        order = driver.bring_to(OrderState.DIAGNOSED)
        seen = order.version

        def command(place: int, order: RepairOrder = order, driver: Driver = driver, seen: int = seen) -> str:
            document = held(RepairOrder(pk=order.pk), seen)
            if place % 2:
                visit.cancel(document, cast.lin, driver.at, reason="客户改期")
                return "cancelled"
            wishes = driver.wishes()
            visit.estimate(document, cast.lin, driver.at, minutes_low=60, minutes_high=90, wishes=wishes)
            return "estimated"

        outcomes = race(4, command)
        won = [outcome for outcome in outcomes if isinstance(outcome, str)]
        assert len(won) == 1, outcomes
        assert all(isinstance(lost, StaleVersion | TransitionRefused) for lost in outcomes if lost not in won), outcomes
        order.refresh_from_db()
        assert (order.state, order.version) == (won[0], seen + 1)
    assert broken_entries() == []


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_C2_random_overlapping_baskets_meet_no_deadlock(cast: Cast, goods: Goods) -> None:
    """Sixteen orders are agreed (which reserves), issued and partly returned at once, the same parts in any order."""
    rng = random.Random(SEED)
    numbers = sorted(goods.parts)[:6]
    receive_more(cast, goods, dict.fromkeys(numbers, "40"))
    visits = drivers(cast, goods, 16)
    for driver in visits:
        basket = rng.sample(numbers, 4)
        driver.visitor = replace(driver.visitor, parts=[(number, str(rng.randint(1, 2)), 0) for number in basket])
        driver.bring_to(OrderState.ESTIMATED)
    seeds = [rng.random() for _visit in visits]
    before = deadlocks()

    def command(place: int) -> str:
        driver, own = visits[place], random.Random(seeds[place])
        driver.authorize()
        driver.dispatch()
        lines = [line for line in driver.order.all_lines() if line.is_part]
        own.shuffle(lines)
        for chunk in (lines[:2], lines[2:]):
            wanted = {line.pk: line.quantity for line in chunk}
            driver.order = visit.issue_parts(driver.order, cast.sun, driver.tick(), quantities=wanted)
        back = {line.pk: Decimal(1) for line in own.sample(lines, 3)}
        driver.order = visit.return_parts(driver.order, cast.sun, driver.tick(), quantities=back, reason="多领退回")
        return "done"

    assert race(16, command) == ["done"] * 16
    assert prove_invariants() == []
    assert broken_entries() == []
    assert deadlocks() == before
    for driver in visits:
        issued = sum(
            move.quantity if move.kind == "issue" else -move.quantity
            for move in StockMove.objects.everywhere().filter(
                origin_kind=subject_kind(driver.order), origin_id=driver.order.pk
            )
        )
        ordered = sum(line.quantity for line in driver.order.all_lines() if line.is_part)
        assert issued == ordered - 3


def test_cars_released_at_the_same_instant_each_plan_their_call(cast: Cast, goods: Goods, api_of: ClientOf) -> None:
    """Eight advisors release eight cars of new customers at once: each gets its one call and its one caller."""
    visits = drivers(cast, goods, 8)
    for driver in visits:
        driver.bring_to(OrderState.SETTLED)
    doors = [api_of("lin") for _driver in visits]
    cold_start()

    def command(place: int) -> tuple[int, str]:
        driver, door = visits[place], doors[place]
        answer = door.post(
            f"/api/repair-orders/{driver.order.number}/steps/release",
            json.dumps(
                {"received_by": "本人", "answers": released_answers(), "old_parts": "returned", "next_visit_km": 48500}
            ),
            content_type="application/json",
            headers={"If-Match": f'"{driver.order.version}"', "Idempotency-Key": f"release-{place:04d}"},
        )
        return answer.status_code, answer.content.decode()

    outcomes = race(8, command)
    assert [outcome[0] for outcome in outcomes] == [200] * 8, outcomes
    orders = [driver.order.pk for driver in visits]
    planned = FollowUp.objects.everywhere().filter(order_id__in=orders).values_list("order_id", flat=True)
    assert Counter(planned) == dict.fromkeys(orders, 1)
    customers = [driver.order.customer_id for driver in visits]
    held_by = CareHolder.objects.everywhere().filter(customer_id__in=customers).values_list("customer_id", flat=True)
    assert Counter(held_by) == dict.fromkeys(customers, 1)
    assert broken_entries() == []


def test_two_cars_of_one_customer_released_at_once_have_one_caller(cast: Cast, goods: Goods) -> None:
    """The second release finds the caller that the first one named in the same instant."""
    for turn in range(ROUNDS):
        first, second = drivers(cast, goods, 2 * ROUNDS)[2 * turn : 2 * turn + 2]
        first.bring_to(OrderState.SETTLED)
        second.bring_to(OrderState.SETTLED)
        customer_id = first.order.customer_id
        pair = [first, second]

        def command(place: int, pair: list[Driver] = pair, customer_id: int = customer_id) -> StaffMember | None:
            at = pair[place % 2].at
            return ensure_holder(cast.tao, at, station=cast.station, customer_id=customer_id, on=at.date())

        outcomes = race(8, command)
        assert {getattr(outcome, "pk", outcome) for outcome in outcomes} == {cast.staff["tao"].pk}, outcomes
        holders = CareHolder.objects.everywhere().filter(customer_id=customer_id)
        assert holders.count() == 1
        named = JournalEntry.objects.everywhere().filter(subject_kind="care.careholder", subject_id=holders.get().pk)
        assert [entry.step for entry in named] == ["assigned"]


def released_answers() -> dict[str, bool]:
    return confirmed("DELV-05") | confirmed("DELV-06") | confirmed("DELV-07") | confirmed("DELV-09")


def receive_more(cast: Cast, goods: Goods, quantities: dict[str, str]) -> None:
    """Put more of some parts on the shelf they already lie on, through an ordinary goods receipt."""
    shelf = Location.objects.at_station(cast.station.pk).get(code="MAIN")
    receive(
        cast.sun,
        CAST_AT,
        station=cast.station,
        items=[
            ReceiptItem(
                part_id=goods.parts[number].pk, location_id=shelf.pk, quantity=Decimal(n), value=Decimal(n) * 10
            )
            for number, n in quantities.items()
        ],
        supplier_name="明达配件中心库",
        document_ref="补货",
    )


def cold_start() -> None:
    """Forget what this process keeps in memory, so that all threads fill it at once as in a fresh server."""
    forget_rights()
    forget_thresholds()
    for kept in (rows._locking_read, rows._children_read, rows._update, rows._update_many, proposed_figures):
        kept.cache_clear()
