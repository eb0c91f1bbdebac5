"""Stock by location: moves, balances, reservations, receipts, adjustments, reorder lines and alerts.

Owns what lies where and what it cost. Does not own parts and prices (catalog), orders (repairs) or purchasing.
Documents: Receipt (drafted → posted → cancelled), Adjustment (proposed → approved | rejected),
StockAlert (open → handled).
"""
