"""One customer's archive: see, open, change, and the small commands on its page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, InputRefused, Refusal
from aftersales.core.records import require_right
from aftersales.customers import services
from aftersales.customers.forms import (
    ConsentForm,
    CreditForm,
    CustomerForm,
    NewCustomerForm,
    PhoneForm,
    UnmaskForm,
    add_refusal,
)
from aftersales.customers.models import Customer
from aftersales.customers.names import mask_address
from aftersales.customers.panels import filled_panels
from aftersales.customers.permissions import P
from aftersales.customers.phones import mask_phone, national_digits
from aftersales.customers.queries import customer_numbered, own_gaps, possible_duplicates, region_name
from aftersales.customers.timeline import timeline_of
from aftersales.customers.views.door import (
    STALE_STATUS,
    StaleVersion,
    actor_of,
    differences,
    once,
    station_for,
    version_of,
)
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
    """Show the archive, personal data masked."""
    actor = actor_of(request)
    customer = customer_numbered(actor, number)
    return page(request, "customers/customer.html", lambda: _context(actor, customer))


@require_http_methods(["GET", "HEAD", "POST"])
def new_customer(request: HttpRequest) -> HttpResponse:
    """Open an archive; archives that may be the same customer are shown before a second one is made."""
    actor, at = actor_of(request), timezone.now()
    station = station_for(actor, P.REGISTER)
    if request.method != "POST":
        initial = {"name": request.GET.get("name", "")[:100], "phone": request.GET.get("phone", "")[:40]}
        return page(request, "customers/new.html", {"form": NewCustomerForm(initial=initial), "duplicates": []})
    form = NewCustomerForm(request.POST)
    duplicates: list[Any] = []
    if form.is_valid():
        facts = form.arguments()
        if "is_another" not in request.POST:
            duplicates = possible_duplicates(station.pk, name=facts["name"], phones=facts["phones"])
        if not duplicates:
            try:
                return once(
                    request, at, lambda: _address(services.register_customer(actor, at, station=station, **facts))
                )
            except InputRefused as refusal:
                add_refusal(form, refusal)
                for sentence in (refusal.fields.get("phones"),):
                    if sentence and "phones" not in form.fields:
                        form.add_error("phone", str(sentence))
    return page(request, "customers/new.html", {"form": form, "duplicates": duplicates}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_customer(request: HttpRequest, number: str) -> HttpResponse:
    """Change the archive; a version somebody else has overtaken answers 409 with the differences."""
    actor, at = actor_of(request), timezone.now()
    customer = customer_numbered(actor, number)
    require_right(actor, P.CHANGE, customer.station_id)
    shown: dict[str, Any] = {"customer": customer, "differences": [], "version": customer.version}
    if request.method != "POST":
        return page(request, "customers/edit.html", shown | {"form": CustomerForm(customer=customer)})
    form = CustomerForm(request.POST, customer=customer)
    status = 422
    if form.is_valid():
        try:
            services.change_customer(held(customer, version_of(request)), actor, at, **form.arguments())
        except StaleVersion as refusal:
            form.add_error(None, str(refusal))
            shown["differences"], status = differences(form, customer), STALE_STATUS
        except InputRefused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return go_to(request, _address(customer))
    return page(request, "customers/edit.html", shown | {"form": form}, status=status)


@require_POST
def unmask_customer(request: HttpRequest, number: str) -> HttpResponse:
    """Show phones and address in full, once, for the reason given; the journal keeps it."""
    actor, at = actor_of(request), timezone.now()
    customer = customer_numbered(actor, number)
    form = UnmaskForm(request.POST, prefix="unmask")
    if form.is_valid():
        try:
            services.unmask(customer, actor, at, reason=form.cleaned_data["reason"])
        except InputRefused as refusal:
            add_refusal(form, refusal)
        else:
            return page(request, "customers/customer.html", _context(actor, customer, unmasked=True))
    return page(request, "customers/customer.html", _context(actor, customer, unmask_form=form), status=422)


@require_POST
def customer_command(request: HttpRequest, number: str, command: str) -> HttpResponse:
    """Carry out one of the small commands of the page: phones, consents, credit."""
    actor, at = actor_of(request), timezone.now()
    customer = customer_numbered(actor, number)
    form_class, name = _COMMANDS[command]
    form = form_class(request.POST, prefix=name)
    status = 422
    if form.is_valid():
        try:
            _carry_out(command, customer, actor, at, form.cleaned_data)
        except Forbidden:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("Saved."))
            return go_to(request, _address(customer))
    return page(request, "customers/customer.html", _context(actor, customer, **{f"{name}_form": form}), status=status)


_COMMANDS: dict[str, tuple[type[Any], str]] = {
    "add-phone": (PhoneForm, "phone"),
    "grant-consent": (ConsentForm, "consent"),
    "grant-credit": (CreditForm, "credit"),
}


def _carry_out(command: str, customer: Customer, actor: Actor, at: Any, facts: dict[str, Any]) -> None:
    if command == "add-phone":
        services.add_phone(customer, actor, at, **facts)
    elif command == "grant-consent":
        services.grant_consent(customer, actor, at, **facts)
    else:
        services.grant_credit(customer, actor, at, **facts)


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
