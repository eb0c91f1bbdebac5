"""Upload, choose columns, look at the dry run, write, watch the progress, take the report home."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, NotVisible, Refusal
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt, once, version_in
from aftersales.doors.pages import page_of
from aftersales.exchange import queries, services, transitions
from aftersales.exchange.blanks import blank
from aftersales.exchange.choices import ImportKind, ImportState
from aftersales.exchange.exports import exporters_for
from aftersales.exchange.forms import ColumnsForm, UploadForm
from aftersales.exchange.models import ImportJob
from aftersales.exchange.oddities import groups_of
from aftersales.exchange.permissions import P
from aftersales.exchange.reports import figures, report
from aftersales.exchange.services import Upload
from aftersales.exchange.sheets import CONTENT_TYPES, XLSX
from aftersales.network.screens import require_page_right
from aftersales.web import htmx

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
OFFERED = ("check_file", "start_writing", "resume_writing", "cancel_import")
SHOWN_GROUPS = 100


@get_or_post
def imports(request: HttpRequest) -> HttpResponse:
    """List the imports; take a new file in."""
    actor = require_page_right(request, P.IMPORT, P.EXPORT)
    may_import = actor.may_anywhere(P.IMPORT)
    form = UploadForm(request.POST or None, request.FILES or None, actor=actor)
    status = 200
    if request.method == "POST":
        outcome = attempt(request, form, lambda who, at: _take_in(form, who, at))
        if outcome.is_done:
            return htmx.go_to(request, outcome.value)
        status = outcome.status
    jobs = queries.imports_visible_to(actor) if may_import else ImportJob.objects.everywhere().none()
    context = {
        "form": form,
        "page": page_of(jobs, order=("-pk",), cursor=request.GET.get("cursor", ""), size=30),
        "kinds": [(kind.name, ImportKind(kind.name).label) for kind in queries.kinds_for(actor)],
        "exporters": exporters_for(actor),
        "may_import": may_import,
    }
    return render(request, "exchange/list.html", context, status=status)


def _take_in(form: UploadForm, actor: Any, at: Any) -> str:
    values = form.cleaned_data
    upload = Upload(values["file"].name or "", values["file"].chunks())
    job = services.upload(
        actor, at, station=values["station"], kind=values["kind"], file=upload, mapping=values["mapping"]
    )
    return reverse("exchange:import", args=[job.pk])


def _context(request: HttpRequest, job: ImportJob, form: ColumnsForm | None = None) -> dict[str, Any]:
    actor, at = actor_of(request), timezone.now()
    silent = queries.is_silent(job, at)
    offers = [
        offer
        for offer in transitions.WORKFLOW.offers(job, actor)
        if offer.step.name in OFFERED and (offer.step.name != "resume_writing" or silent)
    ]
    may_choose = job.state in (ImportState.UPLOADED, ImportState.CHECKED)
    return {
        "job": job,
        "form": (form or ColumnsForm(job=job)) if may_choose else None,
        "offers": offers,
        "steps_url": reverse("exchange:import", args=[job.pk]) + "steps/",
        "primary": "start_writing" if job.state == ImportState.CHECKED else "",
        "groups": groups_of(job)[:SHOWN_GROUPS],
        "figures": figures(job) if job.report else [],
        "is_writing": job.state == ImportState.COMMITTING,
        "is_silent": silent,
        "progress_url": reverse("exchange:progress", args=[job.pk]),
    }


@require_safe
def import_page(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show one import: its columns, what is odd, how far it is."""
    job = queries.import_visible(actor_of(request), job_id)
    return render(request, "exchange/import.html", _context(request, job))


@require_safe
def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """Answer the progress bar; when the writing has ended the whole page is drawn anew."""
    job = queries.import_visible(actor_of(request), job_id)
    if job.state != ImportState.COMMITTING or queries.is_silent(job, timezone.now()):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {"job": job, "progress_url": request.path, "is_writing": True}
    return render(request, "exchange/import.html#import-progress", context)


@require_POST
def choose_columns(request: HttpRequest, job_id: int) -> HttpResponse:
    """Keep which column is what, and check the file at once."""
    job = queries.import_visible(actor_of(request), job_id)
    form = ColumnsForm(request.POST, job=job)

    def command(actor: Any, at: Any) -> str:
        chosen = services.choose_columns(
            held(job, version_in(request)),
            actor,
            at,
            columns=form.columns(),
            date_format=form.cleaned_data["date_format"],
        )
        services.check(chosen, actor, at)
        return reverse("exchange:import", args=[job.pk])

    outcome = attempt(request, form, command)
    if outcome.is_done:
        return htmx.go_to(request, outcome.value)
    return render(request, "exchange/import.html", _context(request, job, form), status=outcome.status)


_STEPS: dict[str, Callable[..., Any]] = {
    "check_file": services.check,
    "start_writing": services.start,
    "resume_writing": services.start,
    "cancel_import": transitions.cancel_import,
}


@require_POST
def step(request: HttpRequest, job_id: int, name: str) -> HttpResponse:
    """Take a step: check again, write, resume, cancel; a refusal is said on the page."""
    if name not in _STEPS:
        raise Http404
    job = queries.import_visible(actor_of(request), job_id)
    back = reverse("exchange:import", args=[job.pk])

    def command(actor: Any, at: Any) -> str:
        _STEPS[name](held(job, version_in(request)), actor, at)
        return back

    try:
        return htmx.go_to(request, once(request, command))
    except (Forbidden, NotVisible):
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return htmx.go_to(request, back)


@require_safe
def import_report(request: HttpRequest, job_id: int, form: str) -> HttpResponse:
    """Hand out the report as xlsx or csv."""
    job = queries.import_visible(actor_of(request), job_id)
    if form not in CONTENT_TYPES:
        raise Http404
    return download(report(job, form), CONTENT_TYPES[form], f"import-{job.pk}.{form}")


@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """Hand out the template of a kind."""
    require_page_right(request, P.IMPORT)
    if kind not in ImportKind.values:
        raise Http404
    return download(blank(kind), XLSX, f"{kind}.xlsx")


def download(data: bytes, content_type: str, name: str) -> HttpResponse:
    """Return a file to save; the browser is told not to guess what it is."""
    return HttpResponse(
        data,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
