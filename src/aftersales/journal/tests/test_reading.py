"""A document's timeline, and the audit administrator's search."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from aftersales.core.errors import NotVisible
from aftersales.core.workflow import record_entry
from aftersales.journal import queries
from aftersales.journal.wording import changes_in_words, masked, step_in_words
from aftersales.network import services
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import CAST_AT, ClientOf


def test_timeline_tells_who_did_what_in_words(cast: Cast) -> None:
    bay = services.change_bay(cast.bays["A1"], cast.wu, CAST_AT, name="1号快保工位")
    record_entry(bay, step="changed", actor=cast.wu, at=CAST_AT, reason="重新命名")
    newest, oldest = queries.timeline(bay, cast.wu)
    assert (oldest.actor, oldest.role, oldest.at) == ("吴刚", "站长", CAST_AT)
    assert oldest.detail == "name: 1号快修工位 → 1号快保工位"
    assert (newest.reason, newest.tone) == ("重新命名", "amber")
    with translation.override("en"):
        assert str(oldest.text) == "Changed"


def test_timeline_is_one_statement(cast: Cast) -> None:
    bay = services.change_bay(cast.bays["A1"], cast.wu, CAST_AT, name="x")
    with CaptureQueriesContext(connection) as statements:
        queries.timeline(bay, cast.wu)
    assert len(statements) == 1


def test_steps_of_workflow_tables_are_called_as_on_their_button() -> None:
    with translation.override("en"):
        words = str(step_in_words("appointments.appointment", "confirm"))
    assert words
    assert words[0].isupper()
    assert str(step_in_words("x.y", "never_heard_of")) == "never heard of"


def test_personal_values_are_masked_without_the_right(cast: Cast) -> None:
    station = cast.bays["A1"]
    record_entry(station, step="changed", actor=cast.wu, at=CAST_AT, changes={"phone": ["13800138000", "13900139000"]})
    assert "13800138000" not in queries.timeline(station, cast.zhao)[0].detail
    assert "13800138000" in queries.timeline(station, cast.lin)[0].detail


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"phone": "021-54880001"}, {"phone": "****"}),
        ({"reason": "call 13800138000 now"}, {"reason": "call 138****8000 now"}),
        ({"customer": {"address": "沪闵路1288号", "level": 3}}, {"customer": {"address": "****", "level": 3}}),
        ({"vin": "LSVNV2182E2100001"}, {"vin": "LSVNV2182E2100001"}),
        ({"phones": [{"number": "13800138000"}]}, {"phones": [{"number": "****"}]}),
        ({"odd": None, "n": 1.5, "yes": True}, {"odd": None, "n": 1.5, "yes": True}),
    ],
)
def test_masking_leaves_the_rest_alone(changes: dict[str, Any], shown: dict[str, Any]) -> None:
    expected = shown if "phones" not in shown else {"phones": [{"number": "138****8000"}]}
    assert masked(changes) == expected


def test_long_changes_are_shortened() -> None:
    words = changes_in_words({f"c{number}": "x" * 500 for number in range(20)}, may_unmask=True)
    assert len(words) < 1200
    assert words.endswith("+12")


@pytest.mark.parametrize("name", ["gu", "wu", "lin", "admin_sys", "admin_sec"])
def test_only_the_audit_administrator_searches(cast: Cast, name: str) -> None:
    with pytest.raises(NotVisible):
        queries.audit_page(queries.Search(), cast.actors[name])
    with pytest.raises(NotVisible):
        queries.audit_export(queries.Search(), cast.actors[name])


def test_search_finds_by_kind_person_and_time(cast: Cast, client_of: ClientOf) -> None:
    services.change_bay(cast.bays["A1"], cast.wu, CAST_AT, name="a")
    services.change_team(cast.team, cast.wu, CAST_AT, name="b")
    client = client_of("admin_aud")
    address = reverse("administration:journal")
    assert len(client.get(address).context["rows"]) == 2
    assert len(client.get(address, {"kind": "network.bay"}).context["rows"]) == 1
    assert len(client.get(address, {"actor_name": "吴"}).context["rows"]) == 2
    assert len(client.get(address, {"actor_name": "林"}).context["rows"]) == 0
    assert len(client.get(address, {"from_on": "2026-11-02", "until_on": "2026-11-02"}).context["rows"]) == 2
    assert len(client.get(address, {"from_on": "2026-11-03"}).context["rows"]) == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"subject_id": "9" * 30},
        {"subject_id": "abc"},
        {"from_on": "31.02.2026"},
        {"kind": "no.such"},
        {"step": "a\x00b"},
        {"step": "x" * 100},
    ],
)
def test_odd_questions_are_refused_with_a_sentence(cast: Cast, client_of: ClientOf, asked: dict[str, str]) -> None:
    answer = client_of("admin_aud").get(reverse("administration:journal"), asked)
    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_the_export_is_masked_and_safe_in_a_spreadsheet(cast: Cast, client_of: ClientOf) -> None:
    record_entry(
        cast.bays["A1"],
        step="changed",
        actor=cast.wu,
        at=CAST_AT,
        reason="=HYPERLINK(1)",
        changes={"phone": ["13800138000", ""]},
    )
    answer = client_of("admin_aud").get(reverse("administration:journal_export"))
    assert isinstance(answer, StreamingHttpResponse)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    rows = list(csv.DictReader(StringIO(text)))
    assert rows[-1]["reason"] == "'=HYPERLINK(1)"
    assert "13800138000" not in text
    assert len(rows[-1]["hash"]) == 64
