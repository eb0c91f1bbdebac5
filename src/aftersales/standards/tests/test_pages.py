"""The 规范 pages in a browser's eyes: filters, numbers, rows behind them, and the fence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from aftersales.clocks.models import Clock
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.standards.models import Attestation

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client_of: ClientOf) -> Client:
    return client_of("wu")


def clock(station_id: int, number: str, *, breached: bool) -> Clock:
    """A clock that fell due an hour ago."""
    now = timezone.now()
    return Clock.objects.create(
        station_id=station_id,
        definition="appointment_confirmation",
        clause="APPT-03",
        subject_kind="appointments.appointment",
        subject_id=abs(hash(number)) % 10**6,
        subject_number=number,
        started_at=now - timedelta(hours=25),
        due_at=now - timedelta(minutes=1),
        stopped_at=now,
        breached=breached,
    )


def test_the_list_shows_every_clause_and_filters_by_chapter_kind_state_and_words(boss: Client) -> None:
    page = boss.get("/standard/")
    assert page.status_code == 200
    assert page.content.count(b"data-head") == 350
    assert boss.get("/standard/?area=QC").content.count(b"data-head") == 9
    assert boss.get("/standard/?kind=gate").content.count(b"data-head") == 47
    live, dead = (boss.get(f"/standard/?live={state}").content.count(b"data-head") for state in ("yes", "no"))
    assert live + dead == 350
    assert live > 0
    assert boss.get("/standard/?q=烟灰缸不存在").content.count(b"data-head") == 0
    assert boss.get("/standard/?q=书面确认").content.count(b"data-head") == 1
    assert boss.get("/standard/?area=NOPE&q=%00").status_code == 200


def test_htmx_gets_the_rows_alone(boss: Client) -> None:
    part = boss.get("/standard/?area=QC", headers={"HX-Request": "true", "HX-Target": "standard-rows"})
    assert part.content.lstrip().startswith(b'<div id="standard-rows">')
    assert b"<html" not in part.content


def test_a_clause_page_tells_words_figure_bindings_and_tests(boss: Client) -> None:
    page = boss.get("/standard/APPT-03/").content.decode()
    assert "预约24小时确认" in page
    assert "within 24 hours" in page
    assert "clocks.handlers.advance" in page
    assert "test_APPT_03_a_request_is_confirmed" in page
    assert boss.get("/standard/appt-03/").status_code == 200
    assert boss.get("/standard/APPT-99/").status_code == 404
    assert "随车物品" in boss.get("/standard/DELV-03/").content.decode()


def test_every_clause_has_its_page(boss: Client) -> None:
    for clause in ("GOV-01", "RESC-05", "SAT-03", "FUP-01", "PREP-01"):
        assert boss.get(f"/standard/{clause}/").status_code == 200, clause


def test_numbers_drill_down_to_rows_of_the_own_station_only(cast: Cast, client_of: ClientOf) -> None:
    clock(cast.station.pk, "AP-KEPT", breached=False)
    clock(cast.station.pk, "AP-LATE", breached=True)
    clock(cast.other_station.pk, "AP-FOREIGN", breached=True)
    today = timezone.localdate()
    days = f"from={today - timedelta(days=2)}&until={today}"
    mine = client_of("wu").get(f"/standard/compliance/?{days}").content.decode()
    assert "50.00 %" in mine
    rows = client_of("wu").get(f"/standard/compliance/rows/?metric=APPT-03/kept&{days}").content.decode()
    assert "AP-LATE" in rows
    assert "AP-KEPT" not in rows
    assert "AP-FOREIGN" not in rows
    network = client_of("gu").get(f"/standard/compliance/rows/?metric=APPT-03/kept&{days}").content.decode()
    assert "AP-LATE" in network
    assert "AP-FOREIGN" in network


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?from=2026-99-01&until=x",
        "?from=2026-02-01&until=2026-01-01",
        "?from=0001-01-01&until=9999-12-31",
        "?from=%00",
    ],
)
def test_a_period_that_makes_no_sense_is_this_month(boss: Client, query: str) -> None:
    assert boss.get(f"/standard/compliance/{query}").status_code == 200


def test_an_unknown_metric_is_a_missing_record(boss: Client) -> None:
    assert boss.get("/standard/compliance/rows/?metric=NOPE").status_code == 404
    assert boss.get("/standard/compliance/rows/").status_code == 404


def test_the_coverage_is_exported_as_csv(boss: Client) -> None:
    answer = boss.get("/standard/coverage.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode().count("\n") >= 351


def test_who_has_no_right_is_refused_and_strangers_are_sent_to_sign_in(client_of: ClientOf) -> None:
    for address in ("/standard/", "/standard/APPT-03/", "/standard/compliance/", "/standard/coverage.csv"):
        assert client_of("luo").get(address).status_code == 403
        assert Client().get(address).status_code == 302


def test_PREP_01_the_opening_check_is_signed_on_a_page(cast: Cast, boss: Client) -> None:
    assert boss.get("/standard/checklists/").status_code == 200
    assert boss.get("/standard/checklists/PREP-01/").status_code == 200
    assert boss.get("/standard/checklists/DELV-02/").status_code == 404  # belongs to a step, not to a day
    open_items = boss.post("/standard/checklists/PREP-01/", {"appearance": "on"})
    assert open_items.status_code == 422
    assert "PREP-01" in open_items.content.decode()
    everything = dict.fromkeys(("appearance", "reception_area", "rest_area", "facilities", "day_list"), "on")
    signed = boss.post("/standard/checklists/PREP-01/", everything)
    assert signed.status_code in {302, 303}
    row = Attestation.objects.everywhere().get()
    assert (row.station_id, row.checklist, row.signed_by_name) == (cast.station.pk, "PREP-01", cast.wu.name)
    assert boss.post("/standard/checklists/PREP-01/", everything).status_code == 422
