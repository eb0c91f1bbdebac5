"""Customers through the API: the archive, its phones and consents, credit, masks lifted, archives merged."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from aftersales.core.actor import Actor
from aftersales.customers import merging, services
from aftersales.customers.choices import Channel, CustomerKind, PhoneLabel, Purpose
from aftersales.customers.models import Customer
from aftersales.customers.names import mask_address
from aftersales.customers.permissions import P
from aftersales.customers.phones import mask_phone
from aftersales.doors.masters import (
    Given,
    Identity,
    Line,
    Master,
    Short,
    Verb,
    Wanted,
    add_change,
    add_opening,
    add_reading,
    add_verbs,
    changing,
    columns,
)
from aftersales.doors.openapi import listed
from aftersales.network.models import Station

router = Router(tags=["customer"])
ContactChannel = Annotated[Channel, listed(Channel)]
ConsentPurpose = Annotated[Purpose, listed(Purpose)]


class PhoneOut(Schema):
    """A phone, its middle hidden; `unmask` shows it in full."""

    id: int
    number: str
    label: str
    is_primary: bool


class ConsentOut(Schema):
    """What the customer agreed to."""

    purpose: str
    channel: str
    granted_at: datetime
    withdrawn_at: datetime | None
    evidence: str


class CustomerOut(Schema):
    """A customer's archive, personal data masked."""

    id: int
    number: str
    station_id: int
    kind: str
    name: str
    address: str
    region_code: str
    preferred_channel: str
    notes: str
    on_account: bool
    credit_limit: Decimal
    credit_days: int
    visited_on: date | None
    services_wished: str
    next_contact_on: date | None
    next_contact_about: str
    merged_into_id: int | None
    phones: list[PhoneOut]
    consents: list[ConsentOut]
    version: int


class CustomerWanted(Wanted):
    """Which customers."""

    station_id: Identity | None = None
    kind: CustomerKind | None = None
    name: Annotated[str, Field(max_length=100)] | None = None
    phone: Annotated[str, Field(max_length=16, description="As +, country code and digits.")] | None = None
    visited_from: date | None = None
    next_contact_until: date | None = None


class PhoneIn(Given):
    """A number as it was told."""

    number: Annotated[str, Field(max_length=40)]
    label: PhoneLabel = PhoneLabel.MOBILE
    is_primary: bool = False


class ArchiveIn(Given):
    """The archive form."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    kind: CustomerKind = CustomerKind.PERSON
    address: Annotated[str, Field(max_length=200)] = ""
    region_code: Annotated[str, Field(max_length=60)] = ""
    preferred_channel: ContactChannel | None = None
    notes: Annotated[str, Field(max_length=2000)] = ""
    visited_on: date | None = None
    services_wished: Line = ""
    next_contact_on: date | None = None
    next_contact_about: Line = ""


class CustomerIn(ArchiveIn):
    """A new archive."""

    station_id: Identity
    phones: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)] = []


CustomerChange = changing(ArchiveIn)


class RemovePhoneIn(Given):
    """Which phone goes."""

    phone_id: Identity


class GrantConsentIn(Given):
    """What the customer agrees to, and how that is proved."""

    purpose: ConsentPurpose
    channel: ContactChannel | None = None
    evidence: Annotated[str, Field(min_length=1, max_length=200)]


class WithdrawConsentIn(Given):
    """What the customer no longer agrees to."""

    purpose: ConsentPurpose
    channel: ContactChannel | None = None
    reason: Annotated[str, Field(max_length=200)] = ""


class CreditIn(Given):
    """Payment on account: limit in yuan, term in days."""

    on_account: bool
    credit_limit: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
    credit_days: Annotated[int, Field(ge=0, le=366)]


class VisitIn(Given):
    """When the customer was here."""

    visited_on: date


class UnmaskIn(Given):
    """Why the full data are needed."""

    reason: Annotated[str, Field(min_length=2, max_length=200)]


class UnmaskedOut(Schema):
    """Phones and address in full; told once, not kept with the idempotency key."""

    number: str
    phones: list[str] = []
    address: str = ""


class MergeIn(Given):
    """Which archive is merged into this one, and why."""

    dropped_id: Identity
    reason: Short


def shown(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    """Return an archive with phones and address masked (CRM-07)."""
    return columns(
        customer,
        CustomerOut,
        address=mask_address(customer.address),
        phones=[
            {"id": row.pk, "number": mask_phone(row.number), "label": row.label, "is_primary": row.is_primary}
            for row in customer.phones.all()
        ],
        consents=[columns(row, ConsentOut) for row in customer.consents.all()],
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as the services take them: no channel is an empty text."""
    return {name: "" if name.endswith("channel") and value is None else value for name, value in values.items()}


def register(actor: Actor, at: datetime, **values: Any) -> Customer:
    """Open a customer's archive with its phones (CRM-02)."""
    return services.register_customer(actor, at, **_plain(values))


def change(customer: Customer, actor: Actor, at: datetime, **values: Any) -> Customer:
    """Change the archive; the journal keeps what stood there (CRM-04)."""
    return services.change_customer(customer, actor, at, **_plain(values))


def grant_consent(customer: Customer, actor: Actor, at: datetime, **values: Any) -> Any:
    """Keep what the customer agrees to, with the evidence."""
    return services.grant_consent(customer, actor, at, **_plain(values))


def withdraw_consent(customer: Customer, actor: Actor, at: datetime, **values: Any) -> Any:
    """End the customer's consents to a purpose."""
    return services.withdraw_consent(customer, actor, at, **_plain(values))


def unmask(customer: Customer, actor: Actor, at: datetime, *, reason: str) -> dict[str, Any]:
    """Show phones and address in full; the journal keeps who looked and why (CRM-07)."""
    found = services.unmask(customer, actor, at, reason=reason)
    return {"number": customer.number, "phones": [row.number for row in found["phones"]], "address": found["address"]}


CUSTOMERS = Master(
    name="customer",
    model=Customer,
    right=P.VIEW,
    shows=CustomerOut,
    wanted=CustomerWanted,
    narrow={
        "phone": "phones__number",
        "visited_from": "visited_on__gte",
        "next_contact_until": "next_contact_on__lte",
    },
    key="number",
    fetch=lambda rows: rows.prefetch_related("phones", "consents"),
    show=shown,
)
add_reading(router, CUSTOMERS)
add_opening(
    router,
    CUSTOMERS,
    Verb(name="register", service=register, takes=CustomerIn, rows={"station": Station}, status=201),
)
add_change(router, CUSTOMERS, Verb(name="change", service=change, takes=CustomerChange))
add_verbs(
    router,
    CUSTOMERS,
    Verb(name="add_phone", service=services.add_phone, takes=PhoneIn),
    Verb(name="remove_phone", service=services.remove_phone, takes=RemovePhoneIn),
    Verb(name="grant_consent", service=grant_consent, takes=GrantConsentIn),
    Verb(name="withdraw_consent", service=withdraw_consent, takes=WithdrawConsentIn),
    Verb(name="grant_credit", service=services.grant_credit, takes=CreditIn),
    Verb(name="note_visit", service=services.note_visit, takes=VisitIn),
    Verb(
        name="unmask",
        service=unmask,
        takes=UnmaskIn,
        shows=UnmaskedOut,
        answers=lambda told, _actor: {"number": told["number"], "phones": [], "address": ""},
        secret=lambda told: told,
    ),
    Verb(name="merge", service=merging.merge_customers, takes=MergeIn, rows={"dropped": Customer}),
)
