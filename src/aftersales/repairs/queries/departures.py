"""Which clauses a superior has waived on an order."""

from __future__ import annotations

from django.db import models

from aftersales.repairs.models import RepairOrder


def departures_of(document: models.Model) -> frozenset[str]:
    """Return the clauses a superior has authorised a departure from on this document."""
    if not isinstance(document, RepairOrder):
        return frozenset()
    return frozenset(departure.clause for departure in document.all_departures())
