"""Commands of the stock room: promise, issue, return, receive, correct, move; shelves and reorder lines.

Each is one command inside the caller's transaction, bulk for several parts, with sorted locks and few statements.
"""

from aftersales.inventory.ledger import Consumer, consumer_of
from aftersales.inventory.reservations import (
    Promise,
    Want,
    release,
    reserve,
    take_over,
    transfer_reservations,
)
from aftersales.inventory.services.issues import Issued, IssueLine, Returned, ReturnLine, issue, return_parts
from aftersales.inventory.services.masters import change_location, open_location, set_policy
from aftersales.inventory.services.movements import adjust, receive, reverse_issue, transfer
from aftersales.inventory.transitions import ReceiptItem

__all__ = [
    "Consumer",
    "IssueLine",
    "Issued",
    "Promise",
    "ReceiptItem",
    "ReturnLine",
    "Returned",
    "Want",
    "adjust",
    "change_location",
    "consumer_of",
    "issue",
    "open_location",
    "receive",
    "release",
    "reserve",
    "return_parts",
    "reverse_issue",
    "set_policy",
    "take_over",
    "transfer",
    "transfer_reservations",
]
