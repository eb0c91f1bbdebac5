"""The network's table of vehicle models: maintenance intervals and warranty (SVC-04)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, NotVisible
from aftersales.core.transactions import run_in_transaction
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt, version_in
from aftersales.doors.masters import refuse_stale, version_of
from aftersales.journal.queries import timeline
from aftersales.vehicles.forms import ModelForm
from aftersales.vehicles.model_table import change_model, register_model
from aftersales.vehicles.models import VehicleModel
from aftersales.vehicles.permissions import P
from aftersales.web.htmx import go_to, page

MOST_ROWS = 500


@require_safe
def models_page(request: HttpRequest) -> HttpResponse:
    """List the models, narrowed by words, those in use first."""
    actor = actor_of(request)
    if not actor.may_anywhere(P.VIEW):
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    text = request.GET.get("q", "").replace("\x00", "").encode("utf-8", "ignore").decode().strip()[:60]
    allowed = actor.stations_with(P.VIEW)
    own = Q() if allowed is None else Q(vehicles__station_id__in=allowed)
    rows = VehicleModel.objects.annotate(seen=Count("vehicles", filter=own) if own else Count("vehicles"))
    for word in text.split():
        rows = rows.filter(
            Q(brand__icontains=word)
            | Q(series__icontains=word)
            | Q(name__icontains=word)
            | Q(maker_code__icontains=word)
        )
    found = list(rows.order_by("-is_active", "brand", "series", "name")[: MOST_ROWS + 1])
    context = {
        "rows": found[:MOST_ROWS],
        "is_cut": len(found) > MOST_ROWS,
        "text": text,
        "may_change": actor.may_anywhere(P.MODEL),
    }
    return page(request, "vehicles/models.html", context, partials=("model-rows",))


def _require_right(actor: Actor) -> None:
    if not actor.may_anywhere(P.MODEL):
        raise Forbidden(_("Your role does not allow this."), code="forbidden")


@require_http_methods(["GET", "HEAD", "POST"])
def new_model(request: HttpRequest) -> HttpResponse:
    """Enter a model."""
    _require_right(actor_of(request))
    form, status = ModelForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":

        def command(who: Actor, when: datetime) -> str:
            register_model(who, when, **form.cleaned_data)
            return reverse("vehicles:models")

        outcome = attempt(request, form, command)
        if outcome.is_done:
            messages.success(request, _("Saved."))
            return go_to(request, outcome.value)
        status = outcome.status
    context: dict[str, Any] = {"form": form, "model": None, "version": "", "timeline": []}
    return page(request, "vehicles/model.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def change_model_page(request: HttpRequest, model_id: int) -> HttpResponse:
    """Change a model or take it out of use, beside what was changed before."""
    actor = actor_of(request)
    _require_right(actor)
    model = VehicleModel.objects.filter(pk=model_id).first()
    if model is None:
        raise NotVisible
    posted = request.POST if request.method == "POST" else None
    form, status = ModelForm(posted, initial={name: getattr(model, name) for name in ModelForm.base_fields}), 200
    if posted is not None:
        seen = version_in(request)

        def command(who: Actor, when: datetime) -> str:
            def change() -> None:
                if seen is not None:
                    refuse_stale(model, seen)
                change_model(model, who, when, **form.cleaned_data)

            run_in_transaction(change)
            return reverse("vehicles:models")

        outcome = attempt(request, form, command)
        if outcome.is_done:
            messages.success(request, _("Saved."))
            return go_to(request, outcome.value)
        status = outcome.status
        model.refresh_from_db()
    context: dict[str, Any] = {
        "form": form,
        "model": model,
        "version": posted.get("version", "")[:10] if posted is not None else version_of(model),
        "timeline": timeline(model, actor, limit=30),
    }
    return page(request, "vehicles/model.html", context, status=status)
