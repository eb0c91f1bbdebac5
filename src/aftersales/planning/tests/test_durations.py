"""What finished orders teach about the next one."""

from __future__ import annotations

import math
from random import Random

import pytest

from aftersales.planning.durations import Finished, learn


def orders(
    count: int, code: str = "oil", *, factor: float = 1.0, sigma: float = 0.2, seed: int = 1, **more: object
) -> list[Finished]:
    rng = Random(seed)
    facts = {"model": "suv", "technician": "Zhao"} | more
    return [
        Finished(code, minutes=40 * factor * math.exp(rng.gauss(0, sigma)), standard=40, **facts)  # type: ignore[arg-type]
        for _ in range(count)
    ]


def test_many_orders_show_the_code_the_technician_and_the_spread() -> None:
    learnt = learn(
        orders(400, factor=1.5, sigma=0.3) + orders(400, "brakes", factor=0.8, sigma=0.1, seed=2)
        + orders(400, "brakes", factor=1.6, sigma=0.1, technician="Qian", seed=3)
    )  # fmt: skip
    slow, quick = (learnt.duration("brakes", "suv", who, 40).median for who in ("Qian", "Zhao"))
    assert slow / quick == pytest.approx(2, rel=0.25)
    assert learnt.duration("oil", "suv", "Zhao", 40).median == pytest.approx(60, rel=0.1)
    assert learnt.duration("oil", "suv", "Zhao", 40).sigma == pytest.approx(0.3, rel=0.15)


def test_a_single_strange_order_hardly_counts_and_an_unknown_code_is_like_the_group() -> None:
    usual = [order for n in range(8) for order in orders(50, f"code{n}", factor=1 + 0.05 * n, seed=n)]
    learnt = learn([*usual, Finished("rare", "suv", "Zhao", 400, 40)])
    rare, unknown = learnt.duration("rare", "suv", "Zhao", 40), learnt.duration("new", "van", "nobody", 40)
    assert unknown.median < rare.median < 400 / 3
    often = learn([*usual, *[Finished("rare", "suv", "Zhao", 400, 40)] * 30])
    assert often.duration("rare", "suv", "Zhao", 40).median > 300
    assert unknown.median == pytest.approx(40 * 1.17, rel=0.1)


def test_work_found_later_is_learnt_with_its_chance() -> None:
    found = [Finished("check", "suv", "Zhao", 40, 40, added=30.0 if n % 4 == 0 else 0.0) for n in range(400)]
    duration = learn(found).duration("check", "suv", "Zhao", 40)
    assert duration.added_chance == pytest.approx(0.25, abs=0.01)
    assert duration.added_median == pytest.approx(30)


def test_without_orders_the_catalogue_is_believed_with_wide_doubt() -> None:
    duration = learn([]).duration("oil", "suv", "Zhao", 40)
    assert duration.median == 40
    assert duration.quantile(0.9) > 1.5 * 40
    assert duration.mean > duration.median


def test_work_that_took_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="oil"):
        learn([Finished("oil", "suv", "Zhao", 0, 40)])
