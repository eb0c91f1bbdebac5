"""The reception desk: one page from the search box to the signed receiving form, nothing retyped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aftersales.appointments.choices import AppointmentState
from aftersales.appointments.models import Appointment
from aftersales.appointments.permissions import P as BookingRight
from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, NotVisible
from aftersales.customers.models import Customer
from aftersales.customers.queries import customer_numbered, living_customer
from aftersales.doors.commands import actor_of
from aftersales.doors.html import MISFILLED, Outcome, attempt
from aftersales.network.models import Station
from aftersales.repairs.forms.check_in import CheckInForm, NewCustomerForm, NewVehicleForm
from aftersales.repairs.permissions import P
from aftersales.repairs.queries.visitor import VisitorCard, found, queue_of, visitor_card
from aftersales.repairs.services.counter import receive_at_counter
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember
from aftersales.staff.queries import active_members
from aftersales.standards.binding import fulfils
from aftersales.vehicles.models import Vehicle
from aftersales.vehicles.queries import vehicle_numbered
from aftersales.vehicles.vins import normalise_vin
from aftersales.web import htmx

TEMPLATE = "repairs/reception.html"
NEW = "new"
_NUMBER = re.compile(r"[\w-]{1,40}")
_PHONE = re.compile(r"[+0-9 ()\-]{7,20}")


@dataclass(slots=True)
class Visitor:
    """Who and what was picked: each is a row on file, or still to be entered."""

    vehicle: Vehicle | None = None
    customer: Customer | None = None
    appointment: Appointment | None = None
    is_picked: bool = False
    card: VisitorCard | None = None
    typed: str = ""
    arrival: int | None = None

    @property
    def needs_vehicle(self) -> bool:
        return self.is_picked and self.vehicle is None

    @property
    def has_customers(self) -> bool:
        return self.customer is not None or bool(self.card and self.card.customers)


@dataclass(slots=True)
class Desk:
    """The forms of the page, bound or not."""

    check_in: CheckInForm
    owner: NewCustomerForm
    car: NewVehicleForm
    wanted: Sequence[forms.Form] = field(default_factory=tuple)


@require_http_methods(["GET", "HEAD", "POST"])
@fulfils("RECP-12", "RECP-13")
def reception(request: HttpRequest) -> HttpResponse:
    """Find who has come, show what we know, and check the car in."""
    actor, at = actor_of(request), timezone.now()
    station = station_of(actor)
    if request.method == "POST":
        return _receive(request, actor, station, at)
    asked = request.GET
    visitor = picked(actor, station, asked, at)
    text = asked.get("q", "")[:80].replace("\x00", "")
    hits: Sequence[Any] = ()
    if not visitor.is_picked and text.strip():
        hits = found(actor, text)
        cars = [hit for hit in hits if hit.kind.name == "vehicle"]
        if len(cars) == 1 and len(hits) <= 2:
            address = f"{reverse('repairs:reception')}?{urlencode(_kept(visitor, vehicle=cars[0].number))}"
            return HttpResponseRedirect(address)
        if not hits:
            visitor = Visitor(is_picked=True, typed=text.strip(), arrival=visitor.arrival)
    desk = drawn_desk(actor, station, visitor)
    return htmx.page(request, TEMPLATE, context_of(actor, station, at, visitor, desk, text=text, hits=hits))


def _kept(visitor: Visitor, **chosen: str) -> dict[str, str]:
    """Return the address's parameters; who came from the queue stays marked."""
    return chosen | ({"arrival": str(visitor.arrival)} if visitor.arrival is not None else {})


def station_of(actor: Actor) -> Station:
    """Return the station where the reader receives cars: the own one, else the first. Raises Forbidden."""
    allowed = actor.stations_with(P.RECEIVE)
    home = actor.home_station_id
    if home is not None and (allowed is None or home in allowed):
        return Station.objects.get(pk=home)
    if not allowed:
        raise Forbidden(_("Your role does not allow receiving vehicles."), code="forbidden")
    return Station.objects.get(pk=allowed[0])


