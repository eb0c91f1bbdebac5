"""What the pages of the catalogue and the stock room share: search text, turning pages, a document's timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aftersales.core.workflow import Workflow
from aftersales.journal.queries import entries_of
from aftersales.journal.wording import role_in_words
from aftersales.web.rows import TimelineRow

PAGE_ROWS = 50
LAST_PAGE = 2000
_MASTER_STEPS = {
    "registered": _("Registered"),
    "changed": _("Record changed"),
    "superseded": _("Successor named"),
    "model_hours_set": _("Hours of a model set"),
    "lines_changed": _("Lines changed"),
    "taken_over": _("Reservation taken over"),
}


def searched(request: HttpRequest, name: str = "q") -> str:
    """Return the search text as typed, without what no database takes, at most 80 characters."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:80]


def chosen(request: HttpRequest, name: str, choices: type[models.TextChoices]) -> str:
    """Return the filter's value if it is one of the choices, else ""."""
    value = request.GET.get(name, "")
    return value if value in choices.values else ""


def id_chosen(request: HttpRequest, name: str) -> int | None:
    """Return the filter's id if it can be one, else None."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """One page of rows, with the addresses of the pages beside it ("" where there is none)."""

    rows: Sequence[Row]
    previous: str
    next: str


def turned(request: HttpRequest) -> int:
    """Return how many rows lie before the page asked for."""
    return (_number(request) - 1) * PAGE_ROWS


def page_of[Row](request: HttpRequest, rows: Sequence[Row]) -> Page[Row]:
    """Make a page of rows that were read from `turned` on with one row more than a page holds."""
    number = _number(request)

    def address(to: int) -> str:
        kept = {name: value for name, value in request.GET.items() if name != "page"}
        return f"{request.path}?{urlencode(kept | {'page': to})}"

    return Page(
        rows[:PAGE_ROWS],
        address(number - 1) if number > 1 else "",
        address(number + 1) if len(rows) > PAGE_ROWS and number < LAST_PAGE else "",
    )


def _number(request: HttpRequest) -> int:
    typed = request.GET.get("page", "1")
    return min(max(int(typed), 1), LAST_PAGE) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1


def timeline(document: models.Model, workflow: Workflow[Any] | None = None) -> list[TimelineRow]:
    """Return a document's journal as a person reads it, newest first."""
    labels: dict[str, Any] = dict(_MASTER_STEPS)
    if workflow is not None:
        labels |= {name: step.label for name, step in workflow.by_name.items()}
        labels |= {name: opening.label for name, opening in workflow.openings_by_name.items()}
    return [
        TimelineRow(
            at=entry.at,
            text=labels.get(entry.step, entry.step),
            actor=entry.actor_name,
            role=str(role_in_words(entry.actor_role)),
            detail=entry.reason,
        )
        for entry in entries_of(document, limit=50)
    ]
