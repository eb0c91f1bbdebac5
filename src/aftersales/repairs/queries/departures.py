"""Which clauses a superior has waived on an order."""

from __future__ import annotations

from django.db import models

from aftersales.repairs.models import Departure, RepairOrder


def departures_of(document: models.Model) -> frozenset[str]:
    """Return the clauses a superior has authorised a departure from on this document."""
    if not isinstance(document, RepairOrder):
        return frozenset()
    if "_departures" not in document.__dict__:
        document._departures = list(Departure.objects.filter(order=document))
    return frozenset(departure.clause for departure in document._departures)
