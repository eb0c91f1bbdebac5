"""Bindings are gathered from everywhere, tests are found by their names, and only what fits counts as live."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from aftersales.core.workflow import Check, Guard, Opening, Step, Workflow
from aftersales.standards import binding, checks, collection, coverage, diagrams
from aftersales.standards.binding import Binding, BindingKind, UnknownClause, fulfils
from aftersales.standards.clause_ids import CLAUSE_IDS
from aftersales.standards.metrics import MetricResult, amount, metric, percentage, quotient


def test_an_unknown_clause_is_refused_at_import() -> None:
    with pytest.raises(UnknownClause, match="EST-99"):
        fulfils("EST-01", "EST-99")(lambda: None)
    with pytest.raises(UnknownClause):
        metric("QC-77", name="x", unit="%", owner="manager")(lambda stations, start, end: amount(1))
    assert not any(row.clause in {"EST-99", "QC-77"} for row in binding.registered())


def test_an_unknown_clause_in_a_table_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.clauses_are_known(None) == []
    liar = Binding("EST-99", BindingKind.GUARD, "repairs.transitions.authorize")
    monkeypatch.setattr(collection, "_of_data", lambda: iter([liar]))
    errors = checks.clauses_are_known(None)
    assert [error.id for error in errors] == ["standards.E001"]
    assert "EST-99" in errors[0].msg


def test_fulfils_returns_the_function_itself_and_names_it() -> None:
    def probe() -> int:
        return 7

    assert fulfils("IS-01")(probe) is probe
    assert any(row.clause == "IS-01" and row.dotted.endswith("probe") for row in binding.registered())


def test_one_code_names_one_metric() -> None:
    def first(stations: object, start: date, end: date) -> MetricResult:
        return amount(1)

    def second(stations: object, start: date, end: date) -> MetricResult:
        return amount(2)

    metric("HR-08", name="a", unit="count", owner="manager", code="HR-08/probe")(first)
    with pytest.raises(RuntimeError, match="twice"):
        metric("HR-08", name="b", unit="count", owner="manager", code="HR-08/probe")(second)


def test_nothing_measured_is_not_zero() -> None:
    assert percentage(0, 0).value is None
    assert quotient(1, 0).value is None
    assert str(percentage(2, 3).value) == "66.67"
    assert str(percentage(0, 5).value) == "0.00"


@pytest.mark.parametrize(
    ("name", "cited"),
    [
        ("test_EST_01_refuses", ["EST-01"]),
        ("test_EST_01_EST_02_refuses_both", ["EST-01", "EST-02"]),
        ("test_EST_99_is_no_clause", []),
        ("test_it_mentions_EST_01_in_the_middle", []),
        ("test_T1_is_a_row_of_another_table", []),
        ("test_DELV_02", ["DELV-02"]),
    ],
)
def test_tests_cite_the_clauses_their_names_begin_with(name: str, cited: list[str]) -> None:
    assert coverage.clauses_in(name) == cited


def test_tests_are_found_in_the_source_tree() -> None:
    found = coverage.tests_by_clause()
    assert found is not None
    assert any(
        node.endswith("test_catalogue.py::test_DELV_02_ashtray_and_tyres_are_the_points_checked_first")
        for node in found["DELV-02"]
    )


@pytest.mark.django_db
def test_coverage_knows_all_clauses_and_counts_only_fitting_bindings(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {row.id: row for row in coverage.coverage()}
    assert set(rows) == CLAUSE_IDS
    assert rows["PREP-01"].live
    assert "standards.services.attest" in rows["PREP-01"].bindings
    assert rows["APPT-03"].live
    # A guard does not make a metric live, however many tests there are.
    lone = [Binding("QP-12", BindingKind.GUARD, "x")]
    monkeypatch.setattr(coverage, "all_bindings", lambda: tuple(lone))
    monkeypatch.setattr(coverage, "tests_by_clause", lambda: {"QP-12": ("t",), "QC-01": ("t",)})
    rows = {row.id: row for row in coverage.coverage()}
    assert not rows["QP-12"].live
    assert not rows["QC-01"].live  # tested but bound nowhere
    monkeypatch.setattr(coverage, "tests_by_clause", lambda: None)
    assert all(row.tests is None and not row.live for row in coverage.coverage())


@pytest.mark.django_db
def test_the_report_prints_as_text_json_and_a_sheet(capsys: pytest.CaptureFixture[str]) -> None:
    assert coverage.main(json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told) == 350
    assert {"id", "kind", "live", "bindings", "tests", "target", "value", "numerator", "denominator"} <= told[0].keys()
    agreed = next(row for row in told if row["id"] == "EST-01")
    assert "aftersales.repairs.guards.work_is_agreed" in agreed["bindings"]
    assert coverage.main(json=True, on=date(2026, 11, 23)) == 0
    measured = {row["id"]: row["measured"] for row in json.loads(capsys.readouterr().out)}
    nothing_yet = {"metric": "APPT-03/kept", "unit": "%", "value": None, "numerator": 0, "denominator": 0}
    assert measured["APPT-03"] == [nothing_yet]
    assert coverage.main() == 0
    assert "of 350 clauses live" in capsys.readouterr().out
    sheet = coverage.as_csv(coverage.coverage())
    assert sheet.startswith("\ufeffclause,")
    assert "\n=" not in sheet
    assert ",=" not in sheet  # targets such as “== 100 %” must not become formulas


PROBE: Workflow[object] = Workflow(  # type: ignore[type-var]
    field="state",
    openings=[Opening("open_probe", "Open", "new", "probe:open", clauses=("APPT-01",))],
    steps=[
        Step(
            "close",
            "Close: now; #1",
            ("new",),
            "closed",
            "probe:close",
            guards=(Guard("EST-01", lambda probe: None),),
            checks=(Check("QC-01", lambda probe, actor, at: None),),
            clauses=("DELV-08",),
        ),
        Step("note", "Note", ("new",), None, "probe:note"),
    ],
)


def test_workflow_diagrams_are_drawn_from_the_tables(tmp_path: Path) -> None:
    text = diagrams.page("probe", PROBE)
    assert "[*] --> new: Open" in text
    assert "new --> closed: Close now, 1" in text
    assert "new --> new" not in text
    assert "| close | Close now, 1 | new | closed | probe:close | DELV-08, EST-01, QC-01 |" in text
    assert diagrams.main(tmp_path) == 0
    assert (tmp_path / "appointments.md").read_text(encoding="utf-8").startswith("# appointments\n")
    assert len(list(tmp_path.glob("*.md"))) == len(collection.workflows())


def test_the_committed_diagrams_are_those_of_the_tables() -> None:
    root = coverage.checkout()
    assert root is not None
    folder = root / "docs" / "workflows"
    stale = [name for name, text in diagrams.pages().items() if not _same(folder / name, text)]
    assert not stale, f"run `aftersales standard diagrams`: {stale}"
    assert {path.name for path in folder.glob("*.md")} == set(diagrams.pages())


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def test_GOV_05_the_glossary_has_one_row_a_term_and_defines_the_complaint() -> None:
    root = coverage.checkout()
    assert root is not None
    text = (root / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 80
    english, chinese = ([row[column].strip() for row in rows] for column in (0, 1))
    assert len(set(english)) == len(english)
    assert len(set(chinese)) == len(chinese)
    assert "客户投诉" in text
    assert "报修现象" in text


def test_GOV_05_the_code_uses_the_glossarys_words() -> None:
    root = coverage.checkout()
    assert root is not None
    text = (root / "docs" / "glossary.md").read_text(encoding="utf-8")
    codes = set(re.findall(r"`(\w+)` \|$", text, flags=re.M))
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (root / "src" / "aftersales").rglob("*.py")
        if "tests" not in path.parts
    )
    words = set(re.findall(r"\w+", source))
    assert codes - words == set()
