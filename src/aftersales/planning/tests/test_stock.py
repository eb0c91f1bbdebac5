"""Lots and reorder points: formulas against sums and simulation, plans against the checker, wrong input refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from aftersales.planning import stock_formulas as formulas
from aftersales.planning.effort import Effort
from aftersales.planning.sentences import InputRefused
from aftersales.planning.stock import Line, Measure, Outlook, lots_needed, propose
from aftersales.planning.stock_checks import proposal_problems, service_of
from aftersales.planning.stock_group import Group, plan_group, plan_group_for_value
from aftersales.planning.stock_simulation import Rule, play

# Computed with stockpyl 1.0.2 (see the test that uses them).
STOCKPYL_POISSON = {18: 2.9250271315553045, 25: 0.3308281185755032}
STOCKPYL_NEGATIVE_BINOMIAL = {8: 2.2606909894593916, 14: 0.30948693118259607}

outlooks = st.builds(
    Outlook,
    rate=st.floats(0.01, 80),
    rate_variance=st.floats(0, 4),
    month_variance=st.floats(0, 300),
)
lines = st.builds(
    Line,
    part=st.just("P"),
    station=st.just("S"),
    outlook=outlooks,
    unit_cost=st.floats(0, 900),
    lead_days=st.floats(0, 90),
    lead_deviation_days=st.floats(0, 10),
    review_days=st.floats(0.5, 30),
    multiple=st.integers(1, 12),
    minimum=st.integers(0, 30),
    on_hand=st.integers(0, 60).map(float),
    on_order=st.integers(0, 30).map(float),
    owed=st.integers(0, 20).map(float),
    measure=st.sampled_from(Measure),
    target=st.floats(0.5, 0.99),
)


@settings(max_examples=60, deadline=None)
@given(lines)
def test_every_proposal_passes_the_independent_check(line: Line) -> None:
    assert proposal_problems(propose([line])) == ()


def test_the_check_refuses_wrong_proposals() -> None:
    line = Line("P", "S", Outlook(6.0, 0.2, 12.0), unit_cost=40, lead_days=20, multiple=4, on_hand=1)
    good = propose([line])[0]
    assert proposal_problems([good]) == ()
    for wrong in (
        replace(good, lot=good.lot + 1),
        replace(good, order_now=0),
        replace(good, order_now=good.order_now + good.lot),
        replace(good, reorder_point=good.reorder_point - 1, order_up_to=good.order_up_to - 1),
        replace(good, reorder_point=good.reorder_point + 1, order_up_to=good.order_up_to + 1),
        replace(good, order_up_to=good.order_up_to + 1),
    ):
        assert proposal_problems([wrong])


@settings(max_examples=60, deadline=None)
@given(
    lines,
    st.sampled_from(
        [
            ("unit_cost", -1.0), ("lead_days", math.nan), ("review_days", 0.0), ("order_cost", -2.0), ("multiple", 0),
            ("minimum", -1), ("on_hand", math.inf), ("owed", -1.0), ("target", 1.0), ("target", 0.0),
            ("outlook", Outlook(-1.0, 0.0, 1.0)), ("outlook", Outlook(1.0, math.nan, 1.0)),
        ]
    ),
)  # fmt: skip
def test_wrong_lines_are_refused_by_name(line: Line, wrong: tuple[str, object]) -> None:
    with pytest.raises(InputRefused) as refused:
        propose([replace(line, part="Q"), replace(line, **{wrong[0]: wrong[1]})])  # type: ignore[arg-type]
    assert {problem.subject for problem in refused.value.problems} == {"P@S"}
    assert all(problem.sentence.zh for problem in refused.value.problems)


def test_a_line_listed_twice_is_refused_and_a_cancel_returns_what_is_done() -> None:
    line = Line("P", "S", Outlook(1, 0, 1), unit_cost=1, lead_days=1)
    with pytest.raises(InputRefused, match="twice"):
        propose([line, line])
    assert propose([line], Effort(is_cancelled=lambda: True)) == ()


@pytest.mark.parametrize(("mean", "variance"), [(3.0, 7.0), (0.2, 0.5), (40.0, 300.0), (1000.0, 1500.0)])
def test_loss_functions_equal_their_sums(mean: float, variance: float) -> None:
    odds = variance / mean - 1
    demand = np.arange(60_000)
    chance = nbinom.pmf(demand, mean / odds, 1 / (1 + odds))
    span = formulas.span_of(mean, variance)
    for stock in (-3, 0, 1, int(mean), int(2 * mean) + 3):
        short = np.maximum(demand - stock, 0)
        assert float(formulas.owed(span, stock)) == pytest.approx((short * chance).sum(), rel=1e-7, abs=1e-9)
        beyond = (short * np.maximum(short - 1, 0) * chance).sum() / 2
        assert float(formulas.owed_beyond(span, stock)) == pytest.approx(beyond, rel=1e-6, abs=1e-7)


def test_figures_of_an_independent_library() -> None:
    # stockpyl 1.0.2: economic_order_quantity(8, 0.225, 1300), poisson_loss(18, 20) and (25, 20),
    # poisson_second_loss(18, 20), negative_binomial_loss(8 | 14, r=14, p=0.6), r_q_cost_poisson(3, 5, 20, 150, 100,
    # 1.5, 2); computed apart, because the library pins tools that are years old.
    assert float(formulas.economic_quantity(1300, 8, 0.225, 1.0)) == pytest.approx(304.0467800264368)
    nearly_poisson = formulas.span_of(20.0, 20.0)
    assert float(formulas.owed(nearly_poisson, 18)) == pytest.approx(STOCKPYL_POISSON[18], rel=1e-4)
    assert float(formulas.owed(nearly_poisson, 25)) == pytest.approx(STOCKPYL_POISSON[25], rel=1e-3)
    assert float(formulas.owed_beyond(nearly_poisson, 18)) == pytest.approx(8.49222958653091, rel=1e-3)
    # Holding 20, owing 150 a unit and time, ordering 100, demand 1.5, lead time 2, reorder point 3, lot 5.
    owed = float(formulas.mean_owed(formulas.span_of(3.0, 3.0), 3, 5))
    cost = 100 * 1.5 / 5 + 20 * (3 + 3 - 3.0 + owed) + 150 * owed
    assert cost == pytest.approx(107.92358063314975, rel=1e-4)
    mean = 14 * 0.4 / 0.6
    span = formulas.span_of(mean, mean / 0.6)
    for stock, expected in STOCKPYL_NEGATIVE_BINOMIAL.items():
        assert float(formulas.owed(span, stock)) == pytest.approx(expected, rel=1e-9)


def test_figures_of_the_library_where_it_is_installed() -> None:
    library = pytest.importorskip("stockpyl.loss_functions", reason="stockpyl is not a dependency: it pins old tools")
    for stock in (2, 9, 30):
        expected = library.negative_binomial_loss(stock, 6, 0.4)[0]
        span = formulas.span_of(6 * 0.6 / 0.4, 6 * 0.6 / 0.4**2)
        assert float(formulas.owed(span, stock)) == pytest.approx(expected)


def test_one_for_one_with_poisson_demand_is_palms_theorem() -> None:
    # Ordering up to S at every instant: fill is P(D over the lead time < S).
    lead, tiny = formulas.span_of(2.0, 2.0), formulas.span_of(2.0 + 1e-4, 2.0 + 1e-4)
    for level in (1, 3, 6):
        fill = float(formulas.service(lead, tiny, 1e-4, level - 1, 1).fill)
        assert fill == pytest.approx(poisson.cdf(level - 1, 2.0), abs=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("lot", [1, 5])
@pytest.mark.parametrize("scatter", [1.2, 3.0])
def test_formula_and_simulation_agree(lot: int, scatter: float) -> None:
    rate, days, review, lead = 0.4, 60_000, 7, 20
    line = Line(
        "P", "S", Outlook(rate * 365.25 / 12, 0, rate * scatter * 365.25 / 12), unit_cost=1, lead_days=lead,
        review_days=review,
    )  # fmt: skip
    rng = np.random.default_rng(4)
    demand = rng.negative_binomial(rate / (scatter - 1), 1 / scatter, (4, days)).astype(float)
    for point in (4, 9, 14):
        rule = Rule(np.full(4, point), np.full(4, point + 1), np.full(4, lot))
        played = play(demand, lambda _day, rule=rule: rule, np.full(4, lead), review_days=review, count_from=500)
        assert played.served.sum() / played.asked.sum() == pytest.approx(service_of(line, point, lot), abs=0.01)
        cycle = service_of(replace(line, measure=Measure.CYCLE), point, lot)
        assert played.quiet_cycles.sum() / played.cycles.sum() >= cycle - 0.015


def test_a_late_supplier_and_a_higher_target_need_more_stock() -> None:
    line = Line("P", "S", Outlook(8, 0.5, 12), unit_cost=30, lead_days=15, order_cost=0)
    points = [
        propose([change])[0].reorder_point
        for change in (line, replace(line, lead_deviation_days=12), replace(line, lead_deviation_days=12, target=0.99))
    ]
    assert points == sorted(points)
    assert len(set(points)) == 3


@settings(max_examples=80, deadline=None)
@given(st.integers(-40, 60), st.integers(-1, 40), st.integers(1, 20))
def test_an_order_lifts_the_position_just_above_the_reorder_point(position: int, point: int, lot: int) -> None:
    order = lots_needed(position, point, lot)
    assert order % lot == 0
    assert position + order > point
    assert order == 0 or position + order - lot <= point


def _group(size: int) -> Group:
    rng = np.random.default_rng(8)
    rate = np.exp(rng.normal(0, 1, size))
    return Group(
        rate, rate * 2, rate * 1.2, rate * 2.4, np.ones(size), np.exp(rng.normal(3, 1.5, size)), np.ones(size),
        np.zeros(size),
    )  # fmt: skip


def test_a_list_reaches_its_fill_cheaper_than_equal_targets() -> None:
    group = _group(300)
    plan = plan_group(group, 0.95)
    assert plan.fill >= 0.95
    lead = formulas.span_of(group.lead_mean, group.lead_variance)
    both = formulas.span_of(group.protection_mean, group.protection_variance)
    review = group.protection_mean - group.lead_mean
    alike = formulas.least_reorder_point(lead, both, review, group.lot, np.full(300, 0.95), by_fill=True)
    on_hand = formulas.service(lead, both, review, alike, group.lot).on_hand
    assert plan.value < 0.7 * (on_hand * group.unit_cost).sum()
    for_value = plan_group_for_value(group, plan.value)
    assert for_value.value <= plan.value + 1e-9
    assert for_value.fill == pytest.approx(plan.fill, abs=0.002)


def test_a_list_that_makes_no_sense_is_refused() -> None:
    group = _group(3)
    for wrong in (
        replace(group, lot=np.zeros(3)),
        replace(group, unit_cost=np.array([1.0, math.nan, 1.0])),
        replace(group, weight=np.ones(2)),
    ):
        with pytest.raises(InputRefused):
            plan_group(wrong, 0.9)
    with pytest.raises(InputRefused, match="target"):
        plan_group(group, 1.0)


def test_lots_keep_to_multiples_minimum_and_a_years_demand() -> None:
    found = formulas.lot_size([0.2, 7.0, 100.0, math.inf], [1, 4, 10, 6], [0, 0, 150, 1], [50.0, 50, 1000, 20])
    assert found.tolist() == [1, 8, 150, 18]
