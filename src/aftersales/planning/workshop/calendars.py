"""When a person may work: shifts with breaks, repeated day after day, without the days a certificate is not valid."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import timedelta

from aftersales.planning.workshop.shapes import DAY, Shift, Span, Technician, Workshop


class Calendar:
    """Working stretches of somebody; hands-on work is finished within one shift and rests in its breaks."""

    __slots__ = ("ends", "is_open", "last", "starts")

    def __init__(self, shifts: list[list[Span]] | None) -> None:
        self.is_open = shifts is None
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.last: list[int] = []
        """For each stretch the index of the last stretch of its shift."""
        for stretches in shifts or ():
            last = len(self.starts) + len(stretches) - 1
            for stretch in stretches:
                self.starts.append(stretch.start)
                self.ends.append(stretch.end)
                self.last.append(last)

    def place(self, at: int, minutes: int) -> tuple[int, int] | None:
        """Return the earliest start not before `at` and the time hands are off, None when no shift is left."""
        if self.is_open:
            return at, at + minutes
        starts, ends = self.starts, self.ends
        first = bisect_right(ends, at)
        while first < len(starts):
            start = max(at, starts[first])
            left = minutes - (ends[first] - start)
            stretch, last = first, self.last[first]
            while left > 0 and stretch < last:
                stretch += 1
                left -= ends[stretch] - starts[stretch]
            if left <= 0:
                return start, ends[stretch] + left
            first = last + 1
        return None

    def finish(self, now: int, minutes: int) -> int:
        """Return when work that runs now is done: with the breaks of the shift, but beyond its end if need be."""
        here = bisect_right(self.ends, now)
        placed = self.place(now, minutes)
        if self.is_open or placed is None:
            return now + minutes
        begun = any(self.last[at] == self.last[here] and self.starts[at] <= now for at in range(here + 1))
        same = bisect_right(self.starts, placed[0]) - 1
        return placed[1] if begun and self.last[same] == self.last[here] else now + minutes

    def rested(self, start: int, end: int) -> int:
        """Return the minutes of breaks, those inside a shift, between two minutes."""
        breaks = (
            min(end, self.starts[at + 1]) - max(start, self.ends[at])
            for at in range(len(self.starts) - 1)
            if self.last[at] == self.last[at + 1]
        )
        return sum(minutes for minutes in breaks if minutes > 0)

    def ranges(self, minutes: int, earliest: int, latest: int) -> list[tuple[int, int, int]]:
        """Return (first start, last start, minutes of rest) of all starts from `earliest` to `latest`."""
        if self.is_open:
            return [(earliest, latest, 0)] if earliest <= latest else []
        found: list[tuple[int, int, int]] = []
        at = earliest
        while at <= latest:
            placed = self.place(at, minutes)
            if placed is None or placed[0] > latest:
                break
            start, off = placed
            here = bisect_right(self.ends, start)
            ending = bisect_right(self.starts, off - 1) - 1
            # As long as neither the stretch of the start nor that of the end changes, the rest is the same.
            until = min(start + self.ends[ending] - off, self.ends[here] - 1, latest)
            found.append((start, until, off - start - minutes))
            at = until + 1
        return found


def calendar_of(workshop: Workshop, technician: Technician, certificates: frozenset[str]) -> Calendar:
    """Return when the technician may do work that needs these certificates."""

    def holds(minute: int) -> bool:
        day = workshop.day + timedelta(days=minute // DAY)
        return all(
            any(has.kind == kind and has.valid_from <= day <= has.valid_until for has in technician.certificates)
            for kind in certificates
        )

    if technician.shifts is None:
        if not certificates:
            return Calendar(None)
        days = range(workshop.repeat_days + 1)
        return Calendar([[Span(day * DAY, (day + 1) * DAY)] for day in days if holds(day * DAY)])
    return Calendar([stretches_of(shift) for shift in _repeated(workshop, technician.shifts, holds)])


def stretches_of(shift: Shift) -> list[Span]:
    """Return the working stretches between the breaks of a shift."""
    found = []
    at = shift.start
    for rest in sorted(shift.breaks):
        if rest.start > at:
            found.append(Span(at, rest.start))
        at = max(at, rest.end)
    if at < shift.end:
        found.append(Span(at, shift.end))
    return found


def _repeated(workshop: Workshop, shifts: tuple[Shift, ...], holds: Callable[[int], bool]) -> list[Shift]:
    if not shifts:
        return []
    days = max(shift.start // DAY for shift in shifts) + 1
    found = []
    for turn in range((workshop.repeat_days + days - 1) // days + 1):
        by = turn * days * DAY
        for shift in sorted(shifts, key=lambda one: one.start):
            if holds(shift.start + by):
                breaks = tuple(Span(rest.start + by, rest.end + by) for rest in shift.breaks)
                found.append(Shift(shift.start + by, shift.end + by, breaks))
    return found
