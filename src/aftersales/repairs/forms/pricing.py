"""Pricing: choosing operations, parts and packages, changing a line, issuing the estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from aftersales.catalog.models import PackageLine
from aftersales.catalog.queries import (
    LineAsked,
    LinePriced,
    operations_matching,
    packages_for,
    parts_matching,
    price_lines,
)
from aftersales.inventory.queries import available
from aftersales.network.rules import business_date
from aftersales.repairs.choices import Consent, LineKind, PayType
from aftersales.repairs.forms.base import StepForm, line_choices
from aftersales.repairs.queries.history import DeclinedWork, declined_work
from aftersales.repairs.services.pricing import LineWish
from aftersales.web import fields, typed

FOUND_AT_MOST = 12
MOST_PICKED = 80
TIME_ALLOWANCE = Decimal("1.5")  # the upper end of the time range that is proposed, before the advisor decides


@dataclass(frozen=True, slots=True)
class Pick:
    """One thing that can be ticked: its form names, and what the catalogue says. `stock` is None for labour."""

    key: str
    kind: str
    code: str
    text: str
    amount: Decimal
    unit_gross: Decimal | None
    gross: Decimal | None
    stock: Decimal | None
    note: str
    is_ticked: bool
    typed_amount: str


class AddLinesForm(StepForm):
    """Search, tick, add. Works as plain pages: the search is a GET, the ticked rows are posted.

    Ticks are named `pick`, with values `labour-<id>`, `part-<id>`, `package-<id>` or `declined-<line id>`, amounts
    `amount-<value>`.
    """

    template: ClassVar[str] = "repairs/steps/add_lines.html"

    payer = forms.ChoiceField(label=_("Who pays"), choices=PayType.choices, initial=PayType.CUSTOMER)
    concern = forms.TypedChoiceField(label=_("For which concern"), required=False, coerce=int, empty_value=None)
    job = forms.TypedChoiceField(
        label=_("Parts are fitted by"), required=False, coerce=int, empty_value=None,
        help_text=_("Empty: by the first operation added together with them."),
    )  # fmt: skip

    def prepare(self) -> None:
        concerns = self.order.all_concerns()
        chooser, jobs = self.fields["concern"], self.fields["job"]
        assert isinstance(chooser, forms.TypedChoiceField)
        assert isinstance(jobs, forms.TypedChoiceField)
        chooser.choices = [("", "—"), *((str(c.pk), f"{c.position}. {c.customer_words[:40]}") for c in concerns)]
        labour = [line for line in self.order.all_lines() if line.is_labour and line.consent != Consent.DECLINED]
        jobs.choices = [("", "—"), *line_choices(labour)]
        if len(concerns) == 1:
            self.initial.setdefault("concern", str(concerns[0].pk))
        self.q = self.subject.query.get("q", "")[:60].replace("\x00", "").strip()
        self.on = business_date(self.subject.at)
        self.declined = declined_work(self.subject.actor, self.order.vehicle_id, besides=self.order)

    @property
    def picked(self) -> list[str]:
        return list(self.data.getlist("pick"))[:MOST_PICKED] if hasattr(self.data, "getlist") else []

    def context(self) -> dict[str, Any]:
        picked = set(self.picked)
        found = self._found()
        known = {pick.key for pick in found}
        # What was ticked under an earlier search stays in the list while the form is on the screen.
        kept = [key for key in self.picked if key not in known and not key.startswith(("package-", "declined-"))]
        return {
            "q": self.q,
            "picks": [*self._priced(self._asked(kept), picked), *found],
            "packages": self._packages(picked),
            "declined": [self._declined(work, picked) for work in self.declined],
        }

    def _asked(self, keys: Sequence[str]) -> list[LineAsked]:
        asked = []
        for key in keys:
            kind, _dash, number = key.partition("-")
            if kind in (LineKind.LABOUR, LineKind.PART) and number.isascii() and number.isdigit() and len(number) < 18:
                asked.append(LineAsked(kind, int(number)))
        return asked

    def _found(self) -> list[Pick]:
        picked = set(self.picked)
        operations = operations_matching(self.q, only_active=True)[:FOUND_AT_MOST]
        parts = parts_matching(self.q, only_active=True)[:FOUND_AT_MOST] if self.q else []
        asked = [LineAsked(LineKind.LABOUR, row.pk) for row in operations]
        asked += [LineAsked(LineKind.PART, row.pk) for row in parts]
        return self._priced(asked, picked)

    def _priced(self, asked: Sequence[LineAsked], picked: set[str]) -> list[Pick]:
        if not asked:
            return []
        priced = price_lines(
            asked, station_id=self.order.station_id, on=self.on, vehicle_model_id=self.order.vehicle.model_id
        )
        parts = [row.id for row in priced if row.kind == LineKind.PART]
        stock = available(self.order.station_id, parts) if parts else {}
        return [self._pick(row, stock.get(row.id, Decimal(0)), picked) for row in priced]

    def _pick(self, row: LinePriced, stock: Decimal, picked: set[str]) -> Pick:
        key = f"{row.kind}-{row.id}"
        return Pick(
            key=key,
            kind=row.kind,
            code=row.code,
            text=row.name,
            amount=row.amount,
            unit_gross=row.unit_gross,
            gross=None if row.unit_gross is None else row.amount * row.unit_gross,
            stock=stock if row.kind == LineKind.PART else None,
            note="",
            is_ticked=key in picked,
            typed_amount=str(self.data.get(f"amount-{key}", "")) if self.data else "",
        )

    def _packages(self, picked: set[str]) -> list[Pick]:
        shown = []
        for package in packages_for(self.order.vehicle.model_id):
            if self.q and self.q.lower() not in f"{package.code} {package.name} {package.name_en}".lower():
                continue
            key = f"package-{package.pk}"
            lines: list[PackageLine] = list(package.lines.all())
            names = [(row.operation or row.part) for row in lines]
            shown.append(
                Pick(
                    key, "package", package.code, package.name, Decimal(1), None, None, None,
                    "、".join(item.name for item in names if item is not None), key in picked, "",
                )
            )  # fmt: skip
        return shown

    @staticmethod
    def _declined(work: DeclinedWork, picked: set[str]) -> tuple[Pick, DeclinedWork]:
        key = f"declined-{work.line_id}"
        return (
            Pick(
                key,
                work.kind,
                work.code,
                work.text,
                work.quantity,
                None,
                work.gross,
                None,
                work.reason,
                key in picked,
                "",
            ),
            work,
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self.wishes = self._wishes(values)
        if not self.wishes:
            raise ValidationError(_("Tick at least one operation, part or package."), code="no_lines")
        return values

    def _wishes(self, values: dict[str, Any]) -> list[LineWish]:
        payer, concern = values.get("payer") or PayType.CUSTOMER, values.get("concern")
        declined = {f"declined-{work.line_id}": work for work in self.declined}
        packages = {f"package-{p.pk}": p for p in packages_for(self.order.vehicle.model_id)} if any(
            key.startswith("package-") for key in self.picked
        ) else {}  # fmt: skip
        wanted: list[tuple[str, int, Decimal | None]] = []
        for key in self.picked:
            if key in declined:
                work = declined[key]
                wanted.append((work.kind, work.item_id, work.quantity if work.kind == LineKind.PART else None))
            elif key in packages:
                for row in packages[key].lines.all():
                    if row.operation_id is not None:
                        wanted.append((LineKind.LABOUR, row.operation_id, None))
                    elif row.part_id is not None:
                        wanted.append((LineKind.PART, row.part_id, row.quantity))
            else:
                wanted += [(row.kind, row.id, self._amount(key, row.kind)) for row in self._asked([key])]
        wanted = wanted[:MOST_PICKED]
        first_job = next((n for n, (kind, _id, _amount) in enumerate(wanted) if kind == LineKind.LABOUR), None)
        job_line_id = values.get("job")
        return [
            LineWish(
                kind,
                item_id,
                amount,
                payer=payer,
                concern_id=concern,
                job=first_job if kind == LineKind.PART and job_line_id is None else None,
                job_line_id=job_line_id if kind == LineKind.PART else None,
            )
            for kind, item_id, amount in wanted
        ]

    def _amount(self, key: str, kind: str) -> Decimal | None:
        """Return the quantity typed for a part; hours are the standard's and change at the line, with a reason."""
        text = str(self.data.get(f"amount-{key}", "")).strip()
        if not text or kind == LineKind.LABOUR:
            return None
        try:
            return typed.number(text)
        except typed.Unreadable:
            self.add_error(None, _("“%(typed)s” is not a quantity.") % {"typed": text[:20]})
            return None

    def arguments(self) -> dict[str, Any]:
        return {"wishes": self.wishes}


