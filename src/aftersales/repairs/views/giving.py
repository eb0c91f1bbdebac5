"""An order's card dropped on a technician or a bay: the dispatch that the order's own form does, in one movement."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import InputRefused
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt, version_in
from aftersales.doors.problems import problem, refusal_problem
from aftersales.doors.stations import station_shown
from aftersales.repairs import transitions
from aftersales.repairs.choices import OrderState, WorkState
from aftersales.repairs.forms.work import bays_of, people_of
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.repairs.permissions import P
from aftersales.repairs.queries import order_page as rows
from aftersales.repairs.transitions.work import Assignment
from aftersales.web import fields, htmx


class GivingForm(forms.Form):
    """Whom or where the card was dropped on, by id."""

    technician = fields.IntegerField(label=gettext_lazy("Technician"), required=False, min_value=1)
    bay = fields.IntegerField(label=gettext_lazy("Bay"), required=False, min_value=1)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and not values.get("technician") and not values.get("bay"):
            raise ValidationError(_("Choose a technician or a bay."), code="nowhere")
        return values


@require_safe
def tray(request: HttpRequest) -> HttpResponse:
    """Show the technicians and bays of the board's station that a card can be dropped on; fetched beside the board."""
    station_id = station_shown(request, actor_of(request), P.DISPATCH).station.pk
    context = {"people": people_of(station_id), "bays": bays_of(station_id)}
    return htmx.page(request, "repairs/parts/board_tray.html", context)


@require_POST
def give(request: HttpRequest, number: str) -> HttpResponse:
    """Give an order's open work to a technician or into a bay; a first dispatch goes on in its form, where the promise
    is made.

    Answers JSON: `told` (what was done), `form` (where to go on), or the refusal as a problem.
    """
    order = rows.order_numbered(actor_of(request), number)
    lines = rows.load_lines(order)
    form = GivingForm(request.POST)
    if order.state == OrderState.AUTHORIZED and form.is_valid():
        chosen = {name: value for name, value in form.cleaned_data.items() if value}
        return JsonResponse({"form": f"{reverse('repairs:step', args=[number, 'dispatch'])}?{urlencode(chosen)}"})
    version = version_in(request)
    outcome = attempt(request, form, lambda who, when: _give(order, lines, form.cleaned_data, who, when, version))
    if outcome.is_done:
        return JsonResponse({"told": outcome.value})
    if outcome.refusal is not None:
        return refusal_problem(request, outcome.refusal)
    sentences = [str(sentence) for errors in form.errors.values() for sentence in errors]
    return problem(request, status=outcome.status, code="misfilled", detail=" ".join(sentences))


def _give(
    order: RepairOrder, lines: list[OrderLine], wanted: dict[str, Any], actor: Actor, at: datetime, version: int | None
) -> str:
    under_way = order.state == OrderState.IN_PROGRESS
    assignments: list[Assignment] = [
        {"line_id": line.pk, "technician_id": person, "bay_id": wanted["bay"] or line.bay_id}
        for line in lines
        if line.is_labour
        and line.is_agreed
        and (not under_way or line.work_state in (WorkState.WAITING, WorkState.PAUSED))
        and (person := wanted["technician"] or line.technician_id)
    ]
    if under_way and not assignments:
        raise InputRefused(
            _("Every job of this order is being worked on, is finished, or has nobody yet: use its form."),
            code="nothing_to_give",
        )
    target = held(RepairOrder(pk=order.pk), version)
    if under_way:
        transitions.reassign(target, actor, at, assignments=assignments)
    else:
        transitions.dispatch(
            target,
            actor,
            at,
            assignments=assignments,
            promised_at=order.promised_at or at,
            wash_minutes=order.wash_minutes,
        )
    return _("Done: %(step)s.") % {"step": transitions.WORKFLOW.by_name["reassign" if under_way else "dispatch"].label}
