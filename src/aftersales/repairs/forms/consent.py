"""The customer's decision line by line: agreed, declined or later; by whom, how, signed (EST-01, EST-02, WORK-11)."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from aftersales.repairs.choices import Consent, ConsentMethod, LineKind, WorkState
from aftersales.repairs.forms.base import StepForm
from aftersales.repairs.models import OrderLine
from aftersales.repairs.rules import WRITTEN_METHODS
from aftersales.web import fields

DECISIONS = [
    (value, label)
    for value, label in Consent.choices
    if value != Consent.PENDING
]  # fmt: skip


class DecisionsForm(StepForm):
    """One choice a line; nothing is chosen beforehand, because the customer decides."""

    template: ClassVar[str] = "repairs/steps/decisions.html"
    is_written_only: ClassVar[bool] = True

    given_by = fields.CharField(label=_("Who decides"), max_length=120)
    method = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect(attrs={"data-reveals": ""}))
    signature = fields.SignatureField(label=_("Signature of the customer"), required=False)
    reason = fields.CharField(label=_("Why declined or deferred"), max_length=200, required=False)

    def prepare(self) -> None:
        methods = self.fields["method"]
        assert isinstance(methods, forms.ChoiceField)
        methods.choices = [
            choice for choice in ConsentMethod.choices if not self.is_written_only or choice[0] in WRITTEN_METHODS
        ]
        self.initial.setdefault("given_by", self.order.customer_name)
        self.initial.setdefault("method", ConsentMethod.SIGNATURE.value)
        for line in self.lines():
            self.fields[f"line_{line.pk}"] = forms.ChoiceField(label=line.text, choices=DECISIONS, required=False)

    def lines(self) -> list[OrderLine]:
        """Return the lines the customer is asked about: not begun, not yet decided for good."""
        return [
            line
            for line in self.order.all_lines()
            if line.kind != LineKind.RECORD and line.work_state == WorkState.WAITING and not line.issued_quantity
        ]

    def context(self) -> dict[str, Any]:
        shown = []
        for line in self.lines():
            name = f"line_{line.pk}"
            chosen = str(self.data.get(name, "")) if self.is_bound else self._known(line)
            shown.append((line, name, chosen))
        return {
            "rows": shown,
            "choices": DECISIONS,
            "decisions_total": sum((line.gross for line in self.lines()), start=0),
        }

    @staticmethod
    def _known(line: OrderLine) -> str:
        return "" if line.consent == Consent.PENDING else line.consent

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("method") == ConsentMethod.SIGNATURE and "signature" in values and not values["signature"]:
            raise ValidationError({"signature": _("Please sign in the box, or choose another way.")}, code="unsigned")
        return values

    @property
    def drawn_signature(self) -> bytes | None:
        drawn: bytes | None = self.cleaned_data.get("signature")
        return drawn if self.cleaned_data.get("method") == ConsentMethod.SIGNATURE else None

    @property
    def signer(self) -> str:
        return str(self.cleaned_data["given_by"])

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        return {
            "decisions": {line.pk: values[f"line_{line.pk}"] for line in self.lines() if values.get(f"line_{line.pk}")},
            "given_by": values["given_by"],
            "method": values["method"],
            "reason": values["reason"],
        }


class AuthorizeForm(DecisionsForm):
    """Every line is decided, in writing."""


class RecordConsentForm(DecisionsForm):
    """Added or changed lines while the car is with us; a phone call will do, if noted."""

    is_written_only: ClassVar[bool] = False

    def lines(self) -> list[OrderLine]:
        return [line for line in super().lines() if line.consent != Consent.AGREED]
