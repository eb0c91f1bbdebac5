"""Forms of the stock room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.catalog.forms import PartNumberField
from aftersales.core.actor import Actor
from aftersales.inventory import queries
from aftersales.inventory.models import Location
from aftersales.inventory.transitions import ReceiptItem
from aftersales.network.models import Station
from aftersales.staff.models import StaffMember
from aftersales.web import fields


class ShelfField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the shelves at which the person may do this."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Location.objects.none(), **kwargs)

    def offer(self, actor: Actor, code: str) -> None:
        """Offer the shelves of the stations where the actor holds the code."""
        self.queryset = queries.shelves_of(actor, code)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.station.code} · {obj.code} {obj.name}"


class StationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the stations at which the person may do this."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Station.objects.none(), empty_label=None, **kwargs)

    def offer(self, actor: Actor, code: str) -> None:
        """Offer the stations where the actor holds the code."""
        stations = actor.stations_with(code)
        rows = Station.objects.order_by("code")
        self.queryset = rows if stations is None else rows.filter(pk__in=stations)


class KeeperField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A member of the station's staff as keeper."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=StaffMember.objects.none(), required=False, **kwargs)

    def offer(self, actor: Actor, code: str) -> None:
        """Offer the people in service at the stations where the actor holds the code."""
        self.queryset = StaffMember.objects.visible_to(actor, code).filter(is_active=True).order_by("name")

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class OfferingForm(forms.Form):
    """A form whose shelves, stations and keepers are those the person may use."""

    def __init__(self, actor: Actor, code: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, ShelfField | StationField | KeeperField):
                field.offer(actor, code)


class ReceiptForm(OfferingForm):
    """What has arrived: supplier, delivery note, shelf and up to eight parts."""

    ROWS = 8

    supplier_name = fields.CharField(label=_("Supplier"), max_length=120)
    document_ref = fields.CharField(label=_("Delivery note"), max_length=60, required=False)
    shelf = ShelfField(label=_("Shelf"))
    later = forms.BooleanField(label=_("Only write down, post later"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, self.ROWS + 1):
            self.fields[f"part_{n}"] = PartNumberField(
                label=_("Part %(n)s: number or barcode") % {"n": n}, required=n == 1
            )
            self.fields[f"quantity_{n}"] = fields.DecimalField(
                label=_("Quantity"), max_digits=9, decimal_places=3, required=n == 1
            )
            self.fields[f"value_{n}"] = fields.DecimalField(
                label=_("Net cost of the line (yuan)"), max_digits=12, decimal_places=2, min_value=0, required=n == 1
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        items = []
        shelf = values.get("shelf")
        for n in range(1, self.ROWS + 1):
            part, quantity, value = (values.get(f"{name}_{n}") for name in ("part", "quantity", "value"))
            if part is None and quantity is None and value is None:
                continue
            for name, given in (("part", part), ("quantity", quantity), ("value", value)):
                if given is None and f"{name}_{n}" not in self.errors:
                    self.add_error(f"{name}_{n}", _("Fill in the whole line or leave all of it empty."))
            if quantity is not None and quantity <= 0:
                self.add_error(f"quantity_{n}", _("Enter a quantity above zero with at most three decimals."))
            if part and quantity and value is not None and shelf:
                items.append(ReceiptItem(part.pk, quantity, value, shelf.pk))
        values["items"] = items
        return values


class AdjustmentForm(OfferingForm):
    """A difference found on a shelf."""

    part = PartNumberField(label=_("Part number or barcode"))
    shelf = ShelfField(label=_("Shelf"))
    quantity = fields.DecimalField(
        label=_("Difference"),
        max_digits=9,
        decimal_places=3,
        help_text=_("Minus for what is missing, for example -2."),
    )
    reason = fields.CharField(label=_("Reason"), max_length=200)
    unit_cost = fields.DecimalField(
        label=_("Cost per unit (yuan)"),
        max_digits=12,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text=_("Leave empty to take the average cost."),
    )


class TransferForm(OfferingForm):
    """A quantity from one shelf to another."""

    part = PartNumberField(label=_("Part number or barcode"))
    source = ShelfField(label=_("From shelf"))
    destination = ShelfField(label=_("To shelf"))
    quantity = fields.DecimalField(label=_("Quantity"), max_digits=9, decimal_places=3)
    reason = fields.CharField(label=_("Reason"), max_length=200, required=False)


class PolicyForm(OfferingForm):
    """The reorder line and the keeper of a part."""

    station = StationField(label=_("Station"))
    reorder_point = fields.DecimalField(
        label=_("Reorder line"), max_digits=9, decimal_places=3, min_value=0, required=False
    )
    order_up_to = fields.DecimalField(
        label=_("Target stock"), max_digits=9, decimal_places=3, min_value=0, required=False
    )
    keeper = KeeperField(label=_("Keeper"))


class ShelfForm(OfferingForm):
    """A shelf."""

    station = StationField(label=_("Station"))
    code = fields.CharField(label=_("Code"), max_length=20)
    name = fields.CharField(label=_("Name"), max_length=80)
    bin = fields.CharField(label=_("Bin"), max_length=40, required=False)
    keeper = KeeperField(label=_("Keeper"))
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class HandleAlertForm(forms.Form):
    """What was done about an alert."""

    note = fields.CharField(
        label=_("What was done"), max_length=200, help_text=_("For example: ordered 20 pieces, arriving on Friday.")
    )


class PeriodForm(forms.Form):
    """A period of days, both included."""

    start = fields.DateField(label=_("From"))
    end = fields.DateField(label=_("To"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("start") and values.get("end") and values["start"] > values["end"]:
            self.add_error("end", _("The period ends before it begins."))
        return values
