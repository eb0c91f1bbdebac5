"""The screens of the visit, as the people of the station use them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from aftersales.repairs.forms import STEP_FORMS
from aftersales.repairs.transitions import WORKFLOW
from aftersales.seeds.visits import STRAIGHT_WAY, Driver


@pytest.mark.parametrize("state", [state for state, _moves in STRAIGHT_WAY])
def test_the_page_shows_the_visit_in_every_state(state: str, driver: Driver, client_of) -> None:
    order = driver.bring_to(state)
    for person in ("lin", "zhao", "sun", "he", "wu"):
        answer = client_of(person).get(reverse("repairs:order", args=[order.number]))
        assert answer.status_code == 200, person
        assert order.number in answer.content.decode()


def test_every_step_has_a_form_and_every_form_a_step() -> None:
    by_billing = {"settle", "reopen_settlement", "note_payment"}
    assert set(STEP_FORMS) | by_billing == set(WORKFLOW.by_name)
