"""Reads about bookings: the list and load of a day, requests waiting, arrivals, free starts, promises kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum
from psycopg.types.range import TimestamptzRange

from aftersales.appointments import hours, rules
from aftersales.appointments.choices import OPEN_STATES, AppointmentState, SlotState
from aftersales.appointments.models import Appointment, AppointmentItem, Arrival, Slot
from aftersales.appointments.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible
from aftersales.network.choices import BayKind
from aftersales.network.models import Bay, Station
from aftersales.network.rules import business_date
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember
from aftersales.standards.binding import fulfils
from aftersales.standards.queries import threshold

BOOKING = "appointments.appointment"  # what a slot held for a booking names as its holder
STEP_MINUTES = 15  # the grid of the plan; a drawing unit, no promise
WORK_BAYS = frozenset(set(BayKind) - {BayKind.CONSULTATION, BayKind.WASH, BayKind.INSPECTION})
WORKING_POSTS = (Post.TECHNICIAN, Post.FOREMAN, Post.INSPECTOR)


def require_visible(actor: Actor, station: Station) -> None:
    """Raise NotVisible unless the actor may see the station's bookings."""
    if not actor.may(P.VIEW, station.pk):
        raise NotVisible


@dataclass(frozen=True, slots=True)
class DayRow:
    """A booking on the day list; `needs_reconfirming` flags a booking nobody has confirmed once more (APPT-08)."""

    appointment: Appointment
    needs_reconfirming: bool
    is_late: bool


