"""One repair order: its page, and every step of its workflow by one view."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftersales.clocks.queries import clocks_of
from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import Forbidden
from aftersales.doors.commands import actor_of
from aftersales.doors.html import Outcome, attempt, version_in
from aftersales.files.choices import AttachmentKind
from aftersales.files.queries import attachments_of
from aftersales.files.services import attach_signature
from aftersales.journal.queries import entries_of
from aftersales.printing.queries import papers_of
from aftersales.printing.registry import all_printouts
from aftersales.printing.services import paper_for
from aftersales.repairs import transitions
from aftersales.repairs.forms import ONE_TAP, STEP_FORMS, StepForm, Subject
from aftersales.repairs.forms.photos import PhotosForm
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.permissions import P
from aftersales.repairs.queries import declined_work
from aftersales.repairs.queries import order_page as rows
from aftersales.repairs.queries.course import actions_of, stages_of, timeline_of
from aftersales.repairs.services.counter import keep_photos
from aftersales.standards.binding import fulfils
from aftersales.vehicles.rules import warranty_runs
from aftersales.web import htmx
from aftersales.web.rows import FactRow

TEMPLATE = "repairs/order.html"
FORM = "ro-form"
# The region a step's answer goes to, then everything that may have changed with it.
REGIONS = (FORM, "ro-head", "ro-state", "ro-actions", "ro-concerns", "ro-lines", "ro-records", "ro-journal")
PARTS = frozenset({*REGIONS, "ro-photos", "ro-picks"})
PHOTO_RIGHTS = (P.RECEIVE, P.DIAGNOSE, P.WORK, P.INSPECT, P.DELIVER, P.ISSUE_PARTS)


def address_of(order: RepairOrder) -> str:
    return reverse("repairs:order", args=[order.number])


@require_safe
@fulfils("WORK-01", "WORK-09")
def order_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the whole visit: where it is, what is next, why not, and everything recorded (WORK-09)."""
    actor, at = actor_of(request), timezone.now()
    order = rows.order_numbered(actor, number)
    return htmx.page(request, TEMPLATE, lambda: full_context(order, actor, at), partials=PARTS)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Ask for a step's input (GET) or take the step (POST); a refusal keeps what was typed."""
    actor, at = actor_of(request), timezone.now()
    form_class = STEP_FORMS.get(name)
    if form_class is None:
        raise Http404
    order = rows.order_numbered(actor, number)
    rows.load_lines(order)
    rows.load_concerns(order)
    subject = Subject(order, actor, at, request.GET.dict())
    if not actor.may(transitions.WORKFLOW.by_name[name].permission, order.station_id):
        raise Forbidden(_("Your role does not allow this step."), code="forbidden")
    if request.method != "POST":
        shown = form_context(order, name, form_class(subject=subject))
        part = htmx.wanted_part(request, PARTS)
        if part in (FORM, "ro-picks"):
            return htmx.page(request, TEMPLATE, shown, partials=PARTS)
        return htmx.page(request, TEMPLATE, full_context(order, actor, at) | shown)
    form = form_class(request.POST, request.FILES, subject=subject)
    version = version_in(request)
    outcome = attempt(request, form, lambda who, when: take(order, name, form, who, when, version))
    if outcome.is_done:
        return _taken(request, number, name, actor)
    return _refused(request, order, name, form, outcome)


def take(order: RepairOrder, name: str, form: StepForm, actor: Actor, at: datetime, version: int | None) -> str:
    """Take the step with the form's input, keeping a drawn signature with it; all or nothing."""
    arguments = form.arguments()
    drawn = form.drawn_signature
    if drawn is not None:
        signer = str(getattr(form, "signer", "") or actor.name)
        arguments["signature"] = attach_signature(actor, at, document=order, image=drawn, signed_by=signer)
    target = held(RepairOrder(pk=order.pk), version)
    getattr(transitions, name)(target, actor, at, **arguments)
    return address_of(order)


def _taken(request: HttpRequest, number: str, name: str, actor: Actor) -> HttpResponse:
    messages.success(request, _("Done: %(step)s.") % {"step": transitions.WORKFLOW.by_name[name].label})
    fresh = rows.order_numbered(actor, number)
    if htmx.is_htmx(request):
        context = full_context(fresh, actor, timezone.now())
        return htmx.fragments(request, TEMPLATE, REGIONS, context)
    return HttpResponseRedirect(address_of(fresh), status=303)


def _refused(request: HttpRequest, order: RepairOrder, name: str, form: StepForm, outcome: Outcome) -> HttpResponse:
    """Draw the form again with what was typed; after somebody else's change also the page as it is now."""
    actor, at = actor_of(request), timezone.now()
    fresh = rows.order_numbered(actor, order.number) if outcome.refusal is not None else order
    shown = form_context(fresh, name, form)
    if outcome.is_stale:
        seen = version_in(request) or fresh.version
        missed = min(max(fresh.version - seen, 1), 20)
        shown["missed"] = timeline_of(entries_of(fresh, limit=missed))
    if htmx.is_htmx(request):
        if outcome.is_stale:
            return htmx.fragments(request, TEMPLATE, REGIONS, full_context(fresh, actor, at) | shown, outcome.status)
        return htmx.fragments(request, TEMPLATE, (FORM,), shown, outcome.status)
    return htmx.page(request, TEMPLATE, full_context(fresh, actor, at) | shown, status=outcome.status)


