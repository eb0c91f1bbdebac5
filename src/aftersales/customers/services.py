"""Writes on customers: archive, phones, consents, credit, masks lifted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core import records
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.core.events import publish
from aftersales.core.rows import insert_later
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import lock_fresh, plain, record_entry, snapshot
from aftersales.customers.choices import Channel, CustomerKind, PhoneLabel, Purpose
from aftersales.customers.drafts import (
    PhoneDraft,
    PhoneInput,
    customer_values,
    finding,
    phone_drafts,
    phone_sentence,
    refused_text,
)
from aftersales.customers.events import ConsentWithdrawn, CustomerChanged
from aftersales.customers.models import Consent, Customer, CustomerPhone
from aftersales.customers.names import UnwritableText, tidy
from aftersales.customers.permissions import P
from aftersales.network.models import Station
from aftersales.search import services as search
from aftersales.standards.binding import fulfils


@fulfils("CRM-02", "IS-02")
def register_customer(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    name: str,
    phones: Sequence[PhoneInput] = (),
    kind: str = CustomerKind.PERSON,
    **values: Any,
) -> Customer:
    """Open a customer's archive with its phones, the first of them primary, and make it findable. 4 statements.

    `values` are columns of the archive form: address, region_code, preferred_channel, notes, visited_on,
    services_wished,
    next_contact_on, next_contact_about. Raises InputRefused naming the fields; Forbidden.
    """
    drafts = phone_drafts(phones)
    cleaned = customer_values(name=name, kind=kind, **values)

    def command() -> Customer:
        customer = Customer(station=station, created_at=at, **cleaned)
        records.require_right(actor, P.REGISTER, station.pk)
        customer.save(force_insert=True)
        write_phones(customer, drafts)
        journal_opening(customer, drafts, actor, at)
        search.index_many([finding(customer, [draft.number for draft in drafts])])
        return customer

    return run_in_transaction(command)


def opening_changes(customer: Customer, drafts: Sequence[PhoneDraft]) -> dict[str, Any]:
    """Return what the journal keeps of a new archive: every filled column, and the phones."""
    changes = {
        name: plain(value) for name, value in snapshot(customer).items() if value or value not in (None, "", [], {})
    }
    return changes | ({"phones": [draft.number for draft in drafts]} if drafts else {})


def journal_opening(customer: Customer, drafts: Sequence[PhoneDraft], actor: Actor, at: datetime) -> None:
    """Write the journal entry of a new archive."""
    record_entry(customer, step="registered", actor=actor, at=at, changes=opening_changes(customer, drafts))


def write_phones(customer: Customer, drafts: Sequence[PhoneDraft]) -> None:
    """Write the phones of a new customer in one statement, the first as primary."""
    if drafts:
        insert_later(
            [
                CustomerPhone(
                    customer=customer,
                    number=draft.number,
                    extension=draft.extension,
                    label=draft.label,
                    is_primary=place == 0,
                )
                for place, draft in enumerate(drafts)
            ]
        )


@fulfils("CRM-04", "CRM-06", "IS-02")
def change_customer(customer: Customer, actor: Actor, at: datetime, *, reason: str = "", **values: Any) -> Customer:
    """Change columns of the archive; the journal keeps old value, author and time (CRM-04).

    Takes the columns of `register_customer`; credit has its own verb. Raises InputRefused, StaleVersion, Forbidden,
    NotVisible.
    """
    kept = {"name": customer.name, "kind": customer.kind} if {"name", "kind"} & values.keys() else {}
    cleaned = customer_values(**(kept | values))

    def command() -> Customer:
        lock_living(customer)
        changed = records.change(customer, actor, at, right=P.CHANGE, reason=reason, **cleaned)
        if changed.name != customer.name:
            search.index_many([finding(changed, changed.phones.values_list("number", flat=True))])
        if changed.version != customer.version:
            publish(CustomerChanged(actor=actor, at=at, customer=changed))
        return changed

    return run_in_transaction(command)


@fulfils("CRM-04")
def note_visit(customer: Customer, actor: Actor, at: datetime, *, visited_on: date) -> Customer:
    """Keep the date of the customer's latest visit; an earlier date changes nothing."""
    if customer.visited_on and customer.visited_on >= visited_on:
        return customer
    return records.change(customer, actor, at, right=P.CHANGE, step="visit_noted", visited_on=visited_on)


