"""Why each call has its unit and its time, in a sentence a dispatcher can tell the customer (RESC-08, RESC-09)."""

from __future__ import annotations

from collections.abc import Sequence

from aftersales.planning.rescue_cases import Call, Task
from aftersales.planning.rescue_search import Search
from aftersales.planning.routing_reasons import clock
from aftersales.planning.sentences import Sentence


def rescue_reasons(
    search: Search, tasks: Sequence[Task], partners: Sequence[str], waiting: Sequence[str]
) -> dict[str, Sentence]:
    """Return {call: why that unit, or why none}."""
    calls = {call.name: (number, call) for number, call in enumerate(search.case.calls)}
    unit_of = {name: number for number, name in enumerate(search.unit_names)}
    first: dict[str, Task] = {}
    for task in tasks:
        first.setdefault(task.unit, task)
    said: dict[str, Sentence] = {}
    for task in tasks:
        number, call = calls[task.call]
        why = _why(search, number, task, first, unit_of)
        when = _when(call, task, first[task.unit])
        said[call.name] = Sentence(f"{task.unit},因为{why.zh};{when.zh}", f"{task.unit} because {why.en}; {when.en}")
    for name in partners:
        price = (calls[name][1].refusal_fen or 0) / 100
        said[name] = Sentence(
            f"转交合作方({price:.2f} 元):自有车辆到场更晚,等待、里程与延误的代价更高",
            f"to a partner for {price:.2f} yuan: waiting for a unit of ours, its way and its lateness would cost more",
        )
    for name in waiting:
        able = [search.unit_names[unit] for unit in search.able[calls[name][0]]]
        said[name] = Sentence(
            f"暂无车辆:可用的 {len(able)} 辆({'、'.join(able[:3])})下班前都完不成",
            f"no unit: none of the {len(able)} that may do it ({', '.join(able[:3])}) can finish before its shift ends",
        )
    return said


def _when(call: Call, task: Task, first: Task) -> Sentence:
    due = call.accepted + call.within
    late = task.arrive - due
    clause = f"({call.clause})" if call.clause else ""
    before_zh, before_en = ("", "")
    if first.call != task.call:
        before_zh, before_en = f"先完成 {first.call} 等,", f"after {first.call}, "
    if late > 0:
        minutes = -(-late // 60)
        return Sentence(
            f"{before_zh}{clock(task.arrive)} 到场,超过时限 {clock(due)}{clause} {minutes} 分钟",
            f"{before_en}there at {clock(task.arrive)}, {minutes} min after its target {clock(due)} {clause}".rstrip(),
        )
    return Sentence(
        f"{before_zh}{clock(task.arrive)} 到场,时限 {clock(due)}{clause}",
        f"{before_en}there at {clock(task.arrive)}, target {clock(due)} {clause}".rstrip(),
    )


def _why(search: Search, number: int, task: Task, first: dict[str, Task], unit_of: dict[str, int]) -> Sentence:
    """Give the strongest reason: a pin, the only able unit, first on the spot, or what keeps the nearer unit."""
    call = search.case.calls[number]
    if call.unit is not None:
        return Sentence("已由人指定或已在途", "a person has pinned it or it is under way")
    able = search.able[number]
    if len(able) == 1:
        needs = sorted(call.needs)
        return Sentence(
            f"只有它具备{'、'.join(needs) or '所需条件'}",
            f"it is the only one with {' and '.join(needs) or 'what it needs'}",
        )
    direct = {unit: search.start[unit] + search.seconds[search.origin[unit]][search.at[number]] for unit in able}
    mine = unit_of[task.unit]
    quicker = sorted((arrive, unit) for unit, arrive in direct.items() if unit != mine and arrive < task.arrive)
    if not quicker:
        arrive, unit = min((arrive, unit) for unit, arrive in direct.items() if unit != mine)
        return Sentence(
            f"它最先到场({search.unit_names[unit]} 最早 {clock(arrive)})",
            f"it is there first ({search.unit_names[unit]} could be at {clock(arrive)})",
        )
    arrive, unit = quicker[0]
    name = search.unit_names[unit]
    if name not in first:
        return Sentence(
            f"{name} 虽可 {clock(arrive)} 到,但绕行、班次或已告知的安排使整体更差",
            f"{name}, which could be there at {clock(arrive)}, would cost more: way, shift, what customers were told",
        )
    other = first[name].call
    danger = next(each.danger for each in search.case.calls if each.name == other)
    return Sentence(
        f"{name} 虽可 {clock(arrive)} 到,但先去{'有人身危险的' if danger else ''} {other}",
        f"{name}, which could be there at {clock(arrive)}, first goes to {other}"
        + (" where people are in danger" if danger else ""),
    )
