"""The day board, bays and technicians down, the opening hours across: as a plain table, and as what a plan draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aftersales.appointments import rules
from aftersales.appointments.models import Appointment, Slot
from aftersales.appointments.queries import LoadRow, Resources, load_of, span_of

CELL_MINUTES = 30
NEARLY_FULL_PERCENT = 85  # only the colour of a figure


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of a row: `width` columns, taken by the slot or free (None) from `starts_at` on."""

    width: int
    starts_at: datetime
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class BoardRow:
    load: LoadRow
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Board:
    """`hours` are the starts of the columns; no rows on a closed day."""

    hours: list[datetime]
    rows: list[BoardRow]


def board_of(found: Resources) -> Board:
    """Return the board of a day from resources already read."""
    if not found.windows:
        return Board([], [])
    begin, end = min(w[0] for w in found.windows), max(w[1] for w in found.windows)
    length = timedelta(minutes=CELL_MINUTES)
    columns = [begin + length * n for n in range(-(-int((end - begin).total_seconds()) // int(length.total_seconds())))]
    slots = [found.bay_slots.get(bay.pk, []) for bay in found.bays]
    slots += [found.technician_slots.get(person.pk, []) for person in found.technicians]
    rows = [BoardRow(load, _cells(columns, taken, length)) for load, taken in zip(load_of(found), slots, strict=True)]
    return Board(columns, rows)


def plan_of(found: Resources, bookings: Mapping[int, Appointment], *, may_move: bool) -> dict[str, Any]:
    """Return what the browser draws as a plan: the resources and every held slot, times as the station's clock shows.

    Shape: `bookings` are the confirmed ones by slot; only their slots can be moved, each posts to its `move`.
    """
    begin, end = min(w[0] for w in found.windows), max(w[1] for w in found.windows)
    keys = [f"bay-{bay.pk}" for bay in found.bays] + [f"technician-{person.pk}" for person in found.technicians]
    slots = [slot for taken in (found.bay_slots, found.technician_slots) for row in taken.values() for slot in row]
    return {
        "from": _clock(begin),
        "until": "24:00" if _clock(end) == "00:00" else _clock(end),
        "resources": [
            {"id": key, "title": load.name, "extendedProps": _load_words(load)}
            for key, load in zip(keys, load_of(found), strict=True)
        ],
        "events": [_event(slot, bookings.get(slot.pk), may_move) for slot in slots],
    }


def _clock(at: datetime) -> str:
    return timezone.localtime(at).strftime("%H:%M")


def _load_words(load: LoadRow) -> dict[str, str]:
    tone = "red" if load.is_overloaded else "amber" if load.percent >= NEARLY_FULL_PERCENT else ""
    words = _("%(booked)s of %(open)s h") % {
        "booked": f"{load.booked_hours.normalize():f}",
        "open": f"{load.open_hours.normalize():f}",
    }
    return {"load": words, "tone": tone}


def _event(slot: Slot, booking: Appointment | None, may_move: bool) -> dict[str, Any]:
    start, end = (timezone.localtime(at).replace(tzinfo=None).isoformat(timespec="minutes") for at in span_of(slot))
    facts: dict[str, Any] = {"tone": "neutral"}
    if booking is not None:
        address = reverse("appointments:booking", args=[booking.number])
        facts = {"tone": "blue", "note": booking.contact_name, "url": address, "version": booking.version}
        facts["move"] = reverse("appointments:step", args=[booking.number, "reschedule"]) if may_move else ""
    return {
        "id": f"slot-{slot.pk}",
        "resourceIds": [f"bay-{slot.bay_id}" if slot.bay_id else f"technician-{slot.technician_id}"],
        "start": start,
        "end": end,
        "title": booking.plate or booking.number if booking is not None else slot.label,
        "editable": bool(facts.get("move")),
        "extendedProps": facts,
    }


def _cells(columns: Sequence[datetime], slots: Sequence[Slot], length: timedelta) -> list[Cell]:
    cells: list[Cell] = []
    for start in columns:
        span = (start, start + length)
        slot = next((slot for slot in slots if not rules.is_free(span, [span_of(slot)])), None)
        last = cells[-1] if cells else None
        if last is not None and slot is not None and last.slot is not None and last.slot.pk == slot.pk:
            cells[-1] = Cell(last.width + 1, last.starts_at, slot)
        else:
            cells.append(Cell(1, start, slot))
    return cells
