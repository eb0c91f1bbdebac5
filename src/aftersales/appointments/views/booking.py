"""One booking: taking it, its page, and every step of its life."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftersales.appointments import queries, rules, transitions
from aftersales.appointments.choices import Desk
from aftersales.appointments.forms import ASKING, BookingForm, StationForm, step_form
from aftersales.appointments.models import Appointment
from aftersales.appointments.permissions import P
from aftersales.appointments.pricing import Offer, priced_offer
from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, NotVisible, Refusal
from aftersales.customers.models import Customer
from aftersales.customers.queries import living_customer
from aftersales.doors.commands import actor_of
from aftersales.doors.html import Outcome, add_refusal, attempt, once, sentence_of, version_in
from aftersales.doors.problems import problem, refusal_problem
from aftersales.doors.stations import StationShown, station_shown
from aftersales.journal.queries import entries_of
from aftersales.journal.wording import role_in_words
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.printing.services import paper_for
from aftersales.vehicles.models import Vehicle
from aftersales.web.htmx import go_to, page, redirect_or_fragments
from aftersales.web.rows import TimelineRow

JSON = "application/json"
PARTS = ("booking-actions", "booking-state", "booking-journal")


def timeline_of(appointment: Appointment) -> list[TimelineRow]:
    """Return the journal of a booking as people read it."""
    labels = {name: row.label for name, row in transitions.WORKFLOW.by_name.items()}
    labels |= {name: row.label for name, row in transitions.WORKFLOW.openings_by_name.items()}
    return [
        TimelineRow(
            at=entry.at,
            text=labels.get(entry.step, entry.step),
            actor=entry.actor_name,
            role=str(role_in_words(entry.actor_role)),
            detail=entry.reason,
        )
        for entry in entries_of(appointment, limit=50)
    ]


def _context(actor: Actor, appointment: Appointment, **extra: Any) -> dict[str, Any]:
    return {
        "booking": appointment,
        "items": queries.items_of(appointment),
        "desks": [
            (desk, getattr(appointment, f"{desk.value}_ready_at"), getattr(appointment, f"{desk.value}_ready_by"))
            for desk in Desk
        ],
        "offers": [offer for offer in transitions.WORKFLOW.offers(appointment, actor) if offer.step.name != "arrive"],
        "asking": ASKING,
        "record": queries.keeping_record(actor, appointment.customer_id) if appointment.customer_id else None,
        "timeline": timeline_of(appointment),
        "may_call": actor.may(P.BOOK, appointment.station_id),
        "form": None,
        "step": None,
        "sentence": "",
        "steps_url": reverse("appointments:booking", args=[appointment.number]) + "steps/",
    } | extra


def _booking(actor: Actor, number: str) -> Appointment:
    appointment: Appointment = Appointment.objects.select_related(
        "bay", "technician", "advisor", "station"
    ).get_visible(actor, P.VIEW, number=number)
    return appointment


@require_safe
def booking_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show one booking with its state, actions and journal."""
    actor = actor_of(request)
    appointment = _booking(actor, number)
    return page(request, "appointments/booking.html", lambda: _context(actor, appointment), partials=PARTS)


