"""The counter: who waits to settle or to pay, and one order from the explained items to the posted sheets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftersales.billing import queries, services, transitions
from aftersales.billing.choices import SettlementKind, SettlementState
from aftersales.billing.forms import NothingAsked, PayForm
from aftersales.billing.models import NOTHING, Settlement
from aftersales.billing.permissions import P
from aftersales.billing.views.screens import cashier_of, tabs, words_of
from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, Text
from aftersales.core.workflow import Offer
from aftersales.doors.html import attempt, version_in
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import OrderState, PayType
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.permissions import P as VisitRight
from aftersales.standards.binding import fulfils
from aftersales.web.htmx import go_to, page


@require_safe
def cashier(request: HttpRequest) -> HttpResponse:
    """Show the orders to settle and those to be paid; with search words also what is done."""
    actor, words = cashier_of(request), words_of(request)

    def context() -> dict[str, Any]:
        return {
            "words": words,
            "ready": queries.ready_orders(actor, words),
            "unpaid": queries.unpaid_orders(actor, words),
            "finished": queries.finished_orders(actor, words) if words else [],
            "tabs": tabs("cashier"),
        }

    return page(request, "billing/cashier.html", context)


@require_safe
@fulfils("SETL-03", "SETL-04")
def order_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order at the counter: items first, then the amount (SETL-03)."""
    actor = cashier_of(request)
    order = queries.order_at_counter(actor, number)
    return page(request, "billing/order.html", lambda: order_context(order, actor))


def order_context(order: RepairOrder, actor: Actor, form: forms.Form | None = None) -> dict[str, Any]:
    """Return what the counter's page shows; the same number of statements however many lines there are."""
    lines = order.all_lines()
    sheets = queries.sheets_of(order)
    posted = [s for s in sheets if s.state == SettlementState.POSTED and s.kind == SettlementKind.SETTLEMENT]
    due_sheet = next((sheet for sheet in posted if sheet.due > 0), None)
    may_pay = actor.may(P.PAY, order.station_id)
    return {
        "order": order,
        "form": form,
        "previews": [] if posted else queries.previews_of(lines),
        "left_out": queries.left_out(lines),
        "sheets": [(sheet, side_offers(sheet, order, actor)) for sheet in posted],
        "taken_back": [sheet for sheet in sheets if sheet not in posted],
        "total": sum((line.gross for line in lines if line.is_agreed), NOTHING),
        "due": sum((sheet.due for sheet in posted), NOTHING),
        "due_sheet": due_sheet,
        "pay_form": PayForm(sheet=due_sheet) if due_sheet is not None and may_pay else None,
        "credit": queries.credit_of(order.customer) if due_sheet is not None or not posted else None,
        "is_ready": order.state == OrderState.READY,
        "may_explain": actor.may(VisitRight.DELIVER, order.station_id),
        "may_post": actor.may(P.POST, order.station_id),
        "hindrance": hindrance(order, actor),
        "asking": frozenset({"pay", "put_on_account", "collect", "refund", "reverse"}),
        "customer_payer": PayType.CUSTOMER.value,
    }


def side_offers(sheet: Settlement, order: RepairOrder, actor: Actor) -> list[Offer]:
    """Return what else can be done with a sheet now; payment has its own form on the page."""
    left_out = {"pay"} if order.customer.on_account else {"pay", "put_on_account"}
    offers = transitions.WORKFLOW.offers(sheet, actor)
    return [offer for offer in offers if offer.is_open and offer.step.name not in left_out]


def hindrance(order: RepairOrder, actor: Actor) -> Text:
    """Return what stands in the way of posting, or ''."""
    refused = visit.WORKFLOW.refusal(order, visit.WORKFLOW.by_name["settle"], actor)
    if refused is not None:
        return str(refused)
    if sentence := transitions.poster_is_a_second_person(actor, timezone.now(), order=order):
        return f"{sentence} (SETL-07)"
    return ""


@require_POST
def explain(request: HttpRequest, number: str) -> HttpResponse:
    """Record that the advisor has explained the items until the customer understood (SETL-03)."""
    actor = cashier_of(request)
    order = queries.order_at_counter(actor, number)
    if not actor.may(VisitRight.DELIVER, order.station_id):
        raise Forbidden(
            _("The advisor explains the repair items, not the cash desk."), code="forbidden", clause="SETL-04"
        )
    version = version_in(request)

    def command(who: Actor, at: datetime) -> str:
        visit.explain_items(held(RepairOrder(pk=order.pk), version), who, at)
        return reverse("billing:order", args=[number])

    return _answer(request, order, command, _("The items have been explained."))


@require_POST
def settle(request: HttpRequest, number: str) -> HttpResponse:
    """Post the order's sheets, one for each payer."""
    actor = cashier_of(request)
    order = queries.order_at_counter(actor, number)
    if not actor.may(P.POST, order.station_id):
        raise Forbidden(_("Your role does not allow posting a settlement."), code="forbidden")
    version = version_in(request)

    def command(who: Actor, at: datetime) -> str:
        services.settle_order(held(RepairOrder(pk=order.pk), version), who, at)
        return reverse("billing:order", args=[number])

    return _answer(request, order, command, _("The settlement is posted."))


def _answer(request: HttpRequest, order: RepairOrder, command: Any, done: str) -> HttpResponse:
    actor = cashier_of(request)
    form = NothingAsked(request.POST)
    outcome = attempt(request, form, command)
    if outcome.is_done:
        messages.success(request, done)
        return go_to(request, outcome.value)
    fresh = queries.order_at_counter(actor, order.number)
    return page(request, "billing/order.html", order_context(fresh, actor, form), status=outcome.status)


def counter_address(sheet: Settlement) -> str:
    """Return the address of the counter of a sheet's order."""
    return reverse("billing:order", args=[sheet.order.number])
