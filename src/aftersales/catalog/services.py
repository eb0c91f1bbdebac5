"""Commands on the masters of the catalogue, and the price list's refusal of arbitrary charges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from aftersales.catalog import rules
from aftersales.catalog.choices import PartOrigin
from aftersales.catalog.declarations import PART
from aftersales.catalog.models import LabourOperation, OperationHours, PackageLine, Part, ServicePackage, TaxRate
from aftersales.catalog.permissions import P
from aftersales.catalog.queries import LinePriced, successors
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.core.money import to_fen
from aftersales.core.records import change, register, require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import lock_fresh, record_entry
from aftersales.search.rules import name_terms, suffixes, words
from aftersales.search.services import Finding, index_many
from aftersales.standards.binding import fulfils

MAX_HOURS = Decimal(1000)


def _code(raw: str, field: str) -> str:
    code = rules.normal_number(raw)
    if not code or len(code) > 40 or not code.isprintable():
        sentence = _("Enter a number of 1 to 40 readable characters.")
        raise InputRefused(sentence, code="number_refused", fields={field: sentence})
    return code


def _text(raw: str, field: str, *, limit: int = 120, required: bool = True) -> str:
    text = raw.strip()
    if (required and not text) or len(text) > limit or not rules.is_storable(text):
        sentence = _("Enter at most %(limit)s readable characters.") % {"limit": limit}
        raise InputRefused(sentence, code="text_refused", fields={field: sentence})
    return text


def _hours(raw: Decimal, field: str) -> Decimal:
    if not raw.is_finite() or not 0 < raw <= MAX_HOURS or raw != round(raw, 1):
        sentence = _("Enter hours between 0.1 and 1,000, in tenths.")
        raise InputRefused(sentence, code="hours_refused", fields={field: sentence})
    return raw


def _free(model: type[Part] | type[LabourOperation] | type[ServicePackage], field: str, code: str) -> str:
    if model.objects.filter(**{field: code}).exists():
        sentence = _("“%(number)s” is already taken.") % {"number": code}
        raise InputRefused(sentence, code="number_taken", fields={field: sentence})
    return code


def finding_of(part: Part) -> Finding:
    """Return a part as the search box keeps it: by number, barcode, name in both languages."""
    terms = [*suffixes(part.number, 3), *suffixes(part.barcode, 4), *name_terms(part.name), *words(part.name_en)]
    return Finding(None, PART.name, part.pk, part.name, part.number, terms, part.name_en)


def for_network(actor: Actor, code: str) -> Actor:
    """Return the actor with the right, held at any station, counting for the masters, which belong to no station."""
    return replace(actor, network_rights=actor.network_rights | {code}) if actor.may_anywhere(code) else actor


@fulfils("EST-04")
def register_operation(
    actor: Actor, at: datetime, *, code: str, name: str, category: str, standard_hours: Decimal, **facts: Any
) -> LabourOperation:
    """Enter a labour operation with its standard hours; `facts` are name_en, skill, required_certificate, tax_code."""
    operation = LabourOperation(
        code=_free(LabourOperation, "code", _code(code, "code")),
        name=_text(name, "name"),
        category=category,
        standard_hours=_hours(standard_hours, "standard_hours"),
        **facts,
    )
    return register(operation, for_network(actor, P.MAINTAIN_OPERATIONS), at, right=P.MAINTAIN_OPERATIONS)


def change_operation(operation: LabourOperation, actor: Actor, at: datetime, **values: Any) -> LabourOperation:
    """Change columns of an operation; the journal keeps old and new."""
    if "standard_hours" in values:
        values["standard_hours"] = _hours(values["standard_hours"], "standard_hours")
    if "name" in values:
        values["name"] = _text(values["name"], "name")
    return change(operation, for_network(actor, P.MAINTAIN_OPERATIONS), at, right=P.MAINTAIN_OPERATIONS, **values)


def set_model_hours(
    operation: LabourOperation, actor: Actor, at: datetime, *, vehicle_model_id: int, hours: Decimal | None
) -> None:
    """Set the standard hours of an operation on one model; None goes back to the operation's own."""

    def command() -> None:
        require_right(for_network(actor, P.MAINTAIN_OPERATIONS), P.MAINTAIN_OPERATIONS, None)
        fresh = lock_fresh(operation)
        rows = OperationHours.objects.filter(operation=fresh, vehicle_model_id=vehicle_model_id)
        before = rows.values_list("hours", flat=True).first()
        if hours is None:
            rows.delete()
        else:
            OperationHours.objects.update_or_create(
                operation=fresh, vehicle_model_id=vehicle_model_id, defaults={"hours": _hours(hours, "hours")}
            )
        record_entry(
            fresh,
            step="model_hours_set",
            actor=actor,
            at=at,
            changes={f"hours_of_model_{vehicle_model_id}": [str(before), str(hours)]},
        )

    run_in_transaction(command)


