"""One customer's archive: see, open, change, and the small commands on its page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.records import require_right
from aftersales.customers import services
from aftersales.customers.forms import ConsentForm, CreditForm, CustomerForm, NewCustomerForm, PhoneForm, UnmaskForm
from aftersales.customers.models import Customer
from aftersales.customers.names import mask_address
from aftersales.customers.panels import filled_panels
from aftersales.customers.permissions import P
from aftersales.customers.phones import mask_phone, national_digits
from aftersales.customers.queries import (
    customer_numbered,
    living_customer,
    own_gaps,
    possible_duplicates,
    region_name,
)
from aftersales.customers.timeline import timeline_of
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt, differences, version_in
from aftersales.doors.stations import station_shown
from aftersales.web.htmx import go_to, page


def _context(actor: Actor, customer: Customer, **extra: Any) -> dict[str, Any]:
    """Return what the page shows; phones and address masked unless `unmasked` brings them."""
    plain = extra.get("unmasked")
    station_id = customer.station_id
    return {
        "customer": customer,
        "phones": [
            (phone, national_digits(phone.number) if plain else mask_phone(phone.number))
            for phone in customer.phones.all()
        ],
        "address": customer.address if plain else mask_address(customer.address),
        "region": region_name(customer.region_code),
        "gaps": own_gaps(customer),
        "consents": customer.consents.all(),
        "panels": filled_panels(actor, customer),
        "timeline": timeline_of(customer),
        "may": {
            "change": actor.may(P.CHANGE, station_id),
            "unmask": actor.may(P.UNMASK, station_id),
            "consent": actor.may(P.CONSENT, station_id),
            "credit": actor.may(P.CREDIT, station_id),
            "merge": actor.may(P.MERGE, station_id),
        },
        "phone_form": PhoneForm(prefix="phone"),
        "consent_form": ConsentForm(prefix="consent"),
        "credit_form": CreditForm(
            prefix="credit",
            initial={
                "on_account": customer.on_account,
                "credit_limit": customer.credit_limit,
                "credit_days": customer.credit_days,
            },
        ),
        "unmask_form": UnmaskForm(prefix="unmask"),
        "unmasked": False,
    } | extra


def _address(customer: Customer) -> str:
    return reverse("customers:customer", args=[customer.number])


@require_safe
def customer_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the archive, personal data masked; the number of a merged one leads to the archive it is part of now."""
    actor = actor_of(request)
    customer = living_customer(actor, number)
    if customer.number != number:
        return HttpResponseRedirect(_address(customer))
    return page(request, "customers/customer.html", lambda: _context(actor, customer))


@require_http_methods(["GET", "HEAD", "POST"])
def new_customer(request: HttpRequest) -> HttpResponse:
    """Open an archive; archives that may be the same customer are shown before a second one is made."""
    shown = station_shown(request, actor_of(request), P.REGISTER)
    station = shown.station
    if request.method != "POST":
        initial = {"name": request.GET.get("name", "")[:100], "phone": request.GET.get("phone", "")[:40]}
        form = NewCustomerForm(initial=initial)
        return page(request, "customers/new.html", {"form": form, "duplicates": [], "shown": shown})
    form, status = NewCustomerForm(request.POST), 422
    duplicates: list[Any] = []
    if form.is_valid():
        facts = form.arguments()
        if "is_another" not in request.POST:
            duplicates = possible_duplicates(station.pk, name=facts["name"], phones=facts["phones"])
        if not duplicates:
            outcome = attempt(
                request,
                form,
                lambda who, when: _address(services.register_customer(who, when, station=station, **facts)),
            )
            if outcome.is_done:
                return go_to(request, outcome.value)
            status = 422
            if outcome.refusal is not None and (sentence := outcome.refusal.fields.get("phones")):
                form.add_error("phone", str(sentence))
    context = {"form": form, "duplicates": duplicates, "shown": shown}
    return page(request, "customers/new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_customer(request: HttpRequest, number: str) -> HttpResponse:
    """Change the archive; a version somebody else has overtaken answers 409 with the differences."""
    actor = actor_of(request)
    customer = customer_numbered(actor, number)
    require_right(actor, P.CHANGE, customer.station_id)
    shown: dict[str, Any] = {"customer": customer, "differences": [], "version": customer.version}
    if request.method != "POST":
        return page(request, "customers/edit.html", shown | {"form": CustomerForm(customer=customer)})
    form = CustomerForm(request.POST, customer=customer)
    version = version_in(request)

    def command(who: Actor, when: datetime) -> str:
        services.change_customer(held(customer, version), who, when, **form.arguments())
        return _address(customer)

    outcome = attempt(request, form, command)
    if outcome.is_done:
        messages.success(request, _("Saved."))
        return go_to(request, outcome.value)
    if outcome.is_stale:
        shown["differences"] = differences(form, customer)
    return page(request, "customers/edit.html", shown | {"form": form}, status=outcome.status)


@require_POST
def unmask_customer(request: HttpRequest, number: str) -> HttpResponse:
    """Show phones and address in full, once, for the reason given; the journal keeps it."""
    actor = actor_of(request)
    customer = customer_numbered(actor, number)
    form = UnmaskForm(request.POST, prefix="unmask")

    def command(who: Actor, when: datetime) -> str:
        services.unmask(customer, who, when, reason=form.cleaned_data["reason"])
        return ""

    outcome = attempt(request, form, command)
    if outcome.is_done:
        return page(request, "customers/customer.html", _context(actor, customer, unmasked=True))
    context = _context(actor, customer, unmask_form=form)
    return page(request, "customers/customer.html", context, status=outcome.status)


@require_POST
def customer_command(request: HttpRequest, number: str, command: str) -> HttpResponse:
    """Carry out one of the small commands of the page: phones, consents, credit."""
    actor = actor_of(request)
    customer = customer_numbered(actor, number)
    form_class, name, service = _COMMANDS[command]
    form = form_class(request.POST, prefix=name)

    def carry_out(who: Actor, when: datetime) -> str:
        service(customer, who, when, **form.cleaned_data)
        return _address(customer)

    outcome = attempt(request, form, carry_out)
    if outcome.is_done:
        messages.success(request, _("Saved."))
        return go_to(request, outcome.value)
    context = _context(actor, customer, **{f"{name}_form": form})
    return page(request, "customers/customer.html", context, status=outcome.status)


_COMMANDS: dict[str, tuple[type[forms.Form], str, Callable[..., Any]]] = {
    "add-phone": (PhoneForm, "phone", services.add_phone),
    "grant-consent": (ConsentForm, "consent", services.grant_consent),
    "grant-credit": (CreditForm, "credit", services.grant_credit),
}


@require_POST
def remove_phone(request: HttpRequest, number: str, phone_id: int) -> HttpResponse:
    """Take one phone from the customer."""
    actor = actor_of(request)
    customer = customer_numbered(actor, number)
    services.remove_phone(customer, actor, timezone.now(), phone_id=phone_id)
    return go_to(request, _address(customer))


@require_POST
def withdraw_consent(request: HttpRequest, number: str) -> HttpResponse:
    """End a consent."""
    actor = actor_of(request)
    customer = customer_numbered(actor, number)
    purpose, channel = request.POST.get("purpose", "")[:12], request.POST.get("channel", "")[:10]
    services.withdraw_consent(customer, actor, timezone.now(), purpose=purpose, channel=channel)
    messages.success(request, _("The consent has ended; nobody uses it any more."))
    return go_to(request, _address(customer))