def grant_credit(
    customer: Customer, actor: Actor, at: datetime, *, on_account: bool, credit_limit: Decimal, credit_days: int
) -> Customer:
    """Allow or end payment on account; the limit is in yuan, the term in days. Raises InputRefused, Forbidden."""
    if (
        not credit_limit.is_finite()
        or not 0 <= credit_limit < Decimal(10) ** 10
        or credit_limit != round(credit_limit, 2)
    ):
        raise InputRefused(
            _("The credit limit is an amount in yuan, with two decimals, not below zero."),
            code="credit_limit",
            fields={"credit_limit": _("Enter an amount such as 5000.00.")},
        )
    if not 0 <= credit_days <= 366:
        raise InputRefused(
            _("The credit term is 0 to 366 days."),
            code="credit_days",
            fields={"credit_days": _("Enter 0 to 366 days.")},
        )

    def command() -> Customer:
        lock_living(customer)
        return records.change(
            customer,
            actor,
            at,
            right=P.CREDIT,
            step="credit_granted",
            on_account=on_account,
            credit_limit=credit_limit if on_account else Decimal(0),
            credit_days=credit_days if on_account else 0,
        )

    return run_in_transaction(command)


@fulfils("CRM-04")
def add_phone(
    customer: Customer,
    actor: Actor,
    at: datetime,
    *,
    number: str,
    label: str = PhoneLabel.MOBILE,
    is_primary: bool = False,
) -> CustomerPhone:
    """Add a number to the customer; the first one, or one added as primary, becomes the primary. Raises
    InputRefused."""
    drafts = phone_drafts([(number, label)])
    if not drafts:
        raise InputRefused(phone_sentence(), code="phone", fields={"number": phone_sentence()})
    (draft,) = drafts

    def command() -> CustomerPhone:
        fresh = lock_living(customer)
        records.require_right(actor, P.CHANGE, fresh.station_id)
        known = list(fresh.phones.all())
        if any((phone.number, phone.extension) == (draft.number, draft.extension) for phone in known):
            sentence = _("The customer already has this phone number.")
            raise InputRefused(sentence, code="phone_twice", fields={"number": sentence})
        primary = is_primary or not known
        if primary:
            fresh.phones.filter(is_primary=True).update(is_primary=False)
        phone = fresh.phones.create(
            number=draft.number, extension=draft.extension, label=draft.label, is_primary=primary
        )
        _touched(fresh, actor, at, step="phone_added", changes={"phones": [None, phone.number]})
        search.index_many([finding(fresh, [phone.number, *(row.number for row in known)])])
        return phone

    return run_in_transaction(command)


@fulfils("CRM-04")
def remove_phone(customer: Customer, actor: Actor, at: datetime, *, phone_id: int) -> None:
    """Take a number from the customer; the journal keeps it. The oldest of the others becomes primary. Unknown ids do
    nothing."""

    def command() -> None:
        fresh = lock_living(customer)
        records.require_right(actor, P.CHANGE, fresh.station_id)
        known = list(fresh.phones.all())
        gone = next((phone for phone in known if phone.pk == phone_id), None)
        if gone is None:
            return
        left = [phone for phone in known if phone.pk != phone_id]
        gone.delete()
        if gone.is_primary and left:
            fresh.phones.filter(pk=left[0].pk).update(is_primary=True)
        _touched(fresh, actor, at, step="phone_removed", changes={"phones": [gone.number, None]})
        search.index_many([finding(fresh, [row.number for row in left])])

    run_in_transaction(command)


