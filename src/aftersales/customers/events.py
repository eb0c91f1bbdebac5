"""What others hear about customers."""

from __future__ import annotations

from dataclasses import dataclass

from aftersales.core.events import Event
from aftersales.customers.models import Customer


@dataclass(frozen=True, slots=True)
class CustomerChanged(Event):
    """Name, phone or address of a customer changed."""

    customer: Customer


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    """A customer withdrew a consent: whoever uses it for that purpose stops now."""

    customer: Customer
    purpose: str
    channel: str


@dataclass(frozen=True, slots=True)
class CustomersMerged(Event):
    """`dropped` was merged into `kept`: rows that point to the dropped archive follow."""

    kept: Customer
    dropped: Customer
