"""Reads on customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.customers.models import Consent, Customer, CustomerPhone
from aftersales.customers.permissions import P
from aftersales.customers.phones import ImpossiblePhone, parse_phone
from aftersales.customers.rules import ConsentFact, contact_is_allowed
from aftersales.standards.binding import fulfils


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A customer already on file that may be the same person; `reason` is phone or name."""

    customer: Customer
    reason: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A mandatory field of the archive form that is still empty."""

    field: str
    label: str | Promise


def customer_numbered(actor: Actor, number: str) -> Customer:
    """Return the customer with phones and consents; NotVisible alike for foreign and missing ones. 3 statements."""
    return Customer.objects.prefetch_related("phones", "consents").get_visible(actor, P.VIEW, number=number)


def living_customer(actor: Actor, number: str) -> Customer:
    """Return the customer of that number, or the one it was merged into: what an old link or paper names still leads
    there."""
    customer = customer_numbered(actor, number)
    if customer.merged_into_id is None:
        return customer
    return Customer.objects.prefetch_related("phones", "consents").get_visible(
        actor, P.VIEW, pk=customer.merged_into_id
    )


def customers_visible_to(actor: Actor) -> QuerySet[Customer]:
    """Return the living archives the actor may see, phones fetched along, ordered by pinyin."""
    return (
        Customer.objects.visible_to(actor, P.VIEW)
        .filter(merged_into=None)
        .prefetch_related(Prefetch("phones", CustomerPhone.objects.order_by("-is_primary", "pk")))
        .order_by("name_pinyin", "pk")
    )


@fulfils("IS-02")
def possible_duplicates(station_id: int, *, name: str, phones: Iterable[str]) -> list[Duplicate]:
    """Return archives of the station with one of the phones, or the same name without a phone, at most ten. 1
    statement."""
    numbers = []
    for typed in phones:
        try:
            numbers.append(parse_phone(typed).number)
        except ImpossiblePhone:
            continue
    same = Q(name=name.strip(), phones__isnull=True)
    if numbers:
        same |= Q(phones__number__in=numbers)
    found = Customer.objects.at_station(station_id).filter(same, merged_into=None).distinct().order_by("pk")[:10]
    return [Duplicate(customer, "name" if customer.name == name.strip() else "phone") for customer in found]


def may_contact(customer: Customer, purpose: str, channel: str) -> bool:
    """Tell whether the customer may be contacted for the purpose by the channel: the rule every sender asks (P4)."""
    facts = (
        ConsentFact(consent.purpose, consent.channel, consent.granted_at, consent.withdrawn_at)
        for consent in customer.consents.all()
    )
    return contact_is_allowed(facts, purpose, channel)


def contactable(customer_ids: Sequence[int], purpose: str, channel: str) -> frozenset[int]:
    """Return those of the customers who may be contacted for the purpose by the channel, in one statement."""
    if contact_is_allowed((), purpose, channel):
        return frozenset(customer_ids)
    return frozenset(
        Consent.objects.filter(
            customer_id__in=customer_ids, purpose=purpose, channel__in=["", channel], withdrawn_at=None
        ).values_list("customer_id", flat=True)
    )


@fulfils("CRM-02")
def own_gaps(customer: Customer) -> list[Gap]:
    """Return the mandatory fields of the archive form that the customer's own record lacks.

    `vehicles.queries.archive_gaps` adds what the vehicles lack.
    """
    held = {
        "name": (_("Name"), customer.name),
        "address": (_("Address"), customer.address),
        "phones": (_("Phone"), customer.phones.all()),
        "visited_on": (_("Date of visit"), customer.visited_on),
        "services_wished": (_("Services wished for"), customer.services_wished),
    }
    return [Gap(field, label) for field, (label, value) in held.items() if not value]


@fulfils("CRM-06")
def contacts_due(actor: Actor, on: date) -> QuerySet[Customer]:
    """Return the customers whose planned next contact is due, earliest first."""
    return customers_visible_to(actor).filter(next_contact_on__lte=on).order_by("next_contact_on", "pk")


def every_customer() -> Iterator[Customer]:
    """Yield every living archive of the network with its phones, in chunks: for rebuilding the search index."""
    rows = Customer.objects.everywhere().filter(merged_into=None).prefetch_related("phones").order_by("pk")
    return rows.iterator(chunk_size=2000)


@cache
def regions() -> dict[str, str]:
    """Return {GB/T 2260 code: name} of provinces, cities and districts."""
    lines = (Path(__file__).parent / "data" / "gbt2260.csv").read_text("utf-8").splitlines()[1:]
    return dict(line.split(",", 1) for line in lines)


def region_name(code: str) -> str:
    """Return province, city and district of a code, such as 广东省深圳市南山区; an empty text for an unknown one."""
    table = regions()
    parts = (table.get(code[:2] + "0000", ""), table.get(code[:4] + "00", ""), table.get(code, ""))
    return "".join(dict.fromkeys(part for part in parts if part))


def region_code(text: str) -> str | None:
    """Return the code of a district typed as code or as name; None when it is unknown or names several."""
    typed = "".join(text.split())
    if typed in regions():
        return typed
    if len(typed) < 2:
        return None
    found = [code for code, name in regions().items() if name == typed]
    if not found:
        found = [code for code, name in regions().items() if typed.endswith(name) and region_name(code) == typed]
    return found[0] if len(found) == 1 else None