@fulfils("APPT-08")
def day_rows(actor: Actor, station: Station, day: date, at: datetime) -> list[DayRow]:
    """Return the bookings that arrive on the day, by time; those without reconfirmation are flagged (APPT-08)."""
    require_visible(actor, station)
    start, end = hours.day_span(station, day)
    rows = (
        Appointment.objects.at_station(station.pk)
        .filter(arrives_at__gte=start, arrives_at__lt=end)
        .exclude(state__in=(AppointmentState.CANCELLED, AppointmentState.DECLINED))
        .select_related("bay", "technician", "advisor")
        .order_by("arrives_at", "pk")
    )
    return [
        DayRow(
            appointment=row,
            needs_reconfirming=row.state == AppointmentState.CONFIRMED and row.reconfirmed_at is None,
            is_late=row.state == AppointmentState.CONFIRMED and row.arrives_at is not None and row.arrives_at < at,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request that waits for confirmation, with the instant by which we must have answered (APPT-03)."""

    appointment: Appointment
    due_at: datetime
    is_overdue: bool


@fulfils("APPT-03")
def waiting_requests(actor: Actor, at: datetime) -> list[RequestRow]:
    """Return the visible requests not yet confirmed, the most urgent first."""
    rows = (
        Appointment.objects.visible_to(actor, P.VIEW)
        .filter(state=AppointmentState.REQUESTED)
        .select_related("station")
        .order_by("created_at", "pk")[:200]
    )
    result: list[RequestRow] = []
    for row in rows:
        on = business_date(row.created_at, row.station.time_zone)
        limit = timedelta(hours=float(threshold("APPT-03", station_id=row.station_id, on=on)))
        due_at = row.created_at + limit
        result.append(RequestRow(row, due_at, due_at < at))
    return result


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """A place in the queue; `advisor` is who the booking names to serve the customer."""

    position: int
    arrival: Arrival
    is_booked: bool
    advisor: str
    waiting_minutes: int


@fulfils("RECP-07")
def arrivals_on(actor: Actor, station: Station, day: date, at: datetime) -> list[ArrivalRow]:
    """Return who came on the day in the order of coming, booked customers marked with the person who serves them."""
    require_visible(actor, station)
    start, end = hours.day_span(station, day)
    rows = (
        Arrival.objects.at_station(station.pk)
        .filter(arrived_at__gte=start, arrived_at__lt=end)
        .select_related("appointment__advisor")
        .order_by("arrived_at", "pk")
    )
    return [
        ArrivalRow(
            position=position,
            arrival=row,
            is_booked=row.appointment_id is not None,
            advisor=row.appointment.advisor.name if row.appointment and row.appointment.advisor else "",
            waiting_minutes=rules.overlap_minutes(
                (row.arrived_at, row.served_at or row.left_at or at), (row.arrived_at, end)
            ),
        )
        for position, row in enumerate(rows, start=1)
    ]


@dataclass(frozen=True, slots=True)
class FreeStart:
    """A time at which a bay and a technician are both free."""

    starts_at: datetime
    bay: Bay
    technician: StaffMember


@dataclass(frozen=True, slots=True)
class Resources:
    """The bays and technicians of a station on a day, with what is taken; spans are half-open."""

    bays: Sequence[Bay]
    technicians: Sequence[StaffMember]
    windows: Sequence[rules.Span]
    bay_slots: dict[int, list[Slot]] = field(default_factory=dict)
    technician_slots: dict[int, list[Slot]] = field(default_factory=dict)
    shifts: dict[int, list[rules.Span]] = field(default_factory=dict)

    def windows_of(self, technician_id: int) -> Sequence[rules.Span]:
        """Return when a technician works: the own shifts, or opening hours without a plan."""
        return self.shifts.get(technician_id, self.windows)


def span_of(slot: Slot) -> rules.Span:
    """Return a slot's range as a pair of instants."""
    return slot.during.lower, slot.during.upper


def resources_on(station: Station, day: date, *, skill: str = "") -> Resources:
    """Return the station's working bays and technicians (with the skill, if named) and their slots on the day."""
    span = hours.day_span(station, day)
    bays = list(Bay.objects.at_station(station.pk).filter(is_active=True, kind__in=WORK_BAYS).order_by("code"))
    people = StaffMember.objects.at_station(station.pk).filter(is_active=True, post__in=WORKING_POSTS)
    if skill:
        people = people.filter(skills__code=skill)
    technicians = list(people.order_by("employee_number"))
    windows = hours.opening_windows(station.pk, span)
    found = Resources(
        bays=bays,
        technicians=technicians,
        windows=[span] if windows is None else windows,
        shifts=hours.shift_spans([person.pk for person in technicians], span),
    )
    slots = Slot.objects.at_station(station.pk).filter(state=SlotState.HELD, during__overlap=TimestamptzRange(*span))
    for slot in slots.order_by("during", "pk"):
        if slot.bay_id:
            found.bay_slots.setdefault(slot.bay_id, []).append(slot)
        elif slot.technician_id:
            found.technician_slots.setdefault(slot.technician_id, []).append(slot)
    return found


@fulfils("APPT-09")
def free_starts(
    station: Station, day: date, *, duration_minutes: int, at: datetime, skill: str = "", limit: int = 40
) -> list[FreeStart]:
    """Return the times ahead on the day at which a bay and a technician (with the skill) are free for the duration.

    The least loaded technician is proposed first, so that work spreads (APPT-10).
    """
    found = resources_on(station, day, skill=skill)
    taken = {bay.pk: [span_of(slot) for slot in found.bay_slots.get(bay.pk, ())] for bay in found.bays}
    busy = {
        person.pk: [span_of(slot) for slot in found.technician_slots.get(person.pk, ())] for person in found.technicians
    }
    by_load = sorted(found.technicians, key=lambda person: sum((b - a).total_seconds() for a, b in busy[person.pk]))
    starts: list[FreeStart] = []
    for window in found.windows:
        for span in rules.grid(window, duration_minutes=duration_minutes, step_minutes=STEP_MINUTES):
            if span[0] <= at:
                continue
            bay = next((bay for bay in found.bays if rules.is_free(span, taken[bay.pk])), None)
            technician = next(
                (
                    person
                    for person in by_load
                    if rules.is_free(span, busy[person.pk]) and rules.ends_lie_in(span, found.windows_of(person.pk))
                ),
                None,
            )
            if bay is not None and technician is not None:
                starts.append(FreeStart(span[0], bay, technician))
            if len(starts) >= limit:
                return starts
    return starts


@dataclass(frozen=True, slots=True)
class LoadRow:
    """How full a bay or a technician is on a day, in hours; `skill_codes` of a technician."""

    name: str
    is_bay: bool
    booked_hours: Decimal
    open_hours: Decimal

    @property
    def percent(self) -> int:
        """Booked of open hours in per cent; 0 on a closed day."""
        return int(self.booked_hours * 100 / self.open_hours) if self.open_hours else 0

    @property
    def is_overloaded(self) -> bool:
        return self.booked_hours > self.open_hours


def load_of(found: Resources) -> list[LoadRow]:
    """Return the load of each bay and technician from resources already read."""
    rows = [_load(bay.name, True, found.bay_slots.get(bay.pk, ()), found.windows) for bay in found.bays]
    rows += [
        _load(person.name, False, found.technician_slots.get(person.pk, ()), _on_day(found, person.pk))
        for person in found.technicians
    ]
    return rows


@fulfils("APPT-10")
def day_load(actor: Actor, station: Station, day: date) -> list[LoadRow]:
    """Return the day's load spread over equipment and staff, in hours."""
    require_visible(actor, station)
    return load_of(resources_on(station, day))


def _on_day(found: Resources, technician_id: int) -> list[rules.Span]:
    # shifts are read a week around the day; only the part inside opening hours counts here
    cut: list[rules.Span] = []
    for start, end in found.windows_of(technician_id):
        for opens, closes in found.windows:
            if start < closes and opens < end:
                cut.append((max(start, opens), min(end, closes)))
    return cut


def _load(name: str, is_bay: bool, slots: Sequence[Slot], windows: Sequence[rules.Span]) -> LoadRow:
    open_minutes = sum(rules.overlap_minutes(window, window) for window in windows)
    booked = sum(rules.overlap_minutes(span_of(slot), window) for slot in slots for window in windows)
    return LoadRow(name, is_bay, rules.hours_of(booked), rules.hours_of(open_minutes))


@dataclass(frozen=True, slots=True)
class KeepingRecord:
    """What a customer's bookings came to."""

    kept: int
    missed: int
    cancelled: int
    moved: int


def keeping_record(actor: Actor, customer_id: int) -> KeepingRecord:
    """Return how often the customer kept, missed, cancelled or moved a booking, at the stations the actor sees."""
    found = (
        Appointment.objects.visible_to(actor, P.VIEW)
        .filter(customer_id=customer_id)
        .aggregate(
            kept=Count("pk", filter=Q(state=AppointmentState.ARRIVED)),
            missed=Count("pk", filter=Q(state=AppointmentState.MISSED)),
            cancelled=Count("pk", filter=Q(state=AppointmentState.CANCELLED)),
            moved=Sum("reschedule_count"),
        )
    )
    return KeepingRecord(found["kept"], found["missed"], found["cancelled"], found["moved"] or 0)


def items_of(appointment: Appointment) -> list[AppointmentItem]:
    """Return the lines of a booking with operation and part fetched."""
    return list(appointment.items.select_related("operation", "part").order_by("pk"))


def bookings_holding(station: Station, found: Resources) -> dict[int, Appointment]:
    """Return the confirmed bookings that hold slots of the day, by slot; slots of other holders have none."""
    slots = [slot for taken in (found.bay_slots, found.technician_slots) for row in taken.values() for slot in row]
    holders = {slot.pk: slot.holder_id for slot in slots if slot.holder_kind == BOOKING}
    if not holders:
        return {}
    rows = Appointment.objects.at_station(station.pk).in_bulk(list(set(holders.values())))
    confirmed = {pk: row for pk, row in rows.items() if row.state == AppointmentState.CONFIRMED}
    return {slot_id: confirmed[holder] for slot_id, holder in holders.items() if holder in confirmed}


def day_version(station: Station, day: date) -> tuple[object, ...]:
    """Return what changes whenever the day's plan does: slots held and given back, steps of its bookings."""
    start, end = hours.day_span(station, day)
    slots = Slot.objects.at_station(station.pk).filter(
        state=SlotState.HELD, during__overlap=TimestamptzRange(start, end)
    )
    held = slots.order_by().aggregate(count=Count("pk"), keys=Sum("pk"))
    bookings = Appointment.objects.at_station(station.pk).filter(arrives_at__gte=start, arrives_at__lt=end)
    seen = bookings.order_by().aggregate(count=Count("pk"), versions=Sum("version"))
    return held["count"], held["keys"], seen["count"], seen["versions"]


def open_appointment_for(
    station_id: int, *, vehicle_id: int | None = None, plate: str = "", span: rules.Span
) -> Appointment | None:
    """Return the open booking of a vehicle (or plate) that arrives within the span: reception starts from it."""
    who = Q(vehicle_id=vehicle_id) if vehicle_id else Q(plate=plate)
    return (
        Appointment.objects.at_station(station_id)
        .filter(who, state__in=OPEN_STATES, arrives_at__gte=span[0], arrives_at__lt=span[1])
        .order_by("arrives_at", "pk")
        .first()
    )
