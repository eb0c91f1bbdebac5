"""Arithmetic of stock without a database."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from aftersales.inventory import rules

D = Decimal


def test_S5_ten_thousand_random_histories_match_integer_fen() -> None:
    rng = random.Random(20261122)
    for _history in range(10_000):
        quantity = fen = 0
        on_hand, value = D("0.000"), D("0.00")
        for _move in range(rng.randint(2, 9)):
            if quantity == 0 or rng.random() < 0.4:
                more, cost = rng.randint(1, 99_999), rng.randint(0, 9_999_999)
                quantity, fen = quantity + more, fen + cost
                on_hand, value = on_hand + D(more) / 1000, value + D(cost) / 100
            else:
                less = quantity if rng.random() < 0.2 else rng.randint(1, quantity)
                out = fen if less == quantity else (2 * fen * less + quantity) // (2 * quantity)
                taken = rules.value_out(on_hand=on_hand, value=value, quantity=D(less) / 1000)
                assert taken * 100 == out
                quantity, fen = quantity - less, fen - out
                on_hand, value = on_hand - D(less) / 1000, value - taken
            assert value * 100 == fen >= 0
        rest = rules.value_out(on_hand=on_hand, value=value, quantity=on_hand) if on_hand else value
        assert rest == value


@pytest.mark.parametrize("quantity", ["0", "-1", "2.001"])
def test_more_than_lies_there_has_no_cost(quantity: str) -> None:
    with pytest.raises(ValueError, match="of"):
        rules.value_out(on_hand=D(2), value=D(5), quantity=D(quantity))


def test_only_lower_priorities_yield_lowest_and_latest_first() -> None:
    held = [
        rules.Held(1, D(1), 20, 5.0),
        rules.Held(2, D(1), 10, 5.0),
        rules.Held(3, D(2), 10, 9.0),
        rules.Held(4, D(9), 30, 9.0),
    ]
    assert rules.taken_over(held, wanted=D("2.5"), priority=30) == [(3, D(2)), (2, D("0.5"))]
    assert rules.taken_over(held, wanted=D(9), priority=20) == [(3, D(2)), (2, D(1))]
    assert rules.taken_over(held, wanted=D(1), priority=10) == []


def test_spread_prefers_one_place_that_holds_all() -> None:
    free = [(1, D(1)), (2, D(0)), (3, D(4))]
    assert rules.spread(D(3), free) == [(3, D(3))]
    assert rules.spread(D(5), free) == [(1, D(1)), (3, D(4))]
    assert rules.spread(D(9), free) == [(1, D(1)), (3, D(4))]
