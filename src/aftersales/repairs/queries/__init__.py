"""Reads of the visit: rows for the screens, one module a screen."""

from aftersales.repairs.queries.departures import departures_of
from aftersales.repairs.queries.history import DeclinedWork, PastVisitRow, declined_work, history_of, open_order_of

__all__ = ["DeclinedWork", "PastVisitRow", "declined_work", "departures_of", "history_of", "open_order_of"]
