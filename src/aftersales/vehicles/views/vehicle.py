"""One vehicle: see, enter, change, and the small commands on its page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import InputRefused, NotVisible
from aftersales.core.records import require_right
from aftersales.core.transactions import run_in_transaction
from aftersales.customers.models import Customer
from aftersales.customers.permissions import P as CustomerRight
from aftersales.customers.queries import living_customer
from aftersales.customers.timeline import timeline_of
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt, differences, version_in
from aftersales.doors.stations import station_shown
from aftersales.network.models import Station
from aftersales.vehicles import services
from aftersales.vehicles.drafts import ODDITY_SENTENCES
from aftersales.vehicles.forms import NewVehicleForm, OdometerForm, PartyForm, PlateForm, ServiceForm, VehicleForm
from aftersales.vehicles.models import Vehicle
from aftersales.vehicles.panels import filled_panels
from aftersales.vehicles.permissions import P
from aftersales.vehicles.queries import vehicle_numbered
from aftersales.vehicles.rules import ServiceDue, service_is_due, warranty_runs
from aftersales.web.htmx import go_to, page


def _context(actor: Actor, vehicle: Vehicle, at: datetime, **extra: Any) -> dict[str, Any]:
    """Return what the page shows."""
    today = timezone.localdate(at)
    station_id = vehicle.station_id
    due = ServiceDue(vehicle.next_service_on, vehicle.next_service_km)
    return {
        "vehicle": vehicle,
        "plates": vehicle.plates.all(),
        "parties": vehicle.parties.all(),
        "readings": vehicle.readings.all()[:20],
        "oddities": [ODDITY_SENTENCES[code] for code in vehicle.oddities if code in ODDITY_SENTENCES],
        "service_is_due": service_is_due(due, today, vehicle.odometer_km),
        "warranty": warranty_runs(
            vehicle.warranty_starts_on, vehicle.warranty_months, vehicle.warranty_km, today, vehicle.odometer_km
        ),
        "panels": filled_panels(actor, vehicle),
        "timeline": timeline_of(vehicle),
        "may": {
            "change": actor.may(P.CHANGE, station_id),
            "odometer": actor.may(P.ODOMETER, station_id),
            "customers": actor.may(CustomerRight.VIEW, station_id),
        },
        "plate_form": PlateForm(prefix="plate"),
        "party_form": PartyForm(prefix="party"),
        "odometer_form": OdometerForm(prefix="odometer"),
        "service_form": ServiceForm(prefix="service"),
    } | extra


def _address(vehicle: Vehicle) -> str:
    return reverse("vehicles:vehicle", args=[vehicle.number])


@require_safe
def vehicle_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the vehicle: plates, persons, odometer, next service, and what other rooms know of it."""
    actor = actor_of(request)
    vehicle = vehicle_numbered(actor, number)
    return page(request, "vehicles/vehicle.html", lambda: _context(actor, vehicle, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def new_vehicle(request: HttpRequest) -> HttpResponse:
    """Enter a vehicle, from an owner's page with `?owner=C…`."""
    shown = station_shown(request, actor_of(request), P.REGISTER)
    if request.method != "POST":
        initial = {name: request.GET.get(name, "")[:40] for name in ("owner", "plate", "vin")}
        return page(request, "vehicles/new.html", {"form": NewVehicleForm(initial=initial), "shown": shown})
    form = NewVehicleForm(request.POST)
    outcome = attempt(request, form, lambda who, when: _address(_register(who, when, shown.station, form)))
    if outcome.is_done:
        return go_to(request, outcome.value)
    return page(request, "vehicles/new.html", {"form": form, "shown": shown}, status=outcome.status)


def _register(actor: Actor, at: datetime, station: Station, form: NewVehicleForm) -> Vehicle:
    """Enter the vehicle and its first reading in one transaction."""
    typed_owner, km = form.cleaned_data["owner"], form.cleaned_data["odometer_km"]
    owner = _customer(actor, typed_owner, "owner") if typed_owner else None

    def command() -> Vehicle:
        vehicle = services.register_vehicle(actor, at, station=station, owner=owner, **form.arguments())
        if km is not None:
            services.note_odometer(vehicle, actor, at, km=km)
        return vehicle

    return run_in_transaction(command)


def _customer(actor: Actor, number: str, field: str) -> Customer:
    """Return the visible customer of a typed number. Raises InputRefused at the field."""
    try:
        return living_customer(actor, number.strip().upper())
    except NotVisible:
        sentence = _("There is no customer with this number.")
        raise InputRefused(sentence, code="no_customer", fields={field: sentence}) from None


@require_http_methods(["GET", "HEAD", "POST"])
def edit_vehicle(request: HttpRequest, number: str) -> HttpResponse:
    """Change the vehicle; a version somebody else has overtaken answers 409 with the differences."""
    actor = actor_of(request)
    vehicle = vehicle_numbered(actor, number)
    require_right(actor, P.CHANGE, vehicle.station_id)
    shown: dict[str, Any] = {"vehicle": vehicle, "differences": [], "version": vehicle.version}
    if request.method != "POST":
        return page(request, "vehicles/edit.html", shown | {"form": VehicleForm(vehicle=vehicle)})
    form = VehicleForm(request.POST, vehicle=vehicle)
    version = version_in(request)

    def command(who: Actor, when: datetime) -> str:
        services.change_vehicle(held(vehicle, version), who, when, **form.cleaned_data)
        return _address(vehicle)

    outcome = attempt(request, form, command)
    if outcome.is_done:
        messages.success(request, _("Saved."))
        return go_to(request, outcome.value)
    if outcome.is_stale:
        shown["differences"] = differences(form, vehicle)
    return page(request, "vehicles/edit.html", shown | {"form": form}, status=outcome.status)


_COMMANDS: dict[str, tuple[type[Any], str]] = {
    "give-plate": (PlateForm, "plate"),
    "add-party": (PartyForm, "party"),
    "note-odometer": (OdometerForm, "odometer"),
    "plan-service": (ServiceForm, "service"),
}


@require_POST
def vehicle_command(request: HttpRequest, number: str, command: str) -> HttpResponse:
    """Carry out one of the small commands of the page: plate, person, odometer, next service."""
    actor, at = actor_of(request), timezone.now()
    vehicle = vehicle_numbered(actor, number)
    form_class, name = _COMMANDS[command]
    form = form_class(request.POST, prefix=name)

    def carry_out(who: Actor, when: datetime) -> str:
        _carry_out(command, vehicle, who, when, form.cleaned_data)
        return _address(vehicle)

    outcome = attempt(request, form, carry_out)
    if outcome.is_done:
        messages.success(request, _("Saved."))
        return go_to(request, outcome.value)
    context = _context(actor, vehicle, at, **{f"{name}_form": form})
    return page(request, "vehicles/vehicle.html", context, status=outcome.status)


def _carry_out(command: str, vehicle: Vehicle, actor: Actor, at: datetime, facts: dict[str, Any]) -> None:
    if command == "give-plate":
        services.give_plate(vehicle, actor, at, plate=facts["plate"], since_on=facts["since_on"])
    elif command == "add-party":
        services.add_party(
            vehicle, actor, at, customer=_customer(actor, facts["customer"], "customer"), role=facts["role"]
        )
    elif command == "note-odometer":
        services.note_odometer(vehicle, actor, at, km=facts["odometer_km"], override_reason=facts["override_reason"])
    else:
        services.plan_next_service(vehicle, actor, at, done_on=facts["done_on"], done_km=facts["done_km"])


@require_POST
def end_party(request: HttpRequest, number: str, party_id: int) -> HttpResponse:
    """End a person's role towards the vehicle today."""
    actor = actor_of(request)
    vehicle = vehicle_numbered(actor, number)
    services.end_party(vehicle, actor, timezone.now(), party_id=party_id)
    return go_to(request, _address(vehicle))
