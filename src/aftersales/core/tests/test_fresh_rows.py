"""A row made quickly is the row Django would have made."""

from typing import Any

import pytest
from django.db import models

from aftersales.clocks.models import Clock
from aftersales.core.rows import fresh_row
from aftersales.repairs.models import ConsentRecord, OrderLine, RepairOrder


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (OrderLine, {"order": RepairOrder(pk=7), "position": 3, "concern_id": 9, "part": None, "text": "x"}),
        (ConsentRecord, {"order": RepairOrder(pk=7), "line": OrderLine(pk=2), "decision": "agreed"}),
        (Clock, {"station_id": 4, "definition": "d", "subject_id": 1}),
    ],
)
def test_a_fresh_row_is_what_the_model_makes(model: type[models.Model], values: dict[str, Any]) -> None:
    quick, usual = fresh_row(model, **values), model(**values)
    state, expected = vars(quick).pop("_state"), vars(usual).pop("_state")
    assert vars(quick) == vars(usual)
    assert state.fields_cache == expected.fields_cache
    assert state.adding is expected.adding is True


def test_defaults_are_not_shared_between_rows() -> None:
    first, second = fresh_row(RepairOrder), fresh_row(RepairOrder)
    shared = [
        name for name, value in vars(first).items() if isinstance(value, (list, dict)) and value is vars(second)[name]
    ]
    assert shared == []


def test_a_name_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError):
        fresh_row(OrderLine, colour="red")
