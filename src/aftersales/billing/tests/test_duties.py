"""Who does what at the counter: the advisor explains, the cash desk takes money, finance gets the entry."""

from __future__ import annotations

from decimal import Decimal

import pytest

from aftersales.billing import queries, services
from aftersales.billing.exports import settlement_table
from aftersales.billing.models import Settlement
from aftersales.billing.tests.test_screens import order_url, posted, text
from aftersales.core.errors import Forbidden, TransitionRefused
from aftersales.repairs import transitions as visit
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.seeds.visits import Driver

pytestmark = pytest.mark.django_db


def test_SETL_04_the_cash_desk_does_not_explain_items_questions_go_to_the_advisor(
    driver: Driver, client_of: ClientOf
) -> None:
    driver.bring_to("ready")
    with pytest.raises(Forbidden):
        visit.explain_items(driver.order, driver.cast.actors["he"], driver.tick())
    with pytest.raises(Forbidden):
        visit.explain_items(driver.order, driver.cast.actors["cai"], driver.tick())
    cashier = client_of("he")
    page = text(cashier.get(order_url(driver)))
    assert f'action="{order_url(driver)}explain/"' not in page
    assert "SETL-04" in page
    assert driver.order.advisor is not None
    assert driver.order.advisor.name in page  # whom the customer is sent to
    refused = cashier.post(order_url(driver) + "explain/")
    assert refused.status_code == 403
    assert "SETL-04" in text(refused)
    driver.order.refresh_from_db()
    assert driver.order.items_explained_at is None
    advisor = client_of("lin")
    assert f'action="{order_url(driver)}explain/"' in text(advisor.get(order_url(driver)))
    assert posted(advisor, order_url(driver), order_url(driver) + "explain/").status_code == 303
    driver.order.refresh_from_db()
    assert driver.order.items_explained_at is not None


def test_IS_06_an_inspected_order_becomes_a_sheet_is_paid_and_the_entry_reaches_finance(driver: Driver) -> None:
    driver.bring_to("completed")
    with pytest.raises(TransitionRefused) as early:
        services.settle_order(driver.order, driver.cast.he, driver.tick())
    assert early.value.code == "wrong_state"
    assert not Settlement.objects.everywhere().exists()
    for move in ("inspect", "wash", "take_over", "settle", "pay"):
        getattr(driver, move)()
    sheet = Settlement.objects.everywhere().get()
    assert (sheet.order_id, sheet.paid) == (driver.order.pk, sheet.gross)
    assert sheet.gross == sum((line.gross for line in driver.order.all_lines() if line.is_agreed), Decimal(0))
    # Headquarters' finance has the entry in its list and takes it along as a table.
    rows = queries.settlements_of(driver.cast.cai, queries.SheetSearch()).order_by("-pk")
    heading, entry = settlement_table(rows)
    told = dict(zip(heading, entry, strict=True))
    amounts = {cell for cell in told.values() if isinstance(cell, Decimal)}
    assert sheet.number in entry
    assert driver.order.number in entry
    assert {sheet.net, sheet.tax, sheet.gross} <= amounts
    assert list(queries.settlements_of(driver.cast.ma, queries.SheetSearch())) == []
