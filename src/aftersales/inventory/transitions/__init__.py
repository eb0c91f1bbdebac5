"""The tables of the stock room's documents; each module holds one table and one small function a step."""

from aftersales.inventory.transitions.adjustments import (
    ADJUSTMENT_WORKFLOW,
    approve_adjustment,
    book_adjustment,
    propose_adjustment,
    reject_adjustment,
    within_limit,
)
from aftersales.inventory.transitions.alerts import ALERT_WORKFLOW, handle_alert, raise_alert, raise_alerts
from aftersales.inventory.transitions.receipts import (
    RECEIPT_WORKFLOW,
    ReceiptItem,
    cancel_receipt,
    draft_receipt,
    post_receipt,
)
from aftersales.inventory.transitions.reversals import reverse

__all__ = [
    "ADJUSTMENT_WORKFLOW",
    "ALERT_WORKFLOW",
    "RECEIPT_WORKFLOW",
    "ReceiptItem",
    "approve_adjustment",
    "book_adjustment",
    "cancel_receipt",
    "draft_receipt",
    "handle_alert",
    "post_receipt",
    "propose_adjustment",
    "raise_alert",
    "raise_alerts",
    "reject_adjustment",
    "reverse",
    "within_limit",
]
