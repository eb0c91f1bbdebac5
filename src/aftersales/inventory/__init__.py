"""The stock ledger: typed locations, append-only moves, balances, reservations, moving-average cost."""