def lock_living(customer: Customer) -> Customer:
    """Lock an archive that is to be written; one merged into another is refused with the number of the other.

    Raises TransitionRefused, NotVisible, StaleVersion.
    """
    fresh: Customer = lock_fresh(customer)
    if fresh.merged_into_id is not None:
        kept = Customer.objects.everywhere().values_list("number", flat=True).get(pk=fresh.merged_into_id)
        raise TransitionRefused(
            _("This archive has been merged into %(number)s: go on there.") % {"number": kept}, code="merged_before"
        )
    return fresh


def _touched(customer: Customer, actor: Actor, at: datetime, *, step: str, changes: dict[str, Any]) -> None:
    """Raise the version of a customer whose child rows changed, and journal it."""
    customer.version += 1
    customer.save(update_fields=["version"])
    record_entry(customer, step=step, actor=actor, at=at, changes=changes)
    publish(CustomerChanged(actor=actor, at=at, customer=customer))


def grant_consent(
    customer: Customer, actor: Actor, at: datetime, *, purpose: str, channel: str = "", evidence: str
) -> Consent:
    """Record that the customer agreed to a purpose, by one channel or (empty) by every one, with the evidence (PIPL
    14).

    Granting what is already granted returns the live consent unchanged. Raises InputRefused without evidence.
    """
    if purpose not in Purpose.values or channel not in ("", *Channel.values):
        raise InputRefused(_("Choose a purpose and a channel from the list."), code="consent_choice")
    try:
        kept = tidy(evidence)[:200]
    except UnwritableText:
        raise refused_text("evidence") from None
    if not kept:
        sentence = _("Write down how the customer agreed, such as the signed form or the call.")
        raise InputRefused(sentence, code="consent_evidence", fields={"evidence": sentence})

    def command() -> Consent:
        fresh = lock_living(customer)
        records.require_right(actor, P.CONSENT, fresh.station_id)
        live = fresh.consents.filter(purpose=purpose, channel=channel, withdrawn_at=None).first()
        if live is not None:
            return live
        consent = fresh.consents.create(purpose=purpose, channel=channel, granted_at=at, evidence=kept)
        changes = {"consent": [None, f"{purpose}:{channel or '*'}"], "evidence": [None, kept]}
        record_entry(fresh, step="consent_granted", actor=actor, at=at, changes=changes)
        return consent

    return run_in_transaction(command)


def withdraw_consent(
    customer: Customer, actor: Actor, at: datetime, *, purpose: str, channel: str = "", reason: str = ""
) -> int:
    """End the customer's consents to a purpose: all of them, or those for one channel; returns how many (PIPL 15).

    Withdrawing one channel from a consent to every channel ends that consent: in doubt nobody is contacted.
    """

    def command() -> int:
        fresh = lock_fresh(customer)
        records.require_right(actor, P.CONSENT, fresh.station_id)
        live = fresh.consents.filter(purpose=purpose, withdrawn_at=None)
        if channel:
            live = live.filter(channel__in=["", channel])
        ended = live.update(withdrawn_at=at)
        if ended:
            changes = {"consent": [f"{purpose}:{channel or '*'}", None]}
            record_entry(fresh, step="consent_withdrawn", actor=actor, at=at, changes=changes, reason=reason)
            publish(ConsentWithdrawn(actor=actor, at=at, customer=fresh, purpose=purpose, channel=channel))
        return ended

    return run_in_transaction(command)


@fulfils("CRM-07")
def unmask(customer: Customer, actor: Actor, at: datetime, *, reason: str) -> dict[str, Any]:
    """Return phones and address in full and keep in the journal who looked and why. Raises Forbidden; InputRefused."""
    try:
        why = tidy(reason)[:200]
    except UnwritableText:
        raise refused_text("reason") from None
    if len(why) < 2:
        sentence = _("Give the reason why you need the full data.")
        raise InputRefused(sentence, code="unmask_reason", clause="CRM-07", fields={"reason": sentence})

    def command() -> dict[str, Any]:
        fresh = lock_fresh(customer)
        records.require_right(actor, P.UNMASK, fresh.station_id)
        record_entry(fresh, step="unmasked", actor=actor, at=at, changes={"columns": ["phones", "address"]}, reason=why)
        return {"phones": list(fresh.phones.all()), "address": fresh.address}

    return run_in_transaction(command)
