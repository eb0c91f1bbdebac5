"""The papers of the visit, from the receiving form to the customer's archive. Importing this registers them."""

from aftersales.repairs.printouts.counter import estimate, receiving_form
from aftersales.repairs.printouts.delivery import customer_archive, delivery_note
from aftersales.repairs.printouts.workshop import inspection_record, repair_order

__all__ = [
    "customer_archive",
    "delivery_note",
    "estimate",
    "inspection_record",
    "receiving_form",
    "repair_order",
]
