"""Addresses of the visit: the counter, the list, one order and its steps."""

from django.urls import path, re_path

from aftersales.repairs.views import board, giving, listing, order, reception, technician

app_name = "repairs"
ONE = r"^repair-orders/(?P<number>[^/]{1,40})/"
urlpatterns = [
    path("board/", board.board_page, name="board"),
    path("board/tray/", giving.tray, name="tray"),
    re_path(r"^board/(?P<number>[^/]{1,40})/give/$", giving.give, name="give"),
    path("workshop/", technician.jobs_page, name="technician"),
    re_path(r"^workshop/(?P<number>[^/]{1,40})/$", technician.job_page, name="job"),
    re_path(r"^workshop/(?P<number>[^/]{1,40})/photos/$", technician.photos, name="job_photos"),
    re_path(r"^workshop/(?P<number>[^/]{1,40})/(?P<name>[a-z_]{1,40})/$", technician.tap, name="tap"),
    path("reception/", reception.reception, name="reception"),
    path("repair-orders/", listing.orders_page, name="orders"),
    path("repair-orders/export.<str:form>", listing.export_orders, name="export"),
    re_path(ONE + r"$", order.order_page, name="order"),
    re_path(ONE + r"steps/(?P<name>[a-z_]{1,40})/$", order.step, name="step"),
    re_path(ONE + r"photos/$", order.photos, name="photos"),
    re_path(ONE + r"papers/$", order.issue_paper, name="paper"),
]
