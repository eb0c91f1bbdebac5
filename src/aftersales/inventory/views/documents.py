"""Pages of the stock room's documents: receipts, corrections, alerts, moves between shelves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from aftersales.catalog.forms import ReasonForm
from aftersales.catalog.screens import PAGE_ROWS, page_of, timeline, turned
from aftersales.core.documents import held
from aftersales.doors.html import version_in
from aftersales.inventory import forms, queries, services, transitions
from aftersales.inventory.models import Adjustment, Receipt, StockAlert
from aftersales.inventory.permissions import P
from aftersales.network.screens import answer_button, answer_form, require_page_right
from aftersales.web.rows import TabRow

get_or_post = require_http_methods(["GET", "POST"])


@require_GET
def receipts(request: HttpRequest) -> HttpResponse:
    """List the goods receipts."""
    actor = require_page_right(request, P.VIEW)
    before = turned(request)
    context = {
        "page": page_of(request, list(queries.receipts(actor)[before : before + PAGE_ROWS + 1])),
        "may_receive": actor.may_anywhere(P.RECEIVE),
        "may_cost": actor.may_anywhere(P.VIEW_COST),
    }
    return render(request, "inventory/receipts.html", context)


@require_GET
def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Show one goods receipt."""
    actor = require_page_right(request, P.VIEW)
    row = Receipt.objects.get_visible(actor, pk=receipt_id)
    context = {
        "receipt": row,
        "lines": list(row.lines.select_related("part", "location")),
        "offers": transitions.RECEIPT_WORKFLOW.offers(row, actor),
        "steps_url": reverse("inventory:receipt", args=[row.pk]),
        "asking": frozenset({"cancel_receipt"}),
        "journal": timeline(row, transitions.RECEIPT_WORKFLOW),
        "may_cost": actor.may(P.VIEW_COST, row.station_id),
    }
    return render(request, "inventory/receipt.html", context)


@get_or_post
def receive(request: HttpRequest) -> HttpResponse:
    """Write down what has arrived and put it on the shelf."""
    actor = require_page_right(request, P.RECEIVE)

    def save(values: dict[str, Any]) -> Receipt:
        take: Callable[..., Receipt] = transitions.draft_receipt if values["later"] else services.receive
        return take(
            actor,
            timezone.now(),
            station=values["shelf"].station,
            items=values["items"],
            supplier_name=values["supplier_name"],
            document_ref=values["document_ref"],
        )

    return answer_form(
        request,
        forms.ReceiptForm(actor, P.RECEIVE, request.POST or None),
        save,
        heading=_("Receive parts"),
        back=reverse("inventory:receipts"),
    )