@require_http_methods(["GET", "HEAD", "POST"])
def photos(request: HttpRequest, number: str) -> HttpResponse:
    """Show the order's photos, and take more."""
    actor, at = actor_of(request), timezone.now()
    order = rows.order_numbered(actor, number)
    if request.method != "POST":
        return htmx.page(request, TEMPLATE, lambda: full_context(order, actor, at), partials=PARTS)
    if not may_photograph(order, actor):
        raise Forbidden(_("Your role does not allow adding photos."), code="forbidden")
    form = PhotosForm(request.POST, request.FILES)

    def command(who: Actor, when: datetime) -> str:
        values = form.cleaned_data
        keep_photos(order, who, when, values["photos"], caption=values["caption"])
        return address_of(order)

    outcome = attempt(request, form, command)
    if outcome.is_done:
        messages.success(request, _("Photos added."))
        form = PhotosForm()
    return htmx.redirect_or_fragments(
        request,
        to=address_of(order),
        template=TEMPLATE,
        parts=("ro-photos", "ro-journal"),
        context=lambda: full_context(order, actor, at) | {"photos_form": form},
        status=200 if outcome.is_done else outcome.status,
    )


@require_POST
def issue_paper(request: HttpRequest, number: str) -> HttpResponse:
    """Print a paper of the order: the latest if it still says what is true, else a new one."""
    actor, at = actor_of(request), timezone.now()
    order = rows.order_numbered(actor, number)
    kind = request.POST.get("kind", "")
    if kind not in {printout.kind for printout in order_printouts()}:
        raise Http404
    paper = paper_for(actor, at, document=order, kind=kind)
    return htmx.go_to(request, reverse("printing:paper", args=[paper.reference]))


def order_printouts() -> list[Any]:
    """Return the kinds of paper that are printed from a repair order."""
    return [row for row in all_printouts() if row.gather.__module__.startswith("aftersales.repairs.")]


def _paper_title(kind: str) -> Any:
    return next((row.title for row in all_printouts() if row.kind == kind), kind)


def may_photograph(order: RepairOrder, actor: Actor) -> bool:
    return any(actor.may(code, order.station_id) for code in PHOTO_RIGHTS)


def form_context(order: RepairOrder, name: str, form: StepForm) -> dict[str, Any]:
    """Return what the form's region shows."""
    row = transitions.WORKFLOW.by_name[name]
    return {
        "order": order,
        "step": row,
        "form": form,
        "step_url": reverse("repairs:step", args=[order.number, name]),
        "missed": (),
        "form_facts": form.context(),
    }


def full_context(order: RepairOrder, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return everything the page shows; the same number of statements however many lines the order has."""
    lines = rows.line_rows(order)
    concerns = rows.concern_rows(order)
    entries = rows.entries_shown(order)
    actions = actions_of(order, actor)
    open_at_lines = {name for name, offer in actions.at_lines.items()}
    return {
        "order": order,
        "step": None,
        "form": None,
        "step_url": "",
        "missed": (),
        "form_facts": {},
        "facts": facts_of(order, at),
        "steps": stages_of(order, entries),
        "actions": actions,
        "with_form": frozenset(STEP_FORMS) - ONE_TAP,
        "steps_url": address_of(order) + "steps/",
        "counter_url": _counter_address(order),
        "line_steps": open_at_lines,
        "hindrances": [
            offer for name, offer in actions.at_lines.items() if offer.refusal is not None and name != "remove_line"
        ],
        "concerns": concerns,
        "receiving": rows.receiving_row(order),
        "lines": lines,
        "totals": rows.payer_totals(lines),
        "estimates": rows.estimate_rows(order),
        "consents": rows.consent_rows(order),
        "checks": rows.check_rows(order),
        "notices": rows.notice_rows(order),
        "departures": rows.departure_rows(order),
        "clocks": clocks_of(order, at),
        "papers": [(_paper_title(paper.kind), paper) for paper in papers_of(actor, order)],
        "printouts": order_printouts(),
        "photos": attachments_of(actor, order, AttachmentKind.PHOTO),
        "photos_form": PhotosForm(),
        "may_photograph": may_photograph(order, actor),
        "declined": declined_work(actor, order.vehicle_id, besides=order),
        "timeline": timeline_of(entries),
    }


def facts_of(order: RepairOrder, at: datetime) -> list[FactRow]:
    """Return the facts of the visit that everybody asks for first."""
    car = order.vehicle
    today = timezone.localdate(at)
    facts = [
        FactRow(_("Kind of visit"), order.get_visit_type_display()),
        FactRow(_("Service advisor"), order.advisor.name if order.advisor else "—"),
        FactRow(_("Odometer"), f"{order.odometer_km:,} km" if order.odometer_km is not None else "—"),
        FactRow(_("VIN"), car.vin or "—"),
        FactRow(_("Model"), order.model_name or str(car.model or car.model_name or "—")),
    ]
    if order.promised_at and order.wash_minutes:
        facts.append(FactRow(_("Wash included"), _("%(minutes)s min") % {"minutes": order.wash_minutes}))
    covered = warranty_runs(
        car.warranty_starts_on,
        car.warranty_months or (car.model.warranty_months if car.model else None),
        car.warranty_km or (car.model.warranty_km if car.model else None),
        today,
        order.odometer_km,
    )
    if covered is not None:
        facts.append(FactRow(_("Quality guarantee"), _("runs") if covered else _("has ended")))
    if order.next_visit_on or order.next_visit_km:
        told = [order.next_visit_on.isoformat()] if order.next_visit_on else []
        told += [f"{order.next_visit_km:,} km"] if order.next_visit_km else []
        facts.append(FactRow(_("Next visit"), " / ".join(told)))
    if order.received_by:
        facts.append(FactRow(_("Handed over to"), order.received_by))
    return facts


def _counter_address(order: RepairOrder) -> str:
    try:
        return reverse("billing:order", args=[order.number])
    except NoReverseMatch:
        return ""
