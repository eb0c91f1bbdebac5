"""Forecasts: what must hold for any panel, and for the kinds of parts that are special."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersales.planning.demand import (
    Panel,
    PartHistory,
    Supersession,
    carry_over,
    explain,
    forecast,
    learn,
    over,
    panel_of,
    without_returns,
)
from aftersales.planning.demand_bulk import Chunk, chunks_of, in_chunks
from aftersales.planning.demand_classes import PartClass, Pattern, Phase, Value, classify
from aftersales.planning.demand_seasons import seasons
from aftersales.planning.effort import Effort, Progress
from aftersales.planning.sentences import InputRefused

RNG = np.random.default_rng(3)
TEACHERS = RNG.poisson(np.exp(RNG.normal(0, 1, (300, 1))), (300, 36)).astype(float)
KNOWLEDGE = learn(Panel(tuple(f"T{row}" for row in range(300)), TEACHERS))

amounts = st.one_of(st.none(), st.integers(0, 60).map(float), st.just(0.0))
histories = st.lists(st.lists(amounts, max_size=30), min_size=1, max_size=6).filter(any)


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 4))
def test_any_valid_panel_is_forecast_with_rising_quantiles(rows: list[list[float | None]], ahead: int) -> None:
    panel = panel_of(PartHistory(f"P{place}", tuple(row)) for place, row in enumerate(rows))
    found = forecast(panel, KNOWLEDGE, ahead=ahead)
    assert found.quantiles.shape == (len(rows), ahead, 5)
    assert np.isfinite(found.quantiles).all()
    assert (found.quantiles >= 0).all()
    assert (np.diff(found.quantiles, axis=2) >= 0).all()
    assert (found.mean >= 0).all()
    assert ((found.alive >= 0) & (found.alive <= 1 + 1e-9)).all()
    again = forecast(panel, KNOWLEDGE, ahead=ahead)
    assert np.array_equal(found.quantiles, again.quantiles)
    said = explain(panel, found, 0)
    assert said.zh
    assert said.en


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([-1.0, math.inf, -math.inf, math.nan]), min_size=1, max_size=3))
def test_wrong_demand_is_refused_by_the_name_of_its_part(wrong: list[float]) -> None:
    with pytest.raises(InputRefused) as refused:
        panel_of([PartHistory("good", (1.0, 2.0)), *(PartHistory(f"W{n}", (1.0, w)) for n, w in enumerate(wrong))])
    assert [problem.subject for problem in refused.value.problems] == [f"W{n}" for n in range(len(wrong))]


@pytest.mark.parametrize(
    ("panel", "subject"),
    [
        (Panel(("a", "a"), np.ones((2, 3))), "a"),
        (Panel(("a",), np.ones((2, 3))), "demand"),
        (Panel(("a",), np.ones((1, 0))), "demand"),
        (Panel(("a",), np.ones((1, 3)), 13), "last_calendar_month"),
    ],
)
def test_a_panel_that_makes_no_sense_is_refused(panel: Panel, subject: str) -> None:
    with pytest.raises(InputRefused) as refused:
        forecast(panel, KNOWLEDGE)
    assert subject in {problem.subject for problem in refused.value.problems}


def test_questions_that_make_no_sense_are_refused() -> None:
    panel = Panel(("a",), np.ones((1, 3)))
    for levels in ((), (0.5, 0.1), (0.0,), (1.0,), (0.5, 0.5)):
        with pytest.raises(InputRefused, match="levels"):
            forecast(panel, KNOWLEDGE, levels=levels)
    with pytest.raises(InputRefused, match="ahead"):
        forecast(panel, KNOWLEDGE, ahead=0)
    with pytest.raises(InputRefused, match="learn"):
        learn(Panel((), np.ones((0, 3))))


def test_quantiles_cover_what_happens_on_parts_that_keep_their_habits() -> None:
    rng = np.random.default_rng(5)
    rate = np.exp(rng.normal(0.5, 1, (1500, 1)))
    table = rng.poisson(rate, (1500, 37)).astype(float)
    found = forecast(Panel(tuple(map(str, range(1500))), table[:, :-1]), levels=(0.1, 0.5, 0.9)).quantiles[:, 0]
    for column, level in enumerate((0.1, 0.5, 0.9)):
        at_most, below = (table[:, -1] <= found[:, column]).mean(), (table[:, -1] < found[:, column]).mean()
        assert below <= level + 0.03
        assert at_most >= level - 0.03


def test_a_part_without_history_is_judged_by_the_others() -> None:
    panel = panel_of([PartHistory("new", (None, None, None)), PartHistory("old", (1.0, 0.0, 2.0))])
    found = forecast(panel, KNOWLEDGE)
    assert found.rate[0] == pytest.approx(TEACHERS.mean(), rel=0.25)
    assert "without history" in explain(panel, found, 0).en


def test_a_part_that_stopped_is_likely_dead_and_its_forecast_falls() -> None:
    rng = np.random.default_rng(9)
    table = rng.poisson(2.0, (400, 36)).astype(float)
    for row in range(300):
        table[row, rng.integers(6, 34) :] = 0
    panel = Panel(tuple(map(str, range(400))), table)
    found = forecast(panel, ahead=3)
    stopped = int(np.argmax([(table[row, -12:] == 0).all() for row in range(300)]))
    assert found.alive[stopped] < 0.1
    assert found.quantiles[stopped, 0, 2] == 0
    assert found.rate[399] > 1
    assert (np.diff(found.mean[399]) < 0).all()
    assert "likely to be asked for again" in explain(panel, found, stopped).en


def test_a_season_is_found_where_it_is_and_not_where_it_is_not() -> None:
    rng = np.random.default_rng(2)
    month = np.arange(48)
    level = np.where(np.isin(month % 12, (10, 11)), 30.0, 2.0)
    winter = rng.poisson(level, (20, 48)).astype(float)
    plain = rng.poisson(5.0, (2000, 48)).astype(float)
    indices, chance = seasons(np.vstack([winter, plain]), 12)
    assert (chance[:20] < 0.001).all()
    assert (indices[:20, 10:].min(axis=1) > 2).all()
    assert (chance[20:] < 0.001).mean() < 0.004
    assert indices.mean(axis=1) == pytest.approx(np.ones(2020))
    panel = Panel(tuple(map(str, range(2020))), np.vstack([winter, plain])[:, :-2], 10)
    found = forecast(panel, KNOWLEDGE, ahead=4)
    assert (found.mean[:20, 0] > 4 * found.mean[:20, 3]).all()


def test_history_follows_a_chain_of_replacements() -> None:
    panel = Panel(("a", "b", "c", "d"), np.array([[4.0, 0, 0], [np.nan, 3, 0], [np.nan, np.nan, 2], [1, 1, 1]]))
    found = carry_over(panel, [Supersession("b", "c"), Supersession("a", "b", per_old=2)])
    assert tuple(found.panel.parts) == ("c", "d")
    assert found.panel.demand.tolist() == [[8, 3, 2], [1, 1, 1]]
    assert {part: set(old) for part, old in found.inherited.items()} == {"c": {"a", "b"}}
    assert len(found.sentences) == 2
    kit = carry_over(panel, [Supersession("a", "c"), Supersession("a", "d", per_old=3)])
    assert kit.panel.demand[1:].tolist() == [[4, 0, 2], [13, 1, 1]]


@pytest.mark.parametrize(
    ("steps", "subject"),
    [
        ([Supersession("a", "b"), Supersession("b", "a")], "a"),
        ([Supersession("a", "a")], "a"),
        ([Supersession("a", "x")], "x"),
        ([Supersession("a", "b", per_old=0)], "a"),
        ([Supersession("a", "b"), Supersession("a", "b")], "a"),
    ],
)
def test_replacements_that_make_no_sense_are_refused(steps: list[Supersession], subject: str) -> None:
    with pytest.raises(InputRefused) as refused:
        carry_over(Panel(("a", "b"), np.ones((2, 3))), steps)
    assert subject in {problem.subject for problem in refused.value.problems}


def test_returns_cancel_the_issues_before_them() -> None:
    assert without_returns(np.array([[5.0, 2, -4, 1], [1, -3, np.nan, 2]])).tolist()[0] == [3, 0, 0, 1]
    assert np.nan_to_num(without_returns(np.array([[1.0, -3, np.nan, 2]])), nan=-9).tolist() == [[0, 0, -9, 2]]


def test_demand_over_a_span_adds_up() -> None:
    panel = Panel(("a", "b"), np.array([[3.0, 2, 4, 1, 5] * 4, [0, 0, 9, 0, 0] * 4]))
    found = forecast(panel, KNOWLEDGE)
    one, three = over(found, 1.0), over(found, 3.0)
    assert three.mean == pytest.approx(3 * one.mean)
    assert three.variance == pytest.approx(3 * found.month_variance + 9 * found.rate_variance)
    assert (over(found, 3.0, 0.5).variance > three.variance).all()


def test_classes_of_textbook_parts() -> None:
    rows = {
        # Five and seven months are no season.
        "smooth": [10.0, 11, 9, 10, 12] * 5,
        "erratic": [1.0, 30, 2, 3, 1] * 5,
        "intermittent": [0.0, 0, 0, 0, 2] * 5,
        "lumpy": [0.0, 1, 0, 0, 0, 0, 40] * 4,
        "never": [0.0] * 25,
    }
    panel = panel_of(PartHistory(name, tuple(values)) for name, values in rows.items())
    found = {one.part: one for one in classify(panel, [100.0, 1, 1, 1, 1])}
    assert {name: one.pattern for name, one in found.items()} == {name: Pattern(name) for name in rows}
    assert found["smooth"].value is Value.A
    assert found["never"].value is Value.C
    assert found["never"].phase is Phase.DEAD
    assert found["smooth"].part_class is PartClass.COMMON
    assert found["intermittent"].part_class is PartClass.UNCOMMON
    assert found["intermittent"].interval == pytest.approx(5.0)
    with pytest.raises(InputRefused, match="cost"):
        classify(panel, [1.0, -1, 1, 1, 1])
    with pytest.raises(InputRefused, match="unit_costs"):
        classify(panel, [1.0])


def test_a_million_rows_are_cut_stopped_and_resumed() -> None:
    kept: dict[int, int] = {}
    told: list[Progress] = []

    def keep(chunk: Chunk, result: int) -> None:
        kept[chunk.number] = result

    first = in_chunks(
        95, _width, keep, size=10, effort=Effort(workers=1, is_cancelled=lambda: len(kept) >= 4, report=told.append)
    )
    assert (first.computed, first.open) == (4, 6)
    second = in_chunks(95, _width, keep, is_kept=lambda chunk: chunk.number in kept, size=10, effort=Effort(workers=1))
    assert (second.computed, second.found, second.open) == (6, 4, 0)
    assert kept == {number: 10 if number < 9 else 5 for number in range(10)}
    assert [round(one.done, 1) for one in told] == [0.1, 0.2, 0.3, 0.4]
    with pytest.raises(InputRefused):
        chunks_of(10, 0)


def _width(chunk: Chunk) -> int:
    return chunk.stop - chunk.start


def test_a_cancelled_lesson_still_forecasts() -> None:
    knowledge = learn(Panel(("a", "b"), np.ones((2, 12))), Effort(is_cancelled=lambda: True))
    assert knowledge.habits[0] is knowledge.habits[1]
    assert forecast(Panel(("a",), np.ones((1, 12))), knowledge).quantiles.shape == (1, 1, 5)