@fulfils("PART-02")
def register_part(actor: Actor, at: datetime, *, number: str, name: str, part_class: str, **facts: Any) -> Part:
    """Enter a part with its class; `facts` are name_en, unit, origin, handling, quality_evidence, alternative_to,
    barcode, is_serialised, tax_code. An alternative part needs evidence of its quality (PART-11).
    """
    part = Part(
        number=_free(Part, "number", _code(number, "number")),
        name=_text(name, "name"),
        part_class=part_class,
        **facts,
    )
    _require_evidence(part.origin, part.quality_evidence)

    def command() -> Part:
        saved = register(part, for_network(actor, P.MAINTAIN_PARTS), at, right=P.MAINTAIN_PARTS)
        index_many([finding_of(saved)])
        return saved

    return run_in_transaction(command)


def change_part(part: Part, actor: Actor, at: datetime, **values: Any) -> Part:
    """Change columns of a part; succession is changed by `supersede` only."""
    if "superseded_by" in values or "superseded_by_id" in values:
        raise ValueError("use supersede()")
    if "name" in values:
        values["name"] = _text(values["name"], "name")
    _require_evidence(values.get("origin", part.origin), values.get("quality_evidence", part.quality_evidence))

    def command() -> Part:
        fresh = change(part, for_network(actor, P.MAINTAIN_PARTS), at, right=P.MAINTAIN_PARTS, **values)
        index_many([finding_of(fresh)])
        return fresh

    return run_in_transaction(command)


@fulfils("PART-11")
def _require_evidence(origin: str, evidence: str) -> None:
    if origin == PartOrigin.ALTERNATIVE and not evidence.strip():
        sentence = _("An alternative part needs evidence of its quality.")
        raise InputRefused(sentence, code="evidence_missing", clause="PART-11", fields={"quality_evidence": sentence})


def supersede(part: Part, actor: Actor, at: datetime, *, successor: Part | None, reason: str = "") -> Part:
    """Name the part that follows this one (None: none); a chain that would bite its own tail is refused."""

    def command() -> Part:
        with connection.cursor() as cursor:
            # Two people may close a circle from both ends at once; successions are rare, so they queue up here.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('catalog.supersede'))")
        if successor is not None:
            chain = [successor.pk, *successors([successor.pk]).get(successor.pk, [])]
            if part.pk in chain:
                sentence = _("%(number)s already follows this part; the chain would be a circle.") % {
                    "number": successor.number
                }
                raise InputRefused(sentence, code="succession_circle", fields={"superseded_by": sentence})
        return change(
            part,
            for_network(actor, P.MAINTAIN_PARTS),
            at,
            right=P.MAINTAIN_PARTS,
            step="superseded",
            reason=reason,
            superseded_by_id=successor.pk if successor else None,
        )

    return run_in_transaction(command)


@dataclass(frozen=True, slots=True)
class PackageItem:
    """One line of a package: an operation (hours None: the standard ones) or a part with its quantity."""

    operation_id: int | None = None
    hours: Decimal | None = None
    part_id: int | None = None
    quantity: Decimal | None = None


def _write_items(package: ServicePackage, items: Sequence[PackageItem]) -> None:
    for item in items:
        if (item.operation_id is None) == (item.part_id is None) or (
            item.part_id is not None and (item.quantity is None or not item.quantity.is_finite() or item.quantity <= 0)
        ):
            raise InputRefused(
                _("Each line names either an operation, or a part with a quantity above zero."), code="line_refused"
            )
    PackageLine.objects.filter(package=package).delete()
    PackageLine.objects.bulk_create(
        PackageLine(
            package=package,
            position=position,
            operation_id=item.operation_id,
            hours=None if item.hours is None else _hours(item.hours, "hours"),
            part_id=item.part_id,
            quantity=item.quantity,
        )
        for position, item in enumerate(items, start=1)
    )


