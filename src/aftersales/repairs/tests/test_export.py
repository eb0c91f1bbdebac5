"""The list of orders as a file."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from aftersales.repairs.choices import OrderState
from aftersales.repairs.models import RepairOrder
from aftersales.seeds.visits import Driver

type ClientOf = Callable[..., Client]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_IS_02_the_export_is_fenced_and_holds_no_formula(form: str, driver: Driver, client_of: ClientOf) -> None:
    order = driver.bring_to(OrderState.RECEIVED)
    RepairOrder.objects.everywhere().filter(pk=order.pk).update(customer_name="=HYPERLINK(1)")
    address = reverse("repairs:export", args=[form])
    mine, hers = (client_of(name).get(address, {"scope": "all"}).content for name in ("lin", "ma"))
    if form == "csv":
        assert order.number in mine.decode("utf-8-sig")
        assert "'=HYPERLINK(1)" in mine.decode("utf-8-sig")
        assert order.number not in hers.decode("utf-8-sig")
    else:
        from python_calamine import CalamineWorkbook

        rows = CalamineWorkbook.from_filelike(io.BytesIO(mine)).get_sheet_by_index(0).to_python()
        assert rows[1][0] == order.number
        assert rows[1][3] == "=HYPERLINK(1)"
        assert len(CalamineWorkbook.from_filelike(io.BytesIO(hers)).get_sheet_by_index(0).to_python()) == 1
