"""Prices and rates: proposed by one person, reviewed by another before anybody is charged by them (PART-12)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.catalog.choices import PriceState
from aftersales.catalog.models import LabourRate, Part, PartPrice, PriceRow
from aftersales.catalog.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, Text
from aftersales.core.money import to_fen
from aftersales.core.workflow import Check, Opening, Step, Workflow

S = PriceState
HIGHEST_PRICE = Decimal("9999999.99")


def reviewer_is_another(price: PriceRow, actor: Actor, at: datetime, **_arguments: Any) -> Text | None:
    """Four eyes: nobody reviews a price of their own proposal."""
    if actor.user_id is not None and actor.user_id == price.proposed_by_id:
        return _("A price is reviewed by somebody else than the person who proposed it.")
    return None


FOUR_EYES = (Check("PART-12", reviewer_is_another),)

WORKFLOW: Workflow[PartPrice] = Workflow(
    field="state",
    opening=Opening("propose_part_price", _("Propose price"), S.PROPOSED, P.PROPOSE_PRICE),
    steps=[
        Step(
            "review_part_price",
            _("Review price"),
            (S.PROPOSED,),
            S.REVIEWED,
            P.REVIEW_PRICE,
            checks=FOUR_EYES,
            clauses=("PART-12",),
        ),
        Step("reject_part_price", _("Reject price"), (S.PROPOSED,), S.REJECTED, P.REVIEW_PRICE),
        Step("withdraw_part_price", _("Withdraw price"), (S.REVIEWED,), S.WITHDRAWN, P.REVIEW_PRICE),
    ],
)

RATE_WORKFLOW: Workflow[LabourRate] = Workflow(
    field="state",
    opening=Opening("propose_labour_rate", _("Propose labour rate"), S.PROPOSED, P.PROPOSE_PRICE),
    steps=[
        Step(
            "review_labour_rate",
            _("Review labour rate"),
            (S.PROPOSED,),
            S.REVIEWED,
            P.REVIEW_PRICE,
            checks=FOUR_EYES,
            clauses=("PART-12",),
        ),
        Step("reject_labour_rate", _("Reject labour rate"), (S.PROPOSED,), S.REJECTED, P.REVIEW_PRICE),
        Step("withdraw_labour_rate", _("Withdraw labour rate"), (S.REVIEWED,), S.WITHDRAWN, P.REVIEW_PRICE),
    ],
)


def price_in_range(gross: Decimal, field: str) -> Decimal:
    """Return the price rounded to the fen, or refuse what no price can be."""
    if not gross.is_finite() or gross < 0 or gross > HIGHEST_PRICE:
        raise InputRefused(
            _("Enter a price between 0 and 9,999,999.99 yuan."),
            code="price_out_of_range",
            fields={field: _("Enter a price between 0 and 9,999,999.99 yuan.")},
        )
    return to_fen(gross)


@WORKFLOW.opens
def propose_part_price(
    actor: Actor,
    at: datetime,
    *,
    part: Part,
    gross_price: Decimal,
    effective_from: date,
    station: Any = None,
    payer: str = "",
    market_reference: Decimal | None = None,
) -> PartPrice:
    """Propose an outbound price with tax; it is not used before somebody else has reviewed it."""
    return PartPrice.objects.create(
        part=part,
        gross_price=price_in_range(gross_price, "gross_price"),
        effective_from=effective_from,
        station=station,
        payer=payer,
        market_reference=None if market_reference is None else price_in_range(market_reference, "market_reference"),
        state=S.PROPOSED,
        created_at=at,
        proposed_by_id=actor.user_id,
        proposed_by_name=actor.name,
    )


@RATE_WORKFLOW.opens
def propose_labour_rate(
    actor: Actor,
    at: datetime,
    *,
    gross_per_hour: Decimal,
    effective_from: date,
    category: str = "",
    station: Any = None,
    payer: str = "",
    market_reference: Decimal | None = None,
) -> LabourRate:
    """Propose the price of a labour hour with tax; it is not used before somebody else has reviewed it."""
    return LabourRate.objects.create(
        category=category,
        gross_per_hour=price_in_range(gross_per_hour, "gross_per_hour"),
        effective_from=effective_from,
        station=station,
        payer=payer,
        market_reference=None if market_reference is None else price_in_range(market_reference, "market_reference"),
        state=S.PROPOSED,
        created_at=at,
        proposed_by_id=actor.user_id,
        proposed_by_name=actor.name,
    )


def _note_reviewer(price: PriceRow, actor: Actor, at: datetime) -> None:
    price.reviewed_by_id = actor.user_id
    price.reviewed_by_name = actor.name
    price.reviewed_at = at


@WORKFLOW.step
def review_part_price(price: PartPrice, actor: Actor, at: datetime) -> None:
    """Release the price for use from its effective date."""
    _note_reviewer(price, actor, at)


@WORKFLOW.step
def reject_part_price(price: PartPrice, actor: Actor, at: datetime, *, reason: str) -> None:
    """Turn the proposal down, with the reason in the journal."""
    _note_reviewer(price, actor, at)


@WORKFLOW.step
def withdraw_part_price(price: PartPrice, actor: Actor, at: datetime, *, reason: str) -> None:
    """Take a price out of use; what was charged by it stays as it is."""


@RATE_WORKFLOW.step
def review_labour_rate(rate: LabourRate, actor: Actor, at: datetime) -> None:
    """Release the rate for use from its effective date."""
    _note_reviewer(rate, actor, at)


@RATE_WORKFLOW.step
def reject_labour_rate(rate: LabourRate, actor: Actor, at: datetime, *, reason: str) -> None:
    """Turn the proposal down, with the reason in the journal."""
    _note_reviewer(rate, actor, at)


@RATE_WORKFLOW.step
def withdraw_labour_rate(rate: LabourRate, actor: Actor, at: datetime, *, reason: str) -> None:
    """Take a rate out of use; what was charged by it stays as it is."""
