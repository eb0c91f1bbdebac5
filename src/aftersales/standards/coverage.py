"""`aftersales standard coverage`: every clause, what keeps it, which test proves it, and how well it is kept."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.db import DatabaseError, transaction

from aftersales.standards.binding import ROOT
from aftersales.standards.binding import BindingKind as K
from aftersales.standards.catalogue import Clause, catalogue
from aftersales.standards.clause_ids import CLAUSE_IDS
from aftersales.standards.collection import all_bindings
from aftersales.standards.compliance import measured_metrics, month_of

_PACKAGE = Path(__file__).resolve().parent.parent

ACTS = frozenset({K.FUNCTION, K.STEP, K.OPENING, K.GUARD, K.CHECK})
BINDS: Mapping[str, frozenset[str]] = {
    # Which kind of thing may keep which kind of clause (design.md section 1).
    "gate": frozenset({K.GUARD, K.CHECK, K.STEP, K.OPENING, K.FUNCTION}),
    "timer": frozenset({K.CLOCK, K.METRIC, K.FUNCTION}),
    "metric": frozenset({K.METRIC}),
    "record": frozenset({K.PRINTOUT, K.MODEL, K.STEP, K.OPENING, K.CHECKLIST, K.FUNCTION}),
    "attestation": frozenset({K.CHECKLIST, K.CHECK, K.GUARD, K.STEP, K.OPENING, K.FUNCTION}),
    "function": ACTS | {K.MODEL, K.METRIC, K.PRINTOUT, K.CLOCK, K.CHECKLIST},
    "role": frozenset({K.ROLE}),
    "policy": ACTS | {K.POLICY, K.MODEL},
}


@dataclass(frozen=True, slots=True)
class Value:
    """A metric of a clause as it stands: `value` in the metric's unit, None when there was nothing to measure."""

    metric: str
    unit: str
    value: Decimal | None
    numerator: Decimal
    denominator: Decimal

    def __str__(self) -> str:
        shown = "–" if self.value is None else f"{self.value} {self.unit}"
        return f"{self.metric}: {shown} ({self.numerator}/{self.denominator})"


@dataclass(frozen=True, slots=True)
class Covered:
    """One clause with what keeps it. `tests` are pytest node ids; None when the installed package carries no tests."""

    id: str
    area: str
    kind: str
    title_zh: str
    title_en: str
    target: str
    bindings: tuple[str, ...]
    binding_kinds: tuple[str, ...]
    tests: tuple[str, ...] | None
    live: bool
    measured: tuple[Value, ...] = ()


def clauses_in(name: str) -> list[str]:
    """Return the clauses a test's name cites: `test_EST_01_EST_02_refuses` proves two."""
    cited = []
    rest = name.removeprefix("test")
    while match := re.match(r"_([A-Z]+)_(\d\d)(?=_|$)", rest):
        cited.append(f"{match[1]}-{match[2]}")
        rest = rest[match.end() :]
    return [clause for clause in cited if clause in CLAUSE_IDS]


def _functions(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, node id suffix) of the test functions of a file, those of test classes included."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.name
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield inner.name, f"{node.name}::{inner.name}"


def checkout() -> Path | None:
    """Return the root of the source tree this package runs from, or None when it is installed without one."""
    root = _PACKAGE.parent.parent
    return root if (root / "pyproject.toml").is_file() else None


@cache
def tests_by_clause() -> Mapping[str, tuple[str, ...]] | None:
    """Return the node ids of the tests named after each clause; None without a source tree."""
    root = checkout()
    if root is None:
        return None
    found: dict[str, list[str]] = defaultdict(list)
    folders = (_PACKAGE, root / "tests")
    for path in sorted(file for folder in folders for file in folder.rglob("test_*.py")):
        text = path.read_bytes()
        if b"def test_" not in text:
            continue
        try:
            functions = list(_functions(path))
        except SyntaxError:  # a file being written at this moment proves nothing yet
            continue
        for name, node in functions:
            if name.startswith("test_"):
                for clause in clauses_in(name):
                    found[clause].append(f"{path.relative_to(root)}::{node}")
    return {clause: tuple(nodes) for clause, nodes in found.items()}


def _row(clause: Clause, bound: list[tuple[str, str]], tests: tuple[str, ...] | None) -> Covered:
    fitting = any(kind in BINDS[clause.kind] for kind, _dotted in bound)
    return Covered(
        id=clause.id,
        area=clause.area,
        kind=clause.kind,
        title_zh=clause.title_zh,
        title_en=clause.title_en,
        target=str(clause.target) if clause.target else "",
        bindings=tuple(dotted for _kind, dotted in bound),
        binding_kinds=tuple(kind for kind, _dotted in bound),
        tests=tests,
        live=fitting and bool(tests),
    )