@require_POST
def post_receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Post a drafted receipt."""
    actor = require_page_right(request, P.RECEIVE)
    row = Receipt.objects.get_visible(actor, pk=receipt_id)
    return answer_button(
        request,
        lambda: transitions.post_receipt(held(row, version_in(request)), actor, timezone.now()),
        back=reverse("inventory:receipt", args=[row.pk]),
    )


@get_or_post
def cancel_receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Cancel a posted receipt with a reason."""
    actor = require_page_right(request, P.CANCEL_RECEIPT)
    row = Receipt.objects.get_visible(actor, pk=receipt_id)
    return answer_form(
        request,
        ReasonForm(request.POST or None),
        lambda values: transitions.cancel_receipt(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=_("Cancel receipt %(number)s") % {"number": row},
        back=reverse("inventory:receipt", args=[row.pk]),
        version=row.version,
    )


@require_GET
def adjustments(request: HttpRequest) -> HttpResponse:
    """List the corrections; what waits for approval can be decided here."""
    actor = require_page_right(request, P.ADJUST, P.APPROVE_ADJUSTMENT)
    rows, before = queries.adjustments(actor), turned(request)
    waiting = request.GET.get("state") == "proposed"
    if waiting:
        rows = rows.filter(state="proposed")
    page = page_of(request, list(rows[before : before + PAGE_ROWS + 1]))
    here = reverse("inventory:adjustments")
    context = {
        "page": page,
        "offered": [
            (row, transitions.ADJUSTMENT_WORKFLOW.offers(row, actor), f"{here}{row.number}/") for row in page.rows
        ],
        "asking": frozenset({"reject_adjustment"}),
        "tabs": [
            TabRow(_("All"), here, active=not waiting),
            TabRow(_("Waiting for approval"), f"{here}?state=proposed", active=waiting),
        ],
        "may_adjust": actor.may_anywhere(P.ADJUST),
        "may_cost": actor.may_anywhere(P.VIEW_COST),
    }
    return render(request, "inventory/adjustments.html", context)


@get_or_post
def adjust(request: HttpRequest) -> HttpResponse:
    """Correct the stock of a shelf."""
    actor = require_page_right(request, P.ADJUST)

    def save(values: dict[str, Any]) -> Adjustment:
        shelf = values["shelf"]
        made = services.adjust(
            actor,
            timezone.now(),
            station=shelf.station,
            part_id=values["part"].pk,
            location=shelf,
            quantity=values["quantity"],
            reason=values["reason"],
            unit_cost=values["unit_cost"],
        )
        if made.state == "proposed":
            messages.warning(request, _("Above the limit: somebody else approves it before the stock changes."))
        return made

    return answer_form(
        request,
        forms.AdjustmentForm(actor, P.ADJUST, request.POST or None, initial={"part": request.GET.get("part", "")}),
        save,
        heading=_("Correct stock"),
        back=reverse("inventory:adjustments"),
    )


@require_POST
def decide_adjustment(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Book or approve a correction."""
    actor = require_page_right(request, P.ADJUST, P.APPROVE_ADJUSTMENT)
    row = Adjustment.objects.get_visible(actor, number=number)
    take = transitions.approve_adjustment if step == "approve_adjustment" else transitions.book_adjustment
    return answer_button(
        request,
        lambda: take(held(row, version_in(request)), actor, timezone.now()),
        back=reverse("inventory:adjustments"),
    )


@get_or_post
def reject_adjustment(request: HttpRequest, number: str) -> HttpResponse:
    """Reject a correction with a reason."""
    actor = require_page_right(request, P.APPROVE_ADJUSTMENT)
    row = Adjustment.objects.get_visible(actor, number=number)
    return answer_form(
        request,
        ReasonForm(request.POST or None),
        lambda values: transitions.reject_adjustment(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=_("Reject correction %(number)s") % {"number": row.number},
        back=reverse("inventory:adjustments"),
        version=row.version,
    )


@get_or_post
def transfer(request: HttpRequest) -> HttpResponse:
    """Move stock between two shelves."""
    actor = require_page_right(request, P.TRANSFER)

    def save(values: dict[str, Any]) -> int:
        return services.transfer(
            actor,
            timezone.now(),
            station=values["source"].station,
            part_id=values["part"].pk,
            source=values["source"],
            destination=values["destination"],
            quantity=values["quantity"],
            reason=values["reason"],
        )

    return answer_form(
        request,
        forms.TransferForm(actor, P.TRANSFER, request.POST or None, initial={"part": request.GET.get("part", "")}),
        save,
        heading=_("Move between shelves"),
        back=reverse("inventory:stock"),
    )


@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    """List the stock alerts, open or handled."""
    actor = require_page_right(request, P.VIEW)
    handled, before = request.GET.get("handled") == "1", turned(request)
    here = reverse("inventory:alerts")
    context = {
        "page": page_of(request, list(queries.open_alerts(actor, handled=handled)[before : before + PAGE_ROWS + 1])),
        "handled": handled,
        "tabs": [
            TabRow(_("Open"), here, active=not handled),
            TabRow(_("Handled"), f"{here}?handled=1", active=handled),
        ],
        "may_handle": actor.may_anywhere(P.HANDLE_ALERT),
    }
    return render(request, "inventory/alerts.html", context)


@get_or_post
def handle_alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Say what was done about an alert."""
    actor = require_page_right(request, P.HANDLE_ALERT)
    row = StockAlert.objects.select_related("part").get_visible(actor, P.HANDLE_ALERT, pk=alert_id)
    return answer_form(
        request,
        forms.HandleAlertForm(request.POST or None),
        lambda values: transitions.handle_alert(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=_("Stock alert: %(part)s") % {"part": row.part},
        back=reverse("inventory:alerts"),
        version=row.version,
    )
