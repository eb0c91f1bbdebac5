"""A dealer of many years: customers, vehicles and finished visits, and sixty cars in the house.

Rows are written straight into the tables: one row each that the models themselves prepare, multiplied by
`INSERT … SELECT generate_series`. The search index is written by `search.services.index_new` from the apps' own
term functions.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import batched
from typing import Any

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
GIVEN = ("建国", "晓明", "丽华", "志强", "秀英", "海燕", "文博", "雨桐", "子轩", "美玲", "国栋", "佳怡", "永康", "春梅")
LINES_A_VISIT = 3
OPEN_CARS = 60
NAME = (
    f"(%(surnames)s::text[])[1 + g %% {len(SURNAMES)}] || "
    f"(%(given)s::text[])[1 + (g / {len(SURNAMES)}) %% {len(GIVEN)}]"
)
_OPEN_STATES = ("received", "estimated", "dispatched", "in_progress", "completed", "ready")


def name_of(n: int) -> str:
    """Return the n-th customer's name, from seven hundred."""
    return SURNAMES[n % len(SURNAMES)] + GIVEN[(n // len(SURNAMES)) % len(GIVEN)]


def phone_of(n: int) -> str:
    return f"+86139{n:08d}"


def plate_of(n: int) -> str:
    return f"沪C{n:05d}" if n < 100_000 else f"苏E{n % 100_000:05d}"


def fill(row: Any, count: int, own: Mapping[str, str], parameters: Mapping[str, Any] | None = None) -> int:
    """Write `count` rows like `row`, some columns given as SQL over `g` (1 … count); return the id before the first."""
    from django.db import connection

    model = type(row)
    table = model._meta.db_table
    values: dict[str, Any] = dict(parameters or {})
    columns, sources = [], []
    for field in model._meta.concrete_fields:
        if field.primary_key:
            columns.append(field.column)
            sources.append("%(base)s + g")
        elif field.column in own:
            columns.append(field.column)
            sources.append(own[field.column])
        else:
            columns.append(field.column)
            sources.append(f"%({field.column})s::{field.db_type(connection)}")
            values[field.column] = field.get_db_prep_save(field.pre_save(row, add=True), connection)
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')
        base = int(cursor.fetchone()[0])
        sql = f'INSERT INTO "{table}" ({quoted}) SELECT {", ".join(sources)} FROM generate_series(1, %(count)s) g'
        cursor.execute(sql, values | {"base": base, "count": count})
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), %s)", [base + count])
    return base


def write_history(station_id: int, orders: int, at: datetime) -> dict[str, Any]:
    """Write `orders` customers, vehicles and finished visits of a station, and open ones; return what to look for."""
    from django.db import connection, transaction

    from aftersales.customers.models import Customer, CustomerPhone
    from aftersales.journal.models import JournalEntry
    from aftersales.network.models import Station
    from aftersales.repairs.models import Concern, OrderLine, RepairOrder
    from aftersales.staff.models import StaffMember
    from aftersales.vehicles.models import Party, PlateHolding, Vehicle

    station = Station.objects.get(pk=station_id)
    advisor = StaffMember.objects.at_station(station_id).get(name="林晓")
    with transaction.atomic():
        customers = fill(
            Customer(station=station, name="x", created_at=at),
            orders,
            {"number": "'C' || lpad(nextval('customers_number')::text, 8, '0')", "name": NAME},
            {"surnames": list(SURNAMES), "given": list(GIVEN)},
        )
        fill(
            CustomerPhone(number="x", is_primary=True),
            orders,
            {"customer_id": "%(customers)s + g", "number": "'+86139' || lpad(g::text, 8, '0')"},
            {"customers": customers},
        )
        plate = "(CASE WHEN g < 100000 THEN '沪C' ELSE '苏E' END) || lpad((g %% 100000)::text, 5, '0')"
        vehicles = fill(
            Vehicle(station=station, created_at=at, model_name="明达 M5", odometer_km=38_500),
            orders,
            {
                "number": "'V' || lpad(nextval('vehicles_number')::text, 8, '0')",
                "vin": "'LHGCM5671D' || lpad(g::text, 7, '0')",
                "plate": plate,
            },
        )
        fill(
            PlateHolding(station=station, plate_kind="", since_on=(at - timedelta(days=3000)).date()),
            orders,
            {"vehicle_id": "%(vehicles)s + g", "plate": plate},
            {"vehicles": vehicles},
        )
        fill(
            Party(role="owner", since_on=(at - timedelta(days=3000)).date()),
            orders,
            {"vehicle_id": "%(vehicles)s + g", "customer_id": "%(customers)s + g"},
            {"vehicles": vehicles, "customers": customers},
        )
        first = at - timedelta(minutes=30 * orders + 60)
        common = {
            "customer_id": "%(customers)s + g",
            "vehicle_id": "%(vehicles)s + g",
            "customer_name": NAME,
            "contact_phone": "'+86139' || lpad(g::text, 8, '0')",
            "plate": plate,
            "received_at": "%(first)s::timestamptz + g * interval '30 minutes'",
        }
        facts = {"customers": customers, "vehicles": vehicles, "first": first, "code": station.code}
        facts |= {"surnames": list(SURNAMES), "given": list(GIVEN)}
        visit = RepairOrder(
            station=station, created_at=at, advisor=advisor, model_name="明达 M5", odometer_km=38_500, received_at=at
        )
        visit.state, visit.payment_state, visit.received_by = "archived", "paid", "本人"
        done = common | {
            # Numbers of the years before, so that the series of this year begins at one.
            "number": "%(code)s || '-RO' || lpad((9 + g / 20000)::text, 2, '0')"
            " || '-' || lpad((g %% 20000)::text, 5, '0')",
            **dict.fromkeys(
                ("released_at", "settled_at", "archived_at", "completed_at", "ready_at", "work_started_at"),
                "%(first)s::timestamptz + g * interval '30 minutes' + interval '4 hours'",
            ),
        }
        made = fill(visit, orders, done, facts)
        _lines(OrderLine, made, orders)
        fill(
            Concern(position=1, customer_words="刹车的时候前面有吱吱的响声", coverage="outside"),
            orders,
            {"order_id": "%(made)s + g"},
            {"made": made},
        )
        fill(
            JournalEntry(
                station=station,
                subject_kind="repairs.repairorder",
                step="check_in",
                actor_name="林晓",
                actor_role="service_advisor",
                at=at,
            ),
            orders,
            {"subject_id": "%(made)s + g"},
            {"made": made},
        )
        visit.state, visit.payment_state, visit.received_by = "received", "unsettled", ""
        opened = fill(
            visit,
            OPEN_CARS,
            common
            | {
                "number": "%(code)s || '-RO99-' || lpad(g::text, 5, '0')",
                "state": f"(ARRAY{list(_OPEN_STATES)!r})[1 + g %% {len(_OPEN_STATES)}]",
                "promised_at": "%(now)s::timestamptz + g * interval '7 minutes'",
                "received_at": "%(now)s::timestamptz - g * interval '5 minutes'",
            },
            facts | {"now": at},
        )
        _lines(OrderLine, opened, OPEN_CARS)
        with terms_without_indexes():
            for findings in batched(
                _findings(station_id, station.code, customers, vehicles, made, orders), 20_000, strict=False
            ):
                _index(findings)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    middle = orders // 2
    return {
        "orders": orders,
        "search": {
            "plate piece": f"{middle:05d}"[:4],
            "whole plate": plate_of(middle),
            "VIN, last six": f"LHGCM5671D{middle:07d}"[-6:],
            "phone, last four": phone_of(middle)[-4:],
            "name, Chinese": name_of(middle),
            "name, pinyin": "wangjianguo",
            "name, initials": "wjg",
            "order number": order_number(station.code, middle),
        },
        "order": order_number(station.code, middle),
        "first_order_id": made,
    }


