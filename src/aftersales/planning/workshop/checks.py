"""An independent checker: proves a plan from the day alone, sharing nothing with what made the plan but its shapes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from aftersales.planning.sentences import Problem, Sentence
from aftersales.planning.workshop.shapes import (
    DAY,
    Assignment,
    Operation,
    Pin,
    Plan,
    Shift,
    Technician,
    Vehicle,
    Workshop,
)


def faults(workshop: Workshop, plan: Plan) -> list[Problem]:
    """Return every hard constraint the plan breaks; an empty list proves it."""
    found: list[Problem] = []
    known = {(vehicle.name, one.name): (vehicle, one) for vehicle in workshop.vehicles for one in vehicle.operations}
    places: dict[tuple[str, str], Assignment] = {}
    for assignment in plan.assignments:
        key = (assignment.vehicle, assignment.operation)
        if key not in known:
            found.append(_fault(key, "计划里有未知的作业", "is in the plan, but not among the operations"))
        elif key in places:
            found.append(_fault(key, "在计划中出现两次", "is planned twice"))
        else:
            places[key] = assignment
    found += [_fault(key, "不在计划中", "is not planned") for key in known if key not in places]
    for key, assignment in places.items():
        vehicle, operation = known[key]
        found += _of_one(workshop, vehicle, operation, assignment)
    for vehicle in workshop.vehicles:
        found += _of_order(workshop, vehicle, places)
    found += _of_overlaps(workshop, places)
    return found


def _fault(key: tuple[str, str], zh: str, en: str) -> Problem:
    return Problem(" · ".join(key), Sentence(zh, en))


def _of_one(workshop: Workshop, vehicle: Vehicle, operation: Operation, place: Assignment) -> Iterator[Problem]:
    key = (vehicle.name, operation.name)
    if operation.running:
        running = operation.running
        if (place.technician, place.bay, place.start) != (running.technician, running.bay, running.started):
            yield _fault(key, "正在进行,却被移动", "is running and was moved")
        if place.hands_off < workshop.now + running.hands_on_left:
            yield _fault(key, "剩余工时被缩短", "is given less than the minutes that are left")
        if place.end != place.hands_off + running.unattended_left:
            yield _fault(key, "占用工位的时间不对", "holds its bay for a wrong time")
        return
    if place.start < workshop.now:
        yield _fault(key, "开始于当前时间之前", "starts before the present")
    if place.start < vehicle.arrival:
        yield _fault(key, "开始于车辆到达之前", "starts before the car is there")
    if place.start < operation.parts_ready:
        yield _fault(key, "开始于配件到达之前", "starts before its parts are there")
    if place.end != place.hands_off + operation.unattended:
        yield _fault(key, "占用工位的时间不对", "holds its bay for a wrong time")
    yield from _of_pin(key, operation.pin, place)
    yield from _of_bay(workshop, key, operation, place)
    yield from _of_person(workshop, key, operation, place)


def _of_pin(key: tuple[str, str], pin: Pin | None, place: Assignment) -> Iterator[Problem]:
    if pin is not None:
        if pin.technician not in (None, place.technician):
            yield _fault(key, "未按固定的技师安排", "is not with the fixed technician")
        if pin.bay not in (None, place.bay):
            yield _fault(key, "未按固定的工位安排", "is not in the fixed bay")
        if pin.start not in (None, place.start):
            yield _fault(key, "未按固定的时间开始", "does not start at the fixed time")


def _of_bay(workshop: Workshop, key: tuple[str, str], operation: Operation, place: Assignment) -> Iterator[Problem]:
    if not operation.needs_bay:
        if place.bay is not None:
            yield _fault(key, "不需要工位却占用工位", "needs no bay and takes one")
        return
    bay = next((one for one in workshop.bays if one.name == place.bay), None)
    if bay is None:
        yield _fault(key, "没有工位", "has no bay")
        return
    if not operation.equipment <= bay.equipment:
        yield _fault(key, "工位缺少设备", "is in a bay without the equipment")
    if operation.bays is not None and bay.name not in operation.bays:
        yield _fault(key, "工位不被允许", "is in a bay that is not allowed")
    if any(span.start < place.end and place.start < span.end for span in bay.closed):
        yield _fault(key, "工位此时停用", "is in a bay that is closed then")


def _of_person(workshop: Workshop, key: tuple[str, str], operation: Operation, place: Assignment) -> Iterator[Problem]:
    if not operation.needs_technician:
        if place.technician is not None:
            yield _fault(key, "不需要技师却安排技师", "needs no technician and takes one")
        if place.hands_off != place.start + operation.minutes:
            yield _fault(key, "时长不对", "takes a wrong time")
        return
    who = next((one for one in workshop.technicians if one.name == place.technician), None)
    if who is None:
        yield _fault(key, "没有技师", "has no technician")
        return
    if not operation.skills <= who.skills:
        yield _fault(key, "技师缺少技能", "is done by somebody without the skill")
    if operation.technicians is not None and who.name not in operation.technicians:
        yield _fault(key, "技师不被允许", "is done by somebody who is not allowed")
    date = workshop.day + timedelta(days=place.start // DAY)
    held = {has.kind for has in who.certificates if has.valid_from <= date <= has.valid_until}
    if not operation.certificates <= held:
        yield _fault(key, "技师的证书当天无效", "is done by somebody whose certificate is not valid that day")
    yield from _of_hours(workshop, key, who, operation.minutes_by_technician.get(who.name, operation.minutes), place)


def _of_hours(
    workshop: Workshop, key: tuple[str, str], who: Technician, minutes: int, place: Assignment
) -> Iterator[Problem]:
    if who.shifts is None:
        if place.hands_off - place.start != minutes:
            yield _fault(key, "时长不对", "takes a wrong time")
        return
    shift = _shift_at(workshop, who, place.start)
    if shift is None or place.hands_off > shift.end:
        yield _fault(key, "不在技师的班次之内", "is not inside a shift of its technician")
        return
    rest = sum(_shared(place.start, place.hands_off, one.start, one.end) for one in shift.breaks)
    if any(one.start <= place.start < one.end for one in shift.breaks):
        yield _fault(key, "在休息时间开始", "starts in a break")
    if place.hands_off - place.start - rest != minutes:
        yield _fault(key, "时长不对", "takes a wrong time")


def _shared(start: int, end: int, other_start: int, other_end: int) -> int:
    return max(0, min(end, other_end) - max(start, other_start))


def _shift_at(workshop: Workshop, who: Technician, minute: int) -> Shift | None:
    """Return the shift, given or repeated, in which the minute lies."""
    shifts = who.shifts or ()
    days = max((shift.start // DAY for shift in shifts), default=0) + 1
    for turn in range((workshop.repeat_days + days - 1) // days + 1):
        by = turn * days * DAY
        for shift in shifts:
            if shift.start + by <= minute < shift.end + by:
                moved = tuple(type(one)(one.start + by, one.end + by) for one in shift.breaks)
                return Shift(shift.start + by, shift.end + by, moved)
    return None


def _of_order(workshop: Workshop, vehicle: Vehicle, places: dict[tuple[str, str], Assignment]) -> Iterator[Problem]:
    last: str | None = None
    for operation in vehicle.operations:
        key = (vehicle.name, operation.name)
        before = operation.after if operation.after is not None else ((last,) if last else ())
        last = operation.name
        place = places.get(key)
        if place is None:
            continue
        for name in before:
            other = places.get((vehicle.name, name))
            if other is not None and other.end > place.start:
                yield _fault(key, f"先于“{name}”开始", f"starts before {name!r} is finished")
        for name in operation.other_person_than:
            other = places.get((vehicle.name, name))
            if other is not None and other.technician is not None and other.technician == place.technician:
                yield _fault(key, f"与“{name}”由同一人完成", f"is done by the same person as {name!r}")


def _of_overlaps(workshop: Workshop, places: dict[tuple[str, str], Assignment]) -> Iterator[Problem]:
    """Yield double bookings of people, bays and cars; running work counts from the present on."""
    taken: dict[tuple[str, str], list[tuple[int, int, tuple[str, str]]]] = {}
    for key, place in places.items():
        vehicle = next(one for one in workshop.vehicles if one.name == key[0])
        is_running = any(one.name == key[1] and one.running for one in vehicle.operations)
        start = max(place.start, workshop.now) if is_running else place.start
        if place.technician is not None:
            taken.setdefault(("技师", place.technician), []).append((start, place.hands_off, key))
        if place.bay is not None:
            taken.setdefault(("工位", place.bay), []).append((start, place.end, key))
            taken.setdefault(("车辆", place.vehicle), []).append((start, place.end, key))
    english = {"技师": "technician", "工位": "bay", "车辆": "car"}
    for (kind, name), spans in taken.items():
        for (_start, end, first), (start, until, second) in pairwise(sorted(spans)):
            if start < end and until > start:
                yield _fault(
                    second,
                    f"与 {' · '.join(first)} 同时占用{kind} {name}",
                    f"takes the {english[kind]} {name} at the same time as {' · '.join(first)}",
                )
