"""Two archives of one customer become one: everything follows, the dropped archive stays as a pointer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor, system_actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.core.events import publish
from aftersales.core.records import require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import lock_fresh, plain, record_entry
from aftersales.customers.drafts import finding, refused_text
from aftersales.customers.events import CustomersMerged
from aftersales.customers.models import Consent, Customer, CustomerPhone
from aftersales.customers.names import UnwritableText, tidy
from aftersales.customers.permissions import P
from aftersales.journal.models import JournalEntry
from aftersales.notifications.services import move_messages
from aftersales.search import services as search
from aftersales.standards.binding import fulfils

FILLED = ("address", "region_code", "services_wished", "next_contact_on", "next_contact_about", "visited_on")


@fulfils("IS-02")
def merge_customers(kept: Customer, actor: Actor, at: datetime, *, dropped: Customer, reason: str) -> Customer:
    """Merge `dropped` into `kept`: phones and consents follow, empty columns are filled, vehicles, orders, bookings and
    calls follow by event. Credit terms stay those of `kept`.

    The dropped archive stays as a pointer and is no longer found. Raises TransitionRefused across stations or for a
    merged one, InputRefused without a reason, StaleVersion.
    """
    why = _reason(reason)

    def command() -> Customer:
        # Stronger than the usual lock: what is being written for either archive at this moment is waited for, so that
        # it follows too.
        list(Customer.objects.everywhere().select_for_update().filter(pk__in=(kept.pk, dropped.pk)).order_by("pk"))
        first, second = sorted((kept, dropped), key=lambda customer: customer.pk)
        fresh = {customer.pk: lock_fresh(customer) for customer in (first, second)}
        into, gone = fresh[kept.pk], fresh[dropped.pk]
        require_right(actor, P.MERGE, into.station_id)
        if into.pk == gone.pk or into.station_id != gone.station_id:
            raise TransitionRefused(_("Two different archives of one station can be merged."), code="merge_pair")
        if into.merged_into_id or gone.merged_into_id:
            raise TransitionRefused(_("One of the archives has already been merged."), code="merged_before")
        _hand_over_phones_and_consents(into, gone)
        filled = {name: getattr(gone, name) for name in FILLED if not getattr(into, name) and getattr(gone, name)}
        Customer.objects.everywhere().filter(merged_into=gone).update(merged_into=into)
        gone.merged_into = into
        gone.version += 1
        gone.save(update_fields=["merged_into", "version"])
        record_entry(gone, step="merged", actor=actor, at=at, changes={"merged_into": [None, into.number]}, reason=why)
        for name, value in filled.items():
            setattr(into, name, value)
        into.version += 1
        into.save(update_fields=[*filled, "version"])
        changes: dict[str, Any] = {"merged_from": [None, gone.number]}
        changes |= {name: [None, plain(value)] for name, value in filled.items()}
        record_entry(into, step="merged", actor=actor, at=at, changes=changes, reason=why)
        search.forget("customer", [gone.pk])
        search.index_many([finding(into, into.phones.values_list("number", flat=True))])
        move_messages(from_customer_id=gone.pk, to_customer_id=into.pk)
        publish(CustomersMerged(actor=actor, at=at, kept=into, dropped=gone))
        return into

    return run_in_transaction(command)


def _reason(reason: str) -> str:
    try:
        why = tidy(reason)[:200]
    except UnwritableText:
        raise refused_text("reason") from None
    if len(why) < 2:
        sentence = _("Say how you know that both are the same customer.")
        raise InputRefused(sentence, code="merge_reason", clause="IS-02", fields={"reason": sentence})
    return why


def _hand_over_phones_and_consents(into: Customer, gone: Customer) -> None:
    known = {(phone.number, phone.extension) for phone in into.phones.all()}
    has_primary = any(phone.is_primary for phone in into.phones.all())
    for phone in gone.phones.all():
        if (phone.number, phone.extension) not in known:
            leads = phone.is_primary and not has_primary
            CustomerPhone.objects.filter(pk=phone.pk).update(customer=into, is_primary=leads)
    for consent in gone.consents.all():
        try:
            with transaction.atomic():
                Consent.objects.filter(pk=consent.pk).update(customer=into)
        except IntegrityError:  # both archives hold the same live consent: the kept one counts
            Consent.objects.filter(pk=consent.pk).update(withdrawn_at=F("granted_at"), customer=into)


def follow_merges(at: datetime, *, since: datetime) -> int:
    """Let what was written for a dropped archive while it was being merged follow as well; return how many merges were
    looked at.

    An order taken in the same moment names the archive its desk had on the screen: nothing stops it, this finds it.
    """
    entries = JournalEntry.objects.everywhere().filter(
        subject_kind=subject_kind(Customer()), step="merged", at__gte=since, at__lte=at
    )
    ids = list(entries.order_by("pk").values_list("subject_id", flat=True))
    pairs = Customer.objects.everywhere().filter(pk__in=ids, merged_into__isnull=False).select_related("merged_into")
    actor = system_actor("customers")
    found = list(pairs.order_by("pk"))
    for gone in found:
        assert gone.merged_into is not None
        event = CustomersMerged(actor=actor, at=at, kept=gone.merged_into, dropped=gone)
        run_in_transaction(lambda event=event: publish(event))  # type: ignore[misc]
    return len(found)
