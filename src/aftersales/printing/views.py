"""Papers on screen: the list of a document's papers, the PDF itself, and asking for a copy."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, NotVisible, Refusal
from aftersales.printing import queries, registry, services
from aftersales.printing.models import Paper, PaperCopy
from aftersales.printing.permissions import P
from aftersales.printing.render import render_pdf
from aftersales.web.htmx import go_to, page

SUBJECT = re.compile(r"^[a-z]+\.[a-z]+$")


def _paper(request: HttpRequest, reference: uuid.UUID) -> tuple[Actor, Paper]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor, Paper.objects.get_visible(actor, reference=reference)


@require_safe
def paper_pdf(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Answer the original as PDF."""
    _actor, paper = _paper(request, reference)
    return _pdf(request, paper, 0)


@require_safe
def copy_pdf(request: HttpRequest, reference: uuid.UUID, copy_number: int) -> HttpResponse:
    """Answer a recorded copy as PDF; one that was never made is not found."""
    _actor, paper = _paper(request, reference)
    if not PaperCopy.objects.filter(paper=paper, copy_number=copy_number).exists():
        raise NotVisible
    return _pdf(request, paper, copy_number)


def _pdf(request: HttpRequest, paper: Paper, copy_number: int) -> HttpResponse:
    response = HttpResponse(render_pdf(paper, copy_number), content_type="application/pdf")
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", f"{paper.kind}-{paper.number or paper.pk}")
    disposition = "attachment" if request.GET.get("download") == "1" else "inline"
    response["Content-Disposition"] = f'{disposition}; filename="{plain}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def papers_page(request: HttpRequest, kind: str, subject_id: int) -> HttpResponse:
    """List the papers of one document, with their copies."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not SUBJECT.match(kind):
        raise NotVisible
    papers = queries.papers_about(actor, kind, subject_id)
    if not papers:
        raise NotVisible
    return page(request, "printing/papers.html", _context(actor, kind, subject_id, papers), partials=("paper-list",))


def _context(
    actor: Actor, kind: str, subject_id: int, papers: list[Paper], refusal: Refusal | None = None
) -> dict[str, Any]:
    titles = {row.kind: row.title for row in registry.all_printouts()}
    return {
        "rows": [(titles.get(paper.kind, paper.kind), paper) for paper in papers],
        "number": papers[0].number,
        "may_reprint": actor.may(P.REPRINT, papers[0].station_id),
        "refusal": refusal,
        "subject": (kind, subject_id),
    }


@require_POST
def make_copy(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Record a copy with its reason and show it."""
    actor, paper = _paper(request, reference)
    try:
        copy = services.reprint(actor, timezone.now(), paper=paper, reason=request.POST.get("reason", ""))
    except InputRefused as refusal:
        papers = queries.papers_about(actor, paper.subject_kind, paper.subject_id)
        context = _context(actor, paper.subject_kind, paper.subject_id, papers, refusal)
        return page(request, "printing/papers.html", context, partials=("paper-list",), status=refusal.status)
    return go_to(request, reverse("printing:copy", args=(paper.reference, copy.copy_number)))
