"""The independent checker of rescue plans: proves a plan against its situation, or names every way it is wrong.

It shares shapes with the planner and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aftersales.planning.rescue_cases import Call, RescueCase, RescuePlan, Task, Unit
from aftersales.planning.sentences import Problem, Sentence


def rescue_faults(case: RescueCase, plan: RescuePlan) -> tuple[Problem, ...]:
    """Return every broken rule of a plan; empty when it keeps them all and its figures are true."""
    return tuple(_Proof(case, plan).faults())


class _Proof:
    def __init__(self, case: RescueCase, plan: RescuePlan) -> None:
        self.case, self.plan = case, plan
        self.units = {unit.name: unit for unit in case.units}
        self.calls = {call.name: call for call in case.calls}
        self.at = {place: row for row, place in enumerate(case.legs.places)}

    def seconds(self, one: str, other: str) -> int:
        return self.case.legs.seconds[self.at[one]][self.at[other]]

    def metres(self, one: str, other: str) -> int:
        return self.case.legs.metres[self.at[one]][self.at[other]]

    def faults(self) -> Iterator[Problem]:
        unknown = [task for task in self.plan.tasks if task.unit not in self.units or task.call not in self.calls]
        for task in unknown:
            yield Problem(task.call, Sentence("救援车或救援单不存在", "its unit or the call itself is unknown"))
        yield from self.everybody_once()
        if unknown:
            return
        metres = fen = minutes = 0
        for unit in self.case.units:
            tasks = [task for task in self.plan.tasks if task.unit == unit.name]
            if tasks:
                yield from self.of_unit(unit, tasks)
                driven = self.driven(unit, tasks)
                metres += driven
                fen += driven * unit.fen_per_km // 1000
            fen += sum(self.worth(self.calls[task.call], task) for task in tasks)
            minutes += sum(
                (task.arrive - self.calls[task.call].accepted) // 60 for task in tasks if self.calls[task.call].danger
            )
        fen += sum(self.calls[name].refusal_fen or 0 for name in self.plan.partners if name in self.calls)
        yield from self.of_figures(metres, minutes, fen)

    def everybody_once(self) -> Iterator[Problem]:
        named = Counter((*(task.call for task in self.plan.tasks), *self.plan.partners, *self.plan.waiting))
        for call in self.case.calls:
            if named[call.name] == 0:
                yield Problem(call.name, Sentence("计划中没有该救援单", "the plan forgets it"))
            if named[call.name] > 1:
                yield Problem(call.name, Sentence("该救援单被安排了多次", "the plan has it more than once"))
        for name in (*self.plan.partners, *self.plan.waiting):
            if name not in self.calls:
                yield Problem(name, Sentence("救援单不存在", "the call is unknown"))
        for name in self.plan.partners:
            if name in self.calls and self.calls[name].refusal_fen is None:
                yield Problem(name, Sentence("不可转交的救援单被转交", "it is handed to a partner and may not be"))
        for name in self.plan.waiting:
            if name in self.calls and self.calls[name].refusal_fen is not None:
                yield Problem(name, Sentence("可转交的救援单被搁置", "it is left waiting although a partner takes it"))

    def of_unit(self, unit: Unit, tasks: list[Task]) -> Iterator[Problem]:
        free, here, ordinary = max(self.case.now, unit.free_at, unit.shift_start), unit.place, False
        for task in tasks:
            call = self.calls[task.call]
            for sentence in self.of_task(unit, call, task, free, here):
                yield Problem(call.name, sentence)
            if call.danger and ordinary:
                yield Problem(call.name, Sentence("有人身危险却排在普通救援之后", "people in danger come after others"))
            ordinary = ordinary or not call.danger
            free, here = task.done, call.tow_to or call.place
        if free + self.seconds(here, unit.home) > unit.shift_end:
            yield Problem(unit.name, Sentence("回站晚于下班", "it is home after its shift"))

    def of_task(self, unit: Unit, call: Call, task: Task, free: int, here: str) -> Iterator[Sentence]:
        if call.needs - unit.abilities:
            yield Sentence(f"{unit.name} 不具备所需能力", f"{unit.name} lacks what it needs")
        if call.unit is not None and call.unit != unit.name:
            yield Sentence("已指定其他救援车", "it is pinned to another unit")
        if task.depart < free:
            yield Sentence("出发早于空闲", "the unit leaves before it is free")
        if task.arrive != task.depart + self.seconds(here, call.place):
            yield Sentence("到达时间不符", "the arrival doesn't follow from the road")
        if task.arrive < call.earliest:
            yield Sentence("到达早于预约", "the unit arrives before it is wanted")
        busy = call.service
        if call.tow_to is not None:
            busy += self.seconds(call.place, call.tow_to) + call.unload
        if task.done != task.arrive + busy:
            yield Sentence("完成时间不符", "the end doesn't follow from the work")

    def driven(self, unit: Unit, tasks: list[Task]) -> int:
        here, metres = unit.place, 0
        for task in tasks:
            call = self.calls[task.call]
            end = call.tow_to or call.place
            metres += self.metres(here, call.place) + self.metres(call.place, end)
            here = end
        return metres + self.metres(here, unit.home)

    def worth(self, call: Call, task: Task) -> int:
        """Return the fen of a call reached at that time by that unit."""
        worth = self.case.worth
        fen = worth.waiting_minute * (task.arrive - max(call.accepted, call.earliest)) // 60
        over = task.arrive - (call.accepted + call.within)
        if over > 0:
            fen += worth.late_call + worth.late_minute * over // 60
        if call.told is not None:
            unit, arrival = call.told
            if unit != task.unit or task.arrive - arrival > worth.grace:
                fen += worth.changed
        return fen

    def of_figures(self, metres: int, minutes: int, fen: int) -> Iterator[Problem]:
        plan = self.plan
        if metres != plan.metres:
            yield Problem("metres", Sentence("总里程不符", "the metres are not the units' metres"))
        if minutes != plan.danger_minutes:
            yield Problem("danger_minutes", Sentence("危险等待分钟数不符", "the minutes in danger are not true"))
        if fen != plan.fen:
            yield Problem("fen", Sentence("总费用不符", "the fen are not the plan's fen"))
        if (plan.bound is None) != (plan.floor_minutes is None) or (plan.bound is None) != (plan.gap is None):
            yield Problem("bound", Sentence("下界与差距须同时给出", "floors and gap come together or not at all"))
        if plan.bound is not None and (plan.bound > fen or (plan.floor_minutes or 0) > minutes):
            yield Problem("bound", Sentence("下界高于实际", "a floor is above what it bounds"))
        if plan.bound is not None and plan.waiting:
            yield Problem("bound", Sentence("计划不完整却给出下界", "an incomplete plan claims a bound"))
