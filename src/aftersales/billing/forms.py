"""What the cash desk asks for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.billing.choices import PaymentMethod
from aftersales.billing.models import NOTHING, Settlement
from aftersales.billing.rules import Tender, change_for
from aftersales.billing.transitions import Means
from aftersales.repairs.choices import PayType
from aftersales.web import fields

# In the order of how often they are used at a counter.
METHODS = [
    (method.value, method.label)
    for method in (
        PaymentMethod.WECHAT,
        PaymentMethod.ALIPAY,
        PaymentMethod.CARD,
        PaymentMethod.CASH,
        PaymentMethod.TRANSFER,
    )
]
MORE_WAYS = ("2", "3")


def _yuan(label: Any, **options: Any) -> fields.DecimalField:
    return fields.DecimalField(label=label, max_digits=12, decimal_places=2, **options)


class SheetForm(forms.Form):
    """A form about one settlement sheet."""

    def __init__(self, *args: Any, sheet: Settlement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.prepare()

    def prepare(self) -> None:
        """Fill in what is known."""

    def arguments(self) -> dict[str, Any]:
        """Return the step's keyword arguments."""
        return dict(self.cleaned_data)


class MeansForm(SheetForm):
    """Money in up to three ways at once; the first way starts with everything that is open."""

    method = forms.ChoiceField(
        label=_("Means of payment"), choices=METHODS, widget=forms.RadioSelect, initial=PaymentMethod.WECHAT.value
    )
    amount = _yuan(_("Amount (yuan)"), min_value=Decimal("0.01"), autofocus=True)
    reference = fields.CharField(label=_("Receipt number of the terminal"), max_length=80, required=False)
    cash_received = _yuan(
        _("Cash received (yuan)"),
        min_value=Decimal(0),
        required=False,
        help_text=_("Only for cash: the change is worked out."),
    )

    def prepare(self) -> None:
        self.initial.setdefault("amount", self.open_amount())
        for n in MORE_WAYS:
            self.fields[f"method_{n}"] = forms.ChoiceField(
                label=_("Also paid by"), choices=[("", "—"), *METHODS], required=False
            )
            self.fields[f"amount_{n}"] = _yuan(_("Amount (yuan)"), min_value=Decimal("0.01"), required=False)
            self.fields[f"reference_{n}"] = fields.CharField(
                label=_("Receipt number of the terminal"), max_length=80, required=False
            )

    def open_amount(self) -> Decimal:
        """Return what the form starts with."""
        return self.sheet.due

    @property
    def more_ways(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [(self[f"method_{n}"], self[f"amount_{n}"], self[f"reference_{n}"]) for n in MORE_WAYS]

    @property
    def has_more_ways(self) -> bool:
        return any(self[f"amount_{n}"].value() or self[f"method_{n}"].value() for n in MORE_WAYS)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for n in MORE_WAYS:
            method, amount = values.get(f"method_{n}"), values.get(f"amount_{n}")
            if bool(method) != (amount is not None) and f"amount_{n}" not in self.errors:
                self.add_error(f"amount_{n}", _("Give both the means of payment and the amount."))
        received = values.get("cash_received")
        if received is not None and not self.errors and self.tender() is None:
            self.add_error("cash_received", _("This is less than the cash part of the payment."))
        return values

    def means(self) -> list[Means]:
        """Return the payments typed, one for each way."""
        values = self.cleaned_data
        found: list[Means] = []
        for suffix in ("", *(f"_{n}" for n in MORE_WAYS)):
            amount = values.get(f"amount{suffix}")
            if amount is not None:
                found.append(
                    {
                        "method": values[f"method{suffix}"],
                        "amount": amount,
                        "reference": values.get(f"reference{suffix}", ""),
                    }
                )
        return found

    def tender(self) -> Tender | None:
        """Return cash received and change; None when no cash was laid down, or too little."""
        received: Decimal | None = self.cleaned_data.get("cash_received")
        cash = sum((one["amount"] for one in self.means() if one["method"] == PaymentMethod.CASH), NOTHING)
        return None if received is None else change_for(cash, received)

    def arguments(self) -> dict[str, Any]:
        return {"means": self.means()}


class PayForm(MeansForm):
    """Taking payment; thanking the customer is attested with it (SETL-05)."""

    thanked = forms.BooleanField(label=_("The customer has been thanked"), required=False)

    def arguments(self) -> dict[str, Any]:
        return {"means": self.means(), "thanked": self.cleaned_data["thanked"]}


class CollectForm(MeansForm):
    """Collecting what was put on account."""

    def open_amount(self) -> Decimal:
        return self.sheet.balance.owed


class OnAccountForm(SheetForm):
    """Putting an amount on the customer's account."""

    amount = _yuan(_("Amount (yuan)"), min_value=Decimal("0.01"), autofocus=True)

    def prepare(self) -> None:
        self.initial.setdefault("amount", self.sheet.due)


class RefundForm(SheetForm):
    """Giving money back."""

    amount = _yuan(_("Amount (yuan)"), min_value=Decimal("0.01"), autofocus=True)
    method = forms.ChoiceField(label=_("Given back by"), choices=METHODS, widget=forms.RadioSelect)
    reason = fields.CharField(label=_("Reason"), max_length=200)
    reference = fields.CharField(label=_("Receipt number of the terminal"), max_length=80, required=False)

    def prepare(self) -> None:
        self.initial.setdefault("amount", self.sheet.paid - self.sheet.refunded)
        first = next((payment.method for payment in self.sheet.payments.all()), PaymentMethod.WECHAT.value)
        self.initial.setdefault("method", first)


class ReverseForm(SheetForm):
    """Taking every sheet of the order back."""

    reason = fields.CharField(label=_("Reason"), max_length=1000, autofocus=True)


STEP_FORMS: dict[str, type[SheetForm]] = {
    "pay": PayForm,
    "put_on_account": OnAccountForm,
    "collect": CollectForm,
    "refund": RefundForm,
    "reverse": ReverseForm,
}


class NothingAsked(forms.Form):
    """One button."""


class CloseDayForm(forms.Form):
    """The counted drawer against the day's receipts."""

    on = fields.DateField(label=_("Day"))
    cash_counted = _yuan(
        _("Cash counted (yuan)"), min_value=Decimal(0), help_text=_("Without the float that stays in the drawer.")
    )
    reason = fields.CharField(
        label=_("Reason of a difference"), max_length=200, required=False, help_text=_("Only when the drawer differs.")
    )


class SheetFilterForm(forms.Form):
    """What narrows the list of settlements."""

    q = fields.CharField(label=_("Search"), max_length=80, required=False, placeholder=_("Number, plate, customer"))
    payer = forms.ChoiceField(label=_("Payer"), required=False, choices=[("", _("every payer")), *PayType.choices])
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("all sheets")),
            ("due", _("payment due")),
            ("account", _("open on account")),
            ("reversed", _("reversed")),
        ],
    )
    since = fields.DateField(label=_("From"), required=False)
    until = fields.DateField(label=_("Until"), required=False)
