"""Writes on the network's masters, and the gapless numbers given at posting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext_lazy as _

from aftersales.core import records
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, NotVisible
from aftersales.core.statements import Hot, ask
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import lock_fresh, record_entry
from aftersales.network.choices import BayKind, StationKind
from aftersales.network.models import Bay, CalendarDay, Headquarters, OpeningHours, Region, Station, Team
from aftersales.network.permissions import P
from aftersales.network.validity import refuse_invalid, taken

PREFIXES = {
    "repair_order": "RO",
    "appointment": "AP",
    "settlement": "ST",
    "payment": "PY",
    "refund": "RF",
    "goods_receipt": "GR",
    "adjustment": "AD",
    "case": "CS",
    "day_close": "DC",
    "paper": "PP",
}

_NEXT = Hot("""
INSERT INTO network_numberseries AS s (station_id, series, year, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (station_id, series, year) DO UPDATE SET last = s.last + 1
RETURNING last, (SELECT code FROM network_station WHERE id = s.station_id)
""")


def next_number(*, station_id: int, series: str, on: date) -> str:
    """Return the next number of a series, such as `SH01-RO26-00042`: without gaps per station, series and year.

    Call it inside the posting transaction, as late as possible: the series row stays locked until the commit, and a
    rollback gives the number back. Raises KeyError for a series that has no prefix.
    """
    prefix = PREFIXES[series]
    ((last, code),) = ask(_NEXT, [station_id, series, on.year])
    return f"{code}-{prefix}{on.year % 100:02d}-{last:05d}"


# -- masters -------------------------------------------------------------------------------------------------


def _register[M: models.Model](record: M, actor: Actor, at: datetime, *, right: str) -> M:
    refuse_invalid(record)
    try:
        return records.register(record, actor, at, right=right)
    except IntegrityError as error:
        raise taken(error) from None


def _change[M: models.Model](record: M, actor: Actor, at: datetime, *, right: str, **values: Any) -> M:
    for name, value in values.items():
        setattr(record, name, value)
    refuse_invalid(record)
    try:
        return records.change(record, actor, at, right=right, **values)
    except IntegrityError as error:
        raise taken(error) from None


def register_headquarters(actor: Actor, at: datetime, *, code: str, name: str, name_en: str = "") -> Headquarters:
    """Enter the maker's after-sales department."""
    return _register(Headquarters(code=code, name=name, name_en=name_en), actor, at, right=P.OPEN_STATION)


def change_headquarters(headquarters: Headquarters, actor: Actor, at: datetime, **values: Any) -> Headquarters:
    """Set the department's names."""
    return _change(headquarters, actor, at, right=P.OPEN_STATION, **values)


def open_region(
    actor: Actor, at: datetime, *, headquarters: Headquarters, code: str, name: str, name_en: str = ""
) -> Region:
    """Enter a region."""
    region = Region(headquarters=headquarters, code=code, name=name, name_en=name_en)
    return _register(region, actor, at, right=P.OPEN_STATION)


def change_region(region: Region, actor: Actor, at: datetime, **values: Any) -> Region:
    """Set a region's names."""
    return _change(region, actor, at, right=P.OPEN_STATION, **values)


def open_station(
    actor: Actor,
    at: datetime,
    *,
    region: Region,
    code: str,
    name: str,
    name_en: str = "",
    kind: str = StationKind.SERVICE_STATION,
    address: str = "",
    phone: str = "",
) -> Station:
    """Open a station (ORG-03); its code is part of every number it will ever give."""
    station = Station(region=region, code=code, name=name, name_en=name_en, kind=kind, address=address, phone=phone)
    return _register(station, actor, at, right=P.OPEN_STATION)


def change_station(station: Station, actor: Actor, at: datetime, **values: Any) -> Station:
    """Set a station's names, address, region or whether it is active; the code stays for ever."""
    if "code" in values:
        raise InputRefused(_("The code of a station cannot be changed."), code="station_code")
    return _change(station, actor, at, right=P.OPEN_STATION, **values)


def add_bay(
    actor: Actor,
    at: datetime,
    *,
    station: Station,
    code: str,
    name: str,
    kind: str = BayKind.GENERAL,
    equipment: Iterable[str] = (),
) -> Bay:
    """Enter a work bay with its equipment."""
    bay = Bay(station=station, code=code, name=name, kind=kind, equipment=list(equipment))
    return _register(bay, actor, at, right=P.CHANGE)


def change_bay(bay: Bay, actor: Actor, at: datetime, **values: Any) -> Bay:
    """Set a bay's name, kind, equipment or whether it is in use."""
    return _change(bay, actor, at, right=P.CHANGE, **values)


def add_team(actor: Actor, at: datetime, *, station: Station, name: str) -> Team:
    """Enter a team."""
    return _register(Team(station=station, name=name), actor, at, right=P.CHANGE)


def change_team(team: Team, actor: Actor, at: datetime, **values: Any) -> Team:
    """Rename a team or close it."""
    return _change(team, actor, at, right=P.CHANGE, **values)


@dataclass(frozen=True, slots=True)
class DayHours:
    """When a station works on one weekday (0 is Monday), with or without a lunch break."""

    weekday: int
    opens: time
    closes: time
    break_starts: time | None = None
    break_ends: time | None = None

    def __str__(self) -> str:
        pause = f" ({self.break_starts:%H:%M}–{self.break_ends:%H:%M})" if self.break_starts and self.break_ends else ""
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}{pause}"


