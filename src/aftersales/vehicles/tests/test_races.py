"""Two clerks at once: one plate, one VIN, one odometer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from aftersales.core.errors import Refusal
from aftersales.seeds.cast import Cast, build_cast
from aftersales.vehicles import services
from aftersales.vehicles.models import PlateHolding, Vehicle
from aftersales.vehicles.vins import check_digit

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
RACERS = 8


def _vin(serial: int) -> str:
    bare = f"LSVAL41Z08210{serial:04d}"
    return bare[:8] + check_digit(bare) + bare[9:]


def _race(commands: list[Callable[[], object]]) -> list[object]:
    """Run the commands at the same moment; return results, refusals included."""
    barrier = Barrier(len(commands))

    def run(command: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return command()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(run, commands))


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return build_cast(AT)


def test_C4_racing_for_one_plate_leaves_it_on_one_vehicle(people: Cast) -> None:
    cars = [services.register_vehicle(people.lin, AT, station=people.station, vin=_vin(n)) for n in range(RACERS)]
    results = _race([lambda car=car: services.give_plate(car, people.lin, AT, plate="沪A12345") for car in cars])
    live = PlateHolding.objects.at_station(people.station.pk).filter(plate="沪A12345", until_on=None)
    carriers = Vehicle.objects.at_station(people.station.pk).filter(plate="沪A12345")
    assert [holding.vehicle_id for holding in live] == [car.pk for car in carriers]
    assert len(live) == 1
    assert any(isinstance(result, Vehicle) for result in results)


def test_racing_for_one_vin_enters_one_vehicle(people: Cast) -> None:
    results = _race(
        [lambda: services.register_vehicle(people.lin, AT, station=people.station, vin=_vin(1)) for _ in range(RACERS)]
    )
    assert sum(isinstance(result, Vehicle) for result in results) == 1
    assert Vehicle.objects.at_station(people.station.pk).count() == 1


def test_racing_readings_never_leave_the_odometer_lower(people: Cast) -> None:
    car = services.register_vehicle(people.lin, AT, station=people.station, vin=_vin(1))
    readings = [1000 + 10 * n for n in range(RACERS)]
    _race([lambda km=km: services.note_odometer(car, people.lin, AT, km=km) for km in readings])
    car.refresh_from_db()
    kept = list(car.readings.order_by("pk").values_list("km", flat=True))
    assert car.odometer_km == max(readings)
    assert max(kept) == max(readings)
    assert not car.readings.filter(is_anomaly=True).exists()
