"""Gathering every binding of the house: decorators, workflow tables, metrics, papers, clocks, checklists and roles."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db import DatabaseError, transaction

from aftersales.accounts.roles import ROLES
from aftersales.core.workflow import Check, Guard, Workflow
from aftersales.standards import binding
from aftersales.standards.binding import Binding, BindingKind
from aftersales.standards.catalogue import read_table
from aftersales.standards.checklists import all_checklists
from aftersales.standards.clause_ids import CLAUSE_IDS

SKIPPED = frozenset({"migrations", "tests", "locale", "management"})
NOT_ROOMS = frozenset({"aftersales.config", "aftersales.seeds"})  # settings and demo data keep no clause


@cache
def load_all() -> tuple[ModuleType, ...]:
    """Import every module of every installed app of the house, so that all decorators have run, and return them."""
    modules = []
    for config in apps.get_app_configs():
        if config.name.startswith(binding.ROOT) and config.name not in NOT_ROOMS:
            modules += [import_module(name) for name in _module_names(config.name)]
    return tuple(modules)


def _module_names(package: str) -> Iterator[str]:
    yield package
    for info in pkgutil.iter_modules(import_module(package).__path__):
        if info.name in SKIPPED:
            continue
        name = f"{package}.{info.name}"
        if info.ispkg:
            yield from _module_names(name)
        else:
            yield name


def workflows() -> dict[str, Workflow[Any]]:
    """Return every workflow of the house by dotted name, such as `repairs.transitions.WORKFLOW`."""
    found: dict[str, Workflow[Any]] = {}
    seen: set[int] = set()
    for module in load_all():
        for name, value in vars(module).items():
            if isinstance(value, Workflow) and id(value) not in seen:
                seen.add(id(value))
                found[f"{_home(value, module)}.{name}".removeprefix(binding.ROOT)] = value
    return found


def _home(workflow: Workflow[Any], met_in: ModuleType) -> str:
    """Return the module whose functions carry the table: the table may be imported elsewhere."""
    body = next(iter(workflow.bodies.values()), None)
    return body.__module__ if body is not None else met_in.__name__


def _of_workflows() -> Iterator[Binding]:
    for dotted, workflow in workflows().items():
        table = dotted.rsplit(".", 1)[0]
        for opening in workflow.openings_by_name.values():
            for clause in opening.clauses:
                yield Binding(clause, BindingKind.OPENING, f"{table}.{opening.name}")
            for check in filter(_cites, opening.checks):
                name = f"{table}.{opening.name} ← {binding.dotted_name(check.holds)}"
                yield Binding(check.clause, BindingKind.CHECK, name)
        for step in workflow.steps:
            body = workflow.bodies.get(step.name)
            own = f"{body.__module__}.{step.name}".removeprefix(binding.ROOT) if body else f"{table}.{step.name}"
            for clause in step.clauses:
                yield Binding(clause, BindingKind.STEP, own)
            for guard in filter(_cites, step.guards):
                yield Binding(guard.clause, BindingKind.GUARD, f"{own} ← {binding.dotted_name(guard.holds)}")
            for check in filter(_cites, step.checks):
                yield Binding(check.clause, BindingKind.CHECK, f"{own} ← {binding.dotted_name(check.holds)}")


def _cites(condition: Guard | Check) -> bool:
    """Tell whether a condition stands for a clause; plain common sense (give a reason) needs none."""
    return bool(condition.clause)


def _of_data() -> Iterator[Binding]:
    for row in read_table("clocks.toml")["clock"]:
        yield Binding(row["clause"], BindingKind.CLOCK, f"standards/data/clocks.toml: {row['code']}")
    for clause in all_checklists():
        yield Binding(clause, BindingKind.CHECKLIST, f"standards/data/checklists.toml: {clause}")


def _of_roles() -> Iterator[Binding]:
    role_model = apps.get_model("accounts", "Role")
    try:
        with transaction.atomic():
            rows = list(role_model._default_manager.order_by("code").values_list("code", "clauses"))
    except DatabaseError:  # asked without a migrated database: the tables in code are still worth printing
        rows = []
    # A database that nobody has set up yet starts with the table in code.
    for code, clauses in rows or [(row.code, [*row.clauses]) for row in ROLES]:
        for clause in clauses:
            yield Binding(clause, BindingKind.ROLE, f"accounts role: {code}")


def declared_bindings() -> tuple[Binding, ...]:
    """Return what code and data files bind, without asking the database."""
    load_all()
    return tuple(sorted({*binding.registered(), *_of_workflows(), *_of_data()}))


def all_bindings() -> tuple[Binding, ...]:
    """Return every binding of the house, roles of the database included, ordered by clause."""
    return tuple(sorted({*declared_bindings(), *_of_roles()}))


def unknown_clauses() -> list[Binding]:
    """Return the bindings that cite a clause the standard does not have."""
    return [row for row in declared_bindings() if row.clause not in CLAUSE_IDS]
