"""Dispatch, parts and the clock: who works on which line, where, until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import Text
from aftersales.network.models import Bay
from aftersales.repairs.choices import PauseReason, WorkState
from aftersales.repairs.forms.base import StepForm, line_choices
from aftersales.repairs.models import OrderLine
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember
from aftersales.staff.queries import active_members
from aftersales.web import fields

WORKERS = (Post.TECHNICIAN, Post.FOREMAN, Post.INSPECTOR)
QUARTER = timedelta(minutes=15)
USUAL_WASH_MINUTES = 30  # only a proposal in the form
WAITING_ROOM = timedelta(minutes=30)  # between dispatch and the first turn of a spanner, likewise


def people_of(order_station_id: int) -> list[StaffMember]:
    """Return who can be given work at the station."""
    return active_members(order_station_id, *WORKERS)


def bays_of(station_id: int) -> list[Bay]:
    """Return the bays in use, by code."""
    return list(Bay.objects.at_station(station_id).filter(is_active=True).order_by("code"))


class AssignmentsForm(StepForm):
    """Technician and bay for every agreed labour line."""

    template: ClassVar[str] = "repairs/steps/dispatch.html"

    def prepare(self) -> None:
        people = [("", "—"), *((str(p.pk), p.name) for p in people_of(self.order.station_id))]
        bays = [("", "—"), *((str(bay.pk), f"{bay.code} {bay.name}") for bay in bays_of(self.order.station_id))]
        booked = self.order.appointment
        # A card dropped on the board names who or where it was dropped on.
        dropped = {name: self.subject.query.get(name, "") for name in ("technician", "bay")}
        for line in self.lines():
            self.fields[f"technician_{line.pk}"] = forms.ChoiceField(label=_("Technician"), choices=people)
            self.fields[f"bay_{line.pk}"] = forms.ChoiceField(label=_("Bay"), choices=bays, required=False)
            technician = line.technician_id or (booked.technician_id if booked else None)
            bay = line.bay_id or (booked.bay_id if booked else None)
            self.initial.setdefault(f"technician_{line.pk}", dropped["technician"] or str(technician or ""))
            self.initial.setdefault(f"bay_{line.pk}", dropped["bay"] or str(bay or ""))

    def lines(self) -> list[OrderLine]:
        """Return the lines that can be given to somebody now."""
        return [line for line in self.order.all_lines() if line.is_labour and line.is_agreed]

    def context(self) -> dict[str, Any]:
        return {"rows": [(line, self[f"technician_{line.pk}"], self[f"bay_{line.pk}"]) for line in self.lines()]}

    def assignments(self) -> list[dict[str, Any]]:
        values = self.cleaned_data
        return [
            {
                "line_id": line.pk,
                "technician_id": int(values[f"technician_{line.pk}"]),
                "bay_id": int(bay) if (bay := values.get(f"bay_{line.pk}")) else None,
            }
            for line in self.lines()
            if values.get(f"technician_{line.pk}")
        ]

    def arguments(self) -> dict[str, Any]:
        return {"assignments": self.assignments()}


class DispatchForm(AssignmentsForm):
    promised_at = fields.DateTimeField(label=_("Promised to the customer"))
    wash_minutes = fields.IntegerField(
        label=_("Of which for washing (minutes)"), min_value=0, max_value=600, required=False
    )

    def prepare(self) -> None:
        super().prepare()
        self.initial.setdefault(
            "wash_minutes", self.order.wash_minutes if self.order.wash_minutes is not None else USUAL_WASH_MINUTES
        )
        self.initial.setdefault("promised_at", self.order.promised_at or self.proposed_finish())

    def proposed_finish(self) -> datetime:
        """Return a finish that the agreed hours and the wash allow, at the next quarter of an hour."""
        hours = sum((line.quantity for line in self.lines()), Decimal(0))
        finish = self.subject.at + WAITING_ROOM + timedelta(minutes=int(hours * 90) + USUAL_WASH_MINUTES)
        local = timezone.localtime(finish).replace(second=0, microsecond=0)
        return local + (QUARTER - timedelta(minutes=local.minute % 15))

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        return super().arguments() | {"promised_at": values["promised_at"], "wash_minutes": values["wash_minutes"]}


class ReassignForm(AssignmentsForm):
    def lines(self) -> list[OrderLine]:
        return [line for line in super().lines() if line.work_state in (WorkState.WAITING, WorkState.PAUSED)]


class QuantitiesForm(StepForm):
    """A quantity for each part line; empty leaves the line out."""

    template: ClassVar[str] = "repairs/steps/quantities.html"
    what: ClassVar[Text] = ""

    def prepare(self) -> None:
        for line in self.lines():
            most = self.most(line)
            self.fields[f"q_{line.pk}"] = fields.DecimalField(
                label=line.text, max_digits=12, decimal_places=3, required=False, min_value=0
            )
            self.initial.setdefault(f"q_{line.pk}", self.proposed(most))

    def lines(self) -> list[OrderLine]:
        return [line for line in self.order.all_lines() if line.is_part and self.most(line) > 0]

    def most(self, line: OrderLine) -> Decimal:
        """Return the largest quantity that can be given for a line."""
        raise AssertionError(line)

    def proposed(self, most: Decimal) -> Any:
        return most.normalize() if most % 1 else int(most)

    def context(self) -> dict[str, Any]:
        return {"rows": [(line, self[f"q_{line.pk}"], self.most(line)) for line in self.lines()], "what": self.what}

    def quantities(self) -> dict[int, Decimal]:
        values = self.cleaned_data
        return {line.pk: values[f"q_{line.pk}"] for line in self.lines() if values.get(f"q_{line.pk}")}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not any(values.get(f"q_{line.pk}") for line in self.lines()) and not self.errors:
            raise ValidationError(_("Enter a quantity for at least one line."), code="no_lines")
        return values

    def arguments(self) -> dict[str, Any]:
        return {"quantities": self.quantities()}


class IssuePartsForm(QuantitiesForm):
    what: ClassVar[Text] = _("Still to issue")

    def most(self, line: OrderLine) -> Decimal:
        return line.quantity - line.issued_quantity if line.is_agreed else Decimal(0)


class ReturnPartsForm(QuantitiesForm):
    what: ClassVar[Text] = _("Issued so far")

    reason = fields.CharField(label=_("Reason"), max_length=200, required=False)

    def most(self, line: OrderLine) -> Decimal:
        issued: Decimal = line.issued_quantity
        return issued

    def proposed(self, most: Decimal) -> Any:
        return ""

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"reason": self.cleaned_data["reason"]}


class LabourLineForm(StepForm):
    """A step about one labour line; the address or the button names it."""

    line_id = forms.TypedChoiceField(label=_("Line"), coerce=int)

    def prepare(self) -> None:
        chooser = self.fields["line_id"]
        assert isinstance(chooser, forms.TypedChoiceField)
        line = self.subject.line()
        lines = self.lines()
        if line is not None and line in lines:
            self.initial["line_id"] = str(line.pk)
            lines = [line]
        chooser.choices = line_choices(lines)

    def lines(self) -> list[OrderLine]:
        # Every labour line can be named: what may not be done with it is for the step itself to say.
        return [line for line in self.order.all_lines() if line.is_labour]


class StartWorkForm(LabourLineForm):
    """Clocking on; the technician whose account it is, else the one the line is assigned to."""

    def arguments(self) -> dict[str, Any]:
        line = self.order.line_or_none(self.cleaned_data["line_id"])
        own = self.subject.actor.staff_member_id
        return {"line_id": self.cleaned_data["line_id"]} | (
            {"technician_id": own} if line is not None and line.technician_id is None and own else {}
        )


class FinishWorkForm(LabourLineForm):
    pass


class PauseWorkForm(LabourLineForm):
    pause_reason = forms.ChoiceField(label=_("Why"), choices=PauseReason.choices, widget=forms.RadioSelect)


class CallForHelpForm(LabourLineForm):
    note = fields.CharField(label=_("What is needed"), max_length=300, required=False, autofocus=True)


class RemoveLineForm(StepForm):
    """Taking back a line of any kind."""

    line_id = forms.TypedChoiceField(label=_("Line"), coerce=int)

    def prepare(self) -> None:
        chooser = self.fields["line_id"]
        assert isinstance(chooser, forms.TypedChoiceField)
        line = self.subject.line()
        chooser.choices = line_choices([line] if line is not None else self.order.all_lines())
        if line is not None:
            self.initial["line_id"] = str(line.pk)
