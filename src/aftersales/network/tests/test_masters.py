"""The network's masters on screen: kept by whom they belong to, invisible to everybody else."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, InputRefused, StaleVersion
from aftersales.journal.models import JournalEntry
from aftersales.network import services
from aftersales.network.models import Bay, CalendarDay, OpeningHours, Region, Station
from aftersales.network.services import DayHours
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import CAST_AT, ClientOf

MISSING = 987_654_321


def page(name: str, *args: object) -> str:
    return reverse(f"administration:{name}", args=args)


def pages_of_the_station(cast: Cast) -> list[tuple[str, int]]:
    return [
        ("station", cast.station.pk),
        ("change_station", cast.station.pk),
        ("opening_hours", cast.station.pk),
        ("add_bay", cast.station.pk),
        ("add_team", cast.station.pk),
        ("add_member", cast.station.pk),
        ("calendar", cast.station.pk),
        ("change_bay", cast.bays["A1"].pk),
        ("change_team", cast.team.pk),
        ("change_region", cast.region.pk),
        ("change_headquarters", cast.headquarters.pk),
        ("member", cast.staff["lin"].pk),
        ("shifts", cast.staff["lin"].pk),
        ("add_certificate", cast.staff["lin"].pk),
        ("change_certificate", cast.staff["fang"].certificates.all()[0].pk),
    ]


def test_a_stranger_gets_the_same_404_as_for_a_missing_row(cast: Cast, client_of: ClientOf) -> None:
    ma = client_of("ma")
    for name, pk in pages_of_the_station(cast):
        assert ma.get(page(name, pk)).status_code == ma.get(page(name, MISSING)).status_code == 404, name
        if name != "station":  # nothing is posted there
            assert ma.post(page(name, pk)).status_code == ma.post(page(name, MISSING)).status_code == 404, name


def test_the_manager_opens_the_pages_of_the_own_station(cast: Cast, client_of: ClientOf) -> None:
    wu = client_of("wu")
    headquarters_only = {"change_station", "change_region", "change_headquarters"}
    for name, pk in pages_of_the_station(cast):
        assert wu.get(page(name, pk)).status_code == (404 if name in headquarters_only else 200), name


def test_headquarters_opens_every_page_of_the_network(cast: Cast, client_of: ClientOf) -> None:
    gu = client_of("gu")
    for name in ("stations", "open_station", "add_region", "network_calendar", "members", "start"):
        assert gu.get(page(name)).status_code == 200, name
    for name, pk in pages_of_the_station(cast)[:5]:
        assert gu.get(page(name, pk)).status_code == 200, name


def test_lists_show_only_the_own_station(cast: Cast, client_of: ClientOf) -> None:
    lin = client_of("lin")
    lines = lin.get(page("stations")).context["lines"]
    assert [line.station.code for line in lines] == ["SH01"]
    assert lines[0].bay_count == len(cast.bays)
    members = lin.get(page("members")).context["lines"]
    assert {line.member.station_id for line in members} == {cast.station.pk}


def test_an_advisor_looks_but_does_not_change(cast: Cast, client_of: ClientOf) -> None:
    lin = client_of("lin")
    assert lin.get(page("station", cast.station.pk)).status_code == 200
    assert lin.post(page("change_bay", cast.bays["A1"].pk), {"code": "A1", "name": "x"}).status_code == 404
    with pytest.raises(Forbidden):
        services.change_bay(cast.bays["A1"], cast.lin, CAST_AT, name="x")


def test_headquarters_opens_a_station_and_the_journal_knows(cast: Cast, client_of: ClientOf) -> None:
    data = {"code": "SH09", "name": "上海第九站", "kind": "service_station", "region": cast.region.pk}
    assert client_of("gu").post(page("open_station"), data).status_code == 303
    station = Station.objects.get(code="SH09")
    entry = JournalEntry.objects.everywhere().get(subject_kind="network.station", subject_id=station.pk)
    assert (entry.step, entry.actor_name, entry.station_id) == ("registered", "顾明", station.pk)


@pytest.mark.parametrize("code", ["", "sh09", "S", "SH01", "上海", "SH-9", "X" * 13, "S\x00H"])
def test_bad_station_codes_are_refused_beside_the_field(cast: Cast, client_of: ClientOf, code: str) -> None:
    data = {"code": code, "name": "上海第九站", "kind": "service_station", "region": cast.region.pk}
    answer = client_of("gu").post(page("open_station"), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert "上海第九站" in answer.text  # what was typed stays
    assert Station.objects.count() == 2


def test_the_code_of_a_station_stays(cast: Cast) -> None:
    with pytest.raises(InputRefused):
        services.change_station(cast.station, cast.gu, CAST_AT, code="SH77")


def test_a_bay_is_entered_changed_and_never_twice(cast: Cast, client_of: ClientOf) -> None:
    wu = client_of("wu")
    data = {"code": "B7", "name": "7号工位", "kind": "lift", "equipment": "双柱举升机，气源、灯"}
    assert wu.post(page("add_bay", cast.station.pk), data).status_code == 303
    bay = Bay.objects.everywhere().get(code="B7")
    assert bay.equipment == ["双柱举升机", "气源", "灯"]
    assert wu.post(page("add_bay", cast.station.pk), data).status_code == 422
    services.add_bay(cast.ma, CAST_AT, station=cast.other_station, code="B7", name="另一站")
    assert Bay.objects.everywhere().filter(code="B7").count() == 2


def test_a_form_posted_twice_is_carried_out_once(cast: Cast, client_of: ClientOf) -> None:
    wu = client_of("wu")
    data = {"name": "机电二组", "idempotency_key": "k" * 32}
    assert wu.post(page("add_team", cast.station.pk), data).status_code == 303
    assert wu.post(page("add_team", cast.station.pk), data).status_code == 303
    assert JournalEntry.objects.everywhere().filter(subject_kind="network.team").count() == 1
    other = wu.post(page("add_team", cast.station.pk), data | {"name": "机电三组"})
    assert other.status_code == 422


def test_a_stale_bay_form_is_refused_and_keeps_what_was_typed(cast: Cast, client_of: ClientOf) -> None:
    bay = cast.bays["A1"]
    services.change_bay(bay, cast.wu, CAST_AT, name="同事改的")
    data: dict[str, Any] = {"code": "A1", "name": "我改的", "kind": "general", "is_active": "on", "version": "1"}
    answer = client_of("wu").post(page("change_bay", bay.pk), data)
    assert answer.status_code == 409
    assert "我改的" in answer.text
    assert Bay.objects.everywhere().get(pk=bay.pk).name == "同事改的"
    with pytest.raises(StaleVersion):
        services.change_bay(held(bay, 1), cast.wu, CAST_AT, name="x")


def test_a_week_is_set_as_a_whole_with_one_entry(cast: Cast, client_of: ClientOf) -> None:
    data = {
        "opens_0": "08:00",
        "closes_0": "18:00",
        "break_starts_0": "12:00",
        "break_ends_0": "12:30",
        "opens_6": "９：００",
        "closes_6": "12:00",
    }
    assert client_of("wu").post(page("opening_hours", cast.station.pk), data).status_code == 303
    rows = {row.weekday: row for row in OpeningHours.objects.at_station(cast.station.pk)}
    assert set(rows) == {0, 6}
    assert rows[6].opens == time(9, 0)
    entry = JournalEntry.objects.everywhere().get(step="opening_hours_set")
    assert entry.changes["weekday_0"] == ["08:30–17:30 (12:00–13:00)", "08:00–18:00 (12:00–12:30)"]
    assert entry.changes["weekday_5"] == ["08:30–17:30 (12:00–13:00)", ""]
    assert OpeningHours.objects.at_station(cast.other_station.pk).count() == 6


@pytest.mark.parametrize(
    "hours",
    [
        DayHours(0, time(18), time(8)),
        DayHours(0, time(8), time(18), time(7), time(9)),
        DayHours(0, time(8), time(18), time(13), time(12)),
    ],
)
def test_impossible_hours_are_refused(cast: Cast, hours: DayHours) -> None:
    with pytest.raises(InputRefused) as refused:
        services.set_opening_hours(cast.station, cast.wu, CAST_AT, [hours])
    assert "opens_0" in refused.value.fields
    assert OpeningHours.objects.at_station(cast.station.pk).count() == 6


def test_half_a_day_is_refused_on_the_page(cast: Cast, client_of: ClientOf) -> None:
    answer = client_of("wu").post(page("opening_hours", cast.station.pk), {"opens_0": "08:00", "closes_0": ""})
    assert answer.status_code == 422
    assert "opens_0" in answer.context["form"].errors


def test_official_days_are_entered_once(cast: Cast, client_of: ClientOf) -> None:
    gu = client_of("gu")
    address = page("load_official_days", 2026)
    assert gu.post(address).status_code == 303
    count = CalendarDay.objects.count()
    assert CalendarDay.objects.filter(on=date(2026, 10, 1), is_workday=False, station=None).exists()
    assert gu.post(address).status_code == 303
    assert CalendarDay.objects.count() == count
    assert client_of("wu").post(address).status_code == 404


def test_a_special_day_is_declared_replaced_and_removed(cast: Cast, client_of: ClientOf) -> None:
    wu = client_of("wu")
    on = date(timezone.now().year, 12, 24)
    data = {"on": str(on), "is_workday": "0", "name": "盘点"}
    assert wu.post(page("calendar", cast.station.pk), data).status_code == 303
    assert wu.post(page("calendar", cast.station.pk), data | {"is_workday": "1"}).status_code == 303
    day = CalendarDay.objects.get(station=cast.station, on=on)
    assert day.is_workday
    assert client_of("ma").post(page("remove_day", day.pk)).status_code == 404
    assert wu.post(page("network_calendar"), data).status_code == 404  # the network's calendar is headquarters'
    assert wu.post(page("remove_day", day.pk)).status_code == 303
    assert not CalendarDay.objects.filter(pk=day.pk).exists()


def test_regions_are_renamed_by_headquarters(cast: Cast, client_of: ClientOf) -> None:
    answer = client_of("gu").post(
        page("change_region", cast.region.pk), {"name": "华东大区", "name_en": "East", "version": "1"}
    )
    assert answer.status_code == 303
    assert Region.objects.get(pk=cast.region.pk).name == "华东大区"
