"""Journal entries in words: what a step is called, what changed, and nothing personal for who may not see it."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from aftersales.accounts.roles import BY_CODE
from aftersales.core.workflow import Workflow

# Steps of masters and sign-in, which have no workflow table.
_WORDS: dict[str, Any] = {
    "registered": _("Entered"),
    "changed": _("Changed"),
    "removed": _("Removed"),
    "opening_hours_set": _("Opening hours set"),
    "skills_set": _("Skills set"),
    "shifts_set": _("Shifts set"),
    "user_created": _("Account made"),
    "machine_account_created": _("Account of another system made"),
    "user_closed": _("Account closed"),
    "user_reopened": _("Account opened again"),
    "password_renewed": _("New password given"),
    "password_changed": _("Password changed"),
    "signed_in": _("Signed in"),
    "signed_out": _("Signed out"),
    "sign_in_failed": _("Sign-in failed"),
    "locked_out": _("Locked out after repeated failures"),
    "session_ended": _("Signed out of another browser"),
    "second_factor_added": _("Second factor added"),
    "second_factor_removed": _("Second factor removed"),
    "recovery_codes_made": _("Recovery codes made"),
    "role_given": _("Role given"),
    "role_ended": _("Role taken away"),
    "rights_set": _("Rights of the role set"),
    "token_issued": _("Token made"),
    "token_revoked": _("Token revoked"),
}
_WRITERS: dict[str, Any] = {
    "system": _("the program"),
    "stranger": _("not signed in"),
    "none": _("without a role"),
}
_PERSONAL = re.compile(r"(phone|mobile|address|e?mail|id_number|identity|licence_number|signature|wechat)", re.I)
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_MOST_COLUMNS = 8
_MOST_CHARACTERS = 120


@cache
def _labels() -> dict[tuple[str, str], Any]:
    """Every step of every workflow table by app and name; read once, when all apps are loaded."""
    labels: dict[tuple[str, str], Any] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.transitions"
        if not config.name.startswith("aftersales.") or find_spec(name) is None:
            continue
        module = import_module(name)
        for value in vars(module).values():
            if isinstance(value, Workflow):
                labels |= {(config.label, step.name): step.label for step in value.by_name.values()}
                labels |= {(config.label, opening.name): opening.label for opening in value.openings_by_name.values()}
    return labels


def step_in_words(kind: str, step: str) -> Any:
    """Return what a step is called on the button that takes it, or the name itself in plain letters."""
    label = _labels().get((kind.partition(".")[0], step)) or _WORDS.get(step)
    return label if label is not None else step.replace("_", " ")


def role_in_words(code: str) -> Any:
    """Return the name of the role an entry was written under, in the reader's language."""
    row = BY_CODE.get(code)
    if row is None:
        return _WRITERS.get(code, code)
    return row.name if (get_language() or "zh").startswith("zh") else row.name_en


def changes_in_words(changes: dict[str, Any], *, may_unmask: bool) -> str:
    """Return “column: old → new; …”, shortened, personal values masked unless the reader may see them."""
    shown = [
        f"{column}: {_value_in_words(column, value, may_unmask=may_unmask)}"
        for column, value in list(changes.items())[:_MOST_COLUMNS]
    ]
    more = len(changes) - len(shown)
    return "; ".join(shown) + (f"; +{more}" if more > 0 else "")


def masked(changes: Any, column: str = "") -> Any:
    """Return a copy of an entry's changes without anything personal in it."""
    if isinstance(changes, dict):
        return {name: masked(value, name) for name, value in changes.items()}
    if isinstance(changes, list):
        return [masked(value, column) for value in changes]
    if isinstance(changes, str) and changes:
        return "****" if _PERSONAL.search(column) else _PHONE.sub(r"\1****\2", changes)
    return changes


def _value_in_words(column: str, value: Any, *, may_unmask: bool) -> str:
    if not may_unmask:
        value = masked(value, column)
    pair = 2
    if isinstance(value, list) and len(value) == pair and not any(isinstance(part, dict | list) for part in value):
        return f"{_short(value[0])} → {_short(value[1])}"
    return _short(value)


def _short(value: Any) -> str:
    text = "—" if value in (None, "") else str(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
