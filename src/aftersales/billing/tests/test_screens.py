"""The cash desk on screen: the queue, the counter, sheets, lists, accounts and the day, without JavaScript."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aftersales.billing.models import DayClose, Payment, Settlement
from aftersales.customers.models import Customer
from aftersales.journal.models import JournalEntry
from aftersales.network.rules import business_date
from aftersales.repairs.choices import PaymentState
from aftersales.repairs.models import RepairOrder
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.seeds.visits import Driver

pytestmark = pytest.mark.django_db


def keys_of(html: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form with that address, as a browser would send them."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', html, re.DOTALL)
    assert form is not None, f"no form posts to {action}"
    return dict(re.findall(r'<input type="hidden" name="(idempotency_key|version|station)" value="([^"]*)"', form[0]))


def posted(client: Client, page: str, action: str, **values: Any) -> Any:
    html = client.get(page).content.decode()
    return client.post(action, keys_of(html, action) | values)


def text(response: Any) -> str:
    return response.content.decode()


def order_url(driver: Driver) -> str:
    return f"/cashier/orders/{driver.order.number}/"


def sheet_of(driver: Driver) -> Settlement:
    return Settlement.objects.everywhere().filter(order=driver.order).order_by("-pk")[0]


def test_SETL_03_the_counter_waits_for_the_explanation_and_the_advisor_records_it(
    driver: Driver, client_of: ClientOf
) -> None:
    driver.bring_to("ready")
    cashier, advisor = client_of("he"), client_of("lin")
    page = text(cashier.get(order_url(driver)))
    assert f'action="{order_url(driver)}settle/"' not in page
    assert "SETL-03" in page
    assert "SETL-04" in page  # questions go to the advisor
    assert cashier.post(order_url(driver) + "explain/").status_code == 403
    assert posted(advisor, order_url(driver), order_url(driver) + "explain/").status_code == 303
    driver.order.refresh_from_db()
    assert driver.order.items_explained_at is not None
    assert f'action="{order_url(driver)}settle/"' in text(cashier.get(order_url(driver)))


def test_SETL_07_the_advisor_who_priced_the_order_cannot_post_its_settlement(
    driver: Driver, client_of: ClientOf
) -> None:
    driver.bring_to("ready")
    advisor = client_of("lin")
    posted(advisor, order_url(driver), order_url(driver) + "explain/")
    assert f'action="{order_url(driver)}settle/"' not in text(advisor.get(order_url(driver)))
    assert advisor.post(order_url(driver) + "settle/").status_code == 403
    assert not Settlement.objects.everywhere().exists()


def settle_on_screen(driver: Driver, client_of: ClientOf) -> Client:
    driver.bring_to("ready")
    posted(client_of("lin"), order_url(driver), order_url(driver) + "explain/")
    cashier = client_of("he")
    assert posted(cashier, order_url(driver), order_url(driver) + "settle/").status_code == 303
    return cashier


def test_SETL_08_several_means_at_once_with_change_and_thanks(driver: Driver, client_of: ClientOf) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    pay = f"/settlements/{sheet.number}/steps/pay/"
    page = text(cashier.get(order_url(driver)))
    assert f'value="{sheet.gross}"' in page  # everything due is the default
    answer = posted(
        cashier,
        order_url(driver),
        pay,
        method="cash",
        amount="300",
        cash_received="５００",
        method_2="wechat",
        amount_2=str(sheet.gross - 300),
        reference_2="4200009",
        thanked="on",
    )
    assert answer.status_code == 303, text(answer)
    assert "200.00" in text(cashier.get(answer["Location"]))  # the change
    rows = Payment.objects.everywhere().filter(settlement=sheet).order_by("pk")
    assert [(row.method, row.amount) for row in rows] == [("cash", Decimal("300.00")), ("wechat", sheet.gross - 300)]
    driver.order.refresh_from_db()
    assert driver.order.payment_state == PaymentState.PAID


def test_SETL_05_thanking_the_customer_stands_in_the_journal(driver: Driver, client_of: ClientOf) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    pay = f"/settlements/{sheet.number}/steps/pay/"
    posted(cashier, order_url(driver), pay, method="card", amount="9.00", thanked="on")
    posted(cashier, order_url(driver), pay, method="card", amount="1.00")
    entries = (
        JournalEntry.objects.everywhere().filter(subject_kind="billing.settlement", step="pay").order_by("sequence")
    )
    assert [entry.changes.get("thanked") for entry in entries] == [True, None]


@pytest.mark.parametrize("typed", ["-5", "0", "abc", "9" * 40, "NaN", "1e5", "1.001", "\x00", "\ud800", "٣"])
def test_what_is_no_amount_is_refused_beside_what_was_typed(driver: Driver, client_of: ClientOf, typed: str) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    pay = f"/settlements/{sheet.number}/steps/pay/"
    form = keys_of(text(cashier.get(order_url(driver))), pay) | {"method": "card", "amount": typed, "reference": "R-77"}
    body = urlencode(form, errors="surrogatepass")
    answer = cashier.post(pay, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "R-77" in text(answer)
    assert not Payment.objects.everywhere().exists()


def test_more_than_is_due_is_refused_and_what_was_typed_stays(driver: Driver, client_of: ClientOf) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    pay = f"/settlements/{sheet.number}/steps/pay/"
    answer = posted(cashier, order_url(driver), pay, method="card", amount=str(sheet.gross + 1), reference="R-77")
    assert answer.status_code == 409
    assert "SETL-02" in text(answer)
    assert "R-77" in text(answer)


def test_a_form_sent_twice_takes_the_money_once(driver: Driver, client_of: ClientOf) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    pay = f"/settlements/{sheet.number}/steps/pay/"
    form = keys_of(text(cashier.get(order_url(driver))), pay) | {"method": "card", "amount": "10.00"}
    first, second = cashier.post(pay, form), cashier.post(pay, form)
    assert first.status_code == second.status_code == 303
    assert Payment.objects.everywhere().count() == 1


def test_a_stale_page_takes_no_money(driver: Driver, client_of: ClientOf) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    pay = f"/settlements/{sheet.number}/steps/pay/"
    old = keys_of(text(cashier.get(order_url(driver))), pay)
    posted(cashier, order_url(driver), pay, method="card", amount="10.00")
    answer = cashier.post(pay, old | {"method": "card", "amount": "10.00"})
    assert answer.status_code == 409
    assert Payment.objects.everywhere().count() == 1


def test_the_manager_refunds_and_reverses_and_the_order_can_be_settled_anew(
    driver: Driver, client_of: ClientOf
) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    base = f"/settlements/{sheet.number}/steps/"
    posted(cashier, order_url(driver), base + "pay/", method="card", amount=str(sheet.gross))
    assert cashier.get(base + "refund/").status_code == 403
    manager = client_of("wu")
    with transaction.atomic():
        assert posted(manager, base + "reverse/", base + "reverse/", reason="项目录错").status_code == 409
        transaction.set_rollback(True)  # what the outermost frame of a request does: refund first, then reverse
    no_reason = posted(manager, base + "refund/", base + "refund/", method="card", amount=str(sheet.gross))
    assert no_reason.status_code == 422
    refunded = posted(
        manager, base + "refund/", base + "refund/", method="card", amount=str(sheet.gross), reason="退款"
    )
    assert refunded.status_code == 303
    assert posted(manager, base + "reverse/", base + "reverse/", reason="项目录错").status_code == 303
    driver.order.refresh_from_db()
    assert (driver.order.state, driver.order.payment_state) == ("ready", PaymentState.UNSETTLED)
    assert posted(cashier, order_url(driver), order_url(driver) + "settle/").status_code == 303
    kinds = Settlement.objects.everywhere().order_by("pk").values_list("kind", "state")
    assert list(kinds) == [("settlement", "reversed"), ("reversal", "reversed"), ("settlement", "posted")]
    page = text(manager.get(order_url(driver)))
    assert sheet.number in page


def test_a_credit_customer_pays_on_account_and_the_account_is_collected(driver: Driver, client_of: ClientOf) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    Customer.objects.everywhere().filter(pk=driver.order.customer_id).update(
        on_account=True, credit_limit=Decimal("5000"), credit_days=30
    )
    base = f"/settlements/{sheet.number}/steps/"
    assert "5,000.00" in text(cashier.get(base + "put_on_account/"))  # the limit is shown
    put = posted(cashier, base + "put_on_account/", base + "put_on_account/", amount=str(sheet.gross))
    assert put.status_code == 303
    accounts = text(cashier.get("/cashier/accounts/"))
    assert sheet.number in accounts
    assert driver.order.customer_name in accounts
    collected = posted(cashier, base + "collect/", base + "collect/", method="transfer", amount=str(sheet.gross))
    assert collected.status_code == 303
    assert sheet.number not in text(cashier.get("/cashier/accounts/"))
    driver.order.refresh_from_db()
    assert driver.order.payment_state == PaymentState.PAID


def test_the_day_is_closed_with_a_reason_for_a_difference_and_then_takes_nothing(
    driver: Driver, client_of: ClientOf
) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    pay = f"/settlements/{sheet.number}/steps/pay/"
    posted(cashier, order_url(driver), pay, method="cash", amount="100.00")
    today = business_date(timezone.now()).isoformat()
    without_reason = posted(cashier, "/cashier/day/", "/cashier/day/", on=today, cash_counted="90")
    assert without_reason.status_code == 422
    assert "-10.00" in text(without_reason)
    closed = posted(cashier, "/cashier/day/", "/cashier/day/", on=today, cash_counted="90", reason="少收十元")
    assert closed.status_code == 303
    close = DayClose.objects.everywhere().get()
    assert (close.cash_expected, close.difference) == (Decimal("100.00"), Decimal("-10.00"))
    assert close.number in text(cashier.get("/cashier/day/"))
    refused = posted(cashier, order_url(driver), pay, method="cash", amount="1.00")
    assert refused.status_code == 409
    again = cashier.post("/cashier/day/", {"on": today, "cash_counted": "90", "reason": "x"})
    assert again.status_code == 409
    tomorrow = (business_date(timezone.now()) + timedelta(days=1)).isoformat()
    assert cashier.post("/cashier/day/", {"on": tomorrow, "cash_counted": "0"}).status_code == 422
    paper = cashier.post(f"/cashier/day/closes/{close.number}/paper/")
    assert cashier.get(paper["Location"])["Content-Type"] == "application/pdf"


def test_lists_and_exports_show_the_sheet_and_text_stays_text(driver: Driver, client_of: ClientOf) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    RepairOrder.objects.everywhere().filter(pk=driver.order.pk).update(customer_name='=HYPERLINK("x")')
    listed = text(cashier.get("/settlements/?show=due"))
    assert sheet.number in listed
    assert sheet.number not in text(cashier.get("/settlements/?show=reversed"))
    assert sheet.number in text(cashier.get("/settlements/?since=nonsense&cursor=broken&payer=martian"))
    csv = cashier.get("/settlements/export.csv").content.decode("utf-8-sig")
    assert sheet.number in csv
    assert str(sheet.gross) in csv
    assert "\"'=HYPERLINK" in csv
    book = zipfile.ZipFile(io.BytesIO(cashier.get("/settlements/export.xlsx").content))
    cells = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in cells  # no text became a formula
    assert "=HYPERLINK" in book.read("xl/sharedStrings.xml").decode()
    assert f"<v>{float(sheet.gross):g}</v>" in cells


def test_papers_are_printed_from_the_counter(driver: Driver, client_of: ClientOf) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    posted(cashier, order_url(driver), f"/settlements/{sheet.number}/steps/pay/", method="card", amount="10.00")
    payment = Payment.objects.everywhere().get()
    for address in (
        f"/settlements/{sheet.number}/paper/",
        f"/settlements/{sheet.number}/payments/{payment.number}/receipt/",
    ):
        answer = cashier.post(address)
        assert answer.status_code == 303
        assert cashier.get(answer["Location"]).content.startswith(b"%PDF")


def test_a_stranger_gets_the_same_answer_for_foreign_and_missing_ones(driver: Driver, client_of: ClientOf) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    posted(cashier, order_url(driver), f"/settlements/{sheet.number}/steps/pay/", method="card", amount="10.00")
    payment = Payment.objects.everywhere().get()
    stranger = client_of("ma")

    def answer(method: str, address: str) -> tuple[int, str]:
        got = getattr(stranger, method)(address)
        return got.status_code, re.sub(
            r"[0-9a-f-]{16,}|(?:nonce|data-csrf)=\"[^\"]*\"|SH01[\w-]*|XX99[\w-]*|value=\"[^\"]*\"", "", text(got)
        )

    for method, address, foreign in (
        ("get", "/cashier/orders/{}/", driver.order.number),
        ("post", "/cashier/orders/{}/explain/", driver.order.number),
        ("post", "/cashier/orders/{}/settle/", driver.order.number),
        ("get", "/settlements/{}/", sheet.number),
        ("post", "/settlements/{}/paper/", sheet.number),
        ("post", f"/settlements/{sheet.number}/payments/{{}}/receipt/", payment.number),
        *(
            ("get", f"/settlements/{{}}/steps/{name}/", sheet.number)
            for name in ("pay", "refund", "reverse", "collect")
        ),
        *(("post", f"/settlements/{{}}/steps/{name}/", sheet.number) for name in ("pay", "put_on_account")),
    ):
        found, missing = answer(method, address.format(foreign)), answer(method, address.format("XX99-ST26-00001"))
        assert found[0] == missing[0] == 404, address
        assert found[1] == missing[1], address
    for address in ("/cashier/?q=SH01", "/settlements/", "/cashier/accounts/", "/cashier/day/?station=SH01"):
        page = stranger.get(address)
        assert page.status_code == 200
        assert sheet.number not in text(page)
        assert driver.order.number not in text(page)
    assert sheet.number not in stranger.get("/settlements/export.csv").content.decode("utf-8-sig")


def test_who_has_no_business_at_the_cash_desk_is_told_so(cast: Cast, client_of: ClientOf) -> None:
    technician = client_of("zhao")
    for address in ("/cashier/", "/settlements/", "/cashier/accounts/", "/cashier/day/"):
        assert technician.get(address).status_code == 403


CEILINGS = {
    "/cashier/": 14,
    "/cashier/?q=SH01": 15,
    "/settlements/": 14,
    "/cashier/accounts/": 14,
    "/cashier/day/": 18,
}


def test_every_screen_keeps_its_ceiling_of_statements(driver: Driver, client_of: ClientOf) -> None:
    cashier = settle_on_screen(driver, client_of)
    sheet = sheet_of(driver)
    posted(cashier, order_url(driver), f"/settlements/{sheet.number}/steps/pay/", method="card", amount="10.00")
    ceilings = CEILINGS | {order_url(driver): 18, f"/settlements/{sheet.number}/": 18}
    for address, ceiling in ceilings.items():
        cashier.get(address)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert cashier.get(address).status_code == 200
        assert len(seen) <= ceiling, (address, [row["sql"][:120] for row in seen])
