"""The standard as data: complete, consistent, and cheap to cite."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

from aftersales.core.errors import Forbidden, InputRefused
from aftersales.journal.models import JournalEntry
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import CAST_AT
from aftersales.standards import checklists, queries, services
from aftersales.standards.catalogue import KINDS, catalogue, clause_of, read_table
from aftersales.standards.clause_ids import CLAUSE_IDS
from aftersales.standards.models import Threshold

DAY = date(2026, 11, 23)


def test_the_standard_has_350_clauses_and_the_short_list_of_ids_is_theirs() -> None:
    standard = catalogue()
    assert len(standard.clauses) == 350
    assert set(standard.clauses) == CLAUSE_IDS
    assert {clause.area for clause in standard.clauses.values()} == set(standard.areas)
    assert {clause.kind for clause in standard.clauses.values()} == set(KINDS)
    counts = Counter(clause.kind for clause in standard.clauses.values())
    assert counts["gate"] == 47
    assert counts["timer"] == 29


def test_every_clause_speaks_both_languages_and_names_its_source() -> None:
    for clause in catalogue().clauses.values():
        assert clause.title_zh and clause.title_en and clause.requirement_zh and clause.requirement_en  # noqa: PT018
        assert clause.sources, clause.id
    with translation.override("en"):
        assert catalogue().clauses["EST-02"].title == "Written confirmation"
    with translation.override("zh-hans"):
        assert catalogue().clauses["EST-02"].title == "书面确认"


def test_targets_judge_a_measured_value_by_their_direction() -> None:
    def target(clause: str) -> object:
        found = clause_of(clause)
        assert found is not None and found.target is not None  # noqa: PT018
        return found.target.holds

    at_least, below, exactly, window = target("CRM-03"), target("WAR-08"), target("QC-04"), target("SAT-03")
    assert [at_least(Decimal(v)) for v in (96, 97, 98)] == [False, True, True]  # type: ignore[operator]
    assert [below(Decimal(v)) for v in ("1.99", 2)] == [True, False]  # type: ignore[operator]
    assert [exactly(Decimal(v)) for v in ("99.9", 100)] == [False, True]  # type: ignore[operator]
    assert [window(Decimal(v)) for v in (9, 10, 15, 16)] == [False, True, True, False]  # type: ignore[operator]


def test_the_copy_in_the_package_is_well_formed() -> None:
    path = Path(queries.__file__).parent / "data" / "clauses.toml"
    assert len(tomllib.loads(path.read_text(encoding="utf-8"))["clause"]) == 350
    for row in read_table("thresholds.toml")["threshold"]:
        assert row["clause"] in CLAUSE_IDS
        assert row["source"]


@pytest.mark.django_db
def test_a_threshold_is_the_stations_own_else_the_networks_else_the_standards(cast: Cast) -> None:
    def hours(station: int, on: date = DAY) -> Decimal:
        return queries.threshold("APPT-03", station_id=station, on=on)

    here, there = cast.station.pk, cast.other_station.pk
    assert hours(here) == 24
    assert queries.threshold("FUP-01", "min", station_id=here, on=DAY) == 3
    assert queries.threshold("FUP-01", "max", station_id=here, on=DAY) == 7
    set_it = services.set_threshold
    set_it(cast.gu, CAST_AT, clause="APPT-03", value=Decimal(12), effective_from=DAY, source="2026 network decision")
    assert (hours(here), hours(there)) == (12, 12)
    assert hours(here, date(2026, 11, 22)) == 24  # not yet in force
    set_it(
        cast.wu,
        CAST_AT,
        clause="APPT-03",
        value=Decimal(2),
        effective_from=DAY,
        source="station decision 7",
        station=cast.station,
    )
    assert (hours(here), hours(there)) == (2, 12)
    entry = JournalEntry.objects.everywhere().filter(step="threshold_set").latest("id")
    assert entry.actor_name == cast.wu.name
    assert entry.changes["value"] == "2"


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1", "1e30"])
def test_a_threshold_that_is_no_number_is_refused_with_a_sentence(cast: Cast, value: str) -> None:
    with pytest.raises(InputRefused) as refused:
        services.set_threshold(cast.gu, CAST_AT, clause="APPT-03", value=Decimal(value), effective_from=DAY, source="x")
    assert "value" in refused.value.fields
    assert not Threshold.objects.exists()


@pytest.mark.django_db
def test_a_threshold_needs_a_source_a_right_and_a_figure_to_replace(cast: Cast) -> None:
    def attempt(clause: str = "APPT-03", source: str = "decision") -> None:
        services.set_threshold(cast.gu, CAST_AT, clause=clause, value=Decimal(1), effective_from=DAY, source=source)

    with pytest.raises(InputRefused):
        attempt(source="  ")
    with pytest.raises(InputRefused):
        attempt(clause="GOV-01")
    with pytest.raises(InputRefused):
        attempt(clause="XXX-99")
    with pytest.raises(Forbidden):
        services.set_threshold(
            cast.lin,
            CAST_AT,
            clause="APPT-03",
            value=Decimal(1),
            effective_from=DAY,
            source="mine",
            station=cast.station,
        )
    attempt()
    with pytest.raises(InputRefused) as refused:
        attempt()
    assert refused.value.code == "set_already"


@pytest.mark.django_db
def test_thresholds_cost_no_query_once_read(cast: Cast, django_assert_num_queries: object) -> None:
    queries.forget_thresholds()
    queries.threshold("APPT-03", station_id=cast.station.pk, on=DAY)
    with django_assert_num_queries(0):  # type: ignore[operator]
        queries.threshold("FUP-01", "max", station_id=cast.station.pk, on=DAY)


def test_DELV_02_ashtray_and_tyres_are_the_points_checked_first() -> None:
    assert [item.code for item in checklists.items("DELV-02")][:2] == ["ashtray", "tyres"]
    assert all(item.critical for item in checklists.items("DELV-02")[:2])
    answers = {item.code: True for item in checklists.items("DELV-02")}
    assert checklists.missing("DELV-02", answers) == []
    assert checklists.missing("DELV-02", answers | {"tyres": False}) == ["tyres"]


def test_checklist_codes_are_unique_and_their_clauses_exist() -> None:
    for clause, checklist in checklists.all_checklists().items():
        assert clause in CLAUSE_IDS
        codes = [item.code for item in checklist.items]
        assert len(codes) == len(set(codes)) > 0
        assert all(item.text_zh and item.text_en for item in checklist.items)


@pytest.mark.parametrize("answer", [None, False, "", "  ", 0, 1, [], "no\x00"])
def test_only_a_yes_or_words_confirm_an_item(answer: object) -> None:
    confirmed = "seat_cover" not in checklists.missing("RECP-09", {"seat_cover": answer})
    assert confirmed is (answer == "no\x00")


@pytest.mark.django_db
def test_PREP_01_the_opening_check_is_signed_once_a_day_by_each_person(cast: Cast) -> None:
    answers = {item.code: True for item in checklists.items("PREP-01")}
    signed = services.attest(cast.wu, CAST_AT, station=cast.station, checklist="PREP-01", on=DAY, answers=answers)
    assert signed.signed_by_name == cast.wu.name
    with pytest.raises(InputRefused) as refused:
        services.attest(cast.wu, CAST_AT, station=cast.station, checklist="PREP-01", on=DAY, answers=answers)
    assert refused.value.code == "signed_already"


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["PREP-02", "RECP-01", "SAFE-07", "NET-03"])
def test_PREP_02_RECP_01_SAFE_07_NET_03_an_open_item_refuses_the_signature(cast: Cast, code: str) -> None:
    answers = {item.code: True for item in checklists.items(code)}
    last = checklists.items(code)[-1].code
    with pytest.raises(InputRefused) as refused:
        services.attest(cast.wu, CAST_AT, station=cast.station, checklist=code, on=DAY, answers=answers | {last: False})
    assert set(refused.value.fields) == {last}
    assert refused.value.clause == code
    services.attest(cast.wu, CAST_AT, station=cast.station, checklist=code, on=DAY, answers=answers)


@pytest.mark.django_db
def test_only_the_stations_own_people_sign_its_checklists(cast: Cast) -> None:
    answers = {item.code: True for item in checklists.items("PREP-01")}
    with pytest.raises(Forbidden):
        services.attest(cast.ma, CAST_AT, station=cast.station, checklist="PREP-01", on=DAY, answers=answers)
