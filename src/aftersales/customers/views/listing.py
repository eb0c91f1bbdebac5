"""The list of customers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aftersales.core.records import require_right
from aftersales.customers.models import Customer
from aftersales.customers.permissions import P
from aftersales.customers.phones import mask_phone
from aftersales.customers.queries import customers_visible_to
from aftersales.doors.commands import actor_of
from aftersales.search.queries import find
from aftersales.web.htmx import page

PAGE = 50


@require_safe
def customers_page(request: HttpRequest) -> HttpResponse:
    """List the customers by pinyin, 50 a page, or those that the search text finds."""
    actor = actor_of(request)
    if not actor.may_anywhere(P.VIEW):
        require_right(actor, P.VIEW, None)
    text = request.GET.get("q", "")[:80]
    rows = customers_visible_to(actor).select_related("station")
    more = ""
    if text.strip():
        ids = [hit.object_id for hit in find(actor, text, kinds=["customer"], limit=PAGE)]
        found = {customer.pk: customer for customer in rows.filter(pk__in=ids)}
        listed = [found[pk] for pk in ids if pk in found]
    else:
        after = _after(request.GET.get("after", ""))
        if after is not None:
            last = Customer.objects.visible_to(actor, P.VIEW).filter(number=after).first()
            if last is not None:
                rows = rows.filter(name_pinyin__gte=last.name_pinyin).exclude(
                    name_pinyin=last.name_pinyin, pk__lte=last.pk
                )
        listed = list(rows[: PAGE + 1])
        if len(listed) > PAGE:
            listed = listed[:PAGE]
            more = f"{reverse('customers:list')}?after={listed[-1].number}"
    context = {
        "customers": [
            (customer, [mask_phone(phone.number) for phone in customer.phones.all()[:2]]) for customer in listed
        ],
        "text": text,
        "more": more,
        "may_register": actor.may_anywhere(P.REGISTER),
    }
    return page(request, "customers/list.html", context, partials=("customers-rows",))


def _after(typed: str) -> str | None:
    """Return the number to go on after, if it can be one."""
    return typed if typed.isascii() and typed.isalnum() and len(typed) <= 20 else None
