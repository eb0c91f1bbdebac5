"""Writes on the network's table of vehicle models (SVC-04): kept by whoever holds the right at any station."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from aftersales.core import records
from aftersales.core.actor import Actor
from aftersales.network.validity import refuse_invalid, taken
from aftersales.standards.binding import fulfils
from aftersales.vehicles.models import VehicleModel
from aftersales.vehicles.permissions import P


def _for_network(actor: Actor) -> Actor:
    """Return the actor with the right, held at any station, counting for the table, which belongs to no station."""
    if not actor.may_anywhere(P.MODEL):
        return actor
    return replace(actor, network_rights=actor.network_rights | {P.MODEL})


@fulfils("SVC-04")
def register_model(actor: Actor, at: datetime, *, brand: str, name: str, **values: Any) -> VehicleModel:
    """Enter a model with interval (months, km) and warranty. Raises InputRefused naming the fields, Forbidden."""
    model = VehicleModel(brand=brand.strip(), name=name.strip(), **values)
    records.require_right(_for_network(actor), P.MODEL, None)
    refuse_invalid(model)
    try:
        return records.register(model, _for_network(actor), at, right=P.MODEL)
    except IntegrityError as error:
        raise taken(error) from None


@fulfils("SVC-04")
def change_model(model: VehicleModel, actor: Actor, at: datetime, **values: Any) -> VehicleModel:
    """Change a model's names, interval, warranty or whether it is in use; the journal keeps what stood there."""
    records.require_right(_for_network(actor), P.MODEL, None)
    for name, value in values.items():
        setattr(model, name, value)
    refuse_invalid(model)
    try:
        return records.change(model, _for_network(actor), at, right=P.MODEL, **values)
    except IntegrityError as error:
        raise taken(error) from None
