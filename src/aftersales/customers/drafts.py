"""From what was typed to what is written: values checked, phones parsed, terms prepared. No writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import InputRefused, Text
from aftersales.customers.choices import Channel, CustomerKind, PhoneLabel
from aftersales.customers.models import Customer
from aftersales.customers.names import UnwritableText, spell, syllables, tidy
from aftersales.customers.phones import ImpossiblePhone, mask_phone, national_digits, parse_phone
from aftersales.customers.queries import region_code as known_region
from aftersales.search.rules import name_terms, phone_terms
from aftersales.search.services import Finding

type PhoneInput = str | tuple[str, str]  # what was typed, or (what was typed, label)

LENGTHS = {"name": 100, "address": 200, "notes": 2000, "services_wished": 300, "next_contact_about": 300}
DATES = ("visited_on", "next_contact_on")
EARLIEST = date(1980, 1, 1)
LATEST = date(2099, 12, 31)
PHONES_AT_MOST = 20
# An enumeration lists its values anew each time it is asked; an import asks for every row.
KINDS = frozenset(CustomerKind.values)
_CHANNELS = frozenset(("", *Channel.values))
_LABELS = frozenset(PhoneLabel.values)


@dataclass(frozen=True, slots=True)
class PhoneDraft:
    """A parsed number with its label, not yet written."""

    number: str
    extension: str
    label: str


def phone_sentence() -> Text:
    """Return the sentence for a number that cannot be dialled."""
    return _("This cannot be a telephone number. Enter 11 digits for a mobile, or area code and number for a landline.")


def refused_text(field: str) -> InputRefused:
    """Return the refusal of a text with control characters."""
    sentence = _("The text contains invisible control characters. Type it again without them.")
    return InputRefused(sentence, code="unwritable_text", fields={field: sentence})


def phone_drafts(phones: Sequence[PhoneInput]) -> list[PhoneDraft]:
    """Parse the numbers, each once, in the order given; InputRefused for one that cannot be."""
    drafts: dict[tuple[str, str], PhoneDraft] = {}
    if len(phones) > PHONES_AT_MOST:
        sentence = _("A customer has at most 20 phone numbers.")
        raise InputRefused(sentence, code="phones_too_many", fields={"phones": sentence})
    for typed in phones:
        number, label = typed if isinstance(typed, tuple) else (typed, "")
        if not number.strip():
            continue
        try:
            phone = parse_phone(number)
        except ImpossiblePhone:
            raise InputRefused(phone_sentence(), code="phone", fields={"phones": phone_sentence()}) from None
        if label not in _LABELS:
            is_mobile = len(phone.national) == 11 and phone.national.startswith("1")
            label = PhoneLabel.MOBILE if is_mobile else PhoneLabel.OTHER
        drafts.setdefault((phone.number, phone.extension), PhoneDraft(phone.number, phone.extension, label))
    return list(drafts.values())


def customer_values(**values: Any) -> dict[str, Any]:
    """Check the columns of the archive form and return them ready to write, pinyin included.

    Raises InputRefused with a sentence for every field that cannot be; TypeError for a column this verb does not take.
    """
    unknown = values.keys() - LENGTHS.keys() - set(DATES) - {"kind", "region_code", "preferred_channel"}
    if unknown:
        raise TypeError(f"not columns of the archive form: {sorted(unknown)}")
    cleaned: dict[str, Any] = dict(values)
    fields: dict[str, Text] = {}
    for field in values.keys() & LENGTHS.keys():
        cleaned[field], sentence = _text(field, values[field])
        if sentence:
            fields[field] = sentence
    for field in DATES:
        if (day := values.get(field)) is not None and not EARLIEST <= day <= LATEST:
            fields[field] = _("Enter a date between 1980 and 2099.")
    if typed := values.get("region_code"):
        code = cleaned["region_code"] = known_region(typed)
        if code is None:
            fields["region_code"] = _("Unknown or ambiguous district. Enter the six-digit code or the full name.")
    if "name" in cleaned and not cleaned["name"]:
        fields["name"] = _("Enter the customer's name.")
    fields |= _choices(cleaned)
    if fields:
        raise InputRefused(_("Please check the marked fields."), code="customer_fields", fields=fields)
    if "name" in cleaned:
        is_person = cleaned.get("kind", CustomerKind.PERSON) == CustomerKind.PERSON
        cleaned["name_pinyin"], cleaned["name_initials"] = spell(cleaned["name"], is_person=is_person)
    return cleaned


def _choices(values: dict[str, Any]) -> dict[str, Text]:
    """Return the sentences against choices that are not in their list."""
    fields: dict[str, Text] = {}
    if values.get("kind", CustomerKind.PERSON) not in KINDS:
        fields["kind"] = _("Choose person or company.")
    if values.get("preferred_channel", "") not in _CHANNELS:
        fields["preferred_channel"] = _("Choose a channel from the list.")
    return fields


def _text(field: str, value: str) -> tuple[str, Text | None]:
    """Return a text ready to write, and the sentence against it, if any."""
    try:
        text = tidy(value, lines=field == "notes")
    except UnwritableText:
        return "", refused_text(field).fields[field]
    if len(text) > LENGTHS[field]:
        return text, _("At most %(count)s characters.") % {"count": LENGTHS[field]}
    return text, None


def finding(customer: Customer, numbers: Iterable[str]) -> Finding:
    """Return what search keeps of a customer: name, pinyin, initials and every phone; the subtitle is masked."""
    listed = list(numbers)
    terms = [
        *name_terms(customer.name, syllables(customer.name, is_person=customer.kind == CustomerKind.PERSON)),
        *(term for number in listed for term in phone_terms(national_digits(number))),
        customer.number,
    ]
    return Finding(
        customer.station_id,
        "customer",
        customer.pk,
        customer.name,
        customer.number,
        terms,
        " · ".join(mask_phone(number) for number in listed[:3]),
    )