def coverage() -> list[Covered]:
    """Return every clause in the order of the standard with its bindings and tests; live = fittingly bound, proven."""
    bound: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in all_bindings():
        bound[row.clause].append((str(row.kind), row.dotted))
    tests = tests_by_clause()
    return [
        _row(clause, bound[clause.id], None if tests is None else tests.get(clause.id, ()))
        for clause in catalogue().clauses.values()
    ]


def with_values(rows: list[Covered], on: date) -> list[Covered]:
    """Return the rows with the values of their metrics in the month up to the day, over the whole network.

    Without a migrated database there is nothing to measure: the rows come back as they are.
    """
    values: dict[str, list[Value]] = defaultdict(list)
    try:
        with transaction.atomic():
            measured = measured_metrics(None, month_of(on))
    except DatabaseError:
        return rows
    for row in measured:
        values[row.clause.id].append(
            Value(row.metric.code, row.metric.unit, row.value, Decimal(row.numerator), Decimal(row.denominator))
        )
    return [replace(row, measured=tuple(values[row.id])) for row in rows]


def _dotted(bindings: tuple[str, ...]) -> list[str]:
    """Return the things that keep a clause by their full dotted names: the step and the guard it asks are two."""
    names = (f"{ROOT}{name}" for bound in bindings for name in bound.split(" ← "))
    return list(dict.fromkeys(names))


def _figure(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def as_object(row: Covered) -> dict[str, object]:
    """Return one clause for other programs; `value` and counts are those of its first metric, null without one."""
    target = catalogue().clauses[row.id].target
    first = row.measured[0] if row.measured else None
    return {
        "id": row.id,
        "area": row.area,
        "kind": row.kind,
        "title_zh": row.title_zh,
        "title_en": row.title_en,
        "live": row.live,
        "bindings": _dotted(row.bindings),
        "tests": None if row.tests is None else list(row.tests),
        "target": None
        if target is None
        else {
            "value": _figure(target.value),
            "min": _figure(target.minimum),
            "max": _figure(target.maximum),
            "unit": target.unit,
            "direction": target.direction,
        },
        "value": _figure(first.value) if first else None,
        "numerator": _figure(first.numerator) if first else None,
        "denominator": _figure(first.denominator) if first else None,
        "measured": [
            {
                "metric": one.metric,
                "unit": one.unit,
                "value": _figure(one.value),
                "numerator": _figure(one.numerator),
                "denominator": _figure(one.denominator),
            }
            for one in row.measured
        ],
    }


def as_json(rows: list[Covered]) -> str:
    """Return the coverage as a JSON array, one object a clause, each on its own line."""
    return "[\n" + ",\n".join(json.dumps(as_object(row), ensure_ascii=False) for row in rows) + "\n]"


def as_csv(rows: list[Covered]) -> str:
    """Return the coverage as CSV with a byte-order mark, so that a spreadsheet opens the Chinese rightly."""
    sheet = io.StringIO()
    sheet.write("\ufeff")
    writer = csv.writer(sheet)
    writer.writerow(["clause", "area", "kind", "title_zh", "title_en", "target", "live", "bindings", "tests"])
    for row in rows:
        tests = "unknown" if row.tests is None else "; ".join(row.tests)
        cells = [row.id, row.area, row.kind, row.title_zh, row.title_en, row.target, "yes" if row.live else "no"]
        # A cell that begins with = (targets do) would be read as a formula.
        writer.writerow(
            [f"'{cell}" if cell[:1] in "=+-@" else cell for cell in [*cells, "; ".join(row.bindings), tests]]
        )
    return sheet.getvalue()


def as_text(rows: list[Covered]) -> str:
    """Return the coverage for a terminal: one line a clause, then the sums by kind."""
    lines = []
    for row in rows:
        tests = "tests unknown" if row.tests is None else f"{len(row.tests)} tests"
        mark = "live" if row.live else "    "
        lines.append(f"{mark} {row.id:8} {row.kind:11} {tests:13} {len(row.bindings):2} bindings  {row.title_zh}")
        lines += [f"                 {line}" for line in (*row.bindings, *map(str, row.measured))]
    for kind in sorted({row.kind for row in rows}):
        of_kind = [row for row in rows if row.kind == kind]
        lines.append(f"{kind:11} {sum(row.live for row in of_kind):3} of {len(of_kind)} live")
    lines.append(f"{sum(row.live for row in rows)} of {len(rows)} clauses live")
    return "\n".join(lines)


def main(json: bool = False, *, on: date | None = None) -> int:
    """Print the coverage to standard output (called by `aftersales standard coverage`).

    With a day, also the values of the metrics in that month up to the day.
    """
    rows = coverage() if on is None else with_values(coverage(), on)
    sys.stdout.write((as_json(rows) if json else as_text(rows)) + "\n")
    return 0
