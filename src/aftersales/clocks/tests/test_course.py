"""One clock from event to event, compared with an oracle that counts minute by minute."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from aftersales.clocks import course as c
from aftersales.clocks.course import Course, Limits, Taken
from aftersales.clocks.definitions import Definition, read_definition
from aftersales.clocks.rules import WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingCalendar(SHANGHAI, dict.fromkeys(range(6), ((time(8), time(12)), (time(13), time(18)))))
MINUTE = timedelta(minutes=1)


def definition(**values: object) -> Definition:
    row = {
        "code": "probe",
        "clause": "APPT-03",
        "subject": "appointments.appointment",
        "title_zh": "测试",
        "title_en": "Probe",
        "starts": ["start"],
        "stops": ["stop"],
        "voids": ["void"],
        "pauses": ["pause"],
        "resumes": ["resume"],
        "moves": ["move"],
        "counting": "elapsed",
        "unit": "hour",
        "limit": "value",
        "escalates_to": "manager",
    }
    return read_definition(row | values)


LIMITS = Limits(OFFICE, limit=Decimal(24))
NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI)


def is_open(at: datetime) -> bool:
    """The oracle's own idea of the opening hours."""
    here = at.astimezone(SHANGHAI)
    return here.weekday() < 6 and (8 <= here.hour < 12 or 13 <= here.hour < 18)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("counting", ["working", "elapsed"])
def test_T1_fifty_restarts_and_pauses_lose_no_tick(seed: int, counting: str) -> None:
    dice = random.Random(seed)
    limit_minutes = dice.randrange(600, 3000)
    probe = definition(counting=counting, unit="minute")
    limits = Limits(OFFICE, limit=Decimal(limit_minutes))
    at = datetime(2026, 11, 2, dice.randrange(24), dice.randrange(60), tzinfo=UTC)
    clock = c.begin(probe, limits, at)
    left = limit_minutes  # the oracle ticks minute by minute
    broken = False
    running = True
    for _restart in range(50):
        wait = dice.randrange(1, 400)
        for _minute in range(wait):
            ticks = running and (counting == "elapsed" or is_open(at))
            if ticks and left > 0:
                left -= 1
            elif ticks:
                broken = True
            at += MINUTE
        # Nothing is held in memory: the clock is what its columns say, as after a restart of the server.
        clock = replace(clock)
        clock = c.advance(clock, probe, limits, Taken("pause" if running else "resume", at))
        running = not running
        if broken:
            break
        if running and left > 0:
            due = at
            todo = left
            while todo:
                if counting == "elapsed" or is_open(due):
                    todo -= 1
                due += MINUTE
            assert clock.due_at == due
    assert clock.breached or not broken


def test_APPT_03_a_confirmation_after_24_hours_is_overdue() -> None:
    probe = definition()
    clock = c.begin(probe, LIMITS, NOON)
    assert clock.due_at == NOON + timedelta(hours=24)
    in_time = c.advance(clock, probe, LIMITS, Taken("stop", NOON + timedelta(hours=24)))
    assert (in_time.stopped_at, in_time.breached) == (NOON + timedelta(hours=24), False)
    late = c.advance(clock, probe, LIMITS, Taken("stop", NOON + timedelta(hours=24, microseconds=1)))
    assert late.breached


def test_APPT_08_no_reconfirmation_is_asked_for_a_visit_agreed_the_same_day() -> None:
    probe = definition(due_field="arrives_at", lead="value", limit="")
    limits = Limits(OFFICE, lead=Decimal(24))
    assert c.begin(probe, limits, NOON, NOON + timedelta(hours=5)).due_at is None
    clock = c.begin(probe, limits, NOON, NOON + timedelta(days=3))
    assert clock.due_at == NOON + timedelta(days=2)
    unchanged = c.advance(
        clock, probe, limits, Taken("move", NOON + timedelta(days=2, hours=1), NOON + timedelta(days=3))
    )
    assert unchanged == clock  # a change of something else neither forgives nor forgets


