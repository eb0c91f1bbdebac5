"""The start-up check: a clause cited anywhere must be a clause of the standard.

Decorators (`fulfils`, `metric`) refuse at import. The tables of workflows, clocks and checklists are read by this
check, which Django runs before it serves or migrates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning

from aftersales.standards.collection import unknown_clauses


def clauses_are_known(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Return one error for every binding that cites a clause the standard does not have."""
    try:
        unknown = unknown_clauses()
    except (ImportError, SyntaxError) as error:
        # Django's own check of the addresses names a broken module better; here it only means the list is not complete.
        return [Warning(f"the clauses could not all be checked: {error}", id="standards.W001")]
    return [
        Error(f"{row.dotted} cites the unknown clause {row.clause}", obj=row.dotted, id="standards.E001")
        for row in unknown
    ]
