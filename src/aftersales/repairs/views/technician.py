"""The technician's pages, for gloves and a phone: my jobs with the clock in one tap, and one car with all it needs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt, sentence_of, version_in
from aftersales.files.choices import AttachmentKind
from aftersales.files.queries import attachments_of
from aftersales.repairs import transitions
from aftersales.repairs.choices import PauseReason
from aftersales.repairs.forms import STEP_FORMS, StepForm, Subject
from aftersales.repairs.forms.photos import PhotosForm
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.permissions import P
from aftersales.repairs.queries import order_page as rows
from aftersales.repairs.queries.bay import AT_WORK, workday_of, workday_version
from aftersales.repairs.services.counter import keep_photos
from aftersales.repairs.views.order import take
from aftersales.standards.binding import fulfils
from aftersales.web import htmx, live

JOBS = "repairs/technician.html"
JOB = "repairs/technician_job.html"
REGION = "my-jobs"
CLOCK = frozenset({"start_work", "pause_work", "finish_work"})
TAPS = CLOCK | {"call_for_help", "ask_for_parts", "report_finding", "complete"}
ASKED_ON_PAGE = ("ask_for_parts", "report_finding", "complete")


def _worker(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.may_anywhere(P.WORK):
        raise Forbidden(_("This page is for those who work on the cars."), code="forbidden")
    return actor


def _jobs_context(request: HttpRequest, actor: Actor, **more: Any) -> dict[str, Any]:
    at = timezone.now()
    staff_member_id = actor.staff_member_id or 0
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "day": workday_of(staff_member_id, midnight, at),
        "etag": live.etag(request, *workday_version(staff_member_id, at)),
        "pause_reasons": PauseReason.choices,
        "refusal": "",
        **more,
    }


@require_safe
@fulfils("WORK-04")
def jobs_page(request: HttpRequest) -> HttpResponse:
    """Show the technician's own jobs; polling while nothing changed costs one cheap statement and no body."""
    actor = _worker(request)
    tag = live.etag(request, *workday_version(actor.staff_member_id or 0, timezone.now()))
    if unchanged := live.not_modified(request, tag):
        return unchanged
    answer = htmx.page(request, JOBS, lambda: _jobs_context(request, actor), partials=(REGION,))
    return live.tagged(answer, tag)


def _order(actor: Actor, number: str) -> RepairOrder:
    order = rows.order_numbered(actor, number)
    if not actor.may(P.WORK, order.station_id):
        raise Forbidden(_("This page is for those who work on the cars."), code="forbidden")
    rows.load_lines(order)
    rows.load_concerns(order)
    return order


@require_POST
@fulfils("WORK-04", "DIAG-05")
def tap(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Take a step from the bay: clock, help, parts, finding, self-check. Tapped twice it is done once."""
    actor, at = _worker(request), timezone.now()
    if name not in TAPS:
        raise Http404
    order = _order(actor, number)
    form = STEP_FORMS[name](request.POST, request.FILES, subject=Subject(order, actor, at))
    version = version_in(request)

    def command(who: Actor, when: Any) -> str:
        return take(order, name, form, who, when, version)

    outcome = attempt(request, form, command)
    from_job = request.POST.get("from") == "job"
    if outcome.is_done:
        messages.success(request, _("Done: %(step)s.") % {"step": transitions.WORKFLOW.by_name[name].label})
        back = (
            reverse("repairs:job", args=[number]) if from_job and name != "complete" else reverse("repairs:technician")
        )
        if from_job:
            return htmx.go_to(request, back)
        return htmx.redirect_or_fragments(
            request, to=back, template=JOBS, parts=(REGION,), context=lambda: _jobs_context(request, actor)
        )
    if from_job:
        fresh = _order(actor, number)
        context = _job_context(fresh, actor, **{name: form})
        return htmx.page(request, JOB, context, status=outcome.status)
    sentence = sentence_of(outcome.refusal) if outcome.refusal is not None else _first_error(form)
    context = _jobs_context(request, actor, refusal=sentence)
    if htmx.is_htmx(request):
        return htmx.fragments(request, JOBS, (REGION,), context, outcome.status)
    return htmx.page(request, JOBS, context, status=outcome.status)


def _first_error(form: StepForm) -> str:
    return next((str(error) for errors in form.errors.values() for error in errors), "")


def _job_context(order: RepairOrder, actor: Actor, **asked: Any) -> dict[str, Any]:
    at = timezone.now()
    offers = {offer.step.name: offer for offer in transitions.WORKFLOW.offers(order, actor)}
    own = [line for line in order.all_lines() if line.is_labour and line.technician_id == actor.staff_member_id]
    query = {"line": str(own[0].pk)} if len(own) == 1 else {}
    subject = Subject(order, actor, at, query)
    forms = {name: asked.get(name) or STEP_FORMS[name](subject=subject) for name in ASKED_ON_PAGE if name in offers}
    return {
        "order": order,
        "is_at_work": order.state in AT_WORK,
        "concerns": rows.concern_rows(order),
        "lines": [line for line in order.all_lines() if line.is_agreed],
        "complete_offer": offers.get("complete"),
        "complete_form": forms.get("complete"),
        "asks": [
            (offers[name].step, forms[name], reverse("repairs:tap", args=[order.number, name]))
            for name in ("ask_for_parts", "report_finding")
            if name in forms
        ],
        "asked": next(iter(asked), ""),
        "photos": attachments_of(actor, order, AttachmentKind.PHOTO),
        "photos_form": asked.get("photos") or PhotosForm(),
    }


@require_safe
def job_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show one car to the technician: what the customer says, what was found, parts, photos, the self-check."""
    actor = _worker(request)
    return htmx.page(request, JOB, _job_context(_order(actor, number), actor))


@require_POST
def photos(request: HttpRequest, number: str) -> HttpResponse:
    """Keep photos taken in the bay with the order."""
    actor = _worker(request)
    order = _order(actor, number)
    form = PhotosForm(request.POST, request.FILES)

    def command(who: Actor, when: Any) -> str:
        values = form.cleaned_data
        keep_photos(order, who, when, values["photos"], caption=values["caption"])
        return order.number

    outcome = attempt(request, form, command)
    if outcome.is_done:
        messages.success(request, _("Photos added."))
        return htmx.go_to(request, reverse("repairs:job", args=[number]))
    return htmx.page(request, JOB, _job_context(order, actor, photos=form), status=outcome.status)
