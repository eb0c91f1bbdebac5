"""The stock room through the API: balances, moves, promises, shelves, reorder lines, receipts, corrections, alerts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ninja import Router, Schema

from aftersales.catalog.models import Part
from aftersales.core.actor import Actor
from aftersales.doors.masters import (
    Master,
    Verb,
    add_change,
    add_list,
    add_opening,
    add_reading,
    add_verbs,
    changing,
    columns,
)
from aftersales.doors.steps import add_steps, visible_row
from aftersales.inventory import services, transitions
from aftersales.inventory.models import (
    Adjustment,
    Location,
    Receipt,
    Reservation,
    StockAlert,
    StockBalance,
    StockMove,
    StockPolicy,
)
from aftersales.inventory.permissions import P
from aftersales.inventory.schemas import (
    AdjustmentIn,
    AdjustmentOut,
    AdjustmentWanted,
    AlertWanted,
    BalanceWanted,
    LocationIn,
    LocationInUseIn,
    LocationOut,
    LocationWanted,
    MoveWanted,
    ReceiptIn,
    ReceiptItemIn,
    ReceiptLineOut,
    ReceiptOut,
    ReceiptWanted,
    ReservationWanted,
    StockAlertOut,
    StockBalanceOut,
    StockMoveOut,
    StockPolicyIn,
    StockPolicyOut,
    StockReservationOut,
    StockWanted,
    TransferIn,
    UndoIn,
)
from aftersales.inventory.services import ReceiptItem
from aftersales.network.models import Station
from aftersales.staff.models import StaffMember

balance_router = Router(tags=["stock_balance"])
move_router = Router(tags=["stock_move"])
reservation_router = Router(tags=["stock_reservation"])
location_router = Router(tags=["location"])
policy_router = Router(tags=["stock_policy"])
receipt_router = Router(tags=["receipt"])
adjustment_router = Router(tags=["adjustment"])
alert_router = Router(tags=["stockalert"])


def costed(shows: type[Schema], *names: str) -> Callable[[Any, Actor], Mapping[str, Any]]:
    """Return how a row is shown: what it cost is null for who may not see costs."""

    def show(row: Any, actor: Actor) -> Mapping[str, Any]:
        hidden = {} if actor.may(P.VIEW_COST, row.station_id) else dict.fromkeys(names)
        return columns(row, shows, **hidden)

    return show


# -- reading -------------------------------------------------------------------------------------------------


def _balance(row: StockBalance, actor: Actor) -> Mapping[str, Any]:
    more: dict[str, Any] = {"part_number": row.part.number, "part_name": row.part.name}
    if not actor.may(P.VIEW_COST, row.station_id):
        more["value"] = None
    return columns(row, StockBalanceOut, location_code=row.location.code, **more)


add_list(
    balance_router,
    Master(
        name="stock_balance",
        model=StockBalance,
        right=P.VIEW,
        shows=StockBalanceOut,
        wanted=BalanceWanted,
        narrow={"part_number": "part__number"},
        fetch=lambda rows: rows.select_related("part", "location"),
        show=_balance,
    ),
)


def undo_issue(move: StockMove, actor: Actor, at: datetime, *, reason: str) -> int:
    """Undo one issue as a whole; it can be undone once."""
    return services.reverse_issue(actor, at, station=Station(pk=move.station_id), move_id=move.pk, reason=reason)


def _move_made(actor: Actor, at: datetime, **values: Any) -> StockMove:
    """Move free stock with its cost from one shelf of the station to another."""
    move_id = services.transfer(actor, at, **values)
    return StockMove.objects.at_station(values["station"].pk).get(pk=move_id)


MOVES = Master(
    name="stock_move",
    model=StockMove,
    right=P.VIEW,
    shows=StockMoveOut,
    wanted=MoveWanted,
    show=costed(StockMoveOut, "value"),
)
add_reading(move_router, MOVES)
add_opening(
    move_router,
    MOVES,
    Verb(
        name="transfer",
        service=_move_made,
        takes=TransferIn,
        rows={"station": Station, "part_id": Part, "source": Location, "destination": Location},
        status=201,
    ),
    path="/transfer",
)
add_verbs(move_router, MOVES, Verb(name="undo", service=undo_issue, takes=UndoIn))


add_list(
    reservation_router,
    Master(
        name="stock_reservation",
        model=Reservation,
        right=P.VIEW,
        shows=StockReservationOut,
        wanted=ReservationWanted,
    ),
)


# -- shelves and reorder lines -------------------------------------------------------------------------------


def change_location(location: Location, actor: Actor, at: datetime, **values: Any) -> Location:
    """Change a shelf's name, bin, keeper or whether it is in use."""
    if "keeper" in values:
        keeper = values.pop("keeper")
        values["keeper_id"] = keeper.pk if keeper else None
    return services.change_location(location, actor, at, **values)


