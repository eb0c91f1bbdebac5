"""What is declared in tables is complete and consistent: steps, rights, choices, clocks, templates, migrations."""

from __future__ import annotations

import ast
import inspect
import io
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.utils import translation

from aftersales.accounts import grants
from aftersales.clocks.definitions import VERBS, all_definitions
from aftersales.core.permissions import registered
from aftersales.core.workflow import Opening, Step, Workflow
from aftersales.standards.catalogue import read_table
from aftersales.standards.clause_ids import CLAUSE_IDS
from aftersales.standards.collection import load_all, workflows
from tests.house.source import ROOT, SOURCE, modules, tree

CLAUSE = re.compile(r"\b[A-Z]{2,5}-\d{2}\b")
NOT_CLAUSES = {"GB", "GA", "ISO", "RFC", "PIPL", "UTF", "SHA", "VIN", "CSS"}
# Templates that libraries look for by name.
LOOKED_UP_ELSEWHERE = re.compile(
    r"templates/(account|mfa|allauth|usersessions|registration)/|templates/(40[0-9]|403_csrf|500)\.html$"
)


def rows() -> Iterator[tuple[str, Workflow, Step | Opening]]:
    for name, workflow in sorted(workflows().items()):
        for row in (*workflow.openings_by_name.values(), *workflow.steps):
            yield name, workflow, row


def test_every_step_has_a_body_a_label_and_a_right() -> None:
    codes = set(registered())
    for name, workflow, row in rows():
        assert row.name in workflow.bodies, f"{name}: {row.name} has no function"
        assert row.permission in codes, f"{name}: {row.name} asks for {row.permission}"
        with translation.override("zh-hans"):
            assert re.search(r"[\u4e00-\u9fff]", str(row.label)), f"{name}: {row.name} is called {row.label}"


def test_every_step_is_named_by_a_test() -> None:
    tested = "\n".join(
        path.read_text("utf-8")
        for folder in (SOURCE, ROOT / "tests")
        for path in folder.rglob("*.py")
        if "tests" in path.parts and "house" not in path.parts
    )
    # A driver takes visits from step to step in many tests: what it calls is tested by its name too.
    tested += (SOURCE / "seeds" / "visits.py").read_text("utf-8")
    assert [f"{name} {row.name}" for name, _workflow, row in rows() if not re.search(rf"\b{row.name}\b", tested)] == []


def test_every_step_leads_from_states_to_a_state() -> None:
    for name, workflow, row in rows():
        model = _model_of(workflow)
        states = set(dict(model._meta.get_field(workflow.field).flatchoices))
        sources = set(row.sources) if isinstance(row, Step) else set()
        assert sources | ({row.target} if row.target else set()) <= states, f"{name} {row.name}"


def _model_of(workflow: Workflow) -> type[models.Model]:
    """Return the model the steps' functions take."""
    step = next(body for name, body in workflow.bodies.items() if name in workflow.by_name)
    named = str(next(iter(inspect.signature(step).parameters.values())).annotation)
    found = [model for model in apps.get_models() if model.__name__ == named]
    assert len(found) == 1, f"{step.__qualname__} takes {named}"
    return found[0]


def test_every_right_is_held_and_every_grant_exists() -> None:
    codes = set(map(str, registered()))
    held = {code for code, roles in grants.GRANTS.items() if roles}
    assert held - codes == set()
    assert codes - held == set()


def test_every_choice_has_a_chinese_label() -> None:
    lacking = []
    with translation.override("zh-hans"):
        for module in load_all():
            for value in vars(module).values():
                if not (
                    inspect.isclass(value) and issubclass(value, models.Choices) and value.__module__ == module.__name__
                ):
                    continue
                lacking += [
                    f"{module.__name__}.{value.__name__}: {label}"
                    for label in value.labels
                    if not re.search(r"[\u4e00-\u9fff]", str(label)) and str(label) not in NEUTRAL
                ]
    assert lacking == []


NEUTRAL = {"", "POS", "GPS"}


def test_every_clause_that_is_cited_exists() -> None:
    areas = {clause.split("-")[0] for clause in CLAUSE_IDS}
    found = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for cited in CLAUSE.findall(node.value):
                    if cited.split("-")[0] in areas and cited not in CLAUSE_IDS:
                        found.append(f"{path}:{node.lineno} {cited}")
    assert found == []


def test_clocks_listen_to_steps_that_exist_and_stand_once_in_the_table() -> None:
    codes = [row["code"] for row in read_table("clocks.toml")["clock"]]
    assert sorted(codes) == sorted(set(codes))
    by_kind = {_model_of(workflow)._meta.label_lower: workflow for workflow in workflows().values()}
    for definition in all_definitions().values():
        workflow = by_kind[definition.subject]
        known = {*workflow.by_name, *workflow.openings_by_name}
        for verb in VERBS:
            assert set(getattr(definition, verb)) <= known, f"{definition.code} {verb}"
        assert definition.clause in CLAUSE_IDS
        assert {definition.warns, definition.escalates_to} <= {*grants.EVERYBODY, ""}, definition.code


def test_no_limit_of_a_clause_is_counted_twice_on_one_document() -> None:
    seen: dict[tuple[str, str], list[str]] = {}
    for definition in all_definitions().values():
        if not definition.when:
            seen.setdefault((definition.clause, definition.subject), []).append(definition.code)
    for definition in all_definitions().values():
        if definition.when and (definition.clause, definition.subject) in seen:
            seen[definition.clause, definition.subject].append(definition.code)
    assert {key: several for key, several in seen.items() if len(several) > 1} == {}


def test_every_template_is_used() -> None:
    everything = "\n".join(
        path.read_text("utf-8")
        for path in SOURCE.rglob("*")
        if path.suffix in (".py", ".html", ".txt", ".toml") and "tests" not in path.parts
    )
    unused = []
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        short = path.relative_to(SOURCE).as_posix()
        name = short.split("/templates/", 1)[1]
        if LOOKED_UP_ELSEWHERE.search(short):
            continue
        tag = "<c-" + name.removeprefix("cotton/").removesuffix(".html").replace("/", ".").replace("_", "-")
        tag = tag.removesuffix(".index")
        is_component = name.startswith("cotton/")
        named = re.search(re.escape(tag) + r"[\s/>]", everything) if is_component else name in everything
        if not named and not _is_named_in_parts(name, everything):
            unused.append(short)
    assert unused == []


def _is_named_in_parts(name: str, everything: str) -> bool:
    """Tell whether code puts the name together: `f"repairs/steps/{name}.html"`."""
    folder = name.rsplit("/", 1)[0]
    return re.search(rf'"{re.escape(folder)}/[^"]*\{{[^"]*\}}[^"]*"', everything) is not None


@pytest.mark.django_db
def test_migrations_are_complete_and_one_an_app() -> None:
    out = io.StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out, verbosity=1)
    several = {
        config.label: names
        for config in apps.get_app_configs()
        if config.name.startswith("aftersales.")
        for names in [sorted(path.stem for path in (SOURCE / config.label / "migrations").glob("0*.py"))]
        if len(names) > 1
    }
    assert several == {}


@pytest.mark.slow
def test_import_layers_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "4 kept, 0 broken" in done.stdout
