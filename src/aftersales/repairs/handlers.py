"""What the visit does when its own events are published."""

from __future__ import annotations

from typing import Any

from aftersales.customers.events import CustomersMerged
from aftersales.network.queries import station_of
from aftersales.notifications.services import enqueue
from aftersales.repairs.events import VehicleReady
from aftersales.repairs.models import RepairOrder
from aftersales.standards.binding import fulfils


@fulfils("DELV-04")
def tell_customer_ready(event: VehicleReady) -> None:
    """Tell the customer that the car can be collected; once for each time it becomes ready."""
    order: Any = event.document
    station = station_of(order.station_id)
    enqueue(
        event.at,
        station_id=order.station_id,
        template="repairs.ready",
        to_customer=order.customer_id,
        document=order,
        payload={"plate": order.plate, "station": station.name, "phone": station.phone},
        dedupe_key=f"ready:{order.pk}:{order.inspection_round}",
    )


def move_orders(event: CustomersMerged) -> None:
    """Let the repair orders of a merged archive follow it; the name they were written for stays. (CustomersMerged)"""
    RepairOrder.objects.everywhere().filter(customer=event.dropped).update(customer=event.kept)
