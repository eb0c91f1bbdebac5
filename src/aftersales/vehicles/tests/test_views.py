"""The screens of vehicles: fenced, nothing typed is lost, one page shows the whole history."""

from datetime import UTC, datetime

import pytest

from aftersales.customers import services as customer_services
from aftersales.customers.models import Customer
from aftersales.seeds.cast import Cast
from aftersales.vehicles import services
from aftersales.vehicles.models import Vehicle, VehicleModel

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
VIN = "LSVAL41Z882104202"


@pytest.fixture
def chen(cast: Cast) -> Customer:
    return customer_services.register_customer(
        cast.lin, AT, station=cast.station, name="陈小明", phones=["13812345678"]
    )


@pytest.fixture
def car(cast: Cast, chen: Customer) -> Vehicle:
    model = VehicleModel.objects.create(brand="大众", name="朗逸", interval_km=10_000, interval_months=6)
    return services.register_vehicle(
        cast.lin, AT, station=cast.station, vin=VIN, plate="沪A12345", model=model, owner=chen
    )


def test_one_page_shows_plates_persons_readings_and_what_is_odd(
    cast: Cast, client_of, car: Vehicle, django_assert_max_num_queries
) -> None:
    services.note_odometer(car, cast.lin, AT, km=35_000)
    services.note_odometer(car, cast.lin, AT, km=100, override_reason="更换仪表")
    client = client_of("lin")
    client.get(f"/vehicles/{car.number}/")
    with django_assert_max_num_queries(14):
        body = client.get(f"/vehicles/{car.number}/").content.decode()
    for text in (VIN, "陈小明", "更换仪表", "35,000"):
        assert text in body, text
    assert client_of("ma").get(f"/vehicles/{car.number}/").status_code == 404
    assert client_of("ma").get("/vehicles/V99999999/").status_code == 404


def test_the_customer_page_shows_his_vehicles(cast: Cast, client_of, car: Vehicle, chen: Customer) -> None:
    body = client_of("lin").get(f"/customers/{chen.number}/").content.decode()
    assert f"/vehicles/{car.number}/" in body


def test_the_list_shows_and_searches(cast: Cast, client_of, car: Vehicle) -> None:
    client = client_of("lin")
    assert VIN in client.get("/vehicles/").content.decode()
    assert VIN in client.get("/vehicles/", {"q": "a·123"}).content.decode()
    assert VIN not in client.get("/vehicles/", {"q": "ZZZ"}).content.decode()
    assert VIN not in client_of("ma").get("/vehicles/").content.decode()
    for text in ("\x00", "V", "V-1", "' OR 1=1--"):
        assert client.get("/vehicles/", {"before": text}).status_code == 200


def test_a_new_vehicle_from_the_owners_page(cast: Cast, client_of, chen: Customer) -> None:
    client = client_of("lin")
    assert chen.number in client.get("/vehicles/new/", {"owner": chen.number}).content.decode()
    typed = {
        "vin": "LSVAL41Z982104202",
        "plate": "沪AD12345",
        "owner": chen.number.lower(),
        "odometer_km": "１２０００",
    }
    odd = client.post("/vehicles/new/", typed)
    assert odd.status_code == 422
    assert "沪AD12345" in odd.content.decode()
    assert client.post("/vehicles/new/", typed | {"accept_oddities": "on", "owner": "C99999999"}).status_code == 422
    saved = client.post("/vehicles/new/", typed | {"accept_oddities": "on"})
    assert saved.status_code == 303
    vehicle = Vehicle.objects.at_station(cast.station.pk).get()
    assert (vehicle.plate, vehicle.odometer_km, vehicle.power_type) == ("沪AD12345", 12_000, "electric")
    assert vehicle.parties.get().customer_id == chen.pk


@pytest.mark.parametrize(
    "typed",
    [
        {"vin": "O" * 17},
        {"vin": "1"},
        {"vin": VIN, "plate": "京А12345"},
        {"vin": VIN, "odometer_km": "9" * 30},
    ],
)
def test_impossible_input_comes_back_with_a_sentence(cast: Cast, client_of, typed: dict[str, str]) -> None:
    answer = client_of("lin").post("/vehicles/new/", typed | {"colour": "珠光白"})
    assert answer.status_code == 422
    assert "珠光白" in answer.content.decode()


def test_a_stale_form_answers_409_with_the_differences(cast: Cast, client_of, car: Vehicle) -> None:
    client = client_of("lin")
    services.change_vehicle(car, cast.wu, AT, colour="红")
    typed = {"vin": VIN, "power_type": "fuel", "colour": "蓝", "version": "1"}
    stale = client.post(f"/vehicles/{car.number}/edit/", typed)
    assert stale.status_code == 409
    assert "红" in stale.content.decode()
    assert "蓝" in stale.content.decode()
    assert client.post(f"/vehicles/{car.number}/edit/", typed | {"version": "2"}).status_code == 303


def test_the_small_commands_of_the_page(cast: Cast, client_of, car: Vehicle, chen: Customer) -> None:
    client = client_of("lin")
    base = f"/vehicles/{car.number}"
    assert client.post(f"{base}/note-odometer/", {"odometer-odometer_km": "35000"}).status_code == 303
    falls = client.post(f"{base}/note-odometer/", {"odometer-odometer_km": "34000"})
    assert falls.status_code == 422
    assert "35000" in falls.content.decode().replace(",", "")
    assert client.post(f"{base}/plan-service/", {}).status_code == 303
    assert client.post(f"{base}/give-plate/", {"plate-plate": "沪B1234港"}).status_code == 422
    assert client.post(f"{base}/give-plate/", {"plate-plate": "沪B12345"}).status_code == 303
    driver = {"party-customer": chen.number, "party-role": "driver"}
    assert client.post(f"{base}/add-party/", driver).status_code == 303
    assert client.post(f"{base}/add-party/", driver).status_code == 422
    assert client.post(f"{base}/add-party/", driver | {"party-customer": "C99999999"}).status_code == 422
    party = car.parties.get(role="driver")
    assert client.post(f"{base}/parties/{party.pk}/end/").status_code == 303
    car.refresh_from_db()
    assert (car.plate, car.odometer_km, car.next_service_km) == ("沪B12345", 35_000, 45_000)
