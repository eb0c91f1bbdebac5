"""Arithmetic of bookings, without a database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from aftersales.appointments import rules
from aftersales.appointments.rules import ItemDraft

EIGHT = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)


def span(start_minute: int, end_minute: int) -> rules.Span:
    return EIGHT + timedelta(minutes=start_minute), EIGHT + timedelta(minutes=end_minute)


def test_totals_split_labour_from_parts() -> None:
    added = rules.totals(
        [
            ItemDraft("work", hours=Decimal("1.5"), price=Decimal("300.10")),
            ItemDraft("part", part_id=1, price=Decimal("70.05")),
        ]
    )
    assert (added.labour_price, added.parts_price, added.price) == (
        Decimal("300.10"),
        Decimal("70.05"),
        Decimal("370.15"),
    )
    assert added.hours == Decimal("1.5")


def test_a_span_over_night_is_workable_when_both_ends_lie_in_opening_hours() -> None:
    windows = [span(0, 600), span(24 * 60, 24 * 60 + 600)]
    assert rules.ends_lie_in(span(540, 24 * 60 + 60), windows)
    assert not rules.ends_lie_in(span(540, 700), windows)
    assert rules.ends_lie_in(span(0, 600), windows)
    assert not rules.ends_lie_in(span(600, 660), windows)


@given(
    taken=st.lists(st.tuples(st.integers(0, 500), st.integers(1, 120)), max_size=6),
    duration=st.integers(5, 200),
)
def test_the_grid_offers_only_spans_that_fit(taken: list[tuple[int, int]], duration: int) -> None:
    spans = [span(start, start + length) for start, length in taken]
    for start, end in rules.grid(span(0, 600), duration_minutes=duration, step_minutes=15):
        assert end - start == timedelta(minutes=duration)
        assert start >= EIGHT
        assert end <= EIGHT + timedelta(minutes=600)
        if rules.is_free((start, end), spans):
            assert all(rules.overlap_minutes((start, end), other) == 0 for other in spans)


def test_whole_minutes_round_up_to_the_step() -> None:
    assert rules.whole_minutes(Decimal("0.8"), step_minutes=15) == 60
    assert rules.whole_minutes(Decimal("0"), step_minutes=15) == 15
    assert rules.whole_minutes(Decimal("1.01"), step_minutes=15) == 75
