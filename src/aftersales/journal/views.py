"""The audit administrator's pages: search the journal, take a copy of what was found. Nothing here changes anything."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from aftersales.accounts.permissions import P
from aftersales.journal import queries
from aftersales.journal.forms import SearchForm
from aftersales.journal.models import JournalEntry
from aftersales.journal.wording import masked
from aftersales.network.screens import INPUT_REFUSED, require_page_right

_COLUMNS = (
    "id",
    "at",
    "station",
    "kind",
    "record",
    "sequence",
    "step",
    "before",
    "after",
    "who",
    "role",
    "request",
    "reason",
    "changes",
    "hash",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show a page of entries, newest first."""
    actor = require_page_right(request, P.READ_AUDIT)
    form = SearchForm(request.GET or None, kinds=queries.known_kinds(actor))
    if request.GET and not form.is_valid():
        return render(
            request, "journal/search.html", {"form": form, "rows": [], "older": "", "export": ""}, status=INPUT_REFUSED
        )
    asked = form.search() if form.is_bound else queries.Search()
    typed = request.GET.get("before", "")
    before_id = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
    rows = queries.audit_page(asked, actor, before_id=before_id)
    kept = {name: value for name, value in request.GET.items() if name != "before" and value}
    older = urlencode(kept | {"before": rows[-1].entry.pk}) if len(rows) == queries.PAGE else ""
    context = {"form": form, "rows": rows, "older": older, "export": urlencode(kept)}
    return render(request, "journal/search.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Answer the entries found as CSV, personal values masked, safe to open in a spreadsheet."""
    actor = require_page_right(request, P.READ_AUDIT)
    form = SearchForm(request.GET or None, kinds=queries.known_kinds(actor))
    if request.GET and not form.is_valid():
        return render(
            request, "journal/search.html", {"form": form, "rows": [], "older": "", "export": ""}, status=INPUT_REFUSED
        )
    entries = queries.audit_export(form.search() if form.is_bound else queries.Search(), actor)
    answer = StreamingHttpResponse(_lines(entries), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="journal.csv"'
    return answer


def _lines(entries: Iterator[JournalEntry]) -> Iterator[str]:
    yield "\ufeff" + _line(_COLUMNS)  # the mark makes spreadsheet programs read UTF-8
    for entry in entries:
        yield _line(
            (
                entry.pk,
                entry.at.isoformat(),
                entry.station_id or "",
                entry.subject_kind,
                entry.subject_id,
                entry.sequence,
                entry.step,
                entry.before,
                entry.after,
                entry.actor_name,
                entry.actor_role,
                entry.request_id,
                masked(entry.reason),
                json.dumps(masked(entry.changes), ensure_ascii=False),
                entry.hash,
            )
        )


def _line(values: tuple[object, ...]) -> str:
    out = StringIO()
    csv.writer(out).writerow([_safe(str(value)) for value in values])
    return out.getvalue()


def _safe(text: str) -> str:
    """A cell that begins like a formula is kept as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text
