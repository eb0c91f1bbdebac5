"""The papers of the cash desk: equal to what was posted, to the fen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from aftersales.billing import services
from aftersales.billing.days import close_day
from aftersales.billing.models import DayClose, Payment, Settlement
from aftersales.network.rules import business_date
from aftersales.printing import queries, registry
from aftersales.printing import services as printing
from aftersales.printing.models import PaperLanguage
from aftersales.printing.render import render_pdf
from aftersales.seeds.visits import Driver

pytestmark = pytest.mark.django_db
D = Decimal


def said(document: Any, kind: str) -> dict[str, Any]:
    fresh = type(document).objects.everywhere().get(pk=document.pk)
    with translation.override("en"):
        return dict(registry.of_kind(kind).gather(fresh))


def amounts(payload: dict[str, Any]) -> Decimal:
    return sum((D(row["amount"]) for row in (*payload["labour"], *payload["parts"], *payload["others"])), D(0))


def test_SETL_01_the_printed_sheet_equals_the_order_to_the_fen(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    sheet = driver.settlements[0]
    paper = said(sheet, "billing.settlement_sheet")
    agreed = [line for line in driver.order.all_lines() if line.is_agreed]
    assert [row["name"] for row in (*paper["labour"], *paper["parts"])] == [line.text for line in agreed]
    assert amounts(paper) + D(paper["discount"]) == D(paper["total"]) == sum(line.gross for line in agreed)
    assert D(paper["net"]) + D(paper["tax"]) == D(paper["total"]) == D(paper["due"])
    assert paper["total_capitals"] == "人民币壹仟零玖元整"
    assert paper["discount"] == "0.00"
    assert (paper["advisor"], paper["cashier"], paper["order_number"]) == ("林晓", "何敏", driver.order.number)
    assert {row["technician"] for row in paper["labour"]} == {"赵强"}


def test_the_sheet_shows_payments_refunds_and_what_is_still_due(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    sheet, he, wu = driver.settlements[0], driver.cast.he, driver.cast.wu
    services.pay(
        sheet,
        he,
        driver.tick(),
        means=[{"method": "cash", "amount": D("100.00")}, {"method": "card", "amount": D("9.00")}],
    )
    services.refund(sheet, wu, driver.tick(), amount=D("0.50"), method="cash", reason="多收")
    paper = said(sheet, "billing.settlement_sheet")
    assert paper["payments"] == [{"name": "cash", "amount": "99.50"}, {"name": "bank card", "amount": "9.00"}]
    assert D(paper["due"]) == sheet.gross - D("108.50")


def test_a_reversal_is_printed_with_every_amount_negative(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    first = driver.settlements[0]
    services.reverse_settlement(driver.order, driver.cast.wu, driver.tick(), reason="项目录错")
    reversal = Settlement.objects.everywhere().get(kind="reversal")
    paper = said(reversal, "billing.settlement_sheet")
    assert D(paper["total"]) == amounts(paper) == -first.gross
    assert paper["total_capitals"].startswith("人民币负")
    assert first.number in paper["note"]
    assert paper["guarantee"] == ""


def test_SETL_08_the_receipt_says_the_payment(driver: Driver) -> None:
    driver.bring_to("settled")
    payment = Payment.objects.everywhere().get()
    paper = said(payment, "billing.receipt")
    assert (D(paper["total"]), paper["number"], paper["cashier"]) == (payment.amount, payment.number, "何敏")
    assert paper["payments"][0]["name"] == "WeChat Pay 4200001234"
    services.refund(payment.settlement, driver.cast.wu, driver.tick(), amount=D("9.00"), method="wechat", reason="多收")
    refund = Payment.objects.everywhere().get(kind="refund")
    assert said(refund, "billing.receipt")["total"] == "-9.00"


def test_the_day_close_adds_up_by_method_and_in_sum(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    sheet, on = driver.settlements[0], business_date(driver.at)
    services.pay(
        sheet,
        driver.cast.he,
        driver.tick(),
        means=[{"method": "cash", "amount": D("500.00")}, {"method": "card", "amount": D("9.00")}],
    )
    services.refund(sheet, driver.cast.wu, driver.tick(), amount=D("20.00"), method="cash", reason="多收")
    close_day(
        driver.cast.he, driver.tick(), station=driver.cast.station, on=on, cash_counted=D("479.00"), reason="少一元"
    )
    paper = said(DayClose.objects.everywhere().get(), "billing.day_close")
    for column, sum_name in (
        ("received", "total_received"),
        ("refunded", "total_refunded"),
        ("net", "total_net"),
        ("counted", "total_counted"),
        ("difference", "total_difference"),
    ):
        assert sum((D(row[column]) for row in paper["methods"]), D(0)) == D(paper[sum_name]), column
    assert (paper["total_net"], paper["total_counted"], paper["total_difference"]) == ("489.00", "488.00", "-1.00")
    assert (paper["settlements"], paper["settled_total"]) == (1, "1009.00")


def test_a_copy_of_the_sheet_says_what_was_issued_although_money_has_come_in(driver: Driver) -> None:
    driver.bring_to("ready")
    driver.settle()
    sheet = driver.settlements[0]
    he, wu = driver.cast.he, driver.cast.wu
    first = printing.paper_for(he, driver.tick(), document=sheet, kind="billing.settlement_sheet")
    assert printing.paper_for(he, driver.tick(), document=sheet, kind="billing.settlement_sheet").pk == first.pk
    services.pay(sheet, he, driver.tick(), means=[{"method": "cash", "amount": sheet.gross}])
    fresh = Settlement.objects.everywhere().get(pk=sheet.pk)
    assert printing.paper_for(he, driver.tick(), document=fresh, kind="billing.settlement_sheet").pk != first.pk
    copies = [printing.reprint(wu, driver.tick(), paper=first, reason="客户遗失").copy_number for _ in range(2)]
    stored = type(first).objects.everywhere().get(pk=first.pk)
    assert copies == [1, 2]
    assert D(stored.payload["due"]) == sheet.gross
    assert queries.is_intact(stored)
    assert render_pdf(stored, 2) != render_pdf(stored, 1)


@pytest.mark.parametrize("language", [PaperLanguage.CHINESE, PaperLanguage.ENGLISH])
def test_every_paper_of_the_cash_desk_can_be_printed(driver: Driver, language: PaperLanguage) -> None:
    driver.bring_to("settled")
    sheet = Settlement.objects.everywhere().get()
    he = driver.cast.he
    close = close_day(he, driver.tick(), station=driver.cast.station, on=sheet.posted_on, cash_counted=D(0))
    for document, kind in (
        (sheet, "billing.settlement_sheet"),
        (Payment.objects.everywhere().get(), "billing.receipt"),
        (close, "billing.day_close"),
    ):
        paper = printing.issue_paper(he, driver.at, document=document, kind=kind, language=language)
        assert render_pdf(paper).startswith(b"%PDF"), kind
