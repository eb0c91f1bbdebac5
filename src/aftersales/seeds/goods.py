"""What the demo dealer works with: operations, parts with reviewed prices, packages, vehicle models and stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from aftersales.catalog.choices import OperationCategory, PartClass, PartHandling, PriceState
from aftersales.catalog.models import (
    GOODS_TAX,
    SERVICE_TAX,
    LabourOperation,
    LabourRate,
    PackageLine,
    Part,
    PartPrice,
    ServicePackage,
    TaxRate,
)
from aftersales.catalog.services import finding_of
from aftersales.core.actor import Actor, system_actor
from aftersales.core.quantity import Unit
from aftersales.inventory.services import ReceiptItem, open_location, receive, set_policy
from aftersales.network.models import Station
from aftersales.search.services import index_many
from aftersales.staff.models import StaffMember
from aftersales.vehicles.choices import PowerType
from aftersales.vehicles.models import VehicleModel

SINCE: Final = date(2026, 1, 1)
_C = OperationCategory

OPERATIONS: Final = (
    ("BY-001", "更换机油机滤", "Oil and filter change", _C.MAINTENANCE, "maintenance", "", "0.5"),
    ("BY-002", "更换空气滤清器", "Air filter replacement", _C.MAINTENANCE, "maintenance", "", "0.2"),
    ("BY-003", "更换空调滤清器", "Cabin filter replacement", _C.MAINTENANCE, "maintenance", "", "0.3"),
    ("BY-010", "全车检查(36项)", "Vehicle check, 36 points", _C.MAINTENANCE, "maintenance", "", "0.6"),
    ("JX-101", "更换前制动片", "Front brake pads replacement", _C.MECHANICAL, "brakes", "", "1.2"),
    ("JX-102", "更换后制动片", "Rear brake pads replacement", _C.MECHANICAL, "brakes", "", "1.0"),
    ("JX-110", "制动异响诊断", "Brake noise diagnosis", _C.DIAGNOSIS, "brakes", "", "0.5"),
    ("JX-201", "更换火花塞", "Spark plugs replacement", _C.MECHANICAL, "engine", "", "0.8"),
    ("JX-301", "四轮定位", "Wheel alignment", _C.MECHANICAL, "alignment", "", "1.0"),
    ("DQ-101", "更换蓄电池", "Battery replacement", _C.ELECTRICAL, "electrical", "", "0.4"),
    ("DQ-201", "空调系统检漏加注", "A/C leak test and refill", _C.ELECTRICAL, "air_conditioning", "", "1.5"),
    (
        "GY-101",
        "动力电池绝缘检测",
        "Traction battery insulation test",
        _C.HIGH_VOLTAGE,
        "high_voltage",
        "high_voltage",
        "1.0",
    ),
)

_P = PartClass
PARTS: Final = (
    ("LF-0W20-4L", "全合成机油 0W-20", "Synthetic oil 0W-20", Unit.LITRE, _P.COMMON, "58.00", "32.10", 160, 40),
    ("LF-OF-01", "机油滤清器", "Oil filter", Unit.PIECE, _P.COMMON, "45.00", "21.50", 60, 15),
    ("LF-AF-01", "空气滤清器", "Air filter", Unit.PIECE, _P.COMMON, "78.00", "36.00", 30, 8),
    ("LF-CF-01", "空调滤清器", "Cabin filter", Unit.PIECE, _P.SEASONAL, "96.00", "41.00", 24, 6),
    ("ZD-FP-01", "前制动片(套)", "Front brake pads, set", Unit.SET, _P.COMMON, "460.00", "248.00", 12, 4),
    ("ZD-RP-01", "后制动片(套)", "Rear brake pads, set", Unit.SET, _P.COMMON, "420.00", "221.00", 8, 3),
    ("ZD-FD-01", "前制动盘", "Front brake disc", Unit.PIECE, _P.UNCOMMON, "520.00", "285.00", 4, 2),
    ("FD-SP-01", "火花塞", "Spark plug", Unit.PIECE, _P.COMMON, "68.00", "29.90", 40, 12),
    ("DQ-BT-60", "蓄电池 60Ah", "Battery 60 Ah", Unit.PIECE, _P.SEASONAL, "680.00", "402.00", 6, 3),
    ("KT-R134", "制冷剂 R134a", "Refrigerant R134a", Unit.KILOGRAM, _P.SEASONAL, "120.00", "55.00", 20, 5),
    ("WG-WB-01", "雨刮片(对)", "Wiper blades, pair", Unit.SET, _P.SEASONAL, "128.00", "57.00", 15, 6),
    ("DG-HL-01", "前大灯总成 左", "Headlamp, left", Unit.PIECE, _P.UNCOMMON, "2380.00", "1460.00", 1, 1),
)

MODELS: Final = (
    ("明达", "M5", "M5 1.5T 豪华型", PowerType.FUEL, 10000, 6, 36, 100000),
    ("明达", "M7", "M7 2.0T 尊享型", PowerType.FUEL, 10000, 6, 36, 100000),
    ("明达", "E3", "E3 纯电 510", PowerType.ELECTRIC, 20000, 12, 96, 150000),
)

PACKAGES: Final = (
    ("TC-10K", "1万公里保养套餐", "10,000 km service", ("BY-001", "BY-010"), (("LF-0W20-4L", "4"), ("LF-OF-01", "1"))),
    ("TC-20K", "2万公里保养套餐", "20,000 km service", ("BY-001", "BY-002", "BY-003", "BY-010"),
     (("LF-0W20-4L", "4"), ("LF-OF-01", "1"), ("LF-AF-01", "1"), ("LF-CF-01", "1"))),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """The catalogue by code, and the vehicle models by name."""

    operations: Mapping[str, LabourOperation]
    parts: Mapping[str, Part]
    packages: Mapping[str, ServicePackage]
    models: Mapping[str, VehicleModel]


def build_goods(at: datetime) -> Goods:
    """Write the network's catalogue with reviewed prices; one statement a table."""
    TaxRate.objects.bulk_create(
        [
            TaxRate(code=GOODS_TAX, rate=Decimal(13), effective_from=SINCE),
            TaxRate(code=SERVICE_TAX, rate=Decimal(6), effective_from=SINCE),
        ]
    )
    operations = LabourOperation.objects.bulk_create(
        LabourOperation(
            code=code,
            name=name,
            name_en=name_en,
            category=category,
            skill=skill,
            required_certificate=certificate,
            standard_hours=Decimal(hours),
        )
        for code, name, name_en, category, skill, certificate, hours in OPERATIONS
    )
    parts = Part.objects.bulk_create(
        Part(
            number=number,
            name=name,
            name_en=name_en,
            unit=unit,
            part_class=part_class,
            handling=PartHandling.ORDINARY,
        )
        for number, name, name_en, unit, part_class, *_stock in PARTS
    )
    index_many(finding_of(part) for part in parts)
    reviewed = {
        "effective_from": SINCE,
        "state": PriceState.REVIEWED,
        "created_at": at,
        "proposed_by_name": "配件组",
        "reviewed_by_name": "财务部",
        "reviewed_at": at,
    }
    PartPrice.objects.bulk_create(
        PartPrice(part=part, gross_price=Decimal(row[5]), **reviewed) for part, row in zip(parts, PARTS, strict=True)
    )
    LabourRate.objects.bulk_create(
        [
            LabourRate(gross_per_hour=Decimal("160.00"), **reviewed),
            LabourRate(gross_per_hour=Decimal("220.00"), category=_C.HIGH_VOLTAGE, **reviewed),
            LabourRate(gross_per_hour=Decimal("120.00"), payer="warranty", **reviewed),
        ]
    )
    models = VehicleModel.objects.bulk_create(
        VehicleModel(
            brand=brand,
            series=series,
            name=name,
            power_type=power,
            interval_km=km,
            interval_months=months,
            warranty_months=warranty_months,
            warranty_km=warranty_km,
        )
        for brand, series, name, power, km, months, warranty_months, warranty_km in MODELS
    )
    by_code = {operation.code: operation for operation in operations}
    by_number = {part.number: part for part in parts}
    return Goods(
        operations=by_code,
        parts=by_number,
        packages=_packages(by_code, by_number),
        models={model.name: model for model in models},
    )


