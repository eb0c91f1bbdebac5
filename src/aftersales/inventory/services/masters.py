"""Masters of the stock room: shelves with their keepers, reorder lines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused
from aftersales.core.records import change, register, require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.inventory import ledger
from aftersales.inventory.amounts import quantity_in_range
from aftersales.inventory.choices import LocationKind
from aftersales.inventory.models import Location, StockPolicy
from aftersales.inventory.permissions import P
from aftersales.inventory.transitions import raise_alerts
from aftersales.standards.binding import fulfils


def _plain_text(raw: str, field: str, limit: int) -> str:
    text = raw.strip()
    if not text or len(text) > limit or not text.isprintable():
        sentence = _("Enter at most %(limit)s readable characters.") % {"limit": limit}
        raise InputRefused(sentence, code="text_refused", fields={field: sentence})
    return text


def open_location(
    actor: Actor, at: datetime, *, station: Any, code: str, name: str, bin: str = "", keeper: Any = None
) -> Location:
    """Open a shelf at a station, with its keeper (SAFE-12)."""
    code = _plain_text(code, "code", 20).upper()
    if Location.objects.at_station(station.pk).filter(code=code).exists():
        sentence = _("This code is already taken at this station.")
        raise InputRefused(sentence, code="code_taken", fields={"code": sentence})
    shelf = Location(
        station=station,
        code=code,
        name=_plain_text(name, "name", 80),
        kind=LocationKind.STORAGE,
        bin=bin,
        keeper=keeper,
    )
    return register(shelf, actor, at, right=P.MAINTAIN_LOCATIONS)


def change_location(location: Location, actor: Actor, at: datetime, **values: Any) -> Location:
    """Change a shelf's name, bin, keeper or whether it is in use."""
    return change(location, actor, at, right=P.MAINTAIN_LOCATIONS, **values)


@fulfils("SAFE-12", "PART-05")
def set_policy(
    actor: Actor,
    at: datetime,
    *,
    station: Any,
    part_id: int,
    reorder_point: Decimal | None = None,
    order_up_to: Decimal | None = None,
    keeper: Any = None,
) -> StockPolicy:
    """Set the reorder line, the target stock and the named keeper of a part at a station."""
    for name, value in (("reorder_point", reorder_point), ("order_up_to", order_up_to)):
        if value is not None and value != 0:
            quantity_in_range(value, name)
    if order_up_to is not None and (reorder_point is None or order_up_to <= reorder_point):
        sentence = _("The target stock lies above the reorder line.")
        raise InputRefused(sentence, code="target_below_line", fields={"order_up_to": sentence})
    values: dict[str, Any] = {
        "reorder_point": reorder_point,
        "order_up_to": order_up_to,
        "keeper_id": keeper.pk if keeper else None,
    }

    def command() -> StockPolicy:
        require_right(actor, P.SET_POLICY, station.pk)
        policy = StockPolicy.objects.at_station(station.pk).filter(part_id=part_id).first()
        if policy is None:
            policy = register(StockPolicy(station=station, part_id=part_id, **values), actor, at, right=P.SET_POLICY)
        else:
            policy = change(policy, actor, at, right=P.SET_POLICY, **values)
        # A line set above what lies there is reached at this moment.
        raise_alerts(station.pk, ledger.fallen_to_line(ledger.lock_shelves(station.pk, [part_id])), at)
        return policy

    return run_in_transaction(command)