def set_opening_hours(station: Station, actor: Actor, at: datetime, week: Iterable[DayHours]) -> None:
    """Set a station's whole week; a weekday that is not named is closed. One journal entry tells old and new."""
    wanted = {hours.weekday: hours for hours in week}
    rows = [
        OpeningHours(
            station=station,
            weekday=hours.weekday,
            opens=hours.opens,
            closes=hours.closes,
            break_starts=hours.break_starts,
            break_ends=hours.break_ends,
        )
        for hours in wanted.values()
    ]
    for row in rows:
        try:
            # What is there now is about to be replaced, so only the row's own rules are asked.
            row.clean_fields()
            row.validate_constraints(exclude={"station"})
        except ValidationError as error:
            sentence = " ".join(error.messages)
            raise InputRefused(sentence, code="opening_hours", fields={f"opens_{row.weekday}": sentence}) from None

    def command() -> None:
        fresh = lock_fresh(station)
        records.require_right(actor, P.CHANGE, fresh.pk)
        stored = OpeningHours.objects.at_station(fresh.pk)
        before = {
            row.weekday: str(DayHours(row.weekday, row.opens, row.closes, row.break_starts, row.break_ends))
            for row in stored
        }
        after = {hours.weekday: str(hours) for hours in wanted.values()}
        changes = {
            f"weekday_{day}": [before.get(day, ""), after.get(day, "")]
            for day in range(7)
            if before.get(day, "") != after.get(day, "")
        }
        if not changes:
            return
        OpeningHours.objects.at_station(fresh.pk).delete()
        OpeningHours.objects.bulk_create(rows)
        record_entry(fresh, step="opening_hours_set", actor=actor, at=at, changes=changes)

    run_in_transaction(command)


# -- calendar ------------------------------------------------------------------------------------------------


def set_calendar_day(
    actor: Actor, at: datetime, *, station: Station | None, on: date, is_workday: bool, name: str
) -> CalendarDay:
    """Declare one day a holiday or a workday, for one station or (None) for all; saying it again replaces it."""

    def command() -> CalendarDay:
        known = CalendarDay.objects.filter(station=station, on=on).first()
        if known is None:
            day = CalendarDay(station=station, on=on, is_workday=is_workday, name=name)
            return _register(day, actor, at, right=P.KEEP_CALENDAR)
        return _change(known, actor, at, right=P.KEEP_CALENDAR, is_workday=is_workday, name=name)

    return run_in_transaction(command)


def remove_calendar_day(day: CalendarDay, actor: Actor, at: datetime) -> None:
    """Let the week decide again about a day."""

    def command() -> None:
        fresh = lock_fresh(day)
        records.require_right(actor, P.KEEP_CALENDAR, fresh.station_id)
        told = {"on": str(fresh.on), "name": fresh.name, "is_workday": fresh.is_workday}
        record_entry(fresh, step="removed", actor=actor, at=at, changes=told)
        if not CalendarDay.objects.filter(pk=fresh.pk).delete()[0]:
            raise NotVisible

    run_in_transaction(command)


def load_calendar_days(actor: Actor, at: datetime, days: Iterable[tuple[date, bool, str]]) -> int:
    """Enter official days (date, is workday, name) for the whole network; days already there stay. Returns how many."""

    def command() -> int:
        records.require_right(actor, P.KEEP_CALENDAR, None)
        wanted = list(days)
        dates = [on for on, _is_workday, _name in wanted]
        known = set(CalendarDay.objects.filter(station=None, on__in=dates).values_list("on", flat=True))
        fresh = [
            CalendarDay(station=None, on=on, is_workday=is_workday, name=name[:40])
            for on, is_workday, name in wanted
            if on not in known
        ]
        for day in fresh:
            _register(day, actor, at, right=P.KEEP_CALENDAR)
        return len(fresh)

    return run_in_transaction(command)
