"""Steps beside the straight way that no story walks through."""

from __future__ import annotations

import pytest

from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.journal.queries import entries_of
from aftersales.notifications.models import Message
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import OrderState
from aftersales.repairs.transitions.requests import ask_for_parts
from aftersales.seeds.visits import Driver


def test_a_line_nobody_was_asked_about_is_taken_back(driver: Driver) -> None:
    order = driver.bring_to(OrderState.ESTIMATED)
    part = next(line for line in order.all_lines() if line.is_part)
    order = visit.remove_line(order, driver.cast.lin, driver.tick(), line_id=part.pk)
    assert order.line_or_none(part.pk) is None
    assert entries_of(order)[0].changes["removed"]["text"] == part.text


def test_a_line_the_customer_decided_about_stays(driver: Driver) -> None:
    order = driver.bring_to(OrderState.AUTHORIZED)
    line = order.all_lines()[0]
    with pytest.raises(TransitionRefused) as refused:
        visit.remove_line(order, driver.cast.lin, driver.tick(), line_id=line.pk)
    assert refused.value.code == "line_decided"


def test_WORK_06_a_technician_asks_the_keeper_for_parts(driver: Driver) -> None:
    order = driver.bring_to(OrderState.DISPATCHED)
    line = next(line for line in order.all_lines() if line.is_labour)
    lines_before = len(order.all_lines())
    order = ask_for_parts(order, driver.cast.zhao, driver.tick(), line_id=line.pk, wanted="卡钳导向销两根")
    assert len(order.all_lines()) == lines_before
    assert entries_of(order)[0].changes["wanted"] == "卡钳导向销两根"
    assert Message.objects.everywhere().filter(template="repairs.parts_asked").exists()
    with pytest.raises(InputRefused):
        ask_for_parts(order, driver.cast.zhao, driver.tick(), line_id=line.pk, wanted=" ")
