"""Addresses of the stock room, below /stock/."""

from django.urls import path

from aftersales.inventory.views import documents, stock

app_name = "inventory"
urlpatterns = [
    path("", stock.stock, name="stock"),
    path("part/<path:number>/reorder-line/", stock.set_policy, name="set_policy"),
    path("part/<path:number>/", stock.part, name="part"),
    path("report/", stock.report, name="report"),
    path("shelves/", stock.shelves, name="shelves"),
    path("shelves/new/", stock.open_shelf, name="open_shelf"),
    path("shelves/<int:shelf_id>/", stock.change_shelf, name="change_shelf"),
    path("receipts/", documents.receipts, name="receipts"),
    path("receipts/new/", documents.receive, name="receive"),
    path("receipts/<int:receipt_id>/", documents.receipt, name="receipt"),
    path("receipts/<int:receipt_id>/post_receipt/", documents.post_receipt, name="post_receipt"),
    path("receipts/<int:receipt_id>/cancel_receipt/", documents.cancel_receipt, name="cancel_receipt"),
    path("adjustments/", documents.adjustments, name="adjustments"),
    path("adjustments/new/", documents.adjust, name="adjust"),
    path(
        "adjustments/<str:number>/book_adjustment/",
        documents.decide_adjustment,
        {"step": "book_adjustment"},
        "book_adjustment",
    ),
    path(
        "adjustments/<str:number>/approve_adjustment/",
        documents.decide_adjustment,
        {"step": "approve_adjustment"},
        "approve_adjustment",
    ),
    path("adjustments/<str:number>/reject_adjustment/", documents.reject_adjustment, name="reject_adjustment"),
    path("transfer/", documents.transfer, name="transfer"),
    path("alerts/", documents.alerts, name="alerts"),
    path("alerts/<int:alert_id>/", documents.handle_alert, name="handle_alert"),
]