def register_package(
    actor: Actor,
    at: datetime,
    *,
    code: str,
    name: str,
    items: Sequence[PackageItem],
    vehicle_model_ids: Sequence[int] = (),
    name_en: str = "",
) -> ServicePackage:
    """Enter a service package; without models it fits every model."""

    def command() -> ServicePackage:
        package = register(
            ServicePackage(
                code=_free(ServicePackage, "code", _code(code, "code")), name=_text(name, "name"), name_en=name_en
            ),
            for_network(actor, P.MAINTAIN_PACKAGES),
            at,
            right=P.MAINTAIN_PACKAGES,
        )
        _write_items(package, items)
        package.vehicle_models.set(vehicle_model_ids)
        return package

    return run_in_transaction(command)


def change_package(
    package: ServicePackage,
    actor: Actor,
    at: datetime,
    *,
    items: Sequence[PackageItem] | None = None,
    vehicle_model_ids: Sequence[int] | None = None,
    **values: Any,
) -> ServicePackage:
    """Change a package's columns and, if given, its lines and models as a whole."""

    def command() -> ServicePackage:
        fresh = change(package, for_network(actor, P.MAINTAIN_PACKAGES), at, right=P.MAINTAIN_PACKAGES, **values)
        if items is not None:
            _write_items(fresh, items)
        if vehicle_model_ids is not None:
            fresh.vehicle_models.set(vehicle_model_ids)
        if items is not None or vehicle_model_ids is not None:
            record_entry(
                fresh,
                step="lines_changed",
                actor=actor,
                at=at,
                changes={"lines": None if items is None else len(items), "models": list(vehicle_model_ids or ())},
            )
        return fresh

    return run_in_transaction(command)


def enter_tax_rate(actor: Actor, at: datetime, *, code: str, rate: Decimal, effective_from: date) -> TaxRate:
    """Enter a tax rate in percent from a date on; earlier rates stay for earlier days."""
    if not rate.is_finite() or not 0 <= rate < 100:
        sentence = _("Enter a rate from 0 to below 100 percent.")
        raise InputRefused(sentence, code="rate_refused", fields={"rate": sentence})
    if TaxRate.objects.filter(code=code, effective_from=effective_from).exists():
        sentence = _("There is already a rate with this code from this date.")
        raise InputRefused(sentence, code="rate_taken", fields={"effective_from": sentence})
    return register(TaxRate(code=code, rate=rate, effective_from=effective_from), actor, at, right=P.MAINTAIN_TAX)


@fulfils("EST-05")
def agreed_unit_price(
    actor: Actor, *, station_id: int, line: LinePriced, asked_gross: Decimal | None, reason: str = ""
) -> Decimal:
    """Return the price to charge for a line: the list's, or another one with a right and a written reason.

    Raises TransitionRefused (EST-05) for a charge outside the list without both, and for an item without a list price.
    """
    if asked_gross is None or (line.unit_gross is not None and to_fen(asked_gross) == line.unit_gross):
        if line.unit_gross is None:
            raise TransitionRefused(
                _("%(item)s has no reviewed price. Ask for a price before it is charged.")
                % {"item": f"{line.code} {line.name}"},
                code="no_list_price",
                clause="EST-05",
            )
        return line.unit_gross
    if not asked_gross.is_finite() or asked_gross < 0:
        raise InputRefused(_("Enter a price of zero or more."), code="price_refused")
    _require_departure(actor, station_id, reason, clause="EST-05", item=f"{line.code} {line.name}")
    return to_fen(asked_gross)


@fulfils("EST-04")
def agreed_hours(
    actor: Actor, *, station_id: int, line: LinePriced, asked_hours: Decimal | None, reason: str = ""
) -> Decimal:
    """Return the hours to charge: the standard ones, or others with a right and a written reason (EST-04)."""
    if line.list_hours is None:
        raise ValueError("agreed_hours is asked of a labour line")
    if asked_hours is None or asked_hours == line.list_hours:
        return line.list_hours
    hours = _hours(asked_hours, "hours")
    _require_departure(actor, station_id, reason, clause="EST-04", item=f"{line.code} {line.name}")
    return hours


def _require_departure(actor: Actor, station_id: int, reason: str, *, clause: str, item: str) -> None:
    if not actor.may(P.DEPART_FROM_LIST, station_id):
        raise TransitionRefused(
            _("%(item)s: only a person with the right to do so may depart from the published list.") % {"item": item},
            code="departure_forbidden",
            clause=clause,
        )
    if not reason.strip():
        raise TransitionRefused(
            _("%(item)s: write down the reason for departing from the published list.") % {"item": item},
            code="departure_without_reason",
            clause=clause,
        )
