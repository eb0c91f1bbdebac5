"""Addresses of the visit: the counter, the list, one order and its steps."""

from django.urls import path, re_path

from aftersales.repairs.views import listing, order, reception

app_name = "repairs"
ONE = r"^repair-orders/(?P<number>[^/]{1,40})/"
urlpatterns = [
    path("reception/", reception.reception, name="reception"),
    path("repair-orders/", listing.orders_page, name="orders"),
    path("repair-orders/export.<str:form>", listing.export_orders, name="export"),
    re_path(ONE + r"$", order.order_page, name="order"),
    re_path(ONE + r"steps/(?P<name>[a-z_]{1,40})/$", order.step, name="step"),
    re_path(ONE + r"photos/$", order.photos, name="photos"),
    re_path(ONE + r"papers/$", order.issue_paper, name="paper"),
]
