"""Addresses of the cash desk: the queue, one order's counter, sheets, accounts and the day."""

from django.urls import path, re_path

from aftersales.billing.views import counter, days, lists, sheets

app_name = "billing"
ORDER = r"^cashier/orders/(?P<number>[\w-]{1,40})/"
SHEET = r"^settlements/(?P<number>[\w-]{1,40})/"
urlpatterns = [
    path("cashier/", counter.cashier, name="cashier"),
    path("cashier/accounts/", lists.accounts, name="accounts"),
    path("cashier/day/", days.day, name="day"),
    path("cashier/day/closes/<str:number>/paper/", days.print_close, name="close_paper"),
    re_path(ORDER + r"$", counter.order_page, name="order"),
    re_path(ORDER + r"explain/$", counter.explain, name="explain"),
    re_path(ORDER + r"settle/$", counter.settle, name="settle"),
    path("settlements/", lists.settlements, name="settlements"),
    path("settlements/export.<str:form>", lists.export_settlements, name="export"),
    re_path(SHEET + r"$", sheets.settlement, name="settlement"),
    re_path(SHEET + r"steps/(?P<name>[a-z_]{1,40})/$", sheets.step, name="step"),
    re_path(SHEET + r"paper/$", sheets.print_sheet, name="paper"),
    re_path(SHEET + r"payments/(?P<payment_number>[\w-]{1,40})/receipt/$", sheets.print_receipt, name="receipt"),
]
