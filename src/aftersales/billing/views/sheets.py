"""One settlement sheet: its page, every step of its life by one view, its papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftersales.billing import queries, services, transitions
from aftersales.billing.forms import STEP_FORMS, MeansForm, SheetForm
from aftersales.billing.models import Settlement
from aftersales.billing.views.counter import counter_address
from aftersales.billing.views.screens import cashier_of
from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, NotVisible
from aftersales.doors.html import attempt, version_in
from aftersales.journal.queries import timeline
from aftersales.printing.queries import papers_of
from aftersales.printing.services import paper_for
from aftersales.repairs.choices import PayType
from aftersales.repairs.models import RepairOrder
from aftersales.web.formats import money
from aftersales.web.htmx import go_to, page

STEPS: dict[str, Callable[..., Settlement]] = {
    "pay": services.pay,
    "put_on_account": services.put_on_account,
    "collect": services.collect,
    "refund": services.refund,
}


@require_safe
def settlement(request: HttpRequest, number: str) -> HttpResponse:
    """Show a posted sheet: lines, payments, papers, journal, and what can be done."""
    actor = cashier_of(request)
    sheet = queries.sheet_numbered(actor, number)
    return page(request, "billing/settlement.html", lambda: sheet_context(sheet, actor))


def sheet_context(sheet: Settlement, actor: Actor, name: str = "", form: SheetForm | None = None) -> dict[str, Any]:
    """Return what the sheet's page shows, with the form of a step if one is open."""
    asks_customer = sheet.payer == PayType.CUSTOMER and sheet.customer is not None
    return {
        "sheet": sheet,
        "order": sheet.order,
        "lines": list(sheet.lines.all()),
        "payments": list(sheet.payments.all()),
        "offers": transitions.WORKFLOW.offers(sheet, actor),
        "steps_url": reverse("billing:settlement", args=[sheet.number]) + "steps/",
        "asking": frozenset(STEP_FORMS),
        "step": transitions.WORKFLOW.by_name[name] if name else None,
        "form": form,
        "is_means": isinstance(form, MeansForm),
        "credit": queries.credit_of(sheet.customer) if asks_customer and sheet.customer else None,
        "timeline": timeline(sheet, actor),
        "papers": papers_of(actor, sheet),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Ask for a step's input (GET) or take the step (POST); what was typed stays beside a refusal."""
    actor = cashier_of(request)
    form_class = STEP_FORMS.get(name)
    if form_class is None:
        raise Http404
    sheet = queries.sheet_numbered(actor, number)
    row = transitions.WORKFLOW.by_name[name]
    if not actor.may(row.permission, sheet.station_id):
        raise Forbidden(_("Your role does not allow “%(step)s”.") % {"step": row.label}, code="forbidden")
    if request.method != "POST":
        return page(request, "billing/settlement.html", sheet_context(sheet, actor, name, form_class(sheet=sheet)))
    form = form_class(request.POST, sheet=sheet)
    version = version_in(request)
    outcome = attempt(request, form, lambda who, at: take(sheet, name, form, who, at, version))
    if outcome.is_done:
        messages.success(request, _done(row.label, form))
        return go_to(request, outcome.value)
    fresh = queries.sheet_numbered(actor, number)
    return page(request, "billing/settlement.html", sheet_context(fresh, actor, name, form), status=outcome.status)


def take(sheet: Settlement, name: str, form: SheetForm, actor: Actor, at: datetime, version: int | None) -> str:
    """Take the step with the form's input and return where to go next."""
    if name == "reverse":
        services.reverse_settlement(RepairOrder(pk=sheet.order_id), actor, at, **form.arguments())
    else:
        target = held(Settlement(pk=sheet.pk, station_id=sheet.station_id, order_id=sheet.order_id), version)
        STEPS[name](target, actor, at, **form.arguments())
    return counter_address(sheet)


def _done(label: Any, form: SheetForm) -> str:
    tender = form.tender() if isinstance(form, MeansForm) else None
    if tender is not None:
        return _("Done: %(step)s. Change: %(change)s") % {"step": label, "change": money(tender.change)}
    return _("Done: %(step)s.") % {"step": label}


@require_POST
def print_sheet(request: HttpRequest, number: str) -> HttpResponse:
    """Print the settlement sheet: the latest paper if it still says what is true, else a new one."""
    actor = cashier_of(request)
    sheet = queries.sheet_numbered(actor, number)
    paper = paper_for(actor, timezone.now(), document=sheet, kind="billing.settlement_sheet")
    return go_to(request, reverse("printing:paper", args=[paper.reference]))


@require_POST
def print_receipt(request: HttpRequest, number: str, payment_number: str) -> HttpResponse:
    """Print the receipt of one payment."""
    actor = cashier_of(request)
    sheet = queries.sheet_numbered(actor, number)
    payment = next((row for row in sheet.payments.all() if row.number == payment_number), None)
    if payment is None:
        raise NotVisible
    payment.settlement, payment.station = sheet, sheet.station
    paper = paper_for(actor, timezone.now(), document=payment, kind="billing.receipt")
    return go_to(request, reverse("printing:paper", args=[paper.reference]))
