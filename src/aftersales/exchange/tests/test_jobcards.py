"""The real job cards of a workshop through the pipeline: exact numbers, every line kept, nothing twice."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aftersales.core.actor import system_actor
from aftersales.customers.models import Customer
from aftersales.exchange import services, writing
from aftersales.exchange.mapping import SHIPPED, read_mapping
from aftersales.exchange.models import ImportJob
from aftersales.exchange.services import Upload
from aftersales.journal.models import JournalEntry
from aftersales.repairs.choices import LineKind, OrderState
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.repairs.queries.history import history_of
from aftersales.search.queries import find
from aftersales.vehicles.models import OdometerReading, Vehicle

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
IMPORTER = system_actor("import")
LINES, ORDERS = 28_482, 4_157
COUNTED = {
    "invoiced_before_received": 5,
    "invoiced_later": 411,
    "exact_duplicate": 383,
    "no_text": 34,
    "odometer_zero": 842,
    "odometer_suspect": 36,
}


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def through(station: Any, place: Path) -> ImportJob:
    """The whole pipeline with the shipped mapping, as `aftersales import` runs it."""
    mapping = read_mapping((SHIPPED / "jobcards.toml").read_text("utf-8"))
    upload = Upload(place.name, iter([place.read_bytes()]))
    job = services.upload(IMPORTER, AT, station=station, kind="history", file=upload, mapping=mapping)
    job = services.check(job, IMPORTER, AT)
    job = services.start(job, IMPORTER, AT)
    return writing.write(job, IMPORTER, lambda: AT)


@pytest.mark.slow
def test_IS_10_every_oddity_of_28482_lines_is_counted_and_every_line_is_kept(cast: Any, shared_data: Path) -> None:
    place = shared_data / "jobcards.csv.gz"
    job = through(cast.station, place)
    assert (job.state, job.failure) == ("committed", "")
    figures, counts = job.report["figures"], job.report["counts"]
    assert {kind: counts[kind] for kind in COUNTED} == COUNTED
    assert (figures["rows"], figures["orders"], figures["most_days_later"]) == (LINES, ORDERS, 19)
    assert (figures["texts"], figures["texts_folded"]) == (502, 493)
    assert job.report["refused_rows"] == 0
    by_kind = Counter(job.oddities.values_list("kind", flat=True))
    assert {kind: by_kind[kind] for kind in COUNTED} == COUNTED
    assert (job.rows_done, job.rows_total, job.created_count, job.known_count) == (LINES, LINES, ORDERS, 0)

    orders = RepairOrder.objects.at_station(cast.station.pk).filter(is_historical=True)
    assert orders.count() == orders.filter(state=OrderState.ARCHIVED).count() == ORDERS
    assert Customer.objects.at_station(cast.station.pk).count() == figures["customers"] == 2286
    assert Vehicle.objects.at_station(cast.station.pk).count() == figures["vehicles"] == 2406
    assert OrderLine.objects.filter(order__in=orders.values("pk"), kind=LineKind.RECORD).count() == LINES
    with gzip.open(place, "rt", encoding="utf-8", newline="") as file:
        texts = Counter(row["invoice_line_text"] for row in csv.DictReader(file))
    assert Counter(OrderLine.objects.filter(order__in=orders.values("pk")).values_list("text", flat=True)) == texts
    readings = OdometerReading.objects.filter(vehicle__in=Vehicle.objects.at_station(cast.station.pk).values("pk"))
    assert readings.count() == ORDERS
    assert not readings.filter(is_anomaly=False, km=0).exists()
    assert not readings.filter(is_anomaly=False, km__gt=200_000).exists()
    # The cleaning is logged: the check with its summary, each order with the rows of the file it comes from.
    checked = JournalEntry.objects.everywhere().get(subject_kind="exchange.importjob", step="check_file")
    assert checked.changes["report"][1]["counts"]["exact_duplicate"] == 383
    entries = JournalEntry.objects.everywhere().filter(subject_kind="repairs.repairorder", step="imported")
    assert sum(len(changes["rows"]) for changes in entries.values_list("changes", flat=True)) == LINES

    again = through(cast.station, place)
    assert (again.state, again.created_count, again.known_count) == ("committed", 0, ORDERS)
    assert again.report["counts"]["same_file"] == 1
    assert orders.count() == ORDERS
    assert OrderLine.objects.filter(order__in=orders.values("pk")).count() == LINES
    assert (Customer.objects.everywhere().count(), Vehicle.objects.everywhere().count()) == (2286, 2406)


HEAD = (
    "invoice_date,job_card_date,business_partner_name,vehicle_no,vehicle_model,current_km_reading,invoice_line_text\n"
)
TWO_VISITS = (
    HEAD
    + "31-05-17,31-05-17,KIRAXXXX,KA53ESXXXX,BAJAJ PULSAR NS 200,758,ENGINE OIL\n"
    + "02-06-17,31-05-17,KIRAXXXX,KA53ESXXXX,BAJAJ PULSAR NS 200,758,OIL FILTER\n"
    + "03-08-18,03-08-18,KIRAXXXX,KA53ESXXXX,BAJAJ PULSAR NS 200,9120,BRAKE PAD\n"
)


def test_IS_04_imported_visits_are_found_by_plate_and_shown_with_their_work(cast: Any, tmp_path: Path) -> None:
    place = tmp_path / "two.csv"
    place.write_text(TWO_VISITS, "utf-8")
    assert through(cast.station, place).created_count == 2
    vehicle = Vehicle.objects.at_station(cast.station.pk).get(plate="KA53ESXXXX")
    assert (vehicle.odometer_km, vehicle.is_imported_history) == (9120, True)
    visits = history_of(cast.lin, [vehicle.pk])
    assert [(visit.odometer_km, visit.work) for visit in visits] == [
        (9120, ("BRAKE PAD",)),
        (758, ("ENGINE OIL", "OIL FILTER")),
    ]
    assert all(visit.is_historical and not visit.is_open for visit in visits)
    assert history_of(cast.ma, [vehicle.pk]) == []
    order = RepairOrder.objects.at_station(cast.station.pk).get(odometer_km=758)
    assert str(order.received_at.astimezone(UTC).date()) == "2017-05-31"
    assert str(order.released_at.astimezone(UTC).date()) == "2017-06-02"
    assert order.customer_name == "KIRAXXXX"
    found = {hit.number for hit in find(cast.lin, "KA53ES")}
    assert vehicle.number in found
    assert order.number in {hit.number for hit in find(cast.lin, order.number)}
    assert not find(cast.ma, "KA53ES")