class ChangeLineForm(StepForm):
    """Quantity, price, discount and payer of one line; what differs from the list needs a reason (EST-04, EST-05)."""

    line_id = forms.TypedChoiceField(label=_("Line"), coerce=int)
    quantity = fields.DecimalField(label=_("Quantity or hours"), max_digits=12, decimal_places=3)
    unit_price = fields.DecimalField(label=_("Price per unit or hour (yuan)"), max_digits=12, decimal_places=2)
    discount = fields.DecimalField(label=_("Discount (yuan)"), max_digits=12, decimal_places=2, required=False)
    payer = forms.ChoiceField(label=_("Who pays"), choices=PayType.choices)
    reason = fields.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Needed where hours or price differ from the list."),
    )

    def prepare(self) -> None:
        chooser = self.fields["line_id"]
        assert isinstance(chooser, forms.TypedChoiceField)
        chooser.choices = line_choices(self.order.all_lines())
        line = self.subject.line()
        if line is not None:
            chooser.choices = line_choices([line])
            self.initial = {
                **self.initial,
                "line_id": str(line.pk),
                "quantity": line.quantity.normalize() if line.quantity % 1 else int(line.quantity),
                "unit_price": line.unit_price,
                "discount": line.discount,
                "payer": line.payer,
                "reason": line.price_reason or line.quantity_reason,
            }

    def arguments(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        values["discount"] = values["discount"] or Decimal("0.00")
        line = self.order.line_or_none(values["line_id"])
        if line is not None:  # what stays as it was is no departure from the list
            if values["quantity"] == line.quantity:
                values["quantity"] = None
            if values["unit_price"] == line.unit_price:
                values["unit_price"] = None
        return values


class EstimateForm(StepForm):
    """The range of cost and time that the customer is told (EST-03), proposed from the lines and the standard hours."""

    template: ClassVar[str] = "repairs/steps/estimate.html"

    cost_low = fields.DecimalField(label=_("Cost from (yuan)"), max_digits=12, decimal_places=2)
    cost_high = fields.DecimalField(label=_("Cost up to (yuan)"), max_digits=12, decimal_places=2)
    minutes_low = fields.IntegerField(label=_("Time from (minutes)"), min_value=1, max_value=100_000)
    minutes_high = fields.IntegerField(label=_("Time up to (minutes)"), min_value=1, max_value=100_000)

    def prepare(self) -> None:
        lines = [line for line in self.order.all_lines() if line.consent != Consent.DECLINED]
        gross = sum((line.gross for line in lines), Decimal("0.00"))
        minutes = int(sum((line.quantity for line in lines if line.is_labour), Decimal(0)) * 60) or 30
        self.initial = {
            "cost_low": gross,
            "cost_high": gross,
            "minutes_low": minutes,
            "minutes_high": int(minutes * TIME_ALLOWANCE),
            **self.initial,
        }
