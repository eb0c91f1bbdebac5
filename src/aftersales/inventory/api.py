"""The stock room through the API: balances, moves, promises, shelves, reorder lines, receipts, corrections, alerts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from aftersales.catalog.models import Part
from aftersales.core.actor import Actor
from aftersales.doors.masters import (
    Given,
    Identity,
    Master,
    Short,
    Verb,
    Wanted,
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
from aftersales.inventory.choices import AdjustmentState, AlertState, LocationKind, MoveKind, ReceiptState
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
Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3)]
Line0 = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=3)]
Yuan = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Reason = Annotated[str, Field(min_length=1, max_length=200)]


def costed(shows: type[Schema], *names: str) -> Callable[[Any, Actor], Mapping[str, Any]]:
    """Return how a row is shown: what it cost is null for who may not see costs."""

    def show(row: Any, actor: Actor) -> Mapping[str, Any]:
        hidden = {} if actor.may(P.VIEW_COST, row.station_id) else dict.fromkeys(names)
        return columns(row, shows, **hidden)

    return show


# -- reading -------------------------------------------------------------------------------------------------


class StockBalanceOut(Schema):
    """What lies of a part at a shelf; quantities in the part's unit, `value` yuan net (null without the right)."""

    id: int
    station_id: int
    part_id: int
    part_number: str
    part_name: str
    location_id: int
    location_code: str
    on_hand: Decimal
    reserved: Decimal
    available: Decimal
    value: Decimal | None


class StockWanted(Wanted):
    """Of which part, where."""

    station_id: Identity | None = None
    part_id: Identity | None = None


class BalanceWanted(StockWanted):
    """Of which part, on which shelf."""

    location_id: Identity | None = None
    part_number: Annotated[str, Field(max_length=40)] | None = None


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


class StockMoveOut(Schema):
    """One movement of one part; never changed."""

    id: int
    station_id: int
    part_id: int
    source_id: int
    destination_id: int
    quantity: Decimal
    value: Decimal | None
    kind: str
    origin_kind: str
    origin_number: str
    reverses_id: int | None
    returns_id: int | None
    reason: str
    actor_name: str
    at: datetime


class MoveWanted(StockWanted):
    """Which moves."""

    kind: MoveKind | None = None
    origin_number: Annotated[str, Field(max_length=40)] | None = None


class UndoIn(Given):
    """Why the issue is undone."""

    reason: Reason


class TransferIn(Given):
    """What goes from which shelf to which."""

    station_id: Identity
    part_id: Identity
    source_id: Identity
    destination_id: Identity
    quantity: Amount
    reason: Annotated[str, Field(max_length=200)] = ""


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


class StockReservationOut(Schema):
    """A promise of stock to a document; `open_quantity` is neither consumed nor released."""

    id: int
    station_id: int
    part_id: int
    location_id: int
    quantity: Decimal
    consumed: Decimal
    released: Decimal
    open_quantity: Decimal
    consumer_kind: str
    consumer_number: str
    priority: int
    needed_at: datetime | None
    reserved_at: datetime
    actor_name: str


class ReservationWanted(StockWanted):
    """Which promises."""

    consumer_number: Annotated[str, Field(max_length=40)] | None = None


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


class LocationOut(Schema):
    """A shelf, or an edge of the station."""

    id: int
    station_id: int
    code: str
    name: str
    kind: str
    bin: str
    keeper_id: int | None
    is_active: bool
    version: int


class LocationWanted(Wanted):
    """Which shelves."""

    station_id: Identity | None = None
    kind: LocationKind | None = None
    is_active: bool | None = None


class LocationIn(Given):
    """A shelf with its named keeper (SAFE-12)."""

    station_id: Identity
    code: Annotated[str, Field(min_length=1, max_length=20)]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    bin: Annotated[str, Field(max_length=40)] = ""
    keeper_id: Identity | None = None


class LocationInUseIn(LocationIn):
    """What of a shelf is changed."""

    is_active: bool


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


class StockPolicyOut(Schema):
    """The reorder line of a part at a station, its target stock and keeper."""

    id: int
    station_id: int
    part_id: int
    reorder_point: Decimal | None
    order_up_to: Decimal | None
    keeper_id: int | None
    version: int


class StockPolicyIn(Given):
    """Line and target; setting them again replaces them."""

    station_id: Identity
    part_id: Identity
    reorder_point: Line0 | None = None
    order_up_to: Line0 | None = None
    keeper_id: Identity | None = None


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


class ReceiptLineOut(Schema):
    """One part of a receipt; `value` net yuan of the line."""

    part_id: int
    location_id: int
    quantity: Decimal
    value: Decimal | None


class ReceiptOut(Schema):
    """A goods receipt; numbered when posted."""

    id: int
    number: str
    station_id: int
    state: str
    supplier_name: str
    document_ref: str
    created_at: datetime
    posted_at: datetime | None
    posted_by_name: str
    value: Decimal | None
    lines: list[ReceiptLineOut]
    version: int


class ReceiptWanted(Wanted):
    """Which receipts."""

    station_id: Identity | None = None
    state: ReceiptState | None = None
    number: Annotated[str, Field(max_length=40)] | None = None


class ReceiptItemIn(Given):
    """One part that has arrived; without a shelf it goes to the station's first."""

    part_id: Identity
    quantity: Amount
    value: Yuan
    location_id: Identity | None = None


class ReceiptIn(Given):
    """What has arrived; `post` puts it on the shelf at once."""

    station_id: Identity
    supplier_name: Short
    document_ref: Annotated[str, Field(max_length=60)] = ""
    items: Annotated[list[ReceiptItemIn], Field(min_length=1, max_length=500)]
    post: bool = False


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


class AdjustmentOut(Schema):
    """A correction of stock; `quantity` is signed."""

    id: int
    number: str
    station_id: int
    state: str
    part_id: int
    location_id: int
    quantity: Decimal
    estimated_value: Decimal | None
    limit: Decimal
    reason: str
    proposed_by_name: str
    decided_by_name: str
    decided_at: datetime | None
    created_at: datetime
    version: int


class AdjustmentWanted(StockWanted):
    """Which corrections."""

    state: AdjustmentState | None = None


class AdjustmentIn(Given):
    """The signed difference with its reason; booked at once up to the limit."""

    station_id: Identity
    part_id: Identity
    location_id: Identity
    quantity: Annotated[Decimal, Field(max_digits=12, decimal_places=3)]
    reason: Reason
    unit_cost: Yuan | None = None


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


class StockAlertOut(Schema):
    """Available stock has fallen to its line (PART-05)."""

    id: int
    station_id: int
    part_id: int
    state: str
    available: Decimal
    reorder_point: Decimal
    proposal: str
    proposed_quantity: Decimal
    created_at: datetime
    handled_at: datetime | None
    handled_by_name: str
    handled_note: str
    version: int


class AlertWanted(StockWanted):
    """Which alerts."""

    state: AlertState | None = None


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