def _number(asked: Mapping[str, str], name: str) -> str:
    value = str(asked.get(name, ""))
    return value if _NUMBER.fullmatch(value) else ""


def _row_id(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else None


def picked(actor: Actor, station: Station, asked: Mapping[str, str], at: datetime) -> Visitor:
    """Return who the address or form names. Raises NotVisible for numbers that are not the reader's."""
    visitor = Visitor(arrival=_row_id(asked.get("arrival", "")))
    if number := _number(asked, "appointment"):
        visitor.appointment = Appointment.objects.select_related("advisor", "customer").get_visible(
            actor, BookingRight.VIEW, number=number
        )
        visitor.customer = visitor.appointment.customer
    if number := _number(asked, "vehicle"):
        visitor.vehicle = vehicle_numbered(actor, number)
    elif visitor.appointment is not None and visitor.appointment.vehicle_id is not None:
        visitor.vehicle = (
            Vehicle.objects.select_related("model")
            .prefetch_related("parties__customer__phones")
            .get_visible(actor, pk=visitor.appointment.vehicle_id)
        )
    if (number := _number(asked, "customer")) and number != NEW:
        visitor.customer = living_customer(actor, number)
    for row in (visitor.vehicle, visitor.customer, visitor.appointment):
        if row is not None and row.station_id != station.pk:
            raise NotVisible
    if visitor.vehicle is not None:
        visitor.card = visitor_card(actor, visitor.vehicle, station, at, visitor.appointment)
        if visitor.appointment is None:
            visitor.appointment = visitor.card.booking
    visitor.is_picked = any((visitor.vehicle, visitor.customer, visitor.appointment)) or asked.get(NEW) == "1"
    visitor.typed = str(asked.get("q", ""))[:80] if asked.get(NEW) == "1" else ""
    return visitor


def advisors_at(actor: Actor, station: Station) -> list[StaffMember]:
    """Return who can be answerable for an order, the reader first."""
    people = active_members(station.pk, Post.SERVICE_ADVISOR, Post.MANAGER)
    return sorted(people, key=lambda member: (member.pk != actor.staff_member_id, member.post != Post.SERVICE_ADVISOR))


def drawn_desk(actor: Actor, station: Station, visitor: Visitor) -> Desk:
    """Return the empty forms, filled with all that is known already."""
    booked, card = visitor.appointment, visitor.card
    customer = visitor.customer
    known = customer.name if customer is not None else (card.customers[0].name if card and card.customers else "")
    initial: dict[str, Any] = {"signed_by": known}
    owner: dict[str, Any] = {}
    car: dict[str, Any] = {}
    if booked is not None:
        initial |= {"concern_1": booked.concern, "contact_phone": booked.contact_phone}
        initial["signed_by"] = known or booked.contact_name
        if booked.advisor_id:
            initial["advisor"] = str(booked.advisor_id)
        owner = {"name": booked.contact_name, "phone": booked.contact_phone}
        car = {"plate": booked.plate, "model_name": booked.model_name}
    elif visitor.typed:
        owner, car = guessed(visitor.typed)
    return Desk(
        CheckInForm(initial=initial, advisors=advisors_at(actor, station)),
        NewCustomerForm(prefix="owner", initial=owner),
        NewVehicleForm(prefix="car", initial=car),
    )


def guessed(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return where the words of a search that found nothing belong: phone, VIN, plate or name."""
    if _PHONE.fullmatch(text):
        return {"phone": text}, {}
    if len(normalise_vin(text)) == 17:
        return {}, {"vin": text}
    if any(character.isdigit() for character in text):
        return {}, {"plate": text}
    return {"name": text}, {}


def _receive(request: HttpRequest, actor: Actor, station: Station, at: datetime) -> HttpResponse:
    visitor = picked(actor, station, request.POST, at)
    if visitor.customer is None and visitor.card and request.POST.get("customer", "") != NEW:
        chosen = next((c for c in visitor.card.customers if c.number == request.POST.get("customer")), None)
        if chosen is None and visitor.card.customers and "customer" not in request.POST:
            chosen = visitor.card.customers[0]
        if chosen is not None:
            visitor.customer = customer_numbered(actor, chosen.number)
    wants_new_customer = request.POST.get("customer", "") == NEW or visitor.customer is None
    desk = Desk(
        CheckInForm(request.POST, request.FILES, advisors=advisors_at(actor, station)),
        NewCustomerForm(request.POST if wants_new_customer else None, prefix="owner"),
        NewVehicleForm(request.POST if visitor.vehicle is None else None, prefix="car"),
    )
    desk.wanted = [form for form in (desk.owner, desk.car) if form.is_bound]
    # Every form is looked at, so that all that is wrong is said at once.
    others_valid = all([form.is_valid() for form in desk.wanted])
    if others_valid:
        outcome = attempt(request, desk.check_in, lambda who, when: _command(desk, visitor, station, who, when))
    else:
        desk.check_in.is_valid()
        outcome = Outcome(MISFILLED)
    if outcome.is_done:
        messages.success(request, _("Checked in: %(number)s.") % {"number": outcome.value})
        return htmx.go_to(request, reverse("repairs:order", args=[outcome.value]))
    _spread(desk, outcome)
    visitor.is_picked = True
    shown = context_of(actor, station, at, visitor, desk)
    shown["chosen_customer"] = request.POST.get("customer", "")
    return htmx.page(request, TEMPLATE, shown, status=outcome.status)


def _command(desk: Desk, visitor: Visitor, station: Station, actor: Actor, at: datetime) -> str:
    """Receive the car as the forms say and return the order's number."""
    arguments = desk.check_in.arguments()
    who: Customer | Mapping[str, Any] | None = desk.owner.arguments() if desk.owner.is_bound else visitor.customer
    if not arguments["contact_phone"]:
        arguments["contact_phone"] = _phone_of(who)
    order = receive_at_counter(
        actor,
        at,
        station=station,
        customer=who,
        vehicle=desk.car.arguments() if desk.car.is_bound else visitor.vehicle,
        appointment=visitor.appointment,
        arrival_id=visitor.arrival,
        **arguments,
    )
    return order.number


def _phone_of(customer: Customer | Mapping[str, Any] | None) -> str:
    if isinstance(customer, Customer):
        first = customer.phones.order_by("-is_primary", "pk").first()
        return first.number[:32] if first else ""
    return str(customer["phones"][0])[:32] if customer else ""


def _spread(desk: Desk, outcome: Outcome) -> None:
    """Say a refusal's field sentences at the field they speak of, in whichever form it is."""
    if outcome.refusal is None:
        return
    elsewhere = {"phones": "phone", "override_reason": "odometer_reason", "photo": "photos"}
    for name, sentence in outcome.refusal.fields.items():
        target = elsewhere.get(name, name)
        for form in (desk.check_in, *desk.wanted):
            if target in form.fields and not form.errors.get(target):
                form.add_error(target, str(sentence))
                break


def context_of(
    actor: Actor,
    station: Station,
    at: datetime,
    visitor: Visitor,
    desk: Desk,
    *,
    text: str = "",
    hits: Sequence[Any] = (),
) -> dict[str, Any]:
    """Return what the page shows."""
    return {
        "text": text or visitor.typed,
        "hits": hits,
        "visitor": visitor,
        "card": visitor.card,
        "form": desk.check_in,
        "owner_form": desk.owner,
        "car_form": desk.car,
        "chosen_customer": "",
        "queue": queue_of(actor, station, at),
        "is_booking_open": visitor.appointment is not None
        and visitor.appointment.state in (AppointmentState.REQUESTED, AppointmentState.CONFIRMED),
    }
