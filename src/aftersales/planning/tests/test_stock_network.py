"""Shared orders, transfers, alert lines, warehouse and stations, dead stock."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersales.planning.effort import Effort
from aftersales.planning.sentences import InputRefused
from aftersales.planning.stock import Line, Outlook, Proposal, propose
from aftersales.planning.stock_alerts import Urgency, alerts
from aftersales.planning.stock_checks import joint_problems, transfer_problems
from aftersales.planning.stock_echelons import Station, Warehouse, levels_for, plan_echelons
from aftersales.planning.stock_joint import Supplier, joint_orders, shared_cycle
from aftersales.planning.stock_review import Cause, Finding, Past, review
from aftersales.planning.stock_simulation import play_echelons
from aftersales.planning.stock_transfers import Way, propose_transfers

STATIONS = ("East", "West", "North")
WAYS = {pair: Way(5.0, 1.0) for pair in itertools.permutations(STATIONS, 2)}
SUPPLIERS = {"Acme": Supplier("Acme", least_value=800.0, carriage=30.0, carriage_paid_from=1500.0)}


@st.composite
def shelves(draw: st.DrawFn) -> tuple[Proposal, ...]:
    """Lines of three parts at three stations, some with too much, some with too little."""
    found = []
    for part in ("A", "B", "C"):
        for station in STATIONS:
            rate = draw(st.floats(0.0, 12))
            found.append(
                Line(
                    part, station, Outlook(rate, 0.1, rate * draw(st.floats(1, 4))), unit_cost=draw(st.floats(1, 200)),
                    lead_days=draw(st.integers(1, 40)), on_hand=float(draw(st.integers(0, 60))),
                    owed=float(draw(st.integers(0, 3))), multiple=draw(st.sampled_from([1, 4])), supplier="Acme",
                )
            )  # fmt: skip
    return propose(found)


@settings(max_examples=40, deadline=None)
@given(shelves())
def test_transfers_orders_and_alerts_keep_every_rule(proposals: tuple[Proposal, ...]) -> None:
    moved = propose_transfers(proposals, WAYS)
    assert transfer_problems(moved, proposals, WAYS) == ()
    shared = joint_orders(proposals, SUPPLIERS)
    assert joint_problems(shared, proposals) == ()
    raised = alerts(proposals, moved)
    low = {p.line.name for p in proposals if p.line.position <= p.reorder_point or p.line.owed}
    assert {alert.proposal.line.name for alert in raised} == low
    assert [alert.urgency for alert in raised] == sorted((alert.urgency for alert in raised), reverse=True)
    for alert in raised:
        brought = sum(transfer.quantity for transfer in alert.transfers)
        assert alert.proposal.line.position + brought + alert.order > alert.proposal.reorder_point
        assert alert.sentence.zh
    assert propose_transfers(proposals, WAYS) == moved


def _line(part: str, station: str, on_hand: float, **more: object) -> Line:
    return Line(part, station, Outlook(3.0, 0.1, 5.0), unit_cost=60, lead_days=30, on_hand=on_hand, **more)  # type: ignore[arg-type]


def test_a_surplus_goes_where_a_customer_waits_and_the_check_refuses_more() -> None:
    proposals = propose([_line("A", "East", 60), _line("A", "West", 0, owed=2), _line("A", "North", 30)])
    moved = propose_transfers(proposals, WAYS)
    assert [(one.from_station, one.to_station) for one in moved] == [("East", "West")]
    assert "customer waits" in moved[0].sentence.en
    alert = alerts(proposals, moved)[0]
    assert alert.urgency is Urgency.OUT
    assert "fetch" in alert.sentence.en
    assert transfer_problems([replace(moved[0], quantity=59)], proposals, WAYS)
    assert transfer_problems(moved, proposals, {})
    with pytest.raises(InputRefused, match="East → West"):
        propose_transfers(proposals, WAYS | {("East", "West"): Way(-1.0, 1.0)})


def test_lines_ride_along_and_fill_up_to_the_least_value() -> None:
    must = _line("A", "East", 0, supplier="Acme")
    soon = propose([_line("B", "East", 99, supplier="Acme")])[0]
    soon = replace(soon, line=replace(soon.line, on_hand=soon.reorder_point + 1.0))
    later = propose([_line("C", "East", 99, supplier="Acme")])[0]
    found = joint_orders([*propose([must]), soon, later], SUPPLIERS, ride_days=14)[0]
    assert {line.proposal.line.part: line.must for line in found.lines} == {"A": True, "B": False}
    assert found.value >= 800
    assert found.short_of == 0
    assert joint_problems([replace(found, value=1.0)], [soon])
    assert joint_problems([], propose([must]))
    poor = {"Acme": Supplier("Acme", least_value=1e6)}
    assert joint_orders(propose([must]), poor)[0].short_of > 0
    assert joint_orders([later], SUPPLIERS) == ()
    with pytest.raises(InputRefused, match="Acme"):
        joint_orders(propose([must]), {})


def test_the_shared_cycle_is_as_good_as_trying_every_multiple() -> None:
    yearly, holding, costs, order = [600.0, 900, 2400, 120], [0.5, 2, 1, 0.8], [10.0, 20, 15, 40], 30.0

    def cost(multiples: tuple[int, ...]) -> float:
        fixed = order + sum(k / m for k, m in zip(costs, multiples, strict=True))
        carried = sum(d * h * m for d, h, m in zip(yearly, holding, multiples, strict=True))
        return math.sqrt(2 * fixed * carried)

    cycle, multiples = shared_cycle(yearly, holding, costs, order)
    best = min(cost(tried) for tried in itertools.product(range(1, 9), repeat=4))
    assert cost(multiples) == pytest.approx(best, rel=0.01)
    assert cycle > 0
    with pytest.raises(InputRefused):
        shared_cycle([1.0], [0.0], [1.0], 1.0)


@pytest.mark.slow
def test_warehouse_and_stations_agree_with_their_simulation() -> None:
    stations = [Station("East", 0.2, 3, 0.9), Station("West", 0.05, 5, 0.85), Station("North", 0.1, 2, 0.95)]
    plan = plan_echelons(Warehouse(30), stations)
    assert all(level.fill >= level.station.target for level in plan.levels)
    demand = np.random.default_rng(6).poisson([[one.daily] for one in stations], (3, 40_000)).astype(float)
    fill, owed = play_echelons(
        plan.warehouse_units, 30, [level.units for level in plan.levels], [3, 5, 2], demand, count_from=500
    )
    assert fill == pytest.approx([level.fill for level in plan.levels], abs=0.03)
    assert owed == pytest.approx([level.owed for level in plan.levels], abs=0.02)


def test_no_other_warehouse_level_is_cheaper_and_one_station_alone_is_palm() -> None:
    stations = [Station(name, 0.08, 4, 0.9) for name in STATIONS]
    plan = plan_echelons(Warehouse(45), stations)
    assert plan.cost <= min(levels_for(Warehouse(45), stations, units).cost for units in range(25)) + 1e-9
    early = plan_echelons(Warehouse(45), stations, Effort(is_cancelled=lambda: True))
    assert early.warehouse_units == 0
    # Without a warehouse stock a lone station waits for supply and way together.
    lone = levels_for(Warehouse(10), [Station("East", 0.3, 5, 0.9)], 0).levels[0]
    from scipy.stats import poisson

    assert lone.fill == pytest.approx(poisson.cdf(lone.units - 1, 0.3 * 15), abs=2e-3)


@pytest.mark.parametrize(
    ("stations", "subject"),
    [
        ([], "stations"),
        ([Station("A", 1, 1), Station("A", 1, 1)], "A"),
        ([Station("A", -1, 1)], "A"),
        ([Station("A", 1, math.nan)], "A"),
        ([Station("A", 1, 1, target=1.0)], "A"),
        ([Station("A", 1, 1, scatter=0.5)], "A"),
    ],
)
def test_networks_that_make_no_sense_are_refused(stations: list[Station], subject: str) -> None:
    with pytest.raises(InputRefused) as refused:
        plan_echelons(Warehouse(10), stations)
    assert subject in {problem.subject for problem in refused.value.problems}


def test_dead_and_excess_stock_names_its_cause() -> None:
    lines = [
        _line("replaced", "East", 5), _line("ended", "East", 5), _line("bought", "East", 400),
        _line("fine", "East", 5), _line("never", "East", 5), _line("young", "East", 5), _line("back", "East", 300),
    ]  # fmt: skip
    lines = [replace(x, outlook=Outlook(0.0, 0.0, 0.0)) if x.part in ("never", "young") else x for x in lines]
    pasts = [
        Past(3, 30, replaced_by="newer"), Past(30, 40), Past(1, 5, bought=390), Past(1, 2), Past(None, 40),
        Past(None, 3), Past(2, 9, returned=280),
    ]  # fmt: skip
    found = {excess.proposal.line.part: excess for excess in review(propose(lines), pasts)}
    assert {part: (excess.finding, excess.cause) for part, excess in found.items()} == {
        "replaced": (Finding.DEAD, Cause.REPLACED),
        "ended": (Finding.DEAD, Cause.DEMAND_ENDED),
        "bought": (Finding.OVER, Cause.TOO_MUCH_BOUGHT),
        "never": (Finding.DEAD, Cause.NEVER_ASKED),
        "back": (Finding.OVER, Cause.RETURNED),
    }
    assert "newer" in found["replaced"].sentence.zh
    assert [excess.value for excess in review(propose(lines), pasts)] == sorted(
        (excess.value for excess in found.values()), reverse=True
    )
    with pytest.raises(InputRefused, match="pasts"):
        review(propose(lines), pasts[:1])
