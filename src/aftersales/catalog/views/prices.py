"""Pages of prices, labour rates and tax rates: proposed here, reviewed by another person (PART-12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from aftersales.catalog import forms, queries, services, transitions
from aftersales.catalog.choices import PriceState
from aftersales.catalog.models import LabourRate, PartPrice, TaxRate
from aftersales.catalog.permissions import P
from aftersales.catalog.screens import PAGE_ROWS, chosen, page_of, searched, turned
from aftersales.core.documents import held
from aftersales.core.errors import NotVisible
from aftersales.doors.html import version_in
from aftersales.network.rules import business_date
from aftersales.network.screens import answer_button, answer_form, require_page_right
from aftersales.standards.binding import fulfils
from aftersales.web.rows import TabRow

get_or_post = require_http_methods(["GET", "POST"])
_STEPS: dict[str, Callable[..., Any]] = {
    "review_part_price": transitions.review_part_price,
    "reject_part_price": transitions.reject_part_price,
    "withdraw_part_price": transitions.withdraw_part_price,
    "review_labour_rate": transitions.review_labour_rate,
    "reject_labour_rate": transitions.reject_labour_rate,
    "withdraw_labour_rate": transitions.withdraw_labour_rate,
}

ASKING = frozenset(name for name in _STEPS if not name.startswith("review"))


def _tabs(here: str, state: str) -> list[TabRow]:
    address = reverse(f"catalog:{here}")
    return [
        TabRow(_("All"), address, active=not state),
        *(TabRow(label, f"{address}?state={value}", active=state == value) for value, label in PriceState.choices),
    ]


@require_GET
def prices(request: HttpRequest) -> HttpResponse:
    """List part prices with what may be done to each."""
    actor = require_page_right(request, P.PROPOSE_PRICE, P.REVIEW_PRICE)
    state, text, before = chosen(request, "state", PriceState), searched(request), turned(request)
    rows = queries.part_price_rows(actor, **({"state": state} if state else {}))
    if text:
        rows = rows.filter(part__in=queries.parts_matching(text).values("pk"))
    page = page_of(request, list(rows[before : before + PAGE_ROWS + 1]))
    here = reverse("catalog:prices")
    offered = [(row, transitions.WORKFLOW.offers(row, actor), f"{here}{row.pk}/") for row in page.rows]
    context = {
        "offered": offered,
        "asking": ASKING,
        "page": page,
        "tabs": _tabs("prices", state),
        "text": text,
        "state": state,
        "may_propose": actor.may_anywhere(P.PROPOSE_PRICE),
    }
    return render(request, "catalog/prices.html", context)


@require_GET
def rates(request: HttpRequest) -> HttpResponse:
    """List labour rates and tax rates."""
    actor = require_page_right(request, P.PROPOSE_PRICE, P.REVIEW_PRICE)
    state, before = chosen(request, "state", PriceState), turned(request)
    here = reverse("catalog:rates")
    rows = queries.labour_rate_rows(actor, **({"state": state} if state else {}))
    page = page_of(request, list(rows[before : before + PAGE_ROWS + 1]))
    names = dict(forms.TAX_CODES)
    context = {
        "offered": [(row, transitions.RATE_WORKFLOW.offers(row, actor), f"{here}{row.pk}/") for row in page.rows],
        "asking": ASKING,
        "page": page,
        "tabs": _tabs("rates", state),
        "tax_rates": [
            (row, names.get(row.code, row.code)) for row in TaxRate.objects.order_by("code", "-effective_from")
        ],
        "may_propose": actor.may_anywhere(P.PROPOSE_PRICE),
        "may_tax": actor.may(P.MAINTAIN_TAX, None),
    }
    return render(request, "catalog/rates.html", context)


@get_or_post
def propose_price(request: HttpRequest) -> HttpResponse:
    """Propose a part price."""
    actor = require_page_right(request, P.PROPOSE_PRICE)
    initial = {"part": request.GET.get("part", ""), "effective_from": business_date(timezone.now())}
    form = forms.PriceForm(request.POST or None, initial=initial)
    forms.offered_stations(form, actor.stations_with(P.PROPOSE_PRICE))
    return answer_form(
        request,
        form,
        lambda values: transitions.propose_part_price(actor, timezone.now(), **values),
        heading=_("Propose price"),
        back=reverse("catalog:prices"),
        done=_("Proposed. Another person reviews it before it is used."),
    )


@get_or_post
def propose_rate(request: HttpRequest) -> HttpResponse:
    """Propose a labour rate."""
    actor = require_page_right(request, P.PROPOSE_PRICE)
    form = forms.RateForm(request.POST or None, initial={"effective_from": business_date(timezone.now())})
    forms.offered_stations(form, actor.stations_with(P.PROPOSE_PRICE))
    return answer_form(
        request,
        form,
        lambda values: transitions.propose_labour_rate(actor, timezone.now(), **values),
        heading=_("Propose labour rate"),
        back=reverse("catalog:rates"),
        done=_("Proposed. Another person reviews it before it is used."),
    )


def _price(request: HttpRequest, price_id: int) -> PartPrice:
    actor = require_page_right(request, P.REVIEW_PRICE)
    row = queries.part_price_rows(actor, pk=price_id).first()
    if row is None:
        raise NotVisible
    return row


def _rate(request: HttpRequest, rate_id: int) -> LabourRate:
    actor = require_page_right(request, P.REVIEW_PRICE)
    row = queries.labour_rate_rows(actor, pk=rate_id).first()
    if row is None:
        raise NotVisible
    return row


@require_POST
@fulfils("PART-12")
def review_price(request: HttpRequest, price_id: int) -> HttpResponse:
    """Review a proposed part price."""
    row, actor = _price(request, price_id), require_page_right(request, P.REVIEW_PRICE)
    return answer_button(
        request,
        lambda: transitions.review_part_price(held(row, version_in(request)), actor, timezone.now()),
        back=reverse("catalog:prices") + "?state=proposed",
    )


@require_POST
def review_rate(request: HttpRequest, rate_id: int) -> HttpResponse:
    """Review a proposed labour rate."""
    row, actor = _rate(request, rate_id), require_page_right(request, P.REVIEW_PRICE)
    return answer_button(
        request,
        lambda: transitions.review_labour_rate(held(row, version_in(request)), actor, timezone.now()),
        back=reverse("catalog:rates") + "?state=proposed",
    )


@get_or_post
def turn_down_price(request: HttpRequest, price_id: int, step: str) -> HttpResponse:
    """Reject or withdraw a part price with a reason."""
    row, actor = _price(request, price_id), require_page_right(request, P.REVIEW_PRICE)
    return answer_form(
        request,
        forms.ReasonForm(request.POST or None),
        lambda values: _STEPS[step](held(row, version_in(request)), actor, timezone.now(), **values),
        heading=f"{transitions.WORKFLOW.by_name[step].label}: {row.part} {row.gross_price}",
        back=reverse("catalog:prices"),
        version=row.version,
    )


@get_or_post
def turn_down_rate(request: HttpRequest, rate_id: int, step: str) -> HttpResponse:
    """Reject or withdraw a labour rate with a reason."""
    row, actor = _rate(request, rate_id), require_page_right(request, P.REVIEW_PRICE)
    return answer_form(
        request,
        forms.ReasonForm(request.POST or None),
        lambda values: _STEPS[step](held(row, version_in(request)), actor, timezone.now(), **values),
        heading=f"{transitions.RATE_WORKFLOW.by_name[step].label}: {row.gross_per_hour}",
        back=reverse("catalog:rates"),
        version=row.version,
    )


@get_or_post
def enter_tax_rate(request: HttpRequest) -> HttpResponse:
    """Enter a tax rate from a date on."""
    actor = require_page_right(request, P.MAINTAIN_TAX)
    return answer_form(
        request,
        forms.TaxRateForm(request.POST or None),
        lambda values: services.enter_tax_rate(actor, timezone.now(), **values),
        heading=_("New tax rate"),
        back=reverse("catalog:rates"),
    )