@require_http_methods(["GET", "HEAD", "POST"])
def booking_step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Show the form of a step, or take the step; the plan, which asks for JSON, gets a refusal as a problem."""
    actor = actor_of(request)
    appointment = _booking(actor, number)
    row = transitions.WORKFLOW.by_name.get(step)
    if row is None or step == "arrive":
        raise NotVisible
    template = "appointments/booking.html"
    if request.method != "POST":
        shown = _context(actor, appointment, form=step_form(step, appointment), step=row)
        return page(request, template, shown, partials=PARTS)
    form = step_form(step, appointment, request.POST)
    version = version_in(request)
    outcome = attempt(request, form, lambda who, when: _step(appointment, step, form, who, when, version))
    if request.headers.get("Accept") == JSON:
        return _told(request, form, outcome)
    if outcome.is_done:
        messages.success(request, _("Saved."))
        return redirect_or_fragments(
            request,
            to=outcome.value,
            template=template,
            parts=PARTS,
            context=lambda: _context(actor, _booking(actor, number)),
        )
    if outcome.is_stale:
        appointment = _booking(actor, number)
    sentence = "" if form.fields or outcome.refusal is None else sentence_of(outcome.refusal)
    shown = _context(actor, appointment, form=form if form.fields else None, step=row, sentence=sentence)
    return redirect_or_fragments(
        request, to="", template=template, parts=PARTS[:1], context=shown, status=outcome.status
    )


def _step(
    appointment: Appointment, step: str, form: StationForm, actor: Actor, at: datetime, version: int | None
) -> str:
    arguments = form.arguments()
    if step == "change" and appointment.state == "confirmed":
        arguments = {name: value for name, value in arguments.items() if name in form.changed_data}
    body = getattr(transitions, step)
    body(held(appointment, version), actor, at, **arguments)
    return reverse("appointments:booking", args=[appointment.number])


def _told(request: HttpRequest, form: StationForm, outcome: Outcome) -> HttpResponse:
    if outcome.is_done:
        return JsonResponse({"url": outcome.value})
    if outcome.refusal is not None:
        return refusal_problem(request, outcome.refusal)
    sentences = [str(sentence) for errors in form.errors.values() for sentence in errors]
    return problem(request, status=outcome.status, code="misfilled", detail=" ".join(sentences))


@require_POST
def booking_slip(request: HttpRequest, number: str) -> HttpResponse:
    """Print the booking slip: the latest one if it still says what is true."""
    actor, at = actor_of(request), timezone.now()
    appointment = _booking(actor, number)
    paper = paper_for(actor, at, document=appointment, kind="appointments.booking_slip")
    return go_to(request, reverse("printing:paper", args=[paper.reference]))


@require_http_methods(["GET", "HEAD", "POST"])
def new_booking(request: HttpRequest) -> HttpResponse:
    """Take a booking on one page: who, what, price and parts, free times; request or book at once."""
    actor, at = actor_of(request), timezone.now()
    shown = station_shown(request, actor, P.BOOK)
    station = shown.station
    vehicle, customer = _known(actor, request)
    initial = _initial(vehicle, customer)
    if request.method != "POST":
        form = BookingForm(initial=initial, station_id=station.pk)
        return page(request, "appointments/new.html", _shown(form, shown, vehicle, customer))
    form = BookingForm(request.POST, station_id=station.pk)
    offer, status = None, 422
    if form.is_valid():
        try:
            offer = _offer(form, station, vehicle, at)
            priced, command = offer, request.POST.get("command", "preview")
            if command in ("request", "book"):

                def take(who: Actor, when: datetime) -> str:
                    taken = _take(command, who, when, station, form, priced, vehicle, customer)
                    return reverse("appointments:booking", args=[taken.number])

                return go_to(request, once(request, take))
            status = 200
        except Forbidden:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
            status = refusal.status
    free = _free(form, station, offer, at)
    return page(request, "appointments/new.html", _shown(form, shown, vehicle, customer, offer, free), status=status)


def _known(actor: Actor, request: HttpRequest) -> tuple[Vehicle | None, Customer | None]:
    given = request.POST if request.method == "POST" else request.GET
    vehicle_number, customer_number = given.get("vehicle", "")[:20], given.get("customer", "")[:20]
    vehicle = Vehicle.objects.get_visible(actor, number=vehicle_number) if vehicle_number else None
    customer = living_customer(actor, customer_number) if customer_number else None
    return vehicle, customer


def _initial(vehicle: Vehicle | None, customer: Customer | None) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    if customer is not None:
        phone = customer.phones.all().first()
        initial |= {"contact_name": customer.name, "contact_phone": phone.number if phone else ""}
    if vehicle is not None:
        initial |= {"plate": vehicle.plate, "model_name": vehicle.model_name or str(vehicle.model or "")}
    return initial


def _shown(
    form: BookingForm,
    shown: StationShown,
    vehicle: Vehicle | None,
    customer: Customer | None,
    offer: Offer | None = None,
    free: Any = (),
) -> dict[str, Any]:
    return {"form": form, "shown": shown, "vehicle": vehicle, "customer": customer, "offer": offer, "free": free}


def _offer(form: BookingForm, station: Station, vehicle: Vehicle | None, at: datetime) -> Offer:
    typed = form.cleaned_data
    return priced_offer(
        station_id=station.pk,
        on=business_date(at, station.time_zone),
        operation_codes=typed["operations"],
        parts=typed["parts"],
        package_id=typed["package"].pk if typed["package"] else None,
        vehicle_model_id=vehicle.model_id if vehicle else None,
    )


def _free(form: BookingForm, station: Station, offer: Offer | None, at: datetime) -> list[queries.FreeStart]:
    typed = getattr(form, "cleaned_data", {})
    wanted = typed.get("arrives_at") or typed.get("wanted_at")
    if wanted is None:
        return []
    minutes = typed.get("duration_minutes") or rules.whole_minutes(
        offer.totals.hours if offer else Decimal(1), step_minutes=queries.STEP_MINUTES
    )
    day = business_date(wanted, station.time_zone)
    return queries.free_starts(station, day, duration_minutes=minutes, at=at, limit=24)


def _take(
    command: str,
    actor: Actor,
    at: datetime,
    station: Station,
    form: BookingForm,
    offer: Offer,
    vehicle: Vehicle | None,
    customer: Customer | None,
) -> Appointment:
    facts = dict(form.cleaned_data)
    for name in ("package", "operations", "parts"):
        facts.pop(name)
    told, override = facts.pop("terms_told"), facts.pop("override_reason")
    facts |= {"vehicle": vehicle, "customer": customer, "items": offer.items}
    if facts["duration_minutes"] is None and offer.totals.hours:
        facts["duration_minutes"] = rules.whole_minutes(offer.totals.hours, step_minutes=queries.STEP_MINUTES)
    if command == "request":
        return transitions.request(actor, at, station=station, **facts)
    return transitions.book(actor, at, station=station, terms_told=told, override_reason=override, **facts)