def _packages(operations: Mapping[str, LabourOperation], parts: Mapping[str, Part]) -> dict[str, ServicePackage]:
    packages = ServicePackage.objects.bulk_create(
        ServicePackage(code=code, name=name, name_en=name_en) for code, name, name_en, _labour, _parts in PACKAGES
    )
    lines = []
    for package, (_code, _name, _en, labour, goods) in zip(packages, PACKAGES, strict=True):
        wanted: list[dict[str, Any]] = [{"operation": operations[code]} for code in labour]
        wanted += [{"part": parts[number], "quantity": Decimal(quantity)} for number, quantity in goods]
        lines += [PackageLine(package=package, position=n, **line) for n, line in enumerate(wanted, start=1)]
    PackageLine.objects.bulk_create(lines)
    return {package.code: package for package in packages}


def stock_up(
    goods: Goods, at: datetime, *, station: Station, keeper: StaffMember, actor: Actor | None = None, times: int = 1
) -> None:
    """Receive opening stock of every part at a station by an ordinary goods receipt, `times` the usual quantity."""
    who = actor or system_actor("seeds")
    shelf = open_location(who, at, station=station, code="MAIN", name="配件主库", keeper=keeper)
    receive(
        who,
        at,
        station=station,
        items=[
            ReceiptItem(
                part_id=goods.parts[number].pk,
                location_id=shelf.pk,
                quantity=Decimal(quantity * times),
                value=Decimal(cost) * quantity * times,
            )
            for number, _name, _en, _unit, _class, _price, cost, quantity, _line in PARTS
        ],
        supplier_name="明达配件中心库",
        document_ref="期初入库",
    )
    for number, *_facts, quantity, line in PARTS:
        set_policy(
            who,
            at,
            station=station,
            part_id=goods.parts[number].pk,
            reorder_point=Decimal(line),
            order_up_to=Decimal(max(quantity, line + 1)),
        )
