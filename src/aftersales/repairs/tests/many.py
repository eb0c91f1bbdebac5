"""A full house for counting statements: copies of one order with its lines, each with a car of its own."""

from __future__ import annotations

from aftersales.repairs.models import Concern, OrderLine, RepairOrder
from aftersales.vehicles.models import Vehicle


def fill_the_house(order: RepairOrder, count: int, *, first: int = 0) -> list[RepairOrder]:
    """Return `count` copies of an order in its present state, numbered from `first`."""
    lines = list(OrderLine.objects.filter(order=order))
    concerns = list(Concern.objects.filter(order=order))
    copies = []
    for number in range(first, first + count):
        car = Vehicle.objects.everywhere().get(pk=order.vehicle_id)
        car.pk, car.number, car.vin = None, f"T{number:06d}", f"LSVAM4187C2{number:06d}"
        car.save(force_insert=True)
        copy = RepairOrder.objects.everywhere().get(pk=order.pk)
        copy.pk, copy.number, copy.vehicle, copy.plate = None, f"{order.number}-{number}", car, f"沪C{number:05d}"
        copy.save(force_insert=True)
        for concern in concerns:
            concern.pk, concern.order = None, copy
            concern.save(force_insert=True)
        for line in lines:
            line.pk, line.order, line.concern, line.job = None, copy, concerns[0] if concerns else None, None
            line.save(force_insert=True)
        copies.append(copy)
    return copies
