"""What the API of inventory takes and shows: the shapes, apart from what is done with them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field

from aftersales.doors.masters import (
    Given,
    Identity,
    Short,
    Wanted,
)
from aftersales.inventory.choices import AdjustmentState, AlertState, LocationKind, MoveKind, ReceiptState

Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3)]
Line0 = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=3)]
Yuan = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Reason = Annotated[str, Field(min_length=1, max_length=200)]


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
