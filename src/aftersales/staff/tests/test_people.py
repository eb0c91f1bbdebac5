"""People, skills, certificates and shifts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aftersales.core.errors import Forbidden, InputRefused
from aftersales.journal.models import JournalEntry
from aftersales.network.models import Team
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import CAST_AT, ClientOf
from aftersales.staff import queries, services
from aftersales.staff.models import Shift, StaffMember

ON = date(2026, 11, 2)
MONDAY = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)  # Monday 2 November, midnight in Shanghai


def page(name: str, *args: object) -> str:
    return reverse(f"administration:{name}", args=args)


def member_data(**changes: Any) -> dict[str, Any]:
    return {"employee_number": "E100", "name": "新来的", "post": "technician", "skills": ["brakes"]} | changes


def test_a_person_is_entered_with_skills(cast: Cast, client_of: ClientOf) -> None:
    wu = client_of("wu")
    assert wu.post(page("add_member", cast.station.pk), member_data(team=cast.team.pk)).status_code == 303
    member = StaffMember.objects.everywhere().get(employee_number="E100")
    assert [skill.code for skill in member.skills.all()] == ["brakes"]
    assert member.team == cast.team
    steps = JournalEntry.objects.everywhere().filter(subject_kind="staff.staffmember", subject_id=member.pk)
    assert list(steps.order_by("sequence").values_list("step", flat=True)) == ["registered", "skills_set"]


@pytest.mark.parametrize(
    "changes",
    [
        {"employee_number": "E001"},
        {"name": ""},
        {"post": "astronaut"},
        {"skills": ["flying"]},
        {"team": "999999"},
        {"name": "a\x00b"},
        {"name": "长" * 61},
    ],
)
def test_bad_entries_are_refused_and_nothing_is_saved(cast: Cast, client_of: ClientOf, changes: dict[str, Any]) -> None:
    before = StaffMember.objects.everywhere().count()
    answer = client_of("wu").post(page("add_member", cast.station.pk), member_data(**changes))
    assert answer.status_code == 422
    assert StaffMember.objects.everywhere().count() == before


def test_a_team_of_another_station_is_refused(cast: Cast) -> None:
    foreign = Team.objects.at_station(cast.other_station.pk).get()
    with pytest.raises(InputRefused) as refused:
        services.change_member(cast.staff["zhou"], cast.wu, CAST_AT, team=foreign)
    assert refused.value.code == "foreign_team"


def test_managers_keep_their_own_people_only(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        services.change_member(cast.staff["ma"], cast.wu, CAST_AT, name="x")
    with pytest.raises(Forbidden):
        services.add_certificate(
            cast.staff["ma"], cast.wu, CAST_AT, kind="welder", valid_from=ON, valid_until=date(2027, 1, 1)
        )
    with pytest.raises(Forbidden):
        services.set_skills(cast.staff["ma"], cast.wu, CAST_AT, ["engine"])


def test_a_person_is_changed_on_the_page(cast: Cast, client_of: ClientOf) -> None:
    zhou = cast.staff["zhou"]
    data = member_data(employee_number=zhou.employee_number, name="周大立", is_active="on", version="1", skills=[])
    assert client_of("wu").post(page("member", zhou.pk), data).status_code == 303
    fresh = StaffMember.objects.everywhere().get(pk=zhou.pk)
    assert (fresh.name, fresh.version, fresh.skills.count()) == ("周大立", 2, 0)
    stale = client_of("wu").post(page("member", zhou.pk), data | {"name": "周小立"})
    assert stale.status_code == 409


def test_SAFE_06_certificates_count_only_while_they_are_valid(cast: Cast) -> None:
    zhou = cast.staff["zhou"]
    certificate = services.add_certificate(
        zhou, cast.wu, CAST_AT, kind="welder", number="W-1", valid_from=ON, valid_until=date(2027, 1, 1)
    )
    assert not queries.holds_certificate(zhou.pk, "welder", ON - timedelta(days=1))
    assert queries.holds_certificate(zhou.pk, "welder", ON)
    assert queries.holds_certificate(zhou.pk, "welder", date(2026, 12, 31))
    assert not queries.holds_certificate(zhou.pk, "welder", date(2027, 1, 1))
    services.change_certificate(certificate, cast.wu, CAST_AT, valid_until=date(2028, 1, 1))
    assert queries.certificates_held(zhou.station_id, [zhou.pk], date(2027, 6, 1))[zhou.pk] >= {"welder"}
    entry = JournalEntry.objects.everywhere().filter(subject_kind="staff.certificate").latest("id")
    assert entry.station_id == cast.station.pk
    assert entry.changes["valid_until"] == ["2027-01-01", "2028-01-01"]


def test_a_certificate_that_ends_before_it_begins_is_refused(cast: Cast, client_of: ClientOf) -> None:
    data = {"kind": "welder", "number": "", "valid_from": "2026-11-02", "valid_until": "2026-11-02"}
    answer = client_of("wu").post(page("add_certificate", cast.staff["zhou"].pk), data)
    assert answer.status_code == 422
    assert cast.staff["zhou"].certificates.filter(kind="welder").count() == 0


@pytest.mark.parametrize(("days", "state"), [(-1, "expired"), (0, "expired"), (1, "soon"), (60, "soon"), (61, "")])
def test_certificates_warn_before_they_end(days: int, state: str) -> None:
    assert queries.certificate_state(ON + timedelta(days=days), ON) == state


def test_the_list_counts_the_longest_certificate_of_each_kind(cast: Cast) -> None:
    services.add_certificate(
        cast.staff["luo"], cast.wu, CAST_AT, kind="driver", valid_from=date(2020, 1, 1), valid_until=date(2026, 1, 1)
    )
    lines = {line.member.pk: line for line in queries.member_lines(cast.wu, ON)}
    assert lines[cast.staff["luo"].pk].certificate_state == "expired"
    assert lines[cast.staff["zhao"].pk].certificate_state == ""


def test_the_list_costs_three_statements(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as statements:
        queries.member_lines(cast.wu, ON)
    assert len(statements) == 3


def test_a_week_of_shifts_is_set_and_replaced(cast: Cast, client_of: ClientOf) -> None:
    wu, zhao = client_of("wu"), cast.staff["zhao"]
    address = page("shifts", zhao.pk) + "?week=2026-11-04"
    data = {"starts_0": "08:30", "ends_0": "17:30", "starts_4": "22:00", "ends_4": "06:00"}
    assert wu.post(address, data).status_code == 303
    rows = queries.shifts_between([zhao.pk], MONDAY, MONDAY + timedelta(days=7))[zhao.pk]
    assert [(row.starts_at, row.ends_at) for row in rows] == [
        (datetime(2026, 11, 2, 0, 30, tzinfo=UTC), datetime(2026, 11, 2, 9, 30, tzinfo=UTC)),
        (datetime(2026, 11, 6, 14, 0, tzinfo=UTC), datetime(2026, 11, 6, 22, 0, tzinfo=UTC)),
    ]
    assert wu.post(address, {"starts_1": "08:30", "ends_1": "12:00"}).status_code == 303
    assert Shift.objects.filter(staff_member=zhao).count() == 1
    assert wu.get(address).status_code == 200
    assert wu.post(address, {"starts_1": "08:30", "ends_1": ""}).status_code == 422


def test_overlapping_shifts_are_refused(cast: Cast) -> None:
    first = (MONDAY + timedelta(hours=8), MONDAY + timedelta(hours=17))
    second = (MONDAY + timedelta(hours=16), MONDAY + timedelta(hours=20))
    with pytest.raises(InputRefused) as refused:
        services.set_week(
            cast.staff["zhao"],
            cast.wu,
            CAST_AT,
            from_at=MONDAY,
            until_at=MONDAY + timedelta(days=7),
            shifts=[first, second],
        )
    assert refused.value.code == "shifts_overlap"


@pytest.mark.parametrize("week", ["", "abc", "9999-12-31", "2026-02-30", "0001-01-01"])
def test_odd_weeks_show_this_week(cast: Cast, client_of: ClientOf, week: str) -> None:
    assert client_of("wu").get(page("shifts", cast.staff["zhao"].pk), {"week": week}).status_code == 200