LOCATIONS = Master(name="location", model=Location, right=P.VIEW, shows=LocationOut, wanted=LocationWanted)
add_reading(location_router, LOCATIONS)
add_opening(
    location_router,
    LOCATIONS,
    Verb(
        name="open",
        service=services.open_location,
        takes=LocationIn,
        rows={"station": Station, "keeper": StaffMember},
        status=201,
    ),
)
add_change(
    location_router,
    LOCATIONS,
    Verb(
        name="change",
        service=change_location,
        takes=changing(LocationInUseIn, leave_out=("station_id", "code")),
        rows={"keeper": StaffMember},
    ),
)


POLICIES = Master(name="stock_policy", model=StockPolicy, right=P.VIEW, shows=StockPolicyOut, wanted=StockWanted)
add_reading(policy_router, POLICIES)
add_opening(
    policy_router,
    POLICIES,
    Verb(
        name="set",
        service=services.set_policy,
        takes=StockPolicyIn,
        rows={"station": Station, "part_id": Part, "keeper": StaffMember},
    ),
)


# -- receipts ------------------------------------------------------------------------------------------------


def receive(
    actor: Actor, at: datetime, *, station: Station, items: list[ReceiptItemIn], post: bool = False, **values: Any
) -> Receipt:
    """Write down what has arrived and, if asked, post it (PART-08)."""
    for part_id in {item.part_id for item in items}:
        visible_row(Part, actor, part_id)
    lines = [ReceiptItem(**item.model_dump()) for item in items]
    take: Any = services.receive if post else transitions.draft_receipt
    made: Receipt = take(actor, at, station=station, items=lines, **values)
    return made


def _receipt(row: Receipt, actor: Actor) -> Mapping[str, Any]:
    hidden = {} if actor.may(P.VIEW_COST, row.station_id) else {"value": None}
    return columns(
        row,
        ReceiptOut,
        lines=[columns(line, ReceiptLineOut, **hidden) for line in row.lines.all()],
        **hidden,
    )


RECEIPTS = Master(
    name="receipt",
    model=Receipt,
    right=P.VIEW,
    shows=ReceiptOut,
    wanted=ReceiptWanted,
    fetch=lambda rows: rows.prefetch_related("lines"),
    show=_receipt,
    workflow=transitions.RECEIPT_WORKFLOW,
)
add_reading(receipt_router, RECEIPTS)
add_opening(
    receipt_router,
    RECEIPTS,
    Verb(name="receive", service=receive, takes=ReceiptIn, rows={"station": Station}, status=201),
)
add_steps(
    receipt_router,
    transitions.RECEIPT_WORKFLOW,
    Receipt,
    {name: getattr(transitions, name) for name in transitions.RECEIPT_WORKFLOW.by_name},
    find=RECEIPTS.find,
)


# -- corrections ---------------------------------------------------------------------------------------------


def _adjustment(row: Adjustment, actor: Actor) -> Mapping[str, Any]:
    hidden = {} if actor.may(P.VIEW_COST, row.station_id) else {"estimated_value": None}
    return columns(row, AdjustmentOut, **hidden)


ADJUSTMENTS = Master(
    name="adjustment",
    model=Adjustment,
    right=P.VIEW,
    shows=AdjustmentOut,
    wanted=AdjustmentWanted,
    key="number",
    show=_adjustment,
    workflow=transitions.ADJUSTMENT_WORKFLOW,
)
add_reading(adjustment_router, ADJUSTMENTS)
add_opening(
    adjustment_router,
    ADJUSTMENTS,
    Verb(
        name="correct",
        service=services.adjust,
        takes=AdjustmentIn,
        rows={"station": Station, "part_id": Part, "location": Location},
        status=201,
    ),
)
add_steps(
    adjustment_router,
    transitions.ADJUSTMENT_WORKFLOW,
    Adjustment,
    {name: getattr(transitions, name) for name in transitions.ADJUSTMENT_WORKFLOW.by_name},
)


# -- alerts --------------------------------------------------------------------------------------------------


ALERTS = Master(
    name="stockalert",
    model=StockAlert,
    right=P.VIEW,
    shows=StockAlertOut,
    wanted=AlertWanted,
    workflow=transitions.ALERT_WORKFLOW,
)
add_reading(alert_router, ALERTS)
add_steps(
    alert_router,
    transitions.ALERT_WORKFLOW,
    StockAlert,
    {"handle_alert": transitions.handle_alert},
    find=ALERTS.find,
)
