"""What the rooms above plug in, so that sending knows no customer: consent and addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

# (customer_id, purpose, channel, at) -> may this customer be contacted
type MayContact = Callable[[int, str, str, datetime], bool]
# customer_id -> {"sms": "138…", "email": "…", "wecom": "…", "language": "zh-hans"}; missing ways are left out
type AddressesOf = Callable[[int], Mapping[str, str]]


class _Ports:
    may_contact: MayContact | None = None
    addresses_of: AddressesOf | None = None


def plug_in(*, may_contact: MayContact | None = None, addresses_of: AddressesOf | None = None) -> None:
    """Install the customers' consent and addresses; called by the app that owns them, at start-up."""
    _Ports.may_contact = may_contact or _Ports.may_contact
    _Ports.addresses_of = addresses_of or _Ports.addresses_of


def may_contact(customer_id: int, purpose: str, channel: str, at: datetime) -> bool:
    """Ask whether the customer has agreed; while nobody is plugged in, the answer is no."""
    return _Ports.may_contact is not None and _Ports.may_contact(customer_id, purpose, channel, at)


def addresses_of(customer_id: int) -> Mapping[str, str]:
    """Return the ways to reach the customer."""
    return _Ports.addresses_of(customer_id) if _Ports.addresses_of is not None else {}