def test_WORK_08_a_new_promise_moves_the_clock_but_a_broken_one_stays_broken() -> None:
    probe = definition(due_field="promised_at", limit="", warn_before_minutes=30)
    limits = Limits(OFFICE)
    clock = c.begin(probe, limits, NOON, NOON + timedelta(hours=4))
    assert clock.warn_at == NOON + timedelta(hours=3, minutes=30)
    moved = c.advance(clock, probe, limits, Taken("move", NOON + timedelta(hours=1), NOON + timedelta(hours=6)))
    assert (moved.due_at, moved.breached) == (NOON + timedelta(hours=6), False)
    too_late = c.advance(clock, probe, limits, Taken("move", NOON + timedelta(hours=5), NOON + timedelta(hours=6)))
    assert (too_late.due_at, too_late.breached) == (NOON + timedelta(hours=6), True)


def test_a_promise_given_while_waiting_already_knows_of_the_wait() -> None:
    probe = definition(due_field="promised_at", limit="")
    limits = Limits(OFFICE)
    clock = c.begin(probe, limits, NOON, NOON + timedelta(hours=4))
    clock = c.advance(clock, probe, limits, Taken("pause", NOON + timedelta(hours=1)))
    clock = c.advance(clock, probe, limits, Taken("move", NOON + timedelta(hours=2), NOON + timedelta(hours=9)))
    clock = c.advance(clock, probe, limits, Taken("resume", NOON + timedelta(hours=3)))
    assert clock.due_at == NOON + timedelta(hours=10)  # only the hour after the new promise was waited on top
    assert clock.paused_for == timedelta(hours=2)


def test_FUP_01_a_call_before_the_third_day_is_too_early_and_after_the_seventh_too_late() -> None:
    probe = definition(counting="days", limit="max", earliest="min")
    limits = Limits(OFFICE, limit=Decimal(7), earliest=Decimal(3))
    clock = c.begin(probe, limits, NOON)
    day = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    assert clock.earliest_at == day + timedelta(days=3)
    assert clock.due_at == day + timedelta(days=8)
    for stopped, breached in [(2.9, True), (3, False), (7.99, False), (8.01, True)]:
        assert c.stop(clock, day + timedelta(days=stopped)).breached is breached, stopped


def test_voiding_in_time_leaves_no_verdict_and_late_does_not_excuse() -> None:
    probe = definition()
    clock = c.begin(probe, LIMITS, NOON)
    in_time = c.advance(clock, probe, LIMITS, Taken("void", NOON + timedelta(hours=9)))
    assert (in_time.voided, in_time.breached) == (True, False)
    late = c.advance(clock, probe, LIMITS, Taken("void", NOON + timedelta(days=9)))
    assert (late.voided, late.breached) == (True, True)


def test_T3_a_wall_clock_set_back_neither_adds_nor_takes_time() -> None:
    probe = definition()
    clock = c.begin(probe, LIMITS, NOON)
    paused = c.advance(clock, probe, LIMITS, Taken("pause", NOON + timedelta(hours=2)))
    resumed = c.advance(paused, probe, LIMITS, Taken("resume", NOON))  # stepped back two hours
    assert resumed.due_at == clock.due_at
    assert resumed.paused_for == timedelta(0)
    stopped = c.advance(clock, probe, LIMITS, Taken("stop", NOON - timedelta(hours=2)))
    assert not stopped.breached


def test_T3_leap_day_and_year_end_are_days_like_others() -> None:
    probe = definition(counting="days")
    limits = Limits(OFFICE, limit=Decimal(2))
    leap = c.begin(probe, limits, datetime(2028, 2, 28, 23, 59, 59, 999000, tzinfo=SHANGHAI))
    assert leap.due_at == datetime(2028, 3, 2, tzinfo=SHANGHAI)
    turn = c.begin(probe, limits, datetime(2026, 12, 31, 0, 0, tzinfo=SHANGHAI))
    assert turn.due_at == datetime(2027, 1, 3, tzinfo=SHANGHAI)


def test_ended_clocks_do_not_move_any_more() -> None:
    probe = definition()
    ended = c.stop(Course(started_at=NOON, due_at=NOON), NOON)
    for step in ("pause", "resume", "move", "stop", "void"):
        assert c.advance(ended, probe, LIMITS, Taken(step, NOON + timedelta(days=1), NOON)) == ended
