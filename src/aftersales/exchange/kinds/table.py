"""The kinds of file this program reads: one readable table."""

from __future__ import annotations

from aftersales.catalog.permissions import P as CatalogRight
from aftersales.customers.permissions import P as CustomerRight
from aftersales.exchange.choices import ImportKind
from aftersales.exchange.columns import CUSTOMERS_VEHICLES, HISTORY, OPENING_STOCK, OPERATIONS, PARTS
from aftersales.exchange.kinds import customers_vehicles, history, masters
from aftersales.exchange.kinds.base import Kind
from aftersales.inventory.permissions import P as StockRight
from aftersales.repairs.permissions import P as RepairRight

KINDS = (
    Kind(
        ImportKind.CUSTOMERS_VEHICLES, CUSTOMERS_VEHICLES, CustomerRight.REGISTER, customers_vehicles.prepare,
        customers_vehicles.write, batch=2500, sheet_name="客户与车辆",
    ),
    Kind(
        ImportKind.PARTS, PARTS, CatalogRight.MAINTAIN_PARTS, masters.prepare_parts, masters.write_parts, batch=2500,
        is_network=True, sheet_name="配件",
    ),
    Kind(
        ImportKind.OPERATIONS, OPERATIONS, CatalogRight.MAINTAIN_OPERATIONS, masters.prepare_operations,
        masters.write_operations, batch=2500, is_network=True, sheet_name="作业项目",
    ),
    Kind(
        ImportKind.OPENING_STOCK, OPENING_STOCK, StockRight.RECEIVE, masters.prepare_opening_stock,
        masters.write_opening_stock, batch=2500, sheet_name="期初库存",
    ),
    Kind(
        ImportKind.HISTORY, HISTORY, RepairRight.IMPORT_HISTORY, history.prepare, history.write, batch=500,
        sheet_name="历史工单",
    ),
)  # fmt: skip
_BY_NAME = {str(kind.name): kind for kind in KINDS}


def kind_named(name: str) -> Kind:
    """Return the kind; KeyError for one that is none."""
    return _BY_NAME[name]
