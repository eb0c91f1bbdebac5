"""Vehicles: one VIN, one plate at a time, an odometer that does not fall."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from aftersales.core.errors import Forbidden, InputRefused, NotVisible
from aftersales.customers import services as customer_services
from aftersales.customers.merging import merge_customers
from aftersales.customers.models import Customer
from aftersales.journal.queries import entries_of
from aftersales.search.queries import find
from aftersales.search.reindex import reindex_all
from aftersales.search.services import forget
from aftersales.seeds.cast import Cast
from aftersales.vehicles import imports, panels, services
from aftersales.vehicles.models import PlateHolding, Vehicle, VehicleModel
from aftersales.vehicles.permissions import P
from aftersales.vehicles.queries import archive_form, archive_gaps, services_due, vehicle_known, vehicles_of
from aftersales.vehicles.visitors import register_visitors

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
VIN = "LSVAL41Z882104202"
OTHER_VIN = "1M8GDM9AXKP042788"


@pytest.fixture
def model(db: None) -> VehicleModel:
    return VehicleModel.objects.create(
        brand="大众", series="朗逸", name="1.5L 自动", interval_km=10_000, interval_months=6
    )


@pytest.fixture
def chen(cast: Cast) -> Customer:
    return customer_services.register_customer(
        cast.lin, AT, station=cast.station, name="陈小明", phones=["13812345678"]
    )


@pytest.fixture
def car(cast: Cast, chen: Customer, model: VehicleModel) -> Vehicle:
    return services.register_vehicle(
        cast.lin, AT, station=cast.station, vin=VIN, plate="沪A·12345", model=model, owner=chen, colour="白"
    )


def test_a_vehicle_is_found_by_every_piece_of_its_plate_and_the_end_of_its_vin(cast: Cast, car: Vehicle) -> None:
    for text in (
        "沪A12345",
        "沪a·123",
        "2345",
        "Ａ１２３４５",
        "345\u200b",
        VIN.lower(),
        "104202",
        "82104202",
        car.number,
        "沪A 345",
    ):
        assert [hit.object_id for hit in find(cast.lin, text, kinds=["vehicle"])] == [car.pk], text
    assert find(cast.ma, "沪A12345") == []
    assert find(cast.lin, "%") == []
    assert find(cast.lin, "沪A 99") == []


def test_IS_02_the_vehicle_is_created_searched_and_updated_with_its_owner(
    cast: Cast, car: Vehicle, chen: Customer
) -> None:
    assert (car.plate, car.built_year, car.model_name) == ("沪A12345", 2008, "大众 朗逸 1.5L 自动")
    changed = services.change_vehicle(car, cast.lin, AT, colour="黑")
    assert entries_of(changed)[0].changes["colour"] == ["白", "黑"]
    assert [party.vehicle_id for party in vehicles_of(chen)] == [car.pk]
    assert vehicle_known(cast.lin, cast.station.pk, plate="沪A 12345") == car
    with pytest.raises(NotVisible):
        Vehicle.objects.get_visible(cast.ma, P.VIEW, number=car.number)


def test_one_vin_is_one_vehicle_a_station(cast: Cast, car: Vehicle) -> None:
    with pytest.raises(InputRefused) as refusal:
        services.register_vehicle(cast.lin, AT, station=cast.station, vin=VIN.lower())
    assert refusal.value.code == "vin_taken"
    elsewhere = services.register_vehicle(cast.ma, AT, station=cast.other_station, vin=VIN, plate="沪A12345")
    assert elsewhere.pk != car.pk


def test_an_odd_vin_is_kept_only_when_somebody_confirms_it(cast: Cast) -> None:
    with pytest.raises(InputRefused) as refusal:
        services.register_vehicle(cast.lin, AT, station=cast.station, vin="LSVAL41Z982104202")
    assert refusal.value.code == "vin_odd"
    kept = services.register_vehicle(cast.lin, AT, station=cast.station, vin="LSVAL41Z982104202", accept_oddities=True)
    assert kept.oddities == ["vin_check_digit"]
    assert entries_of(kept)[0].changes["oddities"] == ["vin_check_digit"]


def test_a_vehicle_without_vin_is_only_imported_history(cast: Cast) -> None:
    with pytest.raises(InputRefused):
        services.register_vehicle(cast.lin, AT, station=cast.station, plate="沪A12345")
    old = services.register_vehicle(cast.lin, AT, station=cast.station, plate="沪A12345", is_imported_history=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vehicle.objects.everywhere().filter(pk=old.pk).update(is_imported_history=False)


def test_a_plate_moves_to_another_vehicle_on_the_same_day(cast: Cast, car: Vehicle) -> None:
    second = services.register_vehicle(cast.lin, AT, station=cast.station, vin=OTHER_VIN)
    moved = services.give_plate(second, cast.lin, AT, plate="沪A12345")
    car.refresh_from_db()
    assert (moved.plate, car.plate) == ("沪A12345", "")
    assert entries_of(car)[0].step == "plate_taken"
    live = PlateHolding.objects.at_station(cast.station.pk).filter(plate="沪A12345", until_on=None)
    assert [holding.vehicle_id for holding in live] == [second.pk]
    back = services.give_plate(car, cast.lin, AT, plate="沪A12345")
    assert back.plate == "沪A12345"
    with pytest.raises(IntegrityError), transaction.atomic():
        PlateHolding.objects.create(
            station=cast.station, vehicle=second, plate="沪A12345", plate_kind="civil", since_on=date(2026, 11, 2)
        )


def test_a_new_plate_ends_the_former_one(cast: Cast, car: Vehicle) -> None:
    later = AT + timedelta(days=3)
    services.give_plate(car, cast.lin, later, plate="沪AD12345")
    assert [(row.plate, row.until_on) for row in car.plates.order_by("pk")] == [
        ("沪A12345", date(2026, 11, 5)),
        ("沪AD12345", None),
    ]
    with pytest.raises(InputRefused):
        services.give_plate(car, cast.lin, later, plate="京А12345")


def test_SVC_04_the_odometer_must_not_fall(cast: Cast, car: Vehicle) -> None:
    services.note_odometer(car, cast.lin, AT, km=35_000)
    with pytest.raises(InputRefused) as refusal:
        services.note_odometer(car, cast.lin, AT, km=34_999)
    assert refusal.value.code == "odometer_falls"
    kept = services.note_odometer(car, cast.lin, AT, km=120, override_reason="更换仪表")
    car.refresh_from_db()
    assert (kept.is_anomaly, kept.reason, car.odometer_km) == (True, "更换仪表", 120)
    for km in (-1, 3_000_001, 2**63, 2**70):
        with pytest.raises(InputRefused):
            services.note_odometer(car, cast.lin, AT, km=km)
    with pytest.raises(Forbidden):
        services.note_odometer(car, cast.zhao, AT, km=1, override_reason="trust me")


def test_SVC_04_the_next_service_is_computed_from_the_interval(cast: Cast, car: Vehicle) -> None:
    services.note_odometer(car, cast.lin, AT, km=35_000)
    planned = services.plan_next_service(Vehicle.objects.everywhere().get(pk=car.pk), cast.lin, AT)
    assert (planned.next_service_on, planned.next_service_km) == (date(2027, 5, 2), 45_000)
    assert list(services_due(cast.lin, date(2027, 5, 1))) == []
    assert list(services_due(cast.lin, date(2027, 5, 2))) == [planned]
    assert list(services_due(cast.ma, date(2027, 5, 2))) == []
    bare = services.register_vehicle(cast.lin, AT, station=cast.station, vin=OTHER_VIN)
    with pytest.raises(InputRefused) as refusal:
        services.plan_next_service(bare, cast.lin, AT)
    assert refusal.value.clause == "SVC-04"


def test_CRM_02_the_archive_form_names_what_the_vehicle_lacks(cast: Cast, car: Vehicle, chen: Customer) -> None:
    assert {gap.field for gap in archive_gaps(cast.lin, chen)} == {
        "address", "visited_on", "services_wished", "next_service",
    }  # fmt: skip
    services.plan_next_service(car, cast.lin, AT)
    chen = customer_services.change_customer(
        chen, cast.lin, AT, address="世纪大道1号", services_wished="上门取车", visited_on=date(2026, 11, 2)
    )
    assert [gap.field for gap in archive_gaps(cast.lin, chen)] == ["work_items"]
    visit = panels.PastVisit(car.pk, "SH01-RO26-00001", date(2026, 11, 2), "更换机油", 35_000, None)
    panels.register_history(lambda actor, vehicle_ids: [visit] if car.pk in vehicle_ids else [])
    try:
        form = archive_form(cast.lin, chen)
        assert form.is_complete
        assert list(form.visits) == [visit]
    finally:
        panels.register_history(None)


def test_owners_follow_each_other_and_strangers_stay_outside(cast: Cast, car: Vehicle) -> None:
    buyer = customer_services.register_customer(cast.lin, AT, station=cast.station, name="王伟")
    services.add_party(car, cast.lin, AT + timedelta(days=1), customer=buyer, role="owner")
    owners = car.parties.filter(role="owner").order_by("pk")
    assert [party.until_on for party in owners] == [date(2026, 11, 3), None]
    foreign = customer_services.register_customer(cast.ma, AT, station=cast.other_station, name="外人")
    with pytest.raises(NotVisible):
        services.add_party(car, cast.lin, AT, customer=foreign, role="driver")
    driver = services.add_party(car, cast.lin, AT, customer=buyer, role="driver")
    services.end_party(car, cast.lin, AT, party_id=driver.pk)
    assert not car.parties.filter(role="driver", until_on=None).exists()


def test_visitors_are_written_together_in_few_statements(cast: Cast) -> None:
    customer = {"name": "单雄信", "phones": ["13700000001", "021-62334455"]}
    with CaptureQueriesContext(connection) as statements:
        visitors = register_visitors(
            cast.lin, AT, station=cast.station, customer=customer, vehicle={"vin": VIN, "plate": "沪AD12345"}
        )
    assert len(statements) <= 8 + 2  # the savepoint of a test takes the place of BEGIN and COMMIT
    assert visitors.vehicle.power_type == "electric"
    assert visitors.vehicle.plates.get().plate == "沪AD12345"
    assert visitors.vehicle.parties.get().customer == visitors.customer
    assert {hit.kind.name for hit in find(cast.lin, "沪AD12345")} == {"vehicle"}
    assert [hit.object_id for hit in find(cast.lin, "sxx")] == [visitors.customer.pk]
    assert [entry.step for entry in entries_of(visitors.customer)] == ["registered"]
    with pytest.raises(InputRefused) as refusal:
        register_visitors(cast.lin, AT, station=cast.station, customer=customer, vehicle={"vin": VIN})
    assert refusal.value.code == "vin_taken"
    taken = register_visitors(
        cast.lin, AT, station=cast.station, customer=visitors.customer, vehicle={"vin": OTHER_VIN, "plate": "沪AD12345"}
    )
    visitors.vehicle.refresh_from_db()
    assert (taken.vehicle.plate, visitors.vehicle.plate) == ("沪AD12345", "")
    with pytest.raises(Forbidden):
        register_visitors(
            cast.ma,
            AT,
            station=cast.station,
            customer=customer,
            vehicle={"vin": "LSVAL41Z982104203", "accept_oddities": True},
        )


def test_an_import_writes_every_vehicle_once(cast: Cast, chen: Customer) -> None:
    sheet = [
        {"vin": VIN, "plate": "沪A12345", "odometer_km": 35_000, "owner_name": "陈小明", "owner_phone": "13812345678"},
        {"vin": OTHER_VIN, "plate": "nonsense", "odometer_km": 9_999_999},
        {"vin": VIN.lower(), "plate": "沪A12346"},
        {"vin": "", "plate": "沪B12345", "model_name": "老捷达"},
        {"vin": "", "plate": ""},
    ]
    plan = imports.plan_rows(sheet, on=date(2026, 11, 2))
    assert [row.row for row in plan.rows] == [1, 2, 4]
    assert {(odd.row, odd.field, odd.is_refused) for odd in plan.oddities} == {
        (2, "plate", False), (2, "odometer_km", False), (3, "vin", True), (5, "vin", True),
    }  # fmt: skip
    assert imports.write_rows(cast.lin, AT, cast.station, plan.rows).created == 3
    assert imports.write_rows(cast.lin, AT, cast.station, plan.rows).created == 0
    imported = Vehicle.objects.at_station(cast.station.pk).get(vin=VIN)
    assert (imported.plate, imported.odometer_km) == ("沪A12345", 35_000)
    assert imported.parties.get().customer == chen
    assert [hit.title for hit in find(cast.lin, "沪B123")] == ["沪B·12345"]


def test_the_index_is_rebuilt_from_the_documents(cast: Cast, car: Vehicle, chen: Customer) -> None:
    forget("vehicle", [car.pk])
    forget("customer", [chen.pk])
    assert find(cast.lin, "陈小明") == []
    told: list[tuple[str, int]] = []
    assert reindex_all(lambda kind, done: told.append((kind, done))) >= 2
    assert {("customer", 1), ("vehicle", 1)} <= set(told)
    assert [hit.object_id for hit in find(cast.lin, "cxm")] == [chen.pk]
    assert [hit.subtitle for hit in find(cast.lin, "沪A12345")] == [f"{car.model_name} · 陈小明 · {VIN}"]


def test_IS_02_merging_customers_takes_their_vehicles_along(cast: Cast, car: Vehicle, chen: Customer) -> None:
    twin = customer_services.register_customer(cast.lin, AT, station=cast.station, name="陈小明")
    merge_customers(twin, cast.wu, AT, dropped=chen, reason="同一人")
    assert [party.vehicle_id for party in vehicles_of(twin)] == [car.pk]
    assert vehicles_of(chen) == []
