"""Why each operation is where it is, in a sentence a foreman understands."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

from aftersales.planning.sentences import Sentence
from aftersales.planning.workshop.board import Board, Slot, Task
from aftersales.planning.workshop.shapes import DAY, Assignment
from aftersales.planning.workshop.timetable import is_changed


def explained(board: Board, slots: list[Slot]) -> tuple[Assignment, ...]:
    """Return the assignments in order of time, each with its reason."""
    people: dict[int, list[tuple[int, int]]] = {}
    bays: dict[int, list[tuple[int, int]]] = {}
    for index, slot in enumerate(slots):
        people.setdefault(slot.who, []).append((slot.off, index))
        bays.setdefault(slot.bay, []).append((slot.end, index))
    for taken in (*people.values(), *bays.values()):
        taken.sort()
    found = []
    for task, slot in zip(board.tasks, slots, strict=True):
        parts = [_place(board, task, slot), _time(board, task, slots, people, bays)]
        if task.seen is not None and is_changed(task, slot):
            parts.append(_moved(board, task, slot))
        reason = Sentence(
            ";".join(part.zh for part in parts if part.zh), "; ".join(part.en for part in parts if part.en)
        )
        found.append(replace(board.assignment(task.index, slot), reason=reason))
    return tuple(sorted(found, key=lambda one: (one.start, one.vehicle, one.operation)))


def clock(minute: int) -> Sentence:
    """Return a minute of the plan as people say it."""
    day, rest = divmod(minute, DAY)
    time = f"{rest // 60:02d}:{rest % 60:02d}"
    if day <= 0:
        return Sentence(time, time)
    return (
        Sentence(f"次日 {time}", f"tomorrow {time}")
        if day == 1
        else Sentence(f"{day} 天后 {time}", f"{time} in {day} days")
    )


def _place(board: Board, task: Task, slot: Slot) -> Sentence:
    workshop = board.workshop
    operation = task.operation
    who = workshop.technicians[slot.who].name if slot.who >= 0 else ""
    bay = workshop.bays[slot.bay].name if slot.bay >= 0 else ""
    if operation.running:
        return Sentence(f"{who or bay} 正在进行", f"already under way with {who or bay}")
    zh, en = [], []
    if bay:
        needed = "、".join(sorted(operation.equipment)), ", ".join(sorted(operation.equipment))
        if operation.pin and operation.pin.bay:
            zh.append(f"工位 {bay} 由人指定")
            en.append(f"bay {bay} because a person fixed it")
        elif needed[0]:
            only = len(task.bays) == 1
            zh.append(f"工位 {bay} {'是唯一具备' if only else '具备'}{needed[0]}{'的工位' if only else ''}")
            en.append(f"bay {bay} because it {'alone ' if only else ''}has {needed[1]}")
        else:
            zh.append(f"工位 {bay}")
            en.append(f"bay {bay}")
    if who:
        asked = sorted(operation.skills | operation.certificates)
        if operation.pin and operation.pin.technician:
            zh.append(f"{who} 由人指定")
            en.append(f"{who} because a person fixed it")
        elif len(task.ways) == 1:
            zh.append(f"只有 {who} 合格")
            en.append(f"{who} because nobody else is qualified")
        elif asked:
            zh.append(f"{who} 具备{'、'.join(asked)}")
            en.append(f"{who} who has {', '.join(asked)}")
        else:
            zh.append(who)
            en.append(who)
        if task.not_with and operation.other_person_than:
            zh.append(f"与“{'、'.join(operation.other_person_than)}”不同的人")
            en.append(f"another person than for {', '.join(operation.other_person_than)}")
    return Sentence(",".join(zh), ", ".join(en))


def _time(
    board: Board,
    task: Task,
    slots: list[Slot],
    people: dict[int, list[tuple[int, int]]],
    bays: dict[int, list[tuple[int, int]]],
) -> Sentence:
    """Return what keeps the task from starting earlier."""
    slot = slots[task.index]
    if task.operation.running:
        return Sentence("", "")
    when = clock(slot.start)
    if task.start is not None:
        return Sentence(f"开始时间 {when.zh} 由人指定", f"at {when.en} because a person fixed it")
    own = _because_of_the_car(board, task, slots)
    if own is not None:
        return own
    for number, taken, zh, en in ((slot.who, people, "技师", "person"), (slot.bay, bays, "工位", "bay")):
        line = taken[number] if number >= 0 else []
        found = bisect_left(line, (slot.start, -1))
        if found < len(line) and line[found][0] == slot.start and line[found][1] != task.index:
            other = board.tasks[line[found][1]]
            name = f"{board.workshop.vehicles[other.car].name} {other.operation.name}"
            return Sentence(f"{zh}此前在做 {name}", f"after {name}, which has the {en} until {when.en}")
    return _because_of_the_clock(board, task, slot)


def _because_of_the_car(board: Board, task: Task, slots: list[Slot]) -> Sentence | None:
    at = slots[task.index].start
    for before in task.before:
        if slots[before].end == at:
            name = board.tasks[before].operation.name
            return Sentence(f"在“{name}”之后", f"after {name}")
    when = clock(at)
    if task.operation.parts_ready == at:
        return Sentence(f"因为配件 {when.zh} 到", f"then because its parts arrive {when.en}")
    if board.workshop.vehicles[task.car].arrival == at:
        return Sentence(f"车辆 {when.zh} 到店即开始", f"as soon as the car arrives at {when.en}")
    return None


def _because_of_the_clock(board: Board, task: Task, slot: Slot) -> Sentence:
    when = clock(slot.start)
    if slot.start == board.workshop.now:
        return Sentence("现在就开始", "starts now")
    ways = [way for way in task.ways if way.who == slot.who]
    if ways and not ways[0].calendar.is_open and slot.start in ways[0].calendar.starts:
        return Sentence(f"{when.zh} 上班或休息结束后开始", f"when work begins or a break is over at {when.en}")
    if task.seen is not None and task.seen.start == slot.start:
        return Sentence(f"按大家已知的计划 {when.zh} 开始", f"at {when.en} as in the plan people know")
    return Sentence(
        f"{when.zh} 开始:人、工位和车此时能同时用足够长的时间",
        f"at {when.en}, when person, bay and car are free together for long enough",
    )


def _moved(board: Board, task: Task, slot: Slot) -> Sentence:
    seen = task.seen
    assert seen is not None
    zh, en = [], []
    if slot.bay != seen.bay and seen.bay >= 0:
        zh.append(f"原工位 {board.workshop.bays[seen.bay].name}")
        en.append(f"bay {board.workshop.bays[seen.bay].name}")
    if slot.who != seen.who and seen.who >= 0:
        zh.append(f"原技师 {board.workshop.technicians[seen.who].name}")
        en.append(board.workshop.technicians[seen.who].name)
    if slot.start != seen.start:
        zh.append(f"原定 {clock(seen.start).zh}")
        en.append(clock(seen.start).en)
    return Sentence(f"改动({','.join(zh)})", f"moved (was {', '.join(en)})") if zh else Sentence("改动", "moved")