def order_number(code: str, g: int) -> str:
    """Return the number of the g-th finished visit."""
    return f"{code}-RO{9 + g // 20_000:02d}-{g % 20_000:05d}"


def _lines(model: Any, made: int, orders: int) -> None:
    line = model(kind="record", text="更换前制动片", code="JX-110", consent="agreed", work_state="finished")
    line.net, line.tax, line.gross = Decimal("265.49"), Decimal("34.51"), Decimal("300.00")
    line.unit_price = line.gross
    fill(
        line,
        orders * LINES_A_VISIT,
        {"order_id": f"%(made)s + 1 + (g - 1) / {LINES_A_VISIT}", "position": f"1 + (g - 1) %% {LINES_A_VISIT}"},
        {"made": made},
    )


def _findings(station_id: int, code: str, customers: int, vehicles: int, made: int, orders: int) -> Iterator[Any]:
    from aftersales.customers.bulk import copied
    from aftersales.customers.drafts import finding as customer_finding
    from aftersales.customers.models import Customer
    from aftersales.repairs.models import RepairOrder
    from aftersales.repairs.services.intake import order_finding
    from aftersales.vehicles.drafts import finding as vehicle_finding
    from aftersales.vehicles.models import Vehicle

    numbers = dict(Customer.objects.everywhere().filter(pk__gt=customers).values_list("pk", "number"))
    person, car, visit = Customer(station_id=station_id), Vehicle(station_id=station_id), RepairOrder()
    for n in range(1, orders + 1):
        customer = copied(person, {"id": customers + n, "name": name_of(n), "number": numbers[customers + n]})
        yield customer_finding(customer, [phone_of(n)])
    numbers = dict(Vehicle.objects.everywhere().filter(pk__gt=vehicles).values_list("pk", "number"))
    for n in range(1, orders + 1):
        vin = f"LHGCM5671D{n:07d}"
        known = {"id": vehicles + n, "plate": plate_of(n), "vin": vin, "number": numbers[vehicles + n]}
        yield vehicle_finding(copied(car, known), name_of(n))
    for n in range(1, orders + 1):
        facts = {"id": made + n, "station_id": station_id, "number": order_number(code, n)}
        yield order_finding(copied(visit, facts | {"plate": plate_of(n), "customer_name": name_of(n)}))


@contextmanager
def terms_without_indexes() -> Iterator[None]:
    """Take the indexes of the search terms away and build them again at the end: millions of terms at a third of the
    time. Garbage is not looked for meanwhile, either: all that is made lives."""
    from django.db import connection

    table = "search_searchterm"
    gc.disable()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass "
                "AND contype = 'p'",
                [table],
            )
            name, definition = cursor.fetchone()
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table])
            others = cursor.fetchall()
            for other, _statement in others:
                cursor.execute(f'DROP INDEX "{other}"')
            yield
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
            for _other, statement in others:
                cursor.execute(statement)
    finally:
        gc.enable()


def _index(findings: Any) -> None:
    from aftersales.search.services import index_new

    index_new(findings)
