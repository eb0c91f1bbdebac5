"""What can be wrong with a workshop's day before anything is planned; every fault found is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from aftersales.planning.sentences import Problem, Sentence
from aftersales.planning.workshop.calendars import stretches_of
from aftersales.planning.workshop.shapes import Operation, Technician, Vehicle, Workshop


def problems(workshop: Workshop) -> list[Problem]:
    """Return everything that keeps this day from being planned."""
    found = [*_of_names(workshop), *_of_resources(workshop)]
    for vehicle in workshop.vehicles:
        found += _of_vehicle(workshop, vehicle)
    found += _of_running(workshop)
    return found


def qualified(workshop: Workshop, operation: Operation) -> list[Technician]:
    """Return the technicians who have the skills, hold the certificates (on some day) and are allowed."""
    return [
        who
        for who in workshop.technicians
        if (operation.technicians is None or who.name in operation.technicians)
        and operation.skills <= who.skills
        and operation.certificates <= {has.kind for has in who.certificates}
    ]


def minutes_of(operation: Operation, technician: str | None) -> int:
    """Return the hands-on minutes of the operation in this technician's hands."""
    return operation.minutes_by_technician.get(technician or "", operation.minutes)


def _say(subject: str, zh: str, en: str) -> Problem:
    return Problem(subject, Sentence(zh, en))


def _of_names(workshop: Workshop) -> Iterator[Problem]:
    groups = (
        [who.name for who in workshop.technicians],
        [bay.name for bay in workshop.bays],
        [vehicle.name for vehicle in workshop.vehicles],
    )
    for names in groups:
        for name, count in Counter(names).items():
            if count > 1:
                yield _say(name, "重名", "this name is used twice")


def _of_resources(workshop: Workshop) -> Iterator[Problem]:
    if workshop.repeat_days < 0:
        yield _say("repeat_days", "不能为负数", "can't be negative")
    for who in workshop.technicians:
        yield from _of_presence(who)
    for bay in workshop.bays:
        if any(span.end <= span.start for span in bay.closed):
            yield _say(bay.name, "停用时段在开始之前结束", "a closed time ends before it starts")


def _of_presence(who: Technician) -> Iterator[Problem]:
    for shift in who.shifts or ():
        if shift.end <= shift.start:
            yield _say(who.name, "班次在开始之前结束", "a shift ends before it starts")
        for rest in shift.breaks:
            if not shift.start <= rest.start < rest.end <= shift.end:
                yield _say(who.name, "休息时间不在班次之内", "a break is not inside its shift")
        in_turn = sorted(shift.breaks)
        if any(late.start < early.end for early, late in pairwise(in_turn)):
            yield _say(who.name, "休息时间相互重叠", "breaks overlap")
    in_order = sorted(who.shifts or (), key=lambda one: one.start)
    if any(late.start < early.end for early, late in pairwise(in_order)):
        yield _say(who.name, "班次相互重叠", "shifts overlap")
    for has in who.certificates:
        if has.valid_until < has.valid_from:
            yield _say(
                who.name,
                f"证书“{has.kind}”在生效之前失效",
                f"the certificate {has.kind!r} ends before it begins",
            )


def _of_vehicle(workshop: Workshop, vehicle: Vehicle) -> list[Problem]:
    found = []
    names = [operation.name for operation in vehicle.operations]
    if not names:
        found.append(_say(vehicle.name, "没有作业", "has no operation"))
    if len(set(names)) < len(names):
        found.append(_say(vehicle.name, "作业重名", "two operations have the same name"))
    for operation in vehicle.operations:
        found += _of_operation(workshop, vehicle, operation, set(names))
    if not found and _is_circular(vehicle):
        found.append(_say(vehicle.name, "作业顺序互相等待", "its operations wait for each other in a circle"))
    return found


def _is_circular(vehicle: Vehicle) -> bool:
    waiting = {one.name: set(befores(vehicle, at)) for at, one in enumerate(vehicle.operations)}
    while free := [name for name, before in waiting.items() if not before & waiting.keys()]:
        for name in free:
            del waiting[name]
    return bool(waiting)


def befores(vehicle: Vehicle, at: int) -> tuple[str, ...]:
    """Return the names of the operations that must be finished before the one at this place of the list."""
    operation = vehicle.operations[at]
    if operation.after is not None:
        return operation.after
    return (vehicle.operations[at - 1].name,) if at else ()


def _of_operation(workshop: Workshop, vehicle: Vehicle, operation: Operation, siblings: set[str]) -> Iterator[Problem]:
    subject = f"{vehicle.name} · {operation.name}"
    lowest = 1 if operation.needs_technician else 0
    if min(operation.minutes, *operation.minutes_by_technician.values(), operation.minutes) < lowest:
        yield _say(subject, "工时必须大于零", "needs at least one minute of work")
    if operation.unattended < 0 or operation.minutes + operation.unattended < 1:
        yield _say(subject, "时长必须大于零", "must take some time")
    for name in (*(operation.after or ()), *operation.other_person_than):
        if name not in siblings:
            yield _say(subject, f"没有作业“{name}”", f"there is no operation {name!r} on this car")
    if operation.name in (*(operation.after or ()), *operation.other_person_than):
        yield _say(subject, "不能以自己为前提", "can't depend on itself")
    yield from _of_places(workshop, operation, subject)
    if operation.needs_technician:
        yield from _of_people(workshop, vehicle, operation, subject)
    if operation.pin and operation.pin.start is not None and not operation.running:
        earliest = max(workshop.now, vehicle.arrival, operation.parts_ready)
        if operation.pin.start < earliest:
            yield _say(
                subject,
                "固定的开始时间早于车辆、配件或当前时间",
                "its fixed start is before the car, its parts or the present time",
            )


