"""Merging two archives of one customer: find the other, see both side by side, say why, and it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import Text
from aftersales.core.records import require_right
from aftersales.customers.merging import merge_customers
from aftersales.customers.models import Customer
from aftersales.customers.names import mask_address
from aftersales.customers.permissions import P
from aftersales.customers.phones import mask_phone
from aftersales.customers.queries import customers_visible_to, living_customer, possible_duplicates, region_name
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt, version_in
from aftersales.search.queries import find
from aftersales.web import fields
from aftersales.web.htmx import go_to, page

MOST_FOUND = 20


class MergeForm(forms.Form):
    """Why both archives are of the same customer."""

    reason = fields.CharField(
        label=gettext_lazy("How you know that both are the same customer"), max_length=200, autofocus=True
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """One fact of both archives."""

    label: Text
    kept: object
    dropped: object


@require_http_methods(["GET", "HEAD", "POST"])
def merge_page(request: HttpRequest, number: str) -> HttpResponse:
    """Choose the archive that becomes part of this one (?q= searches, ?dropped= names it), and merge."""
    actor = actor_of(request)
    kept = living_customer(actor, number)
    require_right(actor, P.MERGE, kept.station_id)
    typed = request.POST if request.method == "POST" else request.GET
    named, words = typed.get("dropped", "").strip().upper()[:20], request.GET.get("q", "")[:80]
    dropped = _other(actor, kept, named) if named else None
    form, status = MergeForm(request.POST if request.method == "POST" and dropped else None), 200
    if request.method == "POST" and dropped is None:
        status = 422
    elif request.method == "POST" and dropped is not None:
        seen, gone = version_in(request), dropped

        def command(who: Actor, when: datetime) -> str:
            into = merge_customers(held(kept, seen), who, when, dropped=gone, **form.cleaned_data)
            return reverse("customers:customer", args=[into.number])

        outcome = attempt(request, form, command)
        if outcome.is_done:
            messages.success(request, _("The archives are merged."))
            return go_to(request, outcome.value)
        status = outcome.status
    context = {
        "kept": kept,
        "dropped": dropped,
        "text": words,
        "form": form,
        "named": named,
        "pairs": _pairs(kept, dropped) if dropped is not None else [],
        "found": [] if dropped is not None else _candidates(actor, kept, words),
    }
    return page(request, "customers/merge.html", context, status=status)


def _other(actor: Actor, kept: Customer, number: str) -> Customer | None:
    rows = customers_visible_to(actor).filter(station_id=kept.station_id, number=number).exclude(pk=kept.pk)
    return rows.first() if "\x00" not in number else None


def _candidates(actor: Actor, kept: Customer, words: str) -> list[tuple[Customer, list[str]]]:
    if words.strip():
        ids = [hit.object_id for hit in find(actor, words, kinds=["customer"], limit=MOST_FOUND)]
    else:
        phones = [phone.number for phone in kept.phones.all()]
        same = possible_duplicates(kept.station_id, name=kept.name, phones=phones)
        ids = [row.customer.pk for row in same]
        ids += (
            customers_visible_to(actor)
            .filter(station_id=kept.station_id, name=kept.name)
            .values_list("pk", flat=True)[:MOST_FOUND]
        )
    rows = customers_visible_to(actor).filter(pk__in=ids, station_id=kept.station_id).exclude(pk=kept.pk)
    return [(row, [mask_phone(phone.number) for phone in row.phones.all()[:2]]) for row in rows[:MOST_FOUND]]


def _pairs(kept: Customer, dropped: Customer) -> list[Pair]:
    def facts(row: Customer) -> list[Any]:
        return [
            row.number,
            row.name,
            row.get_kind_display(),
            "、".join(mask_phone(phone.number) for phone in row.phones.all()),
            mask_address(row.address),
            region_name(row.region_code),
            row.visited_on,
            row.notes,
        ]

    labels = (
        _("Number"),
        _("Name"),
        _("Kind"),
        _("Phone"),
        _("Address"),
        _("District"),
        _("Date of visit"),
        _("Notes"),
    )
    return [Pair(*row) for row in zip(labels, facts(kept), facts(dropped), strict=True)]
