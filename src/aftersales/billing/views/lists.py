"""The lists of the cash desk: settlements with their export, and open accounts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftersales.billing import queries
from aftersales.billing.exports import EXPORT_FORMS, settlement_table
from aftersales.billing.forms import SheetFilterForm
from aftersales.billing.permissions import P
from aftersales.billing.views.screens import cashier_of, tabs, words_of
from aftersales.core.errors import InputRefused
from aftersales.doors.pages import Page, page_of
from aftersales.network.rules import business_date
from aftersales.repairs.choices import PayType
from aftersales.web.htmx import page

ORDER = ("-posted_at", "-id")
ACCOUNT_ORDER = ("falls_due_on", "id")


def _search(form: SheetFilterForm) -> queries.SheetSearch:
    """Return what the filter asks for; a field that cannot be read does not narrow the list."""
    form.is_valid()
    values = form.cleaned_data
    return queries.SheetSearch(
        words=values.get("q", ""),
        payer=values.get("payer", ""),
        show=values.get("show", ""),
        since=values.get("since"),
        until=values.get("until"),
    )


def _cut(rows: Any, order: tuple[str, ...], cursor: str) -> Page[Any]:
    try:
        return page_of(rows, order=order, cursor=cursor)
    except InputRefused:  # a page mark that is none of ours starts at the first page
        return page_of(rows, order=order)


def _addresses(request: HttpRequest, found: Page[Any]) -> dict[str, str]:
    kept = {name: value for name, value in request.GET.items() if name != "cursor"}

    def address(cursor: str) -> str:
        return f"{request.path}?{urlencode(kept | {'cursor': cursor})}" if cursor else ""

    return {"next": address(found.next_cursor), "previous": address(found.previous_cursor)}


@require_safe
def settlements(request: HttpRequest) -> HttpResponse:
    """List the posted sheets with filters."""
    actor = cashier_of(request)
    form = SheetFilterForm(request.GET)

    def context() -> dict[str, Any]:
        rows = queries.settlements_of(actor, _search(form))
        found = _cut(rows, ORDER, request.GET.get("cursor", ""))
        count, gross = queries.sum_of(rows)
        kept = urlencode({name: value for name, value in request.GET.items() if name != "cursor"})
        return {
            "form": form,
            "rows": found.rows,
            "count": count,
            "gross": gross,
            "exports": [(name, f"{reverse('billing:export', args=[name])}?{kept}") for name in EXPORT_FORMS],
            "tabs": tabs("settlements"),
        } | _addresses(request, found)

    return page(request, "billing/settlements.html", context)


@require_safe
def export_settlements(request: HttpRequest, form: str) -> HttpResponse:
    """Answer the filtered list as CSV or Excel."""
    actor = cashier_of(request)
    if form not in EXPORT_FORMS:
        raise Http404
    rows = queries.settlements_of(actor, _search(SheetFilterForm(request.GET))).order_by(*ORDER)
    content_type, written = EXPORT_FORMS[form]
    response = HttpResponse(written(settlement_table(rows)), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="settlements.{form}"'
    return response


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Show who owes how much for how long, and the open sheets of one debtor."""
    actor = cashier_of(request)
    payer, customer = request.GET.get("payer", ""), words_of(request, "customer")
    on = business_date(timezone.now())

    def context() -> dict[str, Any]:
        rows = queries.open_accounts(actor)
        if payer in PayType.values:
            rows = rows.filter(payer=payer)
        if customer:
            rows = rows.filter(Q(customer__number=customer) | Q(customer__merged_into__number=customer))
        found = _cut(rows, ACCOUNT_ORDER, request.GET.get("cursor", ""))
        return {
            "debtors": queries.debtors(actor, on),
            "rows": [(row, (on - row.falls_due_on).days) for row in found.rows],
            "narrowed": bool(payer or customer),
            "may_collect": actor.may_anywhere(P.PAY),
            "tabs": tabs("accounts"),
        } | _addresses(request, found)

    return page(request, "billing/accounts.html", context)