def _of_places(workshop: Workshop, operation: Operation, subject: str) -> Iterator[Problem]:
    known = {bay.name: bay for bay in workshop.bays}
    named = {operation.pin.bay if operation.pin else None, operation.running.bay if operation.running else None}
    for name in sorted({*(operation.bays or ()), *filter(None, named)} - known.keys()):
        yield _say(subject, f"没有工位“{name}”", f"there is no bay {name!r}")
    if not operation.needs_bay:
        return
    equipped = [bay for bay in workshop.bays if operation.equipment <= bay.equipment]
    if not equipped:
        lacking = ", ".join(sorted(operation.equipment))
        yield _say(subject, f"没有工位具备设备:{lacking}", f"no bay has the equipment {lacking or '(any)'}")
    elif operation.bays is not None and not any(bay.name in operation.bays for bay in equipped):
        yield _say(subject, "允许的工位都不具备所需设备", "none of the allowed bays has the equipment")
    elif (
        operation.pin
        and operation.pin.bay
        and operation.pin.bay
        not in {bay.name for bay in equipped if operation.bays is None or bay.name in operation.bays}
    ):
        yield _say(subject, "固定的工位不适合该作业", "the fixed bay is not fit for it")


def _of_people(workshop: Workshop, vehicle: Vehicle, operation: Operation, subject: str) -> Iterator[Problem]:
    known = {who.name for who in workshop.technicians}
    named = {operation.pin.technician if operation.pin else None}
    named.add(operation.running.technician if operation.running else None)
    everybody = {*(operation.technicians or ()), *operation.minutes_by_technician, *filter(None, named)}
    for name in sorted(everybody - known):
        yield _say(subject, f"没有技师“{name}”", f"there is no technician {name!r}")
    if operation.running:
        return
    able = qualified(workshop, operation)
    for skill in sorted(operation.skills - {skill for who in workshop.technicians for skill in who.skills}):
        yield _say(subject, f"无人具备技能“{skill}”", f"nobody has the skill {skill!r}")
    if not able:
        yield _say(subject, "没有合格的技师", "no technician is qualified for it")
        return
    if operation.pin and operation.pin.technician and operation.pin.technician not in {who.name for who in able}:
        yield _say(subject, "固定的技师不合格", "the fixed technician is not qualified for it")
    if not any(_longest_shift(who) >= minutes_of(operation, who.name) for who in able):
        longest = max(_longest_shift(who) for who in able)
        yield _say(
            subject,
            f"需要 {operation.minutes} 分钟,超过合格技师最长的班次({longest:.0f} 分钟)",
            f"needs {operation.minutes} minutes, longer than any shift of a qualified technician ({longest:.0f})",
        )
    for other in vehicle.operations:
        if other.name in operation.other_person_than and other.needs_technician and not other.running:
            people = {who.name for who in able} | {who.name for who in qualified(workshop, other)}
            if len(people) < 2:
                yield _say(
                    subject,
                    f"必须与“{other.name}”不同的人,但只有一人合格",
                    f"must be done by another person than {other.name!r}, and only one is qualified",
                )


def _longest_shift(who: Technician) -> float:
    if who.shifts is None:
        return float("inf")
    return max((sum(part.end - part.start for part in stretches_of(shift)) for shift in who.shifts), default=0)


def _of_running(workshop: Workshop) -> Iterator[Problem]:
    taken: Counter[tuple[str, str]] = Counter()
    for vehicle in workshop.vehicles:
        states = {one.name: one for one in vehicle.operations}
        for at, operation in enumerate(vehicle.operations):
            running = operation.running
            if running is None:
                continue
            subject = f"{vehicle.name} · {operation.name}"
            if running.started > workshop.now or running.hands_on_left < 0 or running.unattended_left < 0:
                yield _say(
                    subject,
                    "正在进行的作业时间不对",
                    "runs, but starts after the present or has less than nothing left",
                )
            if operation.needs_technician and running.hands_on_left and running.technician is None:
                yield _say(subject, "正在进行却没有技师", "runs without a technician")
            if operation.needs_bay and running.bay is None:
                yield _say(subject, "正在进行却没有工位", "runs without a bay")
            if any(name in states for name in befores(vehicle, at)):
                yield _say(
                    subject,
                    "正在进行,但前面的作业还没完成",
                    "runs, but an operation before it is still on the list",
                )
            if running.technician and running.hands_on_left:
                taken["technician", running.technician] += 1
            if running.bay:
                taken["bay", running.bay] += 1
    for (kind, name), count in taken.items():
        if count > 1:
            zh = "技师" if kind == "technician" else "工位"
            yield _say(name, f"{zh}同时进行两项作业", f"this {kind} has two running operations at once")
