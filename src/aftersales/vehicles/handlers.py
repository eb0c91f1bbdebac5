"""What vehicles do when something happens below."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from aftersales.customers.events import CustomersMerged
from aftersales.vehicles.models import Party


def move_parties(event: CustomersMerged) -> None:
    """Hang the dropped archive's vehicles on the kept one; a role both have is ended on the dropped side.
    (CustomersMerged)"""
    twin = Party.objects.filter(
        customer=event.kept, vehicle=OuterRef("vehicle"), role=OuterRef("role"), until_on__isnull=True
    )
    mine = Party.objects.filter(customer=event.dropped)
    mine.filter(Exists(twin), until_on__isnull=True).delete()
    mine.update(customer=event.kept)
