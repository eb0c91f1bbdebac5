"""The list of repair orders, and its export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, InputRefused
from aftersales.core.prepared import prepared
from aftersales.doors.commands import actor_of
from aftersales.doors.pages import page_of
from aftersales.repairs.choices import OrderState
from aftersales.repairs.permissions import P
from aftersales.repairs.queries.listing import ORDER, OrderFilter, OrderRow, orders_matching, shown
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember
from aftersales.standards.binding import fulfils
from aftersales.web import fields, formats, htmx, pieces

PAGE_SIZE = 50
MOST_EXPORTED = 20_000
SCOPES = (
    ("open", gettext_lazy("In the house")),
    ("closed", gettext_lazy("Finished")),
    ("historical", gettext_lazy("Historical")),
    ("all", gettext_lazy("All")),
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


class FilterForm(forms.Form):
    """The filters in the address; what cannot be read narrows nothing and says so."""

    q = fields.CharField(label=gettext_lazy("Number, plate, customer"), max_length=60, required=False)
    scope = forms.ChoiceField(label=gettext_lazy("Which orders"), choices=SCOPES, required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=[("", gettext_lazy("every state")), *OrderState.choices], required=False
    )
    advisor = forms.TypedChoiceField(
        label=gettext_lazy("Service advisor"), coerce=int, empty_value=None, required=False
    )
    received_from = fields.DateField(label=gettext_lazy("Received from"), required=False)
    received_until = fields.DateField(label=gettext_lazy("until"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["advisor"]
        assert isinstance(chooser, forms.TypedChoiceField)
        people = _advisors(actor.stations_with())
        chooser.choices = [("", gettext_lazy("everybody")), *((str(p.pk), p.name) for p in people)]

    def wanted(self) -> OrderFilter:
        """Return the filter; fields with errors are left out."""
        self.is_valid()
        values = self.cleaned_data
        state = values.get("state") or ""
        return OrderFilter(
            # A state asked for by name is looked for everywhere, not only among the cars in the house.
            scope=values.get("scope") or ("all" if state else "open"),
            state=state,
            advisor_id=values.get("advisor"),
            text=values.get("q") or "",
            received_from=values.get("received_from"),
            received_until=values.get("received_until"),
            vehicle_number=str(self.data.get("vehicle", ""))[:20].replace("\x00", ""),
            customer_number=str(self.data.get("customer", ""))[:20].replace("\x00", ""),
        )


@prepared
def _advisors(stations: tuple[int, ...] | None) -> QuerySet[StaffMember]:
    rows = StaffMember.objects.everywhere() if stations is None else StaffMember.objects.at_stations(stations)
    found = rows.filter(post__in=(Post.SERVICE_ADVISOR, Post.MANAGER), is_active=True)
    return found.only("name").order_by("name")[:200]


def _form(request: HttpRequest) -> tuple[Actor, FilterForm]:
    actor = actor_of(request)
    if not actor.may_anywhere(P.VIEW):
        raise Forbidden(_("Your role does not allow seeing repair orders."), code="forbidden")
    return actor, FilterForm(request.GET, actor=actor)


def drawn_rows(rows: Sequence[OrderRow], now: datetime) -> SafeString:
    """Return the rows of the list as HTML; drawn by a template they took longer than all the rest of the page."""
    names = (_("Plate"), _("Customer"), _("State"), _("Service advisor"), _("Received"), _("Promised"))
    labels = [f'<td data-label="{escape(name)}">' for name in names]
    address = reverse("repairs:order", args=["0"]).removesuffix("0/")
    badges: dict[tuple[str, str, str], str] = {}

    def badge(state: str, text: str, tone: str = "") -> str:
        key = (state, text, tone)
        if key not in badges:
            badges[key] = pieces.badge(*key)
        return badges[key]

    def line(row: OrderRow) -> str:
        model = f' <span class="line-note">{escape(row.model_name)}</span>' if row.model_name else ""
        states = [badge(row.state, row.state_label)]
        if row.hold_label:
            states.append(badge("", row.hold_label, "amber"))
        if row.is_historical:
            states.append(badge("", _("historical record"), "neutral"))
        promised = row.promised_at
        due = pieces.countdown(promised, now) if row.is_open and promised else formats.moment(promised, now)
        cells = (
            f"<span>{pieces.plate(row.plate)}{model}</span>",
            escape(row.customer_name),
            f"<span>{' '.join(states)}</span>",
            escape(row.advisor) or "—",
            formats.moment(row.received_at, now),
            due,
        )
        head = f'<tr><td data-head><a href="{address}{quote(row.number, safe="")}/">{escape(row.number)}</a></td>'
        return f"{head}{''.join(f'{label}{cell}</td>' for label, cell in zip(labels, cells, strict=True))}</tr>"

    return SafeString("\n".join(map(line, rows)))


@require_safe
@fulfils("WORK-01", "WORK-09")
def orders_page(request: HttpRequest) -> HttpResponse:
    """List the orders, newest arrival first; the deepest page costs what the first does."""
    actor, form = _form(request)
    wanted = form.wanted()
    found = orders_matching(actor, wanted)
    cursor = request.GET.get("cursor", "")[:300]
    try:
        page = page_of(found, order=ORDER, cursor=cursor, size=PAGE_SIZE, last=request.GET.get("last") == "1")
    except InputRefused:
        page = page_of(found, order=ORDER, size=PAGE_SIZE)
    rest = request.GET.copy()
    for name in ("cursor", "last"):
        rest.pop(name, None)
    asked = rest.urlencode()
    head = f"?{asked}&" if asked else "?"
    context = {
        "form": form,
        "rows": drawn_rows(shown(page.rows), timezone.now()),
        "previous_url": f"{head}cursor={page.previous_cursor}" if page.previous_cursor else "",
        "next_url": f"{head}cursor={page.next_cursor}" if page.next_cursor else "",
        "first_url": f"?{asked}" if page.previous_cursor else "",
        "last_url": f"{head}last=1" if page.next_cursor else "",
        "is_narrowed": bool(asked),
        "exports": [(name, f"{reverse('repairs:export', args=[name])}?{asked}") for name in ("xlsx", "csv")],
        "may_receive": actor.may_anywhere(P.RECEIVE),
    }
    return htmx.page(request, "repairs/orders.html", context, partials=("ro-list",))


COLUMNS = (
    gettext_lazy("Order"),
    gettext_lazy("Plate"),
    gettext_lazy("Model"),
    gettext_lazy("Customer"),
    gettext_lazy("Service advisor"),
    gettext_lazy("Kind of visit"),
    gettext_lazy("State"),
    gettext_lazy("Payment"),
    gettext_lazy("Received"),
    gettext_lazy("Promised"),
    gettext_lazy("Released"),
    gettext_lazy("Odometer (km)"),
)


def _cells(row: OrderRow) -> list[str]:
    return [
        row.number,
        row.plate,
        row.model_name,
        row.customer_name,
        row.advisor,
        row.visit_label,
        row.state_label,
        row.payment_label,
        formats.moment_full(row.received_at),
        formats.moment_full(row.promised_at) if row.promised_at else "",
        formats.moment_full(row.released_at) if row.released_at else "",
        str(row.odometer_km or ""),
    ]


@require_safe
@fulfils("IS-02")
def export_orders(request: HttpRequest, form: str) -> HttpResponse:
    """Return the filtered list as a sheet, at most 20,000 rows; every cell is text, never a formula."""
    if form not in ("csv", "xlsx"):
        raise Http404
    actor, filters = _form(request)
    rows = _exported(actor, filters.wanted())
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    if form == "csv":
        body, kind = _as_csv(rows), "text/csv; charset=utf-8"
    else:
        body, kind = _as_xlsx(rows), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(
        body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="repair-orders-{stamp}.{form}"'}
    )


def _exported(actor: Actor, wanted: OrderFilter) -> Iterator[list[str]]:
    orders = orders_matching(actor, wanted).order_by(*ORDER)[:MOST_EXPORTED]
    for order in orders.iterator(chunk_size=2000):
        yield _cells(shown([order])[0])


def _as_csv(rows: Iterator[list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([str(column) for column in COLUMNS])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


def _as_xlsx(rows: Iterator[list[str]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for n, column in enumerate(COLUMNS):
        sheet.write_string(0, n, str(column), bold)
    last = 0
    for last, row in enumerate(rows, start=1):
        for n, cell in enumerate(row):
            sheet.write_string(last, n, cell)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(last, 1), len(COLUMNS) - 1)
    sheet.set_column(0, len(COLUMNS) - 1, 18)
    book.close()
    return out.getvalue()
